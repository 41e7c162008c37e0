"""What routes of several areas need of matching: the reasons of stored matches, and the known participation types."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from api import models
from api.core.errors import Invalid
from api.matching.schemas import MatchingRules
from api.participants import schemas
from api.web.permissions import Member
from matchmaker.locale import in_every_language
from matchmaker.matching.match import HEDGED, LIKELY, Labels, MatchReason, NeedOffer, Pairing, Side, reasons_of


async def require_known_types(session: AsyncSession, member: Member, field: str, pairs: list[list[str]]) -> None:
    """Raises `Invalid` unless all in the `pairs` of a field are participation types of the event."""
    people = models.Participant
    known = set(await session.scalars(sa.select(people.type).where(people.event_id == member.event.id).distinct()))
    errors = [
        {"loc": ["body", field, i], "message": f"not a participation type of this event: {name}"}
        for i, pair in enumerate(pairs)
        for name in pair
        if name not in known
    ]
    if errors:
        raise Invalid("These are not participation types of this event.", errors=errors[:20])


def standing_under(rules: MatchingRules) -> sa.ColumnElement[Any]:
    """By what the rows of `matches` are in order: the reranker's judgements count where the organiser turned it on."""
    match = models.Match
    if rules.reranking:
        return sa.func.coalesce(match.judged_standing, match.standing)
    return match.standing.expression


async def match_reasons(
    session: AsyncSession, participant_id: int, other_ids: Collection[int]
) -> dict[int, tuple[MatchReason, ...]]:
    """Why a participant should meet each of the others, by the other's id; absent are those not among their best."""
    match = models.Match
    rows = await session.execute(
        reasons_query().where(match.participant_id == participant_id, match.other_id.in_(other_ids))
    )
    return {row.Match.other_id: reasons_in(row) for row in rows}


def reasons_query() -> sa.Select[*tuple[Any, ...]]:
    """Rows for `reasons_in`: the matches (`models.Match`) of the rankings in use, with what their reasons quote."""
    match, event = models.Match, models.Event
    one, other = aliased(models.Participant), aliased(models.Participant)
    need, offer = aliased(models.Need), aliased(models.Offer)
    their_need, their_offer = aliased(models.Need), aliased(models.Offer)
    judgement = models.StoredJudgement
    quoted = ((need, "need"), (offer, "offer"), (their_need, "their_need"), (their_offer, "their_offer"))
    query = (
        sa.select(
            match,
            event.matching,
            judgement.reason.label("model_text"),
            judgement.language.label("model_language"),
            *(column.label(f"first_{name}") for name, column in _side(one)),
            *(column.label(f"second_{name}") for name, column in _side(other)),
            *(text.text.label(name) for text, name in quoted),
            *(text.language.label(f"{name}_language") for text, name in quoted),
        )
        .join(one, one.id == match.participant_id)
        .join(other, other.id == match.other_id)
        .join(event, sa.and_(event.id == one.event_id, event.ranking_version == match.ranking_version))
        .join(judgement, sa.and_(judgement.key == match.judgement_key, judgement.fits >= LIKELY), isouter=True)
    )
    for text, name in quoted:
        query = query.join(text, text.id == getattr(match, f"{name}_id"), isouter=True)
    return query


def _side(person: type[models.Participant]) -> list[tuple[str, sa.ColumnElement[Any]]]:
    texts = (sa.exists().where(table.participant_id == person.id) for table in (models.Need, models.Offer))
    return [
        ("themes", person.themes.expression),
        ("country", person.country.expression),
        ("has_text", sa.or_(*texts)),
    ]


def reasons_in(row: sa.Row[*tuple[Any, ...]]) -> tuple[MatchReason, ...]:
    """The reasons of a row of `reasons_query`, as its participant reads them."""
    match, rules = row.Match, MatchingRules.model_validate(row.matching)
    pairing = Pairing(
        first="",
        second="",
        score=match.score,
        forward=match.forward,
        backward=match.backward,
        serves_first=_need_offer(row.need, row.need_language, row.offer, row.offer_language),
        serves_second=_need_offer(row.their_need, row.their_need_language, row.their_offer, row.their_offer_language),
        met_before=match.met_before,
        price=match.score - match.standing,
    )
    reasons = reasons_of(
        pairing,
        Side(themes=row.first_themes, country=row.first_country, has_text=row.first_has_text),
        Side(themes=row.second_themes, country=row.second_country, has_text=row.second_has_text),
        country_bonus=rules.country_bonus / 100,
        met_before_penalty=rules.met_before_penalty / 100,
    )
    if rules.reranking and row.model_text and reasons and reasons[0].kind in HEDGED:
        return (replace(reasons[0], model_text=row.model_text, model_language=row.model_language), *reasons[1:])
    return reasons


def _need_offer(
    need: str | None, need_language: str | None, offer: str | None, offer_language: str | None
) -> NeedOffer | None:
    """None as well where either text is gone since the match was made."""
    if need is None or offer is None:
        return None
    return NeedOffer(need=need, need_language=need_language, offer=offer, offer_language=offer_language)


def reason_of(reason: MatchReason, themes: Labels) -> schemas.MatchReason:
    """A reason as people read it; `themes` are the labels of the event."""
    return schemas.MatchReason(
        kind=reason.kind,
        need=reason.need,
        need_language=reason.need_language,
        offer=reason.offer,
        offer_language=reason.offer_language,
        strength=round(100 * reason.strength),
        themes=list(reason.themes),
        text=sentences_of(reason, themes) | _model_text(reason),
        model_language=reason.model_language,
    )


def _model_text(reason: MatchReason) -> dict[str, str]:
    """What a reranker wrote of a reason, by its language."""
    if reason.model_text is None or reason.model_language is None:
        return {}
    return {reason.model_language: reason.model_text}


def sentences_of(reason: MatchReason, themes: Labels) -> dict[str, str]:
    """The sentence of a reason by language."""
    return in_every_language(lambda language: reason.text(language, themes))
