"""What the organiser's routes of matching and of proposals share."""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from api import models
from api.core.errors import Invalid
from api.web.permissions import Member


async def require_known_types(session: AsyncSession, member: Member, field: str, pairs: list[list[str]]) -> None:
    """Raises `Invalid` unless all in the `pairs` of a field are participation types of the event."""
    people = models.Participant
    known = set(await session.scalars(sa.select(people.type).where(people.event_id == member.event.id).distinct()))
    errors = [
        {"loc": ["body", field, i], "message": f"not a participation type of this event: {name}"}
        for i, pair in enumerate(pairs)
        for name in pair
        if name not in known
    ]
    if errors:
        raise Invalid("These are not participation types of this event.", errors=errors[:20])
