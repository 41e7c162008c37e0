"""Claims about what people say of their matches."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaker.event import RequestStatus
from matchmaker.matching.embedding import embedder_named
from matchmaker.matching.feedback import BONUS, Feedback, FeedbackReason, FeedbackVerdict, OwnedTexts, bonuses
from matchmaker.matching.outcomes import FEEDBACK_WEIGHT, outcomes_of, training_data_from
from matchmaker.matching.rules import UNWANTED, Rules
from matchmaker.matching.score import rank
from matchmaker.sample import biowin_day
from tests.matchmaker.events import event, person, request

MORE, NOT = FeedbackVerdict.MORE_LIKE_THIS, FeedbackVerdict.NOT_FOR_ME


def texts(owners: list[int], rows: list[list[float]]) -> OwnedTexts:
    return OwnedTexts(owners=np.array(owners), vectors=np.array(rows, dtype=np.float32))


@given(st.integers(1, 12), st.integers(0, 30), st.integers(0, 10_000))
def test_a_bonus_is_bounded_and_nobody_is_liker_than_the_liked(people: int, size: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    roles = [texts([*rng.integers(0, people, size + 2)], rng.normal(size=(size + 2, 5)).tolist()) for _ in range(2)]
    raised = bonuses([0], roles)
    assert all(0 <= bonus <= BONUS for bonus in raised.values())
    assert raised.get(0, 0.0) == pytest.approx(max(raised.values(), default=0.0))
    assert bonuses([people], roles) == {}, "somebody without texts is like nobody"


def test_more_like_this_raises_who_writes_of_the_same_in_the_same_role() -> None:
    same, other, third = [1.0, 0.0, 0.0, 0.2], [0.0, 1.0, 0.0, 0.2], [0.0, 0.0, 1.0, 0.2]
    offers = texts([1, 2, 3, 4], [same, same, other, third])
    needs = texts([5, 6, 7], [same, other, third])
    raised = bonuses([1], [needs, offers])
    assert raised[2] == pytest.approx(BONUS)
    assert raised[3] == raised[4] == 0
    assert 5 not in raised, "who needs what another offers is not like them"


def test_who_is_not_for_somebody_loses_score_in_both_lists_and_is_not_excluded() -> None:
    people = biowin_day(people=30).people
    plain = rank(people, embedder_named("characters"))
    pair = next((m.first, m.second) for p in people for m in plain.of(p.email) if m.score > 0.2)
    lowered = rank(people, embedder_named("characters"), rules=Rules(unwanted=frozenset({pair})))
    assert lowered.score(*pair) == pytest.approx((1 - UNWANTED) * plain.score(*pair))
    assert lowered.score(*pair[::-1]) == lowered.score(*pair)
    others = [(a.email, b.email) for a in people for b in people if {a.email, b.email} != {*pair} and a is not b]
    assert lowered.scores(others) == pytest.approx(plain.scores(others))
    assert lowered.pairings(pair[0], [pair[1]])[0].forward == plain.pairings(pair[0], [pair[1]])[0].forward
    assert pair[1] in [match.second for match in lowered.of(pair[0])]


def test_feedback_is_an_outcome_of_less_weight_than_an_answer_which_comes_before_it() -> None:
    day = event(
        people=[person(name) for name in ("ann", "bob", "cleo", "dirk")],
        requests=[request("ann", "bob", status=RequestStatus.DECLINED)],
    )
    ann, bob, cleo, dirk = (each.email for each in day.people)
    feedback = [
        Feedback(first=bob, second=ann, verdict=MORE),
        Feedback(first=ann, second=cleo, verdict=MORE),
        Feedback(first=cleo, second=ann, verdict=NOT, reason=FeedbackReason.NOT_MY_TOPIC),
        Feedback(first=dirk, second=ann, verdict=NOT, reason=FeedbackReason.ALREADY_KNOWN),
    ]
    found = {(o.first, o.second): o.verdict for o in outcomes_of(day, feedback)}
    assert found == {
        (ann, bob): (False, 1.0),
        (cleo, ann): (True, FEEDBACK_WEIGHT),
        (ann, cleo): (False, FEEDBACK_WEIGHT),
    }
    assert FEEDBACK_WEIGHT < 1


def test_learning_takes_feedback_with_its_weight_from_the_one_who_gave_it() -> None:
    people = biowin_day(people=20).people
    ranking = rank(people, embedder_named("characters"))
    feedback = [Feedback(first=people[i].email, second=people[i + 1].email, verdict=NOT) for i in range(4)]
    seen = training_data_from(ranking, outcomes_of(event(people=people), feedback))
    assert seen.deciders == tuple(each.first for each in feedback)
    assert seen.weights.tolist() == [FEEDBACK_WEIGHT] * 4
    assert not seen.good.any()
