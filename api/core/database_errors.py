"""Errors of the database: what another attempt mends is done again once, and what is left has an answer below 500.

A transaction that lost a deadlock or a serialization conflict was rolled back as a whole, so the whole request is
served again: its dependencies anew, in a new session, from the body that was already read.
"""

import psycopg
import sqlalchemy as sa
import structlog
from sqlalchemy.orm.exc import StaleDataError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.core.errors import ApiError, Conflict, Gone, Invalid, Unavailable

RETRIED = frozenset({"40001", "40P01"})  # serialization_failure, deadlock_detected
UNIQUE, FOREIGN_KEY, EXCLUSION = "23505", "23503", "23P01"
# lock_not_available, query_canceled (the timeout of a statement), idle_in_transaction_session_timeout
TIMED_OUT = frozenset({"55P03", "57014", "25P03"})
# connection exceptions, insufficient resources, operator intervention (a restart), system errors
UNAVAILABLE_CLASSES = ("08", "53", "57", "58")
RETRY_SECONDS = 2

log = structlog.get_logger()


def driver_error_of(error: BaseException | None) -> psycopg.Error | None:
    """The driver's error behind `error`, whichever library passed it on."""
    while error is not None:
        if isinstance(error, sa.exc.DBAPIError):
            error = error.orig
        if isinstance(error, psycopg.Error):
            return error
        error = error.__cause__ if error is not None else None
    return None


def problem_of(error: Exception) -> ApiError | None:
    """What is answered to an error of the database; None if it is none, or a fault of the program."""
    if isinstance(error, StaleDataError):
        return Conflict("Somebody else changed this at the same time. Load it again.")
    wait = {"Retry-After": str(RETRY_SECONDS)}
    if isinstance(error, sa.exc.TimeoutError):
        return Unavailable("Too many requests at once; please try again.", headers=wait)
    if (driver := driver_error_of(error)) is None:
        return None
    state = driver.sqlstate
    if state in (UNIQUE, EXCLUSION):
        return Conflict("Somebody else did the same at the same time. Load it again.")
    if state == FOREIGN_KEY:
        return Gone("Something this refers to was deleted in the meantime. Load it again.")
    if isinstance(driver, psycopg.IntegrityError | psycopg.DataError):
        return Invalid("Some of what was sent cannot be stored.")
    if state in RETRIED | TIMED_OUT:
        return Unavailable("Somebody else is changing the same data; please try again.", headers=wait)
    if (state is None and isinstance(driver, psycopg.OperationalError)) or (state or "")[:2] in UNAVAILABLE_CLASSES:
        return Unavailable("The database does not answer; please try again.", headers=wait)
    return None


class DatabaseErrors:
    """Serves a request again where that helps, and answers what the database refuses."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        body, before, started = _Body(receive), dict(scope), False

        async def watched(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        for attempt in (1, 2):
            try:
                await self.app(scope, body.read_from_start(), watched)
            except Exception as error:
                problem = problem_of(error)
                if problem is None or started:
                    raise
                state = getattr(driver_error_of(error), "sqlstate", None)
                again = attempt == 1 and state in RETRIED
                log.warning("database error", error=type(error).__name__, sqlstate=state, retried=again)
                if not again:
                    await problem.response()(scope, receive, send)
                    return
                scope.clear()
                scope.update(before)
            else:
                return


class _Body:
    """The messages of a request, which can be read again from the first one. Its size is limited further inside."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._messages: list[Message] = []

    def read_from_start(self) -> Receive:
        position = 0

        async def receive() -> Message:
            nonlocal position
            if position == len(self._messages):
                message = await self._receive()
                if message["type"] != "http.request":
                    return message
                self._messages.append(message)
            position += 1
            return self._messages[position - 1]

        return receive
