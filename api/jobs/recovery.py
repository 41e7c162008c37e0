"""Taking over from workers that died: their jobs go back into the queue, and what lost its job is closed.

What failed is done again by `api.jobs.retry`.
"""

import asyncio
from collections.abc import Callable, Sequence

import sqlalchemy as sa
import structlog
from procrastinate.exceptions import ConnectorException
from sqlalchemy.orm import Session

from api.jobs.app import DEAD, app
from api.jobs.retry import is_transient
from api.jobs.work import WorkerContext

INTERVAL = 3.0  # seconds
_LOCK = 0x544F << 48  # an advisory lock, near no other
Closer = Callable[[Session], None]
"""Closes the rows of an area that wait for a job which is gone."""

log = structlog.get_logger()


async def take_over_repeatedly(worker: WorkerContext, closers: Sequence[Closer]) -> None:
    """`take_over` every few seconds until cancelled; while the database is away, it waits."""
    while True:
        await asyncio.sleep(INTERVAL)
        try:
            await take_over(worker, closers)
        except Exception as error:
            if not is_transient(error):
                raise
            log.warning("cannot look for dead workers", reason=type(error).__name__)


async def take_over(worker: WorkerContext, closers: Sequence[Closer]) -> None:
    """Put the jobs of dead workers back into the queue, and close what has lost its job."""
    async with worker.sessions.begin() as session:
        # one worker at a time; a lock of the engine would stay with a worker that dies in here
        if not await session.scalar(sa.select(sa.func.pg_try_advisory_xact_lock(_LOCK))):
            return
        for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=DEAD):
            log.warning("taking over", job=job.id, task=job.task_name, worker=job.worker_id)
            try:
                await app.job_manager.retry_job(job)
            except ConnectorException:
                log.info("already done", job=job.id)  # its worker lives after all
        await asyncio.to_thread(_close, worker, closers)


def _close(worker: WorkerContext, closers: Sequence[Closer]) -> None:
    with Session(worker.engine) as session, session.begin():
        for closer in closers:
            closer(session)
