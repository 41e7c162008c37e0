"""Rows become the event they were made of, problems keep their meaning, and only legal schedules become rows."""

from collections import Counter
from dataclasses import replace

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from api.imports.reader import ParsedFile
from api.imports.service import Upload, import_into_event, store_event
from api.models import (
    BlockedSlot,
    Event,
    Meeting,
    MeetingAttendee,
    MeetingRequest,
    Participant,
    Schedule,
    Slot,
    Unplaced,
    User,
)
from api.models.schedules import ScheduleState
from api.schedules import explanations, fixes_job, snapshot, solving, store
from matchmaker.agenda import agendas_of
from matchmaker.event import Preference, RequestStatus
from matchmaker.locale import LANGUAGES
from matchmaker.sample import biowin_day
from matchmaker.scheduling import domain
from matchmaker.scheduling.candidates import problem_of
from matchmaker.scheduling.checks import measures, violations
from matchmaker.scheduling.codec import problem_from_json
from tests.api.drafts import drafted, queued
from tests.api.small_event import SLOTS, slot, small_event


def no_score(_one: str, _other: str) -> float:
    return 0.5


@pytest.fixture
def sample_id(db: Session) -> int:
    owner = User(email="organiser@example.org")
    db.add(owner)
    db.flush()
    event = store_event(db, biowin_day(people=40), owner.id)
    db.commit()
    return event.id


def test_an_event_comes_back_from_its_rows_as_it_was(db: Session, sample_id: int) -> None:
    stored = snapshot.load(db, sample_id).event
    made = biowin_day(people=40)
    assert replace(stored, people=(), requests=(), places=()) == replace(made, people=(), requests=(), places=())
    for one, other in ((stored.people, made.people), (stored.requests, made.requests), (stored.places, made.places)):
        assert Counter(one) == Counter(other)


def test_the_numbers_of_rows_do_not_change_the_problem(db: Session, sample_id: int) -> None:
    plan = snapshot.load(db, sample_id)
    by_position, _ = problem_of(plan.event, no_score)
    by_row, _ = snapshot.problem(plan, no_score)
    assert {c.id for c in by_row.candidates} <= set(plan.requests)
    back, _ = plan.positional(by_row, domain.Schedule())
    assert back == by_position


def test_documents_leave_out_what_has_left_the_event(db: Session, sample_id: int) -> None:
    plan = snapshot.load(db, sample_id)
    problem, _ = snapshot.problem(plan, no_score)
    gone = problem.candidates[0]
    meeting = domain.Meeting(candidate=gone.id, slot=0, place=plan.places[0], attendees=gone.people)
    db.execute(sa.delete(MeetingRequest).where(MeetingRequest.id == gone.id))
    later, schedule = snapshot.load(db, sample_id).positional(problem, domain.Schedule((meeting,)))
    assert len(later.candidates) == len(problem.candidates) - 1
    assert schedule.meetings == ()


def test_a_schedule_comes_back_from_its_rows(db: Session, database_url: str, event_id: int) -> None:
    row = drafted(db, database_url, event_id)
    plan = snapshot.load(db, event_id)
    problem, _ = snapshot.problem(plan, no_score)
    schedule = store.schedule_of(db, row.id, problem)
    assert violations(problem, schedule) == []
    assert len(schedule.meetings) == measures(problem, schedule).meetings == row.measures["meetings"] == 1
    (meeting,) = schedule.meetings
    assert {plan.event.people[plan.people.index(p)].first_name for p in meeting.attendees} == {"Cleo", "Bob"}


def test_a_schedule_that_breaks_a_rule_is_not_stored(db: Session, event_id: int) -> None:
    row = queued(db, event_id)
    plan = snapshot.load(db, event_id)
    problem, _ = snapshot.problem(plan, no_score)
    (candidate,) = problem.candidates
    elsewhere = plan.places[plan.event.places.index(next(p for p in plan.event.places if p.name == "Table 1"))]
    wrong = domain.Meeting(candidate=candidate.id, slot=0, place=elsewhere, attendees=candidate.people)
    with pytest.raises(store.IllegalScheduleError):
        store.store_meetings(db, row, problem, domain.Schedule((wrong,)))
    assert db.scalar(sa.select(sa.func.count()).select_from(Meeting)) == 0


def test_a_draft_is_outdated_when_somebody_is_no_longer_free(db: Session, database_url: str, event_id: int) -> None:
    row = drafted(db, database_url, event_id)
    assert store.outdated(db, row) == []
    meeting = db.scalars(sa.select(Meeting).where(Meeting.schedule_id == row.id)).one()
    cleo = db.scalars(sa.select(Participant).where(Participant.first_name == "Cleo")).one()
    db.add(BlockedSlot(participant_id=cleo.id, slot_id=meeting.slot_id))
    db.flush()
    assert [violation.rule for violation in store.outdated(db, row)] == ["availability"]


def test_each_request_without_a_meeting_has_its_reason_and_its_fix(db: Session, database_url: str) -> None:
    owner = User(email="organiser@example.org")
    db.add(owner)
    db.flush()
    event = small_event()
    agreed = tuple(
        replace(request, status=RequestStatus.ACCEPTED)
        for request in event.requests
        if request.preference is not Preference.NEVER
    )
    event_id = store_event(db, replace(event, requests=agreed), owner.id).id
    bob, ann = (db.scalars(sa.select(Participant).where(Participant.first_name == n)).one() for n in ("Bob", "Ann"))
    for later in db.scalars(sa.select(Slot).where(Slot.event_id == event_id, Slot.position > 0)):
        db.add(BlockedSlot(participant_id=bob.id, slot_id=later.id))
    db.commit()
    row = drafted(db, database_url, event_id)
    left = db.scalars(sa.select(Unplaced).where(Unplaced.schedule_id == row.id)).one()
    assert left.reason["code"] == "outbid"
    assert left.reason["participants"] == [bob.id]
    slots = snapshot.load(db, event_id).slots
    assert left.reason["slots"] == [slots[0]], "slots are kept by id"
    assert fixes_job.run(database_url, row.id, lambda: True) is False, "it stops when it is told to"
    assert fixes_job.run(database_url, row.id, lambda: False)
    db.refresh(left)
    step = {"code": "free", "participant": bob.id, "slots": [slots[1]]}
    assert (left.reason["fix"]["slot"], left.reason["fix"]["steps"]) == (slots[1], [step])
    names = store.names_of(db, db.get_one(Event, event_id), [left.reason])
    assert (
        explanations.fix_text_of(left.reason, "en", names) == "Possible at 10:20 if Bob Peeters is available at 10:20."
    )
    assert explanations.fix_text_of(left.reason, "fr", names) == (
        "Possible à 10\u00a0h\u00a020 si Bob Peeters est disponible à 10\u00a0h\u00a020."
    )
    for language in LANGUAGES:
        assert "Bob Peeters" in explanations.text_of(left.reason, language, names)
    attendees = db.scalars(sa.select(MeetingAttendee.participant_id).join(Meeting).where(Meeting.schedule_id == row.id))
    assert ann.id in attendees.all()


def test_a_request_that_a_never_excludes_is_told_to_the_organiser(db: Session, database_url: str) -> None:
    owner = User(email="organiser@example.org")
    db.add(owner)
    db.flush()
    both = (
        replace(small_event().requests[1]),
        replace(small_event().requests[1], sender="bob@example.org", recipient="cleo@example.org",
                status=RequestStatus.PENDING, preference=Preference.NEVER),
    )  # fmt: skip
    event_id = store_event(db, small_event(requests=both), owner.id).id
    db.commit()
    row = drafted(db, database_url, event_id)
    assert row.measures["meetings"] == 0
    assert db.scalars(sa.select(Unplaced.reason["code"].astext)).all() == ["never"]


@pytest.mark.parametrize("during", [False, True], ids=["after the solve", "during the solve"])
def test_a_schedule_keeps_its_times_when_an_import_adds_an_earlier_slot(
    db: Session, database_url: str, event_id: int, during: bool
) -> None:
    bob = db.scalars(sa.select(Participant).where(Participant.first_name == "Bob")).one()
    last = db.scalars(sa.select(Slot).where(Slot.event_id == event_id).order_by(Slot.position.desc())).first()
    assert last is not None
    others = db.scalars(sa.select(Slot).where(Slot.event_id == event_id, Slot.id != last.id)).all()
    db.add_all(BlockedSlot(participant_id=bob.id, slot_id=slot.id) for slot in others)
    db.commit()
    row = queued(db, event_id, state=ScheduleState.RUNNING) if during else drafted(db, database_url, event_id)
    if during:
        store.store_problem(db, row, snapshot.load(db, event_id), no_score)
        db.commit()
    earlier = small_event(slots=(slot("Early", 9), slot("Early", 9, 20), *SLOTS), people=(), requests=())
    parsed = ParsedFile(event=earlier, notices=(), text_languages={}, file_hash=b"")
    owner = db.scalars(sa.select(User.id).order_by(User.id)).first()
    assert owner is not None
    import_into_event(db, event_id, parsed, Upload(owner, "slots.xlsx", b""), alone=False, confirmed_name=earlier.name)
    db.commit()
    if during:
        assert solving.run(database_url, row.id, lambda: False)
        db.refresh(row)
    assert (row.state, row.measures["meetings"]) == (ScheduleState.DRAFT, 1)
    assert db.scalars(sa.select(Meeting.slot_id).where(Meeting.schedule_id == row.id)).all() == [last.id]
    plan, solved = snapshot.load(db, event_id), problem_from_json(row.problem)
    problem, schedule = plan.positional(solved, store.schedule_of(db, row.id, solved))
    entries = [entry for agenda in agendas_of(plan.event, schedule) for entry in agenda.entries]
    assert {(entry.starts, entry.partners[0].first_name) for entry in entries} == {
        (last.starts, "Bob"),
        (last.starts, "Cleo"),
    }
    assert measures(problem, schedule) == measures(solved, store.schedule_of(db, row.id, solved))
    assert violations(problem, schedule) == []
    assert store.outdated(db, row) == []


def test_what_is_solved_is_fixed_before_the_search(db: Session, database_url: str, event_id: int) -> None:
    row = drafted(db, database_url, event_id)
    problem = db.scalar(sa.select(Schedule.problem).where(Schedule.id == row.id))
    assert problem is not None
    assert len(problem["candidates"]) == 1
