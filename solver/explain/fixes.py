"""Changes of a problem and of its schedule that make room for one meeting more."""

from dataclasses import dataclass, replace

from matchmaker.scheduling.domain import Meeting, Place, Problem, Schedule


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeSlots:
    """A participant makes time in `slots`."""

    participant: int
    slots: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RaiseLimit:
    """A limit of a participant (`rule` is its field) goes up from `limit` to `to`."""

    participant: int
    rule: str
    limit: int
    to: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AddPlace:
    """One more shared place in `slots`; it gets the id `place`."""

    place: int
    slots: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenPlace:
    """A place opens in `slots`."""

    place: int
    slots: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WidenPlace:
    """A place takes one meeting more at once."""

    place: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveMeeting:
    """A scheduled meeting goes to another slot or place."""

    meeting: Meeting


@dataclass(frozen=True, slots=True, kw_only=True)
class DropMeeting:
    """A scheduled meeting gives way."""

    candidate: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LiftRule:
    """A rule no longer binds: the `slot`s or `place`s of the candidate itself, its `order` with another candidate, the
    `pin` of another.
    """

    rule: str
    candidate: int


Step = FreeSlots | RaiseLimit | AddPlace | OpenPlace | WidenPlace | MoveMeeting | DropMeeting | LiftRule


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """`steps` that make room for `meeting`; `effort` is their price, `gain` the value that the schedule gains."""

    meeting: Meeting
    steps: tuple[Step, ...]
    effort: int
    gain: int


def apply(problem: Problem, schedule: Schedule, fix: Fix) -> tuple[Problem, Schedule]:
    """The problem and the schedule once the fix is made."""
    participants = {p.id: p for p in problem.participants}
    candidates = {c.id: c for c in problem.candidates}
    places = {k.id: k for k in problem.places}
    meetings = dict(schedule.by_candidate)
    pins = problem.pins
    this = fix.meeting.candidate
    for step in fix.steps:
        match step:
            case FreeSlots():
                p = participants[step.participant]
                participants[p.id] = replace(p, available=(p.available or frozenset()) | set(step.slots))
            case RaiseLimit():
                p = participants[step.participant]
                participants[p.id] = replace(p, **{step.rule: step.to})  # type: ignore[arg-type]
            case AddPlace():
                places[step.place] = Place(id=step.place, open=frozenset(step.slots))
            case OpenPlace():
                places[step.place] = replace(places[step.place], open=_open(places[step.place]) | set(step.slots))
            case WidenPlace():
                places[step.place] = replace(places[step.place], capacity=places[step.place].capacity + 1)
            case MoveMeeting():
                meetings[step.meeting.candidate] = step.meeting
            case DropMeeting():
                del meetings[step.candidate]
            case LiftRule(rule="pin"):
                pins = tuple(pin for pin in pins if pin.candidate != step.candidate)
            case LiftRule(rule="order"):
                for one, other in ((this, step.candidate), (step.candidate, this)):
                    candidates[one] = replace(candidates[one], after=candidates[one].after - {other})
            case LiftRule(rule="slot"):
                own = candidates[this].slots or frozenset()
                candidates[this] = replace(candidates[this], slots=own | {fix.meeting.slot})
            case LiftRule(rule="place"):
                named = candidates[this].places or frozenset()
                candidates[this] = replace(candidates[this], places=named | {fix.meeting.place})
    changed = replace(
        problem,
        participants=tuple(participants.values()),
        candidates=tuple(candidates.values()),
        places=tuple(places.values()),
        pins=pins,
    )
    return changed, Schedule((*meetings.values(), fix.meeting))


def _open(place: Place) -> frozenset[int]:
    return place.open or frozenset()
