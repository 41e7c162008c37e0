"""Synthetic events as JSON: slots, sessions [first, after last], tables, participants and requests, counted from 0."""

from typing import Any

from matchmaker.domain import Candidate, Participant, Place, Problem, Slot


def event_problem(event: Any) -> Problem:
    """The problem of an event file (parsed). Raises ValueError with each wrong place and what was expected there."""
    wrong: list[str] = []

    def whole(value: Any, where: str, least: int = 0) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            wrong.append(f"{where}: expected a whole number of at least {least}, found {value!r}")
            return least
        return value

    def rows(value: Any, where: str) -> list[Any]:
        if not isinstance(value, list):
            wrong.append(f"{where}: expected a list, found {value!r}")
            return []
        return value

    def record(value: Any, where: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            wrong.append(f"{where}: expected an object, found {value!r}")
            return {}
        return value

    event = record(event, "event")
    slots = whole(event.get("slots"), "slots")
    session = [0] * slots
    for i, row in enumerate(rows(event.get("sessions"), "sessions")):
        bounds = rows(row, f"sessions[{i}]")
        ends = [whole(t, f"sessions[{i}]") for t in bounds]
        if len(ends) != 2 or not ends[0] <= ends[1] <= slots:
            wrong.append(f"sessions[{i}]: expected [first slot, after the last slot], found {row!r}")
        else:
            session[ends[0] : ends[1]] = [i] * (ends[1] - ends[0])
    places = tuple(Place(id=i) for i in range(whole(event.get("tables"), "tables")))
    participants: dict[int, Participant] = {}
    for i, row in enumerate(rows(event.get("participants"), "participants")):
        here = f"participants[{i}]"
        person = record(row, here)
        number = whole(person.get("id"), f"{here}.id")
        available = {whole(t, f"{here}.available") for t in rows(person.get("available"), f"{here}.available")}
        if any(t >= slots for t in available):
            wrong.append(f"{here}.available: expected slots of 0 to {slots - 1}, found {max(available)}")
        if number in participants:
            wrong.append(f"{here}.id: there is another participant {number}")
        participants[number] = Participant(
            id=number,
            available=frozenset(available),
            minimum=whole(person.get("min", 0), f"{here}.min"),
            maximum=None if person.get("max") is None else whole(person["max"], f"{here}.max"),
        )
    candidates: dict[int, Candidate] = {}
    for i, row in enumerate(rows(event.get("requests"), "requests")):
        here = f"requests[{i}]"
        request = record(row, here)
        number = whole(request.get("id"), f"{here}.id")
        who = tuple(whole(p, f"{here}.people") for p in rows(request.get("people"), f"{here}.people"))
        wrong += [f"{here}.people: there is no participant {p}" for p in who if p not in participants]
        if len(set(who)) < len(who) or len(who) < 2:
            wrong.append(f"{here}.people: expected two or more different participants, found {list(who)}")
        if number in candidates:
            wrong.append(f"{here}.id: there is another request {number}")
        candidates[number] = Candidate(id=number, people=who, value=whole(request.get("value", 1), f"{here}.value"))
    if wrong:
        raise ValueError("\n".join(wrong))
    return Problem(
        slots=tuple(Slot(session=s) for s in session),
        places=places,
        participants=tuple(participants.values()),
        candidates=tuple(candidates.values()),
    )
