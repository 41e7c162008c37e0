"""What a route may ask for. Permission is part of the type: what names `EventOrganiser` runs for organisers only.

Each of these loads what it names or ends the request with a problem. Whoever takes no part in an event is told that
it does not exist. Who somebody is in an event, and what they see of a profile, is in `api.core.membership`.
"""

from typing import Annotated

import sqlalchemy as sa
from fastapi import Depends, Path, Request
from fastapi.security import APIKeyCookie
from starlette.requests import HTTPConnection

from api.core.database import Sessions
from api.core.errors import NOT_YOURS, Forbidden, NotFound, NotSignedIn
from api.core.membership import (
    NO_EVENT,
    PROFILE,
    Attendee,
    Member,
    ParticipantView,
    ProfileView,
    RequestParty,
    find_membership,
    has_session,
    may_create_events,
    require_organiser,
    user_of_token,
)
from api.models import Event, MeetingRequest, Membership, Participant, User, UserSession
from api.settings import Settings
from api.web.dependencies import Transaction
from matchmaker.event import Preference

COOKIE = "matchmaker_session"

Id = Annotated[int, Path(ge=1, lt=2**53)]


def cookie_name(name: str, settings: Settings) -> str:
    """With https the browser takes such a cookie from this host alone, and not from another one of its domain."""
    return f"__Host-{name}" if settings.secure else name


def session_cookie_name(settings: Settings) -> str:
    return cookie_name(COOKIE, settings)


class _SessionCookie(APIKeyCookie):
    async def __call__(self, request: HTTPConnection) -> str | None:
        return request.cookies.get(session_cookie_name(request.app.state.settings))


SessionToken = Annotated[
    str | None, Depends(_SessionCookie(name=COOKIE, auto_error=False, description="Set by signing in."))
]


async def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


async def _sessions(request: Request) -> Sessions:
    sessions: Sessions = request.app.state.sessions
    return sessions


AppSettings = Annotated[Settings, Depends(_settings)]
SessionFactory = Annotated[Sessions, Depends(_sessions)]
"""For what must be kept even when the request fails, such as the count of attempts."""


async def _signed_in(session: Transaction, token: SessionToken) -> User:
    user = await user_of_token(session, token)
    if user is None:
        raise NotSignedIn("Sign in first.", headers={"WWW-Authenticate": "Cookie"})
    return user


SignedIn = Annotated[User, Depends(_signed_in)]


async def require_session(request: Request) -> None:
    """Raise `NotSignedIn` unless the request comes from somebody who is signed in. For what happens before routes."""
    token = request.cookies.get(session_cookie_name(request.app.state.settings))
    sessions: Sessions = request.app.state.readers
    async with sessions() as session:
        await _signed_in(session, token)


async def _event_creator(session: Transaction, user: SignedIn) -> User:
    if not await may_create_events(session, user):
        raise Forbidden("Only organisers create events: ask those who run this installation to invite you.")
    return user


EventCreator = Annotated[User, Depends(_event_creator)]


async def _member(session: Transaction, token: SessionToken, event_id: Id) -> Member:
    row = (
        await session.execute(
            sa.select(User, Event, Membership.role, Participant.id)
            .join(UserSession, has_session(token))
            .join(Event, Event.id == event_id)
            .outerjoin(Membership, sa.and_(Membership.event_id == Event.id, Membership.user_id == User.id))
            .outerjoin(Participant, sa.and_(Participant.event_id == Event.id, Participant.user_id == User.id))
        )
    ).one_or_none()
    if row is None or (row[2] is None and row[3] is None):
        await _signed_in(session, token)  # nobody is told of it before whether there is such an event
        raise NotFound(NO_EVENT)
    return Member(user=row[0], event=row[1], role=row[2], participant_id=row[3])


EventMember = Annotated[Member, Depends(_member)]


async def _organiser(member: EventMember) -> Member:
    return require_organiser(member)


async def _attendee(member: EventMember) -> Attendee:
    if member.participant_id is None:
        raise Forbidden("This is for the participants of the event.")
    return Attendee(user=member.user, event=member.event, role=member.role, participant_id=member.participant_id)


EventOrganiser = Annotated[Member, Depends(_organiser)]
EventAttendee = Annotated[Attendee, Depends(_attendee)]


async def _profile(session: Transaction, member: EventMember, participant_id: Id) -> ProfileView:
    participant = await session.scalar(
        sa.select(Participant)
        .where(Participant.id == participant_id, Participant.event_id == member.event.id)
        .options(*PROFILE)
    )
    if participant is None:
        raise NotFound("There is no such participant in this event.")
    return ProfileView(id=participant_id, viewer=member, participant=participant)


VisibleProfile = Annotated[ProfileView, Depends(_profile)]


async def _own_profile(profile: VisibleProfile) -> ProfileView:
    profile.require_in_full()
    return profile


EditableProfile = Annotated[ProfileView, Depends(_own_profile)]
"""A participant who is the reader, or whom the reader may act for as an organiser."""


async def _visible_participant(session: Transaction, member: EventMember, participant_id: Id) -> ParticipantView:
    if participant_id != member.participant_id:
        found = sa.select(Participant.id).where(
            Participant.id == participant_id, Participant.event_id == member.event.id
        )
        if await session.scalar(found) is None:
            raise NotFound("There is no such participant in this event.")
    return ParticipantView(id=participant_id, viewer=member)


VisibleParticipant = Annotated[ParticipantView, Depends(_visible_participant)]


async def _own_participant(participant: VisibleParticipant) -> ParticipantView:
    participant.require_in_full()
    return participant


EditableParticipant = Annotated[ParticipantView, Depends(_own_participant)]
"""A participant who is the reader, or whom the reader may act for as an organiser; nothing of them is loaded."""


async def _request_party(session: Transaction, user: SignedIn, request_id: Id) -> RequestParty:
    not_found = NotFound(NOT_YOURS)
    request = await session.get(MeetingRequest, request_id)
    if request is None:
        raise not_found
    member = await find_membership(session, user, request.event_id)
    if member is None:
        raise not_found
    noted = request.preference is Preference.NEVER  # a note of the sender, of which the recipient is not to know
    concerned = (request.sender_id,) if noted else (request.sender_id, request.recipient_id)
    if not member.organises and member.participant_id not in concerned:
        raise not_found
    return RequestParty(request=request, member=member)


ConcernedRequest = Annotated[RequestParty, Depends(_request_party)]
