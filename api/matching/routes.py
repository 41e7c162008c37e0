"""The organiser's side of matching: the rules, and the figures of the ranking in use."""

from typing import Any

import sqlalchemy as sa
from fastapi import APIRouter, Request
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from api import models
from api.core.audit import record_action
from api.core.background import CHECKS
from api.core.errors import Busy, Forbidden, Invalid, NoReranker, NotFound, NotSignedIn, documented
from api.core.membership import Member
from api.jobs import enqueue, ranking_state
from api.matching import judgements, reranking
from api.matching.ranked_events import RankedEvents, StillReadingError
from api.matching.schemas import (
    GapList,
    Gaps,
    Matching,
    MatchingPatch,
    MatchingRules,
    RankingFigures,
    RerankingEstimate,
)
from api.matching.service import gap_list, ranking_mark, require_known_types
from api.participants.schemas import ParticipantBrief
from api.participants.service import participation_types
from api.settings import Settings
from api.web.dependencies import Transaction
from api.web.language import ReaderLanguage
from api.web.permissions import AppSettings, EventOrganiser
from matchmaker.matching.learning import verdict_text
from matchmaker.matching.match import Notice as MatchNotice

NO_RERANKER = "Whoever runs this installation sets MATCHMAKER_RERANKER."

router = APIRouter(
    prefix="/events/{event_id}/matching", tags=["matching"], responses=documented(NotSignedIn, Forbidden, NotFound)
)


@router.get("")
async def read_matching(
    member: EventOrganiser, session: Transaction, settings: AppSettings, language: ReaderLanguage
) -> Matching:
    """The rules of matching, and what the ranking in use comes to."""
    return await _matching(session, member, settings, language)


@router.patch("", responses=documented(NoReranker, Invalid))
async def update_matching(
    patch: MatchingPatch,
    member: EventOrganiser,
    session: Transaction,
    settings: AppSettings,
    language: ReaderLanguage,
) -> Matching:
    """Change rules of matching. A new ranking takes the place of the one in use once it is made."""
    if patch.reranking and not settings.reranker:
        raise NoReranker(NO_RERANKER)
    await session.refresh(member.event, ["matching"], with_for_update={"key_share": True})
    rules = MatchingRules.model_validate(member.event.matching)
    # a type that nobody has any more stays where it was: it may come back with the next import
    new = [pair for pair in patch.may_not_meet or [] if pair not in (rules.may_not_meet or [])]
    await require_known_types(session, member, "may_not_meet", new)
    changed = rules.model_copy(update=patch.model_dump(exclude_none=True))
    if changed != rules:
        member.event.matching = changed.model_dump()
        record_action(session, member, "rules of matching changed")
        if changed.reranking != rules.reranking:
            await reranking.switch_reranking(session, member.event.id, on=changed.reranking)
        if changed != rules.model_copy(update={"reranking": changed.reranking}):
            await enqueue(session, "rank_event", event_id=member.event.id)
    return await _matching(session, member, settings, language)


@router.post("/ranking", status_code=202)
async def rank_again(
    member: EventOrganiser, session: Transaction, settings: AppSettings, language: ReaderLanguage
) -> Matching:
    """Have a new ranking made, because what stood in the way of the last one is mended."""
    await enqueue(session, "rank_event", event_id=member.event.id)
    record_action(session, member, "ranking asked for")
    return await _matching(session, member, settings, language)


@router.get("/gaps")
async def read_gaps(member: EventOrganiser, session: Transaction, request: Request) -> Gaps:
    """The needs that no offer of the event answers, and the offers that nobody needs, by the ranking in use."""
    rankings: RankedEvents = request.app.state.ranked_events
    nothing = GapList(total=0, items=[])
    mark = await ranking_mark(session, member.event.id)
    try:
        ranked = mark and await rankings.load(member.event.id, mark)
        found = ranked and mark and await rankings.gaps(ranked, mark[0])
    except StillReadingError:
        return Gaps(state="reading", needs=nothing, offers=nothing)
    if not ranked or not found:
        return Gaps(state="unranked", needs=nothing, offers=nothing)
    return Gaps(
        state="ready",
        needs=await gap_list(session, found.needs, ranked.participant_ids),
        offers=await gap_list(session, found.offers, ranked.participant_ids),
    )


@router.get("/reranking/estimate", responses=documented(NoReranker, Busy))
async def estimate_reranking(member: EventOrganiser, settings: AppSettings) -> RerankingEstimate:
    """What it would take to have the reranker read the pairs of all lists."""
    judge = judgements.reranker(settings)
    if judge is None:
        raise NoReranker(NO_RERANKER)
    return await CHECKS.run(
        judgements.estimate, settings.database_url, member.event.id, judge.name, settings.reranker_pairs
    )


@router.post("/reranking/cancel")
async def cancel_reranking(
    member: EventOrganiser, session: Transaction, settings: AppSettings, language: ReaderLanguage
) -> Matching:
    """Stop reading pairs. What was read is kept, and the next ranking goes on with the rest."""
    if await reranking.cancel_reranking(session, member.event.id):
        record_action(session, member, "reranking cancelled")
    return await _matching(session, member, settings, language)


async def _matching(session: AsyncSession, member: Member, settings: Settings, language: str) -> Matching:
    event = models.Event
    figures, ranked_at = (
        await session.execute(sa.select(event.ranking, event.ranked_at).where(event.id == member.event.id))
    ).one()
    if figures is not None:
        people = await session.scalars(
            sa.select(models.Participant)
            .where(models.Participant.id.in_(figures["insufficient_text"]))
            .options(selectinload(models.Participant.organisation))
            .order_by(models.Participant.last_name, models.Participant.first_name)
        )
        insufficient_text = [ParticipantBrief.model_validate(person) for person in people]
        figures = figures | {
            "ranked_at": ranked_at,
            "insufficient_text": insufficient_text,
            "notices": [
                {"kind": notice["kind"], "text": MatchNotice(**notice).text(language)} for notice in figures["notices"]
            ],
            "learning": _learning(figures["learning"], language),
        }
    rules = MatchingRules.model_validate(member.event.matching)
    return Matching(
        rules=rules.decided(await participation_types(session, member.event.id)),
        ranking=None if figures is None else RankingFigures.model_validate(figures),
        state=await ranking_state(session, member.event.id),
        reranking=await reranking.reranking_of(session, member.event.id, language) if settings.reranker else None,
    )


def _learning(figures: dict[str, Any] | None, language: str) -> dict[str, Any] | None:
    """What was learned, with its sentence."""
    if figures is None:
        return None
    text = verdict_text(
        language,
        figures["outcomes"],
        figures["positive"],
        figures["auc"],
        figures["baseline_auc"],
        used=figures["applied"],
    )
    return figures | {"text": text}
