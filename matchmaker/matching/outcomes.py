"""What became of meetings: what `matchmaker.matching.learning` learns from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from matchmaker.event import Event, Preference, RequestStatus
from matchmaker.matching.calibration import Floats

NEUTRAL, BEST = 3, 5


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
        """Whether it was good, and the weight of that in (0, 1]; None where that is not known, or neutral."""
        if self.rating is not None:
            distance = min(abs(self.rating - NEUTRAL) / (BEST - NEUTRAL), 1.0)
            return (self.rating > NEUTRAL, distance) if distance else None
        known = self.accepted if self.held is None else self.held
        return None if known is None else (known, 1.0)


def outcomes_of(event: Event) -> tuple[Outcome, ...]:
    """The answers to the requests of an event, one for each pair: "never" before accepted before declined."""
    answers: dict[frozenset[str], Outcome] = {}
    for status, never in ((RequestStatus.DECLINED, False), (RequestStatus.ACCEPTED, False), (None, True)):
        for request in event.requests:
            if (request.preference is Preference.NEVER) == never and status in (None, request.status):
                pair = frozenset((request.sender, request.recipient))
                accepted = status is RequestStatus.ACCEPTED
                answers[pair] = Outcome(first=request.sender, second=request.recipient, accepted=accepted)
    return tuple(answers.values())


class Scorer(Protocol):
    """A `matchmaker.matching.score.Ranking` made without anything learned."""

    def features(self, pairs: Sequence[tuple[str, str]]) -> Floats: ...
    def scores(self, pairs: Sequence[tuple[str, str]]) -> Floats: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingData:
    """Outcomes of one event, ready to learn from; row by row.

    `rows` (outcomes, features), `plain` the scores as ranked, `weights` in (0, 1], `deciders` who was asked.
    """

    rows: Floats
    plain: NDArray[np.float64]
    good: NDArray[np.bool_]
    weights: NDArray[np.float64]
    deciders: tuple[str, ...]


def training_data_from(ranking: Scorer, outcomes: Sequence[Outcome]) -> TrainingData:
    """The outcomes of which it is known whether they were good, with the features of their pairs.

    Raises:
        KeyError: a pair is not of the people ranked.
    """
    known = [(outcome, verdict) for outcome in outcomes if (verdict := outcome.verdict)]
    pairs = [(outcome.first, outcome.second) for outcome, _ in known]
    return TrainingData(
        rows=ranking.features(pairs),
        plain=ranking.scores(pairs).astype(np.float64),
        good=np.array([good for _, (good, _) in known], dtype=bool),
        weights=np.array([weight for _, (_, weight) in known], dtype=np.float64),
        deciders=tuple(outcome.second for outcome, _ in known),
    )
