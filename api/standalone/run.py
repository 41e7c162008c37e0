"""The processes of the service: the server, and `run`, which starts all there is on one machine."""

import asyncio
import gc
import multiprocessing
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NoReturn

import structlog
import uvicorn
from fastapi import FastAPI

from api.app import create_app
from api.core import logs
from api.core.database import migrate
from api.jobs.worker import work
from api.settings import Settings
from api.standalone.demo import Welcome, welcome
from api.standalone.postgres import postgres

log = structlog.get_logger()


class PortTakenError(Exception):
    """Another program listens there."""


def application() -> FastAPI:
    """The application as the environment sets it; for servers that start several processes."""
    logs.configure()
    _end_with_parent()
    return _prepared(Settings())


def _prepared(settings: Settings) -> FastAPI:
    """The application, ready to answer its first request as fast as any other."""
    app = create_app(settings)
    app.openapi()  # builds the routes too, which FastAPI otherwise does in the first request: half a second
    gc.collect()
    gc.freeze()  # looking through the modules' 300,000 objects for garbage stops every thread for 200 ms
    gc.set_threshold(10_000, 10, 50)  # and through the 350,000 of a large import for 60 ms: not while it goes on
    sys.setswitchinterval(0.001)  # the loop gets the interpreter back from a thread that computes in 1 ms instead of 5
    return app


def _end_with_parent() -> None:
    """End this process of a server when the one that started it dies: nobody else would."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def follow() -> None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=follow, daemon=True).start()


def serve(host: str, port: int, processes: int) -> None:
    """Serve page and API until SIGTERM or SIGINT; `database_url` must be set."""
    uvicorn.run("api.standalone.run:application", factory=True, host=host, port=port, workers=processes, **_UVICORN)


# an access log would hold sign-in links; a reverse proxy can keep one without the query
_UVICORN: dict[str, Any] = {
    "log_config": None,
    "access_log": False,
    "server_header": False,
    "timeout_graceful_shutdown": 3,
}


def run(settings: Settings, data: Path, port: int, say: Callable[[Welcome], None]) -> None:
    """Everything on this machine, until SIGTERM or SIGINT: database, page, API and a worker.

    The database is that of `settings` or else an embedded one in `data`. An empty one gets the sample event, and a
    schedule of it. `say` is called as soon as people can come. Raises `PortTakenError`.
    """
    signal.signal(signal.SIGTERM, _end)
    with ExitStack() as stack:
        listening = stack.enter_context(_listen(port))
        url = settings.database_url or stack.enter_context(postgres(data / "postgresql"))
        settings = settings.model_copy(update={"database_url": url, "origin": f"http://127.0.0.1:{port}"})
        migrate(url)
        greeting = asyncio.run(welcome(url, settings))
        stack.enter_context(_worker(url, settings))
        server = _Server(uvicorn.Config(_prepared(settings), **_UVICORN), lambda: say(greeting))
        server.run(sockets=[listening])


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()


def _end(*_: object) -> NoReturn:
    raise SystemExit(0)


@contextmanager
def _listen(port: int) -> Iterator[socket.socket]:
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind(("127.0.0.1", port))
        except OSError as error:
            raise PortTakenError(f"port {port} cannot be used ({error.strerror}): choose another with --port") from None
        yield listening


@contextmanager
def _worker(url: str, settings: Settings) -> Iterator[None]:
    """A worker in a process of its own, started again should it end."""
    spawn, ending = multiprocessing.get_context("spawn"), threading.Event()

    def start() -> multiprocessing.process.BaseProcess:
        process = spawn.Process(target=work, args=(url, settings))
        process.start()
        return process

    process = start()

    def keep() -> None:
        nonlocal process
        while not ending.is_set():
            process.join()
            if not ending.wait(1):
                log.error("the worker ended and is started again", code=process.exitcode)
                process = start()

    keeper = threading.Thread(target=keep, daemon=True)
    keeper.start()
    try:
        yield
    finally:
        ending.set()
        process.terminate()
        process.join(10)
        process.kill()
