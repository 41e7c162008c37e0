"""A service to measure: PostgreSQL, a loaded event, server processes of any source tree, and signed-in people."""

import os
import socket
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import psutil
import psycopg
import sqlalchemy as sa
from psycopg import sql
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from api.core.database import migrate, psycopg_url
from api.core.membership import token_hash_of
from api.imports.service import store_event
from api.models import Participant, User, UserSession
from api.standalone.postgres import postgres
from api.web.permissions import COOKIE
from matchmaker.event import Event
from matchmaker.sample import biowin_day

ROOT = Path(__file__).parents[2]
MOST = 1000
"""People in one sample event; a larger one is put together of several."""
SERVE = ("-c", "from api.cli.main import app; app()", "serve", "--port")


@contextmanager
def server_url() -> Iterator[str]:
    """The PostgreSQL server of MATCHMAKER_TEST_DATABASE_URL, or one that is gone afterwards."""
    if url := os.environ.get("MATCHMAKER_TEST_DATABASE_URL"):
        yield url
        return
    with tempfile.TemporaryDirectory(prefix="matchmaker-benchmark-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        with postgres(Path(folder) / "postgresql") as url:
            yield url


@contextmanager
def database(server: str, name: str) -> Iterator[str]:
    """A migrated database on the server, dropped afterwards."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        url = make_url(server).set(database=name).render_as_string(hide_password=False)
        migrate(url)
        yield url
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def crowd(people: int) -> Event:
    """A sample event of so many people and their requests."""
    parts = [biowin_day(seed=seed, people=min(people - start, MOST)) for seed, start in
             enumerate(range(0, people, MOST))]  # fmt: skip
    if len(parts) == 1:
        return parts[0]
    return replace(
        parts[0],
        people=tuple(replace(p, email=f"{i}.{p.email}", place=None) for i, part in enumerate(parts)
                     for p in part.people),
        requests=tuple(replace(r, sender=f"{i}.{r.sender}", recipient=f"{i}.{r.recipient}")
                       for i, part in enumerate(parts) for r in part.requests),
    )  # fmt: skip


def load(url: str, people: int) -> int:
    """Store an event of so many people with matches for each, owned by owner@example.org; its number."""
    with Session(sa.create_engine(psycopg_url(url))) as session:
        owner = User(email="owner@example.org", name="Owner")
        session.add(owner)
        session.flush()
        event_id = store_event(session, crowd(people), owner.id).id
        session.execute(
            sa.text(
                """INSERT INTO matches (participant_id, other_id, ranking_version, met_before, standing, score, forward,
                                     backward, need_id, offer_id)
                SELECT a.id, b.id, 1, false, 1 - 0.001 * abs(a.id - b.id), 0.5, 0.5, 0.5, n.id, o.id
                FROM participants a JOIN participants b ON b.id <> a.id AND b.organisation_id <> a.organisation_id
                     AND abs(a.id - b.id) <= :distance
                LEFT JOIN needs n ON n.participant_id = a.id AND n.position = 0
                LEFT JOIN offers o ON o.participant_id = b.id AND o.position = 0"""
            ),
            {"distance": 25 if people <= MOST else 5},
        )
        session.execute(sa.text("UPDATE events SET ranking_version = 1"))
        expires = datetime.now(UTC) + timedelta(days=1)
        for user_id in session.scalars(sa.select(User.id)).all():
            session.add(UserSession(user_id=user_id, token_hash=token_hash_of(f"token {user_id}"), expires_at=expires))
        session.commit()
        session.connection(execution_options={"isolation_level": "AUTOCOMMIT"}).execute(sa.text("ANALYZE"))
    return event_id


def attendees(url: str, event_id: int) -> list[tuple[int, str]]:
    """Every participant of an event, with the token of their session."""
    with Session(sa.create_engine(psycopg_url(url))) as session:
        rows = session.execute(
            sa.select(Participant.id, Participant.user_id).where(Participant.event_id == event_id)
        ).all()
    return [(id_, f"token {user_id}") for id_, user_id in rows]


def owner_token(url: str) -> str:
    """The token of the owner's session."""
    with Session(sa.create_engine(psycopg_url(url))) as session:
        return f"token {session.scalar(sa.select(User.id).where(User.email == 'owner@example.org'))}"


def cookies(token: str) -> dict[str, str]:
    """A browser's cookies."""
    return {COOKIE: token}


@contextmanager
def serving(url: str, tree: Path = ROOT, command: Sequence[str] = SERVE) -> Iterator[tuple[psutil.Process, str]]:
    """A server process of the source tree at `tree`, and its address. The interpreter runs `command` and a port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    process = psutil.Popen(
        [sys.executable, *command, str(port)],
        cwd=tree,
        env=os.environ | {"PYTHONPATH": str(tree), "MATCHMAKER_DATABASE_URL": url, "MATCHMAKER_ORIGIN": address},
        stderr=(Path(tempfile.gettempdir()) / "matchmaker-benchmark.log").open("w"),
    )
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                httpx.get(f"{address}/health/ready").raise_for_status()
                break
            except httpx.HTTPError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)
        yield process, address
    finally:
        process.terminate()
        process.wait(30)


def cpu_seconds(process: psutil.Process) -> float:
    """The processor time that a process has used."""
    times = process.cpu_times()
    return float(times.user + times.system)
