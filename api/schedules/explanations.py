"""Why a request has no meeting and what would give it one, in words of the three languages.

The solver is imported where it is needed: the server never needs it.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from matchmaker.event import Event, TimeSlot
from matchmaker.scheduling.domain import Problem, Schedule

if TYPE_CHECKING:
    from solver.explain.sentences import Names

NEVER = {
    "code": "never",
    "text": {
        "en": "One of the two has asked not to meet the other.",
        "fr": "L’une des deux personnes a demandé à ne pas rencontrer l’autre.",
        "nl": "Een van de twee heeft gevraagd de andere niet te ontmoeten.",
    },
    "fix": None,
}
"""The reason of a request that the scheduler was not asked for, because of somebody's "never"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DisplayNames:
    """What people, slots and places of a problem are called, by their ids there."""

    person: Callable[[int], str]
    slot: Callable[[int], str]
    place: Callable[[int], str]


def called_in(event: Event) -> DisplayNames:
    """For the problem that `matchmaker.scheduling.candidates.problem_of` makes of the event."""
    times = times_of(event.slots, ZoneInfo(event.time_zone))
    return DisplayNames(
        person=lambda i: event.people[i].name, slot=lambda i: times[i], place=lambda i: event.places[i].name
    )


def times_of(slots: Collection[TimeSlot], zone: ZoneInfo) -> list[str]:
    """The starts of the slots in local time, with the day where there are several."""
    starts = [slot.starts.astimezone(zone) for slot in slots]
    pattern = "%d/%m %H:%M" if len({start.date() for start in starts}) > 1 else "%H:%M"
    return [start.strftime(pattern) for start in starts]


def reasons(problem: Problem, schedule: Schedule, called: DisplayNames) -> dict[int, dict[str, Any]]:
    """For each candidate that does not take place, by its id, the `code` of what keeps it out and a `text`."""
    from solver.explain.reasons import reason
    from solver.explain.sentences import reason_text
    from solver.explain.situation import Situation

    situation, names = Situation(problem, schedule), _names(problem, called)
    found = ((c.id, reason(situation, c)) for c in problem.candidates if c.id not in situation.held)
    return {i: {"code": why.cause.value, "text": _texts(reason_text, why, names)} for i, why in found}


def fixes(
    problem: Problem, schedule: Schedule, called: DisplayNames, only: Collection[int]
) -> dict[int, dict[str, str] | None]:
    """For some candidates that do not take place the cheapest change that makes room, by language (None: none known).

    Takes tens of milliseconds for each.
    """
    from solver.explain.reasons import explain
    from solver.explain.sentences import fix_text

    names = _names(problem, called)
    return {
        found.candidate: None if found.fix is None else _texts(fix_text, found.fix, names)
        for found in explain(problem, schedule, only)
    }


def _names(problem: Problem, called: DisplayNames) -> "Names":
    from solver.explain.sentences import Names

    people = {candidate.id: candidate.people for candidate in problem.candidates}

    def meeting(candidate: int) -> str:
        return " – ".join(called.person(p) for p in people[candidate])

    return Names(person=called.person, slot=called.slot, place=called.place, meeting=meeting)


def _texts(text: Callable[[Any, str, "Names"], str], what: object, names: "Names") -> dict[str, str]:
    return {language: text(what, language, names) for language in ("en", "fr", "nl")}
