"""The stored ranking as its person sees it."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from api.models import Event, Offer, Participant
from tests.api.matches import add_match

Browser = Callable[[str], TestClient]
REASON = {
    "kind": "themes",
    "need": None,
    "need_language": None,
    "offer": None,
    "offer_language": None,
    "strength": 50,
    "themes": ["therapies"],
    "text": {
        "en": "You share: Novel therapies.",
        "fr": "Vous avez en commun\u00a0: Thérapies innovantes.",
        "nl": "U deelt: Nieuwe therapieën.",
        "de": "Gemeinsame Themen: Novel therapies.",
    },
    "model_language": None,
}


@pytest.fixture
def ranked(db: Session, person: Callable[[str], int]) -> None:
    """Cleo ranks Bob, Dan, Ann (whom she never wants to meet); Bob ranks Cleo."""
    shown = db.scalar(sa.select(Participant).where(Participant.id == person("cleo")))
    assert shown is not None
    shown.themes = ["therapies"]
    for one, other, standing, score in (
        ("cleo", "dan", 0.5, 0.6),
        ("cleo", "bob", 0.55, 0.55),
        ("cleo", "ann", 0.4, 0.5),
        ("bob", "cleo", 0.55, 0.55),
    ):
        add_match(db, person(one), person(other), score, standing)
    db.commit()


@pytest.mark.usefixtures("ranked")
def test_matches_come_in_the_order_of_the_ranking_without_those_never_to_meet(
    signed_in: Browser, event_id: int
) -> None:
    page = signed_in("cleo@example.org").get(f"/api/v1/events/{event_id}/matches").json()
    assert [(match["participant"]["first_name"], match["score"]) for match in page["items"]] == [
        ("Bob", 55),
        ("Dan", 60),
    ]
    assert page["total"] == 2
    assert page["items"][0]["reasons"][0] == REASON
    assert page["items"][0]["participant"]["email"] is None


@pytest.mark.usefixtures("ranked")
def test_a_match_shows_the_request_between_the_two(signed_in: Browser, event_id: int) -> None:
    for email, direction in (("cleo@example.org", "sent"), ("bob@example.org", "received")):
        page = signed_in(email).get(f"/api/v1/events/{event_id}/matches").json()
        requests = {match["participant"]["first_name"]: match["request"] for match in page["items"]}
        found = requests.pop("Bob" if direction == "sent" else "Cleo")
        assert (found["status"], found["direction"]) == ("accepted", direction)
        assert set(requests.values()) <= {None}


@pytest.mark.usefixtures("ranked")
def test_matches_are_searched_and_come_in_parts(signed_in: Browser, event_id: int) -> None:
    browser = signed_in("cleo@example.org")
    found = browser.get(f"/api/v1/events/{event_id}/matches?search=immuno").json()
    assert [match["participant"]["first_name"] for match in found["items"]] == ["Bob"]
    second = browser.get(f"/api/v1/events/{event_id}/matches?limit=1&offset=1").json()
    assert [match["participant"]["first_name"] for match in second["items"]] == ["Dan"]
    assert second["total"] == 2


@pytest.mark.usefixtures("ranked")
def test_a_reason_quotes_the_texts_as_they_are_and_goes_with_them(
    signed_in: Browser, event_id: int, db: Session, person: Callable[[str], int]
) -> None:
    browser, path = signed_in("bob@example.org"), f"/api/v1/events/{event_id}/matches"

    def quoted() -> list[tuple[str, str | None, str | None]]:
        (match,) = browser.get(path).json()["items"]
        return [(reason["kind"], reason["need"], reason["offer"]) for reason in match["reasons"]]

    offer = "Contract manufacturing of 100% sterile devices"
    assert ("need_offer", "Companies with in vivo data in immuno-oncology", offer) in quoted()
    db.execute(sa.delete(Offer).where(Offer.participant_id == person("cleo")))
    db.commit()
    assert "need_offer" not in [kind for kind, *_ in quoted()]


@pytest.mark.usefixtures("ranked")
def test_matches_of_another_version_of_the_ranking_are_not_shown(
    signed_in: Browser, event_id: int, db: Session
) -> None:
    db.get_one(Event, event_id).ranking_version = 2
    db.commit()
    assert signed_in("cleo@example.org").get(f"/api/v1/events/{event_id}/matches").json()["total"] == 0


def test_matches_are_for_participants(signed_in: Browser, event_id: int) -> None:
    assert signed_in("organiser@example.org").get(f"/api/v1/events/{event_id}/matches").status_code == 403
