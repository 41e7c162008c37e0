"""Work that must not run on the event loop, each kind with a bound of its own: none keeps another waiting.

Threads serve what is short and lets go of the interpreter's lock, such as argon2. A process serves what computes or
grows: it does one piece of work and ends, and its memory with it. `function` must be importable by its name, its
arguments and result picklable.
"""

import asyncio
import importlib
import multiprocessing
import os
import resource
import signal
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import structlog

P = ParamSpec("P")
R = TypeVar("R")

PRELOADED = (
    "api.schedules.documents",
    "api.agendas.printing",
    "api.imports.export",
    "matchmaker.documents",
)
"""What the processes share by being forked from one that has imported it: they start in some 10 ms."""

log = structlog.get_logger()
_context = multiprocessing.get_context("forkserver")
_running: set[BaseProcess] = set()
_lock = threading.Lock()


class QueueFullError(Exception):
    """So much of this kind waits that the work did not begin in time."""


class ProcessDiedError(Exception):
    """The process ended in the middle of its work, for lack of memory perhaps."""


class ProcessTimeoutError(Exception):
    """The process took longer than its kind may, and was killed."""


class Threads:
    """At most `size` threads for one kind of work."""

    def __init__(self, name: str, size: int) -> None:
        self._pool = ThreadPoolExecutor(size, thread_name_prefix=name)

    async def run(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """The result of `function`, called in one of the threads."""
        return await asyncio.wrap_future(self._pool.submit(function, *args, **kwargs))


class Processes:
    """At most `size` processes at a time for one kind of work, each for one piece of it.

    A piece that has not begun after `patience` seconds never does; one that runs longer than `limit` seconds is
    killed; `memory` bounds its address space in bytes (None: no bound).
    """

    def __init__(self, name: str, size: int, *, patience: float, limit: float, memory: int | None = None) -> None:
        self._pool = ThreadPoolExecutor(size, thread_name_prefix=name)  # its threads only wait
        self._patience, self._limit, self._memory = patience, limit, memory

    async def run(self, function: Callable[..., R], *args: Any) -> R:
        """The result of `function(*args)`, computed in a process.

        Raises `QueueFullError`, `ProcessDiedError`, `ProcessTimeoutError`, and what `function` raises.
        """
        future = self._pool.submit(run_in_process, function, *args, limit=self._limit, memory=self._memory)
        waiting = asyncio.wrap_future(future)
        await asyncio.wait({waiting}, timeout=self._patience)
        if not waiting.done() and future.cancel():
            raise QueueFullError
        return await waiting


def run_in_process(function: Callable[..., R], *args: Any, limit: float, memory: int | None = None) -> R:
    """As `Processes.run`, without a bound on how many run at once; blocks its thread."""
    _context.set_forkserver_preload(list(PRELOADED))
    ours, theirs = _context.Pipe(duplex=False)
    process = _context.Process(
        target=_work, args=(theirs, function.__module__, function.__qualname__, args, memory), daemon=True
    )
    with ours:
        with _lock:
            process.start()
            _running.add(process)
        theirs.close()
        try:
            if not ours.poll(limit):
                raise ProcessTimeoutError
            result, error = ours.recv()
        except (EOFError, OSError):
            raise ProcessDiedError from None
        finally:
            process.kill()
            process.join()
            with _lock:
                _running.discard(process)
            process.close()
    if error is not None:
        raise error
    done: R = result
    return done


def warm() -> None:
    """Start the process from which the others are forked; it imports while this one goes on."""
    _context.set_forkserver_preload(list(PRELOADED))
    forkserver.ensure_running()


def end() -> None:
    """Kill what is still at work: the server ends."""
    with _lock:
        for process in _running:
            process.kill()


def _work(pipe: Connection, module: str, name: str, args: tuple[Any, ...], memory: int | None) -> None:
    os.nice(5)  # who waits for a page goes first
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides what it means
    if memory is not None:
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    answer: tuple[Any, Exception | None]
    try:
        answer = getattr(importlib.import_module(module), name)(*args), None
    except Exception as error:
        frames = traceback.extract_tb(error.__traceback__)
        where = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames[1:]]
        log.info("work raised", work=f"{module}.{name}", error=type(error).__name__, where=where)
        answer = None, error
    pipe.send(answer)


PASSWORDS = Threads("passwords", 2)
"""Hashing of sign-in codes: nothing else may keep anybody from signing in."""
DOCUMENTS = Processes("documents", 2, patience=60, limit=600)
"""PDF files and workbooks."""
CHECKS = Processes("checks", 1, patience=30, limit=120)
"""Looking through a whole event in the middle of a request."""
