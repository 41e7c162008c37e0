"""Claims about schedules that are made without compiled code."""

from random import Random

import pytest
from hypothesis import given

from matchmaker.scheduling.checks import violations
from matchmaker.scheduling.domain import Pin, Problem, Schedule
from solver.exact.index import ProblemIndex
from solver.search.greedy import Plan, quick_plan
from tests.make import candidate, problem, problems, random_problem


@given(problems())
def test_a_quick_plan_breaks_no_rule_but_perhaps_that_of_a_pin(asked: Problem) -> None:
    assert {v.rule for v in violations(asked, quick_plan(asked, 5))} <= {"pin"}


def test_a_quick_plan_holds_what_it_can_of_the_most_valuable() -> None:
    asked = problem(
        candidate(0, 1, 2, value=1), candidate(1, 1, 3, value=9), candidate(2, 2, 3, value=5), sessions=(1,)
    )
    assert quick_plan(asked, 5).by_candidate.keys() == {1}
    pinned = problem(*asked.candidates, sessions=(1,), pins=[Pin(candidate=0)])
    assert quick_plan(pinned, 5).by_candidate.keys() == {0}


def test_a_quick_plan_keeps_to_its_time() -> None:
    assert quick_plan(problem(candidate(0, 1, 2)), 0.0) == Schedule()


@pytest.mark.parametrize("seed", range(20))
def test_what_is_taken_out_leaves_no_trace(seed: int) -> None:
    rng = Random(seed)
    asked = random_problem(rng, candidates=8, people=6)
    plan = Plan(ProblemIndex(asked), quick_plan(asked, 5).meetings)
    before = plan.schedule
    removed = [plan.remove(c) for c in rng.sample(sorted(plan.meetings), len(plan.meetings) // 2)]
    for meeting in removed:
        assert plan.place_for(plan.index.candidates[meeting.candidate], meeting.slot, meeting.attendees) is not None
        plan.add(meeting)
    assert set(plan.schedule.meetings) == set(before.meetings)
