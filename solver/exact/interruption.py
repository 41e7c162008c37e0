"""Ending a solver of OR-Tools from outside."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

LOOK = 0.05  # seconds between two looks at whether to stop


@contextmanager
def interrupted_by(stop: Callable[[], bool], interrupt: Callable[[], object]) -> Iterator[None]:
    """While inside, calls `interrupt` from another thread whenever `stop` says so."""
    done = Event()

    def watch() -> None:
        while not done.wait(LOOK):
            if stop():
                interrupt()

    watcher = Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()
