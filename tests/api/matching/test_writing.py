"""While somebody writes an offer or a need: whom it finds, what it leaves open; and what the event lacks."""

from collections.abc import Callable
from time import monotonic, sleep
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from api.matching import ranked_events, ranking_job
from api.models import Event, Need, Offer, Participant

Browser = Callable[[str], TestClient]
Number = Callable[[str], int]
Ask = Callable[..., dict[str, Any]]
MONEY = {"role": "need", "text": "Un investisseur pour un tour de 10 millions d'euros"}


@pytest.fixture
def ranked(db: Session, database_url: str, event_id: int) -> None:
    assert ranking_job.run(database_url, event_id, lambda: False)


@pytest.fixture
def path(event_id: int, person: Number) -> str:
    return f"/api/v1/events/{event_id}/participants/{person('ann')}/statements/preview"


@pytest.fixture
def ask(signed_in: Browser, path: str) -> Ask:
    """What Ann is told of a statement, once the server has read the ranking."""
    ann = signed_in("ann@example.org")

    def preview(**draft: object) -> dict[str, Any]:
        return until_read(lambda: ann.post(path, json=draft).json(), lambda answer: not answer["reading"])

    return preview


def until_read(ask: Callable[[], dict[str, Any]], is_read: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    end = monotonic() + 120
    while not is_read(answer := ask()) and monotonic() < end:
        sleep(0.1)
    assert is_read(answer)
    return answer


@pytest.mark.usefixtures("ranked")
def test_a_need_finds_who_offers_it_in_whatever_language(ask: Ask, person: Number) -> None:
    answer = ask(**MONEY)
    assert answer["people"] == 1
    (bob,) = answer["best"]
    assert (bob["participant"]["id"], bob["participant"]["name"]) == (person("bob"), "Bob Peeters")
    assert bob["text"] == "Financing rounds of five to twenty million euros"
    assert bob["strength"] in ("strong", "good")
    assert answer["missing"] == []


def test_an_offer_finds_who_needs_it_and_never_colleagues_or_oneself(
    ask: Ask, db: Session, person: Number, database_url: str, event_id: int
) -> None:
    text = "Software that plans the production of viral vectors"
    for name in ("ann", "dan"):  # herself, and her colleague
        db.add(Need(participant_id=person(name), text=f"{text}, {name}", language="en", position=9))
    db.commit()
    assert ranking_job.run(database_url, event_id, lambda: False)
    answer = ask(role="offer", text="Données in vivo en immuno-oncologie")
    assert [fit["participant"]["id"] for fit in answer["best"]] == [person("bob")]
    assert (answer["people"], answer["best"][0]["strength"]) == (1, "strong")
    assert "strong" not in [fit["strength"] for fit in ask(role="offer", text=text)["best"]]


@pytest.mark.usefixtures("ranked")
def test_who_noted_never_to_meet_the_author_is_not_found(ask: Ask, signed_in: Browser, path: str) -> None:
    text = "Contract manufacturing of 100% sterile devices"
    assert ask(role="need", text=text)["people"] == 0, "Cleo never wants to meet Ann"


@pytest.mark.usefixtures("ranked")
def test_what_is_ticked_counts(ask: Ask) -> None:
    def strength(**ticks: object) -> list[str]:
        return [fit["strength"] for fit in ask(role="need", text="Capital for growth", **ticks)["best"]]

    order = ["possible", "good", "strong"]
    plain, right = strength(), strength(audience=["investor"])
    wrong = strength(audience=["exhibitor"])
    assert (
        [order.index(word) for word in right]
        >= [order.index(word) for word in plain]
        >= [order.index(word) for word in wrong]
    )
    assert right != wrong


@pytest.mark.usefixtures("ranked")
def test_audience_and_kind_are_proposed_as_others_ticked_them(
    ask: Ask,
    db: Session,
    person: Number,
    database_url: str,
    event_id: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert ask(**MONEY)["proposed"] == {"audience": [], "kind": None}, "nobody else ticked such a need"
    for name in ("bob", "cleo", "dan"):
        text = f"Un investisseur pour un tour de table, {name}"
        ticks = {"audience": ["investor", "a type that left"], "kind": "funding"}
        db.add(Need(participant_id=person(name), text=text, language="fr", position=5, **ticks))
    db.commit()
    assert ranking_job.run(database_url, event_id, lambda: False)
    until_read(lambda: ask(**MONEY), lambda answer: answer["proposed"]["kind"] == "funding")
    assert ask(**MONEY)["proposed"] == {"audience": ["investor"], "kind": "funding"}
    generic = ask(role="need", text="Investisseur")
    assert generic["proposed"] == {"audience": ["investor"], "kind": "funding"}
    monkeypatch.setattr("matchmaker.matching.advice.GENERIC", frozenset({"investisseur"}))
    assert ask(role="need", text="Investisseur")["proposed"] == {"audience": [], "kind": None}, "anybody could write it"


def test_before_the_first_ranking_only_the_text_is_judged(ask: Ask, db: Session, event_id: int) -> None:
    assert db.get_one(Event, event_id).ranking_version is None
    answer = ask(role="need", text="Networking")
    assert answer == {
        "people": None,
        "best": [],
        "missing": ["generic", "too_short", "say_for_what", "say_when_or_how_much"],
        "proposed": {"audience": [], "kind": None},
        "reading": False,
    }
    assert ask(role="need", text="Une plateforme de criblage")["missing"][0] == "same_as_other", "Ann offers it"
    assert ask(role="offer", text="")["missing"] == []


@pytest.mark.usefixtures("ranked")
def test_while_the_ranking_is_read_the_answer_says_so(
    signed_in: Browser, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ranked_events, "LOAD_TIMEOUT", 0.0)
    read = ranked_events.RankedEvents._read
    monkeypatch.setattr(ranked_events.RankedEvents, "_read", lambda *args: (sleep(0.5), read(*args))[1])
    ann = signed_in("ann@example.org")
    answer = ann.post(path, json=MONEY).json()
    assert (answer["reading"], answer["people"]) == (True, None)
    assert until_read(lambda: ann.post(path, json=MONEY).json(), lambda a: not a["reading"])["people"] == 1


@pytest.mark.usefixtures("ranked")
def test_an_edit_is_read_after_a_while_and_a_new_ranking_at_once(
    ask: Ask, db: Session, person: Number, database_url: str, event_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = {"role": "need", "text": "Software that plans the production of viral vectors"}
    assert ask(**wanted)["people"] == 0
    db.add(Offer(participant_id=person("bob"), text=wanted["text"], language="en", position=9))
    db.commit()
    assert ranking_job.rerank_participant(database_url, person("bob"), lambda: False)
    assert ask(**wanted)["people"] == 0, "read a moment ago"
    monkeypatch.setattr(ranked_events, "REFRESH", 0.0)
    assert until_read(lambda: ask(**wanted), lambda answer: answer["people"] == 1)
    monkeypatch.undo()
    db.execute(sa.delete(Offer).where(Offer.text == wanted["text"]))
    db.commit()
    assert ranking_job.run(database_url, event_id, lambda: False)
    assert until_read(lambda: ask(**wanted), lambda answer: answer["people"] == 0)


@pytest.mark.usefixtures("ranked")
def test_a_ranking_of_another_model_answers_nothing_and_breaks_nothing(
    ask: Ask, signed_in: Browser, event_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise ValueError("the ranking was made by another model")

    monkeypatch.setattr("api.matching.restoring.restored", refuse)
    for _ in range(2):
        assert (ask(**MONEY)["people"], ask(**MONEY)["missing"]) == (None, [])
    organiser = signed_in("organiser@example.org")
    assert organiser.get(f"/api/v1/events/{event_id}/matching/gaps").json()["state"] == "unranked"


@pytest.mark.usefixtures("ranked")
def test_who_may_edit_the_profile_may_ask_and_nobody_else(signed_in: Browser, path: str, client: TestClient) -> None:
    assert signed_in("organiser@example.org").post(path, json=MONEY).status_code == 200
    assert signed_in("bob@example.org").post(path, json=MONEY).status_code == 403
    assert signed_in("stranger@example.org").post(path, json=MONEY).status_code == 404
    assert client.post(path, json=MONEY).status_code == 401


@pytest.mark.parametrize(
    "wrong", [{"role": "wish"}, {"text": "x" * 2001}, {"kind": "magic"}, {"audience": [""]}], ids=str
)
def test_a_draft_that_could_not_be_saved_is_refused(signed_in: Browser, path: str, wrong: dict[str, Any]) -> None:
    assert signed_in("ann@example.org").post(path, json=MONEY | wrong).status_code == 422


def test_the_organiser_sees_needs_without_an_answer_and_offers_that_nobody_needs(
    signed_in: Browser, event_id: int, db: Session, person: Number, database_url: str
) -> None:
    ticks = {"audience": ["exhibitor"], "kind": "equipment"}
    text = "A hotel in the Ardennes for our summer school"
    db.add(Need(participant_id=person("dan"), text=text, language="en", position=0, **ticks))
    db.commit()
    assert ranking_job.run(database_url, event_id, lambda: False)
    organiser, path = signed_in("organiser@example.org"), f"/api/v1/events/{event_id}/matching/gaps"
    answer = until_read(lambda: organiser.get(path).json(), lambda answer: answer["state"] == "ready")
    (need,) = answer["needs"]["items"]
    assert answer["needs"]["total"] == 1, "the other two are answered"
    assert need["participant"]["name"] == "Dan Adams"
    assert {name: need[name] for name in ("text", "language", *ticks)} == {"text": text, "language": "en", **ticks}
    offers = [gap["text"] for gap in answer["offers"]["items"]]
    assert "Une plateforme de criblage" in offers
    assert "Financing rounds of five to twenty million euros" not in offers
    db.execute(sa.delete(Participant).where(Participant.id == person("dan")))
    db.commit()
    assert organiser.get(path).json()["needs"] == {"total": 0, "items": []}, "who left lacks nothing"


@pytest.mark.usefixtures("ranked")
def test_after_a_new_ranking_the_gaps_are_never_those_of_the_one_before(
    signed_in: Browser, event_id: int, db: Session, person: Number, database_url: str
) -> None:
    organiser, path = signed_in("organiser@example.org"), f"/api/v1/events/{event_id}/matching/gaps"

    def read() -> dict[str, Any]:
        return until_read(lambda: organiser.get(path).json(), lambda answer: answer["state"] == "ready")

    assert read()["needs"]["total"] == 0
    text = "A hotel in the Ardennes for our summer school"
    db.add(Need(participant_id=person("dan"), text=text, language="en", position=0))
    db.commit()
    assert ranking_job.run(database_url, event_id, lambda: False)
    assert read()["needs"]["total"] == 1


def test_gaps_are_the_organisers_and_need_a_ranking(signed_in: Browser, event_id: int) -> None:
    path = f"/api/v1/events/{event_id}/matching/gaps"
    assert signed_in("ann@example.org").get(path).status_code == 403
    nothing = {"total": 0, "items": []}
    answer = signed_in("organiser@example.org").get(path).json()
    assert answer == {"state": "unranked", "needs": nothing, "offers": nothing}
