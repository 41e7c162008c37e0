"""What the authors of two statements said of them beside the text: whom each is for, and what kind it is.

Each agreement and each disagreement moves the log odds that an offer serves a need by its log likelihood ratio (naive
Bayes; Good, "Probability and the Weighing of Evidence", 1950): how likely it is between a need and an offer that serves
it, over how likely it is between any two. Ticks are sometimes wrong, so nothing is ever ruled out by them. They ride
along as further dimensions of the vectors, so that one product of needs and offers counts them too.
"""

from collections.abc import Sequence

import numpy as np

from matchmaker.event import Profile, Statement, StatementKind
from matchmaker.matching.calibration import Floats
from matchmaker.matching.embedding import Vectors

AUDIENCE_RIGHT = 0.9
"""The share of audiences ticked that hold the type of who really serves, or is served; the rest are slips."""
KIND_RIGHT = 0.8
"""The share of needs whose kind is also that of the offer that serves them: the two choose it apart."""
SMOOTHING = 4.0
"""A share counted in the event is drawn towards the middle as by this many statements, half of them agreeing."""

_KINDS = list(StatementKind)


class Audience:
    """The log odds of ticks among the people of one event: rows to append to their statements' vectors.

    `unit` is the similarity that is worth one unit of log odds.
    """

    def __init__(self, people: Sequence[Profile], unit: float) -> None:
        self._people = people
        self._unit = unit
        self._types = sorted({person.type for person in people})

    def rows(
        self, needs: Sequence[Sequence[Statement]], offers: Sequence[Sequence[Statement]]
    ) -> tuple[Vectors, Vectors]:
        """Further dimensions of the needs and offers of all people, in their order: (needs, more), (offers, more).

        Their product is the similarity to add.
        """
        need_owner, offer_owner = self._owners(needs), self._owners(offers)
        need_list, offer_list = [s for each in needs for s in each], [s for each in offers for s in each]
        need_gate, offer_gate = self._gates(need_list, offer_owner), self._gates(offer_list, need_owner)
        need_kind, offer_kind = _kinds(need_list), _kinds(offer_list)
        agree, differ = self._kind_odds(need_kind, offer_kind)
        said = need_kind.any(axis=1, keepdims=True), offer_kind.any(axis=1, keepdims=True)
        return (
            np.hstack([need_gate, need_owner, need_kind * (agree - differ), said[0] * differ]).astype(np.float32),
            np.hstack([offer_owner, offer_gate, offer_kind, said[1]]).astype(np.float32),
        )

    def _owners(self, statements: Sequence[Sequence[Statement]]) -> Floats:
        """Which type the owner of each statement has: shape (statements, types), one-hot."""
        number = {name: i for i, name in enumerate(self._types)}
        types = [number[person.type] for person, each in zip(self._people, statements, strict=True) for _ in each]
        return np.eye(len(self._types), dtype=np.float32)[np.array(types, dtype=np.intp)]

    def _gates(self, statements: Sequence[Statement], others: Floats) -> Floats:
        """What each statement's audience says of a partner of each type: shape (statements, types)."""
        ticked = np.array(
            [[name in statement.audience for name in self._types] for statement in statements], dtype=np.float32
        ).reshape(len(statements), len(self._types))
        share = (ticked @ others.sum(axis=0) + SMOOTHING / 2) / (len(others) + SMOOTHING)
        inside, outside = np.log(AUDIENCE_RIGHT / share), np.log((1 - AUDIENCE_RIGHT) / (1 - share))
        # who ticks nearly everybody says nothing
        inside, outside = np.maximum(inside, 0), np.minimum(outside, 0)
        gates = np.where(ticked > 0, inside[:, None], outside[:, None]) * self._unit
        return np.asarray(gates * ticked.any(axis=1, keepdims=True), dtype=np.float32)

    def _kind_odds(self, needs: Floats, offers: Floats) -> tuple[Floats, float]:
        """The similarity that two equal kinds add, by kind, and what two different ones add."""
        total = offers.sum() + SMOOTHING
        share = (offers.sum(axis=0) + SMOOTHING / 2) / total
        agree = np.maximum(np.log(KIND_RIGHT / share), 0) * self._unit
        likely = float((needs.sum(axis=0) @ share) / max(needs.sum(), 1.0))
        differ = min(np.log((1 - KIND_RIGHT) / max(1 - likely, 1e-6)), 0.0) * self._unit
        return np.asarray(agree, dtype=np.float32), float(differ)


def _kinds(statements: Sequence[Statement]) -> Floats:
    """The kind of each statement, shape (statements, kinds), one-hot; zeros where it is not said."""
    return np.array(
        [[statement.kind is kind for kind in _KINDS] for statement in statements], dtype=np.float32
    ).reshape(len(statements), len(_KINDS))
