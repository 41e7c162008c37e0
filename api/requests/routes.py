"""Meeting requests: asking, answering, taking back."""

from collections.abc import Sequence
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from fastapi import APIRouter, Query
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload, selectinload

from api import models
from api.core.audit import record_action
from api.core.database import Transaction
from api.core.errors import (
    AlreadyAnswered,
    AlreadyRequested,
    Forbidden,
    InUse,
    NotAllowed,
    NotFound,
    NotSignedIn,
    documented,
)
from api.core.pagination import Paginated, page_of
from api.core.schemas import Search
from api.events.service import place_of, slot_of
from api.jobs import enqueue
from api.matching.schemas import MatchingRules
from api.participants.listing import load_briefs
from api.participants.search import matches_words
from api.requests.schemas import MeetingRequest, RequestIn, RequestMeeting, Requests
from api.web.permissions import ConcernedRequest, EventAttendee, EventMember, Member, RequestParty
from matchmaker.event import Preference, RequestStatus

router = APIRouter(tags=["requests"], responses=documented(NotSignedIn, NotFound))
ANSWERED = documented(Forbidden, AlreadyAnswered)
OPEN = (RequestStatus.PENDING, RequestStatus.ACCEPTED)
Box = Literal["sent", "received", "all"]


@router.get("/events/{event_id}/requests")
async def list_requests(
    member: EventMember,
    session: Transaction,
    page: Paginated,
    box: Annotated[Box, Query(description="`all`: both of mine; for organisers everybody's.")] = "all",
    status: RequestStatus | None = None,
    search: Search = "",
) -> Requests:
    """The requests that I sent, that I received, or (for organisers) all of the event; the newest first."""
    request = models.MeetingRequest
    wanted = sa.select(request).where(request.event_id == member.event.id, _in_box(box, member))
    if status is not None:
        wanted = wanted.where(request.status == status)
    if search:
        wanted = wanted.where(_involves(search))
    ordered = wanted.order_by(request.created_at.desc(), request.id.desc())
    rows, total = await page_of(session, ordered, page)
    return Requests(
        items=await requests_of(session, member, [row[0] for row in rows]),
        total=total,
        limit=page.limit,
        offset=page.offset,
    )


@router.post(
    "/events/{event_id}/requests", status_code=201, responses=documented(Forbidden, AlreadyRequested, NotAllowed)
)
async def create_request(wanted: RequestIn, me: EventAttendee, session: Transaction) -> MeetingRequest:
    """Ask somebody for a meeting, or note (`never`) that we are not to meet."""
    people = await _lock_pair(session, me, wanted.recipient_id)
    row = await _reusable_request(session, me, wanted)
    if wanted.preference is not Preference.NEVER:
        if people[0].organisation_id == people[1].organisation_id:
            raise NotAllowed("You are of the same organisation.")
        if not MatchingRules.model_validate(me.event.matching).may_meet(people[0].type, people[1].type):
            raise NotAllowed("People of your two types do not meet at this event.")
    if row is None:
        row = models.MeetingRequest(event_id=me.event.id, sender_id=me.participant_id, recipient_id=wanted.recipient_id)
        session.add(row)
    row.status, row.answered_at, row.created_at = RequestStatus.PENDING, None, sa.func.now()
    row.preference, row.message, row.proposals_id = wanted.preference, wanted.message, None
    await session.flush()
    if wanted.preference is Preference.NEVER:
        await enqueue(session, "rank_event", event_id=me.event.id)
    record_action(session, me, "request sent", row.id)
    return await _reloaded(session, me, row)


@router.post("/requests/{request_id}/accept", responses=ANSWERED | documented(NotAllowed))
async def accept_request(party: ConcernedRequest, session: Transaction) -> MeetingRequest:
    """Say yes; the recipient, or an organiser for them."""
    if party.request.preference is Preference.NEVER:
        raise NotAllowed("Its sender does not wish this meeting.")
    return await _answer_pending(session, party, RequestStatus.ACCEPTED)


@router.post("/requests/{request_id}/decline", responses=ANSWERED)
async def decline_request(party: ConcernedRequest, session: Transaction) -> MeetingRequest:
    """Say no; the recipient, or an organiser for them."""
    return await _answer_pending(session, party, RequestStatus.DECLINED)


@router.post("/requests/{request_id}/withdraw", responses=ANSWERED | documented(InUse))
async def withdraw_request(party: ConcernedRequest, session: Transaction) -> MeetingRequest:
    """Take a request back, answered with yes or not at all; the sender, or an organiser for them.

    Of a meeting that an organiser proposed and neither asked for, either of the two.
    """
    request, member = party.request, party.member
    mine = request.proposals_id is not None or member.participant_id == request.sender_id
    if not member.organises and not mine:
        raise Forbidden("Only its sender may take a request back.")
    if request.status not in OPEN:
        raise AlreadyAnswered(f"This request is {request.status}.")
    if not member.organises and await _published_meetings(session, member, [request]):
        raise InUse("This meeting stands in the published schedule; the organisers can cancel it.")
    return await _set_status(session, party, RequestStatus.WITHDRAWN)


async def _answer_pending(session: AsyncSession, party: RequestParty, status: RequestStatus) -> MeetingRequest:
    if not party.member.organises and party.member.participant_id != party.request.recipient_id:
        raise Forbidden("Only its recipient may answer a request.")
    if party.request.status is not RequestStatus.PENDING:
        raise AlreadyAnswered(f"This request is {party.request.status}.")
    return await _set_status(session, party, status)


async def _set_status(session: AsyncSession, party: RequestParty, status: RequestStatus) -> MeetingRequest:
    party.request.status, party.request.answered_at = status, sa.func.now()
    await session.flush()
    record_action(session, party.member, f"request {status}", party.request.id)
    return await _reloaded(session, party.member, party.request)


async def _lock_pair(session: AsyncSession, me: EventAttendee, recipient_id: int) -> Sequence[models.Participant]:
    """Both people, locked in one order for all, so that two who ask each other at once are served in turn."""
    if recipient_id == me.participant_id:
        raise NotAllowed("You cannot meet yourself.")
    rows = await session.scalars(
        sa.select(models.Participant)
        .where(models.Participant.event_id == me.event.id, models.Participant.id.in_((me.participant_id, recipient_id)))
        .order_by(models.Participant.id)
        .with_for_update(key_share=True)
    )
    people = rows.all()
    if len(people) < 2:
        raise NotFound("There is no such participant in this event.")
    return people


async def _reusable_request(
    session: AsyncSession, me: EventAttendee, wanted: RequestIn
) -> models.MeetingRequest | None:
    """The row of an earlier request of mine that may be made again. Raises `AlreadyRequested` if one stands."""
    request = models.MeetingRequest
    rows = await session.scalars(
        sa.select(request).where(
            sa.or_(
                sa.and_(request.sender_id == me.participant_id, request.recipient_id == wanted.recipient_id),
                sa.and_(request.sender_id == wanted.recipient_id, request.recipient_id == me.participant_id),
            )
        )
    )
    mine = None
    for row in rows:
        if row.sender_id == me.participant_id:
            mine = row
        elif Preference.NEVER not in (row.preference, wanted.preference) and row.status in OPEN:
            raise AlreadyRequested("They have asked you: answer their request.")
    if mine is None or mine.preference is Preference.NEVER:
        return mine
    final = (RequestStatus.ACCEPTED,) if wanted.preference is Preference.NEVER else (*OPEN, RequestStatus.DECLINED)
    if mine.status in final:
        raise AlreadyRequested(f"You have asked already, and the request is {mine.status}.")
    return mine


def _in_box(box: Box, member: Member) -> sa.ColumnElement[bool]:
    request = models.MeetingRequest
    sent = request.sender_id == member.participant_id
    received = sa.and_(request.recipient_id == member.participant_id, request.preference != Preference.NEVER)
    if box == "sent":
        return sent
    if box == "received":
        return received
    return sa.true() if member.organises else sa.or_(sent, received)


def _involves(search: str) -> sa.ColumnElement[bool]:
    people = sa.select(models.Participant.id).where(*matches_words(search))
    return sa.or_(models.MeetingRequest.sender_id.in_(people), models.MeetingRequest.recipient_id.in_(people))


async def _reloaded(session: AsyncSession, member: Member, row: models.MeetingRequest) -> MeetingRequest:
    """The request as it is now in the database."""
    fresh = await session.scalar(
        sa.select(models.MeetingRequest)
        .where(models.MeetingRequest.id == row.id)
        .execution_options(populate_existing=True)
    )
    assert fresh is not None
    return (await requests_of(session, member, [fresh]))[0]


async def requests_of(
    session: AsyncSession, member: Member, rows: Sequence[models.MeetingRequest]
) -> list[MeetingRequest]:
    """Requests with their people and the meetings that the published schedule gives them."""
    people = await load_briefs(session, {id_ for row in rows for id_ in (row.sender_id, row.recipient_id)})
    meetings = await _published_meetings(session, member, rows)
    zone = ZoneInfo(member.event.time_zone)
    return [
        MeetingRequest(
            id=row.id,
            sender=people[row.sender_id],
            recipient=people[row.recipient_id],
            status=row.status,
            preference=row.preference,
            message=row.message,
            proposed=row.proposals_id is not None,
            created_at=row.created_at.astimezone(zone),
            answered_at=row.answered_at and row.answered_at.astimezone(zone),
            meeting=meetings.get(frozenset((row.sender_id, row.recipient_id))) if row.status in OPEN else None,
        )
        for row in rows
    ]


async def _published_meetings(
    session: AsyncSession, member: Member, rows: Sequence[models.MeetingRequest]
) -> dict[frozenset[int], RequestMeeting]:
    """The published meetings of the people of `rows` by who attends (of two mutual requests one has the meeting)."""
    if member.event.published_schedule_id is None or not rows:
        return {}
    people = {id_ for row in rows for id_ in (row.sender_id, row.recipient_id)}
    attends = models.MeetingAttendee
    found = await session.scalars(
        sa.select(models.Meeting)
        .where(
            models.Meeting.schedule_id == member.event.published_schedule_id,
            models.Meeting.id.in_(sa.select(attends.meeting_id).where(attends.participant_id.in_(people))),
        )
        .options(
            joinedload(models.Meeting.slot).joinedload(models.Slot.session),
            joinedload(models.Meeting.place).joinedload(models.Place.organisation),
            selectinload(models.Meeting.attendees),
        )
    )
    zone = ZoneInfo(member.event.time_zone)
    return {
        frozenset(a.participant_id for a in meeting.attendees): RequestMeeting(
            slot=slot_of(meeting.slot, zone), place=place_of(meeting.place)
        )
        for meeting in found
    }
