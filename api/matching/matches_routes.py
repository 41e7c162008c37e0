"""Whom I should meet, and why."""

from typing import Annotated

import sqlalchemy as sa
from fastapi import APIRouter, Query

from api import models
from api.core.errors import Forbidden, NotFound, NotSignedIn, documented
from api.core.pagination import page_of
from api.matching.schemas import MatchingRules
from api.matching.service import match_reasons, reason_of
from api.participants.dependencies import ParticipantFilterParams, ParticipantSearchParams
from api.participants.listing import load_participants
from api.participants.schemas import Match, Matches
from api.requests.service import requests_between
from api.web.dependencies import Paginated, Transaction
from api.web.permissions import EventAttendee
from matchmaker.event import Preference, RequestStatus

router = APIRouter(prefix="/events/{event_id}/matches", tags=["matches"])


@router.get("", responses=documented(NotSignedIn, Forbidden, NotFound))
async def list_matches(
    me: EventAttendee,
    session: Transaction,
    page: Paginated,
    participant_filter: ParticipantFilterParams,
    search: ParticipantSearchParams,
    everyone: Annotated[bool, Query(description="After my matches, all others who fit.")] = False,
) -> Matches:
    """My matches, each with its reasons and the request between us: best first, or by relevance to a search."""
    request, match, other = models.MeetingRequest, models.Match, models.Participant
    never = sa.select(request.id).where(
        request.sender_id == me.participant_id,
        request.recipient_id == other.id,
        request.preference == Preference.NEVER,
        request.status != RequestStatus.WITHDRAWN,
    )
    mine = sa.and_(
        match.other_id == other.id,
        match.participant_id == me.participant_id,
        match.ranking_version == me.event.ranking_version,
    )
    wanted = (
        sa.select(other.id, match.score, match.forward, match.backward)
        .join(match, mine, isouter=everyone)
        .where(
            other.event_id == me.event.id,
            other.id != me.participant_id,
            ~never.exists(),
            *participant_filter.conditions(),
            search.condition,
        )
    )
    ordered = wanted.order_by(
        *search.order,  # the match only decides between equals
        match.standing.desc().nulls_last(),
        other.last_name,
        other.first_name,
        other.id,
    )
    rows, total = await page_of(session, ordered, page)
    other_ids = [row.id for row in rows]
    *people, own = await load_participants(session, me, [*other_ids, me.participant_id], search)
    requests = await requests_between(session, me.participant_id, other_ids)
    reasons = await match_reasons(session, [me.participant_id], [row.id for row in rows if row.score is not None])
    rules = MatchingRules.model_validate(me.event.matching)
    return Matches(
        items=[
            Match(
                participant=person,
                score=None if row.score is None else round(100 * row.score),
                forward=None if row.score is None else round(100 * row.forward),
                backward=None if row.score is None else round(100 * row.backward),
                reasons=[reason_of(reason, me.event.themes) for reason in reasons.get((me.participant_id, row.id), ())],
                request=requests.get(person.id),
                may_request=person.organisation.id != own.organisation.id and rules.may_meet(own.type, person.type),
            )
            for row, person in zip(rows, people, strict=True)
        ],
        total=total,
        limit=page.limit,
        offset=page.offset,
    )
