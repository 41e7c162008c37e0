"""The stored ranking as its person sees it."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from api.models import Match

Browser = Callable[[str], TestClient]
REASON = {
    "kind": "themes",
    "need": None,
    "need_language": None,
    "offer": None,
    "offer_language": None,
    "strength": 40,
    "themes": ["therapies"],
    "text": {"en": "You share: Novel therapies.", "fr": "Thérapies innovantes", "nl": "Nieuwe therapieën"},
}


@pytest.fixture
def ranked(db: Session, person: Callable[[str], int]) -> None:
    """Cleo ranks Bob, Dan, Ann (whom she never wants to meet); Bob ranks Cleo."""
    ranking = [("cleo", "dan", 1, 60), ("cleo", "bob", 0, 55), ("cleo", "ann", 2, 50), ("bob", "cleo", 0, 55)]
    for one, other, rank, score in ranking:
        db.add(
            Match(
                participant_id=person(one),
                other_id=person(other),
                rank=rank,
                score=score,
                forward=score,
                backward=10,
                reasons=[REASON],
            )
        )
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
    assert page["items"][0]["reasons"] == [REASON]
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


def test_matches_are_for_participants(signed_in: Browser, event_id: int) -> None:
    assert signed_in("organiser@example.org").get(f"/api/v1/events/{event_id}/matches").status_code == 403
