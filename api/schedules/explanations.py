"""Why a request has no meeting and what would give it one: as rows keep it, and as sentences for a reader.

A row keeps a code and its values (ids of people, slots, places and requests); the sentence is made on reading.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from matchmaker.event import Event
from matchmaker.locale import catalogue
from matchmaker.scheduling.domain import Meeting, Problem, Schedule
from solver.explain.fixes import (
    AddPlace,
    DropMeeting,
    Fix,
    FreeSlots,
    LiftRule,
    MoveMeeting,
    OpenPlace,
    RaiseLimit,
    Step,
    WidenPlace,
)
from solver.explain.reasons import Cause, Reason, explain, reason
from solver.explain.sentences import Names, fix_text, reason_text
from solver.explain.situation import Situation

NEVER = {"code": "never", "fix": None}
"""The reason of a request that the scheduler was not given, because of somebody's "never"."""
Slots = Callable[[int], int]
"""From the slots of a problem to those of the rows, or back."""
_STEPS: Mapping[str, type[Step]] = {
    "free": FreeSlots, "raise_limit": RaiseLimit, "add_place": AddPlace, "open_place": OpenPlace,
    "widen_place": WidenPlace, "move": MoveMeeting, "drop": DropMeeting, "lift": LiftRule,
}  # fmt: skip
_CODES = {step: code for code, step in _STEPS.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class EventNames:
    """How the people, places, slots and meetings of a schedule are named, by the ids that its rows keep.

    `slots` are the (local) starts; `people` the participants of a request. What has left the event since is missing.
    """

    person: Mapping[int, str]
    place: Mapping[int, str]
    slots: Mapping[int, datetime]
    people: Mapping[int, Sequence[int]]

    def in_language(self, language: str) -> Names:
        """These names for the sentences of a language."""
        translated = catalogue(language)
        several_days = len({at.date() for at in self.slots.values()}) > 1

        def when(slots: Sequence[int]) -> str:
            return translated.when([self.slots[slot] for slot in slots if slot in self.slots], several_days)

        return Names(
            person=lambda i: self.person.get(i, "–"),
            place=lambda i: self.place.get(i) or translated.gettext("an additional table"),
            when=when,
            people=lambda i: self.people.get(i, ()),
        )


def names_in(event: Event, problem: Problem) -> EventNames:
    """For the problem that `problem_of` makes of the event, whose ids are positions."""
    return EventNames(
        person={i: person.name for i, person in enumerate(event.people)},
        place={i: place.name for i, place in enumerate(event.places)},
        slots={i: slot.starts for i, slot in enumerate(event.slots)},
        people={candidate.id: candidate.people for candidate in problem.candidates},
    )


def reasons(problem: Problem, schedule: Schedule, slot_id: Slots) -> dict[int, dict[str, Any]]:
    """For each candidate that does not take place, by its id, what keeps it out, as its row keeps it."""
    situation = Situation(problem, schedule)
    left_out = (candidate for candidate in problem.candidates if candidate.id not in situation.held)
    return {candidate.id: _reason_to_json(reason(situation, candidate), slot_id) for candidate in left_out}


def fixes(
    problem: Problem, schedule: Schedule, only: Collection[int], slot_id: Slots
) -> dict[int, dict[str, Any] | None]:
    """For some candidates that do not take place the cheapest change that makes room, as their rows keep it.

    None where none is known. Takes tens of milliseconds for each.
    """
    return {
        found.candidate: None if found.fix is None else _fix_to_json(found.fix, slot_id)
        for found in explain(problem, schedule, only)
    }


def mentioned_requests(stored: Mapping[str, Any]) -> set[int]:
    """The requests that a stored reason and its fix speak of."""
    return {*stored.get("meetings", ()), *(step["candidate"] for step in _steps(stored) if "candidate" in step)}


def mentioned_people(stored: Mapping[str, Any]) -> set[int]:
    """The participants of whom a stored reason and its fix speak by themselves, not as the people of a request."""
    return {*stored.get("participants", ()), *(step["participant"] for step in _steps(stored) if "participant" in step)}


def text_of(stored: Mapping[str, Any], language: str, names: EventNames) -> str:
    """Why a request has no meeting: the sentence of a stored reason."""
    translated = catalogue(language)
    if stored["code"] == NEVER["code"]:
        return translated.gettext("One of the two has asked not to meet the other.")
    if "slots" not in stored:  # written before values were kept, and not to be had of its sentence
        return translated.gettext("The details were lost in an update: make the schedule again to see them.")
    return reason_text(
        Reason(
            cause=Cause(stored["code"]),
            participants=tuple(stored["participants"]),
            slots=tuple(stored["slots"]),
            meetings=tuple(stored["meetings"]),
            limit=stored["limit"],
        ),
        language,
        names.in_language(language),
    )


def fix_text_of(stored: Mapping[str, Any], language: str, names: EventNames) -> str | None:
    """What would make room for a request: the sentence of the fix in a stored reason (None: nothing known)."""
    fix = stored.get("fix")
    if fix is None:
        return None
    meeting = Meeting(candidate=0, slot=fix["slot"], place=0, attendees=())
    steps = tuple(_step_of_json(step) for step in fix["steps"])
    return fix_text(
        Fix(meeting=meeting, steps=steps, effort=0, gain=fix["gain"]), language, names.in_language(language)
    )


def _steps(stored: Mapping[str, Any]) -> list[dict[str, Any]]:
    steps: list[dict[str, Any]] = (stored.get("fix") or {}).get("steps", [])
    return steps


def _reason_to_json(reason: Reason, slot_id: Slots) -> dict[str, Any]:
    return {
        "code": reason.cause.value,
        "participants": list(reason.participants),
        "slots": [slot_id(slot) for slot in reason.slots],
        "meetings": list(reason.meetings),
        "limit": reason.limit,
    }


def _fix_to_json(fix: Fix, slot_id: Slots) -> dict[str, Any]:
    return {
        "slot": slot_id(fix.meeting.slot),
        "gain": fix.gain,
        "steps": [{"code": _CODES[type(step)], **_step_to_json(step, slot_id)} for step in fix.steps],
    }


def _step_to_json(step: Step, slot_id: Slots) -> dict[str, Any]:
    match step:
        case FreeSlots():
            return {"participant": step.participant, "slots": [slot_id(slot) for slot in step.slots]}
        case RaiseLimit():
            return {"participant": step.participant, "rule": step.rule, "limit": step.limit, "to": step.to}
        case AddPlace() | OpenPlace():
            return {"place": step.place, "slots": [slot_id(slot) for slot in step.slots]}
        case WidenPlace():
            return {"place": step.place}
        case MoveMeeting():
            meeting = step.meeting
            return {"candidate": meeting.candidate, "slot": slot_id(meeting.slot), "place": meeting.place}
        case DropMeeting():
            return {"candidate": step.candidate}
        case LiftRule():
            return {"rule": step.rule, "candidate": step.candidate}


def _step_of_json(stored: Mapping[str, Any]) -> Step:
    values: dict[str, Any] = {
        key: tuple(value) if key == "slots" else value for key, value in stored.items() if key != "code"
    }
    kind = _STEPS[stored["code"]]
    if kind is MoveMeeting:
        return MoveMeeting(meeting=Meeting(attendees=(), **values))
    return kind(**values)
