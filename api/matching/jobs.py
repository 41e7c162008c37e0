"""Jobs of matching: one person ranked again after an edit, everybody at night or when the rules change; reranking."""

import time
from collections.abc import Callable

import sqlalchemy as sa
from procrastinate import JobContext
from procrastinate.exceptions import JobAborted
from sqlalchemy.orm import Session

from api.jobs.app import COMPUTE, NIGHT, QUICK, app, enqueue
from api.jobs.child import ChildDiedError, StoppedError, WorkFailedError
from api.jobs.retry import RetryTransient, TransientError
from api.jobs.work import defer, in_child, is_stopping, worker_context
from api.models import Event, Reranking, StoredRanking

_LOOK = 1.0  # seconds between two looks at whether something else waits


@app.task(name="rank_event", queue=COMPUTE, pass_context=True, retry=RetryTransient())
def rank_event(context: JobContext, *, event_id: int) -> None:
    """Rank all people of an event (`api.matching.ranking_job.run`), unless a schedule of it waits: that goes first."""
    waits = _is_waited_for(context, "lock = :lock AND task_name = 'make_schedule'", lock=f"event-{event_id}")
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
    _rerank_next(context, event_id)


@app.task(name="rerank_matches", queue=COMPUTE, pass_context=True, retry=RetryTransient())
def rerank_matches(context: JobContext, *, event_id: int) -> None:
    """Have the reranker read the pairs of an event (`api.matching.reranking_job.run`); all else goes first."""
    waits = _is_waited_for(context, "queue_name = :queue AND task_name <> 'rerank_matches'", queue=COMPUTE)
    try:
        done = in_child(
            context, "api.matching.reranking_job", "run", event_id, stop=lambda: context.should_abort() or waits()
        )
    except StoppedError:
        done = False
    except (ChildDiedError, WorkFailedError) as error:
        with Session(worker_context(context).engine) as session, session.begin():
            failed = {"notice": "failed", "detail": type(error).__name__, "finished_at": sa.func.now()}
            session.execute(sa.update(Reranking).where(Reranking.event_id == event_id).values(failed))
        return
    if done:
        return
    if is_stopping(context):
        raise JobAborted
    if not context.should_abort():
        raise TransientError("others go first")


def _rerank_next(context: JobContext, event_id: int) -> None:
    """Have the reranker read what is new in the lists, where there is one and the organiser wishes it."""
    wished = sa.select(Event.matching["reranking"].as_boolean()).where(Event.id == event_id)
    if worker_context(context).settings.reranker:
        with worker_context(context).engine.connect() as connection:
            wishes = connection.scalar(wished)
        if wishes:
            defer(context, "rerank_matches", event_id=event_id)


def _is_waited_for(context: JobContext, condition: str, **values: str) -> Callable[[], bool]:
    """Whether a job that meets the condition is due; asked often, it looks once a second."""
    waiting = sa.text(
        f"SELECT EXISTS (SELECT FROM procrastinate_jobs WHERE {condition} AND status = 'todo' "  # noqa: S608 - no input
        "AND (scheduled_at IS NULL OR scheduled_at <= now()))"
    )
    engine, looked, found = worker_context(context).engine, time.monotonic(), False

    def look() -> bool:
        nonlocal looked, found
        if not found and time.monotonic() > looked + _LOOK:
            with engine.connect() as connection:
                found = bool(connection.scalar(waiting, values))
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
    if done:
        _rerank_next(context, event_id)
    else:
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
