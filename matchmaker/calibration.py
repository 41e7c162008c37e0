"""From raw vectors to similarities that can be compared across roles, languages and events.

A sentence encoder says as much about the language and the genre of a text ("we look for ...") as about its matter, and
makes hubs: texts near to everything. Three corrections, each measured in docs/matching.md:

1. the mean of the role and language is subtracted, and the rest renormalised (Mu and Viswanath, "All-but-the-Top",
   ICLR 2018; the mean by language after Libovický et al., "On the Language Neutrality of Pre-trained Multilingual
   Representations", Findings of EMNLP 2020);
2. cross-domain similarity local scaling: twice the cosine less the mean cosine of the nearest on either side
   (Conneau et al., "Word Translation Without Parallel Data", ICLR 2018);
3. a logistic curve turns the result into a probability (Platt, "Probabilistic Outputs for Support Vector Machines",
   1999).

Means and neighbours come from the event and from a background corpus together: an event of ten people leans on the
corpus, one of a thousand on itself, and a score means the same in both.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matchmaker.embedding.protocol import Role, Vectors, unit

NEIGHBOURS = 5
PRIOR = 100
"""The mean of the background corpus weighs as much as this many texts of the event."""
REFERENCES = 2000
"""At most this many texts of the event are searched for neighbours."""

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Background:
    """What a model makes of the background corpus: made by `matchmaker.background`.

    `means` has shape (roles, languages, dimensions), roles in the order of `Role`; `needs` and `offers` are centred
    rows of length 1. `slope` and `intercept` give the logistic curve over the scaled similarity.
    """

    languages: tuple[str, ...]
    means: Vectors
    needs: Vectors
    offers: Vectors
    slope: float
    intercept: float

    def mean(self, role: Role, language: str | None) -> Vectors:
        """The mean vector of a role in a language; of all its languages where that one is not among them."""
        means = self.means[list(Role).index(role)]
        if language in self.languages:
            return np.asarray(means[self.languages.index(language)])
        return np.asarray(means.mean(axis=0))


def centred(rows: Vectors, languages: Sequence[str | None], role: Role, background: Background) -> Vectors:
    """Rows (texts, dimensions) less the mean of their role and language, at length 1."""
    less = np.empty_like(rows)
    spoken = np.array([language or "" for language in languages], dtype=str)
    for language in np.unique(spoken):
        mine = spoken == language
        known = background.mean(role, str(language))
        less[mine] = (rows[mine].sum(axis=0) + PRIOR * known) / (mine.sum() + PRIOR)
    return unit(rows - less)


def nearest(rows: Vectors, others: Vectors) -> Floats:
    """Mean cosine of each row to its `NEIGHBOURS` nearest among `others`: shape (rows,)."""
    k = min(NEIGHBOURS, len(others))
    result = np.zeros(len(rows), dtype=np.float32)
    for start in range(0, len(rows) if k else 0, 1024):
        block = rows[start : start + 1024] @ others.T
        result[start : start + 1024] = np.partition(block, -k, axis=1)[:, -k:].mean(axis=1)
    return result


@dataclass(frozen=True)
class Side:
    """The texts of one role in the common space, shape (texts, dimensions + 2).

    The local corrections ride along as two more dimensions, so that one product of needs and offers gives their
    scaled similarities.
    """

    rows: Vectors

    @staticmethod
    def of(centred_rows: Vectors, others: Vectors, role: Role) -> "Side":
        """The texts of `role` (centred rows), corrected by their neighbours among `others`, the texts of the other."""
        local = -nearest(centred_rows, others)[:, None]
        ones = np.ones_like(local)
        if role is Role.NEED:
            return Side(np.hstack([2 * centred_rows, local, ones]))
        return Side(np.hstack([centred_rows, ones, local]))


@dataclass(frozen=True)
class Space:
    """The needs and offers of an event, and what is needed to place more texts beside them."""

    needs: Side
    offers: Side
    background: Background
    references: tuple[Vectors, Vectors]
    """Needs and offers, centred, among which neighbours are looked for."""

    @staticmethod
    def of(
        needs: Vectors,
        need_languages: Sequence[str | None],
        offers: Vectors,
        offer_languages: Sequence[str | None],
        background: Background,
    ) -> "Space":
        """From raw vectors (texts, dimensions) and the languages found."""
        n = centred(needs, need_languages, Role.NEED, background)
        o = centred(offers, offer_languages, Role.OFFER, background)
        references = (np.vstack([_some(n), background.needs]), np.vstack([_some(o), background.offers]))
        return Space(
            Side.of(n, references[1], Role.NEED), Side.of(o, references[0], Role.OFFER), background, references
        )

    def probability(self, similarity: Floats) -> Floats:
        """The logistic curve: from scaled similarities to [0, 1]."""
        odds = self.background.slope * np.asarray(similarity, dtype=np.float32) + self.background.intercept
        return np.asarray(1 / (1 + np.exp(-np.clip(odds, -30, 30))), dtype=np.float32)


def _some(rows: Vectors) -> Vectors:
    """At most `REFERENCES` rows, spread evenly, so that the same event always takes the same."""
    return rows if len(rows) <= REFERENCES else rows[np.linspace(0, len(rows) - 1, REFERENCES).astype(int)]
