"""Compression of texts: JSON, and the page's files. What is large is compressed in a thread, which needs no lock."""

import asyncio
import gzip

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

TYPES = frozenset({
    "application/json",
    "application/problem+json",
    "application/javascript",
    "text/javascript",
    "text/css",
    "text/html",
    "text/calendar",
    "image/svg+xml",
})  # fmt: skip
SMALL = 1024
LARGE = 256 * 1024  # takes a millisecond or two
IMMUTABLE = "/_app/immutable/"


class Compression:
    """Sends what it has whole and is a text by gzip, to clients that accept it. Streams of events pass as they are."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._files: dict[str, bytes] = {}  # files of the build, whose names change with their content

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or "gzip" not in Headers(scope=scope).get("accept-encoding", ""):
            await self.app(scope, receive, send)
            return
        start: Message | None = None
        body: list[bytes] = []

        async def compress(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start" and _compressible(message):
                start = message  # held back until the length is known
            elif start is None or message["type"] != "http.response.body":
                await send(message)
            else:
                body.append(message.get("body", b""))
                if not message.get("more_body"):
                    await self._finish(scope["path"], start, b"".join(body), send)

        await self.app(scope, receive, compress)

    async def _finish(self, path: str, start: Message, whole: bytes, send: Send) -> None:
        headers = MutableHeaders(scope=start)
        headers.add_vary_header("Accept-Encoding")
        if len(whole) >= SMALL:
            if (packed := self._files.get(path)) is None:
                kept = path.startswith(IMMUTABLE) and start["status"] == 200
                level = 9 if kept else 1
                if len(whole) < LARGE:
                    packed = gzip.compress(whole, level)
                else:
                    packed = await asyncio.to_thread(gzip.compress, whole, level)
                if kept:
                    self._files[path] = packed
            whole = packed
            headers["Content-Encoding"] = "gzip"
            headers["Content-Length"] = str(len(whole))
            if (etag := headers.get("etag", "")).startswith('"'):
                headers["ETag"] = f"W/{etag}"  # the same content in other bytes
        await send(start)
        await send({"type": "http.response.body", "body": whole})


def _compressible(start: Message) -> bool:
    headers = Headers(raw=start["headers"])
    kind = headers.get("content-type", "").partition(";")[0]
    return kind in TYPES and start["status"] not in (204, 206, 304) and "content-encoding" not in headers
