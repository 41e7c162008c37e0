"""What is wrong with a problem itself, and what is larger than it need be, before anybody looks for a schedule."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from numbers import Integral

from matchmaker.scheduling.domain import Problem

_LIMITS = ("minimum", "maximum", "maximum_per_session", "maximum_per_day", "maximum_consecutive")


def validate(problem: Problem) -> None:
    """Raises ValueError with everything that is wrong, a line each: where, what was expected, what was found."""
    if errors := list(errors_in(problem)):
        raise ValueError("\n".join(errors))


def with_useful_capacities(problem: Problem) -> Problem:
    """The same problem where no place takes more meetings at once than there are: the solver lists every seat."""
    most = max(1, len(problem.candidates))
    if all(place.capacity <= most for place in problem.places):
        return problem
    places = (replace(place, capacity=min(place.capacity, most)) for place in problem.places)
    return replace(problem, places=tuple(places))


def errors_in(problem: Problem) -> Iterator[str]:
    """Ids given twice, people and own places that do not exist, numbers that are not whole or too small.

    Slots, candidates and places that do not exist are allowed elsewhere: a problem may be a part of another.
    """
    people, places = {p.id for p in problem.participants}, {k.id for k in problem.places}
    yield from duplicates("places", [k.id for k in problem.places])
    yield from duplicates("participants", [p.id for p in problem.participants])
    yield from duplicates("candidates", [c.id for c in problem.candidates])
    for i, place in enumerate(problem.places):
        yield from _number(place.capacity, f"places[{i}].capacity", least=0)
    for i, p in enumerate(problem.participants):
        for limit in _LIMITS:
            if (number := getattr(p, limit)) is not None:
                yield from _number(number, f"participants[{i}].{limit}", least=0)
        yield from unknown("place", [] if p.place is None else [p.place], places, f"participants[{i}].place")
    for i, c in enumerate(problem.candidates):
        here = f"candidates[{i}]"
        yield from _number(c.value, f"{here}.value")
        yield from _number(c.length, f"{here}.length", least=1)
        yield from unknown("participant", c.people, people, f"{here}.people")
        for k, team in enumerate(c.teams):
            yield from unknown("participant", team, people, f"{here}.teams[{k}]")
        if len(set(c.people)) < len(c.people):
            yield f"{here}.people: expected different participants, found {list(c.people)}"


def duplicates(section: str, ids: Iterable[int]) -> Iterator[str]:
    """A line for each id that is not the first of its kind."""
    seen: set[int] = set()
    for i, one in enumerate(ids):
        if one in seen:
            yield f"{section}[{i}].id: {one} is given twice"
        seen.add(one)


def unknown(kind: str, ids: Iterable[int], known: Collection[int], where: str) -> list[str]:
    """A line for each of `ids` that is not `known`."""
    missing = [i for i in ids if i not in known]
    return [f"{where}: there is no {kind} {i}" for i in sorted(set(missing))] if missing else []


def _number(value: object, where: str, least: int | None = None) -> list[str]:
    whole = type(value) is int or (isinstance(value, Integral) and not isinstance(value, bool))
    if whole and (least is None or value >= least):  # type: ignore[operator]
        return []
    expected = "a whole number" if least is None else f"a whole number of at least {least}"
    return [f"{where}: expected {expected}, found {value!r}"]
