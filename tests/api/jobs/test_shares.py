"""Who goes first: quick work never waits for long work, schedules not for rankings, and no account for itself alone."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import procrastinate
import psycopg
import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from procrastinate.jobs import Job
from sqlalchemy.orm import Session

from api.core.database import open_engine, open_sessions
from api.jobs import enqueue
from api.jobs.app import DEBOUNCE, NIGHT, app
from api.jobs.cpus import usable_cpus
from api.jobs.retry import DatabaseLostError, RetryTransient, TransientError, is_transient
from api.jobs.work import await_share

job = sa.table(
    "procrastinate_jobs",
    *map(sa.column, ("id", "status", "task_name", "priority", "lock", "queue_name", "scheduled_at", "args")),
)


@pytest.fixture
def ask(db: Session, database_url: str) -> Callable[..., int]:
    """Enqueue a job as a request would."""
    assert db

    def enqueued(task: str, **arguments: Any) -> int:
        async def run() -> int:
            engine = open_engine(database_url)
            async with open_sessions(engine).begin() as session:
                number = await enqueue(session, task, **arguments)
            await engine.dispose()
            return number

        return asyncio.run(run())

    return enqueued


def fetch(db: Session, queue: str) -> int | None:
    """The job that a worker of the queue would do next; it is then being done."""
    fetched = db.scalar(
        sa.text("SELECT id FROM procrastinate_fetch_job_v2(ARRAY[:queue]::varchar[], NULL)"), {"queue": queue}
    )
    db.commit()
    return fetched


def test_the_edits_of_a_guest_are_one_quick_job_that_no_schedule_waits_for(
    db: Session, ask: Callable[..., int]
) -> None:
    first = ask("rank_participant", event_id=1, participant_id=7)
    assert ask("rank_participant", event_id=1, participant_id=7) == first, "several edits, one run"
    assert ask("rank_participant", event_id=1, participant_id=8) != first
    wait = sa.func.extract("epoch", job.c.scheduled_at - sa.func.now())
    assert 0 < float(db.scalar(sa.select(wait).where(job.c.id == first)) or 0) <= DEBOUNCE
    db.execute(sa.text("UPDATE procrastinate_jobs SET scheduled_at = NULL"))
    db.commit()
    assert fetch(db, "quick") == first
    schedule = ask("make_schedule", event_id=1, schedule_id=1)
    assert fetch(db, "compute") == schedule, "while a guest's ranking is being made"


def test_a_schedule_goes_before_proposals_and_rankings_of_its_event(db: Session, ask: Callable[..., int]) -> None:
    night = ask("rank_event", event_id=2, priority=NIGHT)
    ranking = ask("rank_event", event_id=1)
    proposals = ask("propose_meetings", event_id=1, proposals_id=1)
    schedule = ask("make_schedule", event_id=1, schedule_id=1)
    assert fetch(db, "compute") == schedule
    assert fetch(db, "compute") == night, "of one event only one long job is done at a time"
    db.execute(sa.text("DELETE FROM procrastinate_jobs WHERE status = 'doing'"))
    db.commit()
    assert fetch(db, "compute") == proposals
    db.execute(sa.text("DELETE FROM procrastinate_jobs WHERE status = 'doing'"))
    db.commit()
    assert fetch(db, "compute") == ranking


def test_explaining_a_schedule_keeps_neither_the_next_schedule_nor_an_edit_waiting(
    db: Session, ask: Callable[..., int]
) -> None:
    explained = ask("explain_schedule", schedule_id=1)
    edits = [ask("rank_participant", event_id=i % 3, participant_id=i) for i in range(20)]
    db.execute(sa.text("UPDATE procrastinate_jobs SET scheduled_at = NULL"))
    db.commit()
    schedule = ask("make_schedule", event_id=1, schedule_id=2)
    assert fetch(db, "compute") == schedule, "whatever guests do"
    assert [fetch(db, "quick") for _ in range(4)] == [*edits[:3], explained], "one edit of each event at a time"


def test_accounts_have_their_turns(db: Session, ask: Callable[..., int]) -> None:
    many = [ask("make_schedule", event_id=i, schedule_id=i, account_id=1) for i in range(4)]
    few = [ask("make_schedule", event_id=10 + i, schedule_id=10 + i, account_id=2) for i in range(2)]
    assert [fetch(db, "compute") for _ in range(6)] == [many[0], few[0], many[1], few[1], many[2], many[3]]


def test_an_account_has_at_most_two_long_computations_under_way(
    db: Session, engine: sa.Engine, ask: Callable[..., int]
) -> None:
    numbers = [ask("make_schedule", event_id=i, schedule_id=i, account_id=1) for i in range(3)]
    other = ask("make_schedule", event_id=9, schedule_id=9, account_id=2)
    while fetch(db, "compute"):
        pass

    def start(number: int, account_id: int) -> None:
        doing = SimpleNamespace(id=number, task_kwargs={"account_id": account_id})
        await_share(SimpleNamespace(job=doing, additional_context={"worker": SimpleNamespace(engine=engine)}))  # type: ignore[arg-type]

    for number in numbers[:2]:
        start(number, 1)
    start(other, 2)
    with pytest.raises(TransientError):
        start(numbers[2], 1)
    db.execute(sa.text("DELETE FROM procrastinate_jobs WHERE id = :id"), {"id": numbers[0]})
    db.commit()
    start(numbers[2], 1)


@pytest.mark.parametrize(
    ("path", "body", "task"),
    [
        ("participants/{ann}/offers", [{"text": "Something new"}], "rank_participant"),
        ("participants/{ann}/needs", [{"text": "Something else"}], "rank_participant"),
    ],
)
def test_an_edit_asks_for_a_ranking_of_that_person_alone(
    db: Session,
    event_id: int,
    person: Callable[[str], int],
    signed_in: Callable[[str], TestClient],
    path: str,
    body: object,
    task: str,
) -> None:
    address = f"/api/v1/events/{event_id}/{path.format(ann=person('ann'))}"
    assert signed_in("ann@example.org").put(address, json=body).status_code == 200
    asked = db.execute(sa.select(job.c.task_name, job.c.args)).all()
    assert asked == [(task, {"event_id": event_id, "participant_id": person("ann")})]


def test_what_passes_by_itself_is_tried_again_and_a_mistake_is_not() -> None:
    shutdown, denied = psycopg.errors.AdminShutdown(), psycopg.errors.InsufficientPrivilege()
    canceled = psycopg.errors.QueryCanceled()
    wrapped = sa.exc.OperationalError("SELECT 1", {}, shutdown)
    wrapped.__cause__ = shutdown
    assert is_transient(shutdown)
    assert is_transient(wrapped)
    assert is_transient(psycopg.OperationalError("connection refused"))
    assert is_transient(psycopg.errors.DeadlockDetected())
    assert is_transient(DatabaseLostError())
    assert not any(map(is_transient, (denied, canceled, ValueError(), psycopg.errors.UniqueViolation())))
    retry = RetryTransient()
    decided = retry.get_retry_decision(exception=wrapped, job=SimpleNamespace(attempts=3))  # type: ignore[arg-type]
    assert decided is not None
    assert decided.retry_at is not None
    assert retry.get_retry_decision(exception=ValueError(), job=SimpleNamespace(attempts=0)) is None  # type: ignore[arg-type]


def test_the_quota_of_a_container_counts(tmp_path: Path) -> None:
    everything = usable_cpus(tmp_path)
    (tmp_path / "cpu.max").write_text("max 100000\n")
    assert usable_cpus(tmp_path) == everything
    (tmp_path / "cpu.max").write_text("50000 100000\n")
    assert usable_cpus(tmp_path) == 1
    (tmp_path / "cpu.max").unlink()
    (tmp_path / "cpu").mkdir()
    (tmp_path / "cpu/cpu.cfs_period_us").write_text("100000")
    (tmp_path / "cpu/cpu.cfs_quota_us").write_text("100000")
    assert usable_cpus(tmp_path) == 1
    (tmp_path / "cpu/cpu.cfs_quota_us").write_text("-1")
    assert usable_cpus(tmp_path) == everything


def test_a_job_to_be_done_again_gives_way_to_one_of_its_kind_that_waits(
    db: Session, database_url: str, ask: Callable[..., int]
) -> None:
    first = ask("rank_event", event_id=1)
    assert fetch(db, "compute") == first
    second = ask("rank_event", event_id=1)

    async def retry() -> None:
        with app.replace_connector(procrastinate.PsycopgConnector(conninfo=database_url)):
            async with app.open_async():
                again = Job(id=first, queue="compute", lock=None, queueing_lock=None, task_name="rank_event")
                await app.job_manager.retry_job(again, retry_at=datetime.now(UTC))

    asyncio.run(retry())
    assert db.execute(sa.select(job.c.id, job.c.status)).all() == [(second, "todo")]


def test_documents_of_one_schedule_are_made_by_one_job_at_a_time(db: Session, ask: Callable[..., int]) -> None:
    first = ask("make_documents", schedule_id=1)
    assert fetch(db, "default") == first
    ask("make_documents", schedule_id=1)
    assert fetch(db, "default") is None
    other = ask("make_documents", schedule_id=2)
    assert fetch(db, "default") == other
