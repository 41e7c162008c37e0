"""Signing in by link and code."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
import sqlalchemy as sa
import yaml
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from api.accounts.service import hasher, make_link
from api.core.database import open_engine, open_sessions
from api.core.rate_limit import network_of
from api.models import InstallationSecret, RateCounter, SignInLink, SignInRequest, User, UserSession
from api.settings import Settings
from api.web.permissions import COOKIE
from tests.api.conftest import ORIGIN

SESSIONS = "/api/v1/sign-in/sessions"
LINKS = "/api/v1/sign-in/links"
SIGN_IN_COOKIE = "matchmaker_sign_in"
CODE, WRONG = "123456", "654321"
Ask = Callable[[TestClient, str], str]


@pytest.fixture
def ann(db: Session) -> User:
    user = User(email="ann@example.org", name="Ann Dubois", language="fr")
    db.add(user)
    db.commit()
    return user


@pytest.fixture
def link(ann: User, settings: Settings) -> str:
    """The token of a new link of ann@example.org."""

    async def make() -> str:
        engine = open_engine(settings.database_url or "")
        async with open_sessions(engine).begin() as session:
            address = await make_link(session, ann.id, settings)
        await engine.dispose()
        return address.partition("token=")[2]

    return asyncio.run(make())


@pytest.fixture
def ask(db: Session) -> Callable[[TestClient, str], str]:
    """Has a browser ask for a code; the code of the message, which nobody gets who has no account."""

    def code(browser: TestClient, email: str) -> str:
        assert browser.post(LINKS, json={"email": email}).status_code == 202
        job = db.scalars(sa.text("DELETE FROM procrastinate_jobs RETURNING args")).one_or_none()
        if job is not None:
            db.add(
                SignInLink(
                    user_id=job["user_id"],
                    request_id=job["request_id"],
                    token_hash=str(job).encode(),
                    code_hash=hasher.hash(CODE),
                    expires_at=sa.func.now() + timedelta(minutes=30),
                )
            )
        db.commit()
        return CODE

    return code


def test_a_link_signs_in_and_out(client: TestClient, link: str) -> None:
    answer = client.post(SESSIONS, json={"token": link})
    assert answer.status_code == 201
    assert answer.json()["email"] == "ann@example.org"
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert client.get("/api/v1/me").json()["name"] == "Ann Dubois"
    token = client.cookies[COOKIE]
    assert client.delete(f"{SESSIONS}/current").status_code == 204
    assert client.get("/api/v1/me", headers={"Cookie": f"{COOKIE}={token}"}).status_code == 401


def test_only_hashes_are_stored(client: TestClient, link: str, db: Session) -> None:
    client.post(LINKS, json={"email": "ann@example.org"})
    request = db.scalars(sa.select(SignInRequest)).one()
    assert client.cookies[SIGN_IN_COOKIE].encode() not in request.token_hash
    client.post(SESSIONS, json={"token": link})
    stored, session = db.scalars(sa.select(SignInLink)).one(), db.scalars(sa.select(UserSession)).one()
    for secret in (link, client.cookies[COOKIE]):
        assert secret.encode() not in stored.token_hash + session.token_hash


def test_of_twelve_simultaneous_uses_of_a_link_one_signs_in(client: TestClient, link: str) -> None:
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda _: client.post(SESSIONS, json={"token": link}), range(12)))
    assert sorted(answer.status_code for answer in answers) == [201] + 11 * [410]
    assert {answer.json()["code"] for answer in answers if answer.status_code == 410} == {"link-used"}


def test_an_expired_or_unknown_link_is_gone(client: TestClient, link: str, db: Session) -> None:
    db.execute(sa.update(SignInLink).values(expires_at=sa.func.now() - timedelta(seconds=1)))
    db.commit()
    assert client.post(SESSIONS, json={"token": link}).status_code == 410
    assert client.post(SESSIONS, json={"token": "nothing"}).status_code == 410


def test_a_code_signs_in_once(client: TestClient, ann: User, ask: Ask) -> None:
    proof = {"email": "Ann@Example.org", "code": ask(client, "ann@example.org")}
    cookies = dict(client.cookies)
    assert client.post(SESSIONS, json=proof).status_code == 201
    assert SIGN_IN_COOKIE not in client.cookies
    client.cookies.update(cookies)
    answer = client.post(SESSIONS, json=proof)
    assert (answer.status_code, answer.json()["code"]) == (410, "code-expired")


def test_slow_work_of_other_kinds_keeps_nobody_from_signing_in(client: TestClient, ann: User, ask: Ask) -> None:
    code = ask(client, "ann@example.org")
    assert client.portal is not None
    done = threading.Event()
    busy = [client.portal.start_task_soon(asyncio.to_thread, done.wait, 20) for _ in range(64)]
    try:
        client.get("/api/v1/me")
        assert not any(work.done() for work in busy)
        assert client.post(SESSIONS, json={"email": "ann@example.org", "code": code}).status_code == 201
        assert not any(work.done() for work in busy)
    finally:
        done.set()
        for work in busy:
            work.result()


def test_a_code_works_only_in_the_browser_that_asked(client: TestClient, ann: User, ask: Ask) -> None:
    proof = {"email": "ann@example.org", "code": ask(client, "ann@example.org")}
    other = TestClient(client.app, base_url=ORIGIN)
    other.portal = client.portal
    assert other.post(SESSIONS, json=proof).json()["code"] == "code-expired"
    ask(other, "nobody@example.org")
    assert other.post(SESSIONS, json=proof).json()["code"] == "wrong-code"
    assert client.post(SESSIONS, json=proof).status_code == 201


@pytest.mark.parametrize("email", ["ann@example.org", "nobody@example.org"])
def test_attempts_are_counted_down_and_then_not_even_the_right_code_helps(
    client: TestClient, ann: User, ask: Ask, email: str
) -> None:
    code = ask(client, email)
    for left in (4, 3, 2, 1, 0):
        answer = client.post(SESSIONS, json={"email": email, "code": WRONG})
        assert (answer.status_code, answer.json()["code"], answer.json()["attempts_left"]) == (422, "wrong-code", left)
    answer = client.post(SESSIONS, json={"email": email, "code": code})
    assert (answer.status_code, answer.json()["code"]) == (410, "code-expired")
    ask(client, email)
    assert client.post(SESSIONS, json={"email": email, "code": WRONG}).json()["attempts_left"] == 4


@pytest.mark.parametrize("email", ["ann@example.org", "nobody@example.org"])
def test_an_old_code_is_told_from_a_wrong_one(client: TestClient, ann: User, ask: Ask, db: Session, email: str) -> None:
    code = ask(client, email)
    db.execute(sa.update(SignInRequest).values(expires_at=sa.func.now() - timedelta(seconds=1)))
    db.commit()
    assert client.post(SESSIONS, json={"email": email, "code": code}).json()["code"] == "code-expired"


def test_a_used_link_shows_nothing_to_who_asked_for_it_in_somebody_elses_name(
    client: TestClient, ann: User, ask: Ask, db: Session
) -> None:
    ask(client, "ann@example.org")
    db.execute(sa.update(SignInLink).values(used_at=sa.func.now()))
    db.commit()
    answer = client.post(SESSIONS, json={"email": "ann@example.org", "code": WRONG})
    assert (answer.json()["code"], answer.json()["attempts_left"]) == ("wrong-code", 4)


def test_all_browsers_together_have_so_many_wrong_codes(
    client: TestClient, ann: User, ask: Ask, app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app.state, "settings", app.state.settings.model_copy(update={"wrong_codes_per_hour": 2}))
    code = ask(client, "nobody@example.org")
    for expected in ("wrong-code", "wrong-code", "too-many"):
        answer = client.post(SESSIONS, json={"email": "nobody@example.org", "code": WRONG})
        assert answer.json()["code"] == expected
    code = ask(client, "ann@example.org")
    assert client.post(SESSIONS, json={"email": "ann@example.org", "code": code}).json()["code"] == "too-many"


def test_right_codes_do_not_count_as_guesses(client: TestClient, ann: User, ask: Ask, db: Session) -> None:
    code = ask(client, "ann@example.org")
    assert client.post(SESSIONS, json={"email": "ann@example.org", "code": code}).status_code == 201
    assert sorted(db.scalars(sa.select(RateCounter.count))) == [0, 1, 1, 1]


def test_a_link_is_promised_to_everybody_and_sent_to_those_known(client: TestClient, db: Session) -> None:
    db.add(User(email="ann@example.org"))
    db.commit()
    known = client.post(LINKS, json={"email": "ANN@example.org"})
    unknown = client.post(LINKS, json={"email": "nobody@example.org"})
    assert (known.status_code, known.json()) == (unknown.status_code, unknown.json()) == (202, {})
    assert known.headers["set-cookie"].partition("=")[0] == unknown.headers["set-cookie"].partition("=")[0]
    assert "HttpOnly" in known.headers["set-cookie"]
    jobs = db.scalars(sa.text("SELECT task_name FROM procrastinate_jobs")).all()
    assert jobs == ["send_sign_in_link"]


def test_links_are_limited_by_address_of_mail_even_for_nobody(client: TestClient, settings: Settings) -> None:
    answers = [client.post(LINKS, json={"email": "nobody@example.org"}) for _ in range(settings.links_per_hour + 1)]
    assert [answer.status_code for answer in answers] == settings.links_per_hour * [202] + [429]
    assert answers[-1].json()["code"] == "too-many"
    assert 0 < int(answers[-1].headers["retry-after"]) <= 3600
    wait = datetime.fromisoformat(answers[-1].json()["retry_at"]) - datetime.now(UTC)
    assert timedelta(0) < wait <= timedelta(hours=1)


def test_an_ipv6_customer_counts_as_one_whatever_address_they_use() -> None:
    assert network_of("2001:db8:1:2:3:4:5:6") == network_of("2001:db8:1:2::9") == "2001:db8:1:2::/64"
    assert network_of("2001:db8:1:3::9") != network_of("2001:db8:1:2::9")
    assert network_of("::ffff:192.0.2.7") == network_of("192.0.2.7") == "192.0.2.7"


def test_a_forged_forwarded_address_does_not_change_who_is_counted(
    app: FastAPI, client: TestClient, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app.state, "settings", settings.model_copy(update={"links_per_hour_and_address": 5}))
    compose = yaml.safe_load((Path(__file__).parents[3] / "compose.yaml").read_text())
    setting = compose["services"]["serve"]["environment"]["FORWARDED_ALLOW_IPS"]
    gateway = setting.removeprefix("${FORWARDED_ALLOW_IPS:-").removesuffix("}")
    proxied = TestClient(ProxyHeadersMiddleware(app, gateway), base_url=ORIGIN, client=(gateway, 1))
    proxied.portal = client.portal
    answers = [
        proxied.post(
            LINKS, json={"email": f"n{i}@example.org"}, headers={"X-Forwarded-For": f"1.2.3.{i}, 9.9.9.9"}
        ).status_code
        for i in range(6)
    ]
    assert answers == 5 * [202] + [429]
    other = {"X-Forwarded-For": "1.2.3.4, 9.9.9.8"}
    assert proxied.post(LINKS, json={"email": "other@example.org"}, headers=other).status_code == 202


def test_counted_addresses_cannot_be_found_by_trying(client: TestClient, db: Session) -> None:
    client.post(LINKS, json={"email": "ann@example.org"})
    plain = {sha256(subject).digest() for subject in (b"link:ann@example.org", b"link-address:testclient")}
    assert plain.isdisjoint(db.scalars(sa.select(RateCounter.subject)))
    assert len(db.scalars(sa.select(InstallationSecret.value)).one()) == 32


def test_simultaneous_attempts_are_all_counted(client: TestClient, db: Session) -> None:
    with ThreadPoolExecutor(12) as pool:
        list(pool.map(lambda _: client.post(LINKS, json={"email": "nobody@example.org"}), range(12)))
    assert set(db.scalars(sa.select(RateCounter.count))) == {12}


def test_another_site_cannot_sign_anybody_in(client: TestClient, link: str) -> None:
    for headers in (
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
    ):
        answer = client.post(SESSIONS, json={"token": link}, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "cross-site")
    own = {"Sec-Fetch-Site": "same-origin", "Origin": "http://testserver"}
    assert client.post(SESSIONS, json={"token": link}, headers=own).status_code == 201


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


def test_sessions_are_listed_and_revoked(
    client: TestClient, signed_in: Callable[[str], TestClient], db: Session
) -> None:
    ann, bob = signed_in("ann@example.org"), signed_in("bob@example.org")
    user = db.scalars(sa.select(User.id).where(User.email == "ann@example.org")).one()
    later = datetime.now(UTC) + timedelta(days=1)
    db.add(UserSession(user_id=user, token_hash=b"phone", expires_at=later))
    db.commit()
    phone, current = ann.get("/api/v1/me/sessions").json()
    assert (phone["current"], current["current"]) == (False, True)
    assert bob.delete(f"/api/v1/me/sessions/{phone['id']}").status_code == 404
    assert ann.delete(f"/api/v1/me/sessions/{phone['id']}").status_code == 204
    assert [row["id"] for row in ann.get("/api/v1/me/sessions").json()] == [current["id"]]
    assert ann.delete("/api/v1/me/sessions").status_code == 204
    assert ann.get("/api/v1/me").status_code == 401
    assert bob.get("/api/v1/me").status_code == 200


def test_with_https_cookies_belong_to_this_host_alone(
    app: FastAPI, client: TestClient, link: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app.state, "settings", settings.model_copy(update={"origin": "https://meet.example.org"}))
    secure = TestClient(app, base_url="https://meet.example.org")
    secure.portal = client.portal
    secure.post(LINKS, json={"email": "ann@example.org"})
    assert f"__Host-{SIGN_IN_COOKIE}" in secure.cookies
    answer = secure.post(SESSIONS, json={"token": link})
    cookie = next(c for c in answer.headers.get_list("set-cookie") if c.startswith(f"__Host-{COOKIE}="))
    assert "Secure" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie
    assert secure.get("/api/v1/me").json()["email"] == "ann@example.org"


def test_one_language_for_page_mail_agenda_and_calendar(
    signed_in: Callable[[str], TestClient], event_id: int, person: Callable[[str], int]
) -> None:
    path = f"/api/v1/events/{event_id}/participants/{person('ann')}"
    ann = signed_in("ann@example.org")
    ann.patch("/api/v1/me", json={"language": "nl"})
    assert ann.get(path).json()["language"] == "nl"
    ann.patch(path, json={"language": "fr"})
    assert ann.get("/api/v1/me").json()["language"] == "fr"
    signed_in("organiser@example.org").patch(path, json={"language": "en"})
    assert ann.get("/api/v1/me").json()["language"] == "fr", "what an organiser sets holds for their event only"
