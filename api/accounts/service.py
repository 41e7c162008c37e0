"""Signing in by a link or by a short code, both sent by mail. What is stored are hashes; what is sent works once."""

import asyncio
import secrets
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.background import PASSWORDS
from api.core.database import Sessions
from api.core.errors import CodeExpired, LinkUsed, WrongCode
from api.core.membership import token_hash_of
from api.core.rate_limit import enforce_rate_limit, refund_attempt
from api.messages import mail
from api.models import SignInLink, SignInRequest, User, UserSession
from api.settings import Settings
from matchmaker.text import greeting_name

# RFC 9106, section 4, second recommended option, with less memory: a code lives for half an hour and for five attempts
hasher = PasswordHasher(time_cost=3, memory_cost=16 * 1024, parallelism=1)
NOBODY = hasher.hash("nobody")


async def open_sign_in_request(session: AsyncSession, settings: Settings) -> tuple[int, str]:
    """The number of a new sign-in request, and the token that its browser keeps in a cookie."""
    token = secrets.token_urlsafe(32)
    request = SignInRequest(
        token_hash=token_hash_of(token), expires_at=datetime.now(UTC) + timedelta(minutes=settings.link_minutes)
    )
    session.add(request)
    await session.flush()
    return request.id, token


async def make_link(session: AsyncSession, user_id: int, settings: Settings) -> str:
    """The address of a new sign-in link for the user, without a code."""
    return await _store_link(session, user_id, settings)


async def send_link(sessions: Sessions, settings: Settings, user_id: int, request_id: int) -> None:
    """Make a link and a code for the browser of the request, and send both in the language of the account.

    The work of a job, so that the answer to a request tells nobody whether there is such an account, and so that no
    token waits anywhere to be sent.
    """
    code = f"{secrets.randbelow(10**6):06}"
    code_hash = await PASSWORDS.run(hasher.hash, code)
    async with sessions.begin() as session:
        user = await session.get(User, user_id)
        if user is None:
            return
        # a request that was deleted since has no code any more
        request = await session.get(SignInRequest, request_id)
        link = await _store_link(session, user_id, settings, request.id if request else None, code_hash)
    message = mail.compose(
        "sign_in",
        user.language,
        sender=settings.mail_from,
        to=user.email,
        name=greeting_name(user.name),
        link=link,
        code=code,
        minutes=settings.link_minutes,
    )
    await asyncio.to_thread(mail.deliver, settings, message)


async def _store_link(
    session: AsyncSession,
    user_id: int,
    settings: Settings,
    request_id: int | None = None,
    code_hash: str | None = None,
) -> str:
    token = secrets.token_urlsafe(32)
    session.add(
        SignInLink(
            user_id=user_id,
            request_id=request_id,
            token_hash=token_hash_of(token),
            code_hash=code_hash,
            expires_at=datetime.now(UTC) + timedelta(minutes=settings.link_minutes),
        )
    )
    await session.flush()
    return f"{settings.origin}/sign-in?token={token}"


async def use_link(session: AsyncSession, token: str) -> int:
    """The user whom `token` signs in. Raises `LinkUsed` if it was used before, or is expired or unknown."""
    user_id = await _use(session, SignInLink.token_hash == token_hash_of(token))
    if user_id is None:
        raise LinkUsed("This link has been used or has expired. Ask for a new one.")
    return user_id


async def use_code(
    session: AsyncSession, sessions: Sessions, settings: Settings, request_token: str, email: str, code: str
) -> int:
    """The user whom the code signs in, in the browser that asked for it with `request_token`.

    For an address without an account all answers are those for a wrong code of an account.

    Raises:
        WrongCode: with `attempts_left`.
        CodeExpired: another browser asked, or too long ago; too many attempts were made, or the link was used.
        TooMany: all browsers together have entered too many wrong codes in this hour.
    """
    expired = CodeExpired("This code no longer works in this browser. Ask for a new one.")
    async with sessions.begin() as counting:  # its own transaction: a failed attempt is rolled back, its count is not
        request = (
            await counting.execute(
                sa.update(SignInRequest)
                .where(
                    SignInRequest.token_hash == token_hash_of(request_token),
                    SignInRequest.expires_at > sa.func.now(),
                    SignInRequest.attempts < settings.code_attempts,
                )
                .values(attempts=SignInRequest.attempts + 1)
                .returning(SignInRequest.id, SignInRequest.attempts)
            )
        ).one_or_none()
    if request is None:
        raise expired
    request_id, attempts = request
    await enforce_rate_limit(sessions, "wrong-code", "", settings.wrong_codes_per_hour)
    link = (
        await session.execute(
            sa.select(SignInLink.id, SignInLink.code_hash)
            .join(User)
            .where(SignInLink.request_id == request_id, User.email == email)
            .limit(1)
        )
    ).one_or_none()
    link_id, code_hash = link or (0, NOBODY)
    try:
        await PASSWORDS.run(hasher.verify, code_hash or NOBODY, code)
    except VerifyMismatchError:
        extensions = {"attempts_left": settings.code_attempts - attempts}
        raise WrongCode("This code is not right.", extensions=extensions) from None
    await refund_attempt(sessions, "wrong-code", "")
    user_id = await _use(session, SignInLink.id == link_id)
    if user_id is None:
        raise expired
    return user_id


async def _use(session: AsyncSession, which: sa.ColumnElement[bool]) -> int | None:
    """One guarded update: of any number of simultaneous uses, one finds the link unused."""
    user_id: int | None = await session.scalar(
        sa.update(SignInLink)
        .where(which, SignInLink.used_at.is_(None), SignInLink.expires_at > sa.func.now())
        .values(used_at=sa.func.now())
        .returning(SignInLink.user_id)
    )
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
