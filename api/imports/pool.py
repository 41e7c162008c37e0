"""What imports run on: a few reading processes, and a few threads with database connections of their own.

However slow files are, they take no thread and no connection from anybody else.
"""

import random
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

import anyio
import sqlalchemy as sa
from anyio.to_thread import run_sync
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from api.core.database import psycopg_url
from api.core.database_errors import LOST
from api.core.errors import ImportBusy, InvalidWorkbook
from api.imports.reader import ParsedFile, Themes, read_file

T = TypeVar("T")

AT_ONCE = 2
ATTEMPTS = 3
_TIMEOUTS = "-c lock_timeout=30s -c statement_timeout=120s -c idle_in_transaction_session_timeout=120s"


class ImportPool:
    """Opened with the application and closed with it."""

    def __init__(self, database_url: str) -> None:
        self._engine = sa.create_engine(
            psycopg_url(database_url),
            pool_size=AT_ONCE,
            max_overflow=0,
            pool_pre_ping=True,
            hide_parameters=True,
            connect_args={"options": _TIMEOUTS},
        )
        self._processes = anyio.CapacityLimiter(AT_ONCE)
        self._threads = anyio.CapacityLimiter(AT_ONCE)

    async def read(
        self, data: bytes, filename: str, language: str, themes: Themes | None = None, types: Sequence[str] = ()
    ) -> ParsedFile:
        """Read a file in a process that ends (see `read_file`)."""
        return await read_file(
            data, filename, language, themes, types, processes=self._processes, threads=self._threads
        )

    async def compute(self, work: Callable[[], T]) -> T:
        """The result of `work` in a thread."""
        return await run_sync(work, limiter=self._threads)

    async def transact(self, work: Callable[[Session], T]) -> T:
        """The result of `work` in a transaction of its own, in a thread.

        It is done again where another transaction was first. Raises `ImportBusy` when that does not help, and
        `InvalidWorkbook` for a value that the database refuses.
        """
        return await run_sync(partial(self._attempts, work), limiter=self._threads)

    def close(self) -> None:
        self._engine.dispose()

    def _attempts(self, work: Callable[[Session], T]) -> T:
        for attempt in range(ATTEMPTS):
            try:
                with Session(self._engine, expire_on_commit=False) as session, session.begin():
                    return work(session)
            except DataError as error:
                raise InvalidWorkbook("The file holds a value that cannot be stored.") from error
            except DBAPIError as error:
                if not isinstance(error, IntegrityError) and getattr(error.orig, "sqlstate", "") not in LOST:
                    raise
                if attempt == ATTEMPTS - 1:
                    raise ImportBusy("The event is being changed elsewhere; try again in a moment.") from error
                time.sleep(random.uniform(0.05, 0.3))  # noqa: S311 - so that two do not meet again
        raise AssertionError("unreachable")
