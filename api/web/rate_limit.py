"""How often something may be tried, counted in the database: a limit holds for all processes together."""

from datetime import UTC, datetime, timedelta

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.database import Sessions
from api.core.errors import TooMany
from api.models import RateCounter
from api.web.permissions import token_hash_of

WINDOW = timedelta(hours=1)


async def enforce_rate_limit(sessions: Sessions, what: str, subject: str, limit: int) -> None:
    """Count one attempt at `what` by or for `subject`, in a transaction of its own.

    Raises `TooMany` from the attempt after the first `limit` in an hour on, until the hour is over.
    """
    async with sessions.begin() as session:
        attempts = await _count_attempt(session, what, subject)
    _refuse_beyond(limit, attempts)


async def enforce_rate_limit_within(session: AsyncSession, what: str, subject: str, limit: int) -> None:
    """As `enforce_rate_limit`, but in the caller's transaction: only what succeeds counts."""
    _refuse_beyond(limit, await _count_attempt(session, what, subject))


async def _count_attempt(session: AsyncSession, what: str, subject: str) -> int:
    attempt = insert(RateCounter).values(subject=token_hash_of(f"{what}:{subject}"), window_start=_start(), count=1)
    attempts: int | None = await session.scalar(
        attempt.on_conflict_do_update(
            index_elements=[RateCounter.subject, RateCounter.window_start], set_={"count": RateCounter.count + 1}
        ).returning(RateCounter.count)
    )
    assert attempts is not None
    return attempts


def _start() -> datetime:
    return datetime.now(UTC).replace(minute=0, second=0, microsecond=0)


def _refuse_beyond(limit: int, attempts: int) -> None:
    if attempts > limit:
        seconds = int((_start() + WINDOW - datetime.now(UTC)).total_seconds()) + 1
        raise TooMany("Too many attempts; please try again later.", headers={"Retry-After": str(seconds)})
