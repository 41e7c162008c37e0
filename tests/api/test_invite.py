"""`matchmaker invite`: how the first organiser of an installation gets in."""

import re

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session
from typer.testing import CliRunner

from api.cli import app
from api.models import User


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


def test_an_invitation_to_no_address_is_refused(invited: CliRunner) -> None:
    done = invited.invoke(app, ["invite", "ann"])
    assert done.exit_code == 2
    assert "'ann' is not an e-mail address" in done.output
