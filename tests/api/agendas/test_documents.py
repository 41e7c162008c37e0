"""Documents of a schedule: made for their reader alone, once, and away from the server process."""

import asyncio
from collections.abc import Callable

import icalendar
import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from api.agendas.printing import make_documents
from api.core.database import open_engine, open_sessions
from api.models import BlockedSlot, Document, Meeting, MeetingRequest, Participant, Schedule
from matchmaker.event import Preference, RequestStatus
from tests.api.drafts import drafted

Browser = Callable[[str], TestClient]
ORGANISER, BOB = "organiser@example.org", "bob@example.org"


@pytest.fixture
def draft(db: Session, database_url: str, event_id: int) -> Schedule:
    """A draft in which Ann and Cleo meet Bob."""
    db.execute(
        sa.update(MeetingRequest)
        .where(MeetingRequest.preference == Preference.MUST)
        .values(status=RequestStatus.ACCEPTED, answered_at=sa.func.now())
    )
    db.commit()
    return drafted(db, database_url, event_id)


def agenda(event_id: int, participant_id: int) -> str:
    return f"/api/v1/events/{event_id}/participants/{participant_id}/agenda"


def work(url: str, schedule_id: int) -> None:
    """The job, as a worker does it."""

    async def run() -> None:
        engine = open_engine(url)
        await make_documents(open_sessions(engine), schedule_id)
        await engine.dispose()

    asyncio.run(run())


def test_publishing_has_everybodys_agenda_printed_once(
    db: Session, database_url: str, event_id: int, draft: Schedule, signed_in: Browser, person: Callable[[str], int]
) -> None:
    organiser, bob = signed_in(ORGANISER), signed_in(BOB)
    files = f"/api/v1/schedules/{draft.id}"
    early = organiser.get(f"{files}/agendas.pdf")
    assert (early.status_code, early.json()["code"]) == (409, "documents-in-progress")
    assert organiser.get(f"{files}/documents").json() == {"state": "none", "made": 0, "total": 3}
    organiser.post(f"{files}/publish")
    job = db.execute(sa.text("SELECT task_name, args, queueing_lock FROM procrastinate_jobs")).one()
    assert job == ("make_documents", {"schedule_id": draft.id}, f"documents-{draft.id}")
    assert organiser.get(f"{files}/documents").json()["state"] == "waiting"
    work(database_url, draft.id)
    made = {(row.kind, row.participant_id): row.created_at for row in db.scalars(sa.select(Document))}
    people = {person(name) for name in ("ann", "bob", "cleo")}
    assert made.keys() == {("agendas", None), *(("agenda", id_) for id_ in people)}
    assert organiser.get(f"{files}/agendas.pdf").content.startswith(b"%PDF")
    assert bob.get(f"{agenda(event_id, person('bob'))}.pdf").content.startswith(b"%PDF")
    work(database_url, draft.id)
    db.expire_all()
    again = {(row.kind, row.participant_id): row.created_at for row in db.scalars(sa.select(Document))}
    assert again == made, "neither a download nor a second job prints what is up to date"


def test_a_draft_is_printed_when_it_is_asked_for_and_again_after_a_change(
    db: Session, database_url: str, draft: Schedule, signed_in: Browser, person: Callable[[str], int]
) -> None:
    organiser, files = signed_in(ORGANISER), f"/api/v1/schedules/{draft.id}"
    answer = organiser.post(f"{files}/documents")
    assert (answer.status_code, answer.json()) == (202, {"state": "waiting", "made": 0, "total": 3})
    assert organiser.post(f"{files}/documents").status_code == 202
    assert db.scalar(sa.text("SELECT count(*) FROM procrastinate_jobs")) == 1
    work(database_url, draft.id)
    db.execute(sa.text("DELETE FROM procrastinate_jobs"))
    db.commit()
    assert organiser.get(f"{files}/documents").json() == {"state": "ready", "made": 3, "total": 3}
    assert [row.kind for row in db.scalars(sa.select(Document))] == ["agendas"], "nobody else can see a draft"
    before = organiser.get(f"{files}/agendas.pdf")
    assert before.headers["content-disposition"] == 'attachment; filename="journee-d-ete-v1-agendas.pdf"'
    db.execute(sa.update(Participant).where(Participant.id == person("ann")).values(last_name="Zola"))
    db.commit()
    work(database_url, draft.id)
    assert organiser.get(f"{files}/agendas.pdf").headers["etag"] != before.headers["etag"]


def test_an_agenda_that_has_not_changed_is_not_sent_twice(
    db: Session, event_id: int, draft: Schedule, signed_in: Browser, person: Callable[[str], int]
) -> None:
    organiser, bob = signed_in(ORGANISER), signed_in(BOB)
    organiser.post(f"/api/v1/schedules/{draft.id}/publish")
    for suffix in (".pdf", ".ics"):
        address = agenda(event_id, person("bob")) + suffix
        first = bob.get(address)
        assert first.headers["cache-control"] == "private, no-cache"
        same = bob.get(address, headers={"If-None-Match": first.headers["etag"]})
        assert (same.status_code, same.content) == (304, b"")
    (kept,) = db.scalars(sa.select(Document.participant_id))
    assert kept == person("bob"), "what was made before the job came to it is kept too"
    db.execute(sa.update(Participant).where(Participant.id == person("ann")).values(last_name="Zola"))
    db.commit()
    for suffix in (".pdf", ".ics"):
        address = agenda(event_id, person("bob")) + suffix
        assert bob.get(address, headers={"If-None-Match": first.headers["etag"]}).status_code == 200


def test_an_agenda_costs_the_same_at_any_size_of_the_event(
    db: Session, event_id: int, draft: Schedule, signed_in: Browser, person: Callable[[str], int]
) -> None:
    publish(signed_in(ORGANISER), draft)
    address, cleo, statements = agenda(event_id, person("cleo")), signed_in("cleo@example.org"), []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        for suffix in ("", ".pdf", ".ics"):
            assert cleo.get(address + suffix).status_code == 200
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)
    meetings = [statement for statement in statements if "FROM meetings" in statement]
    assert len(meetings) == 3
    assert all("participant_id IN" in statement for statement in meetings)
    assert not [s for s in statements if any(f"FROM {table}" in s for table in ("meeting_requests", "slots"))]
    assert not [s for s in statements if s.startswith(("SELECT offers", "SELECT needs"))]


def publish(organiser: TestClient, schedule: Schedule) -> None:
    assert organiser.post(f"/api/v1/schedules/{schedule.id}/publish").status_code == 200


def test_the_sequence_of_a_calendar_grows_with_every_publication_also_of_an_older_version(
    db: Session, database_url: str, event_id: int, draft: Schedule, signed_in: Browser, person: Callable[[str], int]
) -> None:
    newer, organiser, bob = drafted(db, database_url, event_id), signed_in(ORGANISER), signed_in(BOB)
    seen = []
    for schedule in (draft, newer, draft):
        publish(organiser, schedule)
        calendar = icalendar.Calendar.from_ical(bob.get(f"{agenda(event_id, person('bob'))}.ics").content)
        seen.append({(event["uid"], event["sequence"], event["status"]) for event in calendar.walk("VEVENT")})
    assert [{sequence for _, sequence, _ in events} for events in seen] == [{1}, {2}, {3}]
    assert len({frozenset(uid for uid, _, _ in events) for events in seen}) == 1
    assert {status for events in seen for _, _, status in events} == {"CONFIRMED"}


def test_a_meeting_that_is_no_more_is_cancelled_in_the_calendar(
    db: Session, database_url: str, event_id: int, draft: Schedule, signed_in: Browser, person: Callable[[str], int]
) -> None:
    organiser, bob, address = signed_in(ORGANISER), signed_in(BOB), f"{agenda(event_id, person('bob'))}.ics"
    publish(organiser, draft)
    before = {e["uid"]: e for e in icalendar.Calendar.from_ical(bob.get(address).content).walk("VEVENT")}
    slots = db.scalars(sa.text("SELECT id FROM slots")).all()
    db.add_all(BlockedSlot(participant_id=person("cleo"), slot_id=slot) for slot in slots)
    db.commit()
    newer = drafted(db, database_url, event_id)
    assert db.scalar(sa.select(sa.func.count()).where(Meeting.schedule_id == newer.id)) == 1
    publish(organiser, newer)
    after = {e["uid"]: e for e in icalendar.Calendar.from_ical(bob.get(address).content).walk("VEVENT")}
    assert after.keys() == before.keys()
    (gone,) = [event for event in after.values() if event["status"] == "CANCELLED"]
    assert "Cleo O'Connor" in gone["summary"]
    assert gone["sequence"] == 2
    assert gone.decoded("dtstart") == before[gone["uid"]].decoded("dtstart")
    uids = {e["uid"] for e in icalendar.Calendar.from_ical(
        organiser.get(f"{agenda(event_id, person('cleo'))}.ics").content).walk("VEVENT")}  # fmt: skip
    assert uids == {gone["uid"]}, "both people have the same meeting"


def test_a_uid_stays_when_somebodys_address_changes(
    db: Session, event_id: int, draft: Schedule, signed_in: Browser, person: Callable[[str], int]
) -> None:
    organiser, address = signed_in(ORGANISER), f"{agenda(event_id, person('bob'))}.ics"
    publish(organiser, draft)
    before = organiser.get(address)
    db.execute(sa.text("UPDATE users SET email = 'new@example.org' WHERE email = 'ann@example.org'"))
    db.commit()
    assert organiser.get(address).content == before.content
