"""Searching by words: participants, matches and requests, without difference of case and accents."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from api.imports.service import store_event
from api.models import Event, Participant
from matchmaker.event import Profile
from matchmaker.sample import biowin_day
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
        ("car", ["Maes", "Carlier", "Cart"]),
        ("CAR T", ["Maes"]),
        ("the clinic of Maes", ["Maes"]),
        ("Jo Ma", ["Maes"]),
        ("Ma", []),
        ("ca", []),
        ("jo", ["Maes"]),
        ("carlier benoit", []),
    ],
)
def test_words_are_whole_and_only_the_last_may_be_unfinished(find: Find, search: str, found: list[str]) -> None:
    assert find(search) == found


def test_the_order_is_relevance(signed_in: Browser, db: Session, event: Event) -> None:
    owner = db.scalars(sa.text("SELECT id FROM users WHERE email = 'organiser@example.org'")).one()
    people = (
        profile("A", "Title", "Alpha", job_title="Proteomics lead"),
        profile("A", "Text", "Beta", needs=statements("A partner", "Protéomique and PROTEOMICS of plasma")),
        profile("A", "Organisation", "Proteomics Gamma"),
        profile("A", "Proteomics", "Delta"),
        profile("Z", "Together", "Epsilon", offers=statements("Plasma proteomics")),
        profile("B", "Apart", "Zeta", offers=statements("Plasma", "Proteomics")),
        profile("B", "Begun", "Eta", offers=statements("Proteomicsoftware")),
        *(profile("C", f"Plasma{i}", "Theta", offers=statements("Plasma")) for i in range(3)),
    )
    other = store_event(db, small_event(name="Relevance", people=people, requests=(), places=()), owner)
    db.commit()
    browser, path = signed_in("organiser@example.org"), f"/api/v1/events/{other.id}/participants"

    def names(search: str) -> list[str]:
        return [person["last_name"] for person in browser.get(path, params={"search": search}).json()["items"]]

    assert names("proteomics") == ["Proteomics", "Organisation", "Apart", "Text", "Together", "Begun", "Title"]
    assert names("proteomics ") == ["Proteomics", "Organisation", "Apart", "Text", "Together", "Title"]
    assert names("plasma proteomics ") == ["Text", "Together", "Apart"], "words in one text before words in two"


def test_the_rare_word_of_two_is_enough_and_the_common_one_is_not(
    signed_in: Browser, db: Session, event: Event
) -> None:
    owner = db.scalars(sa.text("SELECT id FROM users WHERE email = 'organiser@example.org'")).one()
    people = (
        profile("A", "Economist", "Brussels", job_title="Economist"),
        profile("B", "Nobody", "Namur", needs=statements("A health economist")),
        *(profile("C", f"Common{i}", f"Health {i}") for i in range(20)),
    )
    other = store_event(db, small_event(name="Rare", people=people, requests=(), places=()), owner)
    db.commit()
    browser, path = signed_in("organiser@example.org"), f"/api/v1/events/{other.id}/participants"
    items = browser.get(path, params={"search": "health economist"}).json()["items"]
    assert {person["last_name"] for person in items} == {"Economist", "Nobody"}
    assert browser.get(path, params={"search": "health astronomer"}).json()["total"] == 0
    assert browser.get(path, params={"search": "economist astronomer"}).json()["total"] == 2


def test_hits_carry_the_text_in_which_the_words_stand(signed_in: Browser, event: Event) -> None:
    browser, path = signed_in("organiser@example.org"), f"/api/v1/events/{event.id}/participants"

    def text(search: str) -> dict[str, str] | None:
        found = browser.get(path, params={"search": search}).json()["items"][0]["matched_text"]
        assert found is None or isinstance(found, dict)
        return found

    assert text("car-t") == {"role": "offer", "text": "Clean rooms for CAR-T manufacturing"}
    assert text("partenaire") == {"role": "need", "text": "Benoît comme partenaire"}
    assert text("hestra") is None, "only a name"
    assert text("") is None


def test_the_searches_of_the_review_find_what_they_name_in_the_sample_event(
    signed_in: Browser, db: Session, event: Event
) -> None:
    owner = db.scalars(sa.text("SELECT id FROM users WHERE email = 'organiser@example.org'")).one()
    sample = store_event(db, biowin_day(), owner)
    db.commit()
    browser, path = signed_in("organiser@example.org"), f"/api/v1/events/{sample.id}/participants"

    def items(search: str) -> list[dict[str, Any]]:
        return list(browser.get(path, params={"search": search}).json()["items"])

    for search in ("CAR-T manufacturing", "CAR-T", "car t"):
        assert {"CAR-T" in person["matched_text"]["text"] for person in items(search)} == {True}
        assert len(items(search)) == 5
    economists = items("health economist")
    assert economists
    assert all("economist" in person["matched_text"]["text"] for person in economists)
    (first, *_) = items("terugbetaling RIZIV")
    assert first["matched_text"]["text"].startswith("Terugbetalingsdossiers voor het RIZIV")


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
