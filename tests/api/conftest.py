"""A real PostgreSQL for the API tests, a database for each worker of the test run, migrated as in production."""

import os
from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql
from sqlalchemy.engine import make_url

from api.database import migrate
from api.embedded import postgres


@pytest.fixture(scope="session")
def server_url(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[str]:
    """The server named by MATCHMAKER_TEST_DATABASE_URL, or an embedded one that all workers share."""
    if url := os.environ.get("MATCHMAKER_TEST_DATABASE_URL"):
        yield url
        return
    folder = tmp_path_factory.getbasetemp()
    with postgres((folder if worker_id == "master" else folder.parent) / "postgresql") as url:
        yield url


@pytest.fixture(scope="session")
def database_url(server_url: str, worker_id: str) -> Iterator[str]:
    """An empty, migrated database of this worker's own."""
    name = f"matchmaker_test_{worker_id}_{os.getpid()}"
    with psycopg.connect(server_url, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        url = make_url(server_url).set(database=name).render_as_string(hide_password=False)
        migrate(url)
        yield url
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
