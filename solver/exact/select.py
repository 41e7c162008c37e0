"""Which meetings take place: a relaxation that forgets when, but not who, how often and how much room there is.

It is a capacitated b-matching over sessions (Schrijver, Combinatorial Optimization, 2003, chapter 31) with the limits
of the problem as side constraints. Whatever schedule is legal obeys it, so its optimum bounds every schedule.
"""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

import numpy as np
from ortools.linear_solver.python.model_builder_helper import ModelBuilderHelper, ModelSolverHelper, SolveStatus

from solver.result import Goal, Status
from solver.search.arrays import FREE, Data, Ints

WHOLE = 1e-6  # how far from a whole number a variable of the relaxation may be


@dataclass(frozen=True, slots=True)
class Selection:
    """The meetings chosen (positions; None: nothing found) and what is proven of any schedule."""

    status: Status
    chosen: Ints | None
    bounds: dict[Goal, int]


@dataclass
class _Program:
    """A linear program in variables from 0 to 1: each row is (variables, coefficients, least, most)."""

    size: int = 0
    rows: list[tuple[list[int], list[int], float, float]] = field(default_factory=list)

    def variable(self) -> int:
        self.size += 1
        return self.size - 1

    def add(self, terms: list[tuple[int, int]], least: float, most: float) -> None:
        """`terms` are (coefficient, variable)."""
        self.rows.append(([x for _, x in terms], [c for c, _ in terms], least, most))

    def at_most(self, terms: list[tuple[int, int]], most: int) -> None:
        if sum(max(0, c) for c, _ in terms) > most:
            self.add(terms, -math.inf, most)

    def solve(self, objective: list[tuple[int, int]], solver: ModelSolverHelper, whole: bool) -> Any:
        """The solver after minimising `objective`, with the variables whole numbers or not."""
        builder = ModelBuilderHelper()
        none: Any = np.zeros(self.size)
        one: Any = np.ones(self.size)
        kind: Any = np.full(self.size, whole)
        builder.add_var_array_with_bounds(none, one, kind, "")
        for indices, coefficients, least, most in self.rows:
            row = builder.add_linear_constraint()
            builder.set_constraint_lower_bound(row, least)
            builder.set_constraint_upper_bound(row, most)
            for x, c in zip(indices, coefficients, strict=True):
                builder.add_term_to_constraint(row, x, c)
        for c, x in objective:
            builder.set_var_objective_coefficient(x, c)
        solver.solve(builder)
        return solver


class _Relaxation:
    def __init__(self, data: Data) -> None:
        self.program = program = _Program()
        self.data = data
        n, slots = data.start.shape
        sessions = len(data.word_ptr) - 1
        self.x = [program.variable() if data.start[i].any() else None for i in range(n)]
        for must in np.flatnonzero(data.must):
            x = self.x[must]
            program.add([] if x is None else [(1, x)], 1, 1)
        inside = np.array([data.session == s for s in range(sessions)]).reshape(sessions, slots)
        reach = data.start.astype(bool) @ inside.T  # (n, S) may start in the session
        self.z: list[dict[int, int]] = []
        for i, x in enumerate(self.x):
            possible = np.flatnonzero(reach[i]).tolist() if x is not None else []
            if x is None or len(possible) == 1:
                self.z.append({} if x is None else {possible[0]: x})
                continue
            parts = {s: program.variable() for s in possible}
            program.add([(1, z) for z in parts.values()] + [(-1, x)], 0, 0)
            self.z.append(parts)
        self._people(inside)
        self._places(inside)
        groups = defaultdict(list)
        for i, x in enumerate(self.x):
            for g in data.group[data.group_ptr[i] : data.group_ptr[i + 1]]:
                if x is not None:
                    groups[int(g)].append((1, x))
        for terms in groups.values():
            program.at_most(terms, 1)

    def _people(self, inside: np.ndarray[Any, Any]) -> None:
        """Each person's meetings fit in their free slots and limits, by session, by day and in all."""
        data, program = self.data, self.program
        people, sessions = len(data.base), len(inside)
        self.attends: list[list[tuple[int, int]]] = [[] for _ in range(people)]
        by_session: list[list[list[tuple[int, int]]]] = [[[] for _ in range(sessions)] for _ in range(people)]
        lengths: list[list[tuple[int, int]]] = [[] for _ in range(people)]
        for i, x in enumerate(self.x):
            if x is None:
                continue
            long = int(data.length[i])
            for j in range(data.seat_ptr[i], data.seat_ptr[i + 1]):
                p, row = int(data.person[j]), int(data.team[j])
                if row < 0:
                    self.attends[p].append((1, x))
                    lengths[p].append((long, x))
                    for s, z in self.z[i].items():
                        by_session[p][s].append((long, z))
                    continue
                members = dict.fromkeys(int(q) for q in data.member[data.member_ptr[row] : data.member_ptr[row + 1]])
                picks = {q: program.variable() for q in members}
                program.add([(1, y) for y in picks.values()] + [(-1, x)], 0, 0)
                for q, y in picks.items():
                    self.attends[q].append((1, y))
                    lengths[q].append((long, y))
        days = [int(data.day[np.argmax(row)]) for row in inside]
        for p in range(people):
            room = [_most_slots(data.available[p] * row, int(data.maximum_run[p])) for row in inside]
            program.at_most(self.attends[p], int(data.maximum[p]))
            program.at_most(lengths[p], sum(room))
            for s, terms in enumerate(by_session[p]):
                if sessions > 1:
                    program.at_most(terms, room[s])
                program.at_most([(1, z) for _, z in terms], int(data.maximum_session[p]))
            if data.maximum_day[p] < FREE:
                for day in set(days):
                    terms = [(1, z) for s, d in enumerate(days) if d == day for _, z in by_session[p][s]]
                    program.at_most(terms, int(data.maximum_day[p]))

    def _places(self, inside: np.ndarray[Any, Any]) -> None:
        """All meetings that can only use a set of places fit in the room that it has (Hall's condition)."""
        data = self.data
        rows: dict[frozenset[int], list[int]] = defaultdict(list)
        for i, x in enumerate(self.x):
            if x is not None and not data.by_base[i]:
                one = frozenset(data.classes[data.class_ptr[i] : data.class_ptr[i + 1]].tolist())
                rows[frozenset({int(data.pin[i])}) if data.pin[i] >= 0 else one].append(i)
        for row in rows:
            contained = [i for other, members in rows.items() if other <= row for i in members]
            room = data.capacity[sorted(row)].sum(axis=0) @ inside.T
            for s, most in enumerate(room.tolist()):
                terms = [(int(data.length[i]), self.z[i][s]) for i in contained if s in self.z[i]]
                self.program.at_most(terms, most)

    def objective(self, goal: Goal) -> list[tuple[int, int]]:
        """What to minimise, as (coefficient, variable)."""
        data = self.data
        if goal is Goal.VALUE:
            return [(-int(v), x) for v, x in zip(data.value, self.x, strict=True) if x is not None]
        short = []
        for p in np.flatnonzero(data.minimum > 0):
            least = int(data.minimum[p])
            below = self.program.variable()
            self.program.add([*self.attends[p], (least, below)], least, math.inf)
            short.append((1, below))
        return short


def _most_slots(free: Ints, run: int) -> int:
    """The most slots that can be busy among the free ones with at most `run` in a row."""
    if run >= FREE:
        return int(free.sum())
    busy, length = 0, 0
    for slot in free:
        length = length + 1 if slot else 0
        if length and length % (run + 1):
            busy += 1
    return busy


def select(data: Data, goals: Sequence[Goal], seconds: float, *, coverage: int | None = None) -> Selection:
    """The best set of meetings by `goals` (coverage and value, in their order) in at most `seconds`.

    `coverage` allows as many people below their minimum as that, where a schedule has more than the best possible.
    """
    relaxation = _Relaxation(data)
    program, bounds, chosen = relaxation.program, dict[Goal, int](), None
    deadline = perf_counter() + seconds
    for goal in goals:
        terms = relaxation.objective(goal)
        if goal is Goal.COVERAGE and (coverage is not None or not terms):
            bounds[goal] = 0
            program.at_most(terms, coverage or 0)
            continue
        linear = program.solve(terms, ModelSolverHelper("GLOP"), whole=False)
        if linear.status() == SolveStatus.INFEASIBLE:
            return Selection(Status.INFEASIBLE, None, {})
        if linear.status() != SolveStatus.OPTIMAL:
            break
        best, found = math.ceil(linear.objective_value() - WHOLE), linear.variable_values()
        if np.abs(found - np.round(found)).max(initial=0) > WHOLE:
            solver = ModelSolverHelper("SCIP")
            solver.set_solver_specific_parameters("limits/gap = 0")
            solver.set_time_limit_in_seconds(max(0.1, deadline - perf_counter()))
            program.solve(terms, solver, whole=True)
            if solver.status() == SolveStatus.INFEASIBLE:
                return Selection(Status.INFEASIBLE, None, {})
            found = solver.variable_values() if solver.has_solution() else None
            if found is not None:
                best = max(best, math.ceil(solver.best_objective_bound() - WHOLE))
        bounds[goal] = -best if goal is Goal.VALUE else best
        if found is None:
            break
        chosen = np.array([i for i, x in enumerate(relaxation.x) if x is not None and found[x] > 0.5], np.int32)
        program.at_most(terms, round(sum(c * float(found[x]) for c, x in terms)))
    return Selection(Status.UNKNOWN if chosen is None else Status.FEASIBLE, chosen, bounds)
