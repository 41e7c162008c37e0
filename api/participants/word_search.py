"""Who has the words of a search, and how relevant they are: conditions and orders for PostgreSQL.

Relevance is the sum over the words of the inverse document frequency (`weight_of`) times the weight of the weightiest
field in which the word stands; to it comes the highest sum of inverse document frequencies in one text.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, reduce
from operator import add

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, aliased

from api.models import Participant, User
from matchmaker.matching.search_terms import (
    MIN_FULL_NAME_PREFIX,
    MIN_NAME_PREFIX,
    MIN_PREFIX,
    Term,
    in_name,
    terms_of,
    weight_of,
)

MIN_SHARE = 0.6
"""Whoever has words that make up so much of the weight of a search is found by words. Of two words that are as rare as
each other both are needed, but "economist" is enough of "health economist", and "health" is not."""
IN_NAME, IN_ORGANISATION, IN_STATEMENT, IN_JOB_TITLE = 4.0, 3.0, 2.0, 1.0
UNFINISHED = 0.9
"""The beginning of a word counts so much of the whole word, which leaves the order of the fields as it is ..."""
BARELY_BEGUN = 0.2
"""... and the first three letters of a name so little that they come after whole words: "CRO" is not Croes."""

Text = sa.ColumnElement[str] | InstrumentedAttribute[str]
Condition = sa.ColumnElement[bool]

# built once: making expressions costs a request more than the database needs for them
_NAME = sa.func.split_part(Participant.search_text, "\n", 1)
_NOWHERE = sa.literal_column("0", sa.Integer)
_WEIGHTS = [
    sa.literal_column(str(weight), sa.Double) for weight in (0.0, IN_NAME, IN_ORGANISATION, IN_STATEMENT, IN_JOB_TITLE)
]
_ENDS = [sa.func.strpos(Participant.search_text, end) for end in ("\n", "\n\n", "\f")]
_FIELDS = list(zip(_ENDS, _WEIGHTS[1:4], strict=True))


@dataclass(frozen=True, kw_only=True)
class WordSearch:
    """A search for the words `terms`, which weigh `weights`; `participant_ids` have enough of them (None: all of them).

    The last word may be the beginning of one in a name from `name_prefix` letters on. With `by_email`, which is for
    organisers only, a word with an @ may also be a part of the e-mail address.
    """

    terms: Sequence[Term]
    weights: Sequence[float]
    name_prefix: int
    by_email: bool
    participant_ids: Sequence[int] | None = None

    @staticmethod
    def of(search: str, *, by_email: bool) -> "WordSearch":
        """A search for all words of a text, each of the same weight."""
        terms = terms_of(search)
        return WordSearch(
            terms=terms,
            weights=[1.0] * len(terms),
            name_prefix=MIN_NAME_PREFIX if len(terms) == 1 else MIN_FULL_NAME_PREFIX,
            by_email=by_email,
        )

    async def weighed(self, session: AsyncSession, event_id: int) -> "WordSearch":
        """The same search with words weighed by how rare they are at an event: not all are needed, unless somebody has
        that name."""
        if len(self.terms) < 2:
            return self
        topic = replace(self, name_prefix=MIN_PREFIX)
        every, namesake = (1 << len(self.terms)) - 1, 1 << len(self.terms)
        conditions = [*map(topic._has, self.terms), _contains_all(_NAME, in_name(self.terms))]
        held = _sum(sa.case((each, 1 << i), else_=0) for i, each in enumerate(conditions))
        # materialised, so that each text is searched once
        people = sa.select(Participant.id, held.label("held")).where(Participant.event_id == event_id).cte("people")
        people = people.prefix_with("MATERIALIZED")
        ids = sa.func.array_agg(people.c.id).filter(people.c.held > 0)
        rows = (
            await session.execute(sa.select(people.c.held, sa.func.count(), ids).group_by(people.c.held))
        ).all()  # by the bits of the words that somebody has
        count = sum(number for _, number, _ in rows)
        frequencies = [sum(number for bits, number, _ in rows if bits >> i & 1) for i in range(len(self.terms))]
        weights = [weight_of(term, n, count) for term, n in zip(self.terms, frequencies, strict=True)]
        if any(bits & namesake for bits, _, _ in rows):
            found = [ids for bits, _, ids in rows if bits & namesake or bits == every]
            return replace(self, weights=weights, participant_ids=[id_ for ids in found for id_ in ids])
        enough = MIN_SHARE * sum(weights)
        found = [ids for bits, _, ids in rows if bits and _weight(bits, weights) >= enough]
        return replace(topic, weights=weights, participant_ids=[id_ for ids in found for id_ in ids])

    @cached_property
    def condition(self) -> Condition:
        """The condition on participants to be found by words; true of everybody where nothing is searched."""
        if self.participant_ids is None:
            return sa.and_(sa.true(), *map(self._has, self.terms))
        return Participant.id == sa.any_(sa.literal(list(self.participant_ids), ARRAY(sa.BigInteger)))

    @property
    def relevance(self) -> sa.ColumnElement[float]:
        """How relevant whoever fulfils the condition is, for a search with words."""
        by_field = _sum(weight * self._field_weight(term) for term, weight in self._weighted)
        return by_field + self._best_line() if len(self.terms) > 1 else by_field

    def matched_line(self, search_text: str) -> int | None:
        """Which offer or need of a `search_text` (offers before needs, from 0) has most of the words, if any has one.

        Of equals it is the first.
        """
        best, most = None, 0.0
        for i, line in enumerate(search_text.partition("\n\n")[2].partition("\f")[0].split("\n")):
            weight = sum(weight for term, weight in self._weighted if any(p in line for p in term.patterns))
            if weight > most:
                best, most = i, weight
        return best

    @property
    def _weighted(self) -> list[tuple[Term, float]]:
        return list(zip(self.terms, self.weights, strict=True))

    def _has(self, term: Term) -> Condition:
        conditions = [_contains_any(Participant.search_text, term.patterns)]
        begun = term.begun_in_name(self.name_prefix)
        if len(term.tokens) > 1 or (begun and not term.begun):  # else the whole text says as much
            conditions.append(_contains_all(_NAME, begun or term.whole_in_name))
        if self.by_email and "@" in term.word:
            conditions.append(_in_email(term))
        return sa.or_(*conditions)

    def _field_weight(self, term: Term) -> sa.ColumnElement[float]:
        """The weight of the weightiest field in which the term stands."""
        weights = [_weight_at(pattern) for pattern in term.whole]
        weights += [UNFINISHED * _weight_at(pattern) for pattern in term.begun]
        begun = term.begun_in_name(self.name_prefix)
        if len(term.tokens) > 1 or (begun and not term.begun):
            barely = self.name_prefix == MIN_NAME_PREFIX and not term.begun
            in_name = _contains_all(_NAME, begun or term.whole_in_name)
            weights.append(sa.case((in_name, IN_NAME * (BARELY_BEGUN if barely else UNFINISHED)), else_=0.0))
        if self.by_email and "@" in term.word:
            weights.append(sa.case((_in_email(term), IN_NAME), else_=0.0))
        return weights[0] if len(weights) == 1 else sa.func.greatest(*weights)

    def _best_line(self) -> sa.ColumnElement[float]:
        line = sa.func.unnest(sa.func.string_to_array(Participant.search_text, "\n")).column_valued("line")
        found = _sum(
            sa.case((_contains_any(line, term.patterns), weight), else_=0.0) for term, weight in self._weighted
        )
        return sa.select(sa.func.max(found)).correlate(Participant).scalar_subquery()


def _weight(bits: int, weights: Sequence[float]) -> float:
    return sum(weight for i, weight in enumerate(weights) if bits >> i & 1)


def _weight_at(pattern: str) -> sa.ColumnElement[float]:
    """The weight of the field in which a pattern comes first: the weightiest, for fields are in that order."""
    place = sa.func.strpos(Participant.search_text, pattern)
    return sa.case((place == _NOWHERE, _WEIGHTS[0]), *((place < end, w) for end, w in _FIELDS), else_=_WEIGHTS[-1])


def _in_email(term: Term) -> Condition:
    user = aliased(User)  # a statement may join users already
    return sa.exists().where(user.id == Participant.user_id, _contains(user.email, term.word.lower()))


def _contains(text: Text, pattern: str) -> Condition:
    return sa.func.strpos(text, pattern) > 0


def _contains_any(text: Text, patterns: list[str]) -> Condition:
    return sa.or_(*(_contains(text, pattern) for pattern in patterns))


def _contains_all(text: Text, patterns: list[str]) -> Condition:
    return sa.and_(*(_contains(text, pattern) for pattern in patterns))


def _sum(numbers: Iterable[sa.ColumnElement[float]]) -> sa.ColumnElement[float]:
    return reduce(add, numbers)
