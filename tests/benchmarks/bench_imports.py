"""Measures imports of 6,000 people against a server of its own: how long they take, and what others wait meanwhile.

python -m tests.benchmarks.bench_imports [--people 6000]
"""

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import sqlalchemy as sa
from sqlalchemy.orm import Session

from api.core.database import migrate, psycopg_url
from api.core.membership import token_hash_of
from api.models import Participant, User, UserSession
from api.standalone.postgres import postgres
from api.web.permissions import COOKIE
from matchmaker.documents import workbook_of
from matchmaker.event import Event
from matchmaker.sample import biowin_day

PORT = 8947
_SERVE = (
    "import uvicorn; from api.app import create_app; from api.settings import Settings;"
    f"uvicorn.run(create_app(Settings()), port={PORT}, log_level='critical')"
)


def large_event(people: int) -> Event:
    """Sample events of a thousand people side by side."""
    events = [biowin_day(seed=i, people=1000) for i in range(-(-people // 1000))]
    everyone = [
        replace(person, email=f"{i}.{person.email}", place=None)
        for i, each in enumerate(events)
        for person in each.people
    ][:people]
    known = {person.email for person in everyone}
    asked = [
        replace(request, sender=f"{i}.{request.sender}", recipient=f"{i}.{request.recipient}")
        for i, each in enumerate(events)
        for request in each.requests
    ]
    requests = tuple(r for r in asked if r.sender in known and r.recipient in known)
    return replace(events[0], people=tuple(everyone), requests=requests)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=6000)
    people = parser.parse_args().people
    event = large_event(people)
    changed = tuple(replace(p, job_title="Chair") if i % 20 == 0 else p for i, p in enumerate(event.people))
    files = {
        "first import": workbook_of(event),
        "dry run, nothing new": workbook_of(event),
        "import, nothing new": workbook_of(event),
        "import, 1 in 20 changed": workbook_of(replace(event, people=changed)),
    }
    with tempfile.TemporaryDirectory() as folder, postgres(Path(folder) / "pg") as url, serving(url) as server:
        guest, organiser = sign_in(url)
        say(f"{people} people, {len(event.requests)} requests\n")
        say("| | seconds | CPU of the server | of its children | longest /health/live | longest write of a guest |")
        say("|---|---|---|---|---|---|")
        path = "/api/v1/imports"
        for name, data in files.items():
            query = "?dry_run=true" if name.startswith("dry") else ""
            with watched(guest if "first" not in name else None) as longest:
                begin, cpu = time.perf_counter(), cpu_seconds(server)
                answer = organiser.post(path + query, files={"file": ("event.xlsx", data)})
                seconds = time.perf_counter() - begin
            assert answer.status_code < 300, answer.text
            own, children = (after - before for before, after in zip(cpu, cpu_seconds(server), strict=True))
            waits = f"{longest['live']:.0f} ms | {longest['write']:.0f} ms"
            say(f"| {name} | {seconds:.1f} | {own:.1f} s | {children:.1f} s | {waits} |")
            if "first" in name:
                path = f"/api/v1/events/{answer.json()['event_id']}/imports"
                guest = as_guest(url, guest)


@contextmanager
def serving(url: str) -> Iterator[int]:
    """The process id of a server on the database at `url`, its tables made."""
    migrate(url)
    environment = {**os.environ, "MATCHMAKER_DATABASE_URL": url, "MATCHMAKER_ORIGIN": f"http://127.0.0.1:{PORT}"}
    server = subprocess.Popen([sys.executable, "-c", _SERVE], env=environment)
    try:
        for _ in range(300):
            with suppress(httpx.TransportError):
                httpx.get(f"http://127.0.0.1:{PORT}/health/ready").raise_for_status()
                break
            time.sleep(0.1)
        yield server.pid
    finally:
        server.terminate()
        server.wait()


def cpu_seconds(pid: int) -> tuple[float, float]:
    """The processor time of a process, and of those of its children that have ended (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    ticks = [int(field) / os.sysconf("SC_CLK_TCK") for field in fields[11:15]]
    return ticks[0] + ticks[1], ticks[2] + ticks[3]


def sign_in(url: str) -> tuple[httpx.Client, httpx.Client]:
    """Somebody who will be a guest, and an organiser."""
    with Session(sa.create_engine(psycopg_url(url))) as db:
        for name in ("guest", "organiser"):
            user = User(email=f"{name}@example.org", creates_events=name == "organiser")
            db.add(user)
            db.flush()
            expires = datetime.now(UTC) + timedelta(hours=1)
            db.add(UserSession(user_id=user.id, token_hash=token_hash_of(name), expires_at=expires))
        db.commit()
    guest, organiser = (
        httpx.Client(base_url=f"http://127.0.0.1:{PORT}", cookies={COOKIE: name}, timeout=300)
        for name in ("guest", "organiser")
    )
    return guest, organiser


def as_guest(url: str, guest: httpx.Client) -> httpx.Client:
    """The guest's browser, signed in as the first participant; its address is that of their profile."""
    with Session(sa.create_engine(psycopg_url(url))) as db:
        row = db.execute(sa.select(Participant.id, Participant.event_id, Participant.user_id).limit(1)).one()
        db.execute(
            sa.update(UserSession).values(user_id=row.user_id).where(UserSession.token_hash == token_hash_of("guest"))
        )
        db.commit()
    guest.base_url = f"http://127.0.0.1:{PORT}/api/v1/events/{row.event_id}/participants/{row.id}"
    return guest


@contextmanager
def watched(guest: httpx.Client | None) -> Iterator[dict[str, float]]:
    """The longest times, in milliseconds, of two kinds of request while the block runs."""
    longest = {"live": 0.0, "write": 0.0}
    over = threading.Event()

    def watch(name: str, ask: Callable[[int], object]) -> None:
        n = 0
        while not over.is_set():
            begin = time.perf_counter()
            ask(n)
            longest[name] = max(longest[name], 1000 * (time.perf_counter() - begin))
            n += 1
            time.sleep(0.02)

    live = httpx.Client(base_url=f"http://127.0.0.1:{PORT}", timeout=300)
    threads = [threading.Thread(target=watch, args=("live", lambda _: live.get("/health/live")))]
    if guest is not None:
        writes = (
            "write",
            lambda n: guest.patch(str(guest.base_url).rstrip("/"), json={"job_title": f"Title {n}"}).raise_for_status(),
        )
        threads.append(threading.Thread(target=watch, args=writes))
    for thread in threads:
        thread.start()
    yield longest
    over.set()
    for thread in threads:
        thread.join()


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
