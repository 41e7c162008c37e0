"""What is sent to the API: how large it may be, and who may send files."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from api.web.permissions import require_session

BODY_BYTES = 1024 * 1024
"""The largest body of a request, unless its route takes files (`max_body_size`)."""
LOGO_BYTES = 512 * 1024
WORKBOOK_BYTES = 20 * 1024 * 1024
"""What a workbook may unpack to is limited in `matchmaker.intake.archive`."""


class UploadRoute(APIRoute):
    """Turns strangers away before it reads their file: FastAPI reads the body first and resolves dependencies then."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler = super().get_route_handler()

        async def handle(request: Request) -> Response:
            if request.headers.get("content-type", "").startswith("multipart/"):
                await require_session(request)
            return await handler(request)

        return handle
