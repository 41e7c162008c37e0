"""What an event lacks: needs that no offer answers, and offers that nobody needs."""

from dataclasses import dataclass

import numpy as np

from matchmaker.event import Statement, TextRole
from matchmaker.matching.calibration import Floats
from matchmaker.matching.comparison import Texts
from matchmaker.matching.match import STRENGTHS, Strength
from matchmaker.matching.score import Ranking

BLOCK = 256
"""People whose needs are compared at once: some 50 MB with the offers of 6,000."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A statement of somebody (e-mail address), the language found (ISO 639-1), and how well the best other fits it.

    `best` is a probability in [0, 1]: 0 where there is no other.
    """

    email: str
    statement: Statement
    language: str | None
    best: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Gaps:
    """The needs and the offers of an event that nothing fits even possibly, the furthest from anything first."""

    needs: tuple[Gap, ...]
    offers: tuple[Gap, ...]


def gaps(ranking: Ranking) -> Gaps:
    """The gaps of an event: only people who may meet count, and colleagues never do."""
    comparison, book = ranking.comparison, ranking.book
    needs, offers = comparison.needs, comparison.offers
    need_rows, offer_rows = comparison.rows(TextRole.NEED), comparison.rows(TextRole.OFFER)
    need_owners, offer_owners = needs.owners, offers.owners
    best_offer = np.full(len(need_rows), -np.inf, dtype=np.float32)
    best_need = np.full(len(offer_rows), -np.inf, dtype=np.float32)
    everybody = np.arange(len(ranking.people))
    for start in range(0, len(everybody), BLOCK):
        some = everybody[start : start + BLOCK]
        begin, end = needs.starts[some[0]], needs.starts[some[-1] + 1]
        if begin == end or not len(offer_rows):
            continue
        similar = need_rows[begin:end] @ offer_rows.T
        similar[~book.allowed(some, everybody)[np.ix_(need_owners[begin:end] - start, offer_owners)]] = -np.inf
        best_offer[begin:end] = similar.max(axis=1)
        np.maximum(best_need, similar.max(axis=0), out=best_need)
    return Gaps(
        needs=_below(ranking, needs, TextRole.NEED, best_offer),
        offers=_below(ranking, offers, TextRole.OFFER, best_need),
    )


def _below(ranking: Ranking, texts: Texts, role: TextRole, similarity: Floats) -> tuple[Gap, ...]:
    best = np.where(np.isfinite(similarity), ranking.comparison.space.probability(similarity), 0)
    owners, statements = texts.owners, ranking.comparison.statements[role]
    lacking = np.flatnonzero(best < STRENGTHS[Strength.POSSIBLE])
    return tuple(
        Gap(
            email=ranking.people[owners[i]].email,
            statement=statements[i],
            language=texts.languages[i],
            best=float(best[i]),
        )
        for i in lacking[np.argsort(best[lacking], kind="stable")]
    )
