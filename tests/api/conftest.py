"""A real PostgreSQL for the API tests, a database for each worker of the test run, migrated as in production."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from fastapi.testclient import TestClient
from psycopg import sql
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from api.app import create_app
from api.core.database import migrate, psycopg_url
from api.core.membership import token_hash_of
from api.imports.service import store_event
from api.models import Base, Participant, User, UserSession
from api.settings import Settings
from api.standalone.postgres import postgres
from api.web.permissions import COOKIE
from tests.api.small_event import small_event

ORIGIN = "http://testserver"
INDEX = "<!doctype html><title>Matchmaker</title><script>start()</script>"


@pytest.fixture(scope="session")
def server_url(testrun_uid: str) -> Iterator[str]:
    """The server named by MATCHMAKER_TEST_DATABASE_URL, or an embedded one that all workers share."""
    if url := os.environ.get("MATCHMAKER_TEST_DATABASE_URL"):
        yield url
        return
    # not in pytest's own folder, which every run closes to other users: root's PostgreSQL runs as another user
    folder = Path(tempfile.gettempdir()) / f"matchmaker-test-{testrun_uid}"
    with ExitStack() as server:
        with _locked():
            url = server.enter_context(postgres(folder))
        yield url
        with _locked():
            server.close()
            if not (folder / "postmaster.pid").exists():
                shutil.rmtree(folder)


@contextmanager
def _locked() -> Iterator[None]:
    """One worker at a time opens or closes the server."""
    with (Path(tempfile.gettempdir()) / f"matchmaker-test-{os.getuid()}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def database_url(server_url: str, worker_id: str) -> Iterator[str]:
    """A migrated database of this worker's own."""
    name = f"matchmaker_test_{worker_id}_{os.getpid()}"
    with psycopg.connect(server_url, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        # nothing here must survive a power cut
        server.execute(sql.SQL("ALTER DATABASE {} SET synchronous_commit = off").format(sql.Identifier(name)))
        url = make_url(server_url).set(database=name).render_as_string(hide_password=False)
        migrate(url)
        yield url
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(scope="session")
def engine(database_url: str) -> Iterator[sa.Engine]:
    engine = sa.create_engine(psycopg_url(database_url))
    yield engine
    engine.dispose()


@pytest.fixture
def db(engine: sa.Engine) -> Iterator[Session]:
    """A session on a database that is empty when the test starts. Commit what the API is to see."""
    tables = ", ".join([*Base.metadata.tables, "procrastinate_jobs"])
    with engine.begin() as connection:
        connection.execute(sa.text(f"TRUNCATE {tables} RESTART IDENTITY CASCADE"))
    with Session(engine, expire_on_commit=False) as session:
        yield session


@pytest.fixture(scope="session")
def settings(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    page: Path = tmp_path_factory.mktemp("page")
    (page / "index.html").write_text(INDEX)
    (page / "_app/immutable").mkdir(parents=True)
    (page / "_app/immutable/start.js").write_text("start = () => {}")
    return Settings(database_url=database_url, page_folder=page, origin=ORIGIN)


@pytest.fixture(scope="session")
def app(settings: Settings) -> FastAPI:
    return create_app(settings)


@pytest.fixture
def client(app: FastAPI, db: Session) -> Iterator[TestClient]:
    """Nobody's browser."""
    with TestClient(app, base_url=ORIGIN) as client:
        yield client


@pytest.fixture
def signed_in(client: TestClient, db: Session) -> Callable[[str], TestClient]:
    """The browser of somebody, by their e-mail address; the account is made if there is none."""

    def browser(email: str) -> TestClient:
        user = db.scalar(sa.select(User).where(User.email == email)) or User(email=email)
        db.add(user)
        db.flush()
        token = f"token of {email}"
        expires = datetime.now(UTC) + timedelta(hours=1)
        if db.scalar(sa.select(UserSession.id).where(UserSession.token_hash == token_hash_of(token))) is None:
            db.add(UserSession(user_id=user.id, token_hash=token_hash_of(token), expires_at=expires))
        db.commit()
        other = TestClient(client.app, base_url=ORIGIN, cookies={COOKIE: token})
        other.portal = client.portal
        return other

    return browser


@pytest.fixture
def event_id(db: Session) -> int:
    """The small event of `tests.api.small_event`, run by organiser@example.org."""
    owner = User(email="organiser@example.org", name="Olga Organiser", language="fr")
    db.add(owner)
    db.flush()
    event = store_event(db, small_event(), owner.id)
    db.commit()
    return event.id


@pytest.fixture
def person(db: Session, event_id: int) -> Callable[[str], int]:
    """The number of a participant of the small event by the first part of their e-mail address."""

    def number(name: str) -> int:
        found = db.scalar(sa.select(Participant.id).join(Participant.user).where(User.email == f"{name}@example.org"))
        assert found is not None
        return found

    return number
