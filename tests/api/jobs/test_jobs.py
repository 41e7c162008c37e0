"""Jobs live and die with transactions; workers may be killed, schedules go on. With real worker processes."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, TypeVar

import procrastinate
import psutil
import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from api.core.database import open_engine, open_sessions, psycopg_url
from api.imports.service import store_event
from api.jobs import enqueue, recovery
from api.jobs.app import app
from api.jobs.child import Child
from api.jobs.work import WorkerContext
from api.jobs.worker import CLOSERS
from api.models import Event, Match, Meeting, Participant, Proposals, ProposalsState, Schedule, User
from api.models.schedules import ScheduleState
from api.schedules import solving
from api.settings import Settings
from matchmaker.sample import biowin_day
from tests.api.drafts import queued
from tests.api.jobs.workers import until, worker

ORGANISER = "organiser@example.org"
T = TypeVar("T")
job = sa.table("procrastinate_jobs", *map(sa.column, ("id", "status", "attempts", "worker_id", "task_name")))


@pytest.fixture
def sample_id(db: Session) -> int:
    """An event that keeps the solver busy for as long as it may; its people have nothing to read."""
    owner = User(email=ORGANISER)
    db.add(owner)
    db.flush()
    sample = biowin_day(people=80)
    people = tuple(replace(person, offers=(), needs=()) for person in sample.people)
    event = store_event(db, replace(sample, people=people), owner.id)
    db.commit()
    return event.id


def in_transaction(url: str, work: Callable[[AsyncSession], Awaitable[object]], *, commit: bool = True) -> None:
    """Do `work` as a request would."""

    async def run() -> None:
        engine = open_engine(url)
        async with open_sessions(engine)() as session:
            await work(session)
            await (session.commit() if commit else session.rollback())
        await engine.dispose()

    asyncio.run(run())


def test_a_job_exists_only_if_the_transaction_that_asks_for_it_commits(db: Session, database_url: str) -> None:
    def ask(session: AsyncSession) -> Awaitable[int]:
        return enqueue(session, "send_sign_in_link", user_id=1, request_id=1)

    count = sa.select(sa.func.count()).select_from(job)
    in_transaction(database_url, ask, commit=False)
    assert db.scalar(count) == 0
    in_transaction(database_url, ask)
    db.rollback()
    assert db.scalar(count) == 1


def test_a_ranking_that_waits_serves_for_the_next_one(db: Session, database_url: str) -> None:
    async def ask_three_times(session: AsyncSession) -> None:
        first = await enqueue(session, "rank_event", event_id=1)
        assert await enqueue(session, "rank_event", event_id=1) == first
        assert await enqueue(session, "rank_event", event_id=2) != first

    in_transaction(database_url, ask_three_times)
    assert db.scalar(sa.select(sa.func.count()).select_from(job)) == 2


def test_a_ranking_does_not_start_before_the_edit_that_asks_for_it_is_there(db: Session, database_url: str) -> None:
    fetch = sa.text("SELECT id FROM procrastinate_fetch_job_v2(NULL, NULL)")

    async def ask(session: AsyncSession) -> None:
        await enqueue(session, "rank_event", event_id=1)

    async def ask_again(session: AsyncSession) -> None:
        await ask(session)
        assert await asyncio.to_thread(db.scalar, fetch) is None
        db.rollback()

    in_transaction(database_url, ask)
    in_transaction(database_url, ask_again)
    assert db.scalar(fetch) is not None


def test_a_schedule_is_never_made_by_two_at_once(db: Session, database_url: str, event_id: int) -> None:
    row = queued(db, event_id)
    with db.get_bind().connect() as other:
        other.execute(sa.select(sa.func.pg_advisory_lock(solving._LOCK + row.id)))
        assert not solving.run(database_url, row.id, lambda: False)
        other.execute(sa.select(sa.func.pg_advisory_unlock_all()))
    db.refresh(row)
    assert row.state is ScheduleState.QUEUED
    assert solving.run(database_url, row.id, lambda: False)
    assert solving.run(database_url, row.id, lambda: False), "what is done already is not done again"
    assert db.scalar(sa.select(sa.func.count()).select_from(Meeting)) == 1


def test_a_schedule_outlives_its_workers(
    db: Session, database_url: str, engine: sa.Engine, sample_id: int, signed_in: Callable[[str], TestClient]
) -> None:
    browser, run = signed_in(ORGANISER), Run(engine)
    with worker(database_url) as first:
        schedule_id = start(browser, sample_id)
        until(run.meetings)
        first.send_signal(signal.SIGTERM)
        first.wait()
    assert run.status() == "todo", "a worker that stops gives back what it was at"
    with worker(database_url) as second:
        until(lambda: run.status() == "doing")
        solver, holder, before = until(lambda: solver_of(second)), run.worker(), run.meetings()
        with worker(database_url) as third:
            until(lambda: run.workers() == 6)  # three queues each
            os.kill(second.pid, signal.SIGKILL)
            until(lambda: run.worker() not in (None, holder))
            assert not solver.is_running(), "the solver dies with its worker"
            until(lambda: solver_of(third)).kill()
            assert browser.post(f"/api/v1/schedules/{schedule_id}/cancel").status_code == 200
            until(lambda: run.state() is ScheduleState.DRAFT)
    row = db.get_one(Schedule, schedule_id, populate_existing=True)
    assert row.cancelled
    assert row.measures["meetings"] >= before > 0
    assert db.scalar(sa.select(sa.func.count()).select_from(Meeting)) == row.measures["meetings"]


def test_the_best_plan_of_a_cancelled_schedule_is_its_draft(
    db: Session, database_url: str, engine: sa.Engine, sample_id: int, signed_in: Callable[[str], TestClient]
) -> None:
    browser, run = signed_in(ORGANISER), Run(engine)
    guest = db.scalars(sa.select(Participant.id).limit(1)).one()
    edit = {"event_id": sample_id, "participant_id": guest}
    # nobody is ranked yet, so that this edit has everybody ranked
    in_transaction(database_url, lambda session: enqueue(session, "rank_participant", **edit))
    with worker(database_url):
        schedule_id = start(browser, sample_id)
        until(run.meetings)
        assert db.scalar(sa.select(Event.ranked_at)) is None, "a schedule does not wait for a ranking"
        assert browser.post(f"/api/v1/schedules/{schedule_id}/cancel").json()["cancelled"]
        with browser.stream("GET", f"/api/v1/schedules/{schedule_id}/progress") as lines:
            assert "event: done" in list(lines.iter_lines())
        until(lambda: db.rollback() or db.scalar(sa.select(Event.ranked_at)))
    made = browser.get(f"/api/v1/schedules/{schedule_id}").json()
    assert made["state"] == "draft"
    assert made["measures"]["meetings"] > 0
    assert db.scalar(sa.select(sa.func.count()).select_from(Match)) > 80


def test_what_has_lost_its_job_is_closed(db: Session, database_url: str, sample_id: int) -> None:
    cancelled = queued(db, sample_id, state=ScheduleState.RUNNING, cancelled=True)
    in_worker(database_url, take_over)
    db.refresh(cancelled)
    assert cancelled.state is ScheduleState.CANCELLED
    lost = queued(db, sample_id, state=ScheduleState.RUNNING, job_id=10**9)
    in_worker(database_url, take_over)
    db.refresh(lost)
    assert (lost.state, lost.error) == (ScheduleState.FAILED, "crashed")
    proposals = Proposals(event_id=sample_id, state=ProposalsState.RUNNING, options={}, job_id=10**9)
    db.add(proposals)
    db.commit()
    in_worker(database_url, take_over)
    db.refresh(proposals)
    assert proposals.state is ProposalsState.FAILED


def take_over(context: SimpleNamespace) -> Awaitable[None]:
    return recovery.take_over(context.additional_context["worker"], CLOSERS)


def in_worker(url: str, work: Callable[[Any], Awaitable[None]]) -> None:
    """Do something as a worker would, who gives it a job's context."""

    async def run() -> None:
        engine = open_engine(url)
        worker = WorkerContext(
            url, Settings(database_url=url), sa.create_engine(psycopg_url(url)), open_sessions(engine), Child()
        )
        with app.replace_connector(procrastinate.PsycopgConnector(conninfo=url, min_size=1)):
            async with app.open_async():
                await work(SimpleNamespace(additional_context={"worker": worker}))
        await engine.dispose()

    asyncio.run(run())


def start(browser: TestClient, event_id: int) -> int:
    """A schedule that would take ten minutes."""
    answer = browser.post(f"/api/v1/events/{event_id}/schedules", json={"time_limit": 600})
    assert answer.status_code == 202, answer.text
    number: int = answer.json()["id"]
    return number


def solver_of(process: psutil.Process) -> psutil.Process | None:
    """The child of a worker that computes: the niced one."""
    return next((child for child in process.children(recursive=True) if child.nice() > process.nice()), None)


class Run:
    """The only schedule there is, and its job, as the database knows them at each call."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def _ask(self, query: sa.Select[tuple[T]]) -> T | None:
        with self._engine.connect() as connection:
            return connection.scalar(query)

    def state(self) -> ScheduleState | None:
        return self._ask(sa.select(Schedule.state))

    def meetings(self) -> int | None:
        """How many the plan has that is kept so far."""
        return self._ask(sa.select(Schedule.progress["meetings"].as_integer()))

    def status(self) -> str | None:
        return self._ask(sa.select(sa.cast(job.c.status, sa.Text)).where(job.c.task_name == "make_schedule"))

    def worker(self) -> int | None:
        return self._ask(sa.select(job.c.worker_id).where(job.c.task_name == "make_schedule"))

    def workers(self) -> int | None:
        return self._ask(sa.select(sa.func.count()).select_from(sa.table("procrastinate_workers")))
