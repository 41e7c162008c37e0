"""Reasons, fixes and conflicts as sentences in the reader's language."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from matchmaker.locale import SOURCE, Catalogue, catalogue, gettext_noop
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
from solver.explain.reasons import Cause, Reason

if TYPE_CHECKING:
    from solver.explain.conflict import Conflict, Demand  # needs OR-Tools, which takes seconds to import; words do not

_MOST = 3  # names before "and n more"

_REASONS: Mapping[Cause, str] = {
    Cause.IMPOSSIBLE: gettext_noop("It cannot take place: nobody is there to attend it, or no session is long enough."),
    Cause.EXCLUSIVE: gettext_noop("Only one of these meetings can take place, and {meetings} was chosen."),
    Cause.NO_COMMON_SLOT: gettext_noop("{people}: never available at the same time."),
    Cause.NO_PLACE: gettext_noop("No suitable place is open {slots}."),
    Cause.ORDER: gettext_noop("It must come before or after {meetings}, which leaves no slot."),
    Cause.PINNED: gettext_noop("{people}: the possible slots are taken by locked meetings ({meetings})."),
    Cause.OUTBID: gettext_noop("{people}: the possible slots went to meetings worth at least as much ({meetings})."),
    Cause.BUSY: gettext_noop(
        "{people}: the possible slots went to meetings that suit the whole schedule better ({meetings})."
    ),
    Cause.SLOTS_FULL: gettext_noop("Free together only {slots}, when every place is taken."),
    Cause.NOTHING: gettext_noop("There is room for this meeting {slots}."),
}
_LIMITS: Mapping[str, tuple[str, str, str]] = {
    "maximum": (
        gettext_noop("{people}: maximum number of meetings reached."),
        gettext_noop("{person} accepts {to} meetings instead of {limit}"),
        gettext_noop("{person}: at most {number} meetings."),
    ),
    "maximum_per_session": (
        gettext_noop("{people}: maximum number of meetings per session reached."),
        gettext_noop("{person} accepts {to} meetings per session instead of {limit}"),
        gettext_noop("{person}: at most {number} meetings per session."),
    ),
    "maximum_per_day": (
        gettext_noop("{people}: maximum number of meetings per day reached."),
        gettext_noop("{person} accepts {to} meetings per day instead of {limit}"),
        gettext_noop("{person}: at most {number} meetings per day."),
    ),
    "maximum_consecutive": (
        gettext_noop("{people}: maximum number of slots in a row reached."),
        gettext_noop("{person} accepts {to} slots in a row instead of {limit}"),
        gettext_noop("{person}: at most {number} slots in a row."),
    ),
}
"""For each limit of a participant: that it is reached, the step that raises it, and that it is demanded."""
_LIFTS: Mapping[str, str] = {
    "slot": gettext_noop("the meeting may be at this time"),
    "place": gettext_noop("the meeting may be at another place"),
    "order": gettext_noop("its order with {meeting} is given up"),
    "pin": gettext_noop("{meeting} is unlocked"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """How things are named in the sentences of one language.

    `when` gives some slots with their preposition; `people` are the participants of a candidate; `meeting` names a
    candidate as a whole (None: by its people).
    """

    person: Callable[[int], str] = str
    place: Callable[[int], str] = str
    when: Callable[[Sequence[int]], str] = lambda slots: (
        f"in slot {catalogue(SOURCE).listed([*map(str, slots)], _MOST)}"
    )
    people: Callable[[int], Sequence[int]] = lambda _: ()
    meeting: Callable[[int], str] | None = None

    def name_of(self, candidate: int, besides: Sequence[int] = ()) -> str:
        """The name of a candidate: its people, without those of whom the sentence speaks already."""
        if self.meeting is not None:
            return self.meeting(candidate)
        people = self.people(candidate)
        others = [p for p in people if p not in besides]
        return " – ".join(self.person(p) for p in others or people) or str(candidate)


def reason_text(reason: Reason, language: str, names: Names) -> str:
    """One sentence in the reader's language."""
    translated = catalogue(language)
    people = translated.listed([names.person(p) for p in reason.participants], _MOST)
    # to name somebody again in each pair says nothing; where two are named, it tells whose meeting it is
    besides = reason.participants if len(reason.participants) == 1 else ()
    meetings = translated.listed([names.name_of(c, besides) for c in reason.meetings], _MOST)
    if reason.cause is Cause.EXCLUSIVE and reason.participants:
        return translated.gettext(
            "One meeting per visitor and stand: {people} already meets {others} of the same stand.",
            people=people,
            others=meetings,
        )
    message = _LIMITS[reason.limit][0] if reason.cause is Cause.LIMIT else _REASONS[reason.cause]
    return translated.gettext(message, people=people, slots=names.when(reason.slots), meetings=meetings)


def fix_text(fix: Fix, language: str, names: Names) -> str:
    """What would make room, with all steps of the fix, and what it costs where the schedule gains nothing by it."""
    translated = catalogue(language)
    when = names.when([fix.meeting.slot])
    if not fix.steps:
        return translated.gettext("Possible {slot}.", slot=when)
    steps = translated.listed([_step_text(step, translated, names) for step in fix.steps])
    text = translated.gettext("Possible {slot} if {steps}.", slot=when, steps=steps)
    if fix.gain < 0:
        return " ".join((text, translated.gettext("The schedule would be worth less overall.")))
    if fix.gain == 0:
        return " ".join((text, translated.gettext("The schedule would be worth no more overall.")))
    return text


def conflict_text(conflict: "Conflict", language: str, names: Names) -> list[str]:
    """One sentence for each demand."""
    return [_demand_text(demand, catalogue(language), names) for demand in conflict.demands]


def _demand_text(demand: "Demand", translated: Catalogue, names: Names) -> str:
    from solver.explain.conflict import DemandKind

    named = [names.name_of(c) for c in demand.candidates]
    meetings = translated.listed(named, _MOST)
    person = "" if demand.participant is None else names.person(demand.participant)
    place = "" if demand.place is None else names.place(demand.place)
    slots = names.when(demand.slots) if demand.slots else ""
    number = demand.number
    match demand.kind:
        case DemandKind.MEETINGS:
            return translated.ngettext(
                "This meeting must take place: {meetings}.",
                "These {n} meetings must take place: {meetings}.",
                len(named),
                meetings=meetings,
            )
        case DemandKind.PIN if slots and place:
            return translated.gettext(
                "{meetings}: locked {slots}, {place}.", meetings=meetings, slots=slots, place=place
            )
        case DemandKind.PIN:
            return translated.gettext("{meetings}: locked {where}.", meetings=meetings, where=slots or place)
        case DemandKind.START:
            return translated.gettext("{meetings}: can start only {slots}.", meetings=meetings, slots=slots)
        case DemandKind.WHERE:
            return translated.gettext("{meetings}: only at certain places.", meetings=meetings)
        case DemandKind.ORDER:
            return translated.gettext("{first} must end before {second} starts.", first=named[0], second=named[-1])
        case DemandKind.EXCLUSIVE:
            return translated.gettext("Only one of these meetings can take place: {meetings}.", meetings=meetings)
        case DemandKind.AVAILABILITY if slots:
            return translated.gettext("{person}: available only {slots}.", person=person, slots=slots)
        case DemandKind.AVAILABILITY:
            return translated.gettext("{person}: never available.", person=person)
        case DemandKind.LIMIT:
            return translated.gettext(_LIMITS[demand.limit][2], person=person, number=number)
        case DemandKind.TABLES:
            return translated.gettext(
                "All shared places together hold {number} meetings in the whole event.", number=number
            )
        case DemandKind.STAND if slots:
            return translated.gettext(
                "{place}: at most {number} at once, open {slots}.", place=place, number=number, slots=slots
            )
        case DemandKind.STAND:
            return translated.gettext("{place}: never open.", place=place)
        case DemandKind.FAIRNESS:
            return translated.gettext(
                "The numbers of breaks of any two people differ by {number} at most.", number=number
            )


def _step_text(step: Step, translated: Catalogue, names: Names) -> str:
    match step:
        case FreeSlots():
            return translated.gettext(
                "{person} is available {slots}", person=names.person(step.participant), slots=names.when(step.slots)
            )
        case RaiseLimit():
            person = names.person(step.participant)
            return translated.gettext(_LIMITS[step.rule][1], person=person, to=step.to, limit=step.limit)
        case AddPlace():
            return translated.gettext("one more table is free {slots}", slots=names.when(step.slots))
        case OpenPlace():
            return translated.gettext(
                "{place} is open {slots}", place=names.place(step.place), slots=names.when(step.slots)
            )
        case WidenPlace():
            return translated.gettext("{place} takes one more meeting at once", place=names.place(step.place))
        case MoveMeeting():
            return translated.gettext(
                "{meeting} is moved to {place}, {slot}",
                meeting=names.name_of(step.meeting.candidate),
                place=names.place(step.meeting.place),
                slot=names.when([step.meeting.slot]),
            )
        case DropMeeting():
            return translated.gettext("{meeting} is dropped", meeting=names.name_of(step.candidate))
        case LiftRule():
            meeting = names.name_of(step.candidate)
            return translated.gettext(_LIFTS[step.rule], meeting=meeting)
