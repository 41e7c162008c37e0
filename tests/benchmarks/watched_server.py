"""A server whose loop notes its own pauses: `python -P watched_server.py PORT`, the source tree in PYTHONPATH.

GET /pauses: the longest since the last time it was asked for, in seconds. The loop's task wakes every 5 ms, and
notes by how much it came too late.
"""

import asyncio
import sys
import time
from typing import Any

import uvicorn

TICK = 0.005


class Pauses:
    """The longest time by which a task of the running loop woke too late, in seconds."""

    def __init__(self) -> None:
        self.longest = 0.0

    async def watch(self) -> None:
        """Note pauses until cancelled."""
        while True:
            began = time.perf_counter()
            await asyncio.sleep(TICK)
            self.longest = max(self.longest, time.perf_counter() - began - TICK)

    def reset(self) -> float:
        """The longest pause up to now; the next is measured from here."""
        longest, self.longest = self.longest, 0.0
        return longest


class WatchedServer:
    """The application, and beside it the pauses of its loop."""

    def __init__(self, application: Any) -> None:
        self._application, self._pauses = application, Pauses()
        self._watching: asyncio.Task[None] | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope.get("path") != "/pauses":
            await self._application(scope, receive, send)
            return
        self._watching = self._watching or asyncio.create_task(self._pauses.watch())
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": str(self._pauses.reset()).encode()})


if __name__ == "__main__":
    from api.standalone.run import application

    uvicorn.run(WatchedServer(application()), port=int(sys.argv[1]), log_config=None, access_log=False)
