"""Files that are sent to the API."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from api.web.permissions import require_session


class UploadRoute(APIRoute):
    """Turns strangers away before it reads their file: FastAPI reads the body first and resolves dependencies then."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler = super().get_route_handler()

        async def handle(request: Request) -> Response:
            if request.headers.get("content-type", "").startswith("multipart/"):
                await require_session(request)
            return await handler(request)

        return handle
