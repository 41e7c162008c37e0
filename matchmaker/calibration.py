"""From raw vectors to similarities that can be compared across roles and languages.

A sentence encoder says as much about the language and the genre of a text ("we look for ...") as about its matter, and
makes hubs: texts near to everything. Three corrections, each measured in docs/matching.md:

1. the mean of the role and language is subtracted, and the rest renormalised (Mu and Viswanath, "All-but-the-Top",
   ICLR 2018; the mean by language after Libovický et al., "On the Language Neutrality of Pre-trained Multilingual
   Representations", Findings of EMNLP 2020);
2. cross-domain similarity local scaling: twice the cosine less the mean cosine of the ten nearest on either side
   (Conneau et al., "Word Translation Without Parallel Data", ICLR 2018);
3. a logistic curve turns the result into the probability that the offer serves the need.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matchmaker.embedding.protocol import Vectors

NEIGHBOURS = 10
# logistic curve over the scaled similarity
SLOPE = 7.0
INTERCEPT = -0.5

Floats = NDArray[np.float32]


def normalised(rows: Vectors) -> Vectors:
    """Each row at length 1; a row of zeros stays one."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(lengths < 1e-9, 1, lengths), dtype=np.float32)


def centred(rows: Vectors, languages: Sequence[str | None], prior: float = 8.0) -> Vectors:
    """Rows (texts, dimensions) less the mean of their language, which leans on the mean of all while it is rare."""
    if not len(rows):
        return rows
    overall = rows.mean(axis=0)
    means = np.empty_like(rows)
    spoken = np.array([language or "" for language in languages])
    for language in np.unique(spoken):
        mine = spoken == language
        means[mine] = (rows[mine].sum(axis=0) + prior * overall) / (mine.sum() + prior)
    # with very few texts their own mean says nothing: subtract less of it
    return normalised(rows - means * (len(rows) / (len(rows) + prior)))


def nearest(rows: Vectors, others: Vectors) -> Floats:
    """Mean cosine of each row to its `NEIGHBOURS` nearest among `others`; 0 where there are none. Shape (rows,)."""
    if not len(others):
        return np.zeros(len(rows), dtype=np.float32)
    k = min(NEIGHBOURS, len(others))
    result = np.empty(len(rows), dtype=np.float32)
    for start in range(0, len(rows), 2048):
        block = rows[start : start + 2048] @ others.T
        result[start : start + 2048] = np.partition(block, -k, axis=1)[:, -k:].mean(axis=1)
    return result


def probability(similarity: Floats) -> Floats:
    """The logistic curve: from the scaled similarity to [0, 1]."""
    return np.asarray(1 / (1 + np.exp(-(SLOPE * similarity + INTERCEPT))), dtype=np.float32)


@dataclass(frozen=True)
class Space:
    """Needs and offers in one space, in which a single product gives the scaled similarity of a need and an offer.

    The two local corrections ride along as two more dimensions: needs (texts, dimensions + 2), offers likewise.
    """

    needs: Vectors
    offers: Vectors

    @staticmethod
    def of(
        needs: Vectors, need_languages: Sequence[str | None], offers: Vectors, offer_languages: Sequence[str | None]
    ) -> "Space":
        n, o = centred(needs, need_languages), centred(offers, offer_languages)
        rn, ro = nearest(n, o), nearest(o, n)
        ones_n, ones_o = np.ones((len(n), 1), np.float32), np.ones((len(o), 1), np.float32)
        return Space(np.hstack([2 * n, -rn[:, None], ones_n]), np.hstack([o, ones_o, -ro[:, None]]))
