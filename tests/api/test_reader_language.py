"""Sentences of an answer are in the language that the request asks for, or else that of the account."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from api.core.errors import ApiError
from api.models.schedules import ScheduleState
from api.web.language import accepted_language
from matchmaker.locale import LANGUAGES, catalogue
from tests.api.drafts import queued


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("fr", "fr"),
        ("fr-BE,fr;q=0.9,en;q=0.8", "fr"),
        ("en;q=0.5, nl-BE;q=0.7", "nl"),
        ("pl, de;q=0.4", "de"),
        ("DE-at", "de"),
        ("pl", None),
        ("*", None),
        ("fr;q=0", None),
        ("", None),
        ("fr;q=high", None),
    ],
)
def test_the_header_names_the_language_that_the_reader_likes_best_of_ours(header: str, language: str | None) -> None:
    assert accepted_language(header) == language


def test_sentences_are_in_the_language_asked_for_and_else_in_that_of_the_account(
    db: Session, event_id: int, signed_in: Callable[[str], TestClient]
) -> None:
    row = queued(db, event_id, state=ScheduleState.FAILED, error="infeasible")
    organiser, path = signed_in("organiser@example.org"), f"/api/v1/schedules/{row.id}"
    expected = {
        "en": "No schedule can keep every locked meeting.",
        "de": "Kein Zeitplan kann alle fixierten Termine einhalten.",
        "fr": "Aucun planning ne peut respecter tous les rendez-vous verrouillés.",
        "nl": "Geen enkele planning kan alle vergrendelde afspraken behouden.",
    }
    assert set(expected) == set(LANGUAGES)
    for language, text in expected.items():
        assert organiser.get(path, headers={"Accept-Language": language}).json()["error_text"] == text
    assert organiser.get(path).json()["error_text"] == expected["fr"], "her account's"
    assert organiser.patch("/api/v1/me", json={"language": "de"}).status_code == 200
    assert organiser.get(path, headers={"Accept-Language": "pl"}).json()["error_text"] == expected["de"]
    assert organiser.patch("/api/v1/me", json={"language": "pl"}).status_code == 422


def test_every_kind_of_error_has_a_code_of_its_own_and_a_title_in_every_language() -> None:
    kinds = ApiError.__subclasses__()
    assert len({kind.code for kind in kinds}) == len(kinds) > 30
    for language in set(LANGUAGES) - {"en"}:
        untranslated = [kind.code for kind in kinds if catalogue(language).gettext(kind.title) == kind.title]
        assert untranslated == [], language


def test_the_title_of_an_error_is_in_the_language_of_the_reader_and_its_code_in_none(client: TestClient) -> None:
    titles = {"en": "Not signed in", "fr": "Non connecté", "nl": "Niet aangemeld", "de": "Nicht angemeldet"}
    assert set(titles) == set(LANGUAGES)
    for language, title in titles.items():
        problem = client.get("/api/v1/me", headers={"Accept-Language": language}).json()
        assert (problem["title"], problem["code"]) == (title, "not-signed-in")
    assert client.get("/api/v1/me", headers={"Accept-Language": "pl"}).json()["title"] == titles["en"]


def test_a_body_that_is_too_large_is_refused_in_the_language_of_the_reader(client: TestClient) -> None:
    answer = client.post("/api/v1/sign-in/links", content=bytes(2**21), headers={"Accept-Language": "fr"})
    assert (answer.status_code, answer.json()["title"]) == (413, "Trop volumineux")
