"""Claims about damping: nobody is everywhere, hardly anybody nowhere, and little is lost."""

import numpy as np
import pytest

from matchmaker.matching.embedding import default_embedder
from matchmaker.matching.popularity import both_ways, exposure, gini, prices
from matchmaker.matching.score import Rules, rank
from matchmaker.sample import biowin_day


def skewed(people: int, seed: int) -> np.ndarray:
    """Symmetric scores in which a few are sought by all: each person's appeal, and a taste for each pair."""
    rng = np.random.default_rng(seed)
    appeal = rng.gamma(1.0, 0.6, people)
    taste = rng.normal(0, 1.0, (people, people))
    odds = (appeal[:, None] + appeal) / 2 + (taste + taste.T) / 2 - 2
    scores = 1 / (1 + np.exp(-odds))
    np.fill_diagonal(scores, -1)
    return scores.astype(np.float32)


def ordered(scores: np.ndarray, by: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    places = np.argsort(-by, axis=1, kind="stable")[:, :-1]
    return np.take_along_axis(scores, places, axis=1), places


@pytest.mark.parametrize("seed", range(4))
def test_a_skewed_event_is_spread_at_little_cost(seed: int) -> None:
    scores = skewed(300, seed)
    before = exposure(*ordered(scores, scores))
    assert before.gini > 0.5
    own, partners = ordered(scores, scores)
    price = prices(own, partners)
    after = exposure(*ordered(scores, scores - price))
    assert after.gini <= 0.30
    assert after.never_shown <= 0.01
    assert after.value >= 0.94 * before.value


def test_an_even_event_is_left_alone() -> None:
    n = 40
    near = np.array([[0.9 - ((j - i) % n) / 100 for j in range(n)] for i in range(n)], dtype=np.float32)
    np.fill_diagonal(near, -1)
    assert prices(*ordered(near, near)).tolist() == [0] * n


def test_whoever_has_a_partner_is_in_the_list_of_that_partner() -> None:
    partners = np.array([[1, 2], [2, -1], [1, -1]])
    scores = np.array([[0.5, 0.4], [0.3, -1], [0.3, -1]], dtype=np.float32)
    wide, whose = both_ways(scores, partners)
    lists = [
        {int(p): float(s) for p, s in zip(row, values, strict=True) if p >= 0}
        for row, values in zip(whose, wide, strict=True)
    ]
    assert lists == [
        {1: pytest.approx(0.5), 2: pytest.approx(0.4)},
        {0: pytest.approx(0.5), 2: pytest.approx(0.3)},
        {0: pytest.approx(0.4), 1: pytest.approx(0.3)},
    ]


def test_nobody_and_one_person_have_no_price() -> None:
    empty = np.empty((0, 0), dtype=np.float32)
    assert prices(empty, empty.astype(np.intp)).shape == (0,)
    assert gini(np.array([], dtype=int)) == 0
    assert rank([], default_embedder()).exposure.gini == 0


def test_the_sample_event_is_shown_evenly_without_damping_or_with() -> None:
    people = biowin_day().people
    ranking = rank(people, default_embedder())
    assert ranking.exposure.never_shown <= 0.05
    assert ranking.exposure.gini <= 0.35
    assert ranking.exposure.value >= 0.95 * ranking.undamped.value
    free = rank(people[:60], default_embedder(), rules=Rules(popularity_damping=0))
    assert free.exposure == free.undamped
