"""What happens after a schedule is published, and the problem that it leaves."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from matchmaker.scheduling.domain import Candidate, Participant, Place, Problem, Schedule


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """A participant is gone from slot `since` to the end of the event."""

    participant: int
    since: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Unavailability:
    """A participant has no time any more in `slots`."""

    participant: int
    slots: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceClosure:
    """A place is closed in `slots` (None: from now on)."""

    place: int
    slots: frozenset[int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotCancellation:
    """No meeting may be held in `slot`."""

    slot: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LateRegistration:
    """A participant registers late."""

    participant: Participant


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRequest:
    """A new request."""

    candidate: Candidate


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestWithdrawal:
    """A request is taken back; its meeting, if it has one, does not take place."""

    candidate: int


Incident = (
    Absence | Unavailability | PlaceClosure | SlotCancellation | LateRegistration | NewRequest | RequestWithdrawal
)


def after(problem: Problem, incidents: Iterable[Incident], schedule: Schedule, now: int) -> Problem:
    """`problem` as the incidents leave it, from slot `now` on.

    What has begun before `now` stays legal: nothing is taken away that a meeting of `schedule` already uses.
    Raises ValueError for an incident that names what is unknown, or adds what is there already.
    """
    lengths = {c.id: c.length for c in problem.candidates}
    busy: dict[tuple[str, int], set[int]] = defaultdict(set)
    for meeting in schedule.meetings:
        if meeting.slot < now:
            covered = range(meeting.slot, meeting.slot + lengths.get(meeting.candidate, 1))
            busy["place", meeting.place].update(covered)
            for person in meeting.attendees:
                busy["participant", person].update(covered)
    to_come = set(range(now, len(problem.slots)))
    participants = {p.id: p for p in problem.participants}
    places = {k.id: k for k in problem.places}
    candidates = {c.id: c for c in problem.candidates}

    def leave(participant: int, slots: Iterable[int]) -> None:
        p = participants[_known(participants, participant, "participant")]
        lost = (to_come & set(slots)) - busy["participant", participant]
        available = frozenset(range(len(problem.slots))) if p.available is None else p.available
        participants[participant] = replace(p, available=available - lost)

    def close(place: Place, slots: Iterable[int]) -> None:
        lost = (to_come & set(slots)) - busy["place", place.id]
        opening = frozenset(range(len(problem.slots))) if place.open is None else place.open
        places[place.id] = replace(place, open=opening - lost)

    for incident in incidents:
        match incident:
            case Absence():
                leave(incident.participant, range(max(incident.since, 0), len(problem.slots)))
            case Unavailability():
                leave(incident.participant, incident.slots)
            case PlaceClosure():
                place = places[_known(places, incident.place, "place")]
                close(place, to_come if incident.slots is None else incident.slots)
            case SlotCancellation():
                for place in list(places.values()):
                    close(place, [incident.slot])
            case LateRegistration():
                participants[_new(participants, incident.participant.id, "participant")] = incident.participant
            case NewRequest():
                candidates[_new(candidates, incident.candidate.id, "candidate")] = incident.candidate
            case RequestWithdrawal():
                del candidates[_known(candidates, incident.candidate, "candidate")]
    return replace(
        problem,
        participants=tuple(participants.values()),
        places=tuple(places.values()),
        candidates=tuple(candidates.values()),
        pins=tuple(pin for pin in problem.pins if pin.candidate in candidates),
    )


def _known(items: Mapping[int, object], item: int, kind: str) -> int:
    if item not in items:
        raise ValueError(f"there is no {kind} {item}")
    return item


def _new(items: Mapping[int, object], item: int, kind: str) -> int:
    if item in items:
        raise ValueError(f"there is a {kind} {item} already")
    return item
