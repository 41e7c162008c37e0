"""Answers that are files."""

from fastapi import Response

PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ICS = "text/calendar"


def download(data: bytes, media_type: str, name: str) -> Response:
    """A file to save under `name` (ASCII)."""
    return Response(data, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})
