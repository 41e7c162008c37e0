"""Solving a model to proven optimality, one goal after the other."""

import math
from collections.abc import Collection
from time import perf_counter
from typing import Any

from ortools.sat.python import cp_model

from matchmaker.scheduling.checks import Measures, measures, violations
from matchmaker.scheduling.domain import Problem, Schedule
from solver.exact.goals import GOALS
from solver.exact.index import ProblemIndex
from solver.exact.interruption import interrupted_by
from solver.exact.model import Model
from solver.exact.seating import hint, seat
from solver.result import MEASURES, Goal, GoalReport, Options, Progress, Result, SolveStatus


def solve_exactly(
    problem: Problem, options: Options, *, free: Collection[int] | None = None, index: ProblemIndex | None = None
) -> Result:
    """The best schedule by `options.goals`, each met and bounded by CP-SAT before the next one.

    `free` names the candidates to decide on; every other one stays as it is in `options.start`, and value, bound and
    status speak only of the schedules that keep it so. The bound of a goal is one for all schedules that are as good
    as the answer in the goals before it. `index` saves making the look-ups of `problem` again. `options.stop` is called
    from another thread. The answer is never worse than a legal `options.start`.
    """
    began = perf_counter()
    return optimise(Model(index or ProblemIndex(problem), options, free), began=began)


def optimise(model: Model, *, began: float | None = None) -> Result:
    """Solve a model as `solve_exactly` does, with whatever the caller added to it. `began` is when the time started."""
    return _Solve(model, perf_counter() if began is None else began).run()


class _Solve:
    """Works on the part of problem and schedule that the model decides on; only what it answers is the whole."""

    def __init__(self, model: Model, began: float) -> None:
        self.began = began
        self.model, self.options = model, model.options
        self.infeasible = False
        self.bounds: dict[Goal, int | None] = {}
        self.spent: dict[Goal, float] = {}
        self.baseline = model.part(self.options.baseline) if self.options.baseline else None
        start = self.options.start or Schedule()
        hint(model, start)
        self.best: Schedule | None = None
        if self.options.start is not None and self._is_allowed(start):
            self.best = start
        self.constants = dict.fromkeys(self.options.goals, 0)
        if not model.deciding_all:
            whole = measures(model.index.problem, start, self.options.baseline)
            self.constants = {goal: _measure_of(whole, goal) - self._measure(goal, start) for goal in self.constants}

    def run(self) -> Result:
        goals = self.options.goals
        for number, goal in enumerate(goals):
            began = perf_counter()
            self._optimise(goal, self._left() / (len(goals) - number))
            self.spent[goal] = perf_counter() - began
        if self.best is None and not self.infeasible:
            self._search(None, self._left())
        elif self.best is not None and Goal.STABILITY in goals:
            self._prefer_baseline()
        seconds = perf_counter() - self.began
        if self.best is None:
            status = SolveStatus.INFEASIBLE if self.infeasible else SolveStatus.UNKNOWN
            return Result(status=status, schedule=Schedule(), goals=(), seconds=seconds)
        return Result.of(self.best, self.reports(self.best), seconds)

    def _left(self) -> float:
        return self.options.time_limit - (perf_counter() - self.began)

    def _optimise(self, goal: Goal, seconds: float) -> None:
        """Bring one goal to its best, note its bound, and hold it there for the goals to come."""
        expression = GOALS[goal](self.model)
        if isinstance(expression, int):
            self.bounds[goal] = None
            return
        cp, sign = self.model.cp, -1 if goal is Goal.VALUE else 1
        if self.best is not None and self.model.deciding_all and sign > 0 and self._measure(goal, self.best) == 0:
            cp.add(expression == 0)
            return
        cp.minimize(sign * expression)
        solver = self._search(goal, seconds)
        cp.clear_objective()
        if solver is None:
            return
        constant = self.note_bound(goal, self._seated(solver), solver)
        assert self.best is not None
        cp.add(sign * expression <= sign * (self._measure(goal, self.best) - constant))

    def _prefer_baseline(self) -> None:
        """Among equally good schedules, one with the most meetings as they were, or at least when they were."""
        model = self.model
        times = [
            model.start[m.candidate].get(m.slot, 0) for m in model.baseline if m.candidate in model.open_candidates
        ]
        model.cp.maximize(sum(model.kept_literals.values()) + sum(times))
        self._search(None, self._left())

    def note_bound(self, goal: Goal, schedule: Schedule, solver: Any) -> int:
        """Take over the bound that `solver`, now at `schedule`, has proven for `goal`.

        Returns the constant by which the measure differs from the model's, which does not count what is held.
        """
        sign = -1 if goal is Goal.VALUE else 1
        constant: int = self._measure(goal, schedule) - sign * round(solver.objective_value)
        self.bounds[goal] = constant + sign * math.ceil(solver.best_objective_bound - 1e-6)
        return constant

    def _search(self, goal: Goal | None, seconds: float) -> cp_model.CpSolver | None:
        """Run CP-SAT and keep what it finds, if better; None when it finds no schedule."""
        if seconds <= 0 or self.infeasible or self.options.stop():
            return None
        solver = cp_model.CpSolver()
        solver.parameters.max_time_in_seconds = seconds
        solver.parameters.num_workers = self.options.threads
        solver.parameters.random_seed = self.options.seed
        with interrupted_by(self.options.stop, solver.stop_search):
            answer = solver.solve(self.model.cp, _Listener(self, goal))
        if answer == cp_model.MODEL_INVALID:
            raise AssertionError(f"the model is not valid: {self.model.cp.validate()}")
        self.infeasible = answer == cp_model.INFEASIBLE
        if answer not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return None
        schedule = self._seated(solver)
        if self.best is None or self._rank(schedule) <= self._rank(self.best):
            self.best = schedule
        self.model.cp.clear_hints()
        hint(self.model, self.best)
        return solver

    def _seated(self, solver: cp_model.CpSolver) -> Schedule:
        return seat(self.model, solver.boolean_value)

    def _measures(self, schedule: Schedule) -> Measures:
        return measures(self.model.part_of_problem, self.model.part(schedule), self.baseline)

    def _measure(self, goal: Goal, schedule: Schedule) -> int:
        return _measure_of(self._measures(schedule), goal)

    def _rank(self, schedule: Schedule) -> tuple[int, ...]:
        """Smaller is better, by the goals in their order."""
        of_schedule = self._measures(schedule)
        return tuple(_measure_of(of_schedule, goal) * (-1 if goal is Goal.VALUE else 1) for goal in self.options.goals)

    def _is_allowed(self, schedule: Schedule) -> bool:
        """Whether `schedule` is legal and keeps to what the options demand."""
        problem, options = self.model.index.problem, self.options
        if options.complete and len(schedule.meetings) < len(problem.candidates):
            return False
        if violations(self.model.part_of_problem, self.model.part(schedule)):
            return False
        return options.fairness is None or measures(problem, schedule).break_spread <= options.fairness

    def reports(self, schedule: Schedule) -> tuple[GoalReport, ...]:
        """Values and bounds for the whole: those of the part and what is held."""
        of_schedule = self._measures(schedule)
        reports = []
        for goal in self.options.goals:
            value = _measure_of(of_schedule, goal)
            bound = self.bounds.get(goal, self._trivial_bound(goal))
            bound = self.constants[goal] + (value if bound is None else bound)
            reports.append(
                GoalReport(
                    goal=goal,
                    value=self.constants[goal] + value,
                    bound=bound if goal is Goal.VALUE else max(0, bound),
                    seconds=self.spent.get(goal, 0.0),
                )
            )
        return tuple(reports)

    def _trivial_bound(self, goal: Goal) -> int:
        """The bound that needs no search."""
        candidates = self.model.part_of_problem.candidates
        return sum(max(0, c.value) for c in candidates) if goal is Goal.VALUE else 0


class _Listener(cp_model.CpSolverSolutionCallback):  # type: ignore[misc]  # OR-Tools is not typed for mypy
    """Tells of every schedule that CP-SAT finds."""

    def __init__(self, solve: _Solve, goal: Goal | None) -> None:
        super().__init__()
        self.solve, self.goal = solve, goal

    def on_solution_callback(self) -> None:
        solve = self.solve
        schedule = seat(solve.model, self.boolean_value)
        if self.goal is not None:
            solve.note_bound(self.goal, schedule, self)
        stage = f"exact {self.goal}" if self.goal else "exact"
        seconds = perf_counter() - solve.began
        goals = solve.reports(schedule)
        solve.options.progress(Progress(stage=stage, schedule=schedule, goals=goals, seconds=seconds))


def _measure_of(measures_of_schedule: Measures, goal: Goal) -> int:
    measure: int = getattr(measures_of_schedule, MEASURES[goal])
    return measure
