"""Meeting requests: who may do what to them, and what others see of it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from api.app import create_app
from api.models import AuditEntry, Meeting, MeetingAttendee, MeetingRequest, Place, Schedule, ScheduleState, Slot
from api.schedules import snapshot
from api.settings import Settings
from tests.api.conftest import ORIGIN
from tests.api.small_event import REQUESTS

Browser = Callable[[str], TestClient]
Number = Callable[[str], int]


@pytest.fixture
def ask(signed_in: Browser, event_id: int, person: Number) -> Callable[..., tuple[int, str]]:
    """Have one ask another; the status, and the code of the problem or the status of the request."""

    def ask(sender: str, recipient: str, **fields: str) -> tuple[int, str]:
        answer = signed_in(f"{sender}@example.org").post(
            f"/api/v1/events/{event_id}/requests", json={"recipient_id": person(recipient), **fields}
        )
        body = answer.json()
        return answer.status_code, body.get("code") or body["status"]

    return ask


@pytest.fixture
def numbers(db: Session, event_id: int) -> dict[str, int]:
    """The requests of the small event: that of Ann to Bob (pending), of Cleo to Bob (accepted), Cleo's never of Ann."""
    ids = db.scalars(sa.select(MeetingRequest.id).order_by(MeetingRequest.id)).all()
    return dict(zip(("ann-bob", "cleo-bob", "cleo-never-ann"), ids, strict=True))


def box(browser: TestClient, event_id: int, query: str) -> list[tuple[str, str, str]]:
    page = browser.get(f"/api/v1/events/{event_id}/requests?{query}").json()
    assert page["total"] == len(page["items"])
    return sorted((r["sender"]["name"], r["recipient"]["name"], r["status"]) for r in page["items"])


ANN_BOB = ("Ann Dubois", "Bob Peeters", "pending")
CLEO_BOB = ("Cleo O'Connor", "Bob Peeters", "accepted")
CLEO_ANN = ("Cleo O'Connor", "Ann Dubois", "pending")


@pytest.mark.parametrize(
    ("email", "query", "found"),
    [
        ("ann", "box=sent", [ANN_BOB]),
        ("ann", "box=received", []),
        ("ann", "box=all", [ANN_BOB]),
        ("bob", "box=received", [ANN_BOB, CLEO_BOB]),
        ("bob", "box=received&status=accepted", [CLEO_BOB]),
        ("bob", "box=received&search=sambre", [CLEO_BOB]),
        ("cleo", "box=sent", [CLEO_BOB]),
        ("cleo", "box=sent&preference=never", [CLEO_ANN]),
        ("ann", "preference=never", []),
        ("ann", "preference=must", [ANN_BOB]),
        ("dan", "", []),
        ("organiser", "box=all", [ANN_BOB, CLEO_BOB]),
        ("organiser", "box=all&preference=never", [CLEO_ANN]),
        ("organiser", "box=sent", []),
    ],
)
def test_a_box_holds_what_its_reader_may_see(
    signed_in: Browser, event_id: int, email: str, query: str, found: list[tuple[str, str, str]]
) -> None:
    assert box(signed_in(f"{email}@example.org"), event_id, query) == found


def test_nobody_learns_who_never_wants_to_meet_them(
    signed_in: Browser, event_id: int, numbers: dict[str, int], ask: Callable[..., tuple[int, str]]
) -> None:
    ann = signed_in("ann@example.org")
    assert "never" not in ann.get(f"/api/v1/events/{event_id}/requests").text
    for action in ("accept", "decline", "withdraw"):
        assert ann.post(f"/api/v1/requests/{numbers['cleo-never-ann']}/{action}").status_code == 404
    assert ask("ann", "cleo") == (201, "pending")


def test_a_request_is_answered_once_by_its_recipient(signed_in: Browser, numbers: dict[str, int]) -> None:
    path = f"/api/v1/requests/{numbers['ann-bob']}"
    ann, bob = signed_in("ann@example.org"), signed_in("bob@example.org")
    assert ann.post(f"{path}/accept").status_code == 403
    assert signed_in("dan@example.org").post(f"{path}/accept").status_code == 404
    accepted = bob.post(f"{path}/accept").json()
    assert (accepted["status"], accepted["message"]) == ("accepted", "Bonjour Bob")
    assert accepted["answered_at"].endswith("+01:00") or accepted["answered_at"].endswith("+02:00")
    answer = bob.post(f"{path}/decline")
    assert (answer.status_code, answer.json()["code"]) == (409, "already-answered")
    assert ann.post(f"{path}/withdraw").json()["status"] == "withdrawn"
    assert bob.post(f"{path}/accept").json()["code"] == "already-answered"


@pytest.mark.parametrize("action", ["accept", "decline", "withdraw"])
def test_the_same_answer_again_changes_nothing(
    signed_in: Browser, numbers: dict[str, int], db: Session, action: str
) -> None:
    person = signed_in("ann@example.org" if action == "withdraw" else "bob@example.org")
    path = f"/api/v1/requests/{numbers['ann-bob']}/{action}"
    first, second = person.post(path), person.post(path)
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json() == second.json()
    assert db.scalar(sa.select(sa.func.count()).select_from(AuditEntry)) == 1


def test_a_pending_request_is_taken_back_by_its_sender_and_an_accepted_one_by_either(
    signed_in: Browser, numbers: dict[str, int]
) -> None:
    path, bob = f"/api/v1/requests/{numbers['ann-bob']}", signed_in("bob@example.org")
    assert bob.post(f"{path}/withdraw").status_code == 403
    bob.post(f"{path}/accept")
    assert bob.post(f"{path}/withdraw").json()["status"] == "withdrawn"


@pytest.mark.parametrize(("email", "answerer"), [("bob", "recipient"), ("organiser", "organiser")])
def test_it_is_kept_whose_answer_it_was(
    signed_in: Browser, numbers: dict[str, int], db: Session, email: str, answerer: str
) -> None:
    signed_in(f"{email}@example.org").post(f"/api/v1/requests/{numbers['ann-bob']}/accept")
    assert db.get_one(MeetingRequest, numbers["ann-bob"], populate_existing=True).answered_by == answerer


def test_of_many_simultaneous_answers_one_counts(signed_in: Browser, numbers: dict[str, int], db: Session) -> None:
    bob = signed_in("bob@example.org")
    path = f"/api/v1/requests/{numbers['ann-bob']}"
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda i: bob.post(f"{path}/{('accept', 'decline')[i % 2]}").status_code, range(8)))
    assert sorted(answers) == 4 * [200] + 4 * [409]
    assert db.scalar(sa.select(sa.func.count()).select_from(AuditEntry)) == 1


def test_an_organiser_answers_for_a_participant(signed_in: Browser, numbers: dict[str, int], db: Session) -> None:
    organiser = signed_in("organiser@example.org")
    assert organiser.post(f"/api/v1/requests/{numbers['ann-bob']}/decline").json()["status"] == "declined"
    answer = organiser.post(f"/api/v1/requests/{numbers['cleo-never-ann']}/accept")
    assert (answer.status_code, answer.json()["code"]) == (409, "not-allowed")
    entry = db.scalars(sa.select(AuditEntry)).one()
    assert (entry.action, entry.subject_id) == ("request declined", numbers["ann-bob"])


def test_asking_twice_is_refused_in_either_direction(ask: Callable[..., tuple[int, str]]) -> None:
    assert ask("ann", "bob") == (409, "already-requested")
    assert ask("bob", "ann") == (409, "already-requested")
    assert ask("bob", "dan") == (201, "pending")
    assert ask("dan", "bob") == (409, "already-requested")


def test_two_who_ask_each_other_at_once_make_one_request(
    signed_in: Browser, event_id: int, person: Number, db: Session
) -> None:
    path = f"/api/v1/events/{event_id}/requests"
    calls = [
        (signed_in(f"{sender}@example.org"), {"recipient_id": person(recipient)})
        for sender, recipient in 4 * (("bob", "dan"), ("dan", "bob"))
    ]
    with ThreadPoolExecutor(len(calls)) as pool:
        answers = list(pool.map(lambda call: call[0].post(path, json=call[1]).status_code, calls))
    assert sorted(answers) == [201] + 7 * [409]
    assert db.scalar(sa.select(sa.func.count()).select_from(MeetingRequest)) == len(REQUESTS) + 1


def test_a_withdrawn_request_may_be_made_again_and_a_declined_one_not(
    signed_in: Browser, numbers: dict[str, int], ask: Callable[..., tuple[int, str]], db: Session
) -> None:
    signed_in("ann@example.org").post(f"/api/v1/requests/{numbers['ann-bob']}/withdraw")
    assert ask("ann", "bob", message="Encore") == (201, "pending")
    row = db.get_one(MeetingRequest, numbers["ann-bob"], populate_existing=True)
    assert (row.message, row.answered_at) == ("Encore", None)
    signed_in("bob@example.org").post(f"/api/v1/requests/{numbers['ann-bob']}/decline")
    assert ask("ann", "bob") == (409, "already-requested")
    assert ask("bob", "ann") == (201, "pending")


def test_an_expired_request_may_be_made_again_by_either(
    numbers: dict[str, int], ask: Callable[..., tuple[int, str]], db: Session
) -> None:
    for sender, recipient in (("bob", "ann"), ("ann", "bob")):
        expired = {"status": "expired", "answered_at": sa.func.now()}
        db.execute(sa.update(MeetingRequest).where(MeetingRequest.preference != "never").values(expired))
        db.commit()
        assert ask(sender, recipient) == (201, "pending")


def test_a_never_is_noted_and_may_be_changed(
    signed_in: Browser, event_id: int, ask: Callable[..., tuple[int, str]], db: Session
) -> None:
    assert ask("dan", "bob", preference="never") == (201, "pending")
    assert box(signed_in("bob@example.org"), event_id, "box=received&search=adams") == []
    assert [row.task_name for row in db.execute(sa.text("SELECT task_name FROM procrastinate_jobs"))] == [
        "rank_participant"
    ]
    assert ask("dan", "bob", preference="must") == (201, "pending")
    assert box(signed_in("bob@example.org"), event_id, "box=received&search=adams") == [
        ("Dan Adams", "Bob Peeters", "pending")
    ]


def test_some_requests_cannot_be(ask: Callable[..., tuple[int, str]], signed_in: Browser, event_id: int) -> None:
    assert ask("ann", "ann") == (409, "not-allowed")
    assert ask("ann", "dan") == (409, "not-allowed")  # of the same organisation
    path = f"/api/v1/events/{event_id}/requests"
    assert signed_in("ann@example.org").post(path, json={"recipient_id": 999_999}).status_code == 404
    assert signed_in("ann@example.org").post(path, json={"recipient_id": 2**60}).status_code == 422
    assert signed_in("organiser@example.org").post(path, json={"recipient_id": 1}).status_code == 403


@pytest.fixture
def published(db: Session, event_id: int, numbers: dict[str, int], person: Number) -> None:
    """A published schedule with the meeting of Cleo and Bob at her stand, in the second slot."""
    schedule = Schedule(
        event_id=event_id, version=1, state=ScheduleState.PUBLISHED, options={}, progress={}, goals=[], measures={}
    )
    db.add(schedule)
    db.flush()
    slot = db.scalars(sa.select(Slot).where(Slot.position == 1)).one()
    stand = db.scalars(sa.select(Place).where(Place.name == "Stand 1")).one()
    attendees = [MeetingAttendee(participant_id=person(name)) for name in ("cleo", "bob")]
    db.add(
        Meeting(
            schedule_id=schedule.id,
            request_id=numbers["cleo-bob"],
            slot_id=slot.id,
            place_id=stand.id,
            attendees=attendees,
        )
    )
    db.commit()


@pytest.mark.usefixtures("published")
def test_a_request_shows_its_published_meeting(signed_in: Browser, event_id: int) -> None:
    items = signed_in("bob@example.org").get(f"/api/v1/events/{event_id}/requests").json()["items"]
    meetings = {item["sender"]["name"]: item["meeting"] for item in items}
    assert meetings["Ann Dubois"] is None
    held = meetings["Cleo O'Connor"]
    assert (held["slot"]["position"], held["slot"]["starts"]) == (1, "2026-12-08T10:20:00+01:00")
    assert (held["place"]["name"], held["place"]["kind"]) == ("Stand 1", "stand")


@pytest.mark.usefixtures("published")
def test_a_published_meeting_is_not_withdrawn_in_silence(signed_in: Browser, numbers: dict[str, int]) -> None:
    path = f"/api/v1/requests/{numbers['cleo-bob']}/withdraw"
    answer = signed_in("cleo@example.org").post(path)
    assert (answer.status_code, answer.json()["code"]) == (409, "in-use")


@pytest.mark.usefixtures("published")
def test_after_publication_a_request_without_a_meeting_can_be_withdrawn(
    signed_in: Browser, numbers: dict[str, int]
) -> None:
    """Bob has a published meeting, but not with Ann."""
    answer = signed_in("ann@example.org").post(f"/api/v1/requests/{numbers['ann-bob']}/withdraw")
    assert (answer.status_code, answer.json()["status"]) == (200, "withdrawn")


@pytest.mark.usefixtures("published")
def test_what_an_organiser_withdraws_leaves_every_agenda(
    signed_in: Browser, event_id: int, numbers: dict[str, int], person: Number, db: Session
) -> None:
    agenda = f"/api/v1/events/{event_id}/participants/{person('bob')}/agenda"
    bob = signed_in("bob@example.org")
    before = bob.get(agenda).json()
    assert len(before["entries"]) == 1
    organiser = signed_in("organiser@example.org")
    answer = organiser.post(f"/api/v1/requests/{numbers['cleo-bob']}/withdraw").json()
    assert (answer["status"], answer["meeting"]) == ("withdrawn", None)
    after = bob.get(agenda).json()
    assert after["entries"] == []
    assert after["published_at"] != before["published_at"]
    assert "BEGIN:VEVENT" not in bob.get(f"{agenda}.ics").text
    assert db.scalars(sa.select(Schedule.publication).where(Schedule.publication.is_not(None))).all() != []
    assert "make_documents" in db.scalars(sa.text("SELECT task_name FROM procrastinate_jobs")).all()
    assert db.scalar(sa.select(sa.func.count()).select_from(Meeting)) == 0
    assert db.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.id)).all() == [
        "meeting cancelled",
        "request withdrawn",
    ]


@pytest.mark.usefixtures("published")
def test_a_never_can_always_be_taken_back_and_then_keeps_nobody_apart(
    signed_in: Browser, event_id: int, numbers: dict[str, int], person: Number, db: Session
) -> None:
    cleo, path = signed_in("cleo@example.org"), f"/api/v1/requests/{numbers['cleo-never-ann']}"
    assert signed_in("organiser@example.org").post(f"{path}/decline").json()["code"] == "not-allowed"
    assert numbers["cleo-never-ann"] in snapshot.load(db, event_id).requests
    assert cleo.post(f"{path}/withdraw").json()["status"] == "withdrawn"
    db.rollback()
    assert numbers["cleo-never-ann"] not in snapshot.load(db, event_id).requests
    assert box(cleo, event_id, "preference=never") == []
    matches = cleo.get(f"/api/v1/events/{event_id}/matches?everyone=true").json()["items"]
    assert person("ann") in [match["participant"]["id"] for match in matches]
    assert [row.task_name for row in db.execute(sa.text("SELECT task_name FROM procrastinate_jobs"))] == [
        "rank_participant"
    ]


def test_nobody_asks_without_end(
    settings: Settings, event_id: int, person: Number, signed_in: Browser, db: Session
) -> None:
    cookies = signed_in("dan@example.org").cookies
    ask = f"/api/v1/events/{event_id}/requests"
    for limits, allowed, code in (
        ({"requests_per_hour": 1}, 1, "too-many"),
        ({"open_requests": 1}, 0, "too-many-open"),
    ):
        with TestClient(create_app(settings.model_copy(update=limits)), base_url=ORIGIN, cookies=cookies) as dan:
            answers = [dan.post(ask, json={"recipient_id": person(name)}) for name in ("bob", "cleo")]
        expected = [201] * allowed + [429] if allowed else [409, 429]
        assert [answer.status_code for answer in answers] == expected
        assert answers[-1].json()["code"] == code
        assert int(answers[-1].headers["retry-after"]) > 0
    assert db.scalar(sa.select(sa.func.count()).select_from(MeetingRequest)) == len(REQUESTS) + 1


def test_what_is_missing_and_what_is_not_yours_read_the_same(signed_in: Browser, numbers: dict[str, int]) -> None:
    dan = signed_in("dan@example.org")
    stranger = signed_in("stranger@example.org")
    texts = {
        reader.post(f"/api/v1/requests/{number}/accept").text
        for reader in (dan, stranger)
        for number in (numbers["ann-bob"], 999_999)
    }
    assert len(texts) == 1
