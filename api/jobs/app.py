"""The job engine: jobs are rows, enqueued in the transaction of the request that asks for them."""

from typing import Any, Literal, cast

import procrastinate
import psycopg
import sqlalchemy as sa
from procrastinate.exceptions import AlreadyEnqueued
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

COMPUTE = "compute"  # long computations, one at a time in each worker; all else is in the queue "default"

# a worker gives a sign of life every second, and is taken for dead after so many without one
DEAD = 5.0

app = procrastinate.App(
    # a request lends its own connection; a worker brings a connector that knows the database
    connector=procrastinate.PsycopgConnector(),
    import_paths=["api.jobs.tasks"],
    worker_defaults={
        "delete_jobs": "successful",
        "fetch_job_polling_interval": 1.0,
        "update_heartbeat_interval": 1.0,
        "stalled_worker_timeout": DEAD,
        "install_signal_handlers": False,
    },
)


async def enqueue(session: AsyncSession, task: str, **arguments: int | str | None) -> int:
    """Have a task of `api.jobs.tasks` done once the session's transaction commits; the number of the job.

    What is computed for one event is done one after the other. A ranking that still waits serves for one asked for
    again, and so do documents. Arguments are logged: numbers of rows and codes only.
    """
    event_id = arguments.get("event_id")
    job = {
        "connection": await connection_of(session),
        "lock": None if event_id is None else f"event-{event_id}",
    }
    keys = {"rank_event": f"rank-{event_id}", "make_documents": f"documents-{arguments.get('schedule_id')}"}
    key = keys.get(task)
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
                return await app.configure_task(task, allow_unknown=False, queueing_lock=key, **job).defer_async(
                    **arguments
                )
        except AlreadyEnqueued:
            continue


def enqueue_in(session: Session, task: str, **arguments: int | str | None) -> None:
    """`enqueue` for a sync session, as a thread has it."""
    event_id = arguments.get("event_id")
    key = f"rank-{event_id}" if task == "rank_event" else None
    while True:
        waiting = key and session.scalar(
            sa.text("SELECT id FROM procrastinate_jobs WHERE queueing_lock = :key AND status = 'todo' FOR SHARE"),
            {"key": key},
        )
        if waiting:
            return
        try:
            with session.begin_nested():
                app.configure_task(
                    task,
                    allow_unknown=False,
                    lock=None if event_id is None else f"event-{event_id}",
                    queueing_lock=key,
                    connection=session.connection().connection.driver_connection,
                ).defer(**arguments)
        except AlreadyEnqueued:
            continue
        return


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


async def cancel(session: AsyncSession, job_id: int) -> None:
    """Take the job out of the queue, or tell the worker that does it to stop, once the transaction commits."""
    await app.job_manager.cancel_job_by_id_async(job_id, abort=True, connection=await connection_of(session))


async def connection_of(session: AsyncSession) -> psycopg.AsyncConnection[Any]:
    """The driver's connection that carries the session's transaction."""
    raw = await (await session.connection()).get_raw_connection()
    return cast(psycopg.AsyncConnection[Any], raw.driver_connection)
