"""The linear relaxation behind `solver.exact.select`: who meets whom in which session, not in which slot.

It is a capacitated b-matching over sessions (Schrijver, Combinatorial Optimization, 2003, chapter 31) with the limits
of the problem as side constraints. Every legal schedule obeys it, so its optimum bounds every schedule.
"""

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

import numpy as np
from ortools.linear_solver.python.model_builder_helper import ModelBuilderHelper

from solver.result import Goal
from solver.search.arrays import FREE, Data, Ints

Terms = list[tuple[int, int]]  # (coefficient, variable)


@dataclass
class LinearProgram:
    """A linear program in variables from 0 to 1: each row is (variables, coefficients, least, most)."""

    size: int = 0
    rows: list[tuple[list[int], list[int], float, float]] = field(default_factory=list)

    def variable(self) -> int:
        self.size += 1
        return self.size - 1

    def add(self, terms: Terms, least: float, most: float) -> None:
        coefficients: dict[int, int] = defaultdict(int)
        for c, x in terms:
            coefficients[x] += c
        self.rows.append((list(coefficients), list(coefficients.values()), least, most))

    def at_most(self, terms: Terms, most: int) -> None:
        if sum(max(0, c) for c, _ in terms) > most:
            self.add(terms, -math.inf, most)

    def build(self, objective: Terms, *, whole: bool) -> ModelBuilderHelper:
        """The program that minimises `objective`, with variables that are whole numbers or not."""
        builder = ModelBuilderHelper()
        none: Any = np.zeros(self.size)
        one: Any = np.ones(self.size)
        kind: Any = np.full(self.size, whole)
        builder.add_var_array_with_bounds(none, one, kind, "")
        for variables, coefficients, least, most in self.rows:
            row = builder.add_linear_constraint()
            builder.set_constraint_lower_bound(row, least)
            builder.set_constraint_upper_bound(row, most)
            for x, c in zip(variables, coefficients, strict=True):
                builder.add_term_to_constraint(row, x, c)
        for c, x in objective:
            builder.set_var_objective_coefficient(x, c)
        return builder


class Relaxation:
    """The rows of the relaxation. `x[i]` is the variable of candidate `i` (None: it can never take place), `z[i][s]`
    that of its taking place in session `s`, and `attends[p]` the meetings of participant `p`.
    """

    def __init__(self, data: Data) -> None:
        self.program = program = LinearProgram()
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
        self.days = [int(data.day[np.argmax(row)]) for row in inside]  # of each session
        # The most slots of each session in which each participant can be busy, (P, S).
        self.room = np.array(
            [
                [_most_slots(data.available[p] * row, int(data.maximum_run[p])) for row in inside]
                for p in range(len(data.base))
            ],
            np.int64,
        ).reshape(len(data.base), sessions)
        self.named: list[list[tuple[int, int]]] = [[] for _ in data.base]  # by participant, (candidate, length)
        self.attends: list[Terms] = [[] for _ in data.base]
        self.seats: dict[frozenset[int], list[tuple[int, int]]] = defaultdict(list)  # by team, (candidate, length)
        self._attendance()
        for p in range(len(data.base)):
            self._limit_sessions([p], self.named[p])
        self._teams()
        self._places(inside)
        groups = defaultdict(list)
        for i, x in enumerate(self.x):
            for g in data.group[data.group_ptr[i] : data.group_ptr[i + 1]]:
                if x is not None:
                    groups[int(g)].append((1, x))
        for terms in groups.values():
            program.at_most(terms, 1)

    def _attendance(self) -> None:
        """Each participant's meetings, as one of a team too, fit in their free slots and their limit in all."""
        data, program = self.data, self.program
        lengths: list[Terms] = [[] for _ in data.base]
        for i, x in enumerate(self.x):
            if x is None:
                continue
            length = int(data.length[i])
            for j in range(data.seat_ptr[i], data.seat_ptr[i + 1]):
                p, row = int(data.person[j]), int(data.team[j])
                if row < 0:
                    self.named[p].append((i, length))
                    self.attends[p].append((1, x))
                    lengths[p].append((length, x))
                    continue
                members = dict.fromkeys(data.member[data.member_ptr[row] : data.member_ptr[row + 1]].tolist())
                self.seats[frozenset(members)].append((i, length))
                picks = {q: program.variable() for q in members}
                program.add([(1, y) for y in picks.values()] + [(-1, x)], 0, 0)
                for q, y in picks.items():
                    self.attends[q].append((1, y))
                    lengths[q].append((length, y))
        for p, room in enumerate(self.room.sum(axis=1).tolist()):
            program.at_most(self.attends[p], int(data.maximum[p]))
            program.at_most(lengths[p], room)

    def _teams(self) -> None:
        """The members of a team share its meetings, so that their limits bound it together.

        One variable for each member and session would say more, but there would be ten times as many variables.
        """
        for team in self.seats:
            shared = [seat for other, seats in self.seats.items() if other <= team for seat in seats]
            self._limit_sessions(sorted(team), shared + [seat for p in team for seat in self.named[p]])

    def _limit_sessions(self, people: list[int], seats: Iterable[tuple[int, int]]) -> None:
        """The `seats`, as (candidate, length), that `people` take fit in their slots and limits by session and day."""
        data, program = self.data, self.program
        room = self.room[people]  # (people, S)
        most = np.minimum(room, data.maximum_session[people][:, None])
        lengths: list[Terms] = [[] for _ in self.days]
        counts: list[Terms] = [[] for _ in self.days]
        for i, length in seats:
            for s, z in self.z[i].items():
                lengths[s].append((length, z))
                counts[s].append((1, z))
        for s in range(len(self.days)):
            program.at_most(lengths[s], int(room[:, s].sum()))
            if most[:, s].sum() < room[:, s].sum():
                program.at_most(counts[s], int(most[:, s].sum()))
        if (data.maximum_day[people] < FREE).any():
            for day in set(self.days):
                of_day = [s for s, d in enumerate(self.days) if d == day]
                limit = np.minimum(most[:, of_day].sum(axis=1), data.maximum_day[people])
                program.at_most([term for s in of_day for term in counts[s]], int(limit.sum()))

    def _places(self, inside: np.ndarray[Any, Any]) -> None:
        """All meetings that can only use a set of places fit in the room that it has (Hall's condition)."""
        data = self.data
        rows: dict[frozenset[int], list[int]] = defaultdict(list)
        for i, x in enumerate(self.x):
            if x is not None:
                rows[self._classes(i)].append(i)
        for row in rows:
            contained = [i for other, members in rows.items() if other <= row for i in members]
            room = data.capacity[sorted(row)].sum(axis=0) @ inside.T
            for s, most in enumerate(room.tolist()):
                terms = [(int(data.length[i]), self.z[i][s]) for i in contained if s in self.z[i]]
                self.program.at_most(terms, most)

    def _classes(self, i: int) -> frozenset[int]:
        """The classes of places that candidate `i` can use, whoever attends."""
        data = self.data
        if data.pin[i] >= 0:
            return frozenset({int(data.pin[i])})
        classes = frozenset(data.classes[data.class_ptr[i] : data.class_ptr[i + 1]].tolist())
        if not data.by_base[i]:
            return classes
        seats = range(data.seat_ptr[i], data.seat_ptr[i + 1])
        teams = [
            {int(data.base[p]) for p in data.member[data.member_ptr[row] : data.member_ptr[row + 1]]}
            for row in (data.team[j] for j in seats)
            if row >= 0
        ]
        bases = {int(data.base[data.person[j]]) for j in seats if data.person[j] >= 0} - {-1}
        # Only where nobody who attends has an own place, it is at one of `classes`.
        elsewhere = classes if not bases and all(-1 in team for team in teams) else frozenset[int]()
        return reduce(frozenset.union, [team - {-1} for team in teams], elsewhere | bases)

    def objective(self, goal: Goal) -> Terms:
        """What to minimise."""
        data = self.data
        if goal is Goal.VALUE:
            return [(-int(v), x) for v, x in zip(data.value, self.x, strict=True) if x is not None]
        shortfall = []
        for p in np.flatnonzero(data.minimum > 0):
            least = int(data.minimum[p])
            lacking = [(1, self.program.variable()) for _ in range(least)]
            self.program.add([*self.attends[p], *lacking], least, math.inf)
            shortfall += lacking
        return shortfall


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
