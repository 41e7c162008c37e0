"""Finding participants by words, by what `api.participants.semantic_search` found, and by what they are."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Annotated

import sqlalchemy as sa
from fastapi import Depends, Query

from api.core.dependencies import inline
from api.core.schemas import Search
from api.models import Need, Offer, Organisation, Participant

NO_NUL = r"^[^\x00]*$"  # which PostgreSQL does not store


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

    def conditions(self, semantic_hits: Collection[int]) -> list[sa.ColumnElement[bool]]:
        """Conditions on participants: they have the words or are among `semantic_hits`, and pass every filter."""
        conditions = [sa.or_(sa.and_(sa.true(), *matches_words(self.search)), Participant.id.in_(list(semantic_hits)))]
        if self.country:
            conditions.append(Participant.country == self.country)
        if self.type:
            conditions.append(Participant.type == self.type)
        if self.theme:
            conditions.append(Participant.themes.contains([self.theme]))
        if self.organisation_id is not None:
            conditions.append(Participant.organisation_id == self.organisation_id)
        return conditions

    def relevance_order(self, semantic_hits: Collection[int]) -> list[sa.ColumnElement[int]]:
        """The order of those found: first whoever has the words, then `semantic_hits` in its order."""
        places = [(Participant.id == number, place) for place, number in enumerate(semantic_hits)]
        return [sa.case((sa.and_(sa.true(), *matches_words(self.search)), -1), *places)] if places else []


ParticipantFilterParams = Annotated[ParticipantFilter, Depends(inline(ParticipantFilter))]


def matches_words(search: str) -> list[sa.ColumnElement[bool]]:
    """Conditions on participants: each word of `search` stands in a name, a job title, an organisation or a text."""
    return [_has_word(word) for word in search.replace("\x00", " ").split()]


def _has_word(word: str) -> sa.ColumnElement[bool]:
    organisation = sa.select(Organisation.id).where(
        Organisation.id == Participant.organisation_id, Organisation.name.icontains(word, autoescape=True)
    )
    texts = [
        sa.select(text.id).where(text.participant_id == Participant.id, text.text.icontains(word, autoescape=True))
        for text in (Offer, Need)
    ]
    return sa.or_(
        Participant.first_name.icontains(word, autoescape=True),
        Participant.last_name.icontains(word, autoescape=True),
        Participant.job_title.icontains(word, autoescape=True),
        organisation.exists(),
        *(text.exists() for text in texts),
    )
