"""Where the proofs run (`solver.breaks.lower_bound`), so that they can be stopped: in a thread as long as they are
easy, or beside the search in processes, for a question to CaDiCaL ends only with its process.
"""

import multiprocessing
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from queue import Empty, SimpleQueue
from threading import Thread
from time import sleep
from typing import Any, Self

from pysat.solvers import Minisat22

from solver.breaks.clauses import Encoding
from solver.breaks.lower_bound import Message, Send, core_guided

# A copy of this process has everything imported, and the clauses; a new one would first need a second for that.
METHOD = "fork" if "fork" in multiprocessing.get_all_start_methods() else "spawn"
GRACE = 5  # seconds


class EasyProof:
    """The core-guided proof, from `__enter__` to `__exit__`: many are done before a process would be at work."""

    def __init__(self, encoding: Encoding) -> None:
        self._encoding = encoding
        self._solver = Minisat22()
        self._thread = Thread(target=self._run, daemon=True)
        self._messages: SimpleQueue[Message | None] = SimpleQueue()
        self._over = False
        self.is_running = True

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over = True
        self._solver.interrupt()
        self._thread.join()
        self._solver.delete()

    def next_message(self, seconds: float) -> Message | None:
        """The next message, if one comes within `seconds`."""
        with suppress(Empty):
            message = self._messages.get(timeout=seconds)
            self.is_running = message is not None
            return message
        return None

    def _run(self) -> None:
        try:
            for message in core_guided(self._encoding, self._solver):
                self._messages.put(message)
                if self._over:
                    break
        finally:
            self._messages.put(None)


class Prover:
    """Runs `tasks` side by side, from `__enter__` to `__exit__`; each is given what sends a message.

    None of them outlives `seconds` by much, not even when this process is killed.
    """

    def __init__(self, tasks: Sequence[Callable[[Send], None]], seconds: float) -> None:
        self._tasks = tasks
        self._seconds = seconds
        self._processes: dict[Connection, Any] = {}

    def __enter__(self) -> Self:
        processes = multiprocessing.get_context(METHOD)
        for task in self._tasks:
            receiver, sender = processes.Pipe(duplex=False)
            process = processes.Process(target=_run, args=(task, self._seconds, sender), daemon=True)  # type: ignore[attr-defined]
            process.start()
            sender.close()
            self._processes[receiver] = process
        return self

    def __exit__(self, *error: object) -> None:
        for connection, process in self._processes.items():
            process.kill()
            process.join()
            connection.close()

    @property
    def is_running(self) -> bool:
        """Whether there is any process left: one that died, of what it asked for, is done without."""
        return bool(self._processes)

    def next_message(self, seconds: float = 0.0) -> Message | None:
        """The next message of a process, if one comes within `seconds`."""
        if not self._processes:
            sleep(seconds)
            return None
        for connection in wait(list(self._processes), seconds):
            assert isinstance(connection, Connection)
            try:
                message: Message = connection.recv()
            except EOFError:
                self._processes.pop(connection).join()
                connection.close()
            else:
                return message
        return None


def _run(task: Callable[[Send], None], seconds: float, to: Connection) -> None:
    if hasattr(signal, "alarm"):  # ends this process in the midst of a proof, should nobody be left to do it
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(GRACE + int(seconds))

    def send(**message: object) -> None:
        to.send(message)

    task(send)
