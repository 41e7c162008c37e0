"""The account that is signed in."""

import sqlalchemy as sa
from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncSession

from api.accounts.schemas import EventBrief, Me, MePatch
from api.accounts.schemas import Membership as MembershipOut
from api.core.database import Transaction
from api.core.errors import NotSignedIn, documented
from api.models import Event, Membership, Participant, User
from api.web.permissions import SignedIn, creates_events

router = APIRouter(prefix="/me", tags=["me"], responses=documented(NotSignedIn))


async def me_of(session: AsyncSession, user: User) -> Me:
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
        creates_events=await creates_events(session, user),
        memberships=[
            MembershipOut(event=EventBrief(id=id_, slug=slug, name=name), role=role, participant_id=participant_id)
            for id_, slug, name, role, participant_id in rows
        ],
    )


@router.get("")
async def read_me(user: SignedIn, session: Transaction) -> Me:
    """Who is signed in, and what they are in which events."""
    return await me_of(session, user)


@router.patch("")
async def update_me(patch: MePatch, user: SignedIn, session: Transaction) -> Me:
    """Choose the language of the page and of mails."""
    user.language = patch.language
    return await me_of(session, user)
