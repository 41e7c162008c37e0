"""Schedules as an organiser makes, sees and publishes them, and the agendas that come of them."""

import io
from collections.abc import Callable
from datetime import UTC, datetime

import icalendar
import pypdf
import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from python_calamine import CalamineWorkbook
from sqlalchemy.orm import Session

from api.models import BlockedSlot, Meeting, MeetingRequest, Participant, Proposals, Schedule, User
from api.models.schedules import ScheduleState
from api.schedules import solving
from matchmaker.event import Preference, RequestStatus
from tests.api.drafts import drafted, queued
from tests.api.matches import add_match

Browser = Callable[[str], TestClient]
ORGANISER, BOB, CLEO = "organiser@example.org", "bob@example.org", "cleo@example.org"


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


def code(answer: object) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]  # type: ignore[attr-defined]


def test_a_schedule_is_accepted_for_making_and_one_at_a_time(db: Session, event_id: int, signed_in: Browser) -> None:
    organiser = signed_in(ORGANISER)
    answer = organiser.post(f"/api/v1/events/{event_id}/schedules", json={"goals": ["value", "breaks"]})
    made = answer.json()
    assert answer.status_code == 202
    assert (made["version"], made["state"], made["progress"]["percent"]) == (1, "queued", 0)
    assert made["options"] == {"time_limit": 20, "goals": ["value", "breaks"]}
    job = db.execute(sa.text("SELECT task_name, args, lock FROM procrastinate_jobs")).one()
    owner = db.scalars(sa.select(User.id).where(User.email == ORGANISER)).one()
    asked = {"event_id": event_id, "schedule_id": made["id"], "account_id": owner}
    assert job == ("make_schedule", asked, f"event-{event_id}")
    again = organiser.post(f"/api/v1/events/{event_id}/schedules", json={})
    assert code(again) == (409, "schedule-running")
    listed = organiser.get(f"/api/v1/events/{event_id}/schedules").json()
    assert (listed["total"], listed["items"][0]["id"]) == (1, made["id"])


def test_a_schedule_that_waits_is_cancelled_at_once_with_its_job(
    db: Session, event_id: int, signed_in: Browser
) -> None:
    organiser = signed_in(ORGANISER)
    number = organiser.post(f"/api/v1/events/{event_id}/schedules", json={}).json()["id"]
    assert organiser.post(f"/api/v1/schedules/{number}/cancel").json()["state"] == "cancelled"
    assert db.scalar(sa.text("SELECT status::text FROM procrastinate_jobs")) == "cancelled"
    assert organiser.post(f"/api/v1/schedules/{number}/cancel").status_code == 200
    assert organiser.post(f"/api/v1/events/{event_id}/schedules", json={}).json()["version"] == 2


def test_only_what_is_being_made_can_be_cancelled(draft: Schedule, signed_in: Browser) -> None:
    assert code(signed_in(ORGANISER).post(f"/api/v1/schedules/{draft.id}/cancel")) == (409, "not-running")


def test_schedules_are_for_organisers(draft: Schedule, signed_in: Browser) -> None:
    bob, stranger = signed_in(BOB), signed_in("stranger@example.org")
    for path in ("", "/progress", "/grid", "/workbook.xlsx", "/agendas.pdf"):
        assert code(bob.get(f"/api/v1/schedules/{draft.id}{path}")) == (403, "forbidden")
        assert stranger.get(f"/api/v1/schedules/{draft.id}{path}").status_code == 404
    for action in ("cancel", "publish"):
        assert code(bob.post(f"/api/v1/schedules/{draft.id}/{action}")) == (403, "forbidden")


def test_the_figures_of_a_draft_are_counted_from_its_meetings(draft: Schedule, signed_in: Browser) -> None:
    made = signed_in(ORGANISER).get(f"/api/v1/schedules/{draft.id}").json()
    assert made["measures"] == {
        "requested": 2, "meetings": 2, "participants": 3, "between_countries": 2, "breaks": 0, "idle_slots": 0,
        "below_minimum": 0,
    }  # fmt: skip
    assert made["progress"]["percent"] == 100
    assert {goal["goal"]: goal["proven"] for goal in made["goals"]} == {
        "coverage": True, "value": True, "breaks": True, "idle": True,
    }  # fmt: skip


def test_the_last_thing_that_is_said_of_a_schedule_is_that_it_is_done(draft: Schedule, signed_in: Browser) -> None:
    answer = signed_in(ORGANISER).get(f"/api/v1/schedules/{draft.id}/progress")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.text.startswith("event: done\ndata: {")


def test_the_grid_holds_every_meeting_and_every_request_without_one(
    db: Session, database_url: str, event_id: int, draft: Schedule, signed_in: Browser, person: Callable[[str], int]
) -> None:
    db.add(
        MeetingRequest(event_id=event_id, sender_id=person("dan"), recipient_id=person("ann"),
                       status=RequestStatus.ACCEPTED, answered_at=datetime.now(UTC))
    )  # fmt: skip
    slots = db.scalars(sa.text("SELECT id FROM slots")).all()
    db.add_all(BlockedSlot(participant_id=person("dan"), slot_id=slot) for slot in slots)
    add_match(db, person("ann"), person("bob"), 0.83)
    db.commit()
    newer = drafted(db, database_url, event_id)
    grid = signed_in(ORGANISER).get(f"/api/v1/schedules/{newer.id}/grid").json()
    assert [slot["position"] for slot in grid["slots"]] == [0, 1, 2, 3]
    assert [place["name"] for place in grid["places"]] == ["Table 1", "Table 2", "Stand 1"]
    held = {frozenset(p["name"] for p in meeting["participants"]): meeting for meeting in grid["meetings"]}
    assert held.keys() == {frozenset({"Ann Dubois", "Bob Peeters"}), frozenset({"Cleo O'Connor", "Bob Peeters"})}
    assert held[frozenset({"Ann Dubois", "Bob Peeters"})]["score"] == 83
    assert held[frozenset({"Cleo O'Connor", "Bob Peeters"})]["place_id"] == grid["places"][2]["id"]
    (left,) = grid["unplaced"]
    assert {p["name"] for p in left["participants"]} == {"Dan Adams", "Ann Dubois"}
    assert left["reason"] == {
        "code": "no_common_slot",
        "text": "Dan Adams et Ann Dubois\u00a0: jamais disponibles en même temps.",
        "fix": None,
    }, "in the language of the organiser's account"
    again = signed_in(ORGANISER).get(f"/api/v1/schedules/{newer.id}/grid", headers={"Accept-Language": "de"}).json()
    assert again["unplaced"][0]["reason"]["text"] == "Dan Adams und Ann Dubois: nie zur gleichen Zeit verfügbar."


def test_an_agenda_is_empty_until_a_schedule_is_published(
    event_id: int, draft: Schedule, signed_in: Browser, person: Callable[[str], int]
) -> None:
    address, bob, organiser = agenda(event_id, person("bob")), signed_in(BOB), signed_in(ORGANISER)
    before = bob.get(address).json()
    assert (before["schedule_id"], before["entries"]) == (None, [])
    assert bob.get(f"{address}.pdf").status_code == bob.get(f"{address}.ics").status_code == 404
    assert code(bob.get(address, params={"schedule_id": draft.id})) == (403, "forbidden")
    assert len(organiser.get(address, params={"schedule_id": draft.id}).json()["entries"]) == 2
    published = organiser.post(f"/api/v1/schedules/{draft.id}/publish").json()
    assert (published["state"], published["published_at"] is None) == ("published", False)
    entries = bob.get(address).json()["entries"]
    assert [len(entry["partners"]) for entry in entries] == [1, 1]
    assert entries[0]["starts"] < entries[0]["ends"] <= entries[1]["starts"]
    assert entries[0]["starts"].endswith("+01:00")


def test_everybody_sees_their_own_agenda_only(
    event_id: int, draft: Schedule, signed_in: Browser, person: Callable[[str], int]
) -> None:
    organiser = signed_in(ORGANISER)
    organiser.post(f"/api/v1/schedules/{draft.id}/publish")
    for suffix in ("", ".pdf", ".ics"):
        assert code(signed_in(CLEO).get(agenda(event_id, person("bob")) + suffix)) == (403, "forbidden")
        assert organiser.get(agenda(event_id, person("bob")) + suffix).status_code == 200


def test_the_documents_hold_the_meetings(
    db: Session, event_id: int, draft: Schedule, signed_in: Browser, person: Callable[[str], int]
) -> None:
    add_match(db, person("bob"), person("cleo"), 0.5)
    db.commit()
    organiser, bob, address = signed_in(ORGANISER), signed_in(BOB), agenda(event_id, person("bob"))
    organiser.post(f"/api/v1/schedules/{draft.id}/publish")
    printed = text_of(bob.get(f"{address}.pdf").content)
    assert "Cleo O’Connor" in printed.replace("'", "’")
    assert "Ann Dubois" in printed
    assert "sluit aan bij" in printed, "the reason is in the language of the reader"
    reasons = [entry["reason"] for entry in bob.get(address).json()["entries"]]
    quoted = "Contract manufacturing of 100% sterile devices", "Companies with in vivo data in immuno-oncology"
    assert "Hun aanbod “{}” sluit aan bij uw vraag “{}”.".format(*quoted) in reasons
    english = bob.get(address, headers={"Accept-Language": "en"}).json()["entries"]
    assert "Your need “{1}” is met by their offer “{0}”.".format(*quoted) in [entry["reason"] for entry in english]
    assert "Ann Dubois: “Bonjour Bob”" in reasons, "where no match says why, she did"
    assert "Bonjour Bob" in printed
    calendar = icalendar.Calendar.from_ical(bob.get(f"{address}.ics").content)
    meetings = calendar.walk("VEVENT")
    starts = db.scalars(sa.select(Meeting).where(Meeting.schedule_id == draft.id)).all()
    assert len(meetings) == len(starts) == 2
    workbook = organiser.get(f"/api/v1/schedules/{draft.id}/workbook.xlsx", params={"language": "en"}).content
    cells = [cell for row in CalamineWorkbook.from_filelike(io.BytesIO(workbook)).get_sheet_by_index(0).to_python()
             for cell in row]  # fmt: skip
    assert "Ann Dubois" in cells


def test_a_newer_schedule_takes_the_place_of_the_published_one_and_can_give_it_back(
    db: Session, database_url: str, event_id: int, draft: Schedule, signed_in: Browser
) -> None:
    newer, organiser = drafted(db, database_url, event_id), signed_in(ORGANISER)
    for schedule in (draft, newer, draft):
        assert organiser.post(f"/api/v1/schedules/{schedule.id}/publish").status_code == 200
        assert organiser.get(f"/api/v1/events/{event_id}").json()["published_schedule_id"] == schedule.id
    states = {s["id"]: s["state"] for s in organiser.get(f"/api/v1/events/{event_id}/schedules").json()["items"]}
    assert states == {draft.id: "published", newer.id: "superseded"}


def test_a_draft_that_no_longer_fits_the_event_is_not_published(
    db: Session, draft: Schedule, signed_in: Browser, person: Callable[[str], int]
) -> None:
    slots = db.scalars(sa.text("SELECT id FROM slots")).all()
    db.add_all(BlockedSlot(participant_id=person("cleo"), slot_id=slot) for slot in slots)
    db.commit()
    answer = signed_in(ORGANISER).post(f"/api/v1/schedules/{draft.id}/publish")
    assert code(answer) == (409, "schedule-outdated")
    assert {error["rule"] for error in answer.json()["errors"]} == {"availability"}
    db.expire_all()
    assert db.get_one(Schedule, draft.id).state is ScheduleState.DRAFT


def test_what_has_no_meetings_is_not_published(db: Session, event_id: int, signed_in: Browser) -> None:
    row = queued(db, event_id, state=ScheduleState.FAILED, error="crashed")
    organiser = signed_in(ORGANISER)
    assert code(organiser.post(f"/api/v1/schedules/{row.id}/publish")) == (409, "not-a-draft")
    text = organiser.get(f"/api/v1/schedules/{row.id}").json()["error_text"]
    assert text.startswith("Le planificateur s’est arrêté")
    assert organiser.get(f"/api/v1/schedules/{row.id}/grid").status_code == 404


def test_the_report_counts_the_data(db: Session, event_id: int, draft: Schedule, signed_in: Browser) -> None:
    report = signed_in(ORGANISER).get(f"/api/v1/events/{event_id}/report").json()
    assert report["participants"] == db.scalar(sa.select(sa.func.count()).select_from(Participant)) == 4
    assert report["organisations"] == 3
    assert report["countries"][0] == {"country": "BE", "participants": 2}
    assert report["requests"] == {
        "proposed": 0,
        "sent": 2, "accepted": 2, "declined": 0, "pending": 0, "withdrawn": 0, "expired": 0,
    }  # fmt: skip
    assert report["schedule"]["meetings"] == 2
    assert report["schedule"]["placed_share"] == report["schedule"]["between_countries_share"] == 1
    assert not report["schedule"]["published"]
    assert code(signed_in(BOB).get(f"/api/v1/events/{event_id}/report")) == (403, "forbidden")


def agenda(event_id: int, participant_id: int) -> str:
    return f"/api/v1/events/{event_id}/participants/{participant_id}/agenda"


def text_of(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages).split())


def test_meetings_that_are_no_longer_possible_are_counted_before_and_after_publication(
    db: Session, event_id: int, draft: Schedule, signed_in: Browser, person: Callable[[str], int]
) -> None:
    organiser, path = signed_in(ORGANISER), f"/api/v1/schedules/{draft.id}"

    def counted() -> set[int]:
        listed = organiser.get(f"/api/v1/events/{event_id}/schedules").json()["items"][0]
        report = organiser.get(f"/api/v1/events/{event_id}/report").json()["schedule"]
        return {row["impossible_meetings"] for row in (organiser.get(path).json(), listed, report)}

    assert counted() == {0}
    assert organiser.post(f"{path}/publish").status_code == 200
    assert counted() == {0}
    availability = f"/api/v1/events/{event_id}/participants/{person('bob')}/availability"
    slots = organiser.get(availability).json()["slot_ids"]
    assert organiser.put(availability, json={"slot_ids": []}).status_code == 200
    assert counted() == {2}
    organiser.put(availability, json={"slot_ids": slots})
    assert counted() == {0}
    db.execute(sa.update(MeetingRequest).where(MeetingRequest.status == "accepted").values(status="declined"))
    db.commit()
    assert counted() == {2}


def test_proposals_do_not_count_as_requests(db: Session, event_id: int, signed_in: Browser) -> None:
    path = f"/api/v1/events/{event_id}/report"
    before = signed_in(ORGANISER).get(path).json()["requests"]
    proposals = Proposals(event_id=event_id, state="adopted", options={})
    db.add(proposals)
    db.flush()
    db.execute(sa.update(MeetingRequest).where(MeetingRequest.status == "accepted").values(proposals_id=proposals.id))
    db.commit()
    after = signed_in(ORGANISER).get(path).json()["requests"]
    assert after == before | {"sent": before["sent"] - 1, "accepted": before["accepted"] - 1, "proposed": 1}


def test_stability_is_refused_without_a_published_schedule_and_keeps_to_it_with_one(
    db: Session, database_url: str, event_id: int, draft: Schedule, signed_in: Browser
) -> None:
    organiser, goals = signed_in(ORGANISER), {"goals": ["stability", "value"]}
    refused = organiser.post(f"/api/v1/events/{event_id}/schedules", json=goals)
    assert (refused.status_code, refused.json()["errors"][0]["loc"]) == (422, ["body", "goals"])
    assert organiser.post(f"/api/v1/schedules/{draft.id}/publish").status_code == 200
    started = organiser.post(f"/api/v1/events/{event_id}/schedules", json=goals)
    assert started.status_code == 202, started.text
    assert solving.run(database_url, started.json()["id"], lambda: False)

    def meetings(schedule_id: int) -> set[tuple[int | None, int, int]]:
        rows = db.scalars(sa.select(Meeting).where(Meeting.schedule_id == schedule_id))
        return {(row.request_id, row.slot_id, row.place_id) for row in rows}

    assert meetings(started.json()["id"]) == meetings(draft.id)
    (stability,) = (goal for goal in db.get_one(Schedule, started.json()["id"]).goals if goal["goal"] == "stability")
    assert (stability["value"], stability["proven"]) == (0, True)


def test_a_goal_is_named_once(event_id: int, signed_in: Browser) -> None:
    path = f"/api/v1/events/{event_id}/schedules"
    assert signed_in(ORGANISER).post(path, json={"goals": ["value", "value"]}).status_code == 422
