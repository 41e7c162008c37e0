"""What an offer and a need agree on beside their meaning: whom they are for, their kind, the capital they speak of.

Each agreement and each disagreement moves the log odds that the offer serves the need by its log likelihood ratio
(naive Bayes; Good, "Probability and the Weighing of Evidence", 1950): how likely it is between a need and an offer that
serves it, over how likely it is between any two. People tick wrongly now and then, so nothing is ever ruled out
(decision 0264). The odds ride along as further dimensions of the vectors: one product counts them too.
"""

from collections.abc import Sequence

import numpy as np

from matchmaker.event import Profile, Statement, StatementKind, TextRole
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


class Agreement:
    """The log odds of agreeing among the people of one event: rows to append to their statements' vectors.

    `needs` and `offers` are those of each person, in their order. `unit` is the similarity that is worth one unit of
    log odds.
    """

    def __init__(
        self,
        people: Sequence[Profile],
        needs: Sequence[Sequence[Statement]],
        offers: Sequence[Sequence[Statement]],
        unit: float,
    ) -> None:
        self._unit = unit
        self._number = {name: i for i, name in enumerate(sorted({person.type for person in people}))}
        self._types = {role: _types(people, each) for role, each in ((TextRole.NEED, needs), (TextRole.OFFER, offers))}
        self._statements = {
            role: [statement for each in statements for statement in each]
            for role, statements in ((TextRole.NEED, needs), (TextRole.OFFER, offers))
        }
        self._shares = {role: self._share_of_types(role) for role in TextRole}
        self._agree, self._differ = self._kind_odds(*(_kinds(self._statements[role]) for role in TextRole))

    def rows(self) -> tuple[Vectors, Vectors]:
        """Further dimensions of the needs and offers of all people, in their order: (needs, more), (offers, more).

        Their product is the similarity to add.
        """
        needs, offers = (self.placed(self._types[role], self._statements[role], role) for role in TextRole)
        return needs, offers

    def placed(self, types: Sequence[str], statements: Sequence[Statement], role: TextRole) -> Vectors:
        """The dimensions of any statements, whose owners have these participation types: (statements, more)."""
        owner = self._owners(types)
        audience = self._audience(statements, self._shares[TextRole.OFFER if role is TextRole.NEED else TextRole.NEED])
        same, other = SAME_CAPITAL * self._unit, OTHER_CAPITAL * self._unit
        columns = [audience, owner] if role is TextRole.NEED else [owner, audience]
        columns += _overlap(_kinds(statements), self._agree, self._differ, role)
        for marks in _capital(statements):
            columns += _overlap(marks, same, other, role)
        return np.hstack(columns).astype(np.float32)

    def _owners(self, types: Sequence[str]) -> Floats:
        """Which type the owner of each statement has: shape (statements, types), one-hot; zeros where it is new."""
        owners = np.zeros((len(types), len(self._number)), dtype=np.float32)
        for row, name in enumerate(types):
            if name in self._number:
                owners[row, self._number[name]] = 1
        return owners

    def _share_of_types(self, role: TextRole) -> Floats:
        """How many statements of a role the people of each type have, and of all: shape (types + 1,)."""
        owners = self._owners(self._types[role])
        return np.append(owners.sum(axis=0), np.float32(len(owners)))

    def _audience(self, statements: Sequence[Statement], others: Floats) -> Floats:
        """What each statement's audience says of a partner of each type: shape (statements, types)."""
        ticked = np.array(
            [[name in statement.audience for name in self._number] for statement in statements], dtype=np.float32
        ).reshape(len(statements), len(self._number))
        share = (ticked @ others[:-1] + SMOOTHING / 2) / (others[-1] + SMOOTHING)
        inside, outside = np.log(AUDIENCE_RIGHT / share), np.log((1 - AUDIENCE_RIGHT) / (1 - share))
        # who ticks nearly everybody says nothing
        inside, outside = np.maximum(inside, 0), np.minimum(outside, 0)
        odds = np.where(ticked > 0, inside[:, None], outside[:, None]) * self._unit
        return np.asarray(odds * ticked.any(axis=1, keepdims=True), dtype=np.float32)

    def _kind_odds(self, needs: Floats, offers: Floats) -> tuple[Floats, float]:
        """The similarity that two equal kinds add, by kind, and what two different ones add."""
        total = offers.sum() + SMOOTHING
        share = (offers.sum(axis=0) + SMOOTHING / 2) / total
        agree = np.maximum(np.log(KIND_RIGHT / share), 0) * self._unit
        likely = float((needs.sum(axis=0) @ share) / max(needs.sum(), 1.0))
        differ = min(np.log((1 - KIND_RIGHT) / max(1 - likely, 1e-6)), 0.0) * self._unit
        return np.asarray(agree, dtype=np.float32), float(differ)


def _overlap(marks: Floats, agree: Floats | float, differ: float, role: TextRole) -> list[Floats]:
    """Columns whose product is `differ` where both have marks, and `agree` as far as the need's are the offer's."""
    said = np.asarray(marks.any(axis=1, keepdims=True), dtype=np.float32)
    if role is TextRole.OFFER:
        return [marks, said]
    share = marks / np.maximum(marks.sum(axis=1, keepdims=True), 1)
    return [np.asarray(share * (agree - differ)), np.asarray(said * differ)]


def _types(people: Sequence[Profile], statements: Sequence[Sequence[Statement]]) -> list[str]:
    """The participation type of the owner of each statement."""
    return [person.type for person, each in zip(people, statements, strict=True) for _ in each]


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
