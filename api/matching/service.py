"""What routes of several areas need of matching: the reasons of stored matches, and the known participation types.

The rules of who may meet whom are `api.matching.schemas.MatchingRules`, in the column `events.matching`;
`matchmaker.matching.rules` applies them to a ranking.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from api import models
from api.core.errors import Invalid
from api.core.membership import Member
from api.matching.ranked_events import Mark
from api.matching.schemas import Gap, GapList, MatchingRules
from api.participants import schemas
from api.participants.listing import load_briefs
from api.participants.service import participation_types
from matchmaker.locale import in_every_language
from matchmaker.matching import gaps as domain
from matchmaker.matching.match import (
    HEDGED,
    LIKELY,
    STRENGTHS,
    Labels,
    MatchReason,
    NeedOffer,
    Pairing,
    Side,
    Strength,
    reasons_of,
)

GAPS = 100
"""So many are listed of each kind."""


async def require_known_types(session: AsyncSession, member: Member, field: str, pairs: list[list[str]]) -> None:
    """Raises `Invalid` unless all in the `pairs` of a field are participation types of the event."""
    known = await participation_types(session, member.event.id)
    errors = [
        {"loc": ["body", field, i], "message": f"not a participation type of this event: {name}"}
        for i, pair in enumerate(pairs)
        for name in pair
        if name not in known
    ]
    if errors:
        raise Invalid("These are not participation types of this event.", errors=errors[:20])


FORWARD, BACKWARD = (sa.cast(column, sa.Double) for column in (models.Match.forward, models.Match.backward))
"""As `strength` takes them: a REAL that is read alone is rounded, and could then fall on the other side of a bound."""
_likelihood = 1 - (1 - FORWARD) * (1 - BACKWARD)
IS_MATCH = _likelihood >= STRENGTHS[Strength.POSSIBLE]
"""`matchmaker.matching.match.strength` has a word for a row of `matches`: below it nobody is called a match."""


async def ranking_mark(session: AsyncSession, event_id: int) -> Mark | None:
    """Which ranking of an event is in use; None where there is none."""
    stored, event = models.StoredRanking, models.Event
    row = (
        await session.execute(
            sa.select(stored.version, stored.edits)
            .join(event, sa.and_(event.id == stored.event_id, event.ranking_version == stored.version))
            .where(event.id == event_id)
        )
    ).one_or_none()
    return None if row is None else (row.version, row.edits)


async def gap_list(session: AsyncSession, gaps: Sequence[domain.Gap], participant_ids: Mapping[str, int]) -> GapList:
    """Gaps with their people; without those of people who left since."""
    briefs = await load_briefs(session, {participant_ids[gap.email] for gap in gaps})
    there = [(briefs[id_], gap) for gap in gaps if (id_ := participant_ids[gap.email]) in briefs]
    return GapList(
        total=len(there),
        items=[
            Gap(
                participant=person,
                text=gap.statement.text,
                language=gap.language,
                audience=sorted(gap.statement.audience),
                kind=gap.statement.kind,
            )
            for person, gap in there[:GAPS]
        ],
    )


def standing_under(rules: MatchingRules) -> sa.ColumnElement[Any]:
    """By what the rows of `matches` are in order: the reranker's judgements count where the organiser turned it on."""
    match = models.Match
    if rules.reranking:
        return sa.func.coalesce(match.judged_standing, match.standing)
    return match.standing.expression


async def match_reasons(
    session: AsyncSession, participant_ids: Collection[int], other_ids: Collection[int]
) -> dict[tuple[int, int], tuple[MatchReason, ...]]:
    """By participant and other, why they should meet; absent are those who are not among the participant's best."""
    match = models.Match
    rows = await session.execute(
        _reasons_query().where(match.participant_id.in_(participant_ids), match.other_id.in_(other_ids))
    )
    return {(row.Match.participant_id, row.Match.other_id): _reasons_in(row) for row in rows}


def _reasons_query() -> sa.Select[*tuple[Any, ...]]:
    """Rows for `_reasons_in`: the matches (`models.Match`) of the rankings in use, with what their reasons quote."""
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


def _reasons_in(row: sa.Row[*tuple[Any, ...]]) -> tuple[MatchReason, ...]:
    """The reasons of a row of `_reasons_query`, as its participant reads them."""
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
