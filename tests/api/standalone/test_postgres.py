"""The embedded PostgreSQL."""

import shutil
import tempfile
from pathlib import Path

import psutil
import psycopg

from api.standalone.postgres import postgres
from tests.api.jobs.workers import until


def test_a_database_that_is_killed_is_started_again_at_the_same_address() -> None:
    folder = Path(tempfile.mkdtemp(prefix="matchmaker test "))  # with a space, as "Application Support" has
    folder.chmod(0o755)

    def answers(url: str) -> bool:
        try:
            with psycopg.connect(url) as connection:
                return connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)
        except psycopg.OperationalError:
            return False

    try:
        with postgres(folder / "postgresql") as url:
            with psycopg.connect(url) as connection:
                connection.execute("CREATE TABLE kept ()")
                backend = psutil.Process(connection.info.backend_pid)
            postmaster = psutil.Process(int((folder / "postgresql/postmaster.pid").read_text().split()[0]))
            assert backend.pid != postmaster.pid
            postmaster.kill()
            until(lambda: answers(url))
    finally:
        shutil.rmtree(folder)
