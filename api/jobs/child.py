"""One process beside the worker for long computations: niced, warm, and expendable.

What it runs may crash, or be killed, without harm to the worker; it dies with the worker.
"""

import importlib
import multiprocessing
import os
import queue
import signal
import threading
import time
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, NamedTuple

import structlog

from api.jobs.retry import TransientError, is_transient

Stop = Callable[[], bool]
Inbox = queue.SimpleQueue[tuple[str, str, tuple[Any, ...], threading.Event]]

_POLL = 0.1  # seconds between two looks at whether to stop
_GRACE = 0.7  # seconds in which work that is told to stop may still end by itself
_STOP = "stop"

log = structlog.get_logger()


class ChildDiedError(Exception):
    """The process ended in the middle of its work."""


class StoppedError(Exception):
    """The work went on after it was told to stop, and was killed."""


class WorkFailedError(Exception):
    """The work raised an error; the message is its class, and the log says where it happened."""


class _Failure(NamedTuple):
    """Why work failed: the class of its error, and whether the reason passes."""

    name: str
    transient: bool


class Child:
    """Runs one function at a time in another process, which stays for the next one."""

    def __init__(self, *modules: str) -> None:
        """`modules` are imported, and their `warm()` is called, ahead of the first work."""
        self._modules = modules
        self._process: BaseProcess | None = None
        self._pipe: Connection | None = None

    @property
    def pid(self) -> int | None:
        return None if self._process is None else self._process.pid

    def start(self) -> None:
        """Start the process unless it is alive; it is warm a few seconds later."""
        if self._process is not None and self._process.is_alive():
            return
        spawn = multiprocessing.get_context("spawn")
        self._pipe, theirs = spawn.Pipe()
        self._process = spawn.Process(target=_serve, args=(theirs, self._modules), daemon=True)
        self._process.start()
        theirs.close()

    def run(self, module: str, function: str, *args: Any, stop: Stop = lambda: False) -> Any:
        """The result of a module's `function(*args, stop)`, computed there; it is not imported here.

        When `stop()` turns true, the work's own `stop()` does too, and it is killed if it goes on.
        Raises `ChildDiedError`, `StoppedError`, `WorkFailedError`, and `TransientError` where the work failed for a
        reason that passes.
        """
        self.start()
        assert self._pipe is not None
        stopped_at: float | None = None
        try:
            self._pipe.send((module, function, args))
            while not self._pipe.poll(_POLL):
                if stopped_at is None and stop():
                    stopped_at = time.monotonic()
                    self._pipe.send(_STOP)
                elif stopped_at is not None and time.monotonic() > stopped_at + _GRACE:
                    self.kill()
                    raise StoppedError
            failure, result = self._pipe.recv()
        except (EOFError, OSError):
            self.kill()
            raise ChildDiedError from None
        if failure is not None:
            raise TransientError(failure.name) if failure.transient else WorkFailedError(failure.name)
        return result

    def kill(self) -> None:
        """End the process now, whatever it does."""
        if self._process is not None:
            self._process.kill()
            self._process.join()


def _serve(pipe: Connection, modules: tuple[str, ...]) -> None:
    """The process: import, then work until the worker is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the worker decides what it means
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.nice(5)  # a third of what the service gets when both want the processor
    inbox: Inbox = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(pipe, inbox), daemon=True).start()
    for module in modules:
        importlib.import_module(module).warm()
    while True:
        module, function, args, stop = inbox.get()
        try:
            answer: tuple[_Failure | None, Any] = (
                None,
                getattr(importlib.import_module(module), function)(*args, stop.is_set),
            )
        except Exception as error:
            failure = _Failure(type(error).__name__, is_transient(error))
            answer = failure, None
            # without the values in it: they may be personal
            where = "".join(traceback.format_tb(error.__traceback__))
            if failure.transient:
                log.warning("work is put off", work=f"{module}.{function}", error=type(error).__name__)
            else:
                log.error("work failed", work=f"{module}.{function}", error=type(error).__name__, where=where)
        pipe.send(answer)


def _listen(pipe: Connection, inbox: Inbox) -> None:
    """Take what the worker sends, also while work goes on; the pipe ends when the worker does."""
    stop = threading.Event()
    try:
        while True:
            message = pipe.recv()
            if message == _STOP:
                stop.set()
            else:
                stop = threading.Event()
                inbox.put((*message, stop))
    except (EOFError, OSError):
        os._exit(0)
