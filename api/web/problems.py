"""Every error of a request becomes problem details (RFC 9457), those that nobody foresaw too."""

import traceback
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.core.background import QueueFullError
from api.core.errors import TOO_LARGE, ApiError, Busy, Internal, Invalid, TooLarge
from api.core.schemas import ProblemDetail
from api.web.language import language_of
from matchmaker.locale import catalogue

MEDIA_TYPE = "application/problem+json"
log = structlog.get_logger()


def document(app: FastAPI) -> None:
    """Have the description of `app` say that problems have a media type of their own."""
    describe = app.openapi

    def openapi() -> dict[str, Any]:
        description = describe()
        for operations in description["paths"].values():
            for operation in operations.values():
                for status, response in operation["responses"].items():
                    if status >= "400":
                        (content,) = response["content"].values()
                        response["content"] = {MEDIA_TYPE: content}
        return description

    app.openapi = openapi  # type: ignore[method-assign]


def install(app: FastAPI) -> None:
    """Make every error of `app` a problem."""
    app.add_exception_handler(ApiError, _problem)
    app.add_exception_handler(QueueFullError, _busy)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_middleware(Unexpected)


def response_to(error: ApiError, scope: Scope) -> JSONResponse:
    """The answer to the request of `scope`, which `error` ended, its title in the language of the reader."""
    title = catalogue(language_of(scope)).gettext(error.title)
    return _response(error.status, error.code, title, error.detail, error.errors, error.headers, error.extensions)


def _response(
    status: int,
    code: str,
    title: str,
    detail: str,
    errors: Sequence[Mapping[str, Any]] = (),
    headers: Mapping[str, str] | None = None,
    extensions: Mapping[str, Any] | None = None,
) -> JSONResponse:
    problem = ProblemDetail(
        **(extensions or {}),
        type=f"/problems/{code}",
        title=title,
        status=status,
        detail=detail,
        code=code,
        errors=[dict(error) for error in errors] or None,
    )
    return JSONResponse(
        problem.model_dump(exclude_none=True), status, headers=dict(headers or {}), media_type=MEDIA_TYPE
    )


async def _problem(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ApiError)
    return response_to(error, request.scope)


async def _busy(request: Request, _error: Exception) -> JSONResponse:
    return response_to(Busy("Please try again in a minute.", headers={"Retry-After": "60"}), request.scope)


async def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    if error.status_code == TooLarge.status:
        return response_to(TOO_LARGE, request.scope)
    phrase = HTTPStatus(error.status_code).phrase
    code = phrase.lower().replace(" ", "-")
    return _response(error.status_code, code, phrase, str(error.detail), headers=error.headers)


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    # what was sent stays out of the answer and of the logs: it may be personal
    errors = [{"loc": list(e["loc"]), "message": e["msg"]} for e in error.errors()]
    return response_to(Invalid("Some of what was sent is not valid; see `errors`.", errors=errors), request.scope)


class Unexpected:
    """Answers what nobody foresaw with status 500, and logs where it happened.

    The message of the error stays out of the log: the database quotes the values of a row in its own. The framework
    refuses too large a body in plain text, which becomes a problem here.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = refused = False

        async def watched(message: Message) -> None:
            nonlocal started, refused
            if message.get("status") == TooLarge.status and not started:
                started = refused = True
                await response_to(TOO_LARGE, scope)(scope, receive, send)
            elif not refused:
                started = True
                await send(message)

        try:
            await self.app(scope, receive, watched)
        except Exception as error:
            frames = traceback.extract_tb(error.__traceback__)
            where = [
                f"{Path(f.filename).name}:{f.lineno} {f.name}"
                for f in frames
                if "site-packages" not in f.filename or f is frames[-1]
            ]
            log.error("request failed", method=scope.get("method"), error=type(error).__name__, where=where)
            if scope["type"] != "http" or started:
                raise
            answer = response_to(Internal("It is not your fault, and it is noted."), scope)
            await answer(scope, receive, send)
