"""Signing in by link and code."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from api.accounts.service import make_link
from api.core.database import open_engine, open_sessions
from api.models import RateCounter, SignInLink, User, UserSession
from api.settings import Settings
from api.web.permissions import COOKIE

SESSIONS = "/api/v1/sign-in/sessions"
LINKS = "/api/v1/sign-in/links"


@pytest.fixture
def link(db: Session, settings: Settings) -> tuple[str, str]:
    """The token and the code of a new link of ann@example.org."""
    user = User(email="ann@example.org", name="Ann Dubois")
    db.add(user)
    db.commit()

    async def make() -> tuple[str, str]:
        engine = open_engine(settings.database_url or "")
        async with open_sessions(engine).begin() as session:
            address, code = await make_link(session, user.id, settings)
        await engine.dispose()
        return address.partition("token=")[2], code

    return asyncio.run(make())


def test_a_link_signs_in_and_out(client: TestClient, link: tuple[str, str]) -> None:
    answer = client.post(SESSIONS, json={"token": link[0]})
    assert answer.status_code == 201
    assert answer.json()["email"] == "ann@example.org"
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert client.get("/api/v1/me").json()["name"] == "Ann Dubois"
    token = client.cookies[COOKIE]
    assert client.delete(f"{SESSIONS}/current").status_code == 204
    assert client.get("/api/v1/me", headers={"Cookie": f"{COOKIE}={token}"}).status_code == 401


def test_only_hashes_are_stored(client: TestClient, link: tuple[str, str], db: Session) -> None:
    client.post(SESSIONS, json={"token": link[0]})
    stored = db.scalars(sa.select(SignInLink)).one()
    session = db.scalars(sa.select(UserSession)).one()
    kept = stored.token_hash + stored.code_hash.encode() + session.token_hash
    for secret in (*link, client.cookies[COOKIE]):
        assert secret.encode() not in kept


def test_of_twelve_simultaneous_uses_of_a_link_one_signs_in(client: TestClient, link: tuple[str, str]) -> None:
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda _: client.post(SESSIONS, json={"token": link[0]}), range(12)))
    assert sorted(answer.status_code for answer in answers) == [201] + 11 * [410]
    assert {answer.json()["code"] for answer in answers if answer.status_code == 410} == {"link-used"}


def test_an_expired_or_unknown_link_is_gone(client: TestClient, link: tuple[str, str], db: Session) -> None:
    db.execute(sa.update(SignInLink).values(expires_at=sa.func.now() - timedelta(seconds=1)))
    db.commit()
    assert client.post(SESSIONS, json={"token": link[0]}).status_code == 410
    assert client.post(SESSIONS, json={"token": "nothing"}).status_code == 410


def test_a_code_signs_in_once(client: TestClient, link: tuple[str, str]) -> None:
    proof = {"email": "Ann@Example.org", "code": link[1]}
    assert client.post(SESSIONS, json=proof).status_code == 201
    assert client.post(SESSIONS, json=proof).json()["code"] == "wrong-code"


def test_slow_work_of_other_kinds_keeps_nobody_from_signing_in(client: TestClient, link: tuple[str, str]) -> None:
    assert client.portal is not None
    done = threading.Event()
    busy = [client.portal.start_task_soon(asyncio.to_thread, done.wait, 20) for _ in range(64)]
    try:
        client.get("/api/v1/me")
        assert not any(work.done() for work in busy)
        assert client.post(SESSIONS, json={"email": "ann@example.org", "code": link[1]}).status_code == 201
        assert not any(work.done() for work in busy)
    finally:
        done.set()
        for work in busy:
            work.result()


def test_after_five_wrong_codes_the_right_one_is_refused(client: TestClient, link: tuple[str, str]) -> None:
    wrong = "000000" if link[1] != "000000" else "000001"
    for _ in range(5):
        answer = client.post(SESSIONS, json={"email": "ann@example.org", "code": wrong})
        assert (answer.status_code, answer.json()["code"]) == (422, "wrong-code")
    answer = client.post(SESSIONS, json={"email": "ann@example.org", "code": link[1]})
    assert (answer.status_code, answer.json()["code"]) == (422, "wrong-code")


def test_a_code_for_nobody_is_answered_like_a_wrong_one(client: TestClient, link: tuple[str, str]) -> None:
    nobody = client.post(SESSIONS, json={"email": "nobody@example.org", "code": "123456"})
    wrong = "000000" if link[1] != "000000" else "000001"
    assert nobody.json() == client.post(SESSIONS, json={"email": "ann@example.org", "code": wrong}).json()


def test_a_link_is_promised_to_everybody_and_sent_to_those_known(client: TestClient, db: Session) -> None:
    db.add(User(email="ann@example.org"))
    db.commit()
    known = client.post(LINKS, json={"email": "ANN@example.org", "language": "nl"})
    unknown = client.post(LINKS, json={"email": "nobody@example.org"})
    assert (known.status_code, known.json()) == (unknown.status_code, unknown.json()) == (202, {})
    jobs = db.execute(sa.text("SELECT task_name, args FROM procrastinate_jobs")).all()
    assert [(name, args["language"]) for name, args in jobs] == [("send_sign_in_link", "nl")]


def test_links_are_limited_by_address_of_mail_even_for_nobody(client: TestClient, settings: Settings) -> None:
    answers = [client.post(LINKS, json={"email": "nobody@example.org"}) for _ in range(settings.links_per_hour + 1)]
    assert [answer.status_code for answer in answers] == settings.links_per_hour * [202] + [429]
    assert answers[-1].json()["code"] == "too-many"
    assert 0 < int(answers[-1].headers["retry-after"]) <= 3600


def test_simultaneous_attempts_are_all_counted(client: TestClient, db: Session) -> None:
    with ThreadPoolExecutor(12) as pool:
        list(pool.map(lambda _: client.post(LINKS, json={"email": "nobody@example.org"}), range(12)))
    assert set(db.scalars(sa.select(RateCounter.count))) == {12}


def test_another_site_cannot_sign_anybody_in(client: TestClient, link: tuple[str, str]) -> None:
    for headers in (
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
    ):
        answer = client.post(SESSIONS, json={"token": link[0]}, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "cross-site")
    own = {"Sec-Fetch-Site": "same-origin", "Origin": "http://testserver"}
    assert client.post(SESSIONS, json={"token": link[0]}, headers=own).status_code == 201


@pytest.mark.parametrize("proof", [{}, {"token": "a", "email": "a@b.be", "code": "123456"}, {"email": "a@b.be"}])
def test_a_proof_is_either_a_token_or_a_code_with_its_address(client: TestClient, proof: dict[str, str]) -> None:
    answer = client.post(SESSIONS, json=proof)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


def test_an_expired_session_is_nobody(signed_in: Callable[[str], TestClient], db: Session) -> None:
    browser = signed_in("ann@example.org")
    assert browser.get("/api/v1/me").status_code == 200
    db.execute(sa.update(UserSession).values(expires_at=sa.func.now()))
    db.commit()
    assert browser.get("/api/v1/me").json()["code"] == "not-signed-in"
