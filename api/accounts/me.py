"""An account -> what its owner reads of it."""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from api.accounts.schemas import EventBrief, Me
from api.accounts.schemas import Membership as MembershipOut
from api.core.membership import may_create_events
from api.models import Event, Membership, Participant, User


async def me_response(session: AsyncSession, user: User) -> Me:
    """The account with the events in which it takes part, the newest first."""
    rows = await session.execute(
        sa.select(Event.id, Event.slug, Event.name, Membership.role, Participant.id)
        .outerjoin(Membership, sa.and_(Membership.event_id == Event.id, Membership.user_id == user.id))
        .outerjoin(Participant, sa.and_(Participant.event_id == Event.id, Participant.user_id == user.id))
        .where(sa.or_(Membership.role.is_not(None), Participant.id.is_not(None)))
        .order_by(Event.id.desc())
    )
    return Me(
        id=user.id,
        email=user.email,
        name=user.name,
        language=user.language,
        creates_events=await may_create_events(session, user),
        memberships=[
            MembershipOut(event=EventBrief(id=id_, slug=slug, name=name), role=role, participant_id=participant_id)
            for id_, slug, name, role, participant_id in rows
        ],
    )
