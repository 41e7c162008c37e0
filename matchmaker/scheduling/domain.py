"""The scheduling problem and its answer, as plain frozen data.

Inside a problem and its schedules a slot is an index into `Problem.slots`, in chronological order; every other thing
is named by the `id` that the caller chose. Stored as JSON (`matchmaker.scheduling.codec`) slots go by their ids too.
Times of day and time zones are not known here (see `matchmaker.agenda`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One unit of meeting time. Neighbouring slots of the same session follow each other without a pause.

    Idle time counts inside a session only: not across lunch, not across days. `id` names the slot outside of this
    problem, where positions may change (None: its position).
    """

    id: int | None = None
    session: int = 0
    day: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A table, a stand or a virtual room; `capacity` meetings at once; open in the given slots (None: in all).

    A place that is not `shared` (a stand, say) serves only the candidates that name it and the participants
    who are based there.
    """

    id: int
    capacity: int = 1
    open: frozenset[int] | None = None
    shared: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """Somebody who meets. Limits count meetings; None means no limit.

    `place` is the own place of an exhibitor, where every one of their meetings is held. `minimum` is the number of
    meetings promised. `maximum_consecutive` is the longest run of busy slots in one session.
    """

    id: int
    available: frozenset[int] | None = None
    place: int | None = None
    minimum: int = 0
    maximum: int | None = None
    maximum_per_session: int | None = None
    maximum_per_day: int | None = None
    maximum_consecutive: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A meeting that may take place.

    All of `people` attend, and exactly one member of each of the `teams` (representatives who may stand in for one
    another; the scheduler picks). It takes `length` successive slots of one session, the first of them in `slots`
    (None: any), at one of `places` (None: at the own place of one who attends, or else at any shared place).
    Each candidate of `after` that takes place too must end before this one starts.
    """

    id: int
    people: tuple[int, ...]
    teams: tuple[tuple[int, ...], ...] = ()
    value: int = 1
    slots: frozenset[int] | None = None
    places: frozenset[int] | None = None
    length: int = 1
    after: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """A candidate that must take place, and in this slot and at this place where they are given."""

    candidate: int
    slot: int | None = None
    place: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """All that a schedule must respect. Of each set in `exclusive`, at most one candidate takes place."""

    slots: tuple[Slot, ...]
    places: tuple[Place, ...]
    participants: tuple[Participant, ...]
    candidates: tuple[Candidate, ...]
    pins: tuple[Pin, ...] = ()
    exclusive: tuple[frozenset[int], ...] = ()

    @property
    def slot_ids(self) -> tuple[int, ...]:
        """The id of each slot, in order of time."""
        return tuple(position if slot.id is None else slot.id for position, slot in enumerate(self.slots))


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """A candidate that takes place: its first slot, its place, and everybody who attends."""

    candidate: int
    slot: int
    place: int
    attendees: tuple[int, ...]


@dataclass(frozen=True)
class Schedule:
    """The meetings that take place."""

    meetings: tuple[Meeting, ...] = ()

    @cached_property
    def by_candidate(self) -> Mapping[int, Meeting]:
        return {meeting.candidate: meeting for meeting in self.meetings}
