"""Ranking the people of an event, in the child process."""

from contextlib import suppress

import sqlalchemy as sa
from sqlalchemy.orm import Session

from api import models
from api.core.database import open_job_engine
from api.jobs.child import Stop
from api.matching import rankings
from api.schedules import snapshot
from matchmaker.event import TextRole
from matchmaker.matching.embedding import EmbeddingError
from matchmaker.matching.embedding.server import Server


def warm() -> None:
    """Have the weights of the embedder read. A server has none, and might keep the first job waiting."""
    embedder = rankings.embedder()
    if not isinstance(embedder, Server):
        with suppress(EmbeddingError):  # the ranking that needs it tells
            embedder.embed(["warm"], TextRole.NEED)


def run(url: str, event_id: int, stop: Stop) -> bool:
    """Put a new ranking in the place of the event's stored matches, all at once; False if it had to stop before."""
    engine = open_job_engine(url)
    with Session(engine) as session:
        read_at = session.scalar(sa.func.now())
    plan = snapshot.read(engine, event_id)
    ranked = rankings.ranking_of(engine, event_id, plan, stop)
    if ranked is None:
        return False
    with Session(engine) as session, session.begin():
        rankings.store(session, plan.event, plan.people, ranked.ranking)
        session.execute(
            sa.update(models.Event)
            .where(models.Event.id == event_id)
            .values(ranked_at=read_at, ranking=rankings.figures_of(plan, ranked))
        )
    return True
