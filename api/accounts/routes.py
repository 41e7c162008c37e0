"""The account that is signed in."""

from fastapi import APIRouter

from api.accounts.me import me_response
from api.accounts.schemas import Me, MePatch
from api.core.database import Transaction
from api.core.errors import NotSignedIn, documented
from api.web.permissions import SignedIn

router = APIRouter(prefix="/me", tags=["me"], responses=documented(NotSignedIn))


@router.get("")
async def read_me(user: SignedIn, session: Transaction) -> Me:
    """Who is signed in, and what they are in which events."""
    return await me_response(session, user)


@router.patch("")
async def update_me(patch: MePatch, user: SignedIn, session: Transaction) -> Me:
    """Choose the language of the page and of mails."""
    user.language = patch.language
    return await me_response(session, user)
