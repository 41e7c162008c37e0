"""Whom I should meet, and why."""

from typing import Annotated

import sqlalchemy as sa
from fastapi import APIRouter, Query

from api import models
from api.core.database import Transaction
from api.core.errors import Forbidden, NotFound, NotSignedIn, documented
from api.core.pagination import Paginated, page_of
from api.matching.schemas import MatchingRules
from api.matching.service import match_reasons, reason_of, standing_under
from api.participants.listing import load_participants
from api.participants.schemas import Match, Matches
from api.participants.search import ParticipantFilterParams, matches_words
from api.participants.semantic_search import SemanticHits
from api.requests.service import requests_between
from api.web.permissions import EventAttendee
from matchmaker.event import Preference, RequestStatus

router = APIRouter(prefix="/events/{event_id}/matches", tags=["matches"])


@router.get("", responses=documented(NotSignedIn, Forbidden, NotFound))
async def list_matches(
    me: EventAttendee,
    session: Transaction,
    page: Paginated,
    participant_filter: ParticipantFilterParams,
    semantic_hits: SemanticHits,
    everyone: Annotated[bool, Query(description="After my matches, all others who fit.")] = False,
) -> Matches:
    """My matches, each with its reasons and the request between us: best first, or by relevance to a search."""
    request, match, other = models.MeetingRequest, models.Match, models.Participant
    rules = MatchingRules.model_validate(me.event.matching)
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
    has_words = matches_words(participant_filter.search, by_email=me.organises)
    wanted = (
        sa.select(other.id, match.score, match.forward, match.backward, has_words.label("has_words"))
        .join(match, mine, isouter=everyone)
        .where(
            other.event_id == me.event.id,
            other.id != me.participant_id,
            ~never.exists(),
            *participant_filter.conditions(semantic_hits, by_email=me.organises),
        )
    )
    ordered = wanted.order_by(
        *participant_filter.relevance_order(semantic_hits),  # the match only decides between equals
        standing_under(rules).desc().nulls_last(),
        other.last_name,
        other.first_name,
        other.id,
    )
    rows, total = await page_of(session, ordered, page)
    found_by = {row.id: participant_filter.found_by(row.has_words) for row in rows}
    *people, own = await load_participants(session, me, [*found_by, me.participant_id], found_by)
    requests = await requests_between(session, me.participant_id, list(found_by))
    reasons = await match_reasons(session, me.participant_id, [row.id for row in rows if row.score is not None])
    return Matches(
        items=[
            Match(
                participant=person,
                score=None if row.score is None else round(100 * row.score),
                forward=None if row.score is None else round(100 * row.forward),
                backward=None if row.score is None else round(100 * row.backward),
                reasons=[reason_of(reason, me.event.themes) for reason in reasons.get(row.id, ())],
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
