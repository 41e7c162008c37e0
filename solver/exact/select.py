"""Which meetings take place: the best set by the relaxation of `solver.exact.relaxation`, and what it proves."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np
from ortools.linear_solver.python.model_builder_helper import ModelSolverHelper
from ortools.linear_solver.python.model_builder_helper import SolveStatus as LinearStatus

from solver.bounds import Bound, cost
from solver.exact.interruption import interrupted_by
from solver.exact.relaxation import Relaxation, Terms
from solver.result import Goal, SolveStatus
from solver.search.arrays import Data, Ints

WHOLE = 1e-6  # how far from a whole number a variable of the relaxation may be


@dataclass(frozen=True, slots=True)
class Selection:
    """The meetings chosen (positions; None: nothing found) and what is proven of any schedule."""

    status: SolveStatus
    chosen: Ints | None
    bounds: tuple[Bound, ...]


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
    return _Selecting(Relaxation(data), goals, deadline, stop).run(reached or {})


class _Selecting:
    def __init__(
        self, relaxation: Relaxation, goals: Sequence[Goal], deadline: float, stop: Callable[[], bool]
    ) -> None:
        self.relaxation, self.program = relaxation, relaxation.program
        self.goals, self.deadline, self.stop = goals, deadline, stop
        self.objectives = {goal: relaxation.objective(goal) for goal in goals}
        self.bounds: list[Bound] = []
        self.chosen: Ints | None = None
        self.infeasible = False
        self.seconds = 0.0  # that the slowest linear program took

    def run(self, reached: Mapping[Goal, int]) -> Selection:
        rows = len(self.program.rows)
        whole = self._relaxed(reached)
        if not whole and not reached and not self.infeasible and self.chosen is not None:
            del self.program.rows[rows:]
            self._whole()
        if self.infeasible:
            return Selection(SolveStatus.INFEASIBLE, None, ())
        return Selection(
            SolveStatus.UNKNOWN if self.chosen is None else SolveStatus.FEASIBLE, self.chosen, tuple(self.bounds)
        )

    def _relaxed(self, reached: Mapping[Goal, int]) -> bool:
        """The linear program for each goal in turn, the goals before held at their bounds; whether all is whole.

        What it chooses is rounded, and that of the last goal only: the meetings that another goal happens to need would
        keep better ones out.
        """
        levels = dict(reached)
        whole, solution = True, None
        for goal in self.goals:
            terms = self.objectives[goal]
            if goal in reached:
                self.program.at_most(terms, cost(goal, reached[goal]))
                continue
            if not terms:
                self._hold(goal, 0, 0, levels)
                continue
            began = perf_counter()
            solver = self._solved("GLOP", terms, self.deadline - perf_counter())
            self.seconds = max(self.seconds, perf_counter() - began)
            self._judge(solver, levels)
            if solver.status() != LinearStatus.OPTIMAL:
                return False
            best, solution = math.ceil(solver.objective_value() - WHOLE), solver.variable_values()
            whole = whole and np.abs(solution - np.round(solution)).max(initial=0) <= WHOLE
            self._hold(goal, best, best, levels)
        if solution is not None:
            self._choose(solution)
        return bool(whole)

    def _whole(self) -> None:
        """The same in whole numbers, as far as there is time."""
        levels: dict[Goal, int] = {}
        for number, goal in enumerate(self.goals):
            if not self.objectives[goal]:
                self._hold(goal, 0, 0, levels)
                continue
            # Of the time left, each goal to come has its share. SCIP begins with the linear program, and is slower at
            # it: in less than twice the time of GLOP it would find nothing.
            share = (self.deadline - perf_counter()) / (len(self.goals) - number)
            if share < 2 * self.seconds:
                return
            solver = self._solved("SCIP", self.objectives[goal], share)
            self._judge(solver, levels)
            if not solver.has_solution():
                return
            solution = solver.variable_values()
            level = round(sum(c * float(solution[x]) for c, x in self.objectives[goal]))
            self._hold(goal, math.ceil(solver.best_objective_bound() - WHOLE), level, levels)
        self._choose(solution)

    def _judge(self, solver: Any, levels: Mapping[Goal, int]) -> None:
        """Notes that no schedule is legal; not where a goal is held at a level that is merely a bound."""
        is_restricted = any(self.objectives[goal] for goal in levels)
        self.infeasible = solver.status() == LinearStatus.INFEASIBLE and not is_restricted

    def _hold(self, goal: Goal, bound: int, level: int, levels: dict[Goal, int]) -> None:
        """Notes a bound and holds the goal at `level` (both as costs) for those to come."""
        self.bounds.append(Bound(goal, cost(goal, bound), dict(levels)))
        self.program.at_most(self.objectives[goal], level)
        levels[goal] = cost(goal, level)

    def _choose(self, solution: Any) -> None:
        x = self.relaxation.x
        self.chosen = np.array([i for i, x_i in enumerate(x) if x_i is not None and solution[x_i] > 0.5], np.int32)

    def _solved(self, name: str, terms: Terms, seconds: float) -> Any:
        """The solver `name` after at most `seconds` at minimising `terms`, or until it has to stop."""
        solver = ModelSolverHelper(name)
        if name == "SCIP":
            # Ctrl-C is the caller's: SCIP would take it over, and say so among the results on the standard output
            solver.set_solver_specific_parameters("limits/gap = 0\nmisc/catchctrlc = FALSE")
        program = self.program.build(terms, whole=name == "SCIP")
        solver.set_time_limit_in_seconds(max(0.1, seconds))
        with interrupted_by(self.stop, solver.interrupt_solve):
            solver.solve(program)
        return solver
