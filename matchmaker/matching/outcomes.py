"""What became of meetings: what `matchmaker.matching.learning` learns from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from matchmaker.event import Event, Preference, RequestStatus
from matchmaker.matching.calibration import Floats
from matchmaker.matching.feedback import Feedback

NEUTRAL, BEST = 3, 5
FEEDBACK_WEIGHT = 0.3
"""What somebody says of a match in a list, beside an answer to a request: it costs a click, and binds to nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a pair (e-mail addresses): `first` asked `second`. None where a thing is not known.

    `rating` is from 1 to 5. A rating says more than whether the meeting was held, that more than the answer, and that
    more than `liked`, what `second` says of the match in their list.
    """

    first: str
    second: str
    accepted: bool | None = None
    held: bool | None = None
    rating: float | None = None
    liked: bool | None = None

    @property
    def verdict(self) -> tuple[bool, float] | None:
        """Whether it was good, and the weight of that in (0, 1]; None where that is not known, or neutral."""
        if self.rating is not None:
            distance = min(abs(self.rating - NEUTRAL) / (BEST - NEUTRAL), 1.0)
            return (self.rating > NEUTRAL, distance) if distance else None
        known = self.accepted if self.held is None else self.held
        if known is not None:
            return known, 1.0
        return None if self.liked is None else (self.liked, FEEDBACK_WEIGHT)


def outcomes_of(event: Event, feedback: Sequence[Feedback] = ()) -> tuple[Outcome, ...]:
    """The answers to the requests of an event, one for each pair: "never" before accepted before declined.

    Of pairs that have none, what either says of the match (`feedback`): the one who says it decides.
    """
    answers: dict[frozenset[str], Outcome] = {}
    for status, never in ((RequestStatus.DECLINED, False), (RequestStatus.ACCEPTED, False), (None, True)):
        for request in event.requests:
            if (request.preference is Preference.NEVER) == never and status in (None, request.status):
                pair = frozenset((request.sender, request.recipient))
                accepted = status is RequestStatus.ACCEPTED
                answers[pair] = Outcome(first=request.sender, second=request.recipient, accepted=accepted)
    said = [
        Outcome(first=each.second, second=each.first, liked=each.good)
        for each in feedback
        if each.good is not None and frozenset((each.first, each.second)) not in answers
    ]
    return *answers.values(), *said


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
