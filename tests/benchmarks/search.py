"""Search and lists at 6,000 people: `python -m tests.benchmarks.search` writes its part of docs/benchmark-search.md.

The sample event fifteen times over, each copy with family names of its own; 20,000 requests and the 50 best matches of
everybody. A request is made in this process with PostgreSQL beside it: the fastest of `TIMES`, and the mean of the
processor time of both. Nothing is found by meaning, for the event is not ranked.
"""

import argparse
import os
import platform
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from pathlib import Path
from time import perf_counter, process_time

import psutil
import sqlalchemy as sa
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from api.app import create_app
from api.core.database import migrate, psycopg_url
from api.core.membership import token_hash_of
from api.imports.service import store_event
from api.models import Participant, User, UserSession
from api.settings import Settings
from api.standalone.postgres import postgres
from api.web.permissions import COOKIE
from matchmaker.event import Event
from matchmaker.sample import biowin_day

TABLE = Path(__file__).parents[2] / "docs" / "benchmark-search.md"
HEADING = "## Search and lists at 6,000 people"
PEOPLE, TIMES = 6_000, 9
REQUESTS = sa.text(
    """
    INSERT INTO meeting_requests (event_id, sender_id, recipient_id, status, preference, message, created_at)
    SELECT 1, a, b, 'pending', 'like', '', now() - random() * interval '30 days'
    FROM (SELECT DISTINCT 1 + floor(random() * 6000)::int AS a, 1 + floor(random() * 6000)::int AS b
          FROM generate_series(1, 20100)) AS pairs
    WHERE a <> b LIMIT 20000
    """
)
MATCHES = sa.text(
    """
    INSERT INTO matches (participant_id, other_id, ranking_version, met_before, standing, score, forward, backward)
    SELECT p, 1 + (p + 97 * (rank + 1)) % 6000, 1, false, 0.9 - 0.01 * rank, 0.9 - 0.01 * rank, 0.8, 0.7
    FROM generate_series(1, 6000) AS p, generate_series(0, 49) AS rank WHERE p <> 1 + (p + 97 * (rank + 1)) % 6000
    """
)
LONG = " ".join("abcdefghijklmnopqrst" * 5)
LISTS: dict[str, dict[str, str]] = {"participants": {}, "matches": {"everyone": "true"}, "requests": {}}
SEARCHES = {"nothing": "", "benoit": "benoit", "clinical trials": "clinical trials", "100 one-letter words": LONG}


def big_event() -> Event:
    """The sample event with `PEOPLE` participants and no requests."""
    sample = biowin_day()
    people = [
        replace(
            person,
            email=f"copy{number}.{person.email}",
            last_name=f"{person.last_name} {'abcdefghijklmnop'[number // len(sample.people)]}",
            place=None,
        )
        for number, person in enumerate(islice(cycle(sample.people), PEOPLE))
    ]
    return replace(sample, people=tuple(people), requests=())


@contextmanager
def server() -> Iterator[tuple[TestClient, sa.Engine]]:
    """The API with the event, for somebody who organises it and takes part."""
    with tempfile.TemporaryDirectory() as folder, postgres(Path(folder) / "data") as url:
        migrate(url)
        engine = sa.create_engine(psycopg_url(url))
        with Session(engine) as session, session.begin():
            owner = User(email="copy0.organiser@example.org")
            session.add(owner)
            session.flush()
            store_event(session, big_event(), owner.id)
            session.execute(sa.update(Participant).where(Participant.id == 1).values(user_id=owner.id))
            later = datetime.now(UTC) + timedelta(days=1)
            session.add(UserSession(user_id=owner.id, token_hash=token_hash_of("token"), expires_at=later))
            session.execute(REQUESTS)
            session.execute(MATCHES)
            session.execute(sa.text("UPDATE events SET ranking_version = 1"))
        with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(sa.text("VACUUM ANALYZE"))
        app = create_app(Settings(database_url=url, origin="http://testserver"))
        with TestClient(app, cookies={COOKIE: "token"}) as client:
            yield client, engine
        engine.dispose()


def cost(client: TestClient, engine: sa.Engine, path: str, **params: str) -> tuple[float, float]:
    """Of `TIMES` requests: milliseconds of the fastest, and the mean of processor time, the database's included."""
    seconds = []
    before = processor_time(engine)
    for _ in range(TIMES):
        began = perf_counter()
        answer = client.get(f"/api/v1/events/1/{path}", params=params)
        seconds.append(perf_counter() - began)
        assert answer.status_code == 200, answer.text
    return 1000 * min(seconds), 1000 * (processor_time(engine) - before) / TIMES


def processor_time(engine: sa.Engine) -> float:
    """Seconds used so far by this process and by the connections of the database."""
    with engine.connect() as connection:
        pids = connection.scalars(
            sa.text("SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend'")
        ).all()
    times = [psutil.Process(pid).cpu_times() for pid in pids]
    return process_time() + sum(each.user + each.system for each in times)


def rows() -> list[str]:
    lines = []
    with server() as (client, engine):
        for path, params in LISTS.items():
            for name, search in SEARCHES.items():
                client.get(f"/api/v1/events/1/{path}", params={"search": search, **params})
                fastest, processor = cost(client, engine, path, search=search, **params)
                lines.append(f"| {path} | {name} | {fastest:.0f} ms | {processor:.0f} ms |")
    return lines


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--print", action="store_true", help="print the rows and write nothing")
    if parser.parse_args().print:
        print("\n".join(rows()))  # noqa: T201
        return
    machine = f"{platform.machine()}, {os.cpu_count()} processors with a load of {os.getloadavg()[0]:.0f}"
    head = ["| list | search | fastest | processor |", "|---|---|---|---|"]
    section = "\n".join([HEADING, "", f"`python -m tests.benchmarks.search`; {machine}.", "", *head, *rows(), ""])
    before = TABLE.read_text() if TABLE.exists() else "# The service\n\n"
    start, _, rest = before.partition(HEADING)
    _, found, following = rest.partition("\n## ")
    TABLE.write_text(start + section + (f"\n## {following}" if found else ""))


if __name__ == "__main__":
    main()
