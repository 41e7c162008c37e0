"""The published B2B meeting scheduling benchmark (Bofill et al., JAIR 74, 2022): its MiniZinc data files."""

import re
from typing import Any

from matchmaker.scheduling.domain import Candidate, Participant, Pin, Place, Problem, Slot

_STATEMENT = re.compile(r"\s*(\w+)\s*=\s*(.*?)\s*;", re.DOTALL)
_NUMBERS = ("nBusiness", "nMeetings", "nTables", "nTotalSlots", "nMorningSlots")


def read_dzn(text: str) -> Problem:
    """The problem of a `.dzn` file: every id counts from 1 as in the file, slots from 0 as everywhere in Matchmaker.

    The whole day is one session, as the benchmark counts breaks. Raises ValueError with the lines that are wrong and
    what was expected there.
    """
    wrong: list[str] = []
    found = _statements(text, wrong)
    number: dict[str, int] = {}
    for name in _NUMBERS:
        value, line = found.get(name, ("", 0))
        if not line:
            wrong.append(f"{name} is missing")
        elif not value.isdigit():
            wrong.append(f"line {line}: {name}: expected a whole number, found {value[:40]!r}")
        number[name] = int(value) if value.isdigit() else 0
    if wrong:
        raise ValueError("\n".join(wrong))
    people, meetings, slots = number["nBusiness"], number["nMeetings"], number["nTotalSlots"]
    requested = _rows(found, meetings, wrong)
    forbidden = _sets(found, "forbidden", people, slots, wrong)
    before = _sets(found, "precedences", meetings, meetings, wrong)
    fixed = _list(found, "fixed", meetings, slots, wrong)
    for i, (one, other, when) in enumerate(requested):
        if not (1 <= one <= people and 1 <= other <= people and one != other and when in (1, 2, 3)):
            line = found["requested"][1]
            wrong.append(
                f"requested (line {line}), row {i + 1}: expected two different participants of 1 to {people} and "
                f"1, 2 or 3, found {one}, {other}, {when}"
            )
    if wrong:
        raise ValueError("\n".join(wrong))
    morning = frozenset(range(number["nMorningSlots"]))
    afternoon = frozenset(range(slots)) - morning
    return Problem(
        slots=tuple(Slot(id=t + 1) for t in range(slots)),
        places=tuple(Place(id=k + 1) for k in range(number["nTables"])),
        participants=tuple(
            Participant(id=p + 1, available=frozenset(range(slots)) - {t - 1 for t in row} if row else None)
            for p, row in enumerate(forbidden)
        ),
        candidates=tuple(
            Candidate(
                id=i + 1,
                people=(one, other),
                slots={1: morning, 2: afternoon, 3: None}[when],
                after=frozenset(before[i]),
            )
            for i, (one, other, when) in enumerate(requested)
        ),
        pins=tuple(Pin(candidate=i + 1, slot=t - 1) for i, t in enumerate(fixed) if t),
    )


def _statements(text: str, wrong: list[str]) -> dict[str, tuple[str, int]]:
    """Name -> what is assigned to it, and in which line."""
    text = re.sub(r"%[^\n]*", "", text)
    found: dict[str, tuple[str, int]] = {}
    end = 0
    while text[end:].strip():
        statement = _STATEMENT.match(text, end)
        line = text.count("\n", 0, end + len(text[end:]) - len(text[end:].lstrip())) + 1
        if statement is None:
            wrong.append(f"line {line}: expected `name = value;`, found {text[end:].strip()[:40]!r}")
            break
        if statement[1] in found:
            wrong.append(f"line {line}: {statement[1]} is given twice")
        found[statement[1]] = statement[2], line
        end = statement.end()
    return found


def _numbers(text: str) -> list[int] | None:
    parts = [part.strip() for part in text.split(",") if part.strip()]
    return [int(part) for part in parts] if all(re.fullmatch(r"-?\d+", part) for part in parts) else None


def _rows(found: dict[str, Any], meetings: int, wrong: list[str]) -> list[list[int]]:
    text, line = found.get("requested", ("", 0))
    if not line:
        wrong.append("requested is missing")
        return []
    if not (text.startswith("[|") and text.endswith("|]")):
        wrong.append(f"line {line}: requested: expected [| a, b, s | ... |]")
        return []
    rows = []
    for i, part in enumerate(row for row in text[2:-2].split("|") if row.strip()):
        row = _numbers(part)
        if row is None or len(row) != 3:
            wrong.append(f"requested (line {line}), row {i + 1}: expected three numbers, found {part.strip()!r}")
        else:
            rows.append(row)
    if len(rows) != meetings and not wrong:
        wrong.append(f"requested (line {line}): expected {meetings} rows (nMeetings), found {len(rows)}")
    return rows


def _list(found: dict[str, Any], name: str, size: int, most: int, wrong: list[str]) -> list[int]:
    text, line = found.get(name, ("", 0))
    if not line:
        return [0] * size
    row = _numbers(text[1:-1]) if text.startswith("[") and text.endswith("]") else None
    if row is None or len(row) != size or not all(0 <= x <= most for x in row):
        wrong.append(f"line {line}: {name}: expected [...] of {size} numbers from 0 to {most}")
        return [0] * size
    return row


def _sets(found: dict[str, Any], name: str, size: int, most: int, wrong: list[str]) -> list[set[int]]:
    """A list of sets; the member 0 stands for nothing."""
    text, line = found.get(name, ("", 0))
    if not line:
        return [set() for _ in range(size)]
    if not re.fullmatch(r"\[\s*(\{[^{}]*\}\s*,?\s*)*\]", text):
        wrong.append(f"line {line}: {name}: expected [{{...}}, {{...}}, ...]")
        return [set() for _ in range(size)]
    sets = []
    for i, part in enumerate(re.findall(r"\{([^{}]*)\}", text)):
        span = re.fullmatch(r"\s*(\d+)\s*\.\.\s*(\d+)\s*", part)
        row = list(range(int(span[1]), int(span[2]) + 1)) if span else _numbers(part)
        if row is None or not all(0 <= x <= most for x in row):
            wrong.append(f"{name} (line {line}), set {i + 1}: expected numbers from 0 to {most}, found {{{part}}}")
        sets.append(set(row or ()) - {0})
    if len(sets) != size:
        wrong.append(f"line {line}: {name}: expected {size} sets, found {len(sets)}")
    return sets
