"""Spreads recommendations: the same few are not shown to everyone, and hardly anybody to no one.

Each person has a price, which is taken off their score in everybody's list. Prices rise for those shown too often and
fall below zero for those shown too seldom, until the measures hold (dual ascent on the assignment of viewers to shown;
Bertsekas, "The auction algorithm", 1988). Prices are in points of score and stay small: they reorder near equals.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matchmaker.matching.calibration import Floats

SHOWN = 10
"""The first places of a list, which people look at."""
EVEN = 0.28
"""The Gini coefficient aimed at, a little under the .30 promised."""
UNSEEN = 0.01
ROUNDS = 150
STEP = 0.01
HIGHEST = 0.1
"""No price is higher, nor below its negative: nobody is shown before those who fit plainly better."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """How the people appear in the first ten of all lists.

    `gini` is 0 when all are shown equally often; `never_shown` is the share shown to no one; `value` is the mean score
    of what is shown.
    """

    gini: float
    never_shown: float
    value: float


def gini(counts: NDArray[np.integer]) -> float:
    """The Gini coefficient of counts: 0 when all are equal, towards 1 when one has all."""
    ordered = np.sort(counts.astype(np.float64))
    total, n = ordered.sum(), len(ordered)
    if total == 0:
        return 0.0
    return float((2 * np.arange(1, n + 1) - n - 1) @ ordered / (n * total))


def exposure(scores: Floats, partners: NDArray[np.intp]) -> Exposure:
    """The exposure that lists give: row by row, best first, `partners` (people, places), -1 where a list ends."""
    shown = partners[:, :SHOWN]
    there = shown >= 0
    counts = np.bincount(shown[there], minlength=len(partners))
    value = float(scores[:, :SHOWN][there].mean()) if there.any() else 0.0
    return Exposure(gini=gini(counts), never_shown=float((counts == 0).mean()) if len(counts) else 0.0, value=value)


def both_ways(scores: Floats, partners: NDArray[np.intp]) -> tuple[Floats, NDArray[np.intp]]:
    """Lists in which whoever has a partner is in that partner's list too, so that the sought-after find the others.

    Takes and gives scores and partners (people, places), -1 where a list ends; in no order.
    """
    n = len(partners)
    row, place = np.nonzero(partners >= 0)
    column, value = partners[row, place], scores[row, place]
    keys = np.concatenate([row * n + column, column * n + row])
    keys, first = np.unique(keys, return_index=True)
    values = np.concatenate([value, value])[first]
    rows = keys // max(n, 1)
    counts = np.bincount(rows, minlength=n)
    places = np.arange(len(keys)) - np.repeat(np.cumsum(counts) - counts, counts)
    wide = int(counts.max(initial=0))
    all_scores = np.full((n, wide), -1, dtype=np.float32)
    all_partners = np.full((n, wide), -1, dtype=np.intp)
    all_scores[rows, places] = values
    all_partners[rows, places] = keys % max(n, 1)
    return all_scores, all_partners


def prices(scores: Floats, partners: NDArray[np.intp]) -> Floats:
    """The price of each person, such that lists ordered by score less price spread evenly: shape (people,).

    Stops at the first prices whose lists are as even as is aimed at; after `ROUNDS` the most even ones are taken.
    """
    n = len(partners)
    price = np.zeros(n, dtype=np.float32)
    best, least = price, np.inf
    there = partners >= 0
    even = there.sum(axis=1).clip(max=SHOWN).sum() / max(n, 1)
    if not even:
        return price
    places = min(SHOWN, partners.shape[1])
    for number in range(ROUNDS):
        asked = np.where(there, scores - price[partners], -np.inf)
        chosen = np.argpartition(-asked, places - 1, axis=1)[:, :places]
        shown = np.take_along_axis(partners, chosen, axis=1)
        counts = np.bincount(shown[shown >= 0], minlength=n)
        uneven, unseen = gini(counts), float((counts == 0).mean())
        if max(uneven - EVEN, 0) + max(unseen - UNSEEN, 0) < least:
            best, least = price, max(uneven - EVEN, 0) + max(unseen - UNSEEN, 0)
        if least == 0:
            break
        change = STEP / (1 + number / 20) * np.clip(counts / even - 1, -1, 2)
        price = np.clip(price + change.astype(np.float32), -HIGHEST, HIGHEST)
    return best
