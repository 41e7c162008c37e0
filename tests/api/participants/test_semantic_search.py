"""Searching participants by meaning, with the bundled model on vectors that ranking has stored."""

from collections.abc import Callable
from time import monotonic, sleep

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from api.matching import ranking_job
from api.models import Event, Match, Participant

Browser = Callable[[str], TestClient]
Find = Callable[[str], list[str]]
DUTCH = "contractproductie van steriele medische hulpmiddelen"


@pytest.fixture
def ranked(db: Session, database_url: str, event_id: int) -> None:
    assert ranking_job.run(database_url, event_id, lambda: False)


@pytest.fixture
def find(signed_in: Browser, event_id: int) -> Find:
    """The first names of those found, once the server has read the texts."""
    browser = signed_in("bob@example.org")

    def names(query: str) -> list[str]:
        answer = browser.get(f"/api/v1/events/{event_id}/participants", params={"search": query}).json()
        assert answer["total"] == len(answer["items"])
        return [person["first_name"] for person in answer["items"]]

    end = monotonic() + 120
    while not names(DUTCH) and monotonic() < end:
        sleep(0.2)
    return names


@pytest.mark.usefixtures("ranked")
def test_words_of_another_language_find_what_is_offered_and_needed(find: Find) -> None:
    assert find(DUTCH)[0] == "Cleo"
    assert find("monoclonal antibodies against orphan targets")[0] == "Ann"
    assert "Bob" in find("financement de jeunes entreprises, tours de cinq à vingt millions")


@pytest.mark.usefixtures("ranked")
def test_those_who_have_the_words_come_first_and_a_name_finds_nobody_else(find: Find) -> None:
    assert find("sterile devices")[0] == "Cleo"
    assert find("Peeters") == ["Bob"]
    assert find("aurora")[:2] == ["Dan", "Ann"]
    assert find("zzz") == []


@pytest.mark.usefixtures("ranked")
def test_filters_hold_for_what_is_found_by_meaning(
    find: Find, signed_in: Browser, event_id: int, db: Session, database_url: str
) -> None:
    assert find(DUTCH)[0] == "Cleo"
    cleo = db.scalars(sa.select(Participant).where(Participant.first_name == "Cleo")).one()
    cleo.themes = ["devices"]
    db.commit()
    browser = signed_in("bob@example.org")

    def names(**filters: str | int) -> list[str]:
        path = f"/api/v1/events/{event_id}/participants"
        answer = browser.get(path, params={"search": DUTCH} | filters).json()
        return [person["first_name"] for person in answer["items"]]

    for passing in ({"country": "FR"}, {"type": "exhibitor"}, {"organisation_id": cleo.organisation_id}):
        assert names(**passing) == ["Cleo"]
    assert "Cleo" not in [*names(country="BE"), *names(type="investor")]
    assert "Cleo" not in names(theme="devices"), "as she was when the event was ranked"
    assert ranking_job.run(database_url, event_id, lambda: False)
    assert find(DUTCH)[0] == "Cleo"
    assert names(theme="devices")[0] == "Cleo"
    assert names(theme="devices", country="BE") == []


@pytest.mark.usefixtures("ranked")
def test_the_search_of_an_attendee_reaches_everyone(
    find: Find, signed_in: Browser, event_id: int, db: Session, person: Callable[[str], int]
) -> None:
    assert find(DUTCH)[0] == "Cleo"
    db.execute(sa.delete(Match))
    db.commit()
    ann, path = signed_in("ann@example.org"), f"/api/v1/events/{event_id}/matches"
    assert ann.get(path, params={"search": "financing rounds"}).json()["total"] == 0
    (bob,) = ann.get(path, params={"search": "Peeters", "everyone": True}).json()["items"]
    assert (bob["strength"], bob["reasons"], bob["may_request"], bob["participant"]["matched_text"]) == (
        None,
        [],
        True,
        None,
    )
    assert (bob["request"]["status"], bob["request"]["direction"]) == ("pending", "sent")
    found = ann.get(path, params={"search": "contractproductie van steriele hulpmiddelen", "everyone": True}).json()
    assert found["items"][0]["participant"]["first_name"] == "Cleo"
    text = "Contract manufacturing of 100% sterile devices"
    assert found["items"][0]["participant"]["matched_text"] == {"role": "offer", "text": text}
    everyone = ann.get(path, params={"everyone": True}).json()
    assert {match["participant"]["first_name"] for match in everyone["items"]} == {"Bob", "Cleo", "Dan"}
    assert {m["participant"]["first_name"] for m in everyone["items"] if not m["may_request"]} == {"Dan"}, (
        "her colleague"
    )
    cleo = signed_in("cleo@example.org").get(path, params={"everyone": True}).json()
    assert person("ann") not in [match["participant"]["id"] for match in cleo["items"]], "whom she never wants to meet"


@pytest.mark.usefixtures("ranked")
def test_matches_come_by_relevance_and_then_by_rank(
    find: Find, signed_in: Browser, event_id: int, db: Session, person: Callable[[str], int]
) -> None:
    assert find(DUTCH)[0] == "Cleo"
    listed = db.scalars(
        sa.select(Match.other_id).where(Match.participant_id == person("bob")).order_by(Match.standing.desc())
    ).all()
    assert {person("ann"), person("cleo")} <= set(listed)
    db.execute(sa.update(Match).where(Match.other_id == person("cleo")).values(standing=-100, forward=0.9))
    db.commit()
    bob, path = signed_in("bob@example.org"), f"/api/v1/events/{event_id}/matches"

    def names(search: str) -> list[str]:
        answer = bob.get(path, params={"search": search}).json()
        return [match["participant"]["first_name"] for match in answer["items"]]

    assert names("")[-1] == "Cleo"
    assert names(DUTCH)[0] == "Cleo"
    assert names("sterile devices")[0] == "Cleo"
    aurora = [name for name in names("aurora") if name in ("Ann", "Dan")]
    ranks = {
        row.other_id: -row.standing for row in db.scalars(sa.select(Match).where(Match.participant_id == person("bob")))
    }
    assert aurora == sorted(aurora, key=lambda name: ranks[person(name.lower())]), "equals come by rank"


@pytest.mark.usefixtures("ranked")
def test_hits_by_meaning_say_so_and_come_after_words_whatever_the_case(
    find: Find, signed_in: Browser, event_id: int
) -> None:
    assert find(DUTCH)[0] == "Cleo"
    browser, path = signed_in("bob@example.org"), f"/api/v1/events/{event_id}/participants"
    for search in ("sterile devices", "STERILE Devices", DUTCH):
        items = browser.get(path, params={"search": search}).json()["items"]
        kinds = [person["found_by"] for person in items]
        assert kinds == sorted(kinds, reverse=True), "words before meaning"
        assert kinds[0] == ("meaning" if search == DUTCH else "words")
    assert find(DUTCH.upper()) == find(DUTCH)


def test_an_event_without_a_ranking_is_searched_by_words(signed_in: Browser, event_id: int, db: Session) -> None:
    assert db.get_one(Event, event_id).ranked_at is None
    browser = signed_in("bob@example.org")
    for query, total in ((DUTCH, 0), ("sterile devices", 1)):
        answer = browser.get(f"/api/v1/events/{event_id}/participants", params={"search": query}).json()
        assert answer["total"] == total
