"""How many meetings a participant has: in all, in a session, on a day, in a row."""

from collections import defaultdict
from typing import Any

from solver.exact.variables import Variables


def in_all(model: Variables) -> None:
    for person, agenda in model.agenda.items():
        _at_most(model, [a.attends for a in agenda], model.index.participants[person].maximum)


def per_session(model: Variables) -> None:
    slots = model.index.problem.slots
    for person, agenda in model.agenda.items():
        by_session: dict[int, list[Any]] = defaultdict(list)
        for a in agenda:
            by_session[slots[a.slot].session].append(a.attends)
        for meetings in by_session.values():
            _at_most(model, meetings, model.index.participants[person].maximum_per_session)


def per_day(model: Variables) -> None:
    slots = model.index.problem.slots
    for person, agenda in model.agenda.items():
        by_day: dict[int, list[Any]] = defaultdict(list)
        for a in agenda:
            by_day[slots[a.slot].day].append(a.attends)
        for meetings in by_day.values():
            _at_most(model, meetings, model.index.participants[person].maximum_per_day)


def in_a_row(model: Variables) -> None:
    """Of any `maximum_consecutive` + 1 successive slots of a session, one is free.

    Said of the meetings in those slots, not as a clause over the free ones: only so the linear relaxation sees it.
    """
    for person in model.agenda:
        longest = model.index.participants[person].maximum_consecutive
        if longest is None:
            continue
        for session in model.index.sessions:
            for first in range(session.start, session.stop - longest):
                window = [model.busy.get((person, t), []) for t in range(first, first + longest + 1)]
                if all(window):
                    _at_most(model, [attends for slot in window for attends in slot], longest)


def _at_most(model: Variables, meetings: list[Any], limit: int | None) -> None:
    if limit is not None and len(meetings) > limit:
        model.cp.add(sum(meetings) <= limit)
