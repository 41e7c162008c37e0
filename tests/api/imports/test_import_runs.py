"""Imports that meet each other, that are of another event, and that are taken back."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from api.models import (
    Event,
    ImportRun,
    MeetingRequest,
    Need,
    Offer,
    Participant,
    User,
)
from matchmaker import event as domain
from matchmaker.documents import workbook_of
from matchmaker.event import RequestStatus
from tests.api.small_event import PEOPLE, REQUESTS, SLOTS, slot, small_event
from tests.matchmaker.events import statements

Browser = Callable[[str], TestClient]
CSV = "e-mail,first name,last name,organisation,country\n"


def sent(event: domain.Event) -> dict[str, Any]:
    return {"files": {"file": ("event.xlsx", workbook_of(event))}}


@pytest.fixture
def organiser(signed_in: Browser, event_id: int) -> TestClient:
    return signed_in("organiser@example.org")


def content(db: Session, event_id: int) -> dict[str, Any]:
    """Everything of an event that an import writes."""
    db.expire_all()
    event = db.get_one(Event, event_id)
    people = sa.select(Participant.id).where(Participant.event_id == event_id)
    tables: dict[str, Any] = {
        # without the version, which counts the undoing as an edit too
        "participants": sa.select(
            sa.text("to_jsonb(participants) - 'version' FROM participants ORDER BY participants.id")
        ),
        "offers": sa.select(
            Offer.participant_id, Offer.position, Offer.text, Offer.language, Offer.audience, Offer.kind
        ),
        "needs": sa.select(Need.participant_id, Need.position, Need.text, Need.language, Need.audience, Need.kind),
        "blocked": sa.select(sa.text("* FROM blocked_slots ORDER BY 1, 2")),
        "requests": sa.select(sa.text("* FROM meeting_requests ORDER BY id")),
        "slots": sa.select(sa.text("* FROM slots ORDER BY position")),
        "sessions": sa.select(sa.text("* FROM event_sessions ORDER BY position")),
        "places": sa.select(sa.text("* FROM places ORDER BY id")),
        "organisations": sa.select(sa.text("* FROM organisations ORDER BY id")),
        "users": sa.select(User.email).order_by(User.email),
    }
    for table, model in (("offers", Offer), ("needs", Need)):
        tables[table] = tables[table].where(model.participant_id.in_(people)).order_by(sa.text("1, 2"))
    return {"themes": event.themes, **{name: db.execute(query).all() for name, query in tables.items()}}


def changed_event() -> domain.Event:
    """The small event a week later: somebody new, somebody changed, an answer, another slot, place and theme."""
    eve = domain.Profile(
        email="eve@example.org", first_name="Eve", last_name="Maes", organisation="Maes NV", country="BE"
    )
    ann = replace(PEOPLE["ann"], job_title="Présidente", needs=statements("Un partenaire"), available=frozenset({0}))
    event = small_event()
    return small_event(
        people=(ann, *list(PEOPLE.values())[1:], replace(eve, offers=statements("Help"))),
        requests=(
            replace(REQUESTS[0], status=RequestStatus.ACCEPTED),
            *REQUESTS[1:],
            domain.Request(sender="eve@example.org", recipient="bob@example.org"),
        ),
        slots=(slot("Early", 9), *SLOTS),
        places=(replace(event.places[0], capacity=3), *event.places[1:], domain.EventPlace(name="Table 9")),
        themes={**event.themes, "new": {"en": "New"}},
    )


def test_an_import_can_be_undone_to_the_last_row(organiser: TestClient, event_id: int, db: Session) -> None:
    before = content(db, event_id)
    path = f"/api/v1/events/{event_id}/imports"
    import_id = organiser.post(path, **sent(changed_event())).json()["import_id"]
    assert content(db, event_id) != before
    (run,) = organiser.get(path).json()["items"]
    assert (run["id"], run["filename"], run["undoable"]) == (import_id, "event.xlsx", True)
    assert run["counts"]["participants"] == {"added": 1, "updated": 1, "unchanged": 3, "removed": 0}
    undone = organiser.post(f"/api/v1/imports/{import_id}/undo")
    assert (undone.status_code, undone.json()["undoable"]) == (200, False)
    assert undone.json()["undone_at"] is not None
    assert content(db, event_id) == before
    assert organiser.post(f"/api/v1/imports/{import_id}/undo").status_code == 200  # again, without harm
    assert organiser.post(path, **sent(changed_event())).json()["counts"]["participants"]["added"] == 1


@pytest.mark.parametrize(
    ("reason", "name"),
    [
        ("edited", "Ann Dubois"),
        ("requests", "Eve Maes"),
        ("answered", "Eve Maes – Bob Peeters"),
        ("later_import", "l.csv"),
    ],
)
def test_an_import_on_which_something_depends_stays_and_says_what_it_is(
    reason: str, name: str, organiser: TestClient, signed_in: Browser, event_id: int, db: Session
) -> None:
    path = f"/api/v1/events/{event_id}"
    import_id = organiser.post(f"{path}/imports", **sent(changed_event())).json()["import_id"]
    ids = dict(db.execute(sa.select(User.email, Participant.id).join(Participant.user)).all())
    if reason == "edited":
        organiser.patch(f"{path}/participants/{ids['ann@example.org']}", json={"job_title": "Founder"})
    elif reason == "requests":
        answer = signed_in("dan@example.org").post(f"{path}/requests", json={"recipient_id": ids["eve@example.org"]})
        assert answer.status_code == 201
    elif reason == "answered":
        number = db.scalar(sa.select(MeetingRequest.id).where(MeetingRequest.sender_id == ids["eve@example.org"]))
        assert signed_in("bob@example.org").post(f"/api/v1/requests/{number}/decline").status_code == 200
    else:
        organiser.post(f"{path}/imports", files={"file": (name, f"{CSV}fay@example.org,Fay,F,F,BE".encode())})
    before = content(db, event_id)
    problem = organiser.post(f"/api/v1/imports/{import_id}/undo").json()
    assert (problem["status"], problem["code"]) == (409, "import-in-use")
    assert problem["errors"] == [{"reason": reason, "name": name}]
    assert content(db, event_id) == before


def test_only_organisers_see_and_undo_the_imports_of_an_event(
    organiser: TestClient, signed_in: Browser, event_id: int
) -> None:
    path = f"/api/v1/events/{event_id}/imports"
    import_id = organiser.post(path, **sent(small_event())).json()["import_id"]
    for email, status in (("stranger@example.org", 404), ("ann@example.org", 403)):
        assert signed_in(email).get(path).status_code == status
        assert signed_in(email).post(f"/api/v1/imports/{import_id}/undo").status_code == status


def test_the_import_that_made_an_event_cannot_be_undone(organiser: TestClient, db: Session) -> None:
    event_id = organiser.post("/api/v1/imports", **sent(small_event(name="Another"))).json()["event_id"]
    (run,) = organiser.get(f"/api/v1/events/{event_id}/imports").json()["items"]
    assert not run["undoable"]
    assert organiser.post(f"/api/v1/imports/{run['id']}/undo").json()["code"] == "import-in-use"


def strangers(name: str) -> domain.Event:
    person = PEOPLE["bob"]
    people = tuple(replace(person, email=f"p{i}@example.com") for i in range(9))
    return small_event(name=name, people=(*people, PEOPLE["ann"]), requests=(), colour="#000000")


def test_a_workbook_of_another_event_needs_the_name_of_this_one(
    organiser: TestClient, event_id: int, db: Session
) -> None:
    path = f"/api/v1/events/{event_id}/imports"
    dry = organiser.post(f"{path}?dry_run=true", **sent(strangers("Trade fair"))).json()
    assert dry["other_event"] == {
        "event_name": "Journée d'été",
        "file_name": "Trade fair",
        "event_people": 4,
        "people": 10,
        "known": 1,
    }
    assert dry["ignored"]["event_fields"] == ["name", "colour"]
    for query in ("", "?confirm_name=Trade fair"):
        refused = organiser.post(path + query, **sent(strangers("Trade fair")))
        assert (refused.status_code, refused.json()["code"]) == (409, "other-event")
    assert db.scalar(sa.select(sa.func.count()).select_from(Participant)) == 4
    assert organiser.post(f"{path}?confirm_name=journee d'ete", **sent(strangers("Trade fair"))).status_code == 200
    assert db.scalar(sa.select(sa.func.count()).select_from(Participant)) == 13


def test_a_workbook_of_this_event_with_new_people_only_is_not_of_another(organiser: TestClient, event_id: int) -> None:
    path = f"/api/v1/events/{event_id}/imports?dry_run=true"
    assert organiser.post(path, **sent(strangers("JOURNEE D'ETE"))).json()["other_event"] is None
    late = {"file": ("late.csv", f"{CSV}eve@example.org,Eve,Maes,Maes NV,BE".encode())}
    assert organiser.post(path, files=late).json()["other_event"] is None


def test_what_a_workbook_leaves_out_or_does_not_change_is_listed(
    organiser: TestClient, signed_in: Browser, event_id: int, db: Session
) -> None:
    number = db.scalar(sa.select(MeetingRequest.id).where(MeetingRequest.message == "Bonjour Bob"))
    signed_in("bob@example.org").post(f"/api/v1/requests/{number}/decline")
    event = small_event(
        people=tuple(PEOPLE.values())[:3], requests=(replace(REQUESTS[0], status=RequestStatus.ACCEPTED),)
    )
    answer = organiser.post(f"/api/v1/events/{event_id}/imports", **sent(event)).json()
    assert answer["ignored"] == {
        "notices": [],
        "missing_participants": {"count": 1, "names": [PEOPLE["dan"].name]},
        "kept_answers": {"count": 1, "names": ["Ann Dubois – Bob Peeters"]},
        "event_fields": [],
    }


def test_the_same_workbook_sent_twice_makes_one_event(organiser: TestClient, db: Session) -> None:
    file = sent(small_event(name="Once"))
    answers = [organiser.post("/api/v1/imports", **file) for _ in range(2)]
    assert [a.status_code for a in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert db.scalar(sa.select(sa.func.count()).select_from(Event)) == 2


def test_events_of_one_name_imported_at_once_have_addresses_of_their_own(organiser: TestClient, db: Session) -> None:
    files = [sent(small_event(name="Rush", colour=f"#00000{i}", people=(), requests=())) for i in range(4)]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda file: organiser.post("/api/v1/imports", **file), files))
    assert [a.status_code for a in answers] == [201] * 4
    slugs = db.scalars(sa.select(Event.slug).where(Event.name == "Rush").order_by(Event.slug)).all()
    assert slugs == ["rush", "rush-2", "rush-3", "rush-4"]


def test_the_same_new_people_imported_into_two_events_at_once_in_opposite_order_come_into_both(
    organiser: TestClient, event_id: int, db: Session
) -> None:
    other = organiser.post("/api/v1/imports", **sent(small_event(name="Other", people=(), requests=()))).json()
    lines = [f"p{i:03}@example.com,P,{i},Org {i},BE\n" for i in range(300)]
    work = ((event_id, lines), (other["event_id"], lines[::-1]))

    def send(each: tuple[int, list[str]]) -> int:
        file = {"file": ("guests.csv", (CSV + "".join(each[1])).encode())}
        path = f"/api/v1/events/{each[0]}/imports?confirm_name=Journée d'été"
        return organiser.post(path, files=file).status_code

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(send, work)) == [200, 200]
    assert db.scalar(sa.select(sa.func.count()).select_from(Participant)) == 604


@pytest.mark.parametrize("dry_run", [True, False])
def test_guests_write_while_an_import_holds_the_event(
    dry_run: bool, organiser: TestClient, signed_in: Browser, event_id: int, database_url: str
) -> None:
    """An import waits for another's lock on the event, a dry run does not; a guest's request waits for neither."""
    bob = signed_in("bob@example.org")
    path = f"/api/v1/events/{event_id}"
    url = database_url.replace("+psycopg", "")
    with psycopg.connect(url) as other:
        other.execute("SELECT 1 FROM events WHERE id = %s FOR NO KEY UPDATE", [event_id])
        answers: list[int] = []
        work = lambda: answers.append(  # noqa: E731
            organiser.post(f"{path}/imports?dry_run={str(dry_run).lower()}", **sent(small_event())).status_code
        )
        thread = threading.Thread(target=work)
        thread.start()
        if dry_run:
            thread.join()
        assert bob.patch(f"{path}/participants/2", json={"job_title": "Partner"}).status_code == 200
        assert thread.is_alive() is not dry_run
    thread.join()
    assert answers == [200]


def test_a_value_that_the_database_refuses_is_an_error_of_the_file(
    organiser: TestClient, event_id: int, db: Session
) -> None:
    # both doors refuse NUL; this one had let it in
    file = {"file": ("nul.csv", f"{CSV}a@example.org,A,B\x00,C,BE".encode())}
    for query in ("?dry_run=true", ""):
        answer = organiser.post(f"/api/v1/events/{event_id}/imports{query}", files=file)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid-workbook")
    assert db.scalar(sa.select(sa.func.count()).select_from(ImportRun)) == 0


def test_an_event_without_slots_is_told_so_before_a_schedule_starts(
    organiser: TestClient, event_id: int, db: Session
) -> None:
    none = organiser.post("/api/v1/imports", **sent(small_event(name="No time", slots=(), people=(), requests=())))
    answer = organiser.post(f"/api/v1/events/{none.json()['event_id']}/schedules", json={})
    assert (answer.status_code, answer.json()["code"]) == (409, "no-slots")
