"""What became of meetings, and what is known of the pairs: what `matchmaker.ranking.learning` learns from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from matchmaker.calibration import Floats
from matchmaker.event import Event, Preference, Profile, Status
from matchmaker.ranking.comparison import Comparison, reciprocal
from matchmaker.ranking.rules import RuleBook

REFERENCES = 256
"""Popularity is measured against at most this many people."""
NEUTRAL = 3
FAINT = 1e-3

SENSES: Mapping[str, int] = {"score": 1, "better": 1, "lesser": 1, "themes": 1, "abroad": 1, "sought": -1}
"""What a pair is judged by, and whether it may raise (1) or lower (-1) its score: the plain score, the better and the
lesser of its directions (all three as log odds), the share of themes in common, different countries, and how good a
match the more sought-after of the two is for everybody (as log odds). Pairs of types come after them, in any sense."""

Figures = NDArray[np.float64]
Kind = tuple[str, str]
"""A pair of participation types, in alphabetical order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a pair (e-mail addresses): `first` asked `second`. None where a thing is not known.

    `rating` is from 1 to 5. A rating says more than whether the meeting was held, and that more than the answer.
    """

    first: str
    second: str
    accepted: bool | None = None
    held: bool | None = None
    rating: float | None = None

    @property
    def verdict(self) -> tuple[bool, float] | None:
        """Whether it was good, and the weight of that in [0, 1]; None where that is not known, or neutral."""
        if self.rating is not None:
            return None if self.rating == NEUTRAL else (self.rating > NEUTRAL, min(abs(self.rating - NEUTRAL) / 2, 1.0))
        known = self.accepted if self.held is None else self.held
        return None if known is None else (known, 1.0)


def outcomes_of(event: Event) -> tuple[Outcome, ...]:
    """The answers to the requests of an event, one for each pair: "never" before accepted before declined."""
    answers: dict[frozenset[str], Outcome] = {}
    for status, never in ((Status.DECLINED, False), (Status.ACCEPTED, False), (None, True)):
        for request in event.requests:
            if (request.preference is Preference.NEVER) == never and status in (None, request.status):
                pair = frozenset((request.sender, request.recipient))
                answers[pair] = Outcome(
                    first=request.sender, second=request.recipient, accepted=bool(status) and not never
                )
    return tuple(answers.values())


class Traits:
    """What is known of the pairs of one event, for the model. People are indices into `people`."""

    def __init__(self, people: Sequence[Profile], comparison: Comparison, book: RuleBook) -> None:
        self._comparison = comparison
        self._book = book
        kinds = sorted({person.type for person in people})
        self.kinds = tuple(kinds)
        self._kind = np.array([kinds.index(person.type) for person in people], dtype=np.intp)
        self._country = np.unique([person.country for person in people], return_inverse=True)[1]
        self._sought = self._how_sought(len(people))

    def of(
        self, first: NDArray[np.intp], second: NDArray[np.intp], forward: Floats, backward: Floats
    ) -> tuple[Figures, NDArray[np.intp]]:
        """The features of `SENSES`, shape (first, second, features), and the type of each pair: its number in
        `kinds` x `kinds`, the smaller one first, shape (first, second)."""
        features = (
            log_odds(reciprocal(forward, backward)),
            log_odds(np.maximum(forward, backward)),
            log_odds(np.minimum(forward, backward)),
            self._book.shared_themes(first, second),
            self._country[first][:, None] != self._country[second],
            np.maximum(self._sought[first][:, None], self._sought[second]),
        )
        mine, theirs = self._kind[first][:, None], self._kind[second]
        kind = np.minimum(mine, theirs) * len(self.kinds) + np.maximum(mine, theirs)
        return np.stack(features, axis=-1).astype(np.float64), kind

    def seen(self, people: Mapping[str, int], outcomes: Sequence[Outcome]) -> "Seen":
        """The outcomes with the features of their pairs; those of people not in `people` (e-mail to index) drop out."""
        rows, kinds, plain, good, weights, asked = [], [], [], [], [], []
        for outcome in outcomes:
            if outcome.verdict is None or not people.keys() >= {outcome.first, outcome.second}:
                continue
            pair = np.array([people[outcome.first]]), np.array([people[outcome.second]])
            forward, backward = self._comparison.forward(*pair), self._comparison.forward(*pair[::-1])
            row, kind = self.of(*pair, forward, backward)
            rows.append(row[0, 0])
            kinds.append((self.kinds[kind[0, 0] // len(self.kinds)], self.kinds[kind[0, 0] % len(self.kinds)]))
            plain.append(float(self._book.adjusted(reciprocal(forward, backward), *pair)[0, 0]))
            good.append(outcome.verdict[0])
            weights.append(outcome.verdict[1])
            asked.append(outcome.second)
        return Seen(
            rows=np.array(rows, dtype=np.float64).reshape(-1, len(SENSES)),
            kinds=tuple(kinds),
            plain=log_odds(np.array(plain)),
            good=np.array(good, dtype=bool),
            weights=np.array(weights, dtype=np.float64),
            asked=tuple(asked),
        )

    def _how_sought(self, people: int) -> Figures:
        everybody = np.arange(people)
        some = everybody if people <= REFERENCES else np.linspace(0, people - 1, REFERENCES).astype(np.intp)
        scores = reciprocal(self._comparison.forward(some, everybody), self._comparison.forward(everybody, some).T)
        return log_odds(scores.mean(axis=0)) if people else np.empty(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Outcomes of one event, ready to learn from: `rows` (outcomes, features of `SENSES`) and the rest by outcome."""

    rows: Figures
    kinds: tuple[Kind, ...]
    plain: Figures
    """The score as ranked without the model, as log odds."""
    good: NDArray[np.bool_]
    weights: Figures
    asked: tuple[str, ...]
    """Who decided."""


def log_odds(probability: ArrayLike) -> Figures:
    """The logarithm of the odds; probabilities nearer to 0 or 1 than `FAINT` count as that far away."""
    p = np.clip(np.asarray(probability, dtype=np.float64), FAINT, 1 - FAINT)
    return np.asarray(np.log(p / (1 - p)), dtype=np.float64)
