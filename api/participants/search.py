"""Finding participants by words, by what `api.participants.semantic_search` found, and by what they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import sqlalchemy as sa
from pydantic import Field
from sqlalchemy.orm import InstrumentedAttribute

from api.core.schemas import Search
from api.models import Participant
from api.participants.schemas import MatchedText, Statement
from api.participants.word_search import WordSearch
from matchmaker.event import TextRole

NO_NUL = r"^[^\x00]*$"  # which PostgreSQL does not store

Condition = sa.ColumnElement[bool]


@dataclass(frozen=True)
class ParticipantFilter:
    """Who is looked for; all of it applies together."""

    search: Search = ""
    country: Annotated[str, Field(max_length=2, pattern=NO_NUL, description="ISO 3166-1 alpha-2.", examples=["BE"])] = (
        ""
    )
    type: Annotated[str, Field(max_length=200, pattern=NO_NUL)] = ""
    theme: Annotated[str, Field(max_length=200, pattern=NO_NUL)] = ""
    organisation_id: Annotated[int | None, Field(ge=1, lt=2**53)] = None

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
