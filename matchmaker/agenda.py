"""A session becomes slots, a schedule becomes agendas: time zones begin and end here.

The scheduler knows slots by number only; everything with a time of day is made of `TimeSlot` in this file.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from matchmaker.event import Event, EventPlace, Profile, TimeSlot
from matchmaker.scheduling.domain import Schedule, Slot


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One meeting in the agenda of one person, seen from that person.

    `slot` is an index into `Event.slots`; `candidate` the meeting's id; `reasons` say by language why the two meet
    (empty where nothing is known). `uid` tells calendars that it is the same meeting in every version (None: who meets
    does).
    """

    candidate: int
    slot: int
    starts: datetime
    ends: datetime
    session: str
    place: EventPlace
    partners: tuple[Profile, ...]
    reasons: Mapping[str, str] = field(default_factory=dict)
    uid: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Agenda:
    """The meetings of one person, in order of time; `cancelled` stood in an earlier version and are no more."""

    person: Profile
    entries: tuple[Entry, ...]
    cancelled: tuple[Entry, ...] = ()


def slots_between(session: str, starts: datetime, ends: datetime, minutes: int) -> tuple[TimeSlot, ...]:
    """The slots of `minutes` each that fit between two aware datetimes; a rest shorter than a slot is left over."""
    length = timedelta(minutes=minutes)
    zone = starts.tzinfo
    first, last = starts.astimezone(UTC), ends.astimezone(UTC)
    return tuple(
        TimeSlot(
            session=session,
            starts=(first + i * length).astimezone(zone),
            ends=(first + (i + 1) * length).astimezone(zone),
        )
        for i in range((last - first) // length)
    )


def scheduler_slots(event: Event) -> tuple[Slot, ...]:
    """The event's slots as the scheduler knows them: numbered sessions and days.

    A session ends where its name or the (local) day changes, and where a pause is as long as a slot: such a pause
    is lunch or coffee, and waiting through it is not a break between two meetings. Shorter pauses serve to change
    tables.
    """
    zone = ZoneInfo(event.time_zone)
    days = [slot.starts.astimezone(zone).date() for slot in event.slots]
    session, sessions = 0, [0] if event.slots else []
    for (one, other), (day, next_day) in zip(pairwise(event.slots), pairwise(days), strict=True):
        pause = other.starts.astimezone(UTC) - one.ends.astimezone(UTC)
        length = one.ends.astimezone(UTC) - one.starts.astimezone(UTC)
        session += one.session != other.session or day != next_day or pause >= length
        sessions.append(session)
    number = {day: i for i, day in enumerate(sorted(set(days)))}
    return tuple(Slot(session=s, day=number[day]) for s, day in zip(sessions, days, strict=True))


def agendas_of(
    event: Event, schedule: Schedule, reasons: Mapping[int, Mapping[str, Mapping[str, str]]] | None = None
) -> tuple[Agenda, ...]:
    """The agenda of every person of the event, in the event's order (also of those without a meeting).

    `schedule` answers the problem that `matchmaker.scheduling.candidates.problem_of` makes of this event. `reasons`
    give for a candidate, by e-mail address of the reader and by language, why the meeting is worth having. Times are in
    the event's time zone.
    """
    zone = ZoneInfo(event.time_zone)
    entries: dict[int, list[Entry]] = defaultdict(list)
    for meeting in sorted(schedule.meetings, key=lambda m: (m.slot, m.candidate)):
        slot = event.slots[meeting.slot]
        for person in meeting.attendees:
            entries[person].append(
                Entry(
                    candidate=meeting.candidate,
                    slot=meeting.slot,
                    starts=slot.starts.astimezone(zone),
                    ends=slot.ends.astimezone(zone),
                    session=slot.session,
                    place=event.places[meeting.place],
                    partners=tuple(event.people[p] for p in meeting.attendees if p != person),
                    reasons=(reasons or {}).get(meeting.candidate, {}).get(event.people[person].email, {}),
                )
            )
    return tuple(Agenda(person=person, entries=tuple(entries[i])) for i, person in enumerate(event.people))
