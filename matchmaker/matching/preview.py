"""Whom an offer or a need finds while it is being written, and what similar ones were ticked with."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matchmaker.event import Statement, StatementKind, TextRole
from matchmaker.matching.calibration import Floats
from matchmaker.matching.embedding import Vectors
from matchmaker.matching.match import STRENGTHS, Strength, strength
from matchmaker.matching.score import Ranking

BEST = 3
NEIGHBOURS = 7
"""So many similar statements vote on what is proposed; what they were worth is in decision 0265."""
VOTERS = 3
"""With fewer, nothing is proposed."""
AGREEMENT = 0.6
"""The share of the votes that a type or a kind needs."""
NEAR = 0.3
"""A statement whose cosine is below this says nothing of another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """Somebody whom a statement finds (e-mail address), by their text that fits best."""

    email: str
    text: str
    strength: Strength


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """How many `people` a statement finds, the `best` of them first, and the audience and kind that similar ones have.

    `audience` is empty and `kind` None where similar statements do not agree, or are too few.
    """

    people: int
    best: tuple[Fit, ...]
    audience: frozenset[str]
    kind: StatementKind | None


class PreviewIndex:
    """The people of a ranking as further statements are compared with them: any number, one after the other."""

    def __init__(self, ranking: Ranking) -> None:
        comparison = ranking.comparison
        self._people, self._book, self._comparison = ranking.people, ranking.book, comparison
        self._number = {person.email: i for i, person in enumerate(self._people)}
        self._owners = {TextRole.NEED: comparison.needs.owners, TextRole.OFFER: comparison.offers.owners}
        self._ticked = {
            role: np.array([bool(each.audience or each.kind) for each in comparison.statements[role]], dtype=np.bool_)
            for role in TextRole
        }

    def preview(self, author: str, role: TextRole, statement: Statement) -> Preview:
        """What a statement finds that `author` (e-mail address) writes: those they may meet, colleagues left out.

        The author's own statements are neither found nor asked.

        Raises:
            KeyError: nobody has that address.
            EmbeddingError: the model cannot be had.
        """
        person = self._number[author]
        row = self._comparison.row(statement, self._people[person].type, role)
        if row is None:
            return Preview(people=0, best=(), audience=frozenset(), kind=None)
        people, best = self._found(person, role, row)
        neighbours, votes = self._neighbours(person, role, row)
        return Preview(
            people=people, best=best, audience=_agreed_audience(neighbours, votes), kind=_agreed_kind(neighbours, votes)
        )

    def _found(self, person: int, role: TextRole, row: Vectors) -> tuple[int, tuple[Fit, ...]]:
        other = TextRole.OFFER if role is TextRole.NEED else TextRole.NEED
        probability = self._comparison.space.probability(self._comparison.rows(other) @ row)
        owners = self._owners[other]
        allowed = self._book.allowed(np.array([person]), np.arange(len(self._people)))[0]
        fitting = np.flatnonzero((probability >= STRENGTHS[Strength.POSSIBLE]) & allowed[owners])
        ordered = fitting[np.argsort(-probability[fitting], kind="stable")]
        best_text = {int(owners[text]): text for text in ordered[::-1]}
        first = sorted(best_text.items(), key=lambda item: (-probability[item[1]], item[0]))[:BEST]
        return len(best_text), tuple(
            Fit(email=self._people[owner].email, text=self._comparison.statements[other][text].text, strength=word)
            for owner, text in first
            if (word := strength(float(probability[text]), 0.0)) is not None
        )

    def _neighbours(self, person: int, role: TextRole, row: Vectors) -> tuple[list[Statement], Floats]:
        """The most similar statements of the same role that others have ticked, and what the vote of each weighs."""
        width = self._comparison.space.background.needs.shape[1]
        cosine = self._comparison.rows(role)[:, :width] @ row[:width]
        cosine[~self._ticked[role] | (self._owners[role] == person)] = 0
        nearest = np.argsort(-cosine, kind="stable")[:NEIGHBOURS]
        nearest = nearest[cosine[nearest] >= NEAR]
        statements = self._comparison.statements[role]
        return [statements[i] for i in nearest], np.asarray(cosine[nearest] ** 2, dtype=np.float32)


def _agreed_audience(neighbours: Sequence[Statement], votes: Floats) -> frozenset[str]:
    voters = np.array([bool(each.audience) for each in neighbours], dtype=np.bool_)
    types = {name for each in neighbours for name in each.audience}
    return frozenset(
        name for name in types if _agreed(np.array([name in each.audience for each in neighbours]), voters, votes)
    )


def _agreed_kind(neighbours: Sequence[Statement], votes: Floats) -> StatementKind | None:
    voters = np.array([each.kind is not None for each in neighbours], dtype=np.bool_)
    kinds = {each.kind for each in neighbours if each.kind is not None}
    agreed = (kind for kind in kinds if _agreed(np.array([each.kind is kind for each in neighbours]), voters, votes))
    return next(agreed, None)


def _agreed(ayes: NDArray[np.bool_], voters: NDArray[np.bool_], votes: Floats) -> bool:
    """Whether the ayes have enough of the weight of those who vote, and these are enough."""
    return bool(voters.sum() >= VOTERS and votes[ayes].sum() >= AGREEMENT * votes[voters].sum())
