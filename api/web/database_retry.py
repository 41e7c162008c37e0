"""What another attempt mends is done again once, and what the database still refuses has an answer below 500.

A transaction that lost a deadlock or a serialization conflict was rolled back as a whole, so the whole request is
served again: its dependencies anew, in a new session, from the body that was already read.
"""

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.core.database_errors import ROLLED_BACK, driver_error_of, problem_of
from api.web.problems import response_to
from api.web.uploads import BODY_BYTES

log = structlog.get_logger()


class DatabaseRetry:
    """Serves a request again where that helps, and answers what the database refuses."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        body, before, started = _Body(receive), dict(scope), False

        async def watched(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        for attempt in (1, 2):
            try:
                await self.app(scope, body.read_from_start(), watched)
            except Exception as error:
                problem = problem_of(error)
                if problem is None or started:
                    raise
                state = getattr(driver_error_of(error), "sqlstate", None)
                again = attempt == 1 and state in ROLLED_BACK and body.kept
                log.warning("database error", error=type(error).__name__, sqlstate=state, retried=again)
                if not again:
                    await response_to(problem, scope)(scope, receive, send)
                    return
                scope.clear()
                scope.update(before)
            else:
                return


class _Body:
    """The messages of a request, which can be read again from the first one unless they are larger than `BODY_BYTES`.

    Larger ones are files, which would fill the memory. Imports do their transactions again themselves.
    """

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._messages: list[Message] = []
        self._size = 0
        self.kept = True

    def read_from_start(self) -> Receive:
        position = 0

        async def receive() -> Message:
            nonlocal position
            if position == len(self._messages):
                message = await self._receive()
                if message["type"] != "http.request":
                    return message
                self._size += len(message.get("body", b""))
                if self._size > BODY_BYTES:
                    self.kept = False
                    self._messages.clear()
                    position = 0
                    return message
                self._messages.append(message)
            position += 1
            return self._messages[position - 1]

        return receive
