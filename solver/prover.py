"""Processes beside the search that raise the bound on the breaks until a schedule meets it."""

import multiprocessing
from collections.abc import Sequence
from multiprocessing.connection import Connection, wait
from time import sleep
from typing import Any, Self

from matchmaker.domain import Problem
from solver import decide

# A copy of this process has everything imported; a new one would first need a second for that.
METHOD = "fork" if "fork" in multiprocessing.get_all_start_methods() else "spawn"


class Prover:
    """Runs `ways` of `solver.decide`, each in a process of its own, from `__enter__` to `__exit__`.

    None of them outlives `seconds` by much, not even when this process is killed.
    """

    def __init__(
        self, problem: Problem, fairness: int | None, seconds: float, ways: Sequence[str] = tuple(decide.WAYS)
    ) -> None:
        self._ways = ways
        self._task = (problem, fairness, seconds)
        self._processes: dict[Connection, Any] = {}

    def __enter__(self) -> Self:
        processes = multiprocessing.get_context(METHOD)
        for way in self._ways:
            ours, theirs = processes.Pipe(duplex=False)
            process = processes.Process(target=decide.run, args=(way, *self._task, theirs), daemon=True)  # type: ignore[attr-defined]
            process.start()
            theirs.close()
            self._processes[ours] = process
        return self

    def __exit__(self, *error: object) -> None:
        for connection, process in self._processes.items():
            process.kill()
            process.join()
            connection.close()

    @property
    def works(self) -> bool:
        """Whether there is any process left: one that died, of what it asked for, is done without."""
        return bool(self._processes)

    def heard(self, seconds: float = 0.0) -> dict[str, Any] | None:
        """The next message of a process, if one comes within `seconds`."""
        if not self._processes:
            sleep(seconds)
            return None
        for connection in wait(list(self._processes), seconds):
            assert isinstance(connection, Connection)
            try:
                message: dict[str, Any] = connection.recv()
            except EOFError:
                self._processes.pop(connection).join()
                connection.close()
            else:
                return message
        return None
