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
from typing import Any

import structlog

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


class BusyError(Exception):
    """Another process holds the lock: a worker wrongly declared dead, or its orphaned child."""


class WorkFailedError(Exception):
    """The work raised an error; the message is its class, and the log says where it happened."""


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
        Raises `ChildDiedError`, `StoppedError` and `WorkFailedError`.
        """
        self.start()
        assert self._pipe is not None
        told: float | None = None
        try:
            self._pipe.send((module, function, args))
            while not self._pipe.poll(_POLL):
                if told is None and stop():
                    told = time.monotonic()
                    self._pipe.send(_STOP)
                elif told is not None and time.monotonic() > told + _GRACE:
                    self.kill()
                    raise StoppedError
            error, result = self._pipe.recv()
        except (EOFError, OSError):
            self.kill()
            raise ChildDiedError from None
        if error is not None:
            raise WorkFailedError(error)
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
            answer: tuple[str | None, Any] = (
                None,
                getattr(importlib.import_module(module), function)(*args, stop.is_set),
            )
        except Exception as error:
            # without the values in it: they may be personal
            where = "".join(traceback.format_tb(error.__traceback__))
            log.error("work failed", work=f"{module}.{function}", error=type(error).__name__, where=where)
            answer = type(error).__name__, None
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
