"""What a writer waits for: whom a text finds, by the API, at 400 and at 6,000 people.

python -m tests.benchmarks.writing [people ...]      prints the rows of the table in docs/benchmark-search.md
"""

import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter, sleep
from typing import Any

import psutil
import sqlalchemy as sa
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from api.app import create_app
from api.core.database import migrate, psycopg_url
from api.imports.service import store_event
from api.matching import ranking_job
from api.models import Participant, User, UserSession
from api.settings import Settings
from api.standalone.postgres import postgres
from api.web.permissions import COOKIE, token_hash_of
from matchmaker.sample import biowin_day
from tests.benchmarks.bench_matching import crowd, say

TEXT = "A partner who validates blood tests for sepsis in three hospitals of Flanders by next spring"


def measure(people: int) -> None:
    with tempfile.TemporaryDirectory() as folder, postgres(Path(folder) / "postgresql") as url:
        Path(folder).chmod(0o755)
        migrate(url)
        engine = sa.create_engine(psycopg_url(url))
        with Session(engine) as session, session.begin():
            owner = User(email="organiser@example.org")
            session.add(owner)
            session.flush()
            guests = tuple(replace(person, place=None) for person in crowd(people))
            event = store_event(session, replace(biowin_day(), people=guests, requests=()), owner.id)
            later = datetime.now(UTC) + timedelta(days=1)
            session.add(UserSession(user_id=owner.id, token_hash=token_hash_of("token"), expires_at=later))
            event_id = event.id
        ranking_job.run(url, event_id, lambda: False)
        with engine.connect() as connection:
            participant_id = connection.scalar(sa.select(sa.func.min(Participant.id)))
        engine.dispose()
        app = create_app(Settings(database_url=url, origin="http://testserver"))
        memory = psutil.Process().memory_info().rss
        with TestClient(app, cookies={COOKIE: "token"}) as client:
            path = f"/api/v1/events/{event_id}"
            statements = f"{path}/participants/{participant_id}/statements/preview"

            def ask(words: int) -> Any:
                text = " ".join(TEXT.split()[: 3 + words % 13]) + f" {words}"
                return client.post(statements, json={"role": "need", "text": text}).json()

            read = until(lambda: ask(0), lambda answer: not answer["reading"])
            seconds = []
            for number in range(30):
                began = perf_counter()
                assert ask(number)["people"] is not None
                seconds.append(perf_counter() - began)
            grown = (psutil.Process().memory_info().rss - memory) / 1e6
            gaps = until(lambda: client.get(f"{path}/matching/gaps").json(), lambda answer: answer["state"] == "ready")
        seconds.sort()
        say(
            f"| {len(guests)} | {read:.1f} s | {1000 * median(seconds):.0f} ms | {1000 * seconds[-2]:.0f} ms "
            f"| {grown:.0f} MB | {gaps:.1f} s |"
        )


def until(ask: Callable[[], Any], is_ready: Callable[[Any], bool]) -> float:
    """The seconds until an answer is ready."""
    began = perf_counter()
    while not is_ready(ask()):
        sleep(0.1)
    return perf_counter() - began


def main() -> None:
    say(f"{os.cpu_count()} processors with a load of {os.getloadavg()[0]:.0f}\n")
    say("| people | first answer | then, median | 29th of 30 | memory | gaps |")
    say("|---|---|---|---|---|---|")
    for people in map(int, sys.argv[1:] or ("400", "6000")):
        measure(people)


if __name__ == "__main__":
    main()
