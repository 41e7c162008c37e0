"""What workers do. Tasks are known by their name and take numbers of rows; see `api.jobs.enqueue`."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import cast

import sqlalchemy as sa
import structlog
from procrastinate import JobContext, RetryStrategy
from procrastinate.exceptions import ConnectorException, JobAborted, UniqueViolation
from procrastinate.job_context import AbortReason
from procrastinate.jobs import Job, Status
from procrastinate.retry import BaseRetryStrategy, RetryDecision
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, Session

from api.accounts.service import send_link
from api.agendas import printing
from api.core.database import Sessions
from api.jobs.app import COMPUTE, DEAD, app
from api.jobs.child import Child, ChildDiedError, StoppedError, WorkFailedError
from api.models import Proposals, RateCounter, Schedule, SignInLink, SignInRequest, UserSession
from api.participants.retention import delete_orphans
from api.schedules import closing
from api.settings import Settings

CRASHES = 3  # of the child, after which a job is given up
_TAKING_OVER = 0x544F << 48  # an advisory lock, near no other

log = structlog.get_logger()


@dataclass(frozen=True)
class Tools:
    """What a worker lends to its tasks, as `context.additional_context["tools"]`."""

    url: str
    settings: Settings
    engine: sa.Engine
    sessions: Sessions
    child: Child


class BusyError(Exception):
    """Another process is at this schedule: its worker was taken for dead and is not, or is dead and it is not."""


class _Later(BaseRetryStrategy):
    """Do again what a worker that stops leaves undone, and what another one is still at."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:  # noqa: ARG002
        if isinstance(exception, BusyError):
            return RetryDecision(retry_in={"seconds": 1})
        return RetryDecision() if isinstance(exception, JobAborted | asyncio.CancelledError) else None


def _tools(context: JobContext) -> Tools:
    return cast(Tools, context.additional_context["tools"])


@app.task(name="make_schedule", queue=COMPUTE, pass_context=True, retry=_Later())
def make_schedule(context: JobContext, *, event_id: int, schedule_id: int) -> None:  # noqa: ARG001 - it names the lock
    """Make a schedule (`api.schedules.solving.run`), which a crash of the child does not end."""
    tools, error = _tools(context), None
    try:
        if not _in_child(context, "api.schedules.solving", schedule_id):
            raise BusyError
    except StoppedError:
        pass
    except ChildDiedError:
        error = "crashed"
    except WorkFailedError as failure:
        error = "illegal" if str(failure) == "IllegalScheduleError" else "internal"
    if error is not None:
        with Session(tools.engine) as session, session.begin():
            closing.fail(session, schedule_id, error)
        return
    if _stopping(context):
        raise JobAborted
    if context.should_abort():
        with Session(tools.engine) as session, session.begin():
            closing.settle(session, schedule_id)
    _explain(context, schedule_id)


def _in_child(context: JobContext, module: str, number: int) -> bool:
    """Have the child do `{module}.run`, again where it dies of it; whether it was done.

    Raises:
        ChildDiedError: it died of it `CRASHES` times.
        StoppedError: the job is to end.
        WorkFailedError: the work raised.
    """
    tools, crashes = _tools(context), 0
    while True:
        try:
            done: bool = tools.child.run(module, "run", tools.url, number, stop=context.should_abort)
        except ChildDiedError:
            log.exception("the child died", module=module, number=number)
            crashes += 1
            if crashes == CRASHES:
                raise
        else:
            return done


def _explain(context: JobContext, schedule_id: int) -> None:
    """The draft is there; what would help the requests without a meeting may take some seconds more."""
    tools = _tools(context)
    try:
        done = tools.child.run(
            "api.schedules.explaining", "run", tools.url, schedule_id, stop=lambda: _stopping(context)
        )
    except (ChildDiedError, StoppedError, WorkFailedError):
        done = not _stopping(context)  # the schedule itself is made: it does without
    if not done:
        raise JobAborted


def _stopping(context: JobContext) -> bool:
    return context.abort_reason() is AbortReason.SHUTDOWN


@app.task(name="rank_event", queue=COMPUTE, pass_context=True, retry=_Later())
def rank_event(context: JobContext, *, event_id: int) -> None:
    """Rank the people of an event anew (`api.matching.ranking_job.run`)."""
    try:
        done = _in_child(context, "api.matching.ranking_job", event_id)
    except StoppedError:
        done = False
    if not done:
        raise JobAborted


@app.task(name="propose_meetings", queue=COMPUTE, pass_context=True, retry=_Later())
def propose_meetings(context: JobContext, *, event_id: int, proposals_id: int) -> None:  # noqa: ARG001 - names the lock
    """Find the meetings that an organiser proposes (`api.proposals.proposing.run`)."""
    try:
        done = _in_child(context, "api.proposals.proposing", proposals_id)
    except StoppedError:
        done = False
    except (ChildDiedError, WorkFailedError):
        with Session(_tools(context).engine) as session, session.begin():
            closing.fail_proposals(session, proposals_id)
        return
    if not done and _stopping(context):
        raise JobAborted


@app.task(name="make_documents", pass_context=True, retry=_Later())
async def make_documents(context: JobContext, *, schedule_id: int) -> None:
    """Print the agendas of a schedule (`api.agendas.printing.make_documents`)."""
    await printing.make_documents(_tools(context).sessions, schedule_id)


@app.task(name="send_sign_in_link", pass_context=True, retry=RetryStrategy(max_attempts=5, exponential_wait=3))
async def send_sign_in_link(context: JobContext, *, user_id: int, request_id: int) -> None:
    """Send a link by mail, or try again after 3, 9, 27, 81 and 243 seconds."""
    tools = _tools(context)
    await send_link(tools.sessions, tools.settings, user_id, request_id)


@app.periodic(cron="* * * * * */3")  # the sixth column is of seconds
@app.task(name="take_over", queueing_lock="take_over", pass_context=True)
async def take_over(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - the engine passes it
    """Put the jobs of dead workers back into the queue, and close schedules whose job is gone."""
    async with _tools(context).sessions.begin() as session:
        # one at a time; a lock of the engine would stay with a worker that dies in here
        if not await session.scalar(sa.select(sa.func.pg_try_advisory_xact_lock(_TAKING_OVER))):
            return
        for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=DEAD):
            log.warning("taking over", job=job.id, task=job.task_name, worker=job.worker_id)
            try:
                await app.job_manager.retry_job(job)
            except UniqueViolation:  # another of its kind waits already
                await app.job_manager.finish_job(job, Status.FAILED, delete_job=True)
            except ConnectorException:
                log.info("already done", job=job.id)  # its worker lives after all
        for schedule_id, cancelled in await _orphans(session):
            if cancelled:
                await session.run_sync(closing.settle, schedule_id)
            else:
                await session.run_sync(closing.fail, schedule_id, "crashed")
        for proposals_id in await session.scalars(
            sa.select(Proposals.id).where(Proposals.state.in_(closing.OPEN_PROPOSALS), ~_active(Proposals.job_id))
        ):
            await session.run_sync(closing.fail_proposals, proposals_id)


async def _orphans(session: AsyncSession) -> Iterable[tuple[int, bool]]:
    """Open schedules that no job stands for: the number of each, and whether it was cancelled."""
    orphans = sa.select(Schedule.id, Schedule.cancelled).where(
        Schedule.state.in_(closing.OPEN), ~_active(Schedule.job_id)
    )
    return (await session.execute(orphans)).all()


def _active(job_id: InstrumentedAttribute[int | None]) -> sa.ColumnElement[bool]:
    """Whether the job waits or is being done."""
    jobs = sa.table("procrastinate_jobs", sa.column("id"), sa.column("status"))
    return (
        sa.select(jobs.c.id).where(jobs.c.id == job_id, sa.cast(jobs.c.status, sa.Text).in_(("todo", "doing"))).exists()
    )


@app.periodic(cron="17 * * * *")
@app.task(name="forget", queueing_lock="forget", pass_context=True)
async def forget(context: JobContext, timestamp: int) -> None:  # noqa: ARG001
    """Delete what is over: sign-in links, sessions, counts of attempts, orphans, and jobs that failed a month ago."""
    now = sa.func.now()
    async with _tools(context).sessions.begin() as session:
        await session.execute(sa.delete(SignInLink).where(SignInLink.expires_at < now))
        await session.execute(sa.delete(SignInRequest).where(SignInRequest.expires_at < now))
        await session.execute(sa.delete(UserSession).where(UserSession.expires_at < now))
        await session.execute(sa.delete(RateCounter).where(RateCounter.window_start < now - timedelta(days=1)))
        await delete_orphans(session)
    await app.job_manager.delete_old_jobs(
        nb_hours=30 * 24, include_failed=True, include_cancelled=True, include_aborted=True
    )
