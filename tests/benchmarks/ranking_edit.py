"""What one edit and one whole ranking cost at 6,000 people, in processor seconds and in bytes of PostgreSQL's log.

python -m tests.benchmarks.ranking_edit [people] [embedder]      prints rows of the table in docs/benchmark-service.md
"""

import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

import psutil
import sqlalchemy as sa
from sqlalchemy.orm import Session

from api import models
from api.core.database import migrate, psycopg_url
from api.imports.service import store_event
from api.matching import ranking_job
from api.standalone.postgres import postgres
from matchmaker.sample import biowin_day
from tests.benchmarks.bench_matching import crowd, say

EDITS = 5


def main(people: int, embedder: str) -> None:
    os.environ["MATCHMAKER_EMBEDDER"] = embedder
    with tempfile.TemporaryDirectory() as folder, postgres(Path(folder) / "postgresql") as url:
        Path(folder).chmod(0o755)
        migrate(url)
        engine = sa.create_engine(psycopg_url(url))
        with Session(engine) as session, session.begin():
            owner = models.User(email="organiser@example.org")
            session.add(owner)
            session.flush()
            guests = tuple(replace(person, place=None) for person in crowd(people))
            event = store_event(session, replace(biowin_day(), people=guests, requests=()), owner.id)
            event_id = event.id
        ranking_job.run(url, event_id, lambda: False)  # reads the texts, once
        say(f"| {people} people | seconds | CPU, job | CPU, PostgreSQL | MB written |")
        say("|---|---|---|---|---|")
        measured("a whole ranking", engine, lambda: ranking_job.run(url, event_id, lambda: False))
        if not hasattr(ranking_job, "rerank_participant"):
            return  # the code of before: every edit was a whole ranking
        with engine.begin() as connection:
            popular = connection.scalars(
                sa.select(models.Match.other_id).group_by(models.Match.other_id).order_by(sa.func.count().desc())
            ).all()
        for label, chosen in (
            ("one edit, the median of 5 people", popular[len(popular) // 10 :: len(popular) // EDITS][:EDITS]),
            ("one edit, of who is in most lists", popular[:1]),
        ):
            costs = []
            for participant_id in chosen:
                with engine.begin() as connection:
                    connection.execute(
                        sa.update(models.Need)
                        .where(models.Need.participant_id == participant_id)
                        .values(text=models.Need.text + " for patients in Europe")
                    )
                costs.append(
                    cost(engine, lambda row=participant_id: ranking_job.rerank_participant(url, row, lambda: False))
                )
            show(label, tuple(median(figures) for figures in zip(*costs, strict=True)))


def measured(label: str, engine: sa.Engine, work: Callable[[], object]) -> None:
    show(label, cost(engine, work))


def show(label: str, figures: tuple[float, ...]) -> None:
    say(f"| {label} | " + " | ".join(f"{figure:.2f}" for figure in figures) + " |")


def cost(engine: sa.Engine, work: Callable[[], object]) -> tuple[float, float, float, float]:
    """Seconds, processor seconds of this process and of PostgreSQL, and megabytes of write-ahead log.

    The log is counted from a checkpoint on: the first change of a page is then written with all of the page.
    """
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("CHECKPOINT"))
        begin = connection.scalar(sa.text("SELECT pg_current_wal_insert_lsn()"))
        wall, cpu, server = perf_counter(), process_time(), server_cpu(connection)
        work()
        seconds, used, served = perf_counter() - wall, process_time() - cpu, server_cpu(connection) - server
        written = connection.scalar(sa.text("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), :b)"), {"b": begin})
    return seconds, used, served, float(written or 0) / 1e6


def server_cpu(connection: sa.Connection) -> float:
    """Processor seconds of PostgreSQL: of the processes that run, and of those that have ended."""
    postmaster = psutil.Process(connection.scalar(sa.text("SELECT pg_backend_pid()"))).parent()
    assert postmaster is not None
    own = postmaster.cpu_times()
    running = (child.cpu_times() for child in postmaster.children())
    return own.children_user + own.children_system + sum(times.user + times.system for times in running)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 6000, sys.argv[2] if len(sys.argv) > 2 else "")
