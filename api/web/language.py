"""The language in which a reader gets the sentences of an answer."""

import re
from typing import Annotated

from fastapi import Depends, Header
from starlette.datastructures import Headers
from starlette.types import Scope

from api.core.membership import user_of_token
from api.web.dependencies import Transaction
from api.web.permissions import SessionToken
from matchmaker.locale import LANGUAGES, SOURCE

_RANGE = re.compile(r"\s*([a-z]{2,3})(?:-[a-z0-9-]+)?\s*(?:;\s*q=([01](?:\.\d{1,3})?))?\s*", re.IGNORECASE)


def accepted_language(header: str) -> str | None:
    """The language of the server that an Accept-Language header (RFC 9110) prefers; None where it names none."""
    best, quality = None, 0.0
    for part in header[:1000].split(","):
        match = _RANGE.fullmatch(part)
        if match and match[1].lower() in LANGUAGES and float(match[2] or 1) > quality:
            best, quality = match[1].lower(), float(match[2] or 1)
    return best


def language_of(scope: Scope) -> str:
    """The language of an answer that cannot ask the database whose account it is: Accept-Language, else English."""
    return accepted_language(Headers(scope=scope).get("accept-language", "")) or SOURCE


async def _reader_language(
    session: Transaction,
    token: SessionToken,
    accept_language: Annotated[
        str, Header(description="The language of sentences in the answer (RFC 9110); without it, the account's.")
    ] = "",
) -> str:
    if (accepted := accepted_language(accept_language)) is not None:
        return accepted
    user = await user_of_token(session, token)
    return user.language if user is not None and user.language in LANGUAGES else SOURCE


ReaderLanguage = Annotated[str, Depends(_reader_language)]
"""What the request asks for (Accept-Language), else the language of the account, else English."""
