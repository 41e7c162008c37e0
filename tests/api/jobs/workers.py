"""Worker processes, as `matchmaker worker` starts them."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TypeVar

import psutil

T = TypeVar("T")
WORKER = [sys.executable, "-c", "from api.cli.main import app; app()", "worker"]


@contextmanager
def worker(url: str) -> Iterator[psutil.Popen]:
    """A worker of the database at `url`; gone in the end, whatever it does."""
    # the model that is read fastest, since every worker reads it again
    process = psutil.Popen(WORKER, env=os.environ | {"MATCHMAKER_DATABASE_URL": url, "MATCHMAKER_EMBEDDER": "use"})
    try:
        yield process
    finally:
        family = [*process.children(recursive=True), process] if process.is_running() else []
        for member in reversed(family):
            with suppress(psutil.NoSuchProcess, psutil.TimeoutExpired):
                member.terminate()
                member.wait(15)
        for member in family:
            with suppress(psutil.NoSuchProcess):
                member.kill()


def until(true: Callable[[], T | None]) -> T:
    """The first true answer; fails after two minutes, for machines that test are busy."""
    deadline = time.monotonic() + 120
    while not (answer := true()):
        assert time.monotonic() < deadline, f"waited in vain for {getattr(true, '__name__', true)}"
        time.sleep(0.1)
    return answer
