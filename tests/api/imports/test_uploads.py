"""What strangers send is not read, and what everybody may fetch is made once."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/imports"), ("POST", "/events/1/imports"), ("PUT", "/events/1/logo")]
)
def test_a_stranger_is_refused_before_the_file_is_read(client: TestClient, method: str, path: str) -> None:
    malformed = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = client.request(method, f"/api/v1{path}", content=b"no part of anything", headers=malformed)
    assert (answer.status_code, answer.json()["code"]) == (401, "not-signed-in")


def test_a_malformed_file_of_somebody_signed_in_is_still_told(
    signed_in: Callable[[str], TestClient], event_id: int
) -> None:
    malformed = {"Content-Type": "multipart/form-data; boundary=x"}
    browser = signed_in("organiser@example.org")
    answer = browser.put(f"/api/v1/events/{event_id}/logo", content=b"no part of anything", headers=malformed)
    assert answer.status_code in (400, 422)


def test_the_template_is_fetched_once_for_each_language(client: TestClient) -> None:
    first = client.get("/api/v1/template.xlsx?language=fr")
    assert first.headers["cache-control"] == "public, max-age=3600"
    known = {"If-None-Match": first.headers["etag"]}
    again = client.get("/api/v1/template.xlsx?language=fr", headers=known)
    assert (again.status_code, again.content) == (304, b"")
    assert client.get("/api/v1/template.xlsx?language=nl", headers=known).status_code == 200
