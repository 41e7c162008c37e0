"""What a job may do again later, because it failed for a reason that passes."""

from procrastinate.exceptions import JobAborted
from procrastinate.jobs import Job
from procrastinate.retry import BaseRetryStrategy, RetryDecision

from api.core import database_errors

LONGEST_WAIT = 60  # seconds


class TransientError(Exception):
    """The work cannot be done now, and is done again soon."""


class BusyError(TransientError):
    """Another process holds the lock: a worker wrongly declared dead, or its orphaned child."""


class DatabaseLostError(TransientError):
    """The connection that holds the lock is lost: somebody else may be at work."""


def is_transient(error: BaseException | None) -> bool:
    """Whether an error, or what caused it, passes by itself: the database restarts, or two transactions collided."""
    cause = error
    while cause is not None:
        if isinstance(cause, TransientError):
            return True
        cause = cause.__cause__
    return database_errors.is_transient(error)


class RetryTransient(BaseRetryStrategy):
    """Do again what a worker that stops leaves undone, and what failed for a reason that passes."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        if isinstance(exception, JobAborted):
            return RetryDecision()
        if is_transient(exception):
            return RetryDecision(retry_in={"seconds": min(1 + job.attempts, LONGEST_WAIT)})
        return None
