"""What a job may do again later, because it failed for a reason that passes."""

import psycopg
from procrastinate.exceptions import JobAborted
from procrastinate.jobs import Job
from procrastinate.retry import BaseRetryStrategy, RetryDecision

LONGEST_WAIT = 60  # seconds
# connection, resources, shutdown and start of the server; serialization and deadlock; a lock not had in time
_STATES = ("08", "53", "57P", "40001", "40P01", "55P03")


class TransientError(Exception):
    """The work cannot be done now, and is done again soon."""


class BusyError(TransientError):
    """Another process holds the lock: a worker wrongly declared dead, or its orphaned child."""


class DatabaseLostError(TransientError):
    """The connection that holds the lock is lost: somebody else may be at work."""


def is_transient(error: BaseException | None) -> bool:
    """Whether an error, or what caused it, passes by itself: the database restarts, or two transactions collided."""
    while error is not None:
        if isinstance(error, TransientError):
            return True
        if isinstance(error, (psycopg.OperationalError, psycopg.InterfaceError)):
            return error.sqlstate is None or error.sqlstate.startswith(_STATES)
        error = error.__cause__
    return False


class RetryTransient(BaseRetryStrategy):
    """Do again what a worker that stops leaves undone, and what failed for a reason that passes."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        if isinstance(exception, JobAborted):
            return RetryDecision()
        if is_transient(exception):
            return RetryDecision(retry_in={"seconds": min(1 + job.attempts, LONGEST_WAIT)})
        return None
