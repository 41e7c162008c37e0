"""Signing in and out, and the account that is signed in."""

from datetime import timedelta

import sqlalchemy as sa
from fastapi import APIRouter, Request, Response

from api.accounts.me import me_response
from api.accounts.schemas import LinkRequest, Me, MePatch, Session, SignIn
from api.accounts.service import open_session, open_sign_in_request, use_code, use_link
from api.core.errors import CodeExpired, LinkUsed, NotFound, NotSignedIn, TooMany, WrongCode, documented
from api.core.membership import token_hash_of
from api.core.rate_limit import enforce_rate_limit
from api.jobs import enqueue
from api.models import Participant, User, UserSession
from api.settings import Settings
from api.web.dependencies import ClientNetwork, Transaction
from api.web.permissions import (
    AppSettings,
    Id,
    SessionFactory,
    SessionToken,
    SignedIn,
    cookie_name,
    session_cookie_name,
)

router = APIRouter()


def _sign_in_cookie_name(settings: Settings) -> str:
    return cookie_name("matchmaker_sign_in", settings)


def _set_cookie(response: Response, settings: Settings, name: str, value: str, lifetime: timedelta) -> None:
    response.set_cookie(
        name, value, max_age=int(lifetime.total_seconds()), httponly=True, secure=settings.secure, samesite="lax"
    )


def _delete_cookie(response: Response, settings: Settings, name: str) -> None:
    response.delete_cookie(name, httponly=True, secure=settings.secure, samesite="lax")


@router.post("/sign-in/links", tags=["sign-in"], status_code=202, responses=documented(TooMany))
async def request_link(
    link_request: LinkRequest,
    network: ClientNetwork,
    response: Response,
    session: Transaction,
    sessions: SessionFactory,
    settings: AppSettings,
) -> dict[str, str]:
    """Ask for a sign-in link and a code by mail, in the language of the account.

    The answer is the same whether there is such an account or not, and the message is sent after it. It sets a cookie:
    the link works on any device, the code only in this browser.
    """
    email = link_request.email.lower()
    await enforce_rate_limit(sessions, "link-address", network, settings.links_per_hour_and_address)
    await enforce_rate_limit(sessions, "link", email, settings.links_per_hour)
    request_id, token = await open_sign_in_request(session, settings)
    user_id = await session.scalar(sa.select(User.id).where(User.email == email))
    if user_id is not None:
        await enqueue(session, "send_sign_in_link", user_id=user_id, request_id=request_id)
    _set_cookie(response, settings, _sign_in_cookie_name(settings), token, timedelta(minutes=settings.link_minutes))
    return {}


@router.post(
    "/sign-in/sessions",
    tags=["sign-in"],
    status_code=201,
    responses=documented(LinkUsed, CodeExpired, WrongCode, TooMany),
)
async def sign_in(
    proof: SignIn,
    request: Request,
    network: ClientNetwork,
    response: Response,
    session: Transaction,
    sessions: SessionFactory,
    settings: AppSettings,
) -> Me:
    """Sign in with the token of a link, or with an e-mail address and the code that this browser asked for.

    `wrong-code` carries `attempts_left`, `too-many` the time `retry_at`.
    """
    if proof.token is not None:
        user_id = await use_link(session, proof.token)
    else:
        email, code = (proof.email or "").lower(), proof.code or ""
        await enforce_rate_limit(sessions, "code-address", network, settings.links_per_hour_and_address)
        request_token = request.cookies.get(_sign_in_cookie_name(settings), "")
        user_id = await use_code(session, sessions, settings, request_token, email, code)
    token = await open_session(session, user_id, settings)
    _set_cookie(response, settings, session_cookie_name(settings), token, timedelta(days=settings.session_days))
    _delete_cookie(response, settings, _sign_in_cookie_name(settings))
    return await me_response(session, await session.get_one(User, user_id))


@router.delete("/sign-in/sessions/current", tags=["sign-in"], status_code=204, responses=documented(NotSignedIn))
async def sign_out(
    user: SignedIn, response: Response, session: Transaction, settings: AppSettings, token: SessionToken
) -> None:
    """Sign out of this browser."""
    await session.execute(
        sa.delete(UserSession).where(
            UserSession.user_id == user.id, UserSession.token_hash == token_hash_of(token or "")
        )
    )
    _delete_cookie(response, settings, session_cookie_name(settings))


@router.get("/me", tags=["me"], responses=documented(NotSignedIn))
async def read_me(user: SignedIn, session: Transaction) -> Me:
    """Who is signed in, and what they are in which events."""
    return await me_response(session, user)


@router.patch("/me", tags=["me"], responses=documented(NotSignedIn))
async def update_me(patch: MePatch, user: SignedIn, session: Transaction) -> Me:
    """Choose the language of the page, of mails, and of agendas and calendars."""
    user.language = patch.language
    await session.execute(
        sa.update(Participant)
        .where(Participant.user_id == user.id, Participant.language != patch.language)
        .values(language=patch.language, version=Participant.version + 1)
    )
    return await me_response(session, user)


@router.get("/me/sessions", tags=["me"], responses=documented(NotSignedIn))
async def list_sessions(user: SignedIn, session: Transaction, token: SessionToken) -> list[Session]:
    """The browsers in which this account is signed in, the latest first; at most 100."""
    rows = await session.scalars(
        sa.select(UserSession)
        .where(UserSession.user_id == user.id, UserSession.expires_at > sa.func.now())
        .order_by(UserSession.id.desc())
        .limit(100)
    )
    current = token_hash_of(token or "")
    return [
        Session(id=row.id, created_at=row.created_at, expires_at=row.expires_at, current=row.token_hash == current)
        for row in rows
    ]


@router.delete("/me/sessions/{session_id}", tags=["me"], status_code=204, responses=documented(NotSignedIn, NotFound))
async def revoke_session(session_id: Id, user: SignedIn, session: Transaction) -> None:
    """Sign another browser out."""
    revoked = await session.scalar(
        sa.delete(UserSession)
        .where(UserSession.id == session_id, UserSession.user_id == user.id)
        .returning(UserSession.id)
    )
    if revoked is None:
        raise NotFound("There is no such session of yours.")


@router.delete("/me/sessions", tags=["me"], status_code=204, responses=documented(NotSignedIn))
async def sign_out_everywhere(user: SignedIn, response: Response, session: Transaction, settings: AppSettings) -> None:
    """Sign out of every browser, this one included."""
    await session.execute(sa.delete(UserSession).where(UserSession.user_id == user.id))
    _delete_cookie(response, settings, session_cookie_name(settings))
