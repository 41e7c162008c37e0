"""Uploaded files are read in a process that ends, a few at a time; this process never parses one."""

import asyncio
import os
import pickle
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

import anyio
import structlog
from anyio.to_thread import run_sync

from matchmaker.event import Event
from matchmaker.intake import IntakeError, IntakeErrors, IntakeNotice
from matchmaker.intake.errors import expectation

WALL_SECONDS = 120  # a process that waits for a processor is not to blame; its own limit is one of processor time
Themes = Mapping[str, Mapping[str, str]]

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class ParsedFile:
    """What a file holds: its event, what is ignored in it, and the language of each offer and need by its text.

    `file_hash` is the SHA-256 of its bytes.
    """

    event: Event
    notices: tuple[IntakeNotice, ...]
    text_languages: Mapping[str, str | None]
    file_hash: bytes


async def read_file(
    data: bytes,
    filename: str,
    language: str,
    themes: Themes | None,
    types: Sequence[str],
    *,
    processes: anyio.CapacityLimiter,
    threads: anyio.CapacityLimiter,
) -> ParsedFile:
    """The content of a file. Raises `IntakeErrors`, also for a file that takes more time or memory than it is given.

    `processes` bounds how many files are read at once; others wait without holding anything. The outcome is unpickled
    in one of `threads`: for 6,000 people that takes longer than the event loop may pause.
    """
    arguments = pickle.dumps((data, filename, language, themes, types))
    async with processes:
        answer = await _answer(arguments)
    outcome: tuple[str, Any] = "ended", None
    if answer is not None:
        outcome = await run_sync(pickle.loads, answer, limiter=threads)  # from the process that was started here
    kind, content = outcome
    if kind == "failed":
        log.error("reading a file failed", error=content)
    if kind == "read":
        return ParsedFile(*content)
    if kind == "errors":
        raise content
    name = PurePath(filename).name[:200]
    raise IntakeErrors((IntakeError(sheet=name, expected=expectation("resources", language)),))


async def _answer(arguments: bytes) -> bytes | None:
    """What the process wrote; None if it was ended."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "api.imports.parse",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=_environment(),
    )
    try:
        async with asyncio.timeout(WALL_SECONDS):
            answer, _ = await process.communicate(arguments)
    except TimeoutError:
        answer = b""
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0 or not answer:
        log.warning("reading a file was ended", status=process.returncode)
        return None
    return answer


def _environment() -> dict[str, str]:
    """The environment without this installation's secrets; one thread, for each reserves memory of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MATCHMAKER_")}
    return kept | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
