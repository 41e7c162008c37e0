"""What the database refuses: done again where that helps, and never answered with 500."""

import asyncio
import tracemalloc
from collections.abc import Callable, Iterator

import psycopg
import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session
from starlette.types import Message, Receive, Scope, Send

from api.app import create_app
from api.core.database import open_job_engine
from api.models import AuditEntry, MeetingRequest
from api.settings import Settings
from api.web.database_retry import DatabaseRetry
from api.web.uploads import BODY_BYTES
from tests.api.conftest import ORIGIN

Refuse = Callable[..., None]


@pytest.fixture
def refuse(db: Session) -> Iterator[Refuse]:
    """Have the commits of audited actions fail with a SQLSTATE, the first `times` of them."""

    def refuse(state: str, times: int = 99) -> None:
        db.execute(sa.text("CREATE SEQUENCE commits"))
        db.execute(
            sa.text(
                f"""CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                IF nextval('commits') <= {times} THEN RAISE EXCEPTION 'for ann@example.org' USING ERRCODE = '{state}';
                END IF; RETURN NULL; END $$"""
            )
        )
        db.execute(
            sa.text(
                """CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON audit_entries
                DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse()"""
            )
        )
        db.commit()

    yield refuse
    db.rollback()
    db.execute(sa.text("DROP FUNCTION IF EXISTS refuse CASCADE"))
    db.execute(sa.text("DROP SEQUENCE IF EXISTS commits"))
    db.commit()


@pytest.fixture
def ask(signed_in: Callable[[str], TestClient], event_id: int, person: Callable[[str], int]) -> Callable[[], int]:
    def ask() -> int:
        answer = signed_in("bob@example.org").post(
            f"/api/v1/events/{event_id}/requests", json={"recipient_id": person("dan"), "message": "Hallo"}
        )
        assert "ann@example.org" not in answer.text
        if answer.status_code == 503:
            assert int(answer.headers["retry-after"]) > 0
        return answer.status_code

    return ask


@pytest.mark.parametrize("state", ["40P01", "40001"])
def test_a_lost_deadlock_or_serialization_is_done_again_once(
    db: Session, refuse: Refuse, ask: Callable[[], int], state: str
) -> None:
    refuse(state, times=1)
    assert ask() == 201
    assert db.scalars(sa.select(MeetingRequest.message).where(MeetingRequest.message == "Hallo")).all() == ["Hallo"]
    assert db.scalars(sa.select(AuditEntry.action)).all() == ["request sent"]
    assert db.scalar(sa.text("SELECT last_value FROM commits")) == 2


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("40P01", 503),
        ("55P03", 503),
        ("57014", 503),
        ("57P01", 503),
        ("53300", 503),
        ("23505", 409),
        ("23503", 409),
        ("23514", 422),
        ("22021", 422),
    ],
)
def test_what_the_database_refuses_has_an_answer_of_its_own(
    db: Session, refuse: Refuse, ask: Callable[[], int], state: str, status: int
) -> None:
    before = db.scalar(sa.select(sa.func.count()).select_from(MeetingRequest))
    refuse(state)
    assert ask() == status
    assert db.scalar(sa.select(sa.func.count()).select_from(MeetingRequest)) == before


@pytest.mark.parametrize(("parts", "attempts"), [(1, 2), (25, 1)])
def test_a_small_body_is_read_again_and_a_file_is_not_kept_in_memory(parts: int, attempts: int) -> None:
    sizes: list[int] = []
    answer: list[Message] = []
    left = parts

    async def application(_scope: Scope, receive: Receive, _send: Send) -> None:
        sizes.append(0)
        more = True
        while more:
            message = await receive()
            sizes[-1] += len(message["body"])
            more = message["more_body"]
        raise psycopg.errors.DeadlockDetected

    async def receive() -> Message:
        nonlocal left
        left -= 1
        return {"type": "http.request", "body": bytes(BODY_BYTES), "more_body": left > 0}

    async def send(message: Message) -> None:
        answer.append(message)

    tracemalloc.start()
    asyncio.run(DatabaseRetry(application)({"type": "http", "headers": []}, receive, send))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert sizes == attempts * [parts * BODY_BYTES]
    assert answer[0]["status"] == 503
    assert peak < 4 * BODY_BYTES


def test_a_database_that_does_not_answer_is_no_fault_of_the_program(settings: Settings) -> None:
    lost = settings.model_copy(update={"database_url": "postgresql://nobody@127.0.0.1:1/nothing"})
    with TestClient(create_app(lost), base_url=ORIGIN) as client:
        answer = client.get("/api/v1/me")
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")


def test_a_request_waits_for_a_lock_only_so_long(
    db: Session, settings: Settings, event_id: int, person: Callable[[str], int], signed_in: Callable[[str], TestClient]
) -> None:
    cookies = signed_in("bob@example.org").cookies
    impatient = settings.model_copy(update={"lock_timeout": 0.1})
    db.execute(sa.text("SELECT 1 FROM participants FOR UPDATE"))
    with TestClient(create_app(impatient), base_url=ORIGIN, cookies=cookies) as client:
        answer = client.post(f"/api/v1/events/{event_id}/requests", json={"recipient_id": person("dan")})
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")


def test_requests_and_jobs_have_timeouts_of_their_own(client: TestClient, settings: Settings) -> None:
    names = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
    show = [sa.text(f"SHOW {name}") for name in names]

    async def of_requests() -> list[str]:
        async with client.app.state.sessions() as session:
            return [await session.scalar(statement) for statement in show]

    assert client.portal is not None
    assert client.portal.call(of_requests) == ["30s", "5s", "1min"]
    engine = open_job_engine(settings.database_url or "")
    with engine.connect() as connection:
        assert [connection.scalar(statement) for statement in show] == ["0", "1min", "0"]
    assert engine.hide_parameters
