"""Whom I should meet, and why."""

from typing import Annotated

import sqlalchemy as sa
from fastapi import APIRouter, Query

from api import models
from api.core.database import Transaction
from api.core.errors import Forbidden, NotFound, NotSignedIn, documented
from api.core.pagination import Paginated
from api.matching.schemas import MatchingRules
from api.matching.service import match_reasons, reason_of
from api.participants.schemas import Match, Matches
from api.participants.search import ParticipantFilterParams, matches_words
from api.participants.semantic_search import SemanticHits
from api.participants.service import participant_of, slot_ids
from api.requests.service import requests_between
from api.web.permissions import PROFILE, EventAttendee, ProfileView
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
        sa.select(other, match, has_words.label("has_words"))
        .join(match, mine, isouter=everyone)
        .where(
            other.event_id == me.event.id,
            other.id != me.participant_id,
            ~never.exists(),
            *participant_filter.conditions(semantic_hits, by_email=me.organises),
        )
    )
    total = await session.scalar(sa.select(sa.func.count()).select_from(wanted.subquery()))
    ordered = wanted.options(*PROFILE).order_by(
        *participant_filter.relevance_order(semantic_hits),  # the match only decides between equals
        match.standing.desc().nulls_last(),
        other.last_name,
        other.first_name,
        other.id,
    )
    rows = (await session.execute(ordered.limit(page.limit).offset(page.offset))).all()
    slots = await slot_ids(session, me.event.id)
    requests = await requests_between(session, me.participant_id, [person.id for person, *_ in rows])
    reasons = await match_reasons(session, me.participant_id, [person.id for person, listed, _ in rows if listed])
    own = await session.get_one(models.Participant, me.participant_id)
    rules = MatchingRules.model_validate(me.event.matching)
    return Matches(
        items=[
            Match(
                participant=participant_of(
                    ProfileView(participant=person, viewer=me), slots, participant_filter.found_by(by_words)
                ),
                score=round(100 * listed.score) if listed else None,
                forward=round(100 * listed.forward) if listed else None,
                backward=round(100 * listed.backward) if listed else None,
                reasons=[reason_of(reason, me.event.themes) for reason in reasons.get(person.id, ())],
                request=requests.get(person.id),
                may_request=person.organisation_id != own.organisation_id and rules.may_meet(own.type, person.type),
                matched_text=semantic_hits.get(person.id),
            )
            for person, listed, by_words in rows
        ],
        total=total or 0,
        limit=page.limit,
        offset=page.offset,
    )
