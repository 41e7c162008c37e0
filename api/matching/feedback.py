"""What participants say of their matches: theirs alone to read, and what it changes for them at once.

Bonuses are made when a list is read: for the few people in it that is cheaper than a ranking, and none is out of date.
"""

import asyncio
from collections.abc import Collection, Sequence

import numpy as np
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from api import models
from api.core.membership import Attendee
from api.jobs import enqueue
from api.matching import rankings
from api.participants.schemas import MatchFeedback
from matchmaker.event import TextRole
from matchmaker.matching.comparison import text_read
from matchmaker.matching.embedding import default_embedder, text_hash
from matchmaker.matching.feedback import FeedbackVerdict, OwnedTexts, bonuses

MOST_LIKED = 20
"""The latest so many people of whom somebody wants more count."""


async def store_feedback(session: AsyncSession, me: Attendee, other_id: int, feedback: MatchFeedback) -> None:
    """Store what I say of a match, in the place of what I said before; the lists of others follow later."""
    values = feedback.model_dump() | {"created_at": sa.func.now()}
    row = {"event_id": me.event.id, "participant_id": me.participant_id, "other_id": other_id}
    await session.execute(
        insert(models.MatchFeedback)
        .values(row | values)
        .on_conflict_do_update(index_elements=["participant_id", "other_id"], set_=values)
    )
    await _rank_again(session, me)


async def delete_feedback(session: AsyncSession, me: Attendee, other_id: int) -> None:
    """Take back what I say of a match, if I said anything."""
    row = models.MatchFeedback
    await session.execute(sa.delete(row).where(row.participant_id == me.participant_id, row.other_id == other_id))
    await _rank_again(session, me)


async def _rank_again(session: AsyncSession, me: Attendee) -> None:
    await enqueue(session, "rank_participant", event_id=me.event.id, participant_id=me.participant_id)


async def feedback_among(session: AsyncSession, me: Attendee, other_ids: Collection[int]) -> dict[int, MatchFeedback]:
    """What I say of each of these people, by their id."""
    row = models.MatchFeedback
    rows = await session.scalars(
        sa.select(row).where(row.participant_id == me.participant_id, row.other_id.in_(other_ids))
    )
    return {each.other_id: MatchFeedback(verdict=each.verdict, reason=each.reason) for each in rows}


def is_hidden(me: Attendee, other_id: InstrumentedAttribute[int]) -> sa.ColumnElement[bool]:
    """Whether I said that a match is not for me."""
    row = models.MatchFeedback
    return (
        sa.select(row.other_id)
        .where(
            row.participant_id == me.participant_id,
            row.other_id == other_id,
            row.verdict == FeedbackVerdict.NOT_FOR_ME,
        )
        .exists()
    )


async def bonuses_of(session: AsyncSession, me: Attendee) -> dict[int, float]:
    """What is added to the standing of my matches, by id, for being like somebody of whom I want more."""
    row, match = models.MatchFeedback, models.Match
    liked = list(
        await session.scalars(
            sa.select(row.other_id)
            .where(row.participant_id == me.participant_id, row.verdict == FeedbackVerdict.MORE_LIKE_THIS)
            .order_by(row.created_at.desc())
            .limit(MOST_LIKED)
        )
    )
    if not liked:
        return {}
    listed = await session.scalars(
        sa.select(match.other_id).where(
            match.participant_id == me.participant_id, match.ranking_version == me.event.ranking_version
        )
    )
    people = {*liked, *listed}
    names = await asyncio.to_thread(_models)
    roles = [
        await _texts_of(session, role, table, people, names)
        for role, table in ((TextRole.NEED, models.Need), (TextRole.OFFER, models.Offer))
    ]
    return await asyncio.to_thread(bonuses, liked, [texts for texts in roles if len(texts.owners)])


def _models() -> list[str]:
    """The names of the model that is set and of the one that takes its place where it fails."""
    return [rankings.embedder().name, default_embedder().name]


async def _texts_of(
    session: AsyncSession,
    role: TextRole,
    table: type[models.Need | models.Offer],
    people: Collection[int],
    names: Sequence[str],
) -> OwnedTexts:
    """The texts of a role by `people`, as the first of the models (`names`) read them that has read any."""
    rows = await session.execute(
        sa.select(table.participant_id, table.text).where(table.participant_id.in_(people)).order_by(table.id)
    )
    texts = [(owner, bytes.fromhex(text_hash(text_read(text)))) for owner, text in rows]
    stored = models.StoredVector
    found = await session.execute(
        sa.select(stored.model, stored.text_hash, stored.vector).where(
            stored.model.in_(names), stored.role == role, stored.text_hash.in_({key for _, key in texts})
        )
    )
    by_model: dict[str, dict[bytes, bytes]] = {name: {} for name in names}
    for name, key, vector in found:
        by_model[name][key] = vector
    vectors = next(filter(None, by_model.values()), {})
    known = [(owner, vectors[key]) for owner, key in texts if key in vectors]
    return OwnedTexts(
        owners=np.array([owner for owner, _ in known], dtype=np.int64),
        vectors=np.array([np.frombuffer(vector, dtype="<f4") for _, vector in known], dtype=np.float32),
    )
