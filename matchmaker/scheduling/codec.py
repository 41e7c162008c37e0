"""Problem and Schedule <-> JSON: job snapshots, test cases, the files of the command line (see docs/solver-json.md).

A record is an object with the fields of its dataclass; what equals its default may be left out. Sets are sorted lists.
Slots are named by their ids, which are their positions unless the slots themselves give others.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import MISSING, fields
from functools import cache
from typing import Any, get_type_hints

import msgspec

from matchmaker.scheduling.domain import Candidate, Meeting, Participant, Pin, Place, Problem, Schedule, Slot
from matchmaker.scheduling.validation import duplicates, errors_in, unknown

_SECTIONS: dict[str, type] = {
    "slots": Slot,
    "places": Place,
    "participants": Participant,
    "candidates": Candidate,
    "pins": Pin,
}
_SLOT_FIELDS = {"places": "open", "participants": "available", "candidates": "slots", "pins": "slot"}
"""The field of a section's records that names slots: one, a set, or None."""
_TYPE_NAMES = {"int": "a whole number", "array": "a list", "object": "an object", "bool": "true or false"}
_ERROR = re.compile(r"Expected `(\w+)(?: \| null)?`, got .*?(?: - at `\$(?P<path>.*)`)?")


def problem_to_json(problem: Problem) -> dict[str, Any]:
    """`problem` as what `json.dumps` takes."""
    ids = problem.slot_ids
    content: dict[str, Any] = {
        name: _without_defaults(_plain(getattr(problem, name)), kind) for name, kind in _SECTIONS.items()
    }
    for section, field in _SLOT_FIELDS.items():
        for row in content[section]:
            slots = row.get(field)
            if slots is not None:
                row[field] = ids[slots] if isinstance(slots, int) else sorted(ids[t] for t in slots)
    return content | {"exclusive": _plain(problem.exclusive)}


def schedule_to_json(schedule: Schedule, problem: Problem) -> dict[str, Any]:
    """`schedule`, which answers `problem`, as what `json.dumps` takes."""
    ids = problem.slot_ids
    rows = _plain(schedule.meetings)
    for row in rows:
        row["slot"] = ids[row["slot"]]
    return {"meetings": rows}


def problem_from_json(content: Any) -> Problem:
    """The problem that parsed JSON holds.

    Raises ValueError with everything that is wrong, a line each: where in the file, what was expected, what was found;
    also for ids that are given twice or that nothing answers to.
    """
    errors: list[str] = []
    sections = _object(content, "problem", [*_SECTIONS, "exclusive"], errors)
    slots = _records(sections.get("slots", []), Slot, "slots", errors)
    ids = Problem(slots=slots, places=(), participants=(), candidates=()).slot_ids
    errors += duplicates("slots", ids)
    position = {slot: t for t, slot in enumerate(ids)}
    records = {}
    for name, kind in _SECTIONS.items():
        rows = sections.get(name, [])
        if field := _SLOT_FIELDS.get(name):
            rows = _at_positions(rows, field, name, position, errors)
        records[name] = slots if kind is Slot else _records(rows, kind, name, errors)
    exclusive = _value(sections.get("exclusive", []), tuple[frozenset[int], ...], "exclusive", errors)
    if not errors:
        problem = Problem(**records, exclusive=exclusive)
        errors += errors_in(problem)
        errors += _dangling(problem)
        if not errors:
            return problem
    raise ValueError("\n".join(errors))


def schedule_from_json(content: Any, problem: Problem) -> Schedule:
    """The schedule of `problem` that parsed JSON holds. Raises ValueError like `problem_from_json`."""
    errors: list[str] = []
    rows = _object(content, "schedule", ["meetings"], errors).get("meetings", [])
    position = {slot: t for t, slot in enumerate(problem.slot_ids)}
    meetings = _records(_at_positions(rows, "slot", "meetings", position, errors), Meeting, "meetings", errors)
    if errors:
        raise ValueError("\n".join(errors))
    return Schedule(meetings)


def _plain(records: Collection[Any]) -> list[Any]:
    """Dataclasses as dictionaries, tuples and sets as lists."""
    plain: list[Any] = msgspec.json.decode(msgspec.json.encode(records, order="deterministic"))
    return plain


def _without_defaults(rows: list[dict[str, Any]], kind: type) -> list[dict[str, Any]]:
    defaults = {f.name: _plain([f.default])[0] for f in fields(kind) if f.default is not MISSING}
    return [{name: value for name, value in row.items() if defaults.get(name, MISSING) != value} for row in rows]


@cache
def _types(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _found(value: Any) -> str:
    text = repr(value)
    return f"found {text if len(text) <= 60 else text[:57] + '...'}"


def _object(value: Any, where: str, known: Iterable[str], errors: list[str]) -> dict[str, Any]:
    if not isinstance(value, dict):
        errors.append(f"{where}: expected an object, {_found(value)}")
        return {}
    names = list(known)
    errors += [f"{where}: unknown field {name!r}; expected {', '.join(names)}" for name in value if name not in names]
    return value


def _records(rows: Any, kind: type, where: str, errors: list[str]) -> tuple[Any, ...]:
    """The records of a section, all at once; where that fails, each is asked for all that is wrong with it."""
    try:
        records: tuple[Any, ...] = msgspec.convert(rows, tuple[kind, ...])  # type: ignore[valid-type]
    except msgspec.ValidationError:
        for i, row in enumerate(_value(rows, list[Any], where, errors) or ()):
            _explain(row, kind, f"{where}[{i}]", errors)
        return ()
    names = _types(kind).keys()
    for i, row in enumerate(rows):
        if not row.keys() <= names:
            _explain(row, kind, f"{where}[{i}]", errors)
    return records


def _explain(row: Any, kind: type, where: str, errors: list[str]) -> None:
    """Everything that keeps `row` from being a record of `kind`."""
    types = _types(kind)
    if isinstance(row, dict):
        errors += [f"{where}: {f.name} is missing" for f in fields(kind) if f.default is MISSING and f.name not in row]
    for name, value in _object(row, where, types, errors).items():
        if name in types:
            _value(value, types[name], f"{where}.{name}", errors)


def _value(value: Any, kind: Any, where: str, errors: list[str]) -> Any:
    """`value` as a `kind`, or None with the reason in `errors`."""
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        match = _ERROR.fullmatch(str(error))
        if match is None:
            raise
        path = match["path"] or ""
        for index in re.findall(r"\d+", path):
            value = value[int(index)]
        errors.append(f"{where}{path}: expected {_TYPE_NAMES[match[1]]}, {_found(value)}")
        return None


def _at_positions(rows: Any, field: str, section: str, position: Mapping[int, int], errors: list[str]) -> Any:
    """`rows` with the slots in `field` as positions, for their ids. What is no slot at all stays for `_records`."""
    if not isinstance(rows, list):
        return rows
    moved = []
    for i, row in enumerate(rows):
        ids = row.get(field) if isinstance(row, dict) else None
        if ids is None:
            moved.append(row)
            continue
        several = isinstance(ids, list)
        named = [t for t in (ids if several else [ids]) if type(t) is int]
        errors += unknown("slot", named, position, f"{section}[{i}].{field}")
        if several:
            moved.append({**row, field: [position.get(t, t) if type(t) is int else t for t in ids]})
        elif named:
            moved.append({**row, field: position.get(ids, ids)})
        else:
            moved.append(row)
    return moved


def _dangling(problem: Problem) -> Iterator[str]:
    """Ids that a file must not name though the solver would not mind: no rule can come of them."""
    candidates, places = {c.id for c in problem.candidates}, {k.id for k in problem.places}
    for i, c in enumerate(problem.candidates):
        yield from unknown("place", c.places or (), places, f"candidates[{i}].places")
        yield from unknown("candidate", c.after, candidates, f"candidates[{i}].after")
    for i, pin in enumerate(problem.pins):
        yield from unknown("candidate", [pin.candidate], candidates, f"pins[{i}].candidate")
        yield from unknown("place", [] if pin.place is None else [pin.place], places, f"pins[{i}].place")
    for i, group in enumerate(problem.exclusive):
        yield from unknown("candidate", group, candidates, f"exclusive[{i}]")
