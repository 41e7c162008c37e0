"""Which meetings take place: a relaxation that forgets when, but not who, how often and how much room there is.

It is a capacitated b-matching over sessions (Schrijver, Combinatorial Optimization, 2003, chapter 31) with the limits of
the problem as side constraints. Whatever schedule is legal obeys it, so its optimum bounds every schedule.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from solver.arrays import FREE, Data, Ints
from solver.result import Goal, Options, Status


@dataclass(frozen=True, slots=True)
class Selection:
    """The meetings chosen (positions; None: nothing found) and what is proven of any schedule."""

    status: Status
    chosen: Ints | None
    bounds: dict[Goal, int]


class _Relaxation:
    def __init__(self, data: Data) -> None:
        from ortools.sat.python import cp_model  # slow to import, so only where it is needed

        self.model = cp_model.CpModel()
        self.data = data
        n, slots = data.start.shape
        sessions = len(data.word_ptr) - 1
        self.x = [self.model.new_bool_var("") if data.start[i].any() else None for i in range(n)]
        for i in np.flatnonzero(data.must):
            self.model.add_bool_or([] if self.x[i] is None else [self.x[i]])
        inside = np.array([data.session == s for s in range(sessions)]).reshape(sessions, slots)
        reach = data.start.astype(bool) @ inside.T  # (n, S) may start in the session
        self.z: list[dict[int, Any]] = []
        for i, x in enumerate(self.x):
            possible = np.flatnonzero(reach[i]).tolist() if x is not None else []
            parts = (
                {s: self.model.new_bool_var("") for s in possible} if len(possible) > 1 else dict.fromkeys(possible, x)
            )
            if len(possible) > 1:
                self.model.add(sum(parts.values()) == x)
            self.z.append(parts)
        self._people(inside)
        self._places(inside)
        groups = defaultdict(list)
        for i, x in enumerate(self.x):
            for g in data.group[data.group_ptr[i] : data.group_ptr[i + 1]]:
                if x is not None:
                    groups[int(g)].append(x)
        for xs in groups.values():
            self.model.add_at_most_one(xs)

    def _people(self, inside: np.ndarray[Any, Any]) -> None:
        """Each person's meetings fit in their free slots and limits, by session, by day and in all."""
        data, model = self.data, self.model
        people, sessions = len(data.base), len(inside)
        self.attends: list[list[Any]] = [[] for _ in range(people)]
        by_session: list[list[list[tuple[int, Any]]]] = [[[] for _ in range(sessions)] for _ in range(people)]
        lengths: list[list[tuple[int, Any]]] = [[] for _ in range(people)]
        for i, x in enumerate(self.x):
            if x is None:
                continue
            long = int(data.length[i])
            for j in range(data.seat_ptr[i], data.seat_ptr[i + 1]):
                p, row = int(data.person[j]), int(data.team[j])
                if row < 0:
                    self.attends[p].append(x)
                    lengths[p].append((long, x))
                    for s, z in self.z[i].items():
                        by_session[p][s].append((long, z))
                    continue
                members = dict.fromkeys(int(q) for q in data.member[data.member_ptr[row] : data.member_ptr[row + 1]])
                picks = {q: model.new_bool_var("") for q in members}
                model.add(sum(picks.values()) == x)
                for q, y in picks.items():
                    self.attends[q].append(y)
                    lengths[q].append((long, y))
        days = [int(data.day[np.argmax(row)]) for row in inside]
        for p in range(people):
            room = [_most_slots(data.available[p] * row, int(data.maximum_run[p])) for row in inside]
            if len(self.attends[p]) > data.maximum[p]:
                model.add(sum(self.attends[p]) <= int(data.maximum[p]))
            if sum(long for long, _ in lengths[p]) > sum(room):
                model.add(sum(long * x for long, x in lengths[p]) <= sum(room))
            for s, terms in enumerate(by_session[p]):
                if sessions > 1 and sum(long for long, _ in terms) > room[s]:
                    model.add(sum(long * z for long, z in terms) <= room[s])
                if len(terms) > data.maximum_session[p]:
                    model.add(sum(z for _, z in terms) <= int(data.maximum_session[p]))
            if data.maximum_day[p] < FREE:
                for day in set(days):
                    terms = [z for s, d in enumerate(days) if d == day for _, z in by_session[p][s]]
                    if len(terms) > data.maximum_day[p]:
                        model.add(sum(terms) <= int(data.maximum_day[p]))

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
                if sum(long for long, _ in terms) > most:
                    self.model.add(sum(long * z for long, z in terms) <= most)

    def objective(self, goal: Goal) -> Any:
        data, model = self.data, self.model
        if goal is Goal.VALUE:
            return -sum(int(v) * x for v, x in zip(data.value, self.x, strict=True) if x is not None)
        short = []
        for p in np.flatnonzero(data.minimum > 0):
            below = model.new_bool_var("")
            model.add(sum(self.attends[p]) + int(data.minimum[p]) * below >= int(data.minimum[p]))
            short.append(below)
        return sum(short)


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


def select(
    data: Data, goals: Sequence[Goal], options: Options, seconds: float, *, coverage: int | None = None
) -> Selection:
    """The best set of meetings by `goals` (coverage and value, in their order) in at most `seconds`.

    `coverage` allows as many people below their minimum as that, where a schedule has more than the best possible.
    """
    from ortools.sat.python import cp_model

    relaxation = _Relaxation(data)
    model, bounds, chosen = relaxation.model, dict[Goal, int](), None
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = options.threads
    solver.parameters.random_seed = options.seed
    for goal in goals:
        expression = relaxation.objective(goal)
        if goal is Goal.COVERAGE and (coverage is not None or isinstance(expression, int)):
            bounds[goal] = 0
            if coverage is not None and not isinstance(expression, int):
                model.add(expression <= coverage)
            continue
        model.minimize(expression)
        solver.parameters.max_time_in_seconds = max(0.1, seconds)
        answer = solver.solve(model)
        if answer == cp_model.INFEASIBLE:
            return Selection(Status.INFEASIBLE, None, {})
        seconds -= solver.wall_time
        bound = round(solver.best_objective_bound) if answer != cp_model.UNKNOWN else None
        if bound is not None:
            bounds[goal] = -bound if goal is Goal.VALUE else max(0, bound)
        if answer not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            break
        chosen = np.array(
            [i for i, x in enumerate(relaxation.x) if x is not None and solver.boolean_value(x)], np.int32
        )
        model.add(expression <= round(solver.objective_value))
        model.clear_objective()
        model.clear_hints()
        for x in relaxation.x:
            if x is not None:
                model.add_hint(x, solver.boolean_value(x))
    return Selection(Status.UNKNOWN if chosen is None else Status.FEASIBLE, chosen, bounds)
