"""Errors of the database: which pass by themselves, and the answer below 500 that each has."""

import psycopg
import sqlalchemy as sa
from sqlalchemy.orm.exc import StaleDataError

from api.core.errors import ApiError, Conflict, Gone, Invalid, Unavailable

UNIQUE, FOREIGN_KEY, EXCLUSION = "23505", "23503", "23P01"
ROLLED_BACK = frozenset({"40001", "40P01"})
"""serialization_failure, deadlock_detected: another transaction was first, and the same again may succeed at once."""
LOST = ROLLED_BACK | {"55P03"}
"""And lock_not_available: another transaction still holds it."""
TIMED_OUT = frozenset({"57014", "25P03"})
"""query_canceled (the timeout of a statement), idle_in_transaction_session_timeout: likely to happen again."""
UNAVAILABLE = ("08", "53", "57P")
"""How states begin when the server is not there: connection exceptions, insufficient resources, shutdown and start."""
SYSTEM_ERROR = "58"
RETRY_SECONDS = 2


def is_transient(error: BaseException | None) -> bool:
    """Whether what failed with this error of the database may succeed later: it restarts, or another was first."""
    driver = driver_error_of(error)
    if not isinstance(driver, psycopg.OperationalError | psycopg.InterfaceError):
        return False
    state = driver.sqlstate
    return state is None or state in LOST or state.startswith(UNAVAILABLE)


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
    if state in LOST | TIMED_OUT:
        return Unavailable("Somebody else is changing the same data; please try again.", headers=wait)
    if is_transient(driver) or (state or "").startswith(SYSTEM_ERROR):
        return Unavailable("The database does not answer; please try again.", headers=wait)
    return None
