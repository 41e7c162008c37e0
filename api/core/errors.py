"""What can go wrong, each kind with its status and code. `api.web.problems` answers it (RFC 9457)."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from api.core.schemas import ProblemDetail
from matchmaker.locale import gettext_noop


class ApiError(Exception):
    """Raised anywhere in a request, it ends it: the transaction is rolled back and the problem is the answer.

    `code` and `title` are the kind of error; the title is a message of the catalogues, which people read in their
    language. `detail` tells those who write clients, in English, what this one is about.
    """

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


class BadRequest(ApiError):
    status, code, title = 400, "bad-request", gettext_noop("Malformed request")


class NotSignedIn(ApiError):
    status, code, title = 401, "not-signed-in", gettext_noop("Not signed in")


class Forbidden(ApiError):
    status, code, title = 403, "forbidden", gettext_noop("Not allowed")


class CrossSite(ApiError):
    status, code, title = 403, "cross-site", gettext_noop("Sent from another site")


class NotFound(ApiError):
    status, code, title = 404, "not-found", gettext_noop("Not found")


NOT_YOURS = "It does not exist, or it is not yours to see."
"""The detail of every `NotFound` of something that is named by its number alone: which of the two stays unsaid."""


class Conflict(ApiError):
    status, code, title = 409, "conflict", gettext_noop("Changed at the same time")


class Gone(ApiError):
    status, code, title = 409, "gone", gettext_noop("Something this refers to no longer exists")


class VersionConflict(ApiError):
    """`If-Match` named another version than the stored one, which the member `current` of the answer holds."""

    status, code, title = 409, "version-conflict", gettext_noop("Changed elsewhere in the meantime")


class AlreadyRequested(ApiError):
    status, code, title = 409, "already-requested", gettext_noop("Already requested")


class AlreadyAnswered(ApiError):
    status, code, title = 409, "already-answered", gettext_noop("Already answered")


class NotAllowed(ApiError):
    status, code, title = 409, "not-allowed", gettext_noop("These two may not meet")


class InUse(ApiError):
    status, code, title = 409, "in-use", gettext_noop("Meetings depend on it")


class ScheduleRunning(ApiError):
    status, code, title = 409, "schedule-running", gettext_noop("A schedule is being made")


class NotRunning(ApiError):
    status, code, title = 409, "not-running", gettext_noop("The schedule is not being made")


class NotADraft(ApiError):
    status, code, title = 409, "not-a-draft", gettext_noop("Only a draft can be published")


class ScheduleOutdated(ApiError):
    status, code, title = 409, "schedule-outdated", gettext_noop("The event has changed since this schedule was made")


class DocumentsInProgress(ApiError):
    status, code, title = 409, "documents-in-progress", gettext_noop("The agendas are not made yet")


class ProposalsRunning(ApiError):
    status, code, title = 409, "proposals-running", gettext_noop("Proposals are being made")


class ProposalsClosed(ApiError):
    status, code, title = 409, "proposals-closed", gettext_noop("Not possible in the state of these proposals")


class OtherEvent(ApiError):
    status, code, title = 409, "other-event", gettext_noop("This file seems to be of another event")


class ImportInUse(ApiError):
    status, code, title = 409, "import-in-use", gettext_noop("The import can no longer be undone")


class ImportBusy(ApiError):
    status, code, title = 409, "import-busy", gettext_noop("The event is being changed elsewhere")


class NoReranker(ApiError):
    status, code, title = 409, "no-reranker", gettext_noop("No model reads pairs on this installation")


class NoSlots(ApiError):
    status, code, title = 409, "no-slots", gettext_noop("The event has no slots yet")


class LinkUsed(ApiError):
    status, code, title = 410, "link-used", gettext_noop("Link used or expired")


class CodeExpired(ApiError):
    status, code, title = 410, "code-expired", gettext_noop("Code no longer valid")


class TooLarge(ApiError):
    status, code, title = 413, "too-large", gettext_noop("Too large")


TOO_LARGE = TooLarge("This is more than is taken here.")


class WrongCode(ApiError):
    status, code, title = 422, "wrong-code", gettext_noop("Wrong code")


class Invalid(ApiError):
    status, code, title = 422, "invalid", gettext_noop("Not valid")


class InvalidWorkbook(ApiError):
    status, code, title = 422, "invalid-workbook", gettext_noop("The workbook has errors")


class TooMany(ApiError):
    status, code, title = 429, "too-many", gettext_noop("Too many attempts")


class TooManyOpen(ApiError):
    status, code, title = 429, "too-many-open", gettext_noop("Too many requests without an answer")


class Unavailable(ApiError):
    status, code, title = 503, "unavailable", gettext_noop("Not possible for the moment")


class Busy(ApiError):
    status, code, title = 503, "busy", gettext_noop("Too much to do at once")


class Internal(ApiError):
    status, code, title = 500, "internal", gettext_noop("Something went wrong here")


def documented(*problems: type[ApiError]) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that may raise `problems`."""
    by_status: dict[int | str, dict[str, Any]] = {}
    for problem in problems:
        entry = by_status.setdefault(problem.status, {"model": ProblemDetail, "description": ""})
        entry["description"] = ", ".join(filter(None, [entry["description"], f"{problem.title} (`{problem.code}`)"]))
    return by_status
