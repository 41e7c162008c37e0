"""What an offer and a need agree on beside their meaning: whom they are for, their kind, the capital they speak of.

Each agreement and each disagreement moves the log odds that the offer serves the need by its log likelihood ratio
(naive Bayes; Good, "Probability and the Weighing of Evidence", 1950): how likely it is between a need and an offer that
serves it, over how likely it is between any two. People tick wrongly now and then, so nothing is ever ruled out
(decision 0264). The odds ride along as further dimensions of the vectors: one product counts them too.
"""

from collections.abc import Sequence

import numpy as np

from matchmaker.event import Profile, Statement, StatementKind
from matchmaker.matching.calibration import Floats
from matchmaker.matching.capital import AMOUNTS, Stage, capital_of
from matchmaker.matching.embedding import Vectors

AUDIENCE_RIGHT = 0.9
"""The share of audiences ticked that hold the type of who really serves, or is served; the rest are slips."""
KIND_RIGHT = 0.8
"""The share of needs whose kind is also that of the offer that serves them: the two choose it apart."""
SMOOTHING = 4.0
"""A share counted in the event is drawn towards the middle as by this many statements, half of them agreeing."""
SAME_CAPITAL, OTHER_CAPITAL = 0.8, -1.2
"""The log odds of two texts that name a stage, or amounts, in common, and of two that name none in common."""

_KINDS = list(StatementKind)
_STAGES = list(Stage)
Statements = Sequence[Sequence[Statement]]


class Agreement:
    """The log odds of agreeing among the people of one event: rows to append to the vectors of their statements.

    `unit` is the similarity that is worth one unit of log odds.
    """

    def __init__(self, people: Sequence[Profile], unit: float) -> None:
        self._people = people
        self._unit = unit
        self._types = sorted({person.type for person in people})

    def rows(self, needs: Statements, offers: Statements) -> tuple[Vectors, Vectors]:
        """Further dimensions of the needs and offers of all people, in their order: (needs, more), (offers, more).

        Their product is the similarity to add.
        """
        need_owner, offer_owner = self._owners(needs), self._owners(offers)
        need_list, offer_list = [s for each in needs for s in each], [s for each in offers for s in each]
        need_audience, offer_audience = self._audience(need_list, offer_owner), self._audience(offer_list, need_owner)
        need_kind, offer_kind = _kinds(need_list), _kinds(offer_list)
        agree, differ = self._kind_odds(need_kind, offer_kind)
        need_capital, offer_capital = _capital(need_list), _capital(offer_list)
        same, other = SAME_CAPITAL * self._unit, OTHER_CAPITAL * self._unit
        pairs = [
            (need_audience, offer_owner),
            (need_owner, offer_audience),
            *_overlap(need_kind, offer_kind, agree, differ),
            *(
                columns
                for need_marks, offer_marks in zip(need_capital, offer_capital, strict=True)
                for columns in _overlap(need_marks, offer_marks, same, other)
            ),
        ]
        return (
            np.hstack([need for need, _ in pairs]).astype(np.float32),
            np.hstack([offer for _, offer in pairs]).astype(np.float32),
        )

    def _owners(self, statements: Statements) -> Floats:
        """Which type the owner of each statement has: shape (statements, types), one-hot."""
        number = {name: i for i, name in enumerate(self._types)}
        types = [number[person.type] for person, each in zip(self._people, statements, strict=True) for _ in each]
        return np.eye(len(self._types), dtype=np.float32)[np.array(types, dtype=np.intp)]

    def _audience(self, statements: Sequence[Statement], others: Floats) -> Floats:
        """What each statement's audience says of a partner of each type: shape (statements, types)."""
        ticked = np.array(
            [[name in statement.audience for name in self._types] for statement in statements], dtype=np.float32
        ).reshape(len(statements), len(self._types))
        share = (ticked @ others.sum(axis=0) + SMOOTHING / 2) / (len(others) + SMOOTHING)
        inside, outside = np.log(AUDIENCE_RIGHT / share), np.log((1 - AUDIENCE_RIGHT) / (1 - share))
        # who ticks nearly everybody says nothing
        inside, outside = np.maximum(inside, 0), np.minimum(outside, 0)
        odds = np.where(ticked > 0, inside[:, None], outside[:, None]) * self._unit
        return np.asarray(odds * ticked.any(axis=1, keepdims=True), dtype=np.float32)

    def _kind_odds(self, needs: Floats, offers: Floats) -> tuple[Floats, float]:
        """The similarity that two equal kinds add, by kind, and what two different ones add."""
        share = (offers.sum(axis=0) + SMOOTHING / 2) / (offers.sum() + SMOOTHING)
        agree = np.maximum(np.log(KIND_RIGHT / share), 0) * self._unit
        likely = float((needs.sum(axis=0) @ share) / max(needs.sum(), 1.0))
        differ = min(np.log((1 - KIND_RIGHT) / max(1 - likely, 1e-6)), 0.0) * self._unit
        return np.asarray(agree, dtype=np.float32), float(differ)


def _overlap(needs: Floats, offers: Floats, agree: Floats | float, differ: float) -> list[tuple[Floats, Floats]]:
    """Columns whose product is `differ` where both have marks, and `agree` as far as the need's are the offer's too."""
    said = needs.any(axis=1, keepdims=True), offers.any(axis=1, keepdims=True)
    share = needs / np.maximum(needs.sum(axis=1, keepdims=True), 1)
    return [(np.asarray(share * (agree - differ)), offers), (np.asarray(said[0] * differ), np.asarray(said[1]))]


def _kinds(statements: Sequence[Statement]) -> Floats:
    """The kind of each statement, shape (statements, kinds), one-hot; zeros where it is not said."""
    marks = [[statement.kind is kind for kind in _KINDS] for statement in statements]
    return np.array(marks, dtype=np.float32).reshape(len(statements), len(_KINDS))


def _capital(statements: Sequence[Statement]) -> tuple[Floats, Floats]:
    """The stages and the classes of amount that each statement names: (statements, stages), (statements, classes)."""
    capital = [capital_of(statement.text) for statement in statements]
    stages = [[stage in each.stages for stage in _STAGES] for each in capital]
    amounts = [[number in each.amounts for number in range(len(AMOUNTS) + 1)] for each in capital]
    return (
        np.array(stages, dtype=np.float32).reshape(len(statements), len(_STAGES)),
        np.array(amounts, dtype=np.float32).reshape(len(statements), len(AMOUNTS) + 1),
    )
