"""Whom I should meet, and why."""

import sqlalchemy as sa
from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from api import models
from api.database import Transaction
from api.dependencies import PROFILE, Attendee, EventAttendee, Listed, Profile
from api.errors import Forbidden, NotFound, NotSignedIn, documented
from api.meaning import Meant
from api.routes.participants import participant_of, slot_ids
from api.schemas.common import Search
from api.schemas.people import Match, Matches, MatchRequest, Reason
from api.searching import having
from matchmaker.event import Preference, Status

router = APIRouter(prefix="/events/{event_id}/matches", tags=["matches"])
FOREMOST = (Status.ACCEPTED, Status.PENDING, Status.DECLINED, Status.WITHDRAWN, Status.EXPIRED)


@router.get("", responses=documented(NotSignedIn, Forbidden, NotFound))
async def list_matches(
    me: EventAttendee, session: Transaction, window: Listed, meant: Meant, search: Search = ""
) -> Matches:
    """My matches, best first, each with its reasons and the request between us, if there is one."""
    request = models.MeetingRequest
    never = sa.select(request.id).where(
        request.sender_id == me.participant_id,
        request.recipient_id == models.Match.other_id,
        request.preference == Preference.NEVER,
    )
    wanted = (
        sa.select(models.Match)
        .join(models.Match.other)
        .where(models.Match.participant_id == me.participant_id, ~never.exists(), having(search, meant))
    )
    total = await session.scalar(sa.select(sa.func.count()).select_from(wanted.subquery()))
    loaded = [selectinload(models.Match.other).options(option) for option in PROFILE]
    page = wanted.options(*loaded).order_by(models.Match.rank).limit(window.limit).offset(window.offset)
    rows = (await session.scalars(page)).all()
    slots = await slot_ids(session, me.event.id)
    requests = await _requests(session, me, [row.other_id for row in rows])
    return Matches(
        items=[
            Match(
                participant=participant_of(Profile(participant=row.other, seen_by=me), slots),
                score=row.score,
                forward=row.forward,
                backward=row.backward,
                reasons=[Reason.model_validate(reason) for reason in row.reasons],
                request=requests.get(row.other_id),
            )
            for row in rows
        ],
        total=total or 0,
        limit=window.limit,
        offset=window.offset,
    )


async def _requests(session: AsyncSession, me: Attendee, others: list[int]) -> dict[int, MatchRequest]:
    """The request between me and each of `others`; where both asked, the one that got further."""
    request = models.MeetingRequest
    rows = await session.scalars(
        sa.select(request).where(
            request.preference != Preference.NEVER,
            sa.or_(
                sa.and_(request.sender_id == me.participant_id, request.recipient_id.in_(others)),
                sa.and_(request.recipient_id == me.participant_id, request.sender_id.in_(others)),
            ),
        )
    )
    found: dict[int, MatchRequest] = {}
    for row in sorted(rows, key=lambda r: (FOREMOST.index(r.status), -r.id)):
        sent = row.sender_id == me.participant_id
        other = row.recipient_id if sent else row.sender_id
        found.setdefault(other, MatchRequest(id=row.id, status=row.status, direction="sent" if sent else "received"))
    return found
