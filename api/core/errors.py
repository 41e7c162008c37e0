"""What can go wrong, each kind with its status and code, answered as problem details (RFC 9457)."""

import traceback
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any, ClassVar

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.core.background import QueueFullError
from api.core.schemas import ProblemDetail

MEDIA_TYPE = "application/problem+json"
log = structlog.get_logger()


class ApiError(Exception):
    """Raised anywhere in a request, it ends it: the transaction is rolled back and the problem is the answer."""

    status: ClassVar[int]
    code: ClassVar[str]
    title: ClassVar[str]

    def __init__(
        self,
        detail: str,
        *,
        errors: Sequence[Mapping[str, Any]] = (),
        headers: Mapping[str, str] | None = None,
        extensions: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail, self.errors, self.headers, self.extensions = detail, errors, headers, extensions

    def response(self) -> JSONResponse:
        return _response(self.status, self.code, self.title, self.detail, self.errors, self.headers, self.extensions)


class BadRequest(ApiError):
    status, code, title = 400, "bad-request", "Malformed request"


class NotSignedIn(ApiError):
    status, code, title = 401, "not-signed-in", "Not signed in"


class Forbidden(ApiError):
    status, code, title = 403, "forbidden", "Not allowed"


class CrossSite(ApiError):
    status, code, title = 403, "cross-site", "Sent from another site"


class NotFound(ApiError):
    status, code, title = 404, "not-found", "Not found"


NOT_YOURS = "It does not exist, or it is not yours to see."
"""The detail of every `NotFound` of something that is named by its number alone: which of the two stays unsaid."""


class Conflict(ApiError):
    status, code, title = 409, "conflict", "Changed at the same time"


class Gone(ApiError):
    status, code, title = 409, "gone", "Something this refers to no longer exists"


class VersionConflict(ApiError):
    """`If-Match` named another version than the stored one, which the member `current` of the answer holds."""

    status, code, title = 409, "version-conflict", "Changed elsewhere in the meantime"


class AlreadyRequested(ApiError):
    status, code, title = 409, "already-requested", "Already requested"


class AlreadyAnswered(ApiError):
    status, code, title = 409, "already-answered", "Already answered"


class NotAllowed(ApiError):
    status, code, title = 409, "not-allowed", "These two may not meet"


class InUse(ApiError):
    status, code, title = 409, "in-use", "Meetings depend on it"


class ScheduleRunning(ApiError):
    status, code, title = 409, "schedule-running", "A schedule is being made"


class NotRunning(ApiError):
    status, code, title = 409, "not-running", "The schedule is not being made"


class NotADraft(ApiError):
    status, code, title = 409, "not-a-draft", "Only a draft can be published"


class ScheduleOutdated(ApiError):
    status, code, title = 409, "schedule-outdated", "The event has changed since this schedule was made"


class DocumentsInProgress(ApiError):
    status, code, title = 409, "documents-in-progress", "The agendas are not made yet"


class ProposalsRunning(ApiError):
    status, code, title = 409, "proposals-running", "Proposals are being made"


class ProposalsClosed(ApiError):
    status, code, title = 409, "proposals-closed", "Not possible in the state of these proposals"


class OtherEvent(ApiError):
    status, code, title = 409, "other-event", "This file seems to be of another event"


class ImportInUse(ApiError):
    status, code, title = 409, "import-in-use", "The import can no longer be undone"


class ImportBusy(ApiError):
    status, code, title = 409, "import-busy", "The event is being changed elsewhere"


class NoReranker(ApiError):
    status, code, title = 409, "no-reranker", "This installation has no reranker"


class NoSlots(ApiError):
    status, code, title = 409, "no-slots", "The event has no slots yet"


class LinkUsed(ApiError):
    status, code, title = 410, "link-used", "Link used or expired"


class CodeExpired(ApiError):
    status, code, title = 410, "code-expired", "Code no longer valid"


class TooLarge(ApiError):
    status, code, title = 413, "too-large", "Too large"


TOO_LARGE = TooLarge("This is more than is taken here.")


class WrongCode(ApiError):
    status, code, title = 422, "wrong-code", "Wrong code"


class Invalid(ApiError):
    status, code, title = 422, "invalid", "Not valid"


class InvalidWorkbook(ApiError):
    status, code, title = 422, "invalid-workbook", "The workbook has errors"


class TooMany(ApiError):
    status, code, title = 429, "too-many", "Too many attempts"


class Unavailable(ApiError):
    status, code, title = 503, "unavailable", "Not possible for the moment"


class Busy(ApiError):
    status, code, title = 503, "busy", "Too much to do at once"


def documented(*problems: type[ApiError]) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that may raise `problems`."""
    by_status: dict[int | str, dict[str, Any]] = {}
    for problem in problems:
        entry = by_status.setdefault(problem.status, {"model": ProblemDetail, "description": ""})
        entry["description"] = ", ".join(filter(None, [entry["description"], f"{problem.title} (`{problem.code}`)"]))
    return by_status


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


async def _problem(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ApiError)
    return error.response()


async def _busy(_request: Request, _error: Exception) -> JSONResponse:
    return Busy("Please try again in a minute.", headers={"Retry-After": "60"}).response()


async def _http(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    if error.status_code == TooLarge.status:
        return TOO_LARGE.response()
    phrase = HTTPStatus(error.status_code).phrase
    code = phrase.lower().replace(" ", "-")
    return _response(error.status_code, code, phrase, str(error.detail), headers=error.headers)


async def _invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    # what was sent stays out of the answer and of the logs: it may be personal
    errors = [{"loc": list(e["loc"]), "message": e["msg"]} for e in error.errors()]
    return Invalid("Some of what was sent is not valid; see `errors`.", errors=errors).response()


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
                await TOO_LARGE.response()(scope, receive, send)
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
            answer = _response(500, "internal", "Something went wrong here", "It is not your fault, and it is noted.")
            await answer(scope, receive, send)
