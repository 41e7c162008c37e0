"""Signing in by a link or by a short code, both sent by mail. What is stored are hashes; what is sent works once."""

import asyncio
import secrets
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.database import Sessions
from api.core.errors import LinkUsed, WrongCode
from api.messages import mail
from api.models import SignInLink, User, UserSession
from api.settings import Settings
from api.web.permissions import token_hash_of
from matchmaker.text import greeting_name

# RFC 9106, section 4, second recommended option, with less memory: a code lives for half an hour and for five attempts
hasher = PasswordHasher(time_cost=3, memory_cost=16 * 1024, parallelism=1)
NOBODY = hasher.hash("nobody")


async def make_link(session: AsyncSession, user_id: int, settings: Settings) -> tuple[str, str]:
    """The address of a new sign-in link for the user, and its code of six digits."""
    token, code = secrets.token_urlsafe(32), f"{secrets.randbelow(10**6):06}"
    now = datetime.now(UTC)
    session.add(
        SignInLink(
            user_id=user_id,
            token_hash=token_hash_of(token),
            code_hash=await asyncio.to_thread(hasher.hash, code),
            expires_at=now + timedelta(minutes=settings.link_minutes),
        )
    )
    await session.flush()
    return f"{settings.origin}/sign-in?token={token}", code


async def send_link(sessions: Sessions, settings: Settings, user_id: int, language: str | None = None) -> None:
    """Make a link and send it, in the given language or that of the account. The work of a job.

    A job, so that the answer to a request tells nobody whether there is such an account, and so that no token waits
    anywhere to be sent.
    """
    async with sessions.begin() as session:
        user = await session.get(User, user_id)
        if user is None:
            return
        link, code = await make_link(session, user_id, settings)
    message = mail.compose(
        "sign_in",
        language or user.language,
        sender=settings.mail_from,
        to=user.email,
        name=greeting_name(user.name),
        link=link,
        code=code,
        minutes=settings.link_minutes,
    )
    await asyncio.to_thread(mail.deliver, settings, message)


async def use_link(session: AsyncSession, token: str) -> int:
    """The user whom `token` signs in. Raises `LinkUsed` if it was used before, or is expired or unknown."""
    return await _use(session, SignInLink.token_hash == token_hash_of(token))


async def use_code(session: AsyncSession, sessions: Sessions, email: str, code: str, attempts: int) -> int:
    """The user whom the code of their latest link signs in, within so many `attempts`.

    Raises `WrongCode`, which does not tell a wrong code from one that is used, expired, tried too often or nobody's.
    """
    latest = (
        sa.select(SignInLink.id)
        .join(User)
        .where(User.email == email.lower(), SignInLink.used_at.is_(None), SignInLink.expires_at > sa.func.now())
        .order_by(SignInLink.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    async with sessions.begin() as counting:  # its own transaction: a failed attempt is rolled back, its count is not
        row = (
            await counting.execute(
                sa.update(SignInLink)
                .where(SignInLink.id == latest, SignInLink.attempts < attempts)
                .values(attempts=SignInLink.attempts + 1)
                .returning(SignInLink.id, SignInLink.code_hash)
            )
        ).one_or_none()
    link_id, code_hash = row or (0, NOBODY)
    try:
        await asyncio.to_thread(hasher.verify, code_hash, code)
    except VerifyMismatchError:
        raise WrongCode("This code is not right, or no longer. Ask for a new one.") from None
    return await _use(session, SignInLink.id == link_id)


async def _use(session: AsyncSession, which: sa.ColumnElement[bool]) -> int:
    """One guarded update: of any number of simultaneous uses, one finds the link unused."""
    user_id: int | None = await session.scalar(
        sa.update(SignInLink)
        .where(which, SignInLink.used_at.is_(None), SignInLink.expires_at > sa.func.now())
        .values(used_at=sa.func.now())
        .returning(SignInLink.user_id)
    )
    if user_id is None:
        raise LinkUsed("This link has been used or has expired. Ask for a new one.")
    return user_id


async def open_session(session: AsyncSession, user_id: int, settings: Settings) -> str:
    """The token of a new session of the user, for their cookie."""
    now, token = datetime.now(UTC), secrets.token_urlsafe(32)
    session.add(
        UserSession(
            user_id=user_id, token_hash=token_hash_of(token), expires_at=now + timedelta(days=settings.session_days)
        )
    )
    return token
