"""Transactions, load, headers, the page, and what happens when something fails."""

import asyncio
from collections.abc import Callable, Iterator

import httpx
import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from api.app import create_app
from api.models import AuditEntry, MeetingRequest
from api.settings import Settings
from api.web.permissions import COOKIE
from tests.api.conftest import INDEX, ORIGIN


@pytest.fixture
def failing_commits(db: Session, event_id: int) -> Iterator[None]:
    """Every statement succeeds, and then the commit does not."""
    db.execute(
        sa.text(
            """CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'no commit for ann@example.org'; END $$"""
        )
    )
    db.execute(
        sa.text(
            """CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON audit_entries
            DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse()"""
        )
    )
    db.commit()
    yield
    db.rollback()
    db.execute(sa.text("DROP FUNCTION refuse CASCADE"))
    db.commit()


@pytest.mark.usefixtures("failing_commits")
def test_a_failing_commit_is_no_success(
    signed_in: Callable[[str], TestClient],
    person: Callable[[str], int],
    event_id: int,
    db: Session,
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = db.scalar(sa.select(sa.func.count()).select_from(MeetingRequest))
    answer = signed_in("bob@example.org").post(
        f"/api/v1/events/{event_id}/requests", json={"recipient_id": person("dan")}
    )
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert answer.headers["content-type"] == "application/problem+json"
    assert db.scalar(sa.select(sa.func.count()).select_from(MeetingRequest)) == before
    assert not db.scalars(sa.select(AuditEntry)).all()
    shown = "".join(capsys.readouterr()) + answer.text
    assert "request failed" in shown
    assert "ann@example.org" not in shown


def test_four_hundred_requests_at_once_are_all_answered(
    client: TestClient, signed_in: Callable[[str], TestClient], event_id: int
) -> None:
    app, cookies = client.app, dict(signed_in("ann@example.org").cookies)

    async def storm() -> list[int]:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url=ORIGIN, cookies=cookies, timeout=60) as browser:
            paths = [f"/api/v1/events/{event_id}/participants", "/api/v1/me"] * 200
            answers = await asyncio.gather(*(browser.get(path) for path in paths))
        return [answer.status_code for answer in answers]

    assert client.portal is not None
    assert client.portal.call(storm) == 400 * [200]


def test_the_page_answers_every_path_but_those_of_the_api(client: TestClient) -> None:
    for path in ("/", "/events/7/schedule", "/sign-in?token=abc"):
        answer = client.get(path, headers={"Accept": "text/html"})
        assert (answer.status_code, answer.text) == (200, INDEX)
        assert answer.headers["cache-control"] == "no-cache"
    assert "immutable" in client.get("/_app/immutable/start.js").headers["cache-control"]
    for path in ("/api/v1/nothing", "/_app/immutable/gone.js"):
        assert client.get(path).status_code == 404
    assert client.get("/api/v1/nothing").json()["code"] == "not-found"


def test_the_policy_allows_the_scripts_of_the_page_and_no_others(client: TestClient) -> None:
    policy = client.get("/").headers["content-security-policy"]
    # sha256 of "start()", by: printf 'start()' | openssl dgst -sha256 -binary | base64
    assert "script-src 'self' 'sha256-DIm7WJS6ZKDYe5qFLPy+h4JFI9Bol5QmYC57mt3Fb00='" in policy
    assert "unsafe-inline" not in policy.partition("script-src")[2].partition(";")[0]
    assert "frame-ancestors 'none'" in policy


def test_every_answer_carries_the_security_headers(client: TestClient) -> None:
    for path in ("/", "/api/v1/me", "/api/v1/nothing", "/health/live"):
        headers = client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert "strict-transport-security" not in headers
    assert client.get("/api/v1/me").headers["cache-control"] == "no-store"


def test_by_https_the_cookie_and_the_connection_stay_secure(settings: Settings, db: Session) -> None:
    app = create_app(settings.model_copy(update={"origin": "https://meet.example.org"}))
    with TestClient(app, base_url="https://meet.example.org") as client:
        assert "max-age" in client.get("/").headers["strict-transport-security"]


def test_texts_are_compressed_for_clients_that_accept_it(
    client: TestClient, settings: Settings, signed_in: Callable[[str], TestClient], event_id: int
) -> None:
    start = settings.page_folder / "_app/immutable/large.js"
    start.write_text("start();" * 10_000)
    organiser, people = signed_in("organiser@example.org"), f"/api/v1/events/{event_id}/participants"
    for browser, path in ((client, "/_app/immutable/large.js"), (organiser, people)):
        plain = browser.get(path, headers={"Accept-Encoding": "identity"})
        packed = browser.get(path, headers={"Accept-Encoding": "gzip"})
        assert "content-encoding" not in plain.headers
        assert (packed.headers["content-encoding"], packed.headers["vary"]) == ("gzip", "Accept-Encoding")
        assert packed.content == plain.content
        assert int(packed.headers["content-length"]) < len(plain.content) / 2
        assert packed.headers["x-content-type-options"] == "nosniff"
    assert "content-encoding" not in client.get("/", headers={"Accept-Encoding": "gzip"}).headers, "it is too short"


def test_health_tells_a_database_that_is_lost_or_without_tables(
    client: TestClient, settings: Settings, server_url: str
) -> None:
    assert client.get("/health/live").json() == {"live": True}
    assert client.get("/health/ready").status_code == 200
    for url in ("postgresql://nobody@127.0.0.1:1/nothing", server_url):
        elsewhere = settings.model_copy(update={"database_url": url})
        with TestClient(create_app(elsewhere)) as lost:
            assert lost.get("/health/live").status_code == 200
            assert lost.get("/health/ready").status_code == 503


def test_a_body_beyond_the_limit_is_refused(signed_in: Callable[[str], TestClient]) -> None:
    answer = signed_in("ann@example.org").patch("/api/v1/me", content=b'"' + b"x" * 2_000_000 + b'"')
    assert (answer.status_code, answer.json()["code"]) == (413, "too-large")


@pytest.mark.parametrize("cookies", [{}, {"Cookie": f"{COOKIE}=of nobody"}])
def test_an_upload_of_nobody_is_refused_before_it_is_read(client: TestClient, cookies: dict[str, str]) -> None:
    # a form that is none: had it been read, the answer were 400
    headers = {"Content-Type": "multipart/form-data; boundary=x"} | cookies
    answer = client.post("/api/v1/imports", content=b"not a form", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "not-signed-in")


def test_errors_do_not_repeat_what_was_sent(signed_in: Callable[[str], TestClient]) -> None:
    answer = signed_in("ann@example.org").patch("/api/v1/me", json={"language": "secret", "nickname": "private"})
    assert answer.status_code == 422
    assert {tuple(error["loc"]) for error in answer.json()["errors"]} == {("body", "language"), ("body", "nickname")}
    assert "secret" not in answer.text
    assert "private" not in answer.text


def test_the_documentation_loads_nothing_from_elsewhere(client: TestClient) -> None:
    page = client.get("/api/v1/docs").text
    assert "swagger-ui-bundle.js" in page
    assert "https://" not in page
    assert client.get("/api/v1/docs/static/swagger-ui-bundle.js").status_code == 200
