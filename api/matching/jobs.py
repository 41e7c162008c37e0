"""Jobs of matching: one person ranked again after an edit, everybody at night or when the rules change."""

import time
from collections.abc import Callable

import sqlalchemy as sa
from procrastinate import JobContext
from procrastinate.exceptions import JobAborted

from api.jobs.app import COMPUTE, NIGHT, QUICK, app, enqueue
from api.jobs.child import StoppedError
from api.jobs.retry import RetryTransient, TransientError
from api.jobs.work import defer, in_child, is_stopping, worker_context
from api.models import Event, StoredRanking

_LOOK = 1.0  # seconds between two looks at whether a schedule waits


@app.task(name="rank_event", queue=COMPUTE, pass_context=True, retry=RetryTransient())
def rank_event(context: JobContext, *, event_id: int) -> None:
    """Rank all people of an event (`api.matching.ranking_job.run`), unless a schedule of it waits: that goes first."""
    waits = _schedule_waits(context, event_id)
    try:
        done = in_child(
            context, "api.matching.ranking_job", "run", event_id, stop=lambda: context.should_abort() or waits()
        )
    except StoppedError:
        done = False
    if not done:
        if is_stopping(context):
            raise JobAborted
        raise TransientError("a schedule goes first")


def _schedule_waits(context: JobContext, event_id: int) -> Callable[[], bool]:
    """Whether somebody waits for a schedule of the event; asked often, it looks once a second."""
    waiting = sa.text(
        "SELECT EXISTS (SELECT FROM procrastinate_jobs WHERE lock = :lock AND status = 'todo' "
        "AND task_name = 'make_schedule' AND (scheduled_at IS NULL OR scheduled_at <= now()))"
    )
    engine, looked, found = worker_context(context).engine, time.monotonic(), False

    def look() -> bool:
        nonlocal looked, found
        if not found and time.monotonic() > looked + _LOOK:
            with engine.connect() as connection:
                found = bool(connection.scalar(waiting, {"lock": f"event-{event_id}"}))
            looked = time.monotonic()
        return found

    return look


@app.task(name="rank_participant", queue=QUICK, pass_context=True, retry=RetryTransient())
def rank_participant(context: JobContext, *, event_id: int, participant_id: int) -> None:
    """Rank one person again (`ranking_job.rerank_participant`), or everybody where there is no ranking for that."""
    try:
        done = in_child(context, "api.matching.ranking_job", "rerank_participant", participant_id)
    except StoppedError:
        raise JobAborted from None
    if not done:
        defer(context, "rank_event", event_id=event_id)


@app.periodic(cron="13 1 * * *")
@app.task(name="rank_edited_events", queueing_lock="rank_edited_events", pass_context=True)
async def rank_edited_events(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - the engine passes it
    """By night, have the events ranked in which somebody was ranked alone since the last whole ranking."""
    async with worker_context(context).sessions.begin() as session:
        edited = sa.select(Event.id).join(
            StoredRanking,
            sa.and_(StoredRanking.event_id == Event.id, StoredRanking.version == Event.ranking_version),
        )
        for event_id in await session.scalars(edited.where(StoredRanking.edits > 0)):
            await enqueue(session, "rank_event", event_id=event_id, priority=NIGHT)
