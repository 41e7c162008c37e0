"""The database: engines, sessions and the migrations. The transaction of a request is in `api.web.dependencies`."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import alembic.command
import sqlalchemy as sa
from alembic.config import Config
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

import migrations

Sessions = async_sessionmaker[AsyncSession]
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def psycopg_url(url: str) -> URL:
    """`url` (postgresql://...) for SQLAlchemy with the driver psycopg 3, sync or async."""
    return make_url(url).set(drivername="postgresql+psycopg")


@dataclass(frozen=True)
class Timeouts:
    """How long PostgreSQL lets a statement run, waits for a lock, keeps an idle transaction; in seconds, 0: forever."""

    statement: float
    lock: float
    idle_in_transaction: float


JOB_TIMEOUTS = Timeouts(statement=0, lock=60, idle_in_transaction=0)
"""For workers and commands. Their statements may be long (a ranking writes 300,000 rows) and their transactions idle
while something is computed; what must end is stopped by the engine of jobs. Only a lock is not waited for without end.
"""


def open_engine(url: str, timeouts: Timeouts = JOB_TIMEOUTS) -> AsyncEngine:
    """An engine of at most 20 connections, for which requests wait in turn. Its errors do not quote parameters."""
    return create_async_engine(
        psycopg_url(url),
        pool_size=10,
        max_overflow=10,
        pool_timeout=60,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args=_connect_args(url, timeouts),
    )


def open_job_engine(url: str) -> sa.Engine:
    """A sync engine without a pool, for threads and processes that compute. Its errors do not quote parameters."""
    return sa.create_engine(
        psycopg_url(url), poolclass=sa.NullPool, hide_parameters=True, connect_args=_connect_args(url, JOB_TIMEOUTS)
    )


def _connect_args(url: str, timeouts: Timeouts) -> dict[str, Any]:
    """The timeouts as options of the connection, after those that `url` names itself."""
    milliseconds = {
        "statement_timeout": timeouts.statement,
        "lock_timeout": timeouts.lock,
        "idle_in_transaction_session_timeout": timeouts.idle_in_transaction,
    }
    options = [f"-c {name}={round(1000 * seconds)}" for name, seconds in milliseconds.items()]
    own = psycopg_url(url).query.get("options", ())
    return {"options": " ".join([*([own] if isinstance(own, str) else own), *options])}


def open_sessions(engine: AsyncEngine) -> Sessions:
    """Sessions whose objects stay readable after the commit."""
    return async_sessionmaker(engine, expire_on_commit=False)


def open_autocommit_sessions(engine: AsyncEngine) -> Sessions:
    """Sessions for requests that only read: each statement sees what is committed, as it does in READ COMMITTED too.

    BEGIN and COMMIT would be two more trips to the server, which cost as much as a list.
    """
    return async_sessionmaker(engine.execution_options(isolation_level="AUTOCOMMIT"), expire_on_commit=False)


def migrate(url: str) -> None:
    """Bring the tables of the database at `url` up to date; a second process doing the same waits and finds it done."""
    alembic.command.upgrade(alembic_config(url), "head")


def alembic_config(url: str) -> Config:
    """Alembic's configuration for the migrations of this package, wherever it is installed."""
    config = Config(attributes={"url": url})
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    return config
