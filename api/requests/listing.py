"""Rows of requests -> what those concerned read of them."""

from collections.abc import Sequence
from typing import Literal
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload, selectinload

from api import models
from api.core.membership import Member
from api.core.pagination import Pagination, page_of
from api.events.service import place_of, slot_of
from api.participants.listing import load_briefs
from api.participants.word_search import WordSearch
from api.requests.schemas import MeetingRequest, RequestMeeting, Requests
from api.requests.service import OPEN
from matchmaker.event import Preference, RequestStatus

Box = Literal["sent", "received", "all"]


async def list_requests(
    session: AsyncSession,
    member: Member,
    page: Pagination,
    box: Box,
    status: RequestStatus | None,
    preference: Preference | None,
    search: str,
) -> Requests:
    """A page of the requests that `member` may see, the newest first.

    A "never" is a note, not a request: it is listed only where that preference is asked for.
    """
    request = models.MeetingRequest
    query = sa.select(request).where(request.event_id == member.event.id, _in_box(box, member))
    if preference is Preference.NEVER:
        query = query.where(request.preference == preference, request.status != RequestStatus.WITHDRAWN)
    elif preference is not None:
        query = query.where(request.preference == preference)
    else:
        query = query.where(request.preference != Preference.NEVER)
    if status is not None:
        query = query.where(request.status == status)
    if search:
        query = query.where(_involves(member, search))
    rows, total = await page_of(session, query.order_by(request.created_at.desc(), request.id.desc()), page)
    return Requests(
        items=await requests_of(session, member, [row[0] for row in rows]),
        total=total,
        limit=page.limit,
        offset=page.offset,
    )


async def read_request(session: AsyncSession, member: Member, request_id: int) -> MeetingRequest:
    """The request as it is now in the database."""
    row = await session.scalar(
        sa.select(models.MeetingRequest)
        .where(models.MeetingRequest.id == request_id)
        .execution_options(populate_existing=True)
    )
    assert row is not None
    return (await requests_of(session, member, [row]))[0]


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


def _in_box(box: Box, member: Member) -> sa.ColumnElement[bool]:
    request = models.MeetingRequest
    sent = request.sender_id == member.participant_id
    received = sa.and_(request.recipient_id == member.participant_id, request.preference != Preference.NEVER)
    if box == "sent":
        return sent
    if box == "received":
        return received
    return sa.true() if member.organises else sa.or_(sent, received)


def _involves(member: Member, search: str) -> sa.ColumnElement[bool]:
    people = (
        sa.select(models.Participant.id)
        .where(
            models.Participant.event_id == member.event.id, WordSearch.of(search, by_email=member.organises).condition
        )
        .cte("people_found")  # searched once, for senders and recipients
    )
    request = models.MeetingRequest
    return sa.or_(request.sender_id.in_(sa.select(people.c.id)), request.recipient_id.in_(sa.select(people.c.id)))


async def _published_meetings(
    session: AsyncSession, member: Member, rows: Sequence[models.MeetingRequest]
) -> dict[frozenset[int], RequestMeeting]:
    """The published meetings of the people of `rows` by who attends (of two mutual requests one has the meeting)."""
    if member.event.published_schedule_id is None or not rows:
        return {}
    people = {id_ for row in rows for id_ in (row.sender_id, row.recipient_id)}
    attends = models.MeetingAttendee
    meetings = await session.scalars(
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
        for meeting in meetings
    }
