"""Signing in and out."""

from typing import Annotated

import sqlalchemy as sa
from fastapi import APIRouter, Depends, Request, Response

from api.accounts.me import me_response
from api.accounts.schemas import LinkRequest, Me, SignIn
from api.accounts.service import open_session, use_code, use_link
from api.core.database import Transaction
from api.core.errors import LinkUsed, NotSignedIn, TooMany, WrongCode, documented
from api.jobs import enqueue
from api.models import User, UserSession
from api.web.permissions import COOKIE, AppSettings, SessionFactory, SignedIn, cookie, token_hash_of
from api.web.rate_limit import enforce_rate_limit

router = APIRouter(prefix="/sign-in", tags=["sign-in"])


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


@router.post("/links", status_code=202, responses=documented(TooMany))
async def request_link(
    wanted: LinkRequest, request: Request, session: Transaction, sessions: SessionFactory, settings: AppSettings
) -> dict[str, str]:
    """Ask for a sign-in link and a code by mail.

    The answer is the same whether there is such an account or not, and the message is sent after it.
    """
    email = wanted.email.lower()
    await enforce_rate_limit(sessions, "link-address", _address(request), settings.links_per_hour_and_address)
    await enforce_rate_limit(sessions, "link", email, settings.links_per_hour)
    user_id = await session.scalar(sa.select(User.id).where(User.email == email))
    if user_id is not None:
        await enqueue(session, "send_sign_in_link", user_id=user_id, language=wanted.language)
    return {}


@router.post("/sessions", status_code=201, responses=documented(LinkUsed, WrongCode, TooMany))
async def sign_in(
    proof: SignIn,
    request: Request,
    response: Response,
    session: Transaction,
    sessions: SessionFactory,
    settings: AppSettings,
) -> Me:
    """Sign in with the token of a link, or with an e-mail address and the code that was sent to it."""
    if proof.token is not None:
        user_id = await use_link(session, proof.token)
    else:
        email, code = (proof.email or "").lower(), proof.code or ""
        await enforce_rate_limit(sessions, "code-address", _address(request), settings.links_per_hour_and_address)
        await enforce_rate_limit(sessions, "code", email, settings.links_per_hour * settings.code_attempts)
        user_id = await use_code(session, sessions, email, code, settings.code_attempts)
    response.set_cookie(
        COOKIE,
        await open_session(session, user_id, settings),
        max_age=settings.session_days * 24 * 3600,
        httponly=True,
        secure=settings.secure,
        samesite="lax",
    )
    return await me_response(session, await session.get_one(User, user_id))


@router.delete("/sessions/current", status_code=204, responses=documented(NotSignedIn))
async def sign_out(
    user: SignedIn, response: Response, session: Transaction, token: Annotated[str | None, Depends(cookie)]
) -> None:
    """Sign out of this browser."""
    await session.execute(
        sa.delete(UserSession).where(
            UserSession.user_id == user.id, UserSession.token_hash == token_hash_of(token or "")
        )
    )
    response.delete_cookie(COOKIE)
