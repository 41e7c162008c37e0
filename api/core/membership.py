"""Who somebody is in an event, and what they may see: plain data and how it is loaded, without the web.

`api.web.permissions` makes dependencies of routes of it.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from api.core.errors import NOT_YOURS, Forbidden, NotFound
from api.models import Event, MeetingRequest, Membership, Participant, Proposals, Schedule, TeamRole, User, UserSession

NO_EVENT = "There is no such event, or you take no part in it."
ORGANISER_ROLES = (TeamRole.OWNER, TeamRole.ORGANISER)

OfEvent = TypeVar("OfEvent", Proposals, Schedule)
"""What belongs to an event and is its organisers' alone."""


def token_hash_of(token: str) -> bytes:
    """What is stored of a random token: SHA-256 is enough, for nobody can guess 256 bits."""
    return hashlib.sha256(token.encode()).digest()


def has_session(token: str | None) -> sa.ColumnElement[bool]:
    """Whether the cookie is that of a session of the user."""
    return sa.and_(
        UserSession.user_id == User.id,
        UserSession.token_hash == token_hash_of(token or ""),
        UserSession.expires_at > datetime.now(UTC),
    )


async def user_of_token(session: AsyncSession, token: str | None) -> User | None:
    """Whose valid session the token of a cookie names."""
    user: User | None = await session.scalar(sa.select(User).join(UserSession, has_session(token)))
    return user


async def may_create_events(session: AsyncSession, user: User) -> bool:
    """Whether they may create an event: invited to this installation as an organiser, or running an event already."""
    runs = sa.select(Membership.event_id).where(Membership.user_id == user.id, Membership.role.in_(ORGANISER_ROLES))
    return user.creates_events or bool(await session.scalar(sa.select(runs.exists())))


@dataclass(frozen=True)
class Member:
    """Somebody in an event: of its team (`role`), a participant (`participant_id`), or both."""

    user: User
    event: Event
    role: TeamRole | None
    participant_id: int | None

    @property
    def organises(self) -> bool:
        return self.role in ORGANISER_ROLES


@dataclass(frozen=True)
class Attendee(Member):
    """A member who is a participant."""

    participant_id: int


async def find_membership(session: AsyncSession, user: User, event_id: int) -> Member | None:
    """What `user` is in the event; None if there is no such event, or they take no part in it."""
    row = (
        await session.execute(
            sa.select(Event, Membership.role, Participant.id)
            .outerjoin(Membership, sa.and_(Membership.event_id == Event.id, Membership.user_id == user.id))
            .outerjoin(Participant, sa.and_(Participant.event_id == Event.id, Participant.user_id == user.id))
            .where(Event.id == event_id)
        )
    ).one_or_none()
    if row is None or (row[1] is None and row[2] is None):
        return None
    return Member(user=user, event=row[0], role=row[1], participant_id=row[2])


async def require_membership(session: AsyncSession, user: User, event_id: int) -> Member:
    """What `user` is in the event. Raises `NotFound` for an event in which they take no part."""
    member = await find_membership(session, user, event_id)
    if member is None:
        raise NotFound(NO_EVENT)
    return member


def require_organiser(member: Member) -> Member:
    """`member` again. Raises `Forbidden` unless they run the event."""
    if not member.organises:
        raise Forbidden("This is for the organisers of the event.")
    return member


async def load_for_organiser(
    session: AsyncSession, user: User, model: type[OfEvent], row_id: int
) -> tuple[OfEvent, Member]:
    """A row that belongs to an event, and `user` as an organiser of that event.

    Raises `NotFound` if there is none or they take no part in its event, `Forbidden` if they do not run it.
    """
    row = await session.get(model, row_id)
    member = None if row is None else await find_membership(session, user, row.event_id)
    if row is None or member is None:
        raise NotFound(NOT_YOURS)
    return row, require_organiser(member)


PROFILE = (
    selectinload(Participant.organisation),
    selectinload(Participant.place),
    selectinload(Participant.user),
    selectinload(Participant.offers),
    selectinload(Participant.needs),
    selectinload(Participant.blocked),
)


@dataclass(frozen=True)
class ParticipantView:
    """A participant of whom nothing is loaded, and who looks: for routes that read the columns they need."""

    id: int
    viewer: Member

    @property
    def own(self) -> bool:
        return self.id == self.viewer.participant_id

    @property
    def in_full(self) -> bool:
        """Whether the reader sees what only they themselves and organisers may see."""
        return self.own or self.viewer.organises

    def require_in_full(self) -> None:
        """Raises `Forbidden` unless the reader sees it in full."""
        if not self.in_full:
            raise Forbidden("Only they themselves and the organisers of the event may do this.")


@dataclass(frozen=True)
class ProfileView(ParticipantView):
    """A participant with everything about them, and who looks."""

    participant: Participant


@dataclass(frozen=True)
class RequestParty:
    """A request, and one of those concerned by it: its sender, its recipient or an organiser."""

    request: MeetingRequest
    member: Member
