"""Searching by words: participants, matches and requests, without difference of case and accents."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from api.imports.service import store_event
from api.models import Event, Participant
from matchmaker.event import Profile
from matchmaker.text import fold
from tests.api.small_event import small_event
from tests.matchmaker.events import statements

Browser = Callable[[str], TestClient]
Find = Callable[..., list[str]]


def profile(first: str, last: str, organisation: str, **fields: object) -> Profile:
    email = f"{fold(first)}.{fold(last)}@example.com".replace(" ", "-")
    return Profile(email=email, first_name=first, last_name=last, organisation=organisation, country="BE", **fields)  # type: ignore[arg-type]


PEOPLE = (
    profile("Benoît", "Hestra", "Ferme Goossens"),
    profile("Océane", "Lambert", "Œnologie du Nord", job_title="Chef de produit"),
    profile("Caroline", "Carlier", "Herstalia Cardio", needs=statements("Des tissus cartilagineux")),
    profile("Jo", "Maes", "Gent Biotech", offers=statements("Clean rooms for CAR-T manufacturing")),
    profile("Fabrice", "Adam", "Agri Plus", needs=statements("Benoît comme partenaire")),
    profile("Lea", "Cart", "Cars & Co"),
)


@pytest.fixture
def event(db: Session, event_id: int) -> Event:
    """The organiser's second event, with people whose names are hard to type."""
    owner = db.scalars(sa.text("SELECT id FROM users WHERE email = 'organiser@example.org'")).one()
    event = store_event(db, small_event(name="Search", people=PEOPLE, requests=(), places=()), owner)
    db.commit()
    return event


@pytest.fixture
def find(signed_in: Browser, event: Event) -> Find:
    """The last names of those whom the organiser finds, or the one with that address."""

    def names(search: str, email: str = "organiser@example.org") -> list[str]:
        path = f"/api/v1/events/{event.id}/participants"
        answer = signed_in(email).get(path, params={"search": search}).json()
        assert answer["total"] == len(answer["items"])
        return [person["last_name"] for person in answer["items"]]

    return names


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("benoit", ["Hestra", "Adam"]),
        ("BENOÎT hestra", ["Hestra"]),
        ("oceane", ["Lambert"]),
        ("oenologie", ["Lambert"]),
        ("chef de produit", ["Lambert"]),
        ("goossens", ["Hestra"]),
        ("CAR-T", ["Maes"]),
        ("car-t manufacturing", ["Maes"]),
        ("cart", ["Cart", "Carlier"]),
        ("carl", ["Carlier"]),
        ("car ", ["Maes"]),
        ("ca", []),
        ("jo", ["Maes"]),
        ("carlier benoit", []),
    ],
)
def test_words_are_whole_and_only_the_last_may_be_unfinished(find: Find, search: str, found: list[str]) -> None:
    assert find(search) == found


def test_organisers_find_by_address_and_guests_do_not(find: Find) -> None:
    guest = "caroline.carlier@example.com"
    for search in ("fabrice.adam@", "Fabrice.Adam@example.com", "adam@example"):
        assert find(search) == ["Adam"]
        assert find(search, guest) == (["Adam"] if search == "fabrice.adam@" else []), "that is also their name"
    assert len(find("@example.com")) == len(PEOPLE)
    assert find("@example.com", guest) == []


def test_what_is_edited_is_found_at_once(find: Find, signed_in: Browser, event: Event, db: Session) -> None:
    lea = db.scalars(sa.select(Participant).where(Participant.first_name == "Lea")).one().id
    path = f"/api/v1/events/{event.id}/participants/{lea}"
    browser = signed_in("organiser@example.org")
    browser.patch(path, json={"last_name": "Désirée", "job_title": "Directrice"})
    assert find("desiree directrice") == ["Désirée"]
    assert find("cart") == ["Carlier"]
    browser.put(f"{path}/needs", json=[{"text": "Hôpitaux universitaires"}])
    assert find("hopitaux") == ["Désirée"]
    browser.put(f"{path}/needs", json=[])
    assert find("hopitaux") == []


def test_hits_say_how_they_were_found(signed_in: Browser, event: Event) -> None:
    browser, path = signed_in("organiser@example.org"), f"/api/v1/events/{event.id}/participants"
    assert {person["found_by"] for person in browser.get(path).json()["items"]} == {None}
    assert {person["found_by"] for person in browser.get(f"{path}?search=cart").json()["items"]} == {"words"}


def test_requests_are_searched_within_the_event_without_accents(
    signed_in: Browser, event_id: int, event: Event
) -> None:
    browser = signed_in("organiser@example.org")
    totals = [
        browser.get(f"/api/v1/events/{event_id}/requests", params={"search": search}).json()["total"]
        for search in ("péeters", "bob@example", "sambre devices", "nobody")
    ]
    assert totals == [2, 2, 1, 0], "a note of who is not to be met is no request"
    assert browser.get(f"/api/v1/events/{event.id}/requests", params={"search": "peeters"}).json()["total"] == 0
    guest = signed_in("ann@example.org")
    assert guest.get(f"/api/v1/events/{event_id}/requests", params={"search": "bob@example"}).json()["total"] == 0


def test_only_the_first_words_of_a_long_search_are_looked_for(find: Find) -> None:
    assert find("benoit " + 8 * "hestra ") == ["Hestra"]
    assert find(" ".join(["benoit"] * 8) + " nobody") == ["Hestra", "Adam"]
