"""The first solve of an installation, whose search is not compiled yet: a quick plan now, the search afterwards."""

from collections.abc import Callable
from dataclasses import replace
from time import perf_counter, sleep

from matchmaker.scheduling.checks import measures, violations
from matchmaker.scheduling.domain import Problem, Schedule
from solver import compiling
from solver.result import Goal, GoalReport, Options, Progress, Result, SolveStatus
from solver.search.greedy import quick_plan

_SMALL = 3000  # (meeting, slot) choices: such a problem needs no search, only the exact model, which is not compiled
_MEASURES = {Goal.COVERAGE: "below_minimum", Goal.STABILITY: "changed"}  # where the names differ


def first_solve(problem: Problem, options: Options, search: Callable[[Problem, Options], Result]) -> Result:
    """The best schedule that can be found in the time given, while another process compiles what `search` needs.

    Small problems are solved by the exact model alone. For others there is a plan at once, made one meeting after the
    other; if the time suffices, `search` goes on as always when its code is there, else the plan is the answer. Where
    compiled code cannot be kept, `search` has to compile for itself.
    """
    began = perf_counter()

    def left() -> float:
        return -1.0 if options.stop() else options.time_limit - options.used - (perf_counter() - began)

    if not compiling.start():
        return search(problem, options)
    plan = quick_plan(problem, 0.5 * left())
    legal = _is_asked_for(problem, plan, options)
    if legal:
        goals = _reports(problem, plan, options)
        options.progress(Progress(stage="quick plan", schedule=plan, goals=goals, seconds=perf_counter() - began))
    if sum(len(problem.slots if c.slots is None else c.slots) for c in problem.candidates) <= _SMALL:
        from solver.exact.optimise import solve_exactly

        start = plan if legal else options.start
        result = solve_exactly(problem, replace(options, start=start, time_limit=max(0.0, left()), used=0.0))
        return replace(result, seconds=perf_counter() - began)
    while compiling.is_running() and left() > 0:
        sleep(0.05)
    if left() > 0:
        result = search(problem, replace(options, used=options.used + perf_counter() - began))
        return replace(result, seconds=perf_counter() - began)
    seconds = perf_counter() - began
    if not legal:
        return Result(status=SolveStatus.UNKNOWN, schedule=Schedule(), goals=(), seconds=seconds)
    return Result(status=SolveStatus.FEASIBLE, schedule=plan, goals=_reports(problem, plan, options), seconds=seconds)


def _is_asked_for(problem: Problem, plan: Schedule, options: Options) -> bool:
    if violations(problem, plan) or (options.complete and len(plan.meetings) < len(problem.candidates)):
        return False
    return options.fairness is None or measures(problem, plan).break_spread <= options.fairness


def _reports(problem: Problem, plan: Schedule, options: Options) -> tuple[GoalReport, ...]:
    """What the plan reaches, with the bounds that need no search."""
    found = measures(problem, plan, options.baseline)
    most = sum(max(0, c.value) for c in problem.candidates)
    return tuple(
        GoalReport(
            goal=goal,
            value=getattr(found, _MEASURES.get(goal, goal.value)),
            bound=most if goal is Goal.VALUE else 0,
            seconds=0.0,
        )
        for goal in options.goals
    )
