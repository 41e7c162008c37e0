"""Which meetings take place: the best set by the relaxation of `solver.exact.relaxation`, and what it proves."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np
from ortools.linear_solver.python.model_builder_helper import ModelBuilderHelper, ModelSolverHelper
from ortools.linear_solver.python.model_builder_helper import SolveStatus as LinearStatus

from solver.exact.interruption import interrupted_by
from solver.exact.relaxation import Relaxation
from solver.result import Goal, Status
from solver.search.arrays import Data, Ints

WHOLE = 1e-6  # how far from a whole number a variable of the relaxation may be


@dataclass(frozen=True, slots=True)
class Selection:
    """The meetings chosen (positions; None: nothing found) and what is proven of any schedule.

    The bound of a goal holds for all schedules as good as `levels` in the goals before it.
    """

    status: Status
    chosen: Ints | None
    bounds: dict[Goal, int]
    levels: dict[Goal, int]


def select(
    data: Data,
    goals: Sequence[Goal],
    seconds: float,
    *,
    stop: Callable[[], bool] = lambda: False,
    reached: Mapping[Goal, int] | None = None,
) -> Selection:
    """The best set of meetings by `goals` (coverage and value, in their order) in at most `seconds`.

    A goal in `reached` is not optimised: it only has to be as good as that, and the others get the bound of the linear
    program, whole or not.
    """
    deadline = perf_counter() + seconds
    relaxation = Relaxation(data)
    program, bounds, levels, chosen = relaxation.program, dict[Goal, int](), dict(reached or {}), None
    infeasible = Selection(Status.INFEASIBLE, None, {}, {})
    attained = not levels  # whether there are whole solutions that hold the goals before at their levels
    for number, goal in enumerate(goals):
        terms, sign = relaxation.objective(goal), -1 if goal is Goal.VALUE else 1
        if goal in levels:
            program.at_most(terms, sign * levels[goal])
            continue
        if not terms:
            bounds[goal] = levels[goal] = 0
            continue
        linear_began = perf_counter()
        linear = _run("GLOP", program.build(terms, whole=False), deadline - perf_counter(), stop)
        if linear.status() == LinearStatus.INFEASIBLE and attained:
            return infeasible
        if linear.status() != LinearStatus.OPTIMAL:
            break
        best, solution = math.ceil(linear.objective_value() - WHOLE), linear.variable_values()
        whole = np.abs(solution - np.round(solution)).max(initial=0) <= WHOLE
        # Of the time left, each goal to come has its share. SCIP begins with the linear program, and is slower at it:
        # in less than twice the time of GLOP it would find nothing.
        share = (deadline - perf_counter()) / (len(goals) - number)
        if attained and not whole and share > 2 * (perf_counter() - linear_began):
            solver = _run("SCIP", program.build(terms, whole=True), share, stop)
            if solver.status() == LinearStatus.INFEASIBLE:
                return infeasible
            if solver.has_solution():
                best = max(best, math.ceil(solver.best_objective_bound() - WHOLE))
                solution, whole = solver.variable_values(), True
        bounds[goal], attained = sign * best, attained and whole
        # Rounded where no whole solution was found in time: still this goal's choice, not that of the goal before.
        chosen = np.array([i for i, x in enumerate(relaxation.x) if x is not None and solution[x] > 0.5], np.int32)
        level = round(sum(c * float(solution[x]) for c, x in terms)) if attained else best
        program.at_most(terms, level)
        levels[goal] = sign * level
    status = Status.UNKNOWN if chosen is None else Status.FEASIBLE
    return Selection(status, chosen, bounds, levels)


def _run(name: str, program: ModelBuilderHelper, seconds: float, stop: Callable[[], bool]) -> Any:
    """The solver `name` after at most `seconds` on `program`, or until `stop`."""
    solver = ModelSolverHelper(name)
    if name == "SCIP":
        solver.set_solver_specific_parameters("limits/gap = 0")
    solver.set_time_limit_in_seconds(max(0.01, seconds))
    with interrupted_by(stop, solver.interrupt_solve):
        solver.solve(program)
    return solver
