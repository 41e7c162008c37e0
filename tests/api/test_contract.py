"""The API held to its own description by generated requests, right ones and wrong ones."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import schemathesis
import sqlalchemy as sa
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from sqlalchemy.orm import Session

from api.app import create_app
from api.core.membership import token_hash_of
from api.imports.service import store_event
from api.models import Base, Participant, User, UserSession
from api.settings import Settings
from api.web.permissions import COOKIE
from tests.api.conftest import ORIGIN
from tests.api.small_event import small_event

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
SCHEMA = schemathesis.openapi.from_dict(create_app(Settings()).openapi())
SCHEMA.config.phases.coverage.enabled = False  # thousands of requests
# an endless answer, the end of this browser, and files, which have tests of their own
ELSEWHERE = ["watch_schedule", "sign_out", "put_logo", "import_event", "import_into_event"]


@pytest.fixture(scope="module")
def organiser(app: FastAPI, engine: sa.Engine) -> Iterator[TestClient]:
    """The browser of somebody who runs the small event and takes part in it: all of the API is open to them."""
    with Session(engine) as db:
        db.execute(sa.text(f"TRUNCATE {', '.join(Base.metadata.tables)} RESTART IDENTITY CASCADE"))
        user = User(email="ann@example.org", name="Ann Dubois")
        db.add(user)
        db.flush()
        store_event(db, small_event(), user.id)
        expires = datetime.now(UTC) + timedelta(hours=1)
        db.add(UserSession(user_id=user.id, token_hash=token_hash_of("explorer"), expires_at=expires))
        assert db.scalar(sa.select(Participant.id).where(Participant.user_id == user.id)) == 1
        db.commit()
    with TestClient(app, base_url=ORIGIN, cookies={COOKIE: "explorer"}) as client:
        yield client


@SCHEMA.exclude(operation_id=ELSEWHERE).parametrize()
@settings(max_examples=4, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
def test_the_api_keeps_to_its_description(case: Case[Any], organiser: TestClient) -> None:
    case.path_parameters = dict.fromkeys(case.path_parameters or {}, 1)
    sent = case.as_transport_kwargs(base_url=ORIGIN)
    sent["headers"] = {name: value for name, value in sent["headers"].items() if name.lower() != "cookie"}
    sent.pop("cookies", None)
    answer = organiser.request(**sent)
    case.validate_response(answer, checks=CHECKS)
