"""Synthetic events as JSON: slots, sessions [first, after last], tables, participants and requests, counted from 0."""

from collections.abc import Container
from typing import Any

from matchmaker.scheduling.domain import Candidate, Participant, Place, Problem, Slot


def event_problem(event: Any) -> Problem:
    """The problem of an event file (parsed). Raises ValueError with each wrong place and what was expected there."""
    wrong: list[str] = []
    event = _record(event, "event", wrong)
    slots = _whole(event.get("slots"), "slots", wrong)
    session = [0] * slots
    for i, row in enumerate(_rows(event.get("sessions"), "sessions", wrong)):
        ends = [_whole(t, f"sessions[{i}]", wrong) for t in _rows(row, f"sessions[{i}]", wrong)]
        if len(ends) != 2 or not ends[0] <= ends[1] <= slots:
            wrong.append(f"sessions[{i}]: expected [first slot, after the last slot], found {row!r}")
        else:
            session[ends[0] : ends[1]] = [i] * (ends[1] - ends[0])
    participants: dict[int, Participant] = {}
    for i, row in enumerate(_rows(event.get("participants"), "participants", wrong)):
        person = _participant(row, f"participants[{i}]", slots, wrong)
        if person.id in participants:
            wrong.append(f"participants[{i}].id: there is another participant {person.id}")
        participants[person.id] = person
    candidates: dict[int, Candidate] = {}
    for i, row in enumerate(_rows(event.get("requests"), "requests", wrong)):
        request = _candidate(row, f"requests[{i}]", participants, wrong)
        if request.id in candidates:
            wrong.append(f"requests[{i}].id: there is another request {request.id}")
        candidates[request.id] = request
    places = tuple(Place(id=i) for i in range(_whole(event.get("tables"), "tables", wrong)))
    if wrong:
        raise ValueError("\n".join(wrong))
    return Problem(
        slots=tuple(Slot(session=s) for s in session),
        places=places,
        participants=tuple(participants.values()),
        candidates=tuple(candidates.values()),
    )


def _participant(value: Any, here: str, slots: int, wrong: list[str]) -> Participant:
    row = _record(value, here, wrong)
    available = {_whole(t, f"{here}.available", wrong) for t in _rows(row.get("available"), f"{here}.available", wrong)}
    if any(t >= slots for t in available):
        wrong.append(f"{here}.available: expected slots of 0 to {slots - 1}, found {max(available)}")
    return Participant(
        id=_whole(row.get("id"), f"{here}.id", wrong),
        available=frozenset(available),
        minimum=_whole(row.get("min", 0), f"{here}.min", wrong),
        maximum=None if row.get("max") is None else _whole(row["max"], f"{here}.max", wrong),
    )


def _candidate(value: Any, here: str, known: Container[int], wrong: list[str]) -> Candidate:
    row = _record(value, here, wrong)
    who = tuple(_whole(p, f"{here}.people", wrong) for p in _rows(row.get("people"), f"{here}.people", wrong))
    wrong += [f"{here}.people: there is no participant {p}" for p in who if p not in known]
    if len(set(who)) < len(who) or len(who) < 2:
        wrong.append(f"{here}.people: expected two or more different participants, found {list(who)}")
    number = _whole(row.get("id"), f"{here}.id", wrong)
    return Candidate(id=number, people=who, value=_whole(row.get("value", 1), f"{here}.value", wrong))


def _whole(value: Any, where: str, wrong: list[str]) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        wrong.append(f"{where}: expected a whole number of at least 0, found {value!r}")
        return 0
    return value


def _rows(value: Any, where: str, wrong: list[str]) -> list[Any]:
    if not isinstance(value, list):
        wrong.append(f"{where}: expected a list, found {value!r}")
        return []
    return value


def _record(value: Any, where: str, wrong: list[str]) -> dict[str, Any]:
    if not isinstance(value, dict):
        wrong.append(f"{where}: expected an object, found {value!r}")
        return {}
    return value
