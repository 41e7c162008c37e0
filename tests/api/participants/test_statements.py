"""Whom an offer or a need is for, and what kind of cooperation it is about: written, read and ranked by."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from api.matching import store
from api.models import Need, Participant, User
from matchmaker.event import Statement, StatementKind

Browser = Callable[[str], TestClient]
Number = Callable[[str], int]
TEXT = "Investisseurs pour une série A de 8 millions d'euros"


@pytest.fixture
def ann(signed_in: Browser) -> TestClient:
    return signed_in("ann@example.org")


@pytest.fixture
def path(event_id: int, person: Number) -> str:
    return f"/api/v1/events/{event_id}/participants/{person('ann')}"


def told(statement: dict[str, Any]) -> tuple[str, list[str], str | None]:
    return statement["text"], statement["audience"], statement["kind"]


def test_everybody_reads_whom_a_text_is_for_and_its_kind(
    ann: TestClient, signed_in: Browser, event_id: int, path: str, person: Number
) -> None:
    for browser in (ann, signed_in("bob@example.org")):
        need = browser.get(path).json()["needs"][0]
        assert told(need) == (TEXT, ["investor"], "funding")
        listed = browser.get(f"/api/v1/events/{event_id}/participants").json()["items"]
        assert need in next(each for each in listed if each["id"] == person("ann"))["needs"]


@pytest.mark.parametrize("side", ["offers", "needs"])
def test_audience_and_kind_are_replaced_with_the_texts(ann: TestClient, path: str, side: str) -> None:
    sent = [
        {"text": "Un essai", "audience": ["investor", "exhibitor", "investor"], "kind": "clinical_site"},
        {"text": "Un capteur"},
    ]
    answer = ann.put(f"{path}/{side}", json=sent).json()[side]
    assert list(map(told, answer)) == [
        ("Un essai", ["exhibitor", "investor"], "clinical_site"),
        ("Un capteur", [], None),
    ]
    assert ann.get(path).json()[side] == answer
    again = ann.put(f"{path}/{side}", json=[{"text": "Un essai", "audience": [], "kind": None}]).json()[side]
    assert list(map(told, again)) == [("Un essai", [], None)]
    assert again[0]["id"] == answer[0]["id"]


def test_a_type_that_nobody_has_is_refused_with_its_place(ann: TestClient, path: str) -> None:
    sent = [{"text": "A"}, {"text": "B", "audience": ["investor", "wizard", "Investor"]}]
    answer = ann.put(f"{path}/needs", json=sent)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert [error["loc"] for error in answer.json()["errors"]] == [
        ["body", 1, "audience", 1],
        ["body", 1, "audience", 2],
    ]
    assert "wizard" in answer.json()["errors"][0]["message"]
    assert told(ann.get(path).json()["needs"][0]) == (TEXT, ["investor"], "funding")


def test_a_type_ticked_earlier_stays_when_its_last_bearer_has_gone(
    ann: TestClient, path: str, person: Number, db: Session
) -> None:
    db.execute(sa.update(Participant).where(Participant.id == person("bob")).values(type="fund"))
    db.commit()
    sent = [{"text": "Another", "audience": ["investor"]}]
    assert ann.put(f"{path}/needs", json=sent).status_code == 200
    assert ann.put(f"{path}/offers", json=sent).status_code == 422, "no offer was for investors"


@pytest.mark.parametrize("wrong", [{"kind": "friendship"}, {"audience": ["investor"] * 51}, {"audience": [""]}])
def test_what_is_no_kind_and_no_list_of_types_is_refused(ann: TestClient, path: str, wrong: dict[str, Any]) -> None:
    assert ann.put(f"{path}/needs", json=[{"text": "A", **wrong}]).status_code == 422


def test_an_older_version_overwrites_no_ticks(ann: TestClient, path: str) -> None:
    seen = ann.get(path).headers["etag"]
    ticked = [{"text": TEXT, "audience": ["exhibitor"], "kind": "data"}]
    assert ann.put(f"{path}/needs", json=ticked, headers={"If-Match": seen}).status_code == 200
    late = ann.put(f"{path}/needs", json=[{"text": TEXT}], headers={"If-Match": seen})
    assert late.status_code == 409
    assert told(late.json()["current"]["needs"][0]) == (TEXT, ["exhibitor"], "data")


@pytest.mark.parametrize("change", [{"audience": ["exhibitor"], "kind": "funding"}, {"audience": ["investor"]}])
def test_ticks_alone_rank_the_person_again_by_what_is_ticked(
    ann: TestClient, event_id: int, path: str, person: Number, db: Session, change: dict[str, Any]
) -> None:
    number = db.scalars(sa.select(Need.id).where(Need.text == TEXT)).one()
    ann.put(f"{path}/needs", json=[{"text": TEXT, **change}])
    jobs = db.execute(sa.text("SELECT task_name, args FROM procrastinate_jobs")).all()
    assert jobs == [("rank_participant", {"event_id": event_id, "participant_id": person("ann")})]
    ids, people = store.people_of(db, event_id)
    kind = change.get("kind")
    need = Statement(
        text=TEXT, audience=frozenset(change["audience"]), kind=None if kind is None else StatementKind(kind)
    )
    assert people[ids.index(person("ann"))].needs == (need,)
    assert db.scalars(sa.select(Need.id).where(Need.text == TEXT)).one() == number, "matches refer to it"


def test_the_types_to_tick_are_those_of_the_participants(ann: TestClient, event_id: int, db: Session) -> None:
    assert ann.get(f"/api/v1/events/{event_id}").json()["types"] == ["exhibitor", "investor", "start-up"]
    assert db.scalar(sa.select(sa.func.count()).select_from(User).where(User.email == "ann@example.org")) == 1
