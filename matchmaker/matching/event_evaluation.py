"""How good the matching is on a whole event: what people are shown first, and whether what is shown as strong is so.

Which offers answer a need is known from the topics of a sample event; of any other event only who agreed to meet is.

evaluate_event(biowin_day(), default_embedder()).right_at_1
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from matchmaker.event import Event, RequestStatus, Statement
from matchmaker.matching.comparison import Comparison, Texts
from matchmaker.matching.embedding import Embedder, VectorCache
from matchmaker.matching.match import Strength, likelihood, strength
from matchmaker.matching.rules import Rules, default_may_meet, is_investor
from matchmaker.matching.score import Ranking, rank
from matchmaker.sample.setting import SETTINGS
from matchmaker.sample.truth import topic_of

FIRST, SHOWN = 5, 10
BINS = (0.0, 0.02, 0.1, 0.2, 0.5, 0.8, 1.0)
Marks = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranks:
    """How high the first right offer stands for so many needs: shares of them, and the mean reciprocal rank."""

    needs: int
    right_at_1: float
    right_in_5: float
    mrr: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """The pairs of people of a likelihood from `low` to `high`: how many, their mean likelihood, the share right."""

    low: float
    high: float
    pairs: int
    mean: float
    right: float


@dataclass(frozen=True, slots=True, kw_only=True)
class EventEvaluation:
    """What was measured on an event; shares lie in [0, 1] and are NaN where there was nothing to measure.

    Each need that an offer answers ranks the offers of all whom its author may meet: `right_at_1`, `right_in_5` and
    `mrr`, `by_type` of the author and `by_language` of the need. A pair of people is right if either serves the other.
    `people_right_at_1` is the share of people whose first match is right, among those for whom anybody is; of investors
    the same, and the share right among the first ten of their lists. `strong_precision` and its like are the shares
    right among the matches listed under that word, of which there are `strong_matches`. `calibration` compares
    likelihood and truth for all pairs who may meet. `gini` and `never_shown` are those of `popularity.Exposure`.
    """

    embedder: str
    truth: Literal["topics", "agreed meetings"]
    people: int
    needs: int
    right_at_1: float
    right_in_5: float
    mrr: float
    by_type: Mapping[str, Ranks]
    by_language: Mapping[str, Ranks]
    people_right_at_1: float
    investors_right_at_1: float
    investors_right_in_10: float
    strong_precision: float
    strong_matches: int
    good_precision: float
    good_matches: int
    possible_precision: float
    possible_matches: int
    calibration: Sequence[Bin]
    gini: float
    never_shown: float


def without_ticks(event: Event) -> Event:
    """The event with its texts alone: nobody says whom an offer or a need is for, nor of what kind it is."""

    def plain(statements: Sequence[Statement]) -> tuple[Statement, ...]:
        return tuple(Statement(text=statement.text) for statement in statements)

    return replace(event, people=tuple(replace(p, offers=plain(p.offers), needs=plain(p.needs)) for p in event.people))


def evaluate_event(
    event: Event, embedder: Embedder, *, strict: bool = False, cache: VectorCache | None = None
) -> EventEvaluation:
    """Rank everybody for everybody, investors not for each other, and compare with what is right.

    `strict`: an offer of a sample event answers the needs of its own topic only, not those that it serves `also`.

    Raises:
        ValueError: nothing is known to be right: the texts are of no sample event, and nobody agreed to meet.
    """
    people = event.people
    rules = Rules(may_meet=default_may_meet(person.type for person in people))
    ranking = rank(people, embedder, rules=rules, cache=cache)
    comparison, everybody = ranking.comparison, np.arange(len(people))
    may_meet = ranking.book.allowed(everybody, everybody)
    needers, offerers = _owners(comparison.needs), _owners(comparison.offers)
    by_topic = _right_by_topic(comparison, strict)
    right = by_topic if by_topic is not None else _agreed(event)[np.ix_(needers, offerers)]
    allowed = may_meet[np.ix_(needers, offerers)]
    right &= allowed
    if not right.any():
        raise ValueError("nothing is known to be right here: these are not the texts of a sample event, and nobody met")
    pairs = np.zeros((len(people), len(people)), dtype=np.bool_)
    need, offer = np.nonzero(right)
    pairs[needers[need], offerers[offer]] = pairs[offerers[offer], needers[need]] = True
    answered = right.any(axis=1)
    place = _first_right(comparison, right, allowed)[answered]
    types = np.array([people[i].type for i in needers])[answered]
    languages = np.array([language or "unknown" for language in comparison.needs.languages])[answered]
    overall = _ranks(place)
    first, investors_first, investors_ten = _people_shown(ranking, pairs)
    shown = _right_by_word(ranking, pairs)
    return EventEvaluation(
        embedder=comparison.embedder.name,
        truth="agreed meetings" if by_topic is None else "topics",
        people=len(people),
        needs=overall.needs,
        right_at_1=overall.right_at_1,
        right_in_5=overall.right_in_5,
        mrr=overall.mrr,
        by_type={str(name): _ranks(place[types == name]) for name in np.unique(types)},
        by_language={str(name): _ranks(place[languages == name]) for name in np.unique(languages)},
        people_right_at_1=first,
        investors_right_at_1=investors_first,
        investors_right_in_10=investors_ten,
        strong_precision=_share(shown[Strength.STRONG]),
        strong_matches=len(shown[Strength.STRONG]),
        good_precision=_share(shown[Strength.GOOD]),
        good_matches=len(shown[Strength.GOOD]),
        possible_precision=_share(shown[Strength.POSSIBLE]),
        possible_matches=len(shown[Strength.POSSIBLE]),
        calibration=_calibration(ranking, may_meet, pairs),
        gini=ranking.exposure.gini,
        never_shown=ranking.exposure.never_shown,
    )


def _owners(texts: Texts) -> NDArray[np.intp]:
    return np.repeat(np.arange(len(texts.starts) - 1), np.diff(texts.starts))


def _right_by_topic(comparison: Comparison, strict: bool) -> Marks | None:
    """Which offers answer which needs by the topics of a sample event; None where the texts are of none."""
    for setting in SETTINGS:
        wanted = [topic_of(setting, text) for text in comparison.needs.written]
        offered = [topic_of(setting, text) for text in comparison.offers.written]
        if any(wanted) and any(offered):
            return np.array(
                [
                    [bool(n and o and (o.code == n.code or (not strict and o.code in n.also))) for o in offered]
                    for n in wanted
                ]
            )
    return None


def _agreed(event: Event) -> Marks:
    """Who agreed to meet whom, shape (people, people)."""
    number = {person.email: i for i, person in enumerate(event.people)}
    agreed = np.zeros((len(number), len(number)), dtype=np.bool_)
    for request in event.requests:
        if request.status is RequestStatus.ACCEPTED:
            one, other = number[request.sender], number[request.recipient]
            agreed[one, other] = agreed[other, one] = True
    return agreed


def _first_right(comparison: Comparison, right: Marks, allowed: Marks) -> NDArray[np.float64]:
    """The place of the first right offer in the ranking of each need (needs,); ties count half."""
    similar = np.where(allowed, comparison.similarity(), -np.inf)
    best = np.where(right, similar, -np.inf).max(axis=1, keepdims=True)
    wrong = allowed & ~right
    return np.asarray(1 + (wrong & (similar > best)).sum(axis=1) + (wrong & (similar == best)).sum(axis=1) / 2)


def _ranks(place: NDArray[np.float64]) -> Ranks:
    return Ranks(
        needs=len(place),
        right_at_1=_share(place <= 1),
        right_in_5=_share(place <= FIRST),
        mrr=float((1 / place).mean()) if len(place) else float("nan"),
    )


def _people_shown(ranking: Ranking, right: Marks) -> tuple[float, float, float]:
    """The share of people whose list begins right, of investors too, and the share right of investors' first ten."""
    people = ranking.people
    lists = [ranking.order_of(person.email) for person in people]
    served = [i for i in range(len(people)) if right[i].any() and len(lists[i])]
    investors = [i for i in served if is_investor(people[i].type)]
    return (
        _share([right[i, lists[i][0]] for i in served]),
        _share([right[i, lists[i][0]] for i in investors]),
        _share([mark for i in investors for mark in right[i, lists[i][:SHOWN]]]),
    )


def _right_by_word(ranking: Ranking, right: Marks) -> dict[Strength, list[bool]]:
    """Whether each match listed is right, by the word that it is shown with."""
    shown: dict[Strength, list[bool]] = {word: [] for word in Strength}
    for i, person in enumerate(ranking.people):
        others = ranking.order_of(person.email)
        for other, pairing in zip(others, ranking.listed(person.email), strict=True):
            if word := strength(pairing.forward, pairing.backward):
                shown[word].append(bool(right[i, other]))
    return shown


def _calibration(ranking: Ranking, may_meet: Marks, right: Marks) -> tuple[Bin, ...]:
    everybody = np.arange(len(may_meet))
    forward = ranking.comparison.forward(everybody, everybody)
    probability = likelihood(forward, forward.T)
    upper = np.triu(may_meet, 1)
    probability, truth = probability[upper], right[upper]
    number = np.clip(np.digitize(probability, BINS) - 1, 0, len(BINS) - 2)
    return tuple(
        Bin(
            low=low,
            high=high,
            pairs=int((number == i).sum()),
            mean=float(probability[number == i].mean()) if (number == i).any() else float("nan"),
            right=_share(truth[number == i]),
        )
        for i, (low, high) in enumerate(pairwise(BINS))
    )


def _share(marks: Sequence[bool] | Marks) -> float:
    return float(np.mean(marks)) if len(marks) else float("nan")
