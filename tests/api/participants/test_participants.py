"""Participants: who sees what, who changes what, and how they are found."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

Browser = Callable[[str], TestClient]
Number = Callable[[str], int]


def names(answer: dict[str, list[dict[str, str]]]) -> list[str]:
    return [person["first_name"] for person in answer["items"]]


def test_only_the_person_and_organisers_see_the_private_fields(
    signed_in: Browser, event_id: int, person: Number
) -> None:
    path = f"/api/v1/events/{event_id}/participants/{person('ann')}"
    for email in ("ann@example.org", "organiser@example.org"):
        seen = signed_in(email).get(path).json()
        assert (seen["email"], seen["minimum"], seen["maximum"]) == ("ann@example.org", 1, 3)
        assert (seen["available_slots"], seen["profile_complete"]) == (3, True)
    answer = signed_in("bob@example.org").get(path)
    private = ("email", "minimum", "maximum", "available_slots", "profile_complete")
    assert {answer.json()[field] for field in private} == {None}
    assert "ann@example.org" not in answer.text
    listed = signed_in("bob@example.org").get(f"/api/v1/events/{event_id}/participants").text
    assert "bob@example.org" in listed
    assert "ann@example.org" not in listed


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["Dan", "Ann", "Cleo", "Bob"]),
        ("country=BE", ["Dan", "Ann"]),
        ("type=investor", ["Bob"]),
        ("theme=therapies", ["Ann", "Bob"]),
        ("country=BE&theme=therapies", ["Ann"]),
        ("search=aurora", ["Dan", "Ann"]),
        ("search=ANTICORPS%20dubois", ["Ann"]),
        ("search=immuno-oncology", ["Bob"]),
        ("search=100%25", ["Cleo"]),
        ("search=1_0", []),
        ("search=o'connor", ["Cleo"]),
        ("search=%00", ["Dan", "Ann", "Cleo", "Bob"]),
    ],
)
def test_filters_apply_together(signed_in: Browser, event_id: int, query: str, found: list[str]) -> None:
    answer = signed_in("bob@example.org").get(f"/api/v1/events/{event_id}/participants?{query}").json()
    assert names(answer) == found
    assert answer["total"] == len(found)


def test_an_organisation_is_one_however_it_was_written(signed_in: Browser, event_id: int, person: Number) -> None:
    browser = signed_in("bob@example.org")
    ann = browser.get(f"/api/v1/events/{event_id}/participants/{person('ann')}").json()
    of_it = f"/api/v1/events/{event_id}/participants?organisation_id={ann['organisation']['id']}"
    assert names(browser.get(of_it).json()) == ["Dan", "Ann"]


def test_a_list_comes_in_parts(signed_in: Browser, event_id: int) -> None:
    browser = signed_in("bob@example.org")
    parts = [browser.get(f"/api/v1/events/{event_id}/participants?limit=3&offset={n}").json() for n in (0, 3, 6)]
    assert [names(part) for part in parts] == [["Dan", "Ann", "Cleo"], ["Bob"], []]
    assert {part["total"] for part in parts} == {4}
    for wrong in ("limit=0", "limit=201", "offset=-1"):
        assert browser.get(f"/api/v1/events/{event_id}/participants?{wrong}").status_code == 422


def test_somebody_changes_their_own_profile_only(signed_in: Browser, event_id: int, person: Number) -> None:
    path = f"/api/v1/events/{event_id}/participants"
    ann = signed_in("ann@example.org")
    change = {"job_title": "  Directrice ", "themes": ["devices"], "first_name": None}
    changed = ann.patch(f"{path}/{person('ann')}", json=change).json()
    assert (changed["job_title"], changed["themes"], changed["first_name"]) == ("Directrice", ["devices"], "Ann")
    assert ann.patch(f"{path}/{person('bob')}", json=change).status_code == 403
    assert ann.put(f"{path}/{person('bob')}/offers", json=[]).status_code == 403
    assert ann.get(f"{path}/{person('bob')}/availability").status_code == 403
    assert ann.patch(f"{path}/999999", json=change).status_code == 404


def test_only_organisers_set_limits(signed_in: Browser, event_id: int, person: Number) -> None:
    path = f"/api/v1/events/{event_id}/participants/{person('ann')}"
    assert signed_in("ann@example.org").patch(path, json={"maximum": 9}).status_code == 403
    organiser = signed_in("organiser@example.org")
    assert organiser.patch(path, json={"maximum": None}).json()["maximum"] is None
    assert organiser.patch(path, json={"minimum": 2, "maximum": 8}).json()["minimum"] == 2
    answer = organiser.patch(path, json={"maximum": 1})
    assert (answer.status_code, answer.json()["errors"][0]["loc"]) == (422, ["body", "maximum"])


def test_a_theme_that_the_event_has_not_is_refused(signed_in: Browser, event_id: int, person: Number) -> None:
    path = f"/api/v1/events/{event_id}/participants/{person('ann')}"
    answer = signed_in("ann@example.org").patch(path, json={"themes": ["therapies", "cooking"]})
    assert answer.status_code == 422
    assert "cooking" in answer.json()["errors"][0]["message"]


def test_texts_are_replaced_and_those_that_stay_keep_their_number(
    signed_in: Browser, event_id: int, person: Number, db: Session
) -> None:
    path = f"/api/v1/events/{event_id}/participants/{person('ann')}"
    browser = signed_in("ann@example.org")
    before = {offer["text"]: offer["id"] for offer in browser.get(path).json()["offers"]}
    kept = "Une plateforme de criblage"
    new = "Klinische validatie van bloedtesten in twaalf Vlaamse ziekenhuizen"
    texts = [{"text": new}, {"text": f" {kept} "}, {"text": kept}]
    offers = browser.put(f"{path}/offers", json=texts).json()["offers"]
    assert [(offer["text"], offer["language"]) for offer in offers] == [(new, "nl"), (kept, "fr")]
    assert offers[1]["id"] == before[kept]
    assert browser.get(path).json()["offers"] == offers
    jobs = db.execute(sa.text("SELECT task_name, args FROM procrastinate_jobs")).all()
    assert jobs == [("rank_participant", {"event_id": event_id, "participant_id": person("ann")})]


@pytest.mark.parametrize("texts", [[{"text": " "}], [{"text": "x" * 2001}], [{"text": "a\x00b"}], 51 * [{"text": "a"}]])
def test_texts_that_cannot_be_are_refused(
    signed_in: Browser, event_id: int, person: Number, texts: list[dict[str, str]]
) -> None:
    path = f"/api/v1/events/{event_id}/participants/{person('ann')}"
    assert signed_in("ann@example.org").put(f"{path}/needs", json=texts).status_code == 422


def test_availability_is_what_was_said(signed_in: Browser, event_id: int, person: Number) -> None:
    path = f"/api/v1/events/{event_id}/participants/{person('ann')}/availability"
    browser = signed_in("ann@example.org")
    slots = [slot["id"] for slot in browser.get(f"/api/v1/events/{event_id}/slots").json()]
    assert browser.get(path).json()["slot_ids"] == slots[:3]
    for free in (slots[1:], [], slots):
        assert browser.put(path, json={"slot_ids": free}).json()["slot_ids"] == free
        assert browser.get(path).json()["slot_ids"] == free
    answer = browser.put(path, json={"slot_ids": [slots[0], 999_999]})
    assert answer.status_code == 422
    assert browser.get(path).json()["slot_ids"] == slots


EDITS = [
    ("PUT", "/offers", [{"text": "Une autre offre"}]),
    ("PUT", "/needs", [{"text": "Un autre besoin"}]),
    ("PUT", "/availability", {"slot_ids": []}),
    ("PATCH", "", {"job_title": "Directrice"}),
]


@pytest.mark.parametrize(("method", "resource", "body"), EDITS)
def test_an_edit_of_an_older_version_overwrites_nothing_and_learns_what_is_stored(
    signed_in: Browser, event_id: int, person: Number, method: str, resource: str, body: object
) -> None:
    path, ann = f"/api/v1/events/{event_id}/participants/{person('ann')}", signed_in("ann@example.org")
    address = f"{path}{resource}"
    seen = ann.get(path).headers["etag"]
    first = ann.request(method, address, json=body, headers={"If-Match": seen})
    assert first.status_code == 200
    assert first.headers["etag"] != seen
    late = ann.request(method, address, json=body, headers={"If-Match": seen})
    assert (late.status_code, late.json()["code"]) == (409, "version-conflict")
    assert late.headers["etag"] == first.headers["etag"]
    assert late.json()["current"] == first.json()
    assert ann.request(method, address, json=body, headers={"If-Match": first.headers["etag"]}).status_code == 200
    assert ann.request(method, address, json=body).status_code == 200


def test_the_version_of_a_compressed_answer_is_the_same(signed_in: Browser, event_id: int, person: Number) -> None:
    path, ann = f"/api/v1/events/{event_id}/participants/{person('ann')}", signed_in("ann@example.org")
    long = [{"text": f"{i} " + "validation clinique de tests sanguins " * 5} for i in range(6)]
    answer = ann.put(f"{path}/offers", json=long, headers={"Accept-Encoding": "gzip"})
    assert (answer.headers["content-encoding"], answer.headers["etag"][:2]) == ("gzip", "W/")
    again = ann.put(f"{path}/offers", json=long[:1], headers={"If-Match": answer.headers["etag"]})
    assert again.status_code == 200, again.text


def test_a_language_chosen_for_the_account_counts_as_an_edit_of_the_profile(
    signed_in: Browser, event_id: int, person: Number
) -> None:
    path, ann = f"/api/v1/events/{event_id}/participants/{person('ann')}", signed_in("ann@example.org")
    before = ann.get(path).json()["version"]
    ann.patch("/api/v1/me", json={"language": "nl"})
    after = ann.get(path).json()
    assert (after["language"], after["version"]) == ("nl", before + 1)


@pytest.mark.parametrize(("method", "resource", "body"), EDITS)
def test_many_edits_at_once_are_made_one_after_the_other(
    signed_in: Browser, event_id: int, person: Number, method: str, resource: str, body: object
) -> None:
    path, ann = f"/api/v1/events/{event_id}/participants/{person('ann')}", signed_in("ann@example.org")
    before = ann.get(path).json()["version"]
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: ann.request(method, f"{path}{resource}", json=body), range(6)))
    assert {answer.status_code for answer in answers} == {200}
    assert ann.get(path).json()["version"] == before + 6


def test_only_who_may_edit_learns_the_version(signed_in: Browser, event_id: int, person: Number) -> None:
    answer = signed_in("bob@example.org").get(f"/api/v1/events/{event_id}/participants/{person('ann')}")
    assert (answer.json()["version"], answer.headers.get("etag")) == (None, None)


def test_a_profile_tells_what_stands_between_its_reader_and_them(
    signed_in: Browser, event_id: int, person: Number
) -> None:
    bob, path = signed_in("bob@example.org"), f"/api/v1/events/{event_id}/participants"
    seen = {name: bob.get(f"{path}/{person(name)}").json() for name in ("ann", "bob", "dan")}
    assert (seen["ann"]["request"]["status"], seen["ann"]["request"]["direction"]) == ("pending", "received")
    assert [seen[name]["may_request"] for name in ("ann", "bob", "dan")] == [False, None, True]
    bob.post(f"/api/v1/requests/{seen['ann']['request']['id']}/decline")
    assert bob.get(f"{path}/{person('ann')}").json()["may_request"]
    assert not signed_in("ann@example.org").get(f"{path}/{person('bob')}").json()["may_request"]
    assert not signed_in("ann@example.org").get(f"{path}/{person('dan')}").json()["may_request"]  # of one organisation
