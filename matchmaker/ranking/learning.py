"""Learns from meetings accepted, declined, held and rated which matches turn out well.

A logistic regression over four features of a pair, none of which may pull against its sense: a better match can never
score lower, so that "why" still holds. It is used only when it beats the plain score on pairs that it was not fitted
on (Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, for the margin).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matchmaker.calibration import Floats
from matchmaker.ranking.comparison import reciprocal

FEATURES = ("better direction", "weaker direction", "themes shared", "countries differ")
"""The first two in log-odds. All but the last may only raise a score."""
RISING = (True, True, True, False)
LEAST = 100
"""Fewer outcomes than this teach nothing that could be checked."""
FOLDS = 5
DRAWS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """What past outcomes taught. `auc` and `plain_auc` are the chances that a good pair scores above a bad one, of the
    learned and of the plain score, on pairs not fitted on; `used` tells whether the former is surely the higher.

    `weights` has an entry for each of `FEATURES`.
    """

    weights: tuple[float, ...]
    intercept: float
    outcomes: int
    auc: float
    plain_auc: float
    used: bool

    def score(self, rows: Floats) -> Floats:
        """The probability that a meeting turns out well: `rows` (..., features) to (...)."""
        odds = rows @ np.array(self.weights, dtype=np.float32) + np.float32(self.intercept)
        return np.asarray(1 / (1 + np.exp(-odds)), dtype=np.float32)


def features(forward: Floats, backward: Floats, shared: Floats, abroad: NDArray[np.bool_]) -> Floats:
    """The features of pairs: arrays of one shape to (..., features)."""
    better, weaker = np.maximum(forward, backward), np.minimum(forward, backward)
    return np.stack([_log_odds(better), _log_odds(weaker), shared, abroad.astype(np.float32)], axis=-1)


def learn(rows: Floats, good: Sequence[bool]) -> Learned | None:
    """Fit on `rows` (outcomes, features; of `Ranking.features`, of any number of events) and whether each was good.

    A good outcome is a request accepted, or a meeting held and rated well; a bad one a request declined, or a meeting
    rated badly. None where there are too few, or only of one kind.
    """
    truth = np.asarray(good, dtype=bool)
    if len(truth) < LEAST or min(truth.sum(), (~truth).sum()) < FOLDS:
        return None
    from sklearn.model_selection import StratifiedKFold

    foreseen = np.zeros(len(truth), dtype=np.float64)
    for train, test in StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(rows, truth):
        weights, intercept = _fit(rows[train], truth[train])
        foreseen[test] = rows[test] @ weights + intercept
    plain = reciprocal(_odds_to_share(rows[:, 0]), _odds_to_share(rows[:, 1]))
    weights, intercept = _fit(rows, truth)
    return Learned(
        weights=tuple(float(weight) for weight in weights),
        intercept=intercept,
        outcomes=len(truth),
        auc=_auc(foreseen, truth),
        plain_auc=_auc(plain, truth),
        used=_surely_better(foreseen, plain, truth),
    )


def _fit(rows: Floats, truth: NDArray[np.bool_]) -> tuple[NDArray[np.float64], float]:
    """Weights of the features; those that would fall where they must rise are left out, and the rest fitted again."""
    from sklearn.linear_model import LogisticRegression

    kept = list(range(len(FEATURES)))
    while kept:
        model = LogisticRegression(C=1.0).fit(rows[:, kept], truth)
        wrong = [
            feature for feature, weight in zip(kept, model.coef_[0], strict=True) if RISING[feature] and weight < 0
        ]
        if not wrong:
            weights = np.zeros(len(FEATURES))
            weights[kept] = model.coef_[0]
            return weights, float(model.intercept_[0])
        kept = [feature for feature in kept if feature not in wrong]
    share = truth.mean()
    return np.zeros(len(FEATURES)), float(np.log(share / (1 - share)))


def _auc(scores: NDArray[np.floating], truth: NDArray[np.bool_]) -> float:
    """The chance that a good one scores above a bad one (Mann and Whitney, 1947)."""
    from scipy.stats import rankdata

    good = int(truth.sum())
    below = rankdata(scores)[truth].sum() - good * (good + 1) / 2
    return float(below / (good * (len(truth) - good)))


def _surely_better(learned: NDArray[np.floating], plain: NDArray[np.floating], truth: NDArray[np.bool_]) -> bool:
    """Whether the learned score beats the plain one, and chance, in 95 % of the draws of a bootstrap over outcomes."""
    rng = np.random.default_rng(0)
    wins = drawn = 0
    for _ in range(DRAWS):
        draw = rng.integers(0, len(truth), len(truth))
        if truth[draw].all() or not truth[draw].any():
            continue
        drawn += 1
        wins += _auc(learned[draw], truth[draw]) > max(_auc(plain[draw], truth[draw]), 0.5)
    return wins >= 0.95 * drawn > 0


def _log_odds(share: Floats) -> Floats:
    clipped = np.clip(share, 0.002, 0.998)
    return np.asarray(np.log(clipped / (1 - clipped)), dtype=np.float32)


def _odds_to_share(odds: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-odds)), dtype=np.float32)
