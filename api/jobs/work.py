"""What tasks share: what a worker lends them, its child for computations, and their fair share of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import sqlalchemy as sa
import structlog
from asgiref.sync import async_to_sync
from procrastinate import JobContext
from procrastinate.job_context import AbortReason
from sqlalchemy.orm import InstrumentedAttribute

from api.core.database import Sessions
from api.jobs.app import COMPUTE, enqueue
from api.jobs.child import Child, ChildDiedError
from api.jobs.retry import TransientError
from api.settings import Settings

CRASHES = 3  # of the child, after which a job is given up
SHARE = 2  # long computations of one account at a time, in all workers together

log = structlog.get_logger()


@dataclass(frozen=True)
class WorkerContext:
    """What a worker lends to its tasks, as `context.additional_context["worker"]`."""

    url: str
    settings: Settings
    engine: sa.Engine
    sessions: Sessions
    child: Child


def worker_context(context: JobContext) -> WorkerContext:
    """The context of the worker that does this job."""
    return cast(WorkerContext, context.additional_context["worker"])


def is_stopping(context: JobContext) -> bool:
    """Whether the worker ends, and the job is to go back into the queue."""
    return context.abort_reason() is AbortReason.SHUTDOWN


def in_child(
    context: JobContext, module: str, function: str, number: int, stop: Callable[[], bool] | None = None
) -> bool:
    """Have the child do `module.function(url, number, stop)`, again where it dies of it; whether it was done.

    Raises:
        ChildDiedError: it died of it `CRASHES` times.
        StoppedError: the job is to end.
        TransientError: it cannot be done now.
        WorkFailedError: the work raised.
    """
    worker, crashes = worker_context(context), 0
    while True:
        try:
            done: bool = worker.child.run(module, function, worker.url, number, stop=stop or context.should_abort)
        except ChildDiedError:
            log.exception("the child died", module=module, number=number)
            crashes += 1
            if crashes == CRASHES:
                raise
        else:
            return done


def defer(context: JobContext, task: str, **arguments: int) -> None:
    """`api.jobs.enqueue` for a task that runs in a thread of the worker, in a transaction of its own."""

    async def enqueue_alone() -> None:
        async with worker_context(context).sessions.begin() as session:
            await enqueue(session, task, **arguments)

    async_to_sync(enqueue_alone)()


def await_share(context: JobContext) -> None:
    """Let others go first while the account that asked has `SHARE` long computations under way.

    Raises:
        TransientError: it has.
    """
    account_id = context.job.task_kwargs.get("account_id")
    earlier = sa.text(
        """SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing' AND queue_name = :queue
        AND id < :job AND args ->> 'account_id' = :account"""
    )
    if account_id is None:
        return
    with worker_context(context).engine.connect() as connection:
        asked = {"queue": COMPUTE, "job": context.job.id, "account": str(account_id)}
        if (connection.scalar(earlier, asked) or 0) >= SHARE:
            raise TransientError("the account has its share of the workers")


def has_job(job_id: InstrumentedAttribute[int | None]) -> sa.ColumnElement[bool]:
    """Whether the job of a row waits or is being done."""
    jobs = sa.table("procrastinate_jobs", sa.column("id"), sa.column("status"))
    active = sa.cast(jobs.c.status, sa.Text).in_(("todo", "doing"))
    return sa.select(jobs.c.id).where(jobs.c.id == job_id, active).exists()
