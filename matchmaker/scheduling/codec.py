"""Problem and Schedule <-> JSON: job snapshots, test cases, the files of the command line.

A record is an object with the fields of its dataclass; what equals its default may be left out. Sets are sorted lists.
"""

from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import MISSING, fields
from typing import Any

from matchmaker.scheduling.domain import Candidate, Meeting, Participant, Pin, Place, Problem, Schedule, Slot

Reader = Callable[[Any, str, list[str]], Any]


def problem_to_json(problem: Problem) -> dict[str, Any]:
    """`problem` as what `json.dumps` takes."""
    lists = ("slots", "places", "participants", "candidates", "pins")
    return {name: [_plain(row) for row in getattr(problem, name)] for name in lists} | {
        "exclusive": [sorted(group) for group in problem.exclusive]
    }


def schedule_to_json(schedule: Schedule) -> dict[str, Any]:
    """`schedule` as what `json.dumps` takes."""
    return {"meetings": [_plain(meeting) for meeting in schedule.meetings]}


def problem_from_json(content: Any) -> Problem:
    """The problem that parsed JSON holds.

    Raises ValueError with everything that is wrong, a line each: where in the file, what was expected, what was found;
    also for ids that are given twice or that nothing answers to.
    """
    wrong: list[str] = []
    read = _record(content, "problem", wrong, [*_SECTIONS, "exclusive"])
    rows = {
        name: tuple(
            _built(kind, row, f"{name}[{i}]", wrong) for i, row in enumerate(_list(read.get(name, []), name, wrong))
        )
        for name, kind in _SECTIONS.items()
    }
    exclusive = tuple(
        _set(group, f"exclusive[{i}]", wrong)
        for i, group in enumerate(_list(read.get("exclusive", []), "exclusive", wrong))
    )
    if not wrong:
        problem = Problem(**rows, exclusive=exclusive)
        wrong = list(_loose_ends(problem))
        if not wrong:
            return problem
    raise ValueError("\n".join(wrong))


def schedule_from_json(content: Any) -> Schedule:
    """The schedule that parsed JSON holds. Raises ValueError like `problem_from_json`."""
    wrong: list[str] = []
    rows = _list(_record(content, "schedule", wrong, ["meetings"]).get("meetings", []), "meetings", wrong)
    meetings = tuple(_built(Meeting, row, f"meetings[{i}]", wrong) for i, row in enumerate(rows))
    if wrong:
        raise ValueError("\n".join(wrong))
    return Schedule(meetings)


def _plain(record: Any) -> dict[str, Any]:
    def plain(value: Any) -> Any:
        if isinstance(value, frozenset):
            return sorted(value)
        return [plain(x) for x in value] if isinstance(value, tuple) else value

    row = {f.name: (getattr(record, f.name), f.default) for f in fields(record)}
    return {name: plain(value) for name, (value, default) in row.items() if default is MISSING or value != default}


def _found(value: Any) -> str:
    text = repr(value)
    return f"found {text if len(text) <= 60 else text[:57] + '...'}"


def _record(value: Any, where: str, wrong: list[str], known: Iterable[str]) -> dict[str, Any]:
    if not isinstance(value, dict):
        wrong.append(f"{where}: expected an object, {_found(value)}")
        return {}
    names = list(known)
    wrong += [f"{where}: unknown field {name!r}; expected {', '.join(names)}" for name in value if name not in names]
    return value


def _list(value: Any, where: str, wrong: list[str]) -> list[Any]:
    if isinstance(value, list):
        return value
    wrong.append(f"{where}: expected a list, {_found(value)}")
    return []


def _whole(value: Any, where: str, wrong: list[str], least: int | None = None) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and (least is None or value >= least):
        return value
    expected = "a whole number" if least is None else f"a whole number of at least {least}"
    wrong.append(f"{where}: expected {expected}, {_found(value)}")
    return least or 0


def _count(value: Any, where: str, wrong: list[str]) -> int:
    return _whole(value, where, wrong, 0)


def _length(value: Any, where: str, wrong: list[str]) -> int:
    return _whole(value, where, wrong, 1)


def _flag(value: Any, where: str, wrong: list[str]) -> bool:
    if not isinstance(value, bool):
        wrong.append(f"{where}: expected true or false, {_found(value)}")
    return value is True


def _set(value: Any, where: str, wrong: list[str]) -> frozenset[int]:
    return frozenset(_row(value, where, wrong))


def _row(value: Any, where: str, wrong: list[str]) -> tuple[int, ...]:
    return tuple(_whole(x, f"{where}[{i}]", wrong) for i, x in enumerate(_list(value, where, wrong)))


def _rows(value: Any, where: str, wrong: list[str]) -> tuple[tuple[int, ...], ...]:
    return tuple(_row(x, f"{where}[{i}]", wrong) for i, x in enumerate(_list(value, where, wrong)))


def _or_none(read: Reader) -> Reader:
    return lambda value, where, wrong: None if value is None else read(value, where, wrong)


_SECTIONS: dict[str, type] = {
    "slots": Slot,
    "places": Place,
    "participants": Participant,
    "candidates": Candidate,
    "pins": Pin,
}

_READERS: dict[type, dict[str, Reader]] = {
    Slot: {"session": _whole, "day": _whole},
    Place: {"id": _whole, "capacity": _count, "open": _or_none(_set), "shared": _flag},
    Participant: {
        "id": _whole,
        "available": _or_none(_set),
        "place": _or_none(_whole),
        "minimum": _count,
        "maximum": _or_none(_count),
        "maximum_per_session": _or_none(_count),
        "maximum_per_day": _or_none(_count),
        "maximum_consecutive": _or_none(_count),
    },
    Candidate: {
        "id": _whole,
        "people": _row,
        "teams": _rows,
        "value": _whole,
        "slots": _or_none(_set),
        "places": _or_none(_set),
        "length": _length,
        "after": _set,
    },
    Pin: {"candidate": _whole, "slot": _or_none(_count), "place": _or_none(_whole)},
    Meeting: {"candidate": _whole, "slot": _count, "place": _whole, "attendees": _row},
}


def _built(kind: type, value: Any, where: str, wrong: list[str]) -> Any:
    readers = _READERS[kind]
    row = _record(value, where, wrong, readers)
    needed = [f.name for f in fields(kind) if f.default is MISSING and f.name not in row]
    wrong += [f"{where}: {name} is missing" for name in needed if isinstance(value, dict)]
    read = {name: readers[name](x, f"{where}.{name}", wrong) for name, x in row.items() if name in readers}
    return kind(**read) if not needed else None


def _loose_ends(problem: Problem) -> Iterator[str]:
    """Ids that are not unique, or that nothing answers to; slots beyond the last; people who would sit twice."""
    places = yield from _unique("places", [p.id for p in problem.places])
    people = yield from _unique("participants", [p.id for p in problem.participants])
    candidates = yield from _unique("candidates", [c.id for c in problem.candidates])
    slots = set(range(len(problem.slots)))

    def all_in(ids: Iterable[int], known: set[int], where: str, what: str) -> Iterable[str]:
        return (f"{where}: there is no {what} {i}" for i in sorted(set(ids) - known))

    for i, place in enumerate(problem.places):
        yield from all_in(place.open or (), slots, f"places[{i}].open", "slot")
    for i, p in enumerate(problem.participants):
        yield from all_in(p.available or (), slots, f"participants[{i}].available", "slot")
        yield from all_in([] if p.place is None else [p.place], places, f"participants[{i}].place", "place")
    for i, c in enumerate(problem.candidates):
        here = f"candidates[{i}]"
        yield from all_in(c.people, people, f"{here}.people", "participant")
        for k, team in enumerate(c.teams):
            yield from all_in(team, people, f"{here}.teams[{k}]", "participant")
        yield from all_in(c.slots or (), slots, f"{here}.slots", "slot")
        yield from all_in(c.places or (), places, f"{here}.places", "place")
        yield from all_in(c.after, candidates, f"{here}.after", "candidate")
        if len(set(c.people)) < len(c.people):
            yield f"{here}.people: expected different participants, found {list(c.people)}"
    for i, pin in enumerate(problem.pins):
        yield from all_in([pin.candidate], candidates, f"pins[{i}].candidate", "candidate")
        yield from all_in([] if pin.slot is None else [pin.slot], slots, f"pins[{i}].slot", "slot")
        yield from all_in([] if pin.place is None else [pin.place], places, f"pins[{i}].place", "place")
    for i, group in enumerate(problem.exclusive):
        yield from all_in(group, candidates, f"exclusive[{i}]", "candidate")


def _unique(what: str, ids: list[int]) -> Generator[str, None, set[int]]:
    known: set[int] = set()
    for i, x in enumerate(ids):
        if x in known:
            yield f"{what}[{i}].id: {x} is given twice"
        known.add(x)
    return known
