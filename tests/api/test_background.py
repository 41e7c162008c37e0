"""Work beside the event loop: bounded by kind, and expendable."""

import asyncio
import os
import time

import pytest

from api.core.background import (
    ProcessDiedError,
    Processes,
    ProcessTimeoutError,
    QueueFullError,
    Threads,
    run_in_process,
)


def die() -> None:
    os._exit(9)


def refuse(reason: str) -> None:
    raise ValueError(reason)


def fill(megabytes: int) -> int:
    return len(bytearray(megabytes * 1024**2))


def test_each_piece_of_work_has_a_process_of_its_own_that_ends() -> None:
    first, second = (run_in_process(os.getpid, limit=60) for _ in range(2))
    assert len({first, second, os.getpid()}) == 3
    for pid in (first, second):
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_what_the_work_raises_is_raised_here() -> None:
    with pytest.raises(ValueError, match="not today"):
        run_in_process(refuse, "not today", limit=60)


def test_a_process_that_dies_or_takes_too_long_or_too_much_memory_is_an_error_and_no_wait() -> None:
    with pytest.raises(ProcessDiedError):
        run_in_process(die, limit=60)
    with pytest.raises(ProcessTimeoutError):
        run_in_process(time.sleep, 60, limit=0.2)
    with pytest.raises(MemoryError):
        run_in_process(fill, 8000, limit=60, memory=4 * 1024**3)
    assert run_in_process(fill, 10, limit=60, memory=4 * 1024**3) == 10 * 1024**2


def test_work_that_cannot_begin_in_time_is_refused() -> None:
    async def storm() -> list[BaseException | None]:
        one_at_a_time = Processes("test", 1, patience=0.5, limit=60)
        work = (one_at_a_time.run(time.sleep, 1) for _ in range(3))
        return await asyncio.gather(*work, return_exceptions=True)

    assert [type(result) for result in asyncio.run(storm())] == [type(None), QueueFullError, QueueFullError]


def test_kinds_of_work_do_not_wait_for_each_other() -> None:
    async def race() -> float:
        slow, quick = Threads("slow", 1), Threads("quick", 1)
        waits = [asyncio.ensure_future(slow.run(time.sleep, 0.5)) for _ in range(2)]
        started = time.monotonic()
        await quick.run(time.sleep, 0)
        took = time.monotonic() - started
        await asyncio.gather(*waits)
        return took

    assert asyncio.run(race()) < 0.4
