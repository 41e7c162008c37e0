"""Answers that are files."""

from typing import Any

from fastapi import Request, Response

PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ICS = "text/calendar"
NOT_MODIFIED: dict[int | str, dict[str, Any]] = {
    304: {"description": "What the client has is up to date (`If-None-Match`)"}
}


def download(data: bytes, media_type: str, name: str, etag: str | None = None) -> Response:
    """A file to save under `name` (ASCII). With an `etag` a browser keeps it, and asks whether it has changed."""
    response = Response(data, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})
    if etag is not None:
        response.headers.update(_validators(etag))
    return response


def not_modified(request: Request, etag: str) -> Response | None:
    """The answer to a client that has the file of this `etag` already; None if it does not."""
    known = {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}
    return Response(status_code=304, headers=_validators(etag)) if {f'"{etag}"', "*"} & known else None


def _validators(etag: str) -> dict[str, str]:
    return {"ETag": f'"{etag}"', "Cache-Control": "private, no-cache"}
