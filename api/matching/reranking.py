"""The organiser's switch of the reranker, and how far it got."""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from api import models
from api.jobs import cancel, enqueue, reranking_job
from api.matching.schemas import Reranking
from matchmaker.matching.reranking import notice_text


async def switch_reranking(session: AsyncSession, event_id: int, *, on: bool) -> None:
    """Have the pairs read, or no longer."""
    if on:
        await enqueue(session, "rerank_matches", event_id=event_id)
    else:
        await cancel_reranking(session, event_id)


async def cancel_reranking(session: AsyncSession, event_id: int) -> bool:
    """Stop reading; whether anything was to be stopped."""
    job = await reranking_job(session, event_id)
    if job is not None:
        await cancel(session, job[0])
    return job is not None


async def reranking_of(session: AsyncSession, event_id: int, language: str) -> Reranking:
    """How far the last run got, in the reader's language."""
    run = await session.scalar(sa.select(models.Reranking).where(models.Reranking.event_id == event_id))
    job = await reranking_job(session, event_id)
    return Reranking(
        state="idle" if job is None else job[1],
        pairs=run.pairs if run else 0,
        judgements=run.judgements if run else 0,
        requests=run.requests if run else 0,
        total=run.total if run else 0,
        notice=notice_text(run.notice, run.detail, language) if run and run.notice else None,
        finished_at=run.finished_at if run else None,
    )
