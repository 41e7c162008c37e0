"""What a schedule is judged by: for each goal, the linear expression of a model to minimise (or, for value, maximise).

In a model that holds part of the schedule, an expression counts only what concerns the free part: it differs from the
measure of the whole schedule by a constant.
"""

from collections.abc import Callable
from typing import Any

from solver.exact.rules.compactness import begins, waits
from solver.exact.rules.stability import touched
from solver.exact.variables import Variables
from solver.result import Goal


def coverage(model: Variables) -> Any:
    """Promised meetings that are lacking."""
    total: Any = 0
    for person in sorted(model.concerned):
        minimum = model.index.participants[person].minimum
        if minimum > 0:
            lacking = model.cp.new_int_var(0, minimum, "")
            model.cp.add(sum(a.attends for a in model.agenda.get(person, ())) + lacking >= minimum)
            total += lacking
    return total


def value(model: Variables) -> Any:
    return sum(
        model.index.candidates[c].value * x for c in sorted(model.open_candidates) for x in model.start[c].values()
    )


def breaks(model: Variables) -> Any:
    return sum(model.derived(begins).values())


def idle(model: Variables) -> Any:
    return sum(model.derived(waits).values())


def moves(model: Variables) -> Any:
    """Changes of place between consecutive meetings of a person in one session: the last place is carried along."""
    total: Any = 0
    for person, agenda in model.agenda.items():
        at: dict[int, dict[int, list[Any]]] = {}
        for a in agenda:
            for place, seat in model.places_of(a).items():
                for t in model.index.covered(a.candidate, a.slot):
                    at.setdefault(t, {}).setdefault(place, []).append(seat)
        for session in model.index.sessions:
            total += _moves_in_session(model, person, [(t, at.get(t, {})) for t in session])
    return total


def _moves_in_session(model: Variables, person: int, row: list[tuple[int, dict[int, list[Any]]]]) -> Any:
    total: Any = 0
    last: dict[int, Any] = {}
    none_yet = model.true
    for t, here in row:
        free = model.free.get((person, t), model.true)
        if here and last:
            moved = model.cp.new_bool_var("")
            total += moved
            for place, seats in here.items():
                for seat in seats:
                    model.cp.add_bool_or([~seat, moved, none_yet, *([last[place]] if place in last else [])])
        carried: dict[int, Any] = {}
        for place in sorted(last.keys() | here.keys()):
            carried[place] = model.cp.new_bool_var("")
            arrives = here.get(place, [])
            stays = [last[place]] if place in last else []
            model.cp.add_bool_or([~carried[place], *arrives, *stays])
            model.cp.add_bool_or([~carried[place], *arrives, free])
        last = carried
        none = model.cp.new_bool_var("")
        model.cp.add_implication(none, none_yet)
        model.cp.add_implication(none, free)
        none_yet = none
    return total


def stability(model: Variables) -> Any:
    """Participants whose agenda is not the same as in the baseline."""
    return sum(model.derived(touched).values())


GOALS: dict[Goal, Callable[[Variables], Any]] = {
    Goal.COVERAGE: coverage,
    Goal.VALUE: value,
    Goal.BREAKS: breaks,
    Goal.IDLE: idle,
    Goal.MOVES: moves,
    Goal.STABILITY: stability,
}
