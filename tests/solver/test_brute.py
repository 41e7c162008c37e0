"""The solvers against brute force on small random problems with any rule on."""

from dataclasses import replace
from itertools import islice
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchmaker.scheduling.checks import measures, violations
from matchmaker.scheduling.domain import Problem, Schedule
from solver.exact.optimise import solve_exactly
from solver.result import Goal, GoalReport, Options, Result, SolveStatus
from solver.solve import solve
from tests.make import problems, random_problem
from tests.solver.brute import MEASURES, legal_schedules, optimum, worth

SHAPES = ((3, 2), (4,), (2, 2))


def expect(problem: Problem, options: Options, result: Result, best: tuple[int, ...] | None) -> None:
    """That `result` is legal, and neither it nor its bounds contradict the brute-force optimum `best`."""
    if best is None:
        assert result.status in (SolveStatus.INFEASIBLE, SolveStatus.UNKNOWN)
        assert result.schedule == Schedule()
        return
    assert result.status is not SolveStatus.INFEASIBLE
    if result.status is SolveStatus.UNKNOWN:
        return
    assert violations(problem, result.schedule) == []
    found = measures(problem, result.schedule, options.baseline)
    assert options.fairness is None or found.break_spread <= options.fairness
    assert not options.complete or found.meetings == len(problem.candidates)
    assert [report.value for report in result.goals] == [getattr(found, MEASURES[g]) for g in options.goals]
    assert signed(options, [r.value for r in result.goals]) >= signed(options, list(best))
    for report, true in zip(result.goals, best, strict=True):
        assert not_beyond(report, true), (report, true)
    proven = all(report.proven for report in result.goals)
    assert proven == (result.status is SolveStatus.OPTIMAL)
    if proven:
        assert tuple(r.value for r in result.goals) == best


def signed(options: Options, values: list[int]) -> list[int]:
    return [-v if goal is Goal.VALUE else v for goal, v in zip(options.goals, values, strict=True)]


def not_beyond(report: GoalReport, true: int) -> bool:
    return report.bound >= true if report.goal is Goal.VALUE else report.bound <= true


def small(rng: Random) -> Problem:
    return random_problem(
        rng, candidates=rng.choice((3, 4)), people=rng.choice((3, 4, 5)), sessions=rng.choice(SHAPES), places=2
    )


def some_schedule(rng: Random, problem: Problem) -> Schedule:
    """One that was published once: legal but for the pins."""
    return rng.choice(list(islice(legal_schedules(replace(problem, pins=())), 200)))


@pytest.mark.parametrize("goal", Goal)
def test_each_goal_reaches_the_optimum(goal: Goal) -> None:
    decided = 0
    for seed in range(10):
        rng = Random(f"{goal}{seed}")
        problem = small(rng)
        published = some_schedule(rng, problem)
        # Goals that the empty schedule meets best become hard once all value is asked for.
        goals = (goal,) if goal in (Goal.VALUE, Goal.COVERAGE) else (Goal.VALUE, goal)
        options = Options(goals=goals, baseline=published)
        result = solve_exactly(problem, options)
        expect(problem, options, result, optimum(problem, goals, baseline=published))
        decided += result.status is SolveStatus.OPTIMAL
    assert decided >= 6


@given(problems(candidates=3, people=4, sessions=(2, 2)), st.permutations(list(Goal)), st.data())
@settings(max_examples=60, deadline=None)
def test_any_order_of_goals_reaches_the_optimum(problem: Problem, order: list[Goal], data: st.DataObject) -> None:
    fairness = data.draw(st.sampled_from((None, None, 0, 1)))
    complete = data.draw(st.sampled_from((False, False, True)))
    published = data.draw(st.randoms(use_true_random=False).map(lambda rng: some_schedule(rng, problem)))
    goals = tuple(order[:3])
    options = Options(goals=goals, baseline=published, fairness=fairness, complete=complete)
    result = solve_exactly(problem, options)
    best = optimum(problem, goals, baseline=published, fairness=fairness, complete=complete)
    expect(problem, options, result, best)
    assert (result.status is SolveStatus.OPTIMAL) == (best is not None)


def test_bounds_hold_when_time_runs_out() -> None:
    for seed in range(25):
        rng = Random(seed)
        problem = small(rng)
        options = Options(goals=(Goal.VALUE, Goal.IDLE), time_limit=rng.choice((0.0, 0.003, 0.01)))
        expect(problem, options, solve_exactly(problem, options), optimum(problem, options.goals))


def test_what_is_held_stays_and_the_rest_is_best() -> None:
    for seed in range(25):
        rng = Random(seed)
        problem = small(rng)
        all_legal = list(legal_schedules(problem))
        if not all_legal:
            continue
        start, published = rng.choice(all_legal), rng.choice(all_legal)
        free = rng.sample(range(len(problem.candidates)), 2)
        goals = tuple(rng.sample(list(Goal), 2))
        held = {m for m in start.meetings if m.candidate not in free}
        around = [s for s in all_legal if {m for m in s.meetings if m.candidate not in free} == held]
        best = min(worth(measures(problem, s, published), goals) for s in around)
        options = Options(goals=goals, start=start, baseline=published)
        result = solve_exactly(problem, options, free=free)
        assert held == {m for m in result.schedule.meetings if m.candidate not in free}
        assert result.status is SolveStatus.OPTIMAL
        expect(problem, options, result, tuple(signed(options, list(best))))


def test_the_answer_is_never_worse_than_a_legal_start() -> None:
    for seed in range(20):
        rng = Random(seed)
        problem = small(rng)
        all_legal = list(legal_schedules(problem))
        if not all_legal:
            continue
        start = rng.choice(all_legal)
        goals = (Goal.VALUE, Goal.BREAKS, Goal.MOVES)
        result = solve_exactly(problem, Options(goals=goals, start=start, time_limit=rng.choice((0.0, 0.002))))
        assert worth(measures(problem, result.schedule), goals) <= worth(measures(problem, start), goals)


def test_the_whole_pipeline_reaches_the_optimum_where_it_says_so() -> None:
    for seed in range(40):
        rng = Random(seed)
        problem = small(rng)
        published = some_schedule(rng, problem)
        options = Options(
            goals=tuple(rng.sample(list(Goal), rng.choice((1, 2, 3)))),
            baseline=published,
            fairness=rng.choice((None, None, 0, 1)),
            complete=rng.random() < 0.15,
            time_limit=0.4,
        )
        best = optimum(problem, options.goals, baseline=published, fairness=options.fairness, complete=options.complete)
        expect(problem, options, solve(problem, options), best)


def test_medium_problems_with_every_rule_on_are_solved_legally() -> None:
    solved = 0
    for seed in range(200):
        rng = Random(seed)
        problem = random_problem(rng, people=12, candidates=24, sessions=(4, 3, 3), places=4, pinned=0.02)
        options = Options(goals=(Goal.COVERAGE, Goal.VALUE, Goal.BREAKS), time_limit=0.1)
        result = solve(problem, options)
        if result.status in (SolveStatus.INFEASIBLE, SolveStatus.UNKNOWN):
            continue
        solved += 1
        assert violations(problem, result.schedule) == []
        for report in result.goals:
            assert report.bound >= report.value if report.goal is Goal.VALUE else report.bound <= report.value
    assert solved >= 120
