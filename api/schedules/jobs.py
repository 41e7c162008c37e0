"""Jobs of schedules: making one, and then explaining what it leaves out."""

import time

import sqlalchemy as sa
from procrastinate import JobContext
from procrastinate.exceptions import JobAborted
from sqlalchemy.orm import Session

from api.jobs.app import COMPUTE, QUICK, app
from api.jobs.child import ChildDiedError, StoppedError, WorkFailedError
from api.jobs.retry import BusyError, RetryTransient, TransientError
from api.jobs.work import await_share, defer, has_job, in_child, is_stopping, worker_context
from api.models import Schedule
from api.schedules import completion

_SLICE = 10.0  # seconds of explaining, after which others have their turn


@app.task(name="make_schedule", queue=COMPUTE, pass_context=True, retry=RetryTransient())
def make_schedule(
    context: JobContext,
    *,
    event_id: int,  # noqa: ARG001 - names the lock
    schedule_id: int,
    account_id: int | None = None,  # noqa: ARG001 - whose share it is
) -> None:
    """Make a schedule (`api.schedules.solving.run`), which outlives crashes of the child and of the database."""
    await_share(context)
    worker, error = worker_context(context), None
    try:
        if not in_child(context, "api.schedules.solving", "run", schedule_id):
            raise BusyError
    except StoppedError:
        pass
    except ChildDiedError:
        error = "crashed"
    except WorkFailedError as failure:
        error = "illegal" if str(failure) == "IllegalScheduleError" else "internal"
    if error is not None:
        with Session(worker.engine) as session, session.begin():
            completion.fail(session, schedule_id, error)
        return
    if is_stopping(context):
        raise JobAborted
    if context.should_abort():
        with Session(worker.engine) as session, session.begin():
            completion.finish_cancelled(session, schedule_id)
    # the draft is there; what would help the requests without a meeting must not keep the next schedule waiting
    defer(context, "explain_schedule", schedule_id=schedule_id)


@app.task(name="explain_schedule", queue=QUICK, pass_context=True, retry=RetryTransient())
def explain_schedule(context: JobContext, *, schedule_id: int) -> None:
    """Find what would make room for the requests without a meeting (`api.schedules.fixes_job.run`), in slices."""
    end = time.monotonic() + _SLICE
    try:
        done = in_child(
            context,
            "api.schedules.fixes_job",
            "run",
            schedule_id,
            stop=lambda: context.should_abort() or time.monotonic() > end,
        )
    except (ChildDiedError, WorkFailedError):
        return  # the schedule itself is made: it does without
    except StoppedError:
        done = False
    if is_stopping(context):
        raise JobAborted
    if not done:
        raise TransientError("others have their turn")


def close_orphans(session: Session) -> None:
    """Close the open schedules that no job stands for."""
    orphans = sa.select(Schedule.id, Schedule.cancelled).where(
        Schedule.state.in_(completion.OPEN), ~has_job(Schedule.job_id)
    )
    for schedule_id, cancelled in session.execute(orphans).all():
        if cancelled:
            completion.finish_cancelled(session, schedule_id)
        else:
            completion.fail(session, schedule_id, "crashed")
