"""How the exact solve behaves while it works: it can be stopped, it tells of progress, it repeats itself."""

from collections.abc import Callable
from random import Random

from matchmaker.scheduling.checks import measures, violations
from matchmaker.scheduling.domain import Candidate, Problem, Schedule
from solver.exact.index import ProblemIndex
from solver.exact.optimise import solve_exactly
from solver.result import Goal, Options, Progress, SolveStatus
from tests.make import candidate, meeting, problem, schedule

GOALS = (Goal.VALUE, Goal.IDLE)


def busy_event(people: int = 40, meetings: int = 160) -> Problem:
    """Too large to be proven optimal in the blink of an eye."""
    rng = Random(1)
    pairs = [tuple(rng.sample(range(people), 2)) for _ in range(meetings)]
    asked = [Candidate(id=i, people=pair, value=rng.randint(1, 99)) for i, pair in enumerate(pairs)]
    return problem(*asked, sessions=(5, 5), places=12)


def after(calls: int) -> Callable[[], bool]:
    """A stop that is asked `calls` times before it says yes."""
    asked = iter(range(calls))
    return lambda: next(asked, None) is None


def test_an_event_without_slots_has_no_sessions_and_an_empty_schedule() -> None:
    case = problem(candidate(0, 1, 2), sessions=())
    assert ProblemIndex(case).sessions == []
    result = solve_exactly(case, Options())
    assert (result.status, result.schedule.meetings) == (SolveStatus.OPTIMAL, ())


def test_a_stop_ends_the_search_with_the_best_so_far() -> None:
    asked = busy_event()
    result = solve_exactly(asked, Options(goals=GOALS, start=Schedule(), time_limit=300, stop=after(20)))
    assert result.status is SolveStatus.FEASIBLE
    assert result.seconds < 60
    assert violations(asked, result.schedule) == []


def test_a_stop_before_the_start_leaves_nothing_known() -> None:
    result = solve_exactly(busy_event(), Options(goals=GOALS, stop=lambda: True))
    assert result.status is SolveStatus.UNKNOWN
    assert result.goals == ()


def test_progress_tells_of_legal_schedules_that_get_better_within_bounds() -> None:
    asked, told = busy_event(people=16, meetings=40), list[Progress]()
    solve_exactly(asked, Options(goals=(Goal.VALUE,), time_limit=10, progress=told.append))
    assert told
    values = [step.goals[0].value for step in told]
    assert values == sorted(values)
    for step in told:
        assert violations(asked, step.schedule) == []
        assert step.goals[0].value == measures(asked, step.schedule).value <= step.goals[0].bound


def test_the_same_seed_on_one_thread_gives_the_same_schedule() -> None:
    asked = busy_event(people=12, meetings=20)
    options = Options(goals=(Goal.VALUE, Goal.BREAKS), seed=3, time_limit=60)
    first, second = solve_exactly(asked, options), solve_exactly(asked, options)
    assert first.status is SolveStatus.OPTIMAL
    assert first.schedule == second.schedule


def test_a_meeting_that_need_not_move_keeps_its_table() -> None:
    asked = problem(candidate(0, 1, 2), candidate(1, 3, 4), sessions=(1,), places=3)
    start = schedule(meeting(0, 0, 2, 1, 2))
    result = solve_exactly(asked, Options(goals=(Goal.VALUE,), start=start))
    assert result.schedule.by_candidate[0] == start.meetings[0]
    assert len(result.schedule.meetings) == 2


def test_no_goals_ask_for_any_schedule_at_all() -> None:
    asked = problem(candidate(0, 1, 2))
    assert solve_exactly(asked, Options(goals=(), complete=True)).schedule.by_candidate.keys() == {0}
