"""Finding participants by words, by what `api.participants.semantic_search` found, and by what they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import Depends, Query, Request
from sqlalchemy.orm import InstrumentedAttribute

from api.core.database import Transaction
from api.core.dependencies import inline
from api.core.schemas import Search
from api.models import Organisation, Participant
from api.participants.schemas import MatchedText, Statement
from api.participants.semantic_search import SemanticSearch
from api.participants.word_search import WordSearch
from api.web.permissions import EventMember
from matchmaker.event import TextRole
from matchmaker.matching.search import Filter

NO_NUL = r"^[^\x00]*$"  # which PostgreSQL does not store

Condition = sa.ColumnElement[bool]


@dataclass(frozen=True)
class ParticipantFilter:
    """Who is looked for; all of it applies together."""

    search: Search = ""
    country: Annotated[str, Query(max_length=2, pattern=NO_NUL, description="ISO 3166-1 alpha-2.", examples=["BE"])] = (
        ""
    )
    type: Annotated[str, Query(max_length=200, pattern=NO_NUL)] = ""
    theme: Annotated[str, Query(max_length=200, pattern=NO_NUL)] = ""
    organisation_id: Annotated[int | None, Query(ge=1, lt=2**53)] = None

    def conditions(self) -> list[Condition]:
        """Conditions on participants: they pass every filter (the search is none)."""
        conditions: list[Condition] = []
        if self.country:
            conditions.append(Participant.country == self.country)
        if self.type:
            conditions.append(Participant.type == self.type)
        if self.theme:
            conditions.append(Participant.themes.contains([self.theme]))
        if self.organisation_id is not None:
            conditions.append(Participant.organisation_id == self.organisation_id)
        return conditions


ParticipantFilterParams = Annotated[ParticipantFilter, Depends(inline(ParticipantFilter))]


@dataclass(frozen=True)
class ParticipantSearch:
    """A search by words, and the texts of those found by meaning by their id, the likeliest first."""

    words: WordSearch
    semantic_hits: Mapping[int, MatchedText]

    @property
    def condition(self) -> Condition:
        """The condition on participants to be found; true of everybody where nothing is searched."""
        if not self.semantic_hits:
            return self.words.condition
        return sa.or_(self.words.condition, Participant.id.in_(list(self.semantic_hits)))

    @property
    def columns(self) -> list[sa.ColumnElement[Any] | InstrumentedAttribute[str]]:
        """What `fields` reads of a participant."""
        return [Participant.search_text, self.words.condition.label("has_words")]

    @property
    def order(self) -> list[sa.ColumnElement[Any]]:
        """Those found by words, the most relevant first, then those by meaning. Without a search there is no order."""
        if not self.words.terms:
            return []
        if not self.semantic_hits:
            return [-self.words.relevance]
        hits = sa.literal(list(self.semantic_hits), sa.ARRAY(sa.BigInteger()))
        place = sa.func.array_position(hits, Participant.id)
        return [sa.case((self.words.condition, -self.words.relevance), else_=place)]

    def fields(self, row: Any, offers: Sequence[Statement], needs: Sequence[Statement]) -> dict[str, Any]:
        """How a participant was found: what `Participant` says of it. `row` has the columns `columns`."""
        line = self.words.matched_line(row.search_text) if row.has_words else None
        if line is None:
            matched = self.semantic_hits.get(row.id)
        else:
            role = TextRole.OFFER if line < len(offers) else TextRole.NEED
            matched = MatchedText(role=role, text=[*offers, *needs][line].text)
        return {"found_by": "words" if row.has_words else "meaning", "matched_text": matched}


async def _participant_search(
    request: Request, member: EventMember, session: Transaction, participant_filter: ParticipantFilterParams
) -> ParticipantSearch:
    words = WordSearch.of(participant_filter.search, by_email=member.organises)
    if not words.terms:
        return ParticipantSearch(words, {})
    organisation = None
    if participant_filter.organisation_id is not None:
        organisation = await session.scalar(
            sa.select(Organisation.name).where(Organisation.id == participant_filter.organisation_id)
        )
    criteria = Filter(
        countries=frozenset(filter(None, [participant_filter.country])),
        types=frozenset(filter(None, [participant_filter.type])),
        themes=frozenset(filter(None, [participant_filter.theme])),
        organisation=organisation,
    )
    semantic_search: SemanticSearch = request.app.state.semantic_search
    semantic_hits = await semantic_search.hits(member.event, participant_filter.search, criteria)
    return ParticipantSearch(await words.weighed(session, member.event.id), semantic_hits)


ParticipantSearchParams = Annotated[ParticipantSearch, Depends(_participant_search)]
"""Whom the parameter `search` finds, by words and by meaning."""
