"""How often something may be tried, counted in the database: a limit holds for all processes together."""

from datetime import UTC, datetime, timedelta

from sqlalchemy.dialects.postgresql import insert

from api.core.database import Sessions
from api.core.errors import TooMany
from api.models import RateCounter
from api.web.permissions import token_hash_of

WINDOW = timedelta(hours=1)


async def enforce_rate_limit(sessions: Sessions, what: str, subject: str, limit: int) -> None:
    """Count one attempt at `what` by or for `subject`, in a transaction of its own.

    Raises `TooMany` from the attempt after the first `limit` in an hour on, until the hour is over.
    """
    now = datetime.now(UTC)
    start = now.replace(minute=0, second=0, microsecond=0)
    attempt = insert(RateCounter).values(subject=token_hash_of(f"{what}:{subject}"), window_start=start, count=1)
    async with sessions.begin() as session:
        attempts = await session.scalar(
            attempt.on_conflict_do_update(
                index_elements=[RateCounter.subject, RateCounter.window_start], set_={"count": RateCounter.count + 1}
            ).returning(RateCounter.count)
        )
    if attempts is None or attempts > limit:
        seconds = int((start + WINDOW - now).total_seconds()) + 1
        raise TooMany("Too many attempts; please try again later.", headers={"Retry-After": str(seconds)})
