"""The seam between the database and the domain: rows -> `Event`, `Problem`. `api.schedules.store` writes a `Schedule`.

An `Event` knows its people, places, slots and requests by position; a stored problem and its schedules know them by
the id of their row.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from api import models
from api.participants.statements import statement_of
from matchmaker.agenda import scheduler_slots
from matchmaker.event import Event, EventPlace, Preference, Profile, Request, RequestStatus, TimeSlot
from matchmaker.scheduling.candidates import RequestIndex, problem_of
from matchmaker.scheduling.domain import Problem, Schedule


@dataclass(frozen=True, slots=True, kw_only=True)
class EventSnapshot:
    """An event with the numbers of its rows, in the event's order."""

    event: Event
    people: tuple[int, ...]
    places: tuple[int, ...]
    slots: tuple[int, ...]
    requests: tuple[int, ...]

    def positional(self, problem: Problem, schedule: Schedule) -> tuple[Problem, Schedule]:
        """A stored problem and a schedule of it as documents read them: by position in the event.

        What has left the event since then is left out; slots are those that the event has now.
        """
        people, places, requests = (_positions(rows) for rows in (self.people, self.places, self.requests))
        slots_now = _positions(self.slots)
        slots = [slots_now[row] for row in problem.slot_ids]
        there = [c for c in problem.candidates if c.id in requests and set(c.people) <= people.keys()]
        kept = {c.id for c in there}
        remaining = replace(
            problem,
            participants=tuple(p for p in problem.participants if p.id in people),
            candidates=tuple(replace(c, after=c.after & kept) for c in there),
            pins=tuple(pin for pin in problem.pins if pin.candidate in kept),
            exclusive=tuple(group & kept for group in problem.exclusive),
        )
        moved = replace(_at_slots(remaining, slots), slots=scheduler_slots(self.event))
        return _renumbered(moved, people, places, requests), Schedule(
            tuple(
                replace(
                    meeting,
                    candidate=requests[meeting.candidate],
                    slot=slots[meeting.slot],
                    place=places[meeting.place],
                    attendees=tuple(people[p] for p in meeting.attendees),
                )
                for meeting in schedule.meetings
                if meeting.candidate in kept
            )
        )


def _positions(rows: Sequence[int]) -> dict[int, int]:
    return {row: i for i, row in enumerate(rows)}


def read(engine: sa.Engine, event_id: int) -> EventSnapshot:
    """The whole event as it is at one moment. Raises `sqlalchemy.exc.NoResultFound` if there is none."""
    with Session(engine.execution_options(isolation_level="REPEATABLE READ")) as session:
        return load(session, event_id)


def load(session: Session, event_id: int) -> EventSnapshot:
    """As `read`, in a transaction of the caller's."""
    row = session.get_one(models.Event, event_id)
    slots = session.scalars(
        sa.select(models.Slot)
        .options(joinedload(models.Slot.session))
        .where(models.Slot.event_id == event_id)
        .order_by(models.Slot.position)
    ).all()
    places = session.scalars(
        sa.select(models.Place)
        .options(joinedload(models.Place.organisation))
        .where(models.Place.event_id == event_id)
        .order_by(models.Place.id)
    ).all()
    people = session.scalars(
        sa.select(models.Participant)
        .join(models.Participant.user)
        .options(
            contains_eager(models.Participant.user),
            joinedload(models.Participant.organisation),
            joinedload(models.Participant.place),
            selectinload(models.Participant.offers),
            selectinload(models.Participant.needs),
            selectinload(models.Participant.blocked),
        )
        .where(models.Participant.event_id == event_id)
        .order_by(models.Participant.id)
    ).all()
    requests = session.scalars(
        sa.select(models.MeetingRequest)
        .where(
            models.MeetingRequest.event_id == event_id,
            # a "never" that was taken back says nothing any more
            ~sa.and_(
                models.MeetingRequest.preference == Preference.NEVER,
                models.MeetingRequest.status == RequestStatus.WITHDRAWN,
            ),
        )
        .order_by(models.MeetingRequest.id)
    ).all()
    position = {slot.id: i for i, slot in enumerate(slots)}
    email = {person.id: person.user.email for person in people}
    return EventSnapshot(
        event=Event(
            name=row.name,
            time_zone=row.time_zone,
            languages=tuple(row.languages),
            colour=row.colour,
            themes=row.themes,
            slots=tuple(TimeSlot(session=s.session.name, starts=s.starts, ends=s.ends) for s in slots),
            places=tuple(
                EventPlace(
                    name=place.name,
                    kind=place.kind,
                    capacity=place.capacity,
                    organisation=place.organisation.name if place.organisation else None,
                )
                for place in places
            ),
            people=tuple(_profile(person, position) for person in people),
            requests=tuple(
                Request(
                    sender=email[request.sender_id],
                    recipient=email[request.recipient_id],
                    status=request.status,
                    preference=request.preference,
                    message=request.message,
                )
                for request in requests
            ),
        ),
        people=tuple(person.id for person in people),
        places=tuple(place.id for place in places),
        slots=tuple(slot.id for slot in slots),
        requests=tuple(request.id for request in requests),
    )


def _profile(person: models.Participant, position: Mapping[int, int]) -> Profile:
    blocked = {position[b.slot_id] for b in person.blocked}
    return Profile(
        email=person.user.email,
        first_name=person.first_name,
        last_name=person.last_name,
        organisation=person.organisation.name,
        country=person.country,
        language=person.language,
        type=person.type,
        job_title=person.job_title,
        themes=tuple(person.themes),
        offers=tuple(map(statement_of, person.offers)),
        needs=tuple(map(statement_of, person.needs)),
        available=frozenset(position.values()) - blocked if blocked else None,
        place=person.place.name if person.place else None,
        remote=person.remote,
        minimum=person.minimum,
        maximum=person.maximum,
    )


def problem(plan: EventSnapshot, score: Callable[[str, str], float]) -> tuple[Problem, RequestIndex]:
    """What is to be solved (`matchmaker.scheduling.candidates.problem_of`), with the numbers of the rows for ids."""
    positional, index = problem_of(plan.event, score)
    slots = (replace(slot, id=row) for slot, row in zip(positional.slots, plan.slots, strict=True))
    named = replace(positional, slots=tuple(slots))
    return _renumbered(named, plan.people, plan.places, plan.requests), RequestIndex(
        requests={plan.requests[i]: tuple(plan.requests[j] for j in group) for i, group in index.requests.items()},
        excluded=tuple(plan.requests[i] for i in index.excluded),
    )


class _Numbers(Protocol):
    """The new id for an old one: a sequence or a mapping."""

    def __getitem__(self, old: int, /) -> int: ...


def _at_slots(problem: Problem, slots: Sequence[int]) -> Problem:
    """The same problem with other positions of its slots."""

    def moved(some: frozenset[int] | None) -> frozenset[int] | None:
        return None if some is None else frozenset(slots[t] for t in some)

    return replace(
        problem,
        places=tuple(replace(place, open=moved(place.open)) for place in problem.places),
        participants=tuple(replace(p, available=moved(p.available)) for p in problem.participants),
        candidates=tuple(replace(c, slots=moved(c.slots)) for c in problem.candidates),
        pins=tuple(replace(pin, slot=None if pin.slot is None else slots[pin.slot]) for pin in problem.pins),
    )


def _renumbered(problem: Problem, people: _Numbers, places: _Numbers, requests: _Numbers) -> Problem:
    """The same problem with other ids."""
    return replace(
        problem,
        places=tuple(replace(place, id=places[place.id]) for place in problem.places),
        participants=tuple(
            replace(p, id=people[p.id], place=None if p.place is None else places[p.place])
            for p in problem.participants
        ),
        candidates=tuple(
            replace(
                candidate,
                id=requests[candidate.id],
                people=tuple(people[p] for p in candidate.people),
                teams=tuple(tuple(people[p] for p in team) for team in candidate.teams),
                places=None if candidate.places is None else frozenset(places[i] for i in candidate.places),
                after=frozenset(requests[i] for i in candidate.after),
            )
            for candidate in problem.candidates
        ),
        pins=tuple(
            replace(pin, candidate=requests[pin.candidate], place=None if pin.place is None else places[pin.place])
            for pin in problem.pins
        ),
        exclusive=tuple(frozenset(requests[i] for i in group) for group in problem.exclusive),
    )
