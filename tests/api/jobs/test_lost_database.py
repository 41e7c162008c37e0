"""A worker and a schedule outlive the loss of their database connections. With a real worker process."""

import signal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from api.models import Meeting, Schedule
from api.models.schedules import ScheduleState
from api.schedules.schemas import ScheduleIn
from api.schedules.service import start_schedule
from tests.api.jobs.test_jobs import Run, in_transaction, sample_id
from tests.api.jobs.workers import until, worker

__all__ = ["sample_id"]  # the fixture


def test_a_schedule_whose_connections_are_lost_goes_on_and_becomes_a_draft(
    db: Session, database_url: str, engine: sa.Engine, sample_id: int
) -> None:
    run = Run(engine)
    limit = ScheduleIn(time_limit=3)
    in_transaction(database_url, lambda session: start_schedule(session, sample_id, limit, None))
    with worker(database_url) as process:
        until(run.meetings)
        with engine.connect() as connection:
            connection.execute(
                sa.text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            )
        engine.dispose()
        until(lambda: run.state() not in (ScheduleState.QUEUED, ScheduleState.RUNNING))
        assert run.state() is ScheduleState.DRAFT
        assert process.is_running(), "the worker reconnects"
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    db.rollback()
    row = db.scalars(sa.select(Schedule)).one()
    assert row.measures["meetings"] > 0
    assert db.scalar(sa.select(sa.func.count()).select_from(Meeting)) == row.measures["meetings"]
