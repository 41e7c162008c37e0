"""Whom I should meet, and why."""

from typing import Annotated

import sqlalchemy as sa
from fastapi import APIRouter, Query
from sqlalchemy.ext.asyncio import AsyncSession

from api import models
from api.core.database import Transaction
from api.core.errors import Forbidden, NotFound, NotSignedIn, documented
from api.core.pagination import Paginated, page_of
from api.matching.schemas import MatchingRules
from api.participants.listing import load_participants
from api.participants.schemas import Match, Matches, MatchReason, MatchRequest
from api.participants.search import ParticipantFilterParams
from api.participants.semantic_search import SemanticHits
from api.web.permissions import Attendee, EventAttendee
from matchmaker.event import Preference, RequestStatus

router = APIRouter(prefix="/events/{event_id}/matches", tags=["matches"])
FOREMOST = (
    RequestStatus.ACCEPTED,
    RequestStatus.PENDING,
    RequestStatus.DECLINED,
    RequestStatus.WITHDRAWN,
    RequestStatus.EXPIRED,
)


@router.get("", responses=documented(NotSignedIn, Forbidden, NotFound))
async def list_matches(
    me: EventAttendee,
    session: Transaction,
    page: Paginated,
    participant_filter: ParticipantFilterParams,
    semantic_hits: SemanticHits,
    everyone: Annotated[bool, Query(description="After my matches, all others who fit.")] = False,
) -> Matches:
    """My matches, best first, each with its reasons and the request between us, if there is one."""
    request, match, other = models.MeetingRequest, models.Match, models.Participant
    never = sa.select(request.id).where(
        request.sender_id == me.participant_id,
        request.recipient_id == other.id,
        request.preference == Preference.NEVER,
    )
    mine = sa.and_(match.other_id == other.id, match.participant_id == me.participant_id)
    wanted = (
        sa.select(other.id, match.score, match.forward, match.backward, match.reasons)
        .join(match, mine, isouter=everyone)
        .where(
            other.event_id == me.event.id,
            other.id != me.participant_id,
            ~never.exists(),
            *participant_filter.conditions(semantic_hits),
        )
    )
    order = (
        match.rank.asc().nulls_last(),
        *participant_filter.relevance_order(semantic_hits),
        other.last_name,
        other.first_name,
        other.id,
    )
    rows, total = await page_of(session, wanted.order_by(*order), page)
    *people, own = await load_participants(session, me, [*(row.id for row in rows), me.participant_id])
    requests = await _requests(session, me, [row.id for row in rows])
    rules = MatchingRules.model_validate(me.event.matching)
    return Matches(
        items=[
            Match(
                participant=person,
                score=row.score,
                forward=row.forward,
                backward=row.backward,
                reasons=[MatchReason.model_validate(reason) for reason in row.reasons or ()],
                request=requests.get(person.id),
                may_request=person.organisation.id != own.organisation.id and rules.may_meet(own.type, person.type),
                matched_text=semantic_hits.get(person.id),
            )
            for row, person in zip(rows, people, strict=True)
        ],
        total=total,
        limit=page.limit,
        offset=page.offset,
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
