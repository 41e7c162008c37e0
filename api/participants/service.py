"""Rows of participants -> what their reader may see of them."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from api import models
from api.participants.schemas import Availability, Participant
from api.web.permissions import ProfileView


async def slot_ids(session: AsyncSession, event_id: int) -> Sequence[int]:
    """The slots of an event, in order of time."""
    slot = models.Slot
    return (await session.scalars(sa.select(slot.id).where(slot.event_id == event_id).order_by(slot.position))).all()


def participant_of(profile: ProfileView, slots: Sequence[int]) -> Participant:
    """The profile as its reader may see it."""
    row = profile.participant
    seen = Participant.model_validate(row)
    if not profile.in_full:
        return seen.model_copy(update={"minimum": None, "maximum": None, "version": None})
    free = len(slots) - len(row.blocked)
    return seen.model_copy(
        update={
            "email": row.user.email,
            "available_slots": free,
            "profile_complete": bool(row.offers and row.needs and free),
        }
    )


def availability_of(profile: ProfileView, slots: Sequence[int]) -> Availability:
    """Those of the event's `slots` in which somebody is free."""
    blocked = {blocked.slot_id for blocked in profile.participant.blocked}
    return Availability(slot_ids=[slot for slot in slots if slot not in blocked])
