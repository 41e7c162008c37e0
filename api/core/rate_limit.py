"""How often something may be tried, counted in the database: a limit holds for all processes together."""

import hmac
import secrets
from datetime import UTC, datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.database import Sessions
from api.core.errors import TooMany
from api.models import InstallationSecret, RateCounter

WINDOW = timedelta(hours=1)
KEY = "rate-limit"


async def enforce_rate_limit(sessions: Sessions, action: str, subject: str, limit: int) -> None:
    """Count one attempt at `action` by or for `subject`, in a transaction of its own.

    Raises `TooMany` from the attempt after the first `limit` in an hour on, until the hour is over; it carries the time
    `retry_at`.
    """
    async with sessions.begin() as session:
        attempts = await _count_attempt(session, action, subject)
    _refuse_beyond(limit, attempts)


async def enforce_rate_limit_within(session: AsyncSession, action: str, subject: str, limit: int) -> None:
    """As `enforce_rate_limit`, but in the caller's transaction: only what succeeds counts."""
    _refuse_beyond(limit, await _count_attempt(session, action, subject))


async def _count_attempt(session: AsyncSession, action: str, subject: str) -> int:
    attempt = insert(RateCounter).values(
        subject=await _subject_hash(session, action, subject), window_start=_window_start(datetime.now(UTC)), count=1
    )
    attempts: int | None = await session.scalar(
        attempt.on_conflict_do_update(
            index_elements=[RateCounter.subject, RateCounter.window_start], set_={"count": RateCounter.count + 1}
        ).returning(RateCounter.count)
    )
    assert attempts is not None
    return attempts


def _refuse_beyond(limit: int, attempts: int) -> None:
    if attempts > limit:
        now = datetime.now(UTC)
        retry_at = _window_start(now) + WINDOW
        raise TooMany(
            "Too many attempts; please try again later.",
            headers={"Retry-After": str(int((retry_at - now).total_seconds()) + 1)},
            extensions={"retry_at": retry_at.isoformat()},
        )


async def refund_attempt(sessions: Sessions, action: str, subject: str) -> None:
    """Take back what `enforce_rate_limit` has just counted: of this action only failures count."""
    async with sessions.begin() as session:
        await session.execute(
            sa.update(RateCounter)
            .where(
                RateCounter.subject == await _subject_hash(session, action, subject),
                RateCounter.window_start == _window_start(datetime.now(UTC)),
            )
            .values(count=RateCounter.count - 1)
        )


def network_of(host: str) -> str:
    """What counts as one address: an IPv4 address, or the /64 network of an IPv6 address, which one customer has."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ip_network((address, 64), strict=False))
    return str(address)


def _window_start(now: datetime) -> datetime:
    return now.replace(minute=0, second=0, microsecond=0)


async def _subject_hash(session: AsyncSession, action: str, subject: str) -> bytes:
    """A hash that only this installation can make: a plain one of an address could be found by trying addresses."""
    key = await session.scalar(sa.select(InstallationSecret.value).where(InstallationSecret.name == KEY))
    if key is None:
        await session.execute(
            insert(InstallationSecret).values(name=KEY, value=secrets.token_bytes(32)).on_conflict_do_nothing()
        )
        key = await session.scalar(sa.select(InstallationSecret.value).where(InstallationSecret.name == KEY))
        assert key is not None
    return hmac.digest(key, f"{action}:{subject}".encode(), "sha256")
