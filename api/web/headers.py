"""Headers on every answer, what may be sent from where, and a line in the log for each request."""

import hashlib
import re
import time
from base64 import b64encode
from pathlib import Path
from urllib.parse import urlsplit

import structlog
from fastapi import Request
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.core.database import SAFE_METHODS
from api.core.errors import CrossSite
from api.settings import Settings

DOCS = "/api/v1/docs"
log = structlog.get_logger("request")


async def same_site_only(request: Request) -> None:
    """Refuse what another site makes a signed-in browser send: by Sec-Fetch-Site, or by Origin in older browsers.

    A client that is not a browser sends neither, and carries no cookie that somebody else could use.
    """
    if request.method in SAFE_METHODS:
        return
    settings: Settings = request.app.state.settings
    if site := request.headers.get("sec-fetch-site"):
        allowed = site in ("same-origin", "none")
    elif origin := request.headers.get("origin"):
        allowed = origin == settings.origin or urlsplit(origin).netloc == request.headers.get("host")
    else:
        allowed = True
    if not allowed:
        raise CrossSite("This can only be done from the page itself.")


def content_security_policy(page: Path) -> str:
    """A policy that allows the page's own files, and the inline scripts that its build wrote into `index.html`."""
    index = page / "index.html"
    scripts = (
        re.findall(r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", index.read_text(), re.S) if index.exists() else []
    )
    hashes = [f"'sha256-{b64encode(hashlib.sha256(script.encode()).digest()).decode()}'" for script in scripts]
    return _policy(" ".join(["'self'", *hashes]))


def _policy(scripts: str) -> str:
    return (
        f"default-src 'self'; script-src {scripts}; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
        "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
    )


class Headers:
    """Adds the security and cache headers, and logs each request without anything personal in it."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.policy = content_security_policy(settings.page_folder)
        self.headers = {
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "same-origin",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Permissions-Policy": "camera=(self), geolocation=(), microphone=()",
        }
        if settings.secure:
            self.headers["Strict-Transport-Security"] = "max-age=31536000"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started, path = time.perf_counter(), scope["path"]

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(self.headers)
                headers.setdefault("Content-Security-Policy", _docs_policy(path) or self.policy)
                headers.setdefault("Cache-Control", _cache(path))
                route = getattr(scope.get("route"), "path", None)  # the pattern: a path may name somebody
                if path.startswith("/api/"):
                    milliseconds = round(1000 * (time.perf_counter() - started), 1)
                    log.info("answered", method=scope["method"], route=route, status=message["status"], ms=milliseconds)
            await send(message)

        await self.app(scope, receive, send_with_headers)


def _docs_policy(path: str) -> str | None:
    """The documentation of the API starts with an inline script that FastAPI writes."""
    return _policy("'self' 'unsafe-inline'") if path == DOCS else None


def _cache(path: str) -> str:
    if path.startswith("/_app/immutable/"):
        return "public, max-age=31536000, immutable"
    return "no-store" if path.startswith("/api/") else "no-cache"
