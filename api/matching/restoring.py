"""The ranking in use, from what is stored of it."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from api import models
from api.matching import rankings, store
from matchmaker.matching.score import Ranking, restored
from matchmaker.matching.state import RankingState


@dataclass(frozen=True)
class RestoredRanking:
    """The people of an event as they are now, in the space of the ranking in use, without lists.

    `ids` are the participants' numbers, in the order of `ranking.people`.
    """

    stored: models.StoredRanking
    ids: list[int]
    ranking: Ranking


def restored_ranking(session: Session, vectors: Session, event_id: int) -> RestoredRanking | None:
    """The ranking in use (None: there is none). `vectors`, in autocommit, keeps the vectors of texts read on the way.

    Raises:
        ValueError, EmbeddingError: another model is set than it was made with, or the model cannot be had.
    """
    stored = session.scalar(
        sa.select(models.StoredRanking)
        .join(models.Event, models.Event.id == models.StoredRanking.event_id)
        .where(models.Event.id == event_id, models.Event.ranking_version == models.StoredRanking.version)
        .options(sa.orm.undefer(models.StoredRanking.state))
    )
    if stored is None:
        return None
    ids, people = store.people_of(session, event_id)
    rules = rankings.rules_among(
        people,
        store.never_pairs(session, event_id),
        rankings.rules_of(session, event_id),
        unwanted=store.unwanted_pairs(session, event_id),
    )
    ranking = restored(
        people,
        ids,
        RankingState.from_bytes(stored.state),
        rankings.embedder(),
        rules=rules,
        cache=rankings.StoredVectors(vectors),
    )
    return RestoredRanking(stored, ids, ranking)
