"""How good the matching is, on pairs of a need and the one offer that answers it: every need against all the offers.

evaluate_pairs(read_pairs(Path("pairs.json")), default_embedder()).mrr
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from matchmaker.event import TextRole
from matchmaker.matching.background import background_of
from matchmaker.matching.calibration import Floats, Space
from matchmaker.matching.embedding import Embedder
from matchmaker.matching.language import detect
from matchmaker.matching.popularity import gini

Method = Literal["calibrated", "cosine"]
FIELDS = ("need", "need_lang", "offer", "offer_lang")
SHOWN = 10
BINS = 10


class NeedOfferPair(Protocol):
    """A need, the offer that answers it, and the languages of both (ISO 639-1); only the evaluation reads these."""

    @property
    def need(self) -> str: ...
    @property
    def need_lang(self) -> str: ...
    @property
    def offer(self) -> str: ...
    @property
    def offer_lang(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenPair:
    """A pair read from a file."""

    need: str
    need_lang: str
    offer: str
    offer_lang: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """What was measured on `pairs` pairs; every share lies in [0, 1].

    `mrr` is the mean reciprocal rank of the true offer, `recall_1` and `recall_5` the share of needs that have it among
    the first, each also for pairs of the same language and across languages (NaN where there are none). `reciprocity`
    is the share of needs whose best offer has that very need as its best. `gini` and `never_shown` tell how evenly
    the offers appear in the first ten of all needs. `calibration_error` is the mean distance between the probability
    shown and the share found true, in ten bins of like size (Naeini et al., "Obtaining Well Calibrated Probabilities
    Using Bayesian Binning", AAAI 2015), the false pairs weighted to a hundred for each true one; NaN for raw cosines.
    """

    embedder: str
    method: Method
    pairs: int
    mrr: float
    mrr_same: float
    mrr_cross: float
    recall_1: float
    recall_1_same: float
    recall_1_cross: float
    recall_5: float
    recall_5_same: float
    recall_5_cross: float
    reciprocity: float
    gini: float
    never_shown: float
    calibration_error: float
    texts_per_second: float


def read_pairs(path: Path) -> tuple[GivenPair, ...]:
    """The pairs of a JSON file: a list of {need, need_lang, offer, offer_lang}; further keys are left alone.

    Raises:
        ValueError: it is no such list; the message names every entry that is wrong.
        OSError: it cannot be read.
    """
    try:
        entries: Any = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path}: no JSON in UTF-8: {error}") from error
    if not isinstance(entries, list) or not entries:
        raise ValueError(f"{path}: expected a list of pairs, with one at least")
    wrong = [
        f"{path}: pair {number}: expected text in {field!r}"
        for number, entry in enumerate(entries, start=1)
        for field in FIELDS
        if not (isinstance(entry, Mapping) and isinstance(entry.get(field), str) and entry[field].strip())
    ]
    if wrong:
        raise ValueError("\n".join(wrong))
    return tuple(GivenPair(**{field: entry[field] for field in FIELDS}) for entry in entries)


def evaluate_pairs(pairs: Sequence[NeedOfferPair], embedder: Embedder, method: Method = "calibrated") -> Evaluation:
    """Rank all offers for every need. The model is told no language: it detects them, as in an event.

    Raises:
        ValueError: there are no pairs.
        EmbeddingError: the model cannot be had.
    """
    if not pairs:
        raise ValueError("there are no pairs to evaluate on")
    needs, offers = [pair.need for pair in pairs], [pair.offer for pair in pairs]
    embedder.embed(needs[:1], TextRole.NEED)  # the weights are read before the clock starts
    start = perf_counter()
    raw_needs, raw_offers = embedder.embed(needs, TextRole.NEED), embedder.embed(offers, TextRole.OFFER)
    seconds = perf_counter() - start
    error = float("nan")
    if method == "cosine":
        similar = raw_needs @ raw_offers.T
    else:
        space = Space.of(raw_needs, detect(needs), raw_offers, detect(offers), background_of(embedder))
        similar = space.needs @ space.offers.T
        error = calibration_error(space.probability(similar))
    ranks = _ranks(similar, offers)
    same = np.array([pair.need_lang == pair.offer_lang for pair in pairs])
    times_shown = np.bincount(np.argsort(-similar, axis=1, kind="stable")[:, :SHOWN].ravel(), minlength=len(pairs))
    best = similar.argmax(axis=1)
    return Evaluation(
        embedder=embedder.name,
        method=method,
        pairs=len(pairs),
        mrr=_mean(1 / ranks),
        mrr_same=_mean(1 / ranks[same]),
        mrr_cross=_mean(1 / ranks[~same]),
        recall_1=_mean(ranks <= 1),
        recall_1_same=_mean(ranks[same] <= 1),
        recall_1_cross=_mean(ranks[~same] <= 1),
        recall_5=_mean(ranks <= 5),
        recall_5_same=_mean(ranks[same] <= 5),
        recall_5_cross=_mean(ranks[~same] <= 5),
        reciprocity=_mean(similar.argmax(axis=0)[best] == np.arange(len(pairs))),
        gini=gini(times_shown),
        never_shown=_mean(times_shown == 0),
        calibration_error=error,
        texts_per_second=2 * len(pairs) / max(seconds, 1e-9),
    )


def random_ranking(pairs: int) -> float:
    """The mean reciprocal rank of `pairs` offers shuffled: the mean of 1, 1/2, 1/3, ..."""
    return float(np.mean(1 / np.arange(1, pairs + 1)))


def calibration_error(probabilities: Floats) -> float:
    """The expected calibration error of probabilities (needs, offers) whose diagonal is true (see `Evaluation`)."""
    from matchmaker.matching.background import FALSE_PER_TRUE

    true = np.eye(len(probabilities), dtype=bool).ravel()
    weights = np.where(true, 1.0, FALSE_PER_TRUE / max(len(probabilities) - 1, 1))
    flat = probabilities.ravel().astype(np.float64)
    bins = np.minimum((flat * BINS).astype(int), BINS - 1)
    total = np.bincount(bins, weights, BINS)
    gaps = np.abs(np.bincount(bins, weights * flat, BINS) - np.bincount(bins, weights * true, BINS))
    return float(gaps.sum() / total.sum())


def _ranks(similar: Floats, offers: Sequence[str]) -> NDArray[np.float64]:
    """The rank of the true offer of each need, ties shared; an offer written twice counts as the same offer."""
    text = np.unique(np.array(offers), return_inverse=True)[1]
    best_of_text = np.where(text[:, None] == text, similar, -np.inf).max(axis=1)[:, None]
    other_texts = text[:, None] != text
    better, equal = (
        ((similar > best_of_text) & other_texts).sum(axis=1),
        ((similar == best_of_text) & other_texts).sum(axis=1),
    )
    return np.asarray(1 + better + equal / 2, dtype=np.float64)


def _mean(values: NDArray[Any]) -> float:
    return float(values.mean()) if len(values) else float("nan")
