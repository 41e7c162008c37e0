"""Rows of participants -> what their reader may see of them."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from api import models
from api.core.membership import ProfileView
from api.participants.schemas import Availability, FoundBy, Participant


async def slot_ids(session: AsyncSession, event_id: int) -> Sequence[int]:
    """The slots of an event, in order of time."""
    slot = models.Slot
    return (await session.scalars(sa.select(slot.id).where(slot.event_id == event_id).order_by(slot.position))).all()


async def participation_types(session: AsyncSession, event_id: int) -> list[str]:
    """The types that participants of an event have, by name."""
    person = models.Participant
    types = sa.select(person.type).where(person.event_id == event_id, person.type != "").distinct()
    return list(await session.scalars(types.order_by(person.type)))


def participant_of(profile: ProfileView, slots: Sequence[int], found_by: FoundBy = None) -> Participant:
    """The profile as its reader may see it, with how a search found it."""
    row = profile.participant
    public = Participant.model_validate(row).model_copy(update={"found_by": found_by})
    if not profile.in_full:
        return public.model_copy(update={"minimum": None, "maximum": None, "version": None})
    available = len(slots) - len(row.blocked)
    return public.model_copy(
        update={
            "email": row.user.email,
            "available_slots": available,
            "profile_complete": bool(row.offers and row.needs and available),
        }
    )


def availability_of(profile: ProfileView, slots: Sequence[int]) -> Availability:
    """Those of the event's `slots` in which somebody is free."""
    blocked = {blocked.slot_id for blocked in profile.participant.blocked}
    return Availability(slot_ids=[slot for slot in slots if slot not in blocked])
