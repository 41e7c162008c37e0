"""The commands of an installation: what they say where something is not set or not there, and `invite`."""

import re

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session
from typer.testing import CliRunner

from api.cli.main import app
from api.models import User
from api.settings import Settings


@pytest.fixture
def invited(database_url: str, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("MATCHMAKER_DATABASE_URL", database_url)
    return CliRunner()


def test_an_invitation_makes_an_account_and_signs_it_in_once(
    invited: CliRunner, client: TestClient, db: Session
) -> None:
    links = [invited.invoke(app, ["invite", address]).output for address in ("Ann@Example.org", "ann@example.org")]
    assert db.scalar(sa.select(sa.func.count()).where(User.email == "ann@example.org")) == 1
    for link in links:
        (token,) = re.findall(r"token=(\S+)", link)
        answers = [client.post("/api/v1/sign-in/sessions", json={"token": token}).status_code for _ in range(2)]
        assert answers == [201, 410]
    assert client.get("/api/v1/me").json()["creates_events"], "an organiser came to organise"


def test_an_invitation_to_no_address_is_refused(invited: CliRunner) -> None:
    done = invited.invoke(app, ["invite", "ann"])
    assert done.exit_code == 2
    assert "'ann' is not an e-mail address" in done.output


def test_settings_that_cannot_be_are_all_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("DATABASE_URL", "sqlite://"), ("ORIGIN", "meet.example.org"), ("SMTP_PORT", "mail")):
        monkeypatch.setenv(f"MATCHMAKER_{name}", value)
    done = CliRunner().invoke(app, ["migrate"])
    assert done.exit_code == 2
    for expected in ("MATCHMAKER_DATABASE_URL: expected", "MATCHMAKER_ORIGIN: expected", "MATCHMAKER_SMTP_PORT: "):
        assert expected in done.stderr, expected


def test_a_database_that_does_not_answer_or_has_no_tables_is_told_in_a_sentence(
    server_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for url, expected in (
        ("postgresql://nobody@127.0.0.1:1/nothing", "The database cannot be reached"),
        (server_url, "matchmaker migrate"),
    ):
        monkeypatch.setenv("MATCHMAKER_DATABASE_URL", url)
        for command in (["worker"], ["invite", "ann@example.org"]):
            done = CliRunner().invoke(app, command)
            assert (done.exit_code, expected in done.stderr) == (2, True), done.output


def test_an_empty_variable_counts_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "SMTP_HOST", "SMTP_PORT", "SMTP_USER", "SMTP_PASSWORD", "MAIL_FROM", "ORIGIN"):
        monkeypatch.setenv(f"MATCHMAKER_{name}", "")
    assert Settings() == Settings.model_construct()
