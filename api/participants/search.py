"""Finding participants by words, by what `api.participants.semantic_search` found, and by what they are."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Annotated

import sqlalchemy as sa
from pydantic import Field
from sqlalchemy.orm import InstrumentedAttribute

from api.core.schemas import Search
from api.models import Participant, User
from api.participants.schemas import FoundBy
from matchmaker.text import fold

NO_NUL = r"^[^\x00]*$"  # which PostgreSQL does not store
MAX_WORDS = 8
MIN_PREFIX = 3  # letters; with fewer, too many words begin like it

Text = sa.ColumnElement[str] | InstrumentedAttribute[str]


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

    def conditions(self, semantic_hits: Collection[int], *, by_email: bool) -> list[sa.ColumnElement[bool]]:
        """Conditions on participants: they have the words or are among `semantic_hits`, and pass every filter."""
        conditions = [matches_words(self.search, by_email=by_email)]
        if semantic_hits:
            conditions = [sa.or_(*conditions, Participant.id.in_(list(semantic_hits)))]
        if self.country:
            conditions.append(Participant.country == self.country)
        if self.type:
            conditions.append(Participant.type == self.type)
        if self.theme:
            conditions.append(Participant.themes.contains([self.theme]))
        if self.organisation_id is not None:
            conditions.append(Participant.organisation_id == self.organisation_id)
        return conditions

    def found_by(self, by_words: bool) -> FoundBy:
        """How somebody was found who has the words, or was among the hits by meaning."""
        if not _words(self.search):
            return None
        return "words" if by_words else "meaning"

    def relevance_order(self, semantic_hits: Collection[int]) -> list[sa.ColumnElement[int]]:
        """The order of those found: the words in who they are, then in what they wrote, then `semantic_hits` in order.

        Whole words come before beginnings of words. Without a search there is no such order.
        """
        phrases = _phrases(self.search)
        if not phrases:
            return []
        who = sa.func.split_part(Participant.search_text, "\n", 1)
        whole = [f" {phrase} " for phrase in phrases]
        steps = [
            _contains_all(who, whole),
            _contains_all(who, _patterns(self.search)),
            _contains_all(Participant.search_text, whole),
            _contains_all(Participant.search_text, _patterns(self.search)),
        ]
        places = [Participant.id == participant_id for participant_id in semantic_hits]
        # what is left was found by its e-mail address
        return [sa.case(*((step, rank) for rank, step in enumerate([*steps, *places])), else_=0)]


def matches_words(search: str, *, by_email: bool) -> sa.ColumnElement[bool]:
    """A condition on participants: each of the first `MAX_WORDS` words stands in their names, job title, organisation,
    offers or needs.

    Case and accents make no difference, and parts of a hyphenated word stand next to each other. The last word may be
    the beginning of one, as long as it is being typed. With `by_email`, which is for organisers only, a word with
    an @ may also be a part of the e-mail address.
    """
    conditions = []
    for word, pattern in zip(_words(search), _patterns(search), strict=True):
        condition = _contains(Participant.search_text, pattern)
        if by_email and "@" in word:
            email = sa.select(User.id).where(User.id == Participant.user_id, _contains(User.email, word.lower()))
            condition = sa.or_(condition, email.exists())
        conditions.append(condition)
    return sa.and_(sa.true(), *conditions)


def _words(search: str) -> list[str]:
    return [word for word in search.replace("\x00", " ").split() if fold(word)][:MAX_WORDS]


def _phrases(search: str) -> list[str]:
    return [fold(word) for word in _words(search)]


def _patterns(search: str) -> list[str]:
    """What to look for in `search_text`, for each word."""
    phrases = _phrases(search)
    patterns = [f" {phrase} " for phrase in phrases]
    if phrases and not search[-1:].isspace() and len(phrases[-1].split()[-1]) >= MIN_PREFIX:
        patterns[-1] = f" {phrases[-1]}"
    return patterns


def _contains(text: Text, pattern: str) -> sa.ColumnElement[bool]:
    return sa.func.strpos(text, pattern) > 0


def _contains_all(text: Text, patterns: list[str]) -> sa.ColumnElement[bool]:
    return sa.and_(*(_contains(text, pattern) for pattern in patterns))
