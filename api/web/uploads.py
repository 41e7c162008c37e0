"""Files are read for those who are signed in only: the framework reads a body before it asks who sent it."""

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from api.core.errors import NotSignedIn
from api.web.permissions import COOKIE, user_of_token


class RefuseAnonymousUploads:
    """Answers an upload without a valid session before its body is read."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            request = Request(scope)
            if request.headers.get("content-type", "").lower().startswith("multipart/"):
                async with scope["app"].state.sessions.begin() as session:
                    user = await user_of_token(session, request.cookies.get(COOKIE))
                if user is None:
                    await NotSignedIn("Sign in first.", headers={"WWW-Authenticate": "Cookie"}).response()(
                        scope, receive, send
                    )
                    return
        await self.app(scope, receive, send)
