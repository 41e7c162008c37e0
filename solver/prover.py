"""Processes beside the search that raise the bound on the breaks until a schedule meets it."""

import multiprocessing
from multiprocessing.connection import Connection, wait
from typing import Any, Self

from matchmaker.domain import Problem
from solver import decide

# A copy of this process has everything imported; a new one would first need a second for that.
METHOD = "fork" if "fork" in multiprocessing.get_all_start_methods() else "spawn"


class Prover:
    """Runs each of `solver.decide.WAYS` in a process of its own, from `__enter__` to `__exit__`."""

    def __init__(self, problem: Problem, fairness: int | None) -> None:
        self._task = (problem, fairness)
        self._processes: dict[Connection, Any] = {}

    def __enter__(self) -> Self:
        processes = multiprocessing.get_context(METHOD)
        for way in decide.WAYS:
            ours, theirs = processes.Pipe(duplex=False)
            process = processes.Process(target=decide.run, args=(way, *self._task, theirs))  # type: ignore[attr-defined]
            process.start()
            theirs.close()
            self._processes[ours] = process
        return self

    def __exit__(self, *error: object) -> None:
        for connection, process in self._processes.items():
            process.kill()
            process.join()
            connection.close()

    def heard(self, seconds: float = 0.0) -> dict[str, Any] | None:
        """The next message of a process, if one comes within `seconds`.

        Raises RuntimeError when a process died, or all ended.
        """
        if not self._processes:
            raise RuntimeError("the proving processes ended without an answer")
        for connection in wait(list(self._processes), seconds):
            assert isinstance(connection, Connection)
            try:
                message: dict[str, Any] = connection.recv()
            except EOFError:
                process = self._processes.pop(connection)
                connection.close()
                process.join()
                if process.exitcode:
                    raise RuntimeError(f"a proving process ended with code {process.exitcode}") from None
                return self.heard(seconds)
            return message
        return None
