"""The job engine: jobs are rows, enqueued in the transaction of the request that asks for them."""

from collections.abc import Mapping
from typing import Any, Literal, cast

import procrastinate
import psycopg
import sqlalchemy as sa
from procrastinate.exceptions import AlreadyEnqueued, UniqueViolation
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

COMPUTE = "compute"
"""Long computations: one at a time in each worker, and one at a time for each event."""
QUICK = "quick"
"""Computations of seconds, which no long one keeps waiting: one at a time in each worker. The rest is in "default"."""

DEAD = 5.0
"""A worker gives a sign of life every second, and is taken for dead after so many seconds without one."""
DEBOUNCE = 5
"""Seconds that a participant's ranking waits for further edits."""
NIGHT = -100
"""The priority of what nobody waits for."""
_PRIORITIES = {"make_schedule": 50, "propose_meetings": 40, "explain_schedule": -10, "rerank_matches": 2 * NIGHT}
_COALESCED = {
    "rank_event": "rank-{event_id}",
    "rank_participant": "rank-{event_id}-{participant_id}",
    "rerank_matches": "rerank-{event_id}",
    "make_documents": "documents-{schedule_id}",
}
"""Tasks of which one that waits serves for all who ask, by what makes them the same."""


class _JobManager(JobManager):
    """Gives a job up that is to be done again while another of its kind waits, which will do the same work."""

    async def retry_job(self, job: Job, *args: Any, **kwargs: Any) -> None:
        try:
            await super().retry_job(job, *args, **kwargs)
        except UniqueViolation:
            await self.finish_job(job, Status.FAILED, delete_job=True)


app = procrastinate.App(
    # a request lends its own connection; a worker brings a connector that knows the database
    connector=procrastinate.PsycopgConnector(),
    import_paths=[
        "api.accounts.jobs",
        "api.agendas.jobs",
        "api.matching.jobs",
        "api.proposals.jobs",
        "api.schedules.jobs",
    ],
    worker_defaults={
        "delete_jobs": "successful",
        "fetch_job_polling_interval": 1.0,
        "update_heartbeat_interval": 1.0,
        "stalled_worker_timeout": DEAD,
        "install_signal_handlers": False,
    },
)

app.job_manager = _JobManager(app.connector)


async def enqueue(
    session: AsyncSession,
    task: str,
    *,
    account_id: int | None = None,
    priority: int | None = None,
    **arguments: int | str | None,
) -> int:
    """Have a task (of an area's `jobs`) done once the session's transaction commits; the number of the job.

    Long computations of one event are done one after the other. Those of one account (`account_id`, who asked) come
    after those of others the more of them wait already. A ranking that still waits serves for one asked for again, and
    so do documents. Arguments are logged: numbers of rows and codes only.
    """
    if priority is None:
        priority = _PRIORITIES.get(task, 0)
    if account_id is not None:
        arguments["account_id"] = account_id
        priority -= await _active(session, account_id)
    job = _options(task, arguments) | {"connection": await connection_of(session), "priority": priority}
    key = job["queueing_lock"]
    if key is None:
        return await app.configure_task(task, allow_unknown=False, **job).defer_async(**arguments)
    while True:
        # Locked until this transaction commits, the waiting job cannot start before it and miss what it writes.
        waiting: int | None = await session.scalar(
            sa.text("SELECT id FROM procrastinate_jobs WHERE queueing_lock = :key AND status = 'todo' FOR SHARE"),
            {"key": key},
        )
        if waiting is not None:
            return waiting
        try:
            async with session.begin_nested():
                await session.connection()  # only this sets the savepoint, to which a second job of the kind goes back
                return await app.configure_task(task, allow_unknown=False, **job).defer_async(**arguments)
        except AlreadyEnqueued:
            continue


def _options(task: str, arguments: Mapping[str, int | str | None]) -> dict[str, Any]:
    """How the engine of jobs is to take a task."""
    event_id, lock = arguments.get("event_id"), None
    if task == "make_documents":
        lock = f"documents-{arguments['schedule_id']}"  # two at once would take each other's parts
    elif event_id is not None:
        # what ranks one participant, or reads for an hour, has a lock of its own: it must not keep a schedule waiting
        own = {"rank_participant": f"ranking-{event_id}", "rerank_matches": f"reranking-{event_id}"}
        lock = own.get(task, f"event-{event_id}")
    return {
        "lock": lock,
        "queueing_lock": _COALESCED[task].format(**arguments) if task in _COALESCED else None,
        "priority": _PRIORITIES.get(task, 0),
        **({"schedule_in": {"seconds": DEBOUNCE}} if task == "rank_participant" else {}),
    }


def enqueue_in(session: Session, task: str, **arguments: int | str | None) -> None:
    """`enqueue` for a sync session, as a thread has it."""
    job = _options(task, arguments)
    while True:
        waiting = job["queueing_lock"] and session.scalar(
            sa.text("SELECT id FROM procrastinate_jobs WHERE queueing_lock = :key AND status = 'todo' FOR SHARE"),
            {"key": job["queueing_lock"]},
        )
        if waiting:
            return
        try:
            with session.begin_nested():
                connection = session.connection().connection.driver_connection
                app.configure_task(task, allow_unknown=False, connection=connection, **job).defer(**arguments)
        except AlreadyEnqueued:
            continue
        return


async def _active(session: AsyncSession, account_id: int) -> int:
    """How many long computations of an account wait or are being done."""
    count = sa.text(
        """SELECT count(*) FROM procrastinate_jobs
        WHERE status IN ('todo', 'doing') AND queue_name = :queue AND args ->> 'account_id' = :account"""
    )
    return int(await session.scalar(count, {"queue": COMPUTE, "account": str(account_id)}) or 0)


async def ranking_state(session: AsyncSession, event_id: int) -> Literal["current", "queued", "running", "failed"]:
    """Whether a ranking of the event waits, is being made, or failed since the one in use was made."""
    status = await session.scalar(
        sa.text(
            """SELECT CAST(status AS text) FROM procrastinate_jobs AS job WHERE queueing_lock = :key AND (
                status IN ('todo', 'doing')
                OR status = 'failed' AND (SELECT max(at) FROM procrastinate_events WHERE job_id = job.id)
                    > (SELECT coalesce(ranked_at, '-infinity') FROM events WHERE id = :event_id)
            ) ORDER BY id DESC LIMIT 1"""
        ),
        {"key": f"rank-{event_id}", "event_id": event_id},
    )
    states: dict[str | None, Literal["queued", "running", "failed"]] = {
        "todo": "queued",
        "doing": "running",
        "failed": "failed",
    }
    return states.get(status, "current")


async def documents_state(session: AsyncSession, schedule_id: int) -> Literal["waiting", "running", "failed"] | None:
    """How the latest job stands that makes the documents of a schedule; None when it is done or there was none."""
    status = await session.scalar(
        sa.text(
            "SELECT CAST(status AS text) FROM procrastinate_jobs WHERE queueing_lock = :key ORDER BY id DESC LIMIT 1"
        ),
        {"key": f"documents-{schedule_id}"},
    )
    states: dict[str | None, Literal["waiting", "running", "failed"]] = {
        "todo": "waiting",
        "doing": "running",
        "failed": "failed",
    }
    return states.get(status)


async def reranking_job(session: AsyncSession, event_id: int) -> tuple[int, Literal["queued", "running"]] | None:
    """The job that has the reranker read an event's pairs, and whether it waits; None where there is none."""
    row = (
        await session.execute(
            sa.text(
                """SELECT id, CAST(status AS text) FROM procrastinate_jobs
                WHERE queueing_lock = :key AND status IN ('todo', 'doing') ORDER BY status DESC LIMIT 1"""
            ),
            {"key": f"rerank-{event_id}"},
        )
    ).first()
    return None if row is None else (row[0], "running" if row[1] == "doing" else "queued")


async def cancel(session: AsyncSession, job_id: int) -> None:
    """Take the job out of the queue, or tell the worker that does it to stop, once the transaction commits."""
    await app.job_manager.cancel_job_by_id_async(job_id, abort=True, connection=await connection_of(session))


async def connection_of(session: AsyncSession) -> psycopg.AsyncConnection[Any]:
    """The driver's connection that carries the session's transaction."""
    raw = await (await session.connection()).get_raw_connection()
    return cast(psycopg.AsyncConnection[Any], raw.driver_connection)
