"""From raw vectors to similarities that can be compared across roles, languages and events.

A sentence encoder says as much about the language and the genre of a text ("we look for ...") as about its matter, and
makes hubs: texts near to everything. Three corrections, each measured in docs/matching.md:

1. the mean of the role and language is subtracted, and the rest renormalised (Mu and Viswanath, "All-but-the-Top",
   ICLR 2018; the mean by language after Libovický et al., "On the Language Neutrality of Pre-trained Multilingual
   Representations", Findings of EMNLP 2020);
2. unbalanced Sinkhorn scaling: every need and every offer gets a potential, which is taken off its similarities, such
   that each comes nearer to the same sum of exp(similarity / TEMPERATURE) over the others; a text that is near to all
   is thereby near to none. With `MASS` below 1 the sums may differ, as not everybody has a counterpart (Chizat et al.,
   "Scaling Algorithms for Unbalanced Optimal Transport Problems", Mathematics of Computation 2018; with 1 it is that of
   Cuturi, "Sinkhorn Distances", NIPS 2013). It did better than the CSLS of Conneau et al. (ICLR 2018);
3. a logistic curve turns the result into a probability (Platt, "Probabilistic Outputs for Support Vector Machines",
   1999).

Means and potentials come from the event and from a background corpus together: an event of ten people leans on the
corpus, one of a thousand on itself, and a score means the same in both.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matchmaker.event import TextRole
from matchmaker.matching.embedding.protocol import Vectors, unit

TEMPERATURE = 0.04
MASS = np.float32(0.7)
"""How firmly the sums are made equal: 0 leaves the similarities alone."""
ROUNDS = 10
PRIOR = 100
"""The mean of the background corpus weighs as much as this many texts of the event."""
REFERENCES = 2000
"""At most this many texts of a role of the event are balanced with the background; the rest follow them."""

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Background:
    """What a model makes of the background corpus: made by `matchmaker.matching.background`.

    `means` has shape (roles, languages, dimensions), roles in the order of `TextRole`; `needs` and `offers` are centred
    rows of length 1. `slope` and `intercept` give the logistic curve over the scaled similarity.
    """

    languages: tuple[str, ...]
    means: Vectors
    needs: Vectors
    offers: Vectors
    slope: float
    intercept: float

    def mean(self, role: TextRole, language: str | None) -> Vectors:
        """The mean vector of a role in a language; of all its languages where that one is not among them."""
        means = self.means[list(TextRole).index(role)]
        if language in self.languages:
            return np.asarray(means[self.languages.index(language)])
        return np.asarray(means.mean(axis=0))


Means = Mapping[tuple[TextRole, str | None], Vectors]


def means_of(rows: Vectors, languages: Sequence[str | None], role: TextRole, background: Background) -> Means:
    """The mean of each language that occurs, of the event and the background together."""
    means = {}
    for language in set(languages):
        of_language = rows[[spoken == language for spoken in languages]]
        background_mean = background.mean(role, language)
        means[role, language] = (of_language.sum(axis=0) + PRIOR * background_mean) / np.float32(
            len(of_language) + PRIOR
        )
    return means


def centred(rows: Vectors, languages: Sequence[str | None], role: TextRole, means: Means) -> Vectors:
    """Rows (texts, dimensions) less the mean of their role and language, at length 1."""
    less = [means[role, language] for language in languages]
    return unit(rows - np.stack(less)) if less else rows


def potentials(rows: Vectors, others: Vectors, weights: Floats) -> Floats:
    """The potential of each row: MASS * TEMPERATURE times the log of the weighted mean of the kernel over `others`."""
    result = np.empty(len(rows), dtype=np.float32)
    for start in range(0, len(rows), 1024):
        kernel = _kernel(rows[start : start + 1024], others)
        result[start : start + 1024] = MASS * np.float32(TEMPERATURE) * np.log(kernel @ weights / len(weights))
    return result


def balanced(needs: Vectors, offers: Vectors) -> tuple[Floats, Floats]:
    """The Sinkhorn weights exp(-potential / TEMPERATURE) of centred needs and offers."""
    kernel = _kernel(needs, offers)
    of_needs: Floats = np.ones(len(needs), np.float32)
    of_offers: Floats = np.ones(len(offers), np.float32)
    for _ in range(ROUNDS):
        of_offers = (np.float32(len(needs)) / (of_needs @ kernel)) ** MASS
        of_needs = (np.float32(len(offers)) / (kernel @ of_offers)) ** MASS
    return of_needs, of_offers


def _kernel(needs: Vectors, offers: Vectors) -> Floats:
    return np.asarray(np.exp(needs @ offers.T / TEMPERATURE), dtype=np.float32)


@dataclass(frozen=True)
class Space:
    """Needs and offers (texts, dimensions + 2), and what is needed to place more texts beside them.

    The potentials ride along as two more dimensions, so that one product of needs and offers gives their scaled
    similarities.
    """

    needs: Vectors
    offers: Vectors
    background: Background
    means: Means
    references: Mapping[TextRole, Vectors]
    """The balanced needs and offers (centred) ..."""
    weights: Mapping[TextRole, Floats]
    """... their Sinkhorn weights ..."""
    balanced_rows: Mapping[TextRole, NDArray[np.intp]]
    """... and which rows of the event they are; those of the background follow."""

    @staticmethod
    def of(
        needs: Vectors,
        need_languages: Sequence[str | None],
        offers: Vectors,
        offer_languages: Sequence[str | None],
        background: Background,
    ) -> "Space":
        """From raw vectors (texts, dimensions) and the languages found."""
        means = {
            **means_of(needs, need_languages, TextRole.NEED, background),
            **means_of(offers, offer_languages, TextRole.OFFER, background),
        }
        n, o = (
            centred(needs, need_languages, TextRole.NEED, means),
            centred(offers, offer_languages, TextRole.OFFER, means),
        )
        rows = {TextRole.NEED: _spread(len(n)), TextRole.OFFER: _spread(len(o))}
        balance = (
            np.vstack([n[rows[TextRole.NEED]], background.needs]),
            np.vstack([o[rows[TextRole.OFFER]], background.offers]),
        )
        of_needs, of_offers = balanced(*balance)
        return Space(
            _with_potentials(n, balance[1], of_offers, TextRole.NEED),
            _with_potentials(o, balance[0], of_needs, TextRole.OFFER),
            background,
            means,
            {TextRole.NEED: balance[0], TextRole.OFFER: balance[1]},
            {TextRole.NEED: of_needs, TextRole.OFFER: of_offers},
            rows,
        )

    def placed(self, rows: Vectors, languages: Sequence[str | None], role: TextRole) -> Vectors:
        """Further texts of `role` in this space, from their raw vectors, which move none of the others."""
        shrunk = {
            (role, each): self.means.get((role, each), self.background.mean(role, each)) for each in set(languages)
        }
        other = TextRole.OFFER if role is TextRole.NEED else TextRole.NEED
        return _with_potentials(
            centred(rows, languages, role, shrunk), self.references[other], self.weights[other], role
        )

    def probability(self, similarity: Floats) -> Floats:
        """The logistic curve: from scaled similarities to [0, 1]."""
        odds = self.background.slope * np.asarray(similarity, dtype=np.float32) + self.background.intercept
        return np.asarray(1 / (1 + np.exp(-np.clip(odds, -30, 30))), dtype=np.float32)


def _with_potentials(rows: Vectors, others: Vectors, weights: Floats, role: TextRole) -> Vectors:
    less = -potentials(rows, others, weights)[:, None]
    ones = np.ones_like(less)
    return np.hstack([rows, less, ones] if role is TextRole.NEED else [rows, ones, less])


def _spread(count: int) -> NDArray[np.intp]:
    """At most `REFERENCES` of so many rows, spread evenly, so that the same event always takes the same."""
    return np.arange(count) if count <= REFERENCES else np.linspace(0, count - 1, REFERENCES).astype(np.intp)
