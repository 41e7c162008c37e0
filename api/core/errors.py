"""What can go wrong, each kind with its status and code. `api.web.problems` answers it (RFC 9457)."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from api.core.schemas import ProblemDetail


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
