"""Whom I should meet, and why."""

from collections.abc import Sequence
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import APIRouter, Query
from sqlalchemy.ext.asyncio import AsyncSession

from api import models
from api.core.errors import Forbidden, NotFound, NotSignedIn, documented
from api.core.membership import Attendee
from api.core.pagination import page_of
from api.matching.feedback import bonuses_of, feedback_among, is_hidden
from api.matching.schemas import MatchingRules
from api.matching.service import BACKWARD, FORWARD, IS_MATCH, match_reasons, reason_of, standing_under
from api.participants.dependencies import ParticipantFilterParams, ParticipantSearchParams
from api.participants.listing import load_participants
from api.participants.schemas import Match, Matches
from api.participants.search import ParticipantSearch
from api.requests.service import requests_between
from api.web.dependencies import Paginated, Transaction
from api.web.permissions import EventAttendee, VisibleParticipant
from matchmaker.event import Preference, RequestStatus
from matchmaker.matching.match import strength

FOR_ORGANISERS = ("one_sided", "popular")
"""Kinds of reasons that tell how a list was made, which is nothing to its reader."""

router = APIRouter(
    prefix="/events/{event_id}/matches", tags=["matches"], responses=documented(NotSignedIn, Forbidden, NotFound)
)


@router.get("")
async def list_matches(
    me: EventAttendee,
    session: Transaction,
    page: Paginated,
    participant_filter: ParticipantFilterParams,
    search: ParticipantSearchParams,
    everyone: Annotated[bool, Query(description="After my matches, all others at the event.")] = False,
) -> Matches:
    """My matches, each with its reasons and the request between us: best first, or by relevance to a search.

    The list ends where nobody is a possible match any more. Whoever is not for me, as I said, is not in it.
    """
    request, other = models.MeetingRequest, models.Participant
    rules = MatchingRules.model_validate(me.event.matching)
    never = sa.select(request.id).where(
        request.sender_id == me.participant_id,
        request.recipient_id == other.id,
        request.preference == Preference.NEVER,
        request.status != RequestStatus.WITHDRAWN,
    )
    wanted = _others(me, everyone=everyone).where(~never.exists(), *participant_filter.conditions(), search.condition)
    ordered = wanted.order_by(
        *search.order,  # the match only decides between equals
        _standing(standing_under(rules), await bonuses_of(session, me)).desc().nulls_last(),
        other.last_name,
        other.first_name,
        other.id,
    )
    rows, total = await page_of(session, ordered, page)
    items = await _matches(session, me, rows, search)
    return Matches(items=items, total=total, limit=page.limit, offset=page.offset)


@router.get("/{participant_id}")
async def read_match(me: EventAttendee, visible: VisibleParticipant, session: Transaction) -> Match:
    """One participant as they would stand in my list, or as one who does not."""
    rows = (await session.execute(_others(me, everyone=True).where(models.Participant.id == visible.id))).all()
    if not rows:
        raise NotFound("Nobody is a match of themselves.")
    (match,) = await _matches(session, me, rows)
    return match


def _others(me: Attendee, *, everyone: bool) -> sa.Select[*tuple[Any, ...]]:
    """My matches, or with them `everyone` else at the event: id, and how far each side serves the other (or null)."""
    match, other = models.Match, models.Participant
    mine = sa.and_(
        match.other_id == other.id,
        match.participant_id == me.participant_id,
        match.ranking_version == me.event.ranking_version,
        IS_MATCH,
        ~is_hidden(me, match.other_id),
    )
    return (
        sa.select(other.id, FORWARD.label("forward"), BACKWARD.label("backward"))
        .join(match, mine, isouter=everyone)
        .where(other.event_id == me.event.id, other.id != me.participant_id)
    )


def _standing(standing: sa.ColumnElement[Any], bonuses: dict[int, float]) -> sa.ColumnElement[Any]:
    """By what my matches are ordered: those like the ones that I want more of stand higher."""
    if not bonuses:
        return standing
    return standing + sa.case(bonuses, value=models.Match.other_id, else_=0.0)


async def _matches(
    session: AsyncSession,
    me: Attendee,
    rows: Sequence[Any],
    search: ParticipantSearch | None = None,
) -> list[Match]:
    """Rows of `_others` as they are read, in their order; with how the `search` found each of them, if there is one."""
    ids = [row.id for row in rows]
    *people, own = await load_participants(session, me, [*ids, me.participant_id], search)
    requests = await requests_between(session, me.participant_id, ids)
    reasons = await match_reasons(session, [me.participant_id], [row.id for row in rows if row.forward is not None])
    feedback = await feedback_among(session, me, ids)
    rules = MatchingRules.model_validate(me.event.matching)
    return [
        Match(
            participant=person,
            strength=None if row.forward is None else strength(row.forward, row.backward),
            reasons=[
                reason_of(reason, me.event.themes)
                for reason in reasons.get((me.participant_id, row.id), ())
                if reason.kind not in FOR_ORGANISERS
            ],
            request=requests.get(person.id),
            may_request=person.organisation.id != own.organisation.id and rules.may_meet(own.type, person.type),
            feedback=feedback.get(person.id),
        )
        for row, person in zip(rows, people, strict=True)
    ]
