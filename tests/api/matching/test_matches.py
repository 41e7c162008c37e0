"""The stored ranking as its person sees it."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from api.models import Event, Match, Offer, Participant
from tests.api.matches import add_match

Browser = Callable[[str], TestClient]
REASON = {
    "kind": "themes",
    "need": None,
    "need_language": None,
    "offer": None,
    "offer_language": None,
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
    assert [(match["participant"]["first_name"], match["strength"]) for match in page["items"]] == [
        ("Bob", "good"),
        ("Dan", "good"),
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


@pytest.mark.usefixtures("ranked")
def test_the_list_ends_where_nobody_is_a_possible_match_and_all_others_are_still_to_be_browsed(
    signed_in: Browser, event_id: int, db: Session, person: Callable[[str], int]
) -> None:
    """Bob has the better place in the list, for the themes they share; only Dan serves Cleo."""
    for name, forward, backward in (("dan", 0.85, 0.0), ("bob", 0.1, 0.1)):
        mine = sa.and_(Match.participant_id == person("cleo"), Match.other_id == person(name))
        db.execute(sa.update(Match).where(mine).values(forward=forward, backward=backward))
    db.commit()
    browser, path = signed_in("cleo@example.org"), f"/api/v1/events/{event_id}/matches"
    page = browser.get(path).json()
    assert [(match["participant"]["first_name"], match["strength"]) for match in page["items"]] == [("Dan", "strong")]
    assert page["total"] == 1
    everyone = browser.get(f"{path}?everyone=true").json()["items"]
    shown = [(match["participant"]["first_name"], match["strength"], bool(match["reasons"])) for match in everyone]
    assert shown == [("Dan", "strong", True), ("Bob", None, False)]


@pytest.mark.usefixtures("ranked")
def test_a_list_never_holds_anybody_without_a_word_however_near_the_bound(
    signed_in: Browser, event_id: int, db: Session, person: Callable[[str], int]
) -> None:
    """The database and `strength` agree on single-precision numbers around each bound."""
    browser, path = signed_in("cleo@example.org"), f"/api/v1/events/{event_id}/matches"
    mine = sa.and_(Match.participant_id == person("cleo"), Match.other_id == person("dan"))
    for forward in (0.19999998, 0.2, 0.20000002, 0.5, 0.8, 0.79999995):
        db.execute(sa.update(Match).where(mine).values(forward=forward, backward=0.0))
        db.commit()
        items = browser.get(path).json()["items"]
        assert None not in [match["strength"] for match in items]


@pytest.mark.usefixtures("ranked")
def test_one_participant_is_read_as_a_match_or_as_none(
    signed_in: Browser, event_id: int, person: Callable[[str], int]
) -> None:
    browser, path = signed_in("bob@example.org"), f"/api/v1/events/{event_id}/matches"
    (listed,) = browser.get(path).json()["items"]
    assert browser.get(f"{path}/{person('cleo')}").json() == listed
    dan = browser.get(f"{path}/{person('dan')}").json()
    assert (dan["participant"]["first_name"], dan["strength"], dan["reasons"]) == ("Dan", None, [])
    assert browser.get(f"{path}/{person('bob')}").status_code == 404


@pytest.mark.usefixtures("ranked")
def test_a_guest_is_told_no_number_and_nothing_of_how_the_list_was_made(
    signed_in: Browser, event_id: int, db: Session
) -> None:
    db.execute(sa.update(Match).values(backward=0.0, standing=Match.score - 0.2))
    db.commit()
    (match,) = signed_in("bob@example.org").get(f"/api/v1/events/{event_id}/matches").json()["items"]
    assert "need_offer" in [reason["kind"] for reason in match["reasons"]]
    assert not {"one_sided", "popular"} & {reason["kind"] for reason in match["reasons"]}
    assert not {"score", "forward", "backward"} & match.keys()
    assert all("strength" not in reason for reason in match["reasons"])


def test_matches_are_for_participants(signed_in: Browser, event_id: int) -> None:
    assert signed_in("organiser@example.org").get(f"/api/v1/events/{event_id}/matches").status_code == 403
