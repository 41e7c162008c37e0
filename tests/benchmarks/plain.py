"""The plain model of an event, as one writes it first, for CP-SAT with its default settings.

`python -m tests.benchmarks.plain EVENT SECONDS` prints the schedule as JSON, without meetings where none was found. A
Boolean for each meeting and slot, the promised minimum before value, value before idle slots, all in one objective.
"""

import json
import resource
import signal
import sys
from collections import defaultdict
from pathlib import Path
from time import perf_counter
from typing import Any

from ortools.sat.python import cp_model

from matchmaker.scheduling.domain import Problem
from solver.files.events import event_problem

MEMORY = 12 << 30  # bytes: rather no answer than a machine that swaps


def main() -> None:
    event, limit = Path(sys.argv[1]), float(sys.argv[2])
    began = perf_counter()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    signal.alarm(int(2 * limit) + 5)  # for building and presolve, which know no limit
    problem = event_problem(json.loads(event.read_text()))
    model = cp_model.CpModel()
    starts = _schedule(model, problem)
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = max(0.1, limit - (perf_counter() - began))
    status = solver.solve(model)
    used: dict[int, int] = defaultdict(int)
    meetings = []
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        for (candidate, slot), start in starts.items():
            if solver.value(start):
                meetings.append({"id": candidate, "slot": slot, "place": used[slot]})
                used[slot] += 1
    sys.stdout.write(json.dumps({"status": solver.status_name(status).lower(), "meetings": meetings}))


def _schedule(model: cp_model.CpModel, problem: Problem) -> dict[tuple[int, int], Any]:
    """The variables "this candidate starts in this slot", with all rules and the objective."""
    slots = range(len(problem.slots))
    free = {p.id: set(slots) if p.available is None else p.available for p in problem.participants}
    starts: dict[tuple[int, int], Any] = {}
    agenda: dict[int, dict[int, list[Any]]] = defaultdict(lambda: defaultdict(list))
    by_slot: dict[int, list[Any]] = defaultdict(list)
    for c in problem.candidates:
        mine = {t: model.new_bool_var("") for t in set[int].intersection(*(set(free[p]) for p in c.people))}
        model.add_at_most_one(mine.values())
        for t, start in mine.items():
            starts[c.id, t] = start
            by_slot[t].append(start)
            for p in c.people:
                agenda[p][t].append(start)
    for t in slots:
        model.add(sum(by_slot[t]) <= len(problem.places))
    short, idle = [], []
    for person in problem.participants:
        rows = agenda[person.id]
        for row in rows.values():
            model.add_at_most_one(row)
        total = sum(sum(row) for row in rows.values())
        if person.maximum is not None:
            model.add(total <= person.maximum)
        if person.minimum:
            below = model.new_bool_var("")
            model.add(total >= person.minimum).only_enforce_if(~below)
            short.append(below)
        for session in {s.session for s in problem.slots}:
            inside = [t for t in slots if problem.slots[t].session == session]
            if sum(bool(rows[t]) for t in inside) > 1:
                idle.append(_idle(model, rows, inside))
    most_idle = len(problem.participants) * len(slots) + 1
    value = sum(
        c.value * start for c in problem.candidates for t in slots if (start := starts.get((c.id, t))) is not None
    )
    most_value = sum(c.value for c in problem.candidates) + 1
    model.maximize(most_idle * (value - most_value * sum(short)) - sum(idle))
    return starts


def _idle(model: cp_model.CpModel, rows: dict[int, list[Any]], inside: list[int]) -> Any:
    """The slots between a person's first and last meeting of a session that hold no meeting."""
    first, last = (model.new_int_var(inside[0], inside[-1], "") for _ in range(2))
    idle = model.new_int_var(0, len(inside), "")
    for t in inside:
        for start in rows[t]:
            model.add(first <= t).only_enforce_if(start)
            model.add(last >= t).only_enforce_if(start)
    model.add(idle >= last - first + 1 - sum(sum(rows[t]) for t in inside))
    return idle


if __name__ == "__main__":
    main()
