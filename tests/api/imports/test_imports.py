"""Workbooks in and out: a whole event at once, and again every week."""

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from api.models import AuditEntry, Event, MeetingRequest, Membership, Need, Offer, Organisation, Participant, Slot, User
from matchmaker import event as domain
from matchmaker.documents import workbook_of
from matchmaker.event import RequestStatus
from matchmaker.intake import read_workbook
from tests.api.small_event import PEOPLE, REQUESTS, SLOTS, slot, small_event
from tests.matchmaker.events import statements

Browser = Callable[[str], TestClient]


def sent(event: domain.Event) -> dict[str, Any]:
    return {"files": {"file": ("event.xlsx", workbook_of(event))}}


def rows(db: Session) -> dict[str, int]:
    tables = (Event, User, Participant, Organisation, Offer, Need, MeetingRequest, Slot, Membership, AuditEntry)
    return {t.__tablename__: db.scalar(sa.select(sa.func.count()).select_from(t)) or 0 for t in tables}


@pytest.fixture
def browser(signed_in: Browser, db: Session) -> TestClient:
    """Of somebody who was invited to organise."""
    browser = signed_in("invited@example.org")
    db.execute(sa.update(User).values(creates_events=True).where(User.email == "invited@example.org"))
    db.commit()
    return browser


def test_only_who_was_invited_or_runs_an_event_creates_one(
    signed_in: Browser, browser: TestClient, event_id: int, db: Session
) -> None:
    before = rows(db)
    for path in ("/api/v1/imports", "/api/v1/imports?dry_run=true"):
        answer = signed_in("ann@example.org").post(path, **sent(small_event()))
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert rows(db) == before
    for allowed in (browser, signed_in("organiser@example.org")):
        assert allowed.post("/api/v1/imports", **sent(small_event())).status_code == 201
        assert allowed.get("/api/v1/me").json()["creates_events"]
    assert not signed_in("ann@example.org").get("/api/v1/me").json()["creates_events"]


def test_a_workbook_becomes_an_event_of_its_sender(browser: TestClient, db: Session) -> None:
    answer = browser.post("/api/v1/imports", **sent(small_event()))
    assert answer.status_code == 201
    assert answer.json()["counts"] == {
        "participants": 4,
        "organisations": 3,
        "offers": 4,
        "needs": 2,
        "requests": 3,
        "slots": 4,
        "places": 3,
    }
    event = browser.get(f"/api/v1/events/{answer.json()['event_id']}").json()
    assert (event["name"], event["membership"]["role"]) == ("Journée d'été", "owner")
    assert [task for (task,) in db.execute(sa.text("SELECT task_name FROM procrastinate_jobs"))] == ["rank_event"]


def test_what_comes_in_goes_out_again(browser: TestClient) -> None:
    event_id = browser.post("/api/v1/imports", **sent(small_event())).json()["event_id"]
    answer = browser.get(f"/api/v1/events/{event_id}/workbook.xlsx?language=fr")
    assert 'filename="journee-d-ete.xlsx"' in answer.headers["content-disposition"]
    exported, original = (
        read_workbook(answer.content, "event.xlsx"),
        read_workbook(workbook_of(small_event()), "a.xlsx"),
    )
    # the two spellings of one organisation are one now
    people = tuple(replace(p, organisation=p.organisation.replace("AURORA Thé", "Aurora The")) for p in original.people)
    assert exported == replace(original, people=people)


def test_a_dry_run_changes_nothing(browser: TestClient, db: Session) -> None:
    before = rows(db)
    answer = browser.post("/api/v1/imports?dry_run=true", **sent(small_event()))
    assert (answer.status_code, answer.json()["event_id"]) == (200, None)
    assert answer.json()["counts"]["participants"] == 4
    assert rows(db) == before


def test_a_wrong_workbook_is_refused_with_all_its_errors(browser: TestClient, db: Session) -> None:
    sheets = {
        "participants.csv": "e-mail,first name,last name,organisation,country\nann,Ann,Dubois,Aurora,BE\n"
        "bob@example.org,Bob,Peeters,Meuse,Atlantis\n",
    }
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as file:
        for name, text in sheets.items():
            file.writestr(name, text)
    before = rows(db)
    answer = browser.post("/api/v1/imports?language=nl", files={"file": ("event.zip", data.getvalue())})
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, "invalid-workbook")
    cells = [e for e in problem["errors"] if e["row"] is not None]
    assert [(e["sheet"], e["row"], e["column"], e["value"]) for e in cells] == [
        ("participants.csv", 2, "e-mail", "ann"),
        ("participants.csv", 3, "country", "Atlantis"),
    ]
    assert "een e-mailadres" in cells[0]["expected"]
    assert len(problem["errors"]) > len(cells)  # the sheets that are missing
    assert rows(db) == before


def test_a_stranger_to_an_event_cannot_update_or_export_it(signed_in: Browser, event_id: int) -> None:
    for email, status in (("stranger@example.org", 404), ("ann@example.org", 403)):
        browser = signed_in(email)
        assert browser.post(f"/api/v1/events/{event_id}/imports", **sent(small_event())).status_code == status
        assert browser.get(f"/api/v1/events/{event_id}/workbook.xlsx").status_code == status


def test_nothing_is_read_of_what_a_stranger_sends(client: TestClient, event_id: int) -> None:
    headers = {"content-type": "multipart/form-data; boundary=b"}
    for path in ("/api/v1/imports", f"/api/v1/events/{event_id}/imports"):
        assert (
            client.post(path, content=b"no form at all", headers=headers).status_code == 401
        )  # not 400, of a broken form


def test_an_import_without_a_file_says_what_it_expects(browser: TestClient) -> None:
    answer = browser.post("/api/v1/imports", files={"other": ("event.xlsx", b"x")})
    assert (answer.status_code, answer.json()["errors"][0]["loc"]) == (422, ["body", "file"])
    large = browser.post("/api/v1/imports", files={"file": ("event.xlsx", b"x" * 21 * 1024 * 1024)})
    assert large.status_code == 413


def test_the_template_can_be_had_by_anybody(client: TestClient) -> None:
    answer = client.get("/api/v1/template.xlsx?language=nl")
    assert answer.status_code == 200
    assert read_workbook(answer.content, "template.xlsx").people


def test_the_example_people_of_the_template_are_not_imported(browser: TestClient, db: Session) -> None:
    workbook = browser.get("/api/v1/template.xlsx").content
    answer = browser.post("/api/v1/imports", files={"file": ("template.xlsx", workbook)}).json()
    assert answer["counts"]["participants"] == answer["counts"]["requests"] == 0
    assert [n["sheet"] for n in answer["notices"]] == [
        "participants",
        "offers and needs",
        "availability",
        "requests",
    ]
    assert db.scalar(sa.select(sa.func.count()).select_from(Participant)) == 0


@pytest.fixture
def update(signed_in: Browser, event_id: int) -> Callable[..., dict[str, Any]]:
    """Send a later workbook to the small event; the answer."""

    def update(event: domain.Event, query: str = "") -> dict[str, Any]:
        browser = signed_in("organiser@example.org")
        answer = browser.post(f"/api/v1/events/{event_id}/imports{query}", **sent(event))
        body: dict[str, Any] = answer.json()
        return body

    return update


Update = Callable[..., dict[str, Any]]


def test_the_same_workbook_again_changes_nothing(update: Update, db: Session) -> None:
    before = rows(db)
    counts = update(small_event())["counts"]
    assert {sheet: (n["added"], n["updated"], n["unchanged"], n["removed"]) for sheet, n in counts.items()} == {
        "participants": (0, 0, 4, 0),
        "offers_and_needs": (0, 0, 6, 0),
        "requests": (0, 0, 3, 0),
        "slots": (0, 0, 4, 0),
        "places": (0, 0, 3, 0),
    }
    assert rows(db) == before | {"audit_entries": 1}


def test_an_update_adds_and_changes_what_is_new(update: Update, db: Session, event_id: int) -> None:
    eve = domain.Profile(
        email="eve@example.org", first_name="Eve", last_name="Maes", organisation="Aurora THERAPEUTICS", country="BE"
    )
    people = (
        replace(PEOPLE["ann"], job_title="Présidente", needs=statements("Un partenaire clinique")),
        PEOPLE["bob"],
        eve,
    )
    event = small_event(
        people=people,
        slots=(slot("Early", 9), *SLOTS),
        requests=(
            replace(REQUESTS[0], status=RequestStatus.ACCEPTED),
            domain.Request(sender="eve@example.org", recipient="bob@example.org"),
        ),
        places=small_event().places[:2],
    )
    dry = update(event, "?dry_run=true")
    assert db.scalar(sa.select(sa.func.count()).select_from(Participant)) == 4
    real = update(event)
    assert (dry["import_id"], real["import_id"]) == (None, 1)
    assert real | {"import_id": None} == dry
    assert {sheet: (n["added"], n["updated"], n["unchanged"], n["removed"]) for sheet, n in dry["counts"].items()} == {
        "participants": (1, 1, 1, 0),  # Eve; Ann's title; Bob
        "offers_and_needs": (1, 0, 4, 1),  # Ann's need is another
        "requests": (1, 1, 0, 0),
        "slots": (1, 0, 4, 0),
        "places": (0, 0, 2, 0),
    }
    ann = db.scalars(sa.select(Participant).join(User).where(User.email == "ann@example.org")).one()
    assert ann.job_title == "Présidente"
    assert db.scalars(sa.select(Need.text).where(Need.participant_id == ann.id)).all() == ["Un partenaire clinique"]
    assert db.scalar(sa.select(sa.func.count()).select_from(Participant)) == 5  # those left out stay
    assert db.scalar(sa.select(sa.func.count()).select_from(Organisation)) == 3
    starts = db.scalars(sa.select(Slot.starts).order_by(Slot.position)).all()
    assert starts == sorted(starts)
    assert len(starts) == 5
    assert db.scalar(sa.select(MeetingRequest.status).where(MeetingRequest.message == "Bonjour Bob")) == "accepted"


def test_a_csv_of_participants_may_name_the_themes_of_its_event(
    signed_in: Browser, event_id: int, person: Callable[[str], int]
) -> None:
    lines = "e-mail,first name,last name,organisation,country,themes\ndan@example.org,Dan,Adams,Aurora Therapeutics,BE,"
    browser, path = signed_in("organiser@example.org"), f"/api/v1/events/{event_id}"
    known = browser.get(path).json()["themes"]
    file = {"file": ("guests.csv", f"{lines}{known[0]['labels']['fr']}".encode())}
    assert browser.post(f"{path}/imports", files=file).status_code == 200
    assert browser.get(f"{path}/participants/{person('dan')}").json()["themes"] == [known[0]["code"]]
    assert browser.get(path).json()["themes"] == known


def test_an_update_keeps_what_was_edited_here(
    update: Update, signed_in: Browser, event_id: int, person: Callable[[str], int], db: Session
) -> None:
    path = f"/api/v1/events/{event_id}/participants/{person('ann')}"
    browser = signed_in("ann@example.org")
    slots = [found["id"] for found in browser.get(f"/api/v1/events/{event_id}/slots").json()]
    browser.patch(path, json={"job_title": "Founder"})
    browser.put(f"{path}/offers", json=[{"text": "Something else"}])
    browser.put(f"{path}/availability", json={"slot_ids": slots[1:]})
    number = db.scalar(sa.select(MeetingRequest.id).where(MeetingRequest.message == "Bonjour Bob"))
    signed_in("bob@example.org").post(f"/api/v1/requests/{number}/decline")
    # the tool exports what it knows, in which only the family name is new
    update(small_event(people=(replace(PEOPLE["ann"], last_name="Dupont"), *list(PEOPLE.values())[1:])))
    ann = browser.get(path).json()
    assert (ann["last_name"], ann["job_title"]) == ("Dupont", "Founder")
    assert [offer["text"] for offer in ann["offers"]] == ["Something else"]
    assert browser.get(f"{path}/availability").json()["slot_ids"] == slots[1:]
    request = db.get_one(MeetingRequest, number, populate_existing=True)
    assert request.status == "declined"


def test_a_file_of_participants_alone_takes_nothing_away(
    signed_in: Browser, event_id: int, person: Callable[[str], int]
) -> None:
    browser = signed_in("organiser@example.org")
    path = f"/api/v1/events/{event_id}/participants/{person('ann')}"
    before = browser.get(path).json()
    csv = (
        "e-mail,first name,last name,organisation,country,job title\n"
        "ann@example.org,Ann,Dubois,Aurora Therapeutics,BE,Directrice\n"
    )
    answer = browser.post(f"/api/v1/events/{event_id}/imports", files={"file": ("people.csv", csv.encode())})
    assert answer.json()["counts"]["participants"] == {"added": 0, "updated": 1, "unchanged": 0, "removed": 0}
    assert answer.json()["counts"]["offers_and_needs"] == dict.fromkeys(["added", "updated", "unchanged", "removed"], 0)
    assert browser.get(path).json() == before | {"job_title": "Directrice", "version": before["version"] + 1}


def test_a_slot_that_overlaps_another_is_refused(update: Update, db: Session) -> None:
    before = rows(db)
    problem = update(small_event(slots=(slot("Morning", 10, 10),), people=(), requests=()), "?language=fr")
    assert problem["code"] == "invalid-workbook"
    assert problem["errors"] == [
        {
            "sheet": "créneaux",
            "row": None,
            "column": "début",
            "value": f"{slot('Morning', 10, 10).starts:%Y-%m-%d %H:%M}",
            "expected": "un créneau qui n’en chevauche pas un de l’événement",
        }
    ]
    assert rows(db) == before


def test_events_of_one_name_have_addresses_of_their_own(browser: TestClient) -> None:
    for number in range(3):
        browser.post("/api/v1/imports", **sent(small_event(colour=f"#00000{number}")))
    slugs = [event["slug"] for event in browser.get("/api/v1/events").json()["items"]]
    assert slugs == ["journee-d-ete-3", "journee-d-ete-2", "journee-d-ete"]
