"""Claims about learning from outcomes."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchmaker.event import Preference, RequestStatus
from matchmaker.locale import LANGUAGES
from matchmaker.matching.calibration import Floats
from matchmaker.matching.embedding import embedder_named
from matchmaker.matching.learning import FEATURES, LEAST, MANY, Figures, Learned, features, learn
from matchmaker.matching.outcomes import Outcome, TrainingData, outcomes_of, training_data_from
from matchmaker.matching.score import rank
from matchmaker.sample import biowin_day
from tests.matchmaker.events import event, person, request

SCORE, THEMES, ABROAD = (FEATURES.index(name) for name in ("score", "themes shared", "countries differ"))


def outcomes(seed: int, size: int, odds: Callable[[Figures], Figures]) -> TrainingData:
    """Pairs as events have them, good with these log odds; some people are stricter than others."""
    rng = np.random.default_rng(seed)
    forward, backward = (rng.beta(0.6, 2.5, size).astype(np.float32) for _ in range(2))
    shared = rng.choice([0, 0.2, 0.5, 1], size).astype(np.float32)
    rows = features(forward, backward, shared, rng.random(size) < 0.5)
    deciders = rng.integers(0, size // 5, size)
    strict = rng.normal(0, 0.7, size // 5)[deciders]
    good = rng.random(size) < 1 / (1 + np.exp(-odds(rows.astype(np.float64)) - strict))
    score = 1 / (1 + np.exp(-rows[:, SCORE].astype(np.float64)))
    return TrainingData(
        rows=rows,
        plain=1 - (1 - score) * (1 - 0.1 * shared),
        good=good,
        weights=np.ones(size),
        deciders=tuple(map(str, deciders)),
    )


def nothing(rows: Figures) -> Figures:
    return np.full(len(rows), 0.5)


def as_scored(rows: Figures) -> Figures:
    return 0.6 * (rows[:, SCORE] + 2)


def themes_matter(rows: Figures) -> Figures:
    return as_scored(rows) + 2.5 * (rows[:, THEMES] - 0.4)


def themes_deter(rows: Figures) -> Figures:
    return as_scored(rows) - 2.5 * (rows[:, THEMES] - 0.4)


def both_or_nothing(rows: Figures) -> Figures:
    return np.where((rows[:, THEMES] > 0.3) & (rows[:, SCORE] > -2), 3, -2)


def test_what_the_plain_score_does_not_know_is_learned_and_used() -> None:
    learned = learn([outcomes(1, 1000, themes_matter)])
    assert learned.used
    assert learned.auc >= learned.plain_auc + 0.02
    assert learned.log_loss < learned.plain_log_loss
    assert learned.weights["themes shared"] > 0.3


@pytest.mark.parametrize("world", [nothing, as_scored, themes_deter])
def test_where_there_is_nothing_to_learn_the_plain_score_stays(world: Callable[[Figures], Figures]) -> None:
    for seed in range(8):
        learned = learn([outcomes(seed, 300 + 100 * seed, world)])
        assert not learned.used
        assert 0.3 < learned.auc < 0.75


def test_little_is_not_enough_however_clear_it_is() -> None:
    seen = outcomes(2, LEAST - 1, themes_matter)
    assert not learn([seen]).used
    one_sided = replace(seen, good=np.ones(LEAST - 1, dtype=bool))
    assert not learn([one_sided, one_sided]).used
    assert not learn([]).used
    with pytest.raises(ValueError, match="nothing was learned from 0 outcomes"):
        learn([]).score(seen.rows)


def test_events_add_up_to_enough() -> None:
    assert learn([outcomes(3, 500, themes_matter), outcomes(4, 500, themes_matter)]).used


def test_where_there_is_much_what_hangs_together_is_learned_too() -> None:
    learned = learn([outcomes(5, 3 * MANY // 2, both_or_nothing)])
    assert learned.used
    assert learned.method == "boosted"
    assert_rising(learned, outcomes(6, 200, nothing).rows)


def test_the_score_keeps_its_scale() -> None:
    seen = outcomes(7, 1000, lambda rows: themes_matter(rows) + 2)
    learned = learn([seen])
    assert seen.good.mean() > 0.8
    plain = 1 / (1 + np.exp(-seen.rows[:, SCORE]))
    for quantile in (0.1, 0.5, 0.9):
        assert abs(np.quantile(learned.score(seen.rows), quantile) - np.quantile(plain, quantile)) < 0.15


def assert_rising(learned: Learned, rows: Floats) -> None:
    for feature in range(len(FEATURES)):
        more = rows.copy()
        more[:, feature] += 0.5
        assert (learned.score(more) >= learned.score(rows) - 1e-6).all()


@settings(max_examples=15, deadline=None)
@given(st.lists(st.floats(-3, 3), min_size=len(FEATURES), max_size=len(FEATURES)), st.integers(0, 1000))
def test_nothing_ever_counts_against_a_pair(matter: list[float], seed: int) -> None:
    seen = outcomes(seed, 400, lambda rows: (rows - rows.mean(axis=0)) @ np.array(matter) / 3)
    learned = learn([seen])
    if learned.odds is not None:
        assert_rising(learned, seen.rows)
        assert min(learned.weights.values()) >= 0


def test_the_organiser_reads_what_was_learned_in_each_language() -> None:
    verdicts = (learn([]), learn([outcomes(1, 1000, themes_matter)]), learn([outcomes(1, 500, nothing)]))
    for learned in verdicts:
        assert len({learned.text(language) for language in LANGUAGES}) == len(LANGUAGES)
    assert "200" in verdicts[0].text("fr")
    assert verdicts[1].text("nl").startswith("In gebruik")
    assert verdicts[2].text("fr").startswith("Non utilisé")


def test_a_rating_says_more_than_a_meeting_held_and_that_more_than_an_answer() -> None:
    def verdict(**known: object) -> tuple[bool, float] | None:
        return Outcome(first="a", second="b", **known).verdict  # type: ignore[arg-type]

    assert verdict(accepted=True, held=False) == (False, 1.0)
    assert verdict(accepted=True, held=True, rating=1) == (False, 1.0)
    assert verdict(accepted=True, rating=4) == (True, 0.5)
    assert verdict(accepted=True, rating=3) is None
    assert verdict() is None


def test_each_pair_of_an_event_has_one_outcome_and_never_is_no() -> None:
    day = event(
        *(person(name) for name in ("ann", "bob", "cleo", "dirk")),
        requests=[
            request("ann", "bob"),
            request("bob", "ann", status=RequestStatus.DECLINED),
            request("ann", "cleo"),
            request("cleo", "ann", status=RequestStatus.DECLINED, preference=Preference.NEVER),
            request("bob", "cleo", status=RequestStatus.PENDING),
            request("bob", "dirk", status=RequestStatus.DECLINED),
        ],
    )
    known = {(o.first.split("@")[0], o.second.split("@")[0]): o.accepted for o in outcomes_of(day)}
    assert known == {("ann", "bob"): True, ("cleo", "ann"): False, ("bob", "dirk"): False}


def test_a_ranking_takes_up_what_was_learned_and_keeps_its_rules() -> None:
    day = biowin_day(people=40)
    plain = rank(day.people, embedder_named("characters"))
    seen = training_data_from(plain, outcomes_of(day))
    assert len(seen.good) == len(seen.rows) == len(seen.plain)
    learned = learn([outcomes(1, 1000, themes_matter)])
    taught = rank(day.people, embedder_named("characters"), learned=learned)
    pair = next((m.first, m.second) for p in day.people for m in plain.of(p.email) if m.score > 0.2)
    rows = plain.features([pair])
    assert taught.score(*pair) >= float(learned.score(rows)[0]) - 1e-5  # a bonus for themes may come on top
    assert taught.score(*pair) == taught.score(*pair[::-1])
    off = rank(day.people, embedder_named("characters"), learned=replace(learned, used=False))
    assert off.score(*pair) == plain.score(*pair)
