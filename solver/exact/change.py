"""The best change of a published schedule, decided on as much of it as there is time for."""

from collections.abc import Collection
from dataclasses import replace
from time import perf_counter

from matchmaker.scheduling.domain import Schedule
from solver.exact.index import ProblemIndex
from solver.exact.lanes import Lanes, lanes
from solver.exact.model import Model
from solver.exact.optimise import optimise
from solver.exact.rules import stability
from solver.result import Goal, Options, Result, SolveStatus

_LITERALS = 5_000  # of a model that can be written down in each second left, so that most of the time is for solving


def best_change(
    index: ProblemIndex,
    options: Options,
    free: list[int],
    *,
    most: int,
    uncounted: Collection[int],
    unavoidable: Collection[int],
) -> Result:
    """The best schedule by `options.goals` that differs from `options.start` in the candidates `free` only and touches
    at most `most` agendas of `options.baseline`; never worse than a legal start.

    To gain a meeting of `uncounted` is not to be touched; the `unavoidable` are touched whatever is decided. Where
    the time does not suffice for a model of all that is free, it decides on a part, and proves nothing.
    """
    began, progress = perf_counter(), options.progress
    part, small = fitting(index, options, free)
    start = options.start or Schedule()
    options = replace(
        options,
        start=small.merge(start),
        progress=lambda p: progress(replace(p, schedule=small.split(p.schedule))),
    )
    model = Model(ProblemIndex(small.problem), options, part)
    touched = stability.touched(model, apart_from=uncounted)
    model.cp.add(sum(touched.values()) <= most - len(set(unavoidable) - model.concerned))
    result = optimise(model, began=began)
    result = replace(result, schedule=small.split(result.schedule))
    if len(part) == len(free):
        return result
    if result.status is SolveStatus.INFEASIBLE:
        return replace(result, status=SolveStatus.UNKNOWN)
    return unproven(index, result)


def fitting(index: ProblemIndex, options: Options, free: list[int]) -> tuple[list[int], Lanes]:
    """As many of `free` as a model can be made of in time, and the problem that it is made of.

    What has no meeting in `options.start` comes first, then what has another one than in `options.baseline`.
    """
    start, published = options.start or Schedule(), options.baseline or Schedule()
    placed, before = start.by_candidate, published.by_candidate
    part = sorted(free, key=lambda c: (c in placed, c in placed and placed[c] == before.get(c)))
    distinguish_tables = Goal.MOVES in options.goals
    while True:
        chosen = set(part)
        fixed = [m for m in start.meetings if m.candidate not in chosen]
        small = lanes(index.problem, fixed, chosen, published, distinguish_tables=distinguish_tables)
        if not part or small.literals(chosen) <= _LITERALS * options.time_limit:
            return [c for c in free if c in chosen], small
        part = part[: len(part) // 2]


def unproven(index: ProblemIndex, result: Result) -> Result:
    """`result` with bounds that hold whatever else is decided."""
    most = sum(max(0, c.value) for c in index.problem.candidates)
    goals = tuple(replace(g, bound=most if g.goal is Goal.VALUE else 0) for g in result.goals)
    return replace(result, goals=goals)
