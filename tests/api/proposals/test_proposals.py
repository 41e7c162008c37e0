"""Meetings that the organiser proposes: found, looked at, adopted, taken back."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from api.imports.service import store_event
from api.models import Meeting, MeetingRequest, Participant, Proposals, ProposalsState, Schedule, User
from api.models.schedules import ScheduleState
from api.proposals import proposing
from matchmaker.event import RequestStatus
from matchmaker.sample import biowin_day
from tests.api.drafts import drafted
from tests.api.jobs.workers import until, worker

Browser = Callable[[str], TestClient]
Find = Callable[..., dict[str, Any]]
ORGANISER = "organiser@example.org"


@pytest.fixture
def find(signed_in: Browser, event_id: int, database_url: str) -> Find:
    """Proposals for the small event, looked for in this process."""

    def ask(number: int = event_id, **options: Any) -> dict[str, Any]:
        organiser = signed_in(ORGANISER)
        wanted = {"minimum": 1, "maximum": 3} | options
        asked = organiser.post(f"/api/v1/events/{number}/proposals", json=wanted)
        assert asked.status_code == 202, asked.text
        assert asked.json()["state"] == "queued"
        assert proposing.run(database_url, asked.json()["id"], lambda: False)
        found: dict[str, Any] = organiser.get(f"/api/v1/proposals/{asked.json()['id']}").json()
        assert found["state"] == "ready"
        return found

    return ask


def proposed(db: Session) -> list[MeetingRequest]:
    db.expire_all()
    return list(db.scalars(sa.select(MeetingRequest).where(MeetingRequest.proposals_id.is_not(None))))


def test_proposals_are_the_organisers(signed_in: Browser, client: TestClient, find: Find, event_id: int) -> None:
    number = find()["id"]
    events, one = f"/api/v1/events/{event_id}/proposals", f"/api/v1/proposals/{number}"
    for method, address in (
        ("GET", events),
        ("POST", events),
        ("GET", one),
        ("POST", f"{one}/cancel"),
        ("POST", f"{one}/adopt"),
        ("POST", f"{one}/withdraw"),
    ):
        body = {} if method == "POST" else None
        assert client.request(method, address, json=body).status_code == 401
        for email, status in (("stranger@example.org", 404), ("ann@example.org", 403)):
            assert signed_in(email).request(method, address, json=body).status_code == status, address
    assert signed_in(ORGANISER).get("/api/v1/proposals/999999").status_code == 404


def test_a_preview_tells_who_is_left_short_and_why_and_asks_nobody(
    find: Find, db: Session, person: Callable[[str], int]
) -> None:
    before = db.scalar(sa.select(sa.func.count()).select_from(MeetingRequest))
    found = find()
    people = {each["participant"]["id"]: each for each in found["people"]}
    dan, bob, ann = (people[person(name)] for name in ("dan", "bob", "ann"))
    assert (dan["agreed"], dan["proposed"], dan["shortfall"]) == (0, 1, None)
    assert bob["agreed"] == 1
    assert (ann["proposed"], ann["shortfall"]) == (0, "0 rendez-vous sur 1\u00a0: il n’y a personne à rencontrer.")
    assert found["meetings"] == len(found["pairs"]) == 1
    assert person("dan") in found["pairs"][0]["participant_ids"]
    assert found["proven"]
    assert db.scalar(sa.select(sa.func.count()).select_from(MeetingRequest)) == before


def test_wrong_wishes_are_refused(signed_in: Browser, event_id: int) -> None:
    organiser, path = signed_in(ORGANISER), f"/api/v1/events/{event_id}/proposals"
    for wrong in ({"minimum": 4, "maximum": 3}, {"minimum_score": 101}, {"between": ["investor", "astronaut"]}):
        assert organiser.post(path, json=wrong).status_code == 422
    assert organiser.post(path, json={}).status_code == 202
    assert organiser.post(path, json={}).json()["code"] == "proposals-running"


def test_adopted_proposals_are_requests_that_are_scheduled(
    find: Find, signed_in: Browser, db: Session, database_url: str, event_id: int, person: Callable[[str], int]
) -> None:
    found = find()
    organiser = signed_in(ORGANISER)
    adopted = organiser.post(f"/api/v1/proposals/{found['id']}/adopt", json={"status": "accepted"}).json()
    assert (adopted["state"], adopted["open_requests"]) == ("adopted", 1)
    assert organiser.post(f"/api/v1/proposals/{found['id']}/adopt", json={}).json() == adopted
    pending = organiser.post(f"/api/v1/proposals/{found['id']}/adopt", json={"status": "pending"})
    assert pending.json()["code"] == "proposals-closed"
    assert [request.answered_by for request in proposed(db)] == ["organiser"]
    mine = signed_in("dan@example.org").get(f"/api/v1/events/{event_id}/requests").json()["items"]
    assert [(request["status"], request["proposed"]) for request in mine] == [("accepted", True)]
    row = drafted(db, database_url, event_id)
    assert row.measures["meetings"] == 2
    organiser.post(f"/api/v1/schedules/{row.id}/publish")
    refused = organiser.post(f"/api/v1/proposals/{found['id']}/withdraw")
    assert (refused.status_code, refused.json()["code"]) == (409, "in-use")
    assert [request.status for request in proposed(db)] == [RequestStatus.ACCEPTED]


def test_either_of_the_two_can_refuse_a_meeting_that_neither_asked_for(
    find: Find, signed_in: Browser, db: Session
) -> None:
    for number, side in enumerate(("recipient_id", "sender_id")):
        signed_in(ORGANISER).post(f"/api/v1/proposals/{find()['id']}/adopt", json={"status": "accepted"})
        (request,) = [row for row in proposed(db) if row.status is RequestStatus.ACCEPTED]
        refusing = db.scalars(
            sa.select(User.email)
            .join(Participant, Participant.user_id == User.id)
            .where(Participant.id == getattr(request, side))
        ).one()
        answer = signed_in(refusing).post(f"/api/v1/requests/{request.id}/withdraw")
        assert (answer.status_code, answer.json()["status"]) == (200, "withdrawn"), number
        db.execute(sa.delete(MeetingRequest).where(MeetingRequest.id == request.id))
        db.commit()


def test_what_is_taken_back_leaves_drafts_outdated_and_can_be_proposed_again(
    find: Find, signed_in: Browser, db: Session, database_url: str, event_id: int
) -> None:
    organiser, first = signed_in(ORGANISER), find()
    organiser.post(f"/api/v1/proposals/{first['id']}/adopt", json={})
    (request,) = proposed(db)
    draft = drafted(db, database_url, event_id)
    taken = organiser.post(f"/api/v1/proposals/{first['id']}/withdraw").json()
    assert (taken["state"], taken["open_requests"]) == ("withdrawn", 0)
    assert [row.status for row in proposed(db)] == [RequestStatus.WITHDRAWN]
    assert organiser.post(f"/api/v1/schedules/{draft.id}/publish").json()["code"] == "schedule-outdated"
    assert organiser.post(f"/api/v1/proposals/{first['id']}/withdraw").json()["code"] == "proposals-closed"
    second = find()
    assert (second["pairs"], second["unchanged"]) == (first["pairs"], 1)
    assert organiser.post(f"/api/v1/proposals/{second['id']}/adopt", json={}).json()["open_requests"] == 1
    (again,) = proposed(db)
    assert (again.id, again.status, again.proposals_id) == (request.id, RequestStatus.ACCEPTED, second["id"])


def test_a_proposal_that_somebody_declined_stays_their_answer(
    find: Find, signed_in: Browser, db: Session, event_id: int
) -> None:
    organiser, first = signed_in(ORGANISER), find()
    assert organiser.post(f"/api/v1/proposals/{first['id']}/adopt", json={"status": "pending"}).status_code == 200
    (request,) = proposed(db)
    assert request.status is RequestStatus.PENDING
    recipient = db.scalar(sa.select(User.email).join(Participant).where(Participant.id == request.recipient_id))
    assert recipient is not None
    assert signed_in(recipient).post(f"/api/v1/requests/{request.id}/decline").status_code == 200
    assert organiser.post(f"/api/v1/proposals/{first['id']}/withdraw").json()["open_requests"] == 0
    db.refresh(request)
    assert request.status is RequestStatus.DECLINED
    assert find()["pairs"] != first["pairs"]


def test_who_has_asked_in_the_meantime_is_left_alone(
    find: Find, signed_in: Browser, event_id: int, db: Session, person: Callable[[str], int]
) -> None:
    found = find()
    (pair,) = found["pairs"]
    (other,) = set(pair["participant_ids"]) - {person("dan")}
    asked = signed_in("dan@example.org").post(
        f"/api/v1/events/{event_id}/requests", json={"recipient_id": other, "preference": "never"}
    )
    assert asked.status_code == 201
    assert signed_in(ORGANISER).post(f"/api/v1/proposals/{found['id']}/adopt", json={}).json()["open_requests"] == 0
    assert proposed(db) == []


def test_proposals_between_two_types_stay_the_same_the_next_time(find: Find, signed_in: Browser, db: Session) -> None:
    owner = db.scalars(sa.select(User).where(User.email == ORGANISER)).one()
    number = store_event(db, biowin_day(people=24), owner.id).id
    db.commit()
    types = ["start-up", "investor"]
    found = find(number, minimum=2, maximum=5, between=types)
    kinds = {each["participant"]["id"]: each["participant"]["type"] for each in found["people"]}
    assert set(kinds.values()) == set(types)
    assert found["pairs"]
    for pair in found["pairs"]:
        assert {kinds[i] for i in pair["participant_ids"]} == set(types)
    for each in found["people"]:
        assert each["agreed"] + each["proposed"] >= 2 or each["shortfall"]
        assert each["proposed"] <= max(0, 5 - each["agreed"])
    again = find(number, minimum=2, maximum=5, between=types)
    assert again["unchanged"] == again["meetings"] == found["meetings"]


def test_a_worker_finds_proposals_and_leaves_those_that_were_cancelled(
    signed_in: Browser, event_id: int, db: Session, database_url: str
) -> None:
    organiser, path = signed_in(ORGANISER), f"/api/v1/events/{event_id}/proposals"
    first = organiser.post(path, json={}).json()["id"]
    assert organiser.post(f"/api/v1/proposals/{first}/cancel").json()["state"] == "cancelled"
    assert organiser.post(f"/api/v1/proposals/{first}/cancel").json()["code"] == "proposals-closed"
    second = organiser.post(path, json={}).json()["id"]
    with worker(database_url):
        until(lambda: organiser.get(f"/api/v1/proposals/{second}").json()["state"] == "ready")
    sets = organiser.get(path).json()
    assert [(each["id"], each["state"]) for each in sets["items"]] == [(second, "ready"), (first, "cancelled")]
    assert db.scalar(sa.select(sa.func.count()).select_from(Meeting)) == 0
    assert db.scalar(sa.select(sa.func.count()).select_from(Schedule).where(Schedule.state != ScheduleState.DRAFT)) == 0
    assert db.get_one(Proposals, first).state is ProposalsState.CANCELLED


def test_looking_for_proposals_ends_when_told_and_can_be_taken_up_again(
    signed_in: Browser, event_id: int, db: Session, database_url: str
) -> None:
    number = signed_in(ORGANISER).post(f"/api/v1/events/{event_id}/proposals", json={}).json()["id"]
    assert not proposing.run(database_url, number, lambda: True)
    assert db.get_one(Proposals, number).result is None
    assert proposing.run(database_url, number, lambda: False)
    db.expire_all()
    assert db.get_one(Proposals, number).state is ProposalsState.READY


def test_the_list_costs_as_many_queries_for_many_sets_as_for_one(
    signed_in: Browser, event_id: int, db: Session
) -> None:
    organiser, path = signed_in(ORGANISER), f"/api/v1/events/{event_id}/proposals"

    def queries() -> int:
        statements: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            statements.append(statement)

        sa.event.listen(sa.Engine, "before_cursor_execute", note)
        try:
            assert organiser.get(path).status_code == 200
        finally:
            sa.event.remove(sa.Engine, "before_cursor_execute", note)
        return len(statements)

    counts = []
    for sets in (1, 4):
        db.add_all(Proposals(event_id=event_id, state="ready", options={}) for _ in range(sets))
        db.commit()
        counts.append(queries())
    assert counts[0] == counts[1]


def test_a_set_is_read_while_somebody_changes_it(find: Find, signed_in: Browser, db: Session) -> None:
    """Reading takes no lock: a writer that holds the row does not make the organiser wait."""
    found = find()
    db.execute(sa.select(Proposals.id).where(Proposals.id == found["id"]).with_for_update())
    assert signed_in(ORGANISER).get(f"/api/v1/proposals/{found['id']}").json() == found
    db.rollback()
