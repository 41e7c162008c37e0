"""The rules of an event about who is proposed to whom, applied to a ranking.

The service keeps them as `api.matching.schemas.MatchingRules` in the column `events.matching`, and applies them to
requests in `api.requests.service`.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matchmaker.event import Event, Preference, Profile

EmailPair = tuple[str, str]
UNWANTED = 0.5
"""The share of their score that two lose of whom one said that the other is not for them."""
TypePair = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What an organiser decides. Pairs hold in either order; weights lie in [0, 1].

    `may_meet` holds pairs of participation types that may meet (None: all may). `never` and `met_before` hold pairs of
    e-mail addresses: the former are never proposed, the latter lose the share `met_before_penalty` of their score.
    `unwanted` holds pairs of whom one said that the other is not for them: they lose the share `UNWANTED`.
    `theme_bonus` and `country_bonus` close that share of the distance to a score of 1 for people who share all their
    themes, and for people of two countries. `popularity_damping` is how firmly recommendations are spread: 0 leaves
    the ranking as scored.
    """

    may_meet: frozenset[TypePair] | None = None
    never: frozenset[EmailPair] = frozenset()
    met_before: frozenset[EmailPair] = frozenset()
    unwanted: frozenset[EmailPair] = frozenset()
    met_before_penalty: float = 0.5
    theme_bonus: float = 0.1
    country_bonus: float = 0.0
    popularity_damping: float = 1.0

    def __post_init__(self) -> None:
        for name in ("met_before_penalty", "theme_bonus", "country_bonus", "popularity_damping"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"Rules.{name} is {getattr(self, name)}: expected a number from 0 to 1")


def never_pairs(event: Event) -> frozenset[EmailPair]:
    """The pairs of whom one noted never to meet the other."""
    return frozenset((r.sender, r.recipient) for r in event.requests if r.preference is Preference.NEVER)


INVESTOR = re.compile(r"invest|kapital|venture|business angel|\bvc\b", re.IGNORECASE)
"""What the name of a participation type holds, in any of the languages, if its people look for others to invest in."""


def is_investor(participation_type: str) -> bool:
    """Whether people of this type come to invest, by its name."""
    return INVESTOR.search(participation_type) is not None


def default_may_meet(types: Iterable[str]) -> frozenset[TypePair]:
    """Pairs of participation types that may meet where nobody decided otherwise: all but investors with investors."""
    names = sorted(set(types))
    return frozenset((a, b) for a in names for b in names if not (is_investor(a) and is_investor(b)))


class RuleBook:
    """The rules applied to the people of one event, block by block. People are indices into `people`."""

    def __init__(self, people: Sequence[Profile], rules: Rules) -> None:
        self.rules = rules
        index = {person.email: i for i, person in enumerate(people)}
        self._organisations = _codes([person.organisation.casefold().strip() or person.email for person in people])
        self._countries = _codes([person.country for person in people])
        names = sorted({theme for person in people for theme in person.themes})
        self._themes = np.zeros((len(people), len(names)), dtype=np.float32)
        for i, person in enumerate(people):
            self._themes[i, [names.index(theme) for theme in set(person.themes)]] = 1
        kinds = sorted({person.type for person in people})
        self._types = np.array([kinds.index(person.type) for person in people], dtype=np.intp)
        self._may = np.ones((len(kinds), len(kinds)), dtype=bool)
        if rules.may_meet is not None:
            both = rules.may_meet | {(b, a) for a, b in rules.may_meet}
            self._may = np.array([[(a, b) in both for b in kinds] for a in kinds], dtype=bool).reshape(self._may.shape)
        self._never = _partners(rules.never, index, len(people))
        self._met = _partners(rules.met_before, index, len(people))
        self._unwanted = _partners(rules.unwanted, index, len(people))

    def allowed(self, first: NDArray[np.intp], second: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Whether each of `first` may be proposed to each of `second`: shape (first, second)."""
        allowed = self._organisations[first][:, None] != self._organisations[second]
        allowed &= self._may[np.ix_(self._types[first], self._types[second])]
        allowed &= first[:, None] != second
        return np.asarray(allowed & ~self._marked(self._never, first, second), dtype=np.bool_)

    def adjusted(
        self, scores: NDArray[np.float32], first: NDArray[np.intp], second: NDArray[np.intp]
    ) -> NDArray[np.float32]:
        """Scores (first, second) with the bonuses and the penalties."""
        rest = 1 - scores
        if self.rules.theme_bonus:
            rest *= 1 - self.rules.theme_bonus * self.shared_themes(first, second)
        if self.rules.country_bonus:
            rest *= 1 - self.rules.country_bonus * self.abroad(first, second)
        adjusted = 1 - rest
        adjusted[self._marked(self._met, first, second)] *= 1 - self.rules.met_before_penalty
        adjusted[self._marked(self._unwanted, first, second)] *= 1 - UNWANTED
        return np.asarray(adjusted, dtype=np.float32)

    def shared_themes(self, first: NDArray[np.intp], second: NDArray[np.intp]) -> NDArray[np.float32]:
        """Themes in common over themes of either: shape (first, second), in [0, 1]."""
        mine, theirs = self._themes[first], self._themes[second]
        common = mine @ theirs.T
        either = mine.sum(axis=1)[:, None] + theirs.sum(axis=1) - common
        return np.asarray(common / np.maximum(either, 1), dtype=np.float32)

    def abroad(self, first: NDArray[np.intp], second: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Whether two people come from different countries: shape (first, second)."""
        return np.asarray(self._countries[first][:, None] != self._countries[second], dtype=np.bool_)

    def met(self, first: int, second: int) -> bool:
        return second in self._met[first]

    @staticmethod
    def _marked(partners: list[set[int]], first: NDArray[np.intp], second: NDArray[np.intp]) -> NDArray[np.bool_]:
        marked = np.zeros((len(first), len(second)), dtype=bool)
        for row, person in enumerate(first):
            if partners[person]:
                marked[row] = np.isin(second, list(partners[person]))
        return marked


def _codes(values: Sequence[str]) -> NDArray[np.intp]:
    return (
        np.unique(np.array(values, dtype=str), return_inverse=True)[1].astype(np.intp)
        if values
        else np.empty(0, np.intp)
    )


def _partners(pairs: frozenset[EmailPair], index: dict[str, int], size: int) -> list[set[int]]:
    partners: list[set[int]] = [set() for _ in range(size)]
    for a, b in pairs:
        if a in index and b in index:
            partners[index[a]].add(index[b])
            partners[index[b]].add(index[a])
    return partners
