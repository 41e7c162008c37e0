"""Claims about automatic proposals, against enumeration on small events."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchmaker.ranking.match import Match
from matchmaker.ranking.proposals import SHORTFALL, propose

Scores = dict[tuple[str, str], float]


def matches(people: str, scores: Scores) -> dict[str, list[Match]]:
    """Every pair of `scores` in the list of its first person only: one list is enough."""
    lists: dict[str, list[Match]] = {person: [] for person in people}
    for (a, b), score in scores.items():
        lists[a].append(Match(first=a, second=b, score=score, forward=score, backward=score))
    return lists


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(st.sampled_from(list(combinations("abcde", 2))), st.floats(0, 1), max_size=7),
    st.integers(1, 3),
    st.integers(0, 1),
)
def test_the_pairs_are_the_best_that_the_limits_allow(scores: Scores, maximum: int, minimum: int) -> None:
    found = propose(matches("abcde", scores), maximum=maximum, minimum=minimum)
    chosen = [(pair.first, pair.second) for pair in found.pairs]

    def held(pairs: list[tuple[str, str]], person: str) -> int:
        return sum(person in pair for pair in pairs)

    def worth(pairs: list[tuple[str, str]]) -> float:
        lacking = sum(max(minimum - held(pairs, person), 0) for person in "abcde")
        return sum(scores[pair] for pair in pairs) - SHORTFALL * lacking

    every = [list(some) for size in range(len(scores) + 1) for some in combinations(scores, size)]
    legal = [some for some in every if all(held(some, person) <= maximum for person in "abcde")]
    assert chosen in [sorted(some, key=chosen.index) for some in legal if set(some) == set(chosen)]
    assert worth(chosen) == pytest.approx(max(worth(some) for some in legal), abs=1e-4)
    assert found.lacking == {p: minimum - held(chosen, p) for p in "abcde" if held(chosen, p) < minimum}


def test_nobody_is_left_out_though_a_favourite_would_be_worth_more() -> None:
    scores = {("a", "x"): 0.9, ("b", "x"): 0.8, ("c", "x"): 0.1, ("a", "y"): 0.2, ("b", "z"): 0.2}
    found = propose(matches("abcxyz", scores), maximum=1, minimum=1)
    assert {(pair.first, pair.second) for pair in found.pairs} == {("c", "x"), ("a", "y"), ("b", "z")}
    assert found.lacking == {}


def test_a_small_change_leaves_the_list_as_it_was() -> None:
    first = propose(matches("abxy", {("a", "x"): 0.5, ("a", "y"): 0.49, ("b", "x"): 0.5, ("b", "y"): 0.5}), maximum=1)
    pairs = [(pair.first, pair.second) for pair in first.pairs]
    changed = {("a", "x"): 0.49, ("a", "y"): 0.5, ("b", "x"): 0.51, ("b", "y"): 0.5}
    assert [(p.first, p.second) for p in propose(matches("abxy", changed), maximum=1).pairs] != pairs
    kept = propose(matches("abxy", changed), maximum=1, before=pairs)
    assert {(p.first, p.second) for p in kept.pairs} == set(pairs)


def test_a_minimum_above_the_maximum_is_refused_with_the_person() -> None:
    with pytest.raises(ValueError, match="b: at least 3 and at most 2"):
        propose(matches("ab", {}), maximum=2, minimum={"b": 3})
