"""Claims about learning from outcomes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchmaker.embedding import embedder_named
from matchmaker.event import Profile
from matchmaker.ranking.learning import FEATURES, Learned, features, learn
from matchmaker.scoring import rank


def outcomes(seed: int, matter: tuple[float, ...], size: int = 600) -> tuple[np.ndarray, list[bool]]:
    """Random pairs, good in proportion to their features weighted by `matter`."""
    rng = np.random.default_rng(seed)
    forward, backward, shared = (rng.random(size, dtype=np.float32) for _ in range(3))
    rows = features(forward, backward, shared, rng.random(size) < 0.5)
    odds = rows @ np.array(matter) - np.median(rows @ np.array(matter))
    return rows, list(rng.random(size) < 1 / (1 + np.exp(-odds)))


def test_what_the_plain_score_cannot_know_is_learned_and_used() -> None:
    learned = learn(*outcomes(1, (0.2, 0.1, 6, 0)))
    assert learned is not None
    assert learned.used
    assert learned.auc > learned.plain_auc + 0.05
    assert learned.weights[FEATURES.index("themes shared")] > 1


def test_noise_is_not_used() -> None:
    learned = learn(*outcomes(2, (0, 0, 0, 0)))
    assert learned is not None
    assert not learned.used


def test_outcomes_against_all_sense_never_turn_a_score_around() -> None:
    learned = learn(*outcomes(3, (-2, -2, -2, 0)))
    assert learned is not None
    assert learned.weights[:3] == (0, 0, 0)
    assert not learned.used


def test_too_few_outcomes_or_one_kind_only_teach_nothing() -> None:
    rows, good = outcomes(4, (1, 1, 1, 0))
    assert learn(rows[:99], good[:99]) is None
    assert learn(rows, [True] * len(good)) is None


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 20), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_a_better_direction_never_lowers_a_learned_score(
    seed: int, forward: float, backward: float, more: float
) -> None:
    learned = LEARNED[seed % len(LEARNED)]
    f, b, none = np.float32(forward), np.float32(backward), np.float32(0)
    better = np.float32(forward + (1 - forward) * more)
    assert learned.score(features(better, b, none, np.bool_(True))) >= learned.score(
        features(f, b, none, np.bool_(True))
    )


LEARNED = [one for seed in range(3) if (one := learn(*outcomes(seed, (1 - seed, seed - 1, 2, 1), 200)))]


def test_a_ranking_follows_what_was_learned_only_when_it_is_used() -> None:
    def person(name: str, theme: str, offer: str = "") -> Profile:
        return Profile(
            email=name,
            first_name=name,
            last_name="X",
            organisation=name,
            country="BE",
            themes=(theme,),
            offers=(offer,) if offer else (),
            needs=() if offer else ("sterile vials",),
        )

    people = [person("a", "t"), person("words", "u", "sterile vials"), person("theme", "t", "poultry feed")]
    taught = Learned(weights=(0, 0, 9, 0), intercept=-4, outcomes=500, auc=0.9, plain_auc=0.6, used=True)
    unused = Learned(weights=(0, 0, 9, 0), intercept=-4, outcomes=500, auc=0.6, plain_auc=0.6, used=False)
    first = {
        learned: rank(people, embedder_named("characters"), learned=learned).of("a")[0].second
        for learned in (None, taught, unused)
    }
    assert first == {None: "words", taught: "theme", unused: "words"}
    rows = rank(people, embedder_named("characters")).features([("a", "theme")])
    assert rows.shape == (1, len(FEATURES))
    assert rows[0, 2:] == pytest.approx([1, 0])
