"""Whom offers and needs are for, and their kind, through workbooks: taken over where a file says it anew, else kept."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from api.models import Participant, User
from matchmaker.documents import workbook_of
from matchmaker.event import Event, Profile, Statement, StatementKind
from matchmaker.intake import read_workbook
from tests.api.small_event import PEOPLE, small_event
from tests.matchmaker.events import statements

Browser = Callable[[str], TestClient]
NEED = PEOPLE["ann"].needs[0].text
OFFERS = tuple(offer.text for offer in PEOPLE["ann"].offers)


def changed(*people: Profile) -> Event:
    """The small event with some of its people changed."""
    by_email = {person.email: person for person in (*PEOPLE.values(), *people)}
    return small_event(people=tuple(by_email.values()))


def without_ticks() -> Event:
    """The small event as a tool exports it that does not know of audiences and kinds."""
    return changed(
        *(
            replace(p, **{side: statements(*(s.text for s in getattr(p, side))) for side in ("offers", "needs")})
            for p in PEOPLE.values()
        )
    )


@pytest.fixture
def send(signed_in: Browser, event_id: int) -> Callable[[Event], dict[str, Any]]:
    """Import a later workbook into the small event; the answer."""

    def send(event: Event) -> dict[str, Any]:
        files = {"file": ("event.xlsx", workbook_of(event))}
        answer = signed_in("organiser@example.org").post(f"/api/v1/events/{event_id}/imports", files=files)
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    return send


Send = Callable[[Event], dict[str, Any]]


@pytest.fixture
def ann(signed_in: Browser) -> TestClient:
    return signed_in("ann@example.org")


@pytest.fixture
def path(event_id: int, person: Callable[[str], int]) -> str:
    return f"/api/v1/events/{event_id}/participants/{person('ann')}"


def told(browser: TestClient, path: str, side: str = "needs") -> list[tuple[str, list[str], str | None]]:
    return [(s["text"], s["audience"], s["kind"]) for s in browser.get(path).json()[side]]


def test_a_change_of_ticks_in_a_workbook_is_taken_over_and_counted(send: Send, ann: TestClient, path: str) -> None:
    need = Statement(text=NEED, audience=frozenset({"exhibitor", "investor"}), kind=StatementKind.DATA)
    answer = send(changed(replace(PEOPLE["ann"], needs=(need,))))
    counts = answer["counts"]
    assert counts["offers_and_needs"] == {"added": 0, "updated": 1, "unchanged": 5, "removed": 0}
    assert counts["participants"] == {"added": 0, "updated": 0, "unchanged": 4, "removed": 0}
    assert told(ann, path) == [(NEED, ["exhibitor", "investor"], "data")]
    send(changed(replace(PEOPLE["ann"], needs=statements(NEED))))
    assert told(ann, path) == [(NEED, [], None)], "a file with the columns may take a tick back"


def test_an_older_workbook_without_the_columns_keeps_what_was_ticked(send: Send, ann: TestClient, path: str) -> None:
    ticked = [{"text": NEED, "audience": ["exhibitor"], "kind": "talent"}]
    assert ann.put(f"{path}/needs", json=ticked).status_code == 200
    send(without_ticks())
    assert told(ann, path) == [(NEED, ["exhibitor"], "talent")]
    assert told(ann, path, "offers") == [(OFFERS[0], [], "licence"), (OFFERS[1], [], None)]


def test_a_text_that_stays_keeps_its_ticks_when_another_is_new(send: Send, ann: TestClient, path: str) -> None:
    ticked = [{"text": NEED, "audience": ["exhibitor"], "kind": "talent"}]
    ann.put(f"{path}/needs", json=ticked)
    without = {person.email: person for person in without_ticks().people}["ann@example.org"]
    event = without_ticks()
    people = tuple(
        replace(without, needs=statements("Un laboratoire", NEED)) if p.email == without.email else p
        for p in event.people
    )
    send(replace(event, people=people))
    assert told(ann, path) == [("Un laboratoire", [], None), (NEED, ["exhibitor"], "talent")]


def test_what_was_ticked_here_outlives_the_same_workbook_again(send: Send, ann: TestClient, path: str) -> None:
    ann.put(f"{path}/needs", json=[{"text": NEED, "audience": [], "kind": "talent"}])
    counts = send(small_event())["counts"]["offers_and_needs"]
    assert (counts["updated"], counts["unchanged"]) == (0, 6)
    assert told(ann, path) == [(NEED, [], "talent")]


def test_people_imported_before_ticks_were_known_take_them_from_a_later_workbook(
    send: Send, ann: TestClient, path: str, person: Callable[[str], int], db: Session
) -> None:
    row = db.get_one(Participant, person("ann"))
    row.imported = {name: value for name, value in row.imported.items() if name not in ("audience", "kind")}
    db.execute(sa.text("UPDATE needs SET audience = '{}', kind = NULL"))
    db.commit()
    assert send(small_event())["counts"]["offers_and_needs"]["updated"] == 2, "Ann's licence and her need"
    assert told(ann, path) == [(NEED, ["investor"], "funding")]


def test_undoing_an_import_puts_the_ticks_back(send: Send, ann: TestClient, signed_in: Browser, path: str) -> None:
    need = Statement(text=NEED, kind=StatementKind.DATA)
    import_id = send(changed(replace(PEOPLE["ann"], needs=(need,))))["import_id"]
    assert told(ann, path) == [(NEED, [], "data")]
    assert signed_in("organiser@example.org").post(f"/api/v1/imports/{import_id}/undo").status_code == 200
    assert told(ann, path) == [(NEED, ["investor"], "funding")]


def test_an_undo_record_of_before_holds_text_and_language_only(
    send: Send, ann: TestClient, signed_in: Browser, path: str, db: Session
) -> None:
    import_id = send(changed(replace(PEOPLE["ann"], needs=statements("Autre chose"))))["import_id"]
    db.execute(
        sa.text(
            """UPDATE import_runs SET undo = jsonb_set(undo, '{changed_participants,0,needs}', '[["Avant", "fr"]]')"""
        )
    )
    db.commit()
    assert signed_in("organiser@example.org").post(f"/api/v1/imports/{import_id}/undo").status_code == 200
    assert told(ann, path) == [("Avant", [], None)]


def test_a_file_may_name_types_that_only_the_event_has(
    signed_in: Browser, event_id: int, ann: TestClient, path: str
) -> None:
    anna = replace(PEOPLE["ann"], needs=(Statement(text=NEED, audience=frozenset({"exhibitor", "wizard"})),))
    files = {"file": ("event.xlsx", workbook_of(small_event(people=(anna,), requests=())))}
    answer = signed_in("organiser@example.org").post(f"/api/v1/events/{event_id}/imports", files=files).json()
    assert ["wizard" in notice["text"] for notice in answer["ignored"]["notices"]] == [True]
    assert told(ann, path) == [(NEED, ["exhibitor"], None)]


@pytest.mark.parametrize("language", ["en", "fr", "nl"])
def test_the_export_holds_what_was_ticked_here(
    signed_in: Browser, event_id: int, ann: TestClient, path: str, language: str, db: Session
) -> None:
    ann.put(f"{path}/needs", json=[{"text": NEED, "audience": ["exhibitor", "start-up"], "kind": "market_access"}])
    data = (
        signed_in("organiser@example.org").get(f"/api/v1/events/{event_id}/workbook.xlsx?language={language}").content
    )
    person = next(p for p in read_workbook(data, "event.xlsx").people if p.email == "ann@example.org")
    assert person.needs == (
        Statement(text=NEED, audience=frozenset({"exhibitor", "start-up"}), kind=StatementKind.MARKET_ACCESS),
    )
    assert db.scalar(sa.select(User.id).where(User.email == person.email))
