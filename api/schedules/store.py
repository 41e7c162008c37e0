"""What a schedule solves and what comes of it, into the database and back.

Stored problems and schedules know people, places, slots and requests by the id of their row.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from api import models
from api.schedules import explanations, snapshot
from matchmaker.scheduling.checks import Violation, measures, violations
from matchmaker.scheduling.codec import problem_to_json
from matchmaker.scheduling.domain import Meeting, Problem, Schedule


class IllegalScheduleError(Exception):
    """A schedule breaks rules; `violations` says which. It is neither stored nor shown."""

    def __init__(self, found: Sequence[Violation]) -> None:
        super().__init__(f"the schedule breaks {len(found)} rules, first: {found[0].message}")
        self.violations = tuple(found)


def store_problem(
    session: Session, row: models.Schedule, plan: snapshot.EventSnapshot, score: Callable[[str, str], float]
) -> None:
    """Fix what a schedule is to solve, for this run of it and any that goes on after a crash."""
    solved, index = snapshot.problem(plan, score)
    row.problem = problem_to_json(solved)
    if index.excluded:
        session.execute(
            sa.insert(models.Unplaced),
            [{"schedule_id": row.id, "request_id": i, "reason": explanations.NEVER} for i in index.excluded],
        )


def check(problem: Problem, schedule: Schedule) -> None:
    """Raises `IllegalScheduleError` unless the schedule obeys every rule."""
    if found := violations(problem, schedule):
        raise IllegalScheduleError(found)


def schedule_of(session: Session, schedule_id: int, problem: Problem) -> Schedule:
    """A stored schedule, whose slots are those of `problem`."""
    position = {slot: t for t, slot in enumerate(problem.slot_ids)}
    meetings = session.scalars(
        sa.select(models.Meeting)
        .where(models.Meeting.schedule_id == schedule_id)
        .options(selectinload(models.Meeting.attendees))
        .order_by(models.Meeting.id)
    )
    return Schedule(
        tuple(
            Meeting(
                candidate=meeting.request_id,
                slot=position[meeting.slot_id],
                place=meeting.place_id,
                attendees=tuple(a.participant_id for a in meeting.attendees),
            )
            for meeting in meetings
            if meeting.request_id is not None
        )
    )


def candidates_of(session: Session, schedule_id: int, problem: Problem) -> Schedule:
    """Those meetings of a stored schedule that `problem`, made later, still has as candidates."""
    candidates = {candidate.id for candidate in problem.candidates}
    stored = schedule_of(session, schedule_id, problem)
    return Schedule(tuple(meeting for meeting in stored.meetings if meeting.candidate in candidates))


def store_meetings(session: Session, row: models.Schedule, problem: Problem, schedule: Schedule) -> None:
    """Write the meetings of a legal schedule, what they come to, and why the others are left out.

    Raises `IllegalScheduleError` for any other, before anything is written.
    """
    check(problem, schedule)
    slots = problem.slot_ids
    value = {candidate.id: candidate.value for candidate in problem.candidates}
    held = sorted(schedule.meetings, key=lambda m: (m.slot, m.place, m.candidate))
    if held:
        ids = session.scalars(
            sa.insert(models.Meeting).returning(models.Meeting.id, sort_by_parameter_order=True),
            [
                {
                    "schedule_id": row.id,
                    "request_id": m.candidate,
                    "slot_id": slots[m.slot],
                    "place_id": m.place,
                    "value": value[m.candidate],
                }
                for m in held
            ],
        ).all()
        session.execute(
            sa.insert(models.MeetingAttendee),
            [
                {"meeting_id": i, "participant_id": person}
                for i, m in zip(ids, held, strict=True)
                for person in m.attendees
            ],
        )
    if reasons := explanations.reasons(problem, schedule, slots.__getitem__):
        session.execute(
            sa.insert(models.Unplaced),
            [{"schedule_id": row.id, "request_id": i, "reason": reason} for i, reason in reasons.items()],
        )
    row.measures = measures_of(session, row.event_id, problem, schedule)


def names_of(session: Session, event: models.Event, reasons: Iterable[Mapping[str, Any]]) -> explanations.EventNames:
    """How the sentences of stored reasons name the people, slots, places and meetings of the event."""
    request, person, place, slot = models.MeetingRequest, models.Participant, models.Place, models.Slot
    requests, alone = set[int](), set[int]()
    for stored in reasons:
        requests |= explanations.mentioned_requests(stored)
        alone |= explanations.mentioned_people(stored)
    pairs = session.execute(
        sa.select(request.id, request.sender_id, request.recipient_id).where(request.id.in_(requests))
    ).all()
    people = {i: (sender, recipient) for i, sender, recipient in pairs}
    names = session.execute(
        sa.select(person.id, person.first_name, person.last_name).where(
            person.id.in_(alone.union(*people.values())), person.event_id == event.id
        )
    )
    places = session.execute(sa.select(place.id, place.name).where(place.event_id == event.id)).all()
    slots = session.execute(sa.select(slot.id, slot.starts).where(slot.event_id == event.id).order_by(slot.position))
    zone = ZoneInfo(event.time_zone)
    return explanations.EventNames(
        person={i: f"{first} {last}" for i, first, last in names},
        place=dict(places),
        slots={i: starts.astimezone(zone) for i, starts in slots},
        people=people,
    )


def measures_of(session: Session, event_id: int, problem: Problem, schedule: Schedule) -> dict[str, Any]:
    """The figures of a schedule (see `api.schedules.schemas.Measures`)."""
    countries = dict(
        session.execute(
            sa.select(models.Participant.id, models.Participant.country).where(models.Participant.event_id == event_id)
        ).all()
    )
    found = measures(problem, schedule)
    return {
        "requested": len(problem.candidates),
        "meetings": found.meetings,
        "participants": len({person for meeting in schedule.meetings for person in meeting.attendees}),
        "between_countries": sum(len({countries[p] for p in m.attendees}) > 1 for m in schedule.meetings),
        "breaks": found.breaks,
        "idle_slots": found.idle,
        "below_minimum": found.below_minimum,
    }


def outdated(session: Session, row: models.Schedule) -> list[Violation]:
    """The rules of the event as it is now that a stored schedule breaks."""
    problem, _ = snapshot.problem(snapshot.load(session, row.event_id), lambda _one, _other: 0.0)
    return violations(problem, schedule_of(session, row.id, problem))
