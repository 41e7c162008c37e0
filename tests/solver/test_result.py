"""Claims about options that cannot be meant, and about what a result may claim."""

import pytest

from matchmaker.scheduling.domain import Schedule
from solver.result import Goal, GoalReport, Options, Result, SolveStatus
from solver.solve import solve
from tests.make import candidate, problem

PAIRS = problem(candidate(0, 1, 2), candidate(1, 3, 4), candidate(2, 1, 3))


def test_goals_may_be_named_by_strings() -> None:
    result = solve(PAIRS, Options(goals=("value",), time_limit=1.0))  # type: ignore[arg-type]
    assert [report.goal for report in result.goals] == [Goal.VALUE]
    assert result.goals[0].goal is Goal.VALUE
    assert (result.status, len(result.schedule.meetings)) == (SolveStatus.OPTIMAL, 3)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"goals": ("worth",)}, "there is no goal 'worth'; goals are coverage"),
        ({"goals": "value"}, "expected a tuple of goals, found 'value'"),
        ({"goals": ("value", Goal.VALUE)}, "named twice"),
        ({"goals": (Goal.VALUE, Goal.STABILITY)}, "baseline is missing"),
        ({"seed": -1}, "seed: expected a whole number of 0 to 2147483647, found -1"),
        ({"seed": 2**31}, "seed"),
        ({"threads": 0}, "threads: expected at least 1, found 0"),
        ({"fairness": -1}, "fairness: expected at least 0, found -1"),
        ({"time_limit": float("nan")}, "time_limit"),
    ],
)
def test_options_that_cannot_be_meant_are_refused(given: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Options(**given)  # type: ignore[arg-type]


def test_stability_is_proven_only_against_a_baseline() -> None:
    first = solve(PAIRS, Options(time_limit=1.0)).schedule
    again = solve(PAIRS, Options(goals=(Goal.VALUE, Goal.STABILITY), baseline=first, time_limit=2.0))
    assert again.proven
    assert again.schedule.by_candidate == first.by_candidate


def report(goal: Goal, value: int, bound: int) -> GoalReport:
    return GoalReport(goal=goal, value=value, bound=bound, seconds=0.0)


def test_a_result_is_proven_by_all_its_goals_and_not_by_value_alone() -> None:
    value, breaks = report(Goal.VALUE, 9, 9), report(Goal.BREAKS, 305, 0)
    assert Result.of(Schedule(), (value,), 1.0).proven
    half = Result.of(Schedule(), (value, breaks), 1.0)
    assert (half.proven, half.status) == (False, SolveStatus.FEASIBLE)


def test_nothing_is_proven_of_no_schedule() -> None:
    for status in (SolveStatus.UNKNOWN, SolveStatus.INFEASIBLE):
        assert not Result(status=status, schedule=Schedule(), goals=(), seconds=1.0).proven
