"""A process beside the search that raises the bound on the breaks until a schedule meets it."""

import json
import pickle
import subprocess
import sys
from queue import Empty, SimpleQueue
from threading import Thread
from typing import IO, Any, Self

from matchmaker.domain import Problem


class Prover:
    """Runs `solver.decide` from `__enter__` to `__exit__`."""

    def __init__(self, problem: Problem, fairness: int | None, *, first: bool) -> None:
        self._task = pickle.dumps((problem, fairness, first))
        self._lines: SimpleQueue[bytes] = SimpleQueue()

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "solver.decide"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        Thread(target=_listen, args=(self._process.stdout, self._lines), daemon=True).start()
        self._process.stdin.write(self._task)
        self._process.stdin.close()
        return self

    def __exit__(self, *error: object) -> None:
        self._process.kill()
        self._process.wait()

    def heard(self, wait: float = 0.0) -> dict[str, Any] | None:
        """The next message of the process, if one comes within `wait` seconds.

        Raises RuntimeError when the process ended without an answer.
        """
        try:
            line = self._lines.get(timeout=wait) if wait else self._lines.get_nowait()
        except Empty:
            return None
        if not line:
            raise RuntimeError(f"the proving process ended with code {self._process.wait()}")
        message: dict[str, Any] = json.loads(line)
        return message


def _listen(lines: IO[bytes], into: SimpleQueue[bytes]) -> None:
    """Puts every line into the queue, and an empty one at the end."""
    for line in lines:
        into.put(line)
    into.put(b"")
