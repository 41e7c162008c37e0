"""Learning from what became of meetings: accepted or declined, held or not, rated.

A small model weighs the features of a pair. It is used only once it tells good from bad better than the plain score
does, for people whose answers it has not seen. No feature may count against a pair, so that the reasons of a match
still hold, and nobody scores lower because of where they come from.

ranking = rank(event.people, embedder)
learned = learn([seen_in(ranking, outcomes_of(event))])
ranking = rank(event.people, embedder, learned=learned)
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from matchmaker.locale import catalogue
from matchmaker.matching.calibration import Floats
from matchmaker.matching.outcomes import TrainingData
from matchmaker.matching.reciprocal import reciprocal

LEAST = 200
"""Outcomes needed to learn anything, of which ..."""
LEAST_OF_EACH = 40
"""... good ones and bad ones, each."""
MANY = 2000
"""Outcomes needed for gradient boosting."""
FOLDS = 5
MARGIN = 0.02
"""By how much the area under the ROC curve must be larger."""
CERTAIN = 2.0
"""By how many standard errors the log loss must be smaller."""
FAINT = 1e-3
"""Probabilities nearer to 0 or 1 count as this far away."""
FEATURES = ("score", "better direction", "weaker direction", "themes shared", "countries differ")
"""The first three in log odds."""

Figures = NDArray[np.float64]
Raw = Callable[[Figures], Figures]
"""From rows (pairs, features) to log odds."""
Method = Callable[[Figures, NDArray[np.bool_], Figures], tuple[Raw, Sequence[float]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """What a model is fitted to: `rows` (outcomes, features), whether each was `good`, and its weight in (0, 1].

    Kept with a ranking, so that one person is scored by the same model later; `fit` always gives the same one.
    """

    method: Literal["logistic", "boosted"]
    rows: Figures
    good: NDArray[np.bool_]
    weights: Figures

    def fit(self) -> tuple[Raw, Sequence[float]]:
        """The log odds of new rows, on the scale of the plain score, and the weights of the features."""
        method = _boosted if self.method == "boosted" else _logistic
        raw, coefficients = method(self.rows, self.good, self.weights)
        return _on_the_scale_of(self.rows[:, 0], raw, self.rows), coefficients


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """What outcomes taught, and the figures for the organiser, all of them on outcomes that the model had not seen.

    `used` tells whether the model takes the place of the plain score. `auc` is how often a good pair comes before a bad
    one (the area under the ROC curve), `log_loss` the mean surprise at an outcome; both also for the plain score, with
    or without the rules, whichever does better. They are NaN where there is too little to try. `weights` tells how much
    each of `FEATURES` counts (log odds for one standard deviation; empty for a boosted model).
    """

    outcomes: int
    good: int
    method: Literal["logistic", "boosted"] = "logistic"
    auc: float = float("nan")
    plain_auc: float = float("nan")
    log_loss: float = float("nan")
    plain_log_loss: float = float("nan")
    weights: Mapping[str, float] = field(default_factory=dict)
    used: bool = False
    lesson: Lesson | None = field(default=None, repr=False, compare=False)
    odds: Raw | None = field(default=None, repr=False, compare=False)

    def score(self, rows: Floats) -> Floats:
        """The scores in [0, 1], before the rules, of rows (..., features): on the scale of the plain score.

        Raises:
            ValueError: there was too little to learn from.
        """
        if self.odds is None:
            raise ValueError(f"nothing was learned from {self.outcomes} outcomes")
        flat = rows.reshape(-1, rows.shape[-1]).astype(np.float64)
        share = 1 / (1 + np.exp(-np.clip(self.odds(flat), -30, 30)))
        return np.asarray(share, dtype=np.float32).reshape(rows.shape[:-1])

    def text(self, language: str) -> str:
        """What the organiser reads of it, in their language."""
        return verdict_text(language, self.outcomes, self.good, self.auc, self.plain_auc, used=self.used)


def verdict_text(
    language: str, outcomes: int, good: int, auc: float | None, plain_auc: float | None, *, used: bool
) -> str:
    """What the organiser reads of what was learned, by the figures of `Learned` (AUC: None or NaN where not known)."""
    translated = catalogue(language)
    if auc is None or plain_auc is None or math.isnan(auc):
        return translated.gettext(
            "Off: too few answers to learn from. There are {good} good and {bad} bad ones; "
            "{least} are needed, at least {each} of each.",
            good=translated.number(good),
            bad=translated.number(outcomes - good),
            least=translated.number(LEAST),
            each=LEAST_OF_EACH,
        )
    figures = {
        "outcomes": translated.number(outcomes),
        "learned": translated.percent(auc),
        "plain": translated.percent(plain_auc),
    }
    if used:
        return translated.gettext(
            "On: learned from {outcomes} answers. Of a good and a bad meeting it puts the good one first "
            "{learned} of the time, the plain score {plain}.",
            **figures,
        )
    return translated.gettext(
        "Off: tested on {outcomes} answers, it was not clearly better than the plain score. Of a good and a bad "
        "meeting it puts the good one first {learned} of the time, the plain score {plain}.",
        **figures,
    )


def features(forward: Floats, backward: Floats, shared: Floats, abroad: NDArray[np.bool_]) -> Floats:
    """The features of pairs: arrays of one shape to (..., features)."""
    probabilities = reciprocal(forward, backward), np.maximum(forward, backward), np.minimum(forward, backward)
    return np.stack([*map(_log_odds, probabilities), shared, abroad], axis=-1).astype(np.float32)


def learn(seen: Sequence[TrainingData]) -> Learned:
    """Learn from the outcomes of one or more events, this one and past ones.

    A logistic regression has to beat the plain score, and where there are `MANY` outcomes gradient boosting has to beat
    what stands by then: by `MARGIN` in the area under the ROC curve, and by `CERTAIN` standard errors in log loss (the
    answers of one person hang together). Each is judged on people whose answers it has not seen.
    """
    good = np.concatenate([np.empty(0, dtype=bool), *(each.good for each in seen)])
    if len(good) < LEAST or min(good.sum(), (~good).sum()) < LEAST_OF_EACH:
        return Learned(outcomes=len(good), good=int(good.sum()))
    rows = np.vstack([each.rows for each in seen]).astype(np.float64)
    weights = np.concatenate([each.weights for each in seen])
    ruled = _log_odds(np.concatenate([each.plain for each in seen]))[:, None]
    deciders = [f"{i} {decider}" for i, each in enumerate(seen) for decider in each.deciders]
    trial = _Trial(good, weights, np.unique(deciders, return_inverse=True)[1])
    plain = max((trial.run(_logistic, score) for score in (rows[:, :1], ruled)), key=trial.auc)
    in_use, best = plain, trial.run(_logistic, rows)
    method: Literal["logistic", "boosted"] = "logistic"
    if trial.better(best, in_use):
        in_use = best
    if len(good) >= MANY and trial.better(boosted := trial.run(_boosted, rows), in_use):
        in_use = best = boosted
        method = "boosted"
    lesson = Lesson(method=method, rows=rows, good=good, weights=weights)
    odds, coefficients = lesson.fit()
    return Learned(
        outcomes=len(good),
        good=int(good.sum()),
        method=method,
        auc=trial.auc(best),
        plain_auc=trial.auc(plain),
        log_loss=trial.loss(best),
        plain_log_loss=trial.loss(plain),
        weights=dict(zip(FEATURES, coefficients, strict=False)),
        used=in_use is best,
        lesson=lesson,
        odds=odds,
    )


def _on_the_scale_of(plain: Figures, raw: Raw, rows: Figures) -> Raw:
    """`raw` with the mean and spread of `plain` over `rows`: most requests are accepted, and yet .8 must stay .8."""
    learned = raw(rows)
    stretch = plain.std() / max(learned.std(), 1e-9)
    shift = plain.mean() - stretch * learned.mean()
    return lambda new: shift + stretch * raw(new)


class _Trial:
    """Tries methods on the same outcomes: each fold is predicted by what was learned from the others."""

    def __init__(self, good: NDArray[np.bool_], weights: Figures, deciders: NDArray[np.intp]) -> None:
        self._good = good
        self._weights = weights
        self._deciders = deciders
        from sklearn.model_selection import GroupKFold

        folds = min(FOLDS, len(np.unique(deciders)))
        self._folds = list(GroupKFold(folds).split(good, groups=deciders)) if folds > 1 else []

    def run(self, method: Method, rows: Figures) -> Figures:
        """The log odds predicted for each outcome by a model that has not seen who decided it."""
        odds = np.zeros(len(rows))
        for known, unknown in self._folds:
            raw, _ = method(rows[known], self._good[known], self._weights[known])
            odds[unknown] = raw(rows[unknown])
        return odds

    def auc(self, odds: Figures) -> float:
        from sklearn.metrics import roc_auc_score

        return float(roc_auc_score(self._good, odds, sample_weight=self._weights))

    def loss(self, odds: Figures) -> float:
        return float(np.average(self._surprise(odds), weights=self._weights))

    def better(self, odds: Figures, baseline: Figures) -> bool:
        gain = (self._surprise(baseline) - self._surprise(odds)) * self._weights
        of_deciders = np.bincount(self._deciders, gain - gain.mean())
        certain = gain.sum() > CERTAIN * np.sqrt((of_deciders**2).sum())
        return bool(certain) and self.auc(odds) >= self.auc(baseline) + MARGIN

    def _surprise(self, odds: Figures) -> Figures:
        return np.asarray(np.logaddexp(0, np.where(self._good, -odds, odds)), dtype=np.float64)


def _logistic(rows: Figures, good: NDArray[np.bool_], weights: Figures) -> tuple[Raw, Sequence[float]]:
    """Logistic regression on standardised features; those that would count against a pair are dropped, the worst first,
    until none is left."""
    from sklearn.linear_model import LogisticRegression

    mean, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-9
    coefficients = np.zeros(rows.shape[1])
    intercept = float(_log_odds(np.average(good, weights=weights)))
    selected = np.arange(rows.shape[1])
    while len(selected) and good.any() and not good.all():
        model = LogisticRegression(max_iter=1000).fit((rows - mean)[:, selected] / spread[selected], good, weights)
        if model.coef_[0].min() >= 0:
            coefficients[selected], intercept = model.coef_[0], float(model.intercept_[0])
            break
        selected = np.delete(selected, model.coef_[0].argmin())
    return lambda new: (new - mean) / spread @ coefficients + intercept, tuple(map(float, coefficients))


def _boosted(rows: Figures, good: NDArray[np.bool_], weights: Figures) -> tuple[Raw, Sequence[float]]:
    """Gradient boosting of small trees under monotone constraints."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    model = HistGradientBoostingClassifier(
        learning_rate=0.05,
        max_iter=100,
        max_leaf_nodes=8,
        min_samples_leaf=50,
        monotonic_cst=[1] * rows.shape[1],
        random_state=0,
    ).fit(rows, good, weights)
    return lambda new: np.asarray(model.decision_function(new), dtype=np.float64), ()


def _log_odds(probability: ArrayLike) -> Figures:
    p = np.clip(np.asarray(probability, dtype=np.float64), FAINT, 1 - FAINT)
    return np.asarray(np.log(p / (1 - p)), dtype=np.float64)
