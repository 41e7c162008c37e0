"""Compiled code, and what it does with words of 64 slots: random numbers, breaks and idle slots."""

import os
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
import numpy as np
from numba import njit, types
from numba.core import cgutils, config
from numba.core.registry import cpu_target
from numba.extending import intrinsic

from solver.search.arrays import Words

Compiled = TypeVar("Compiled", bound=Callable[..., Any])
SOURCES = ("arrays", "bits", "state", "moves", "kempe", "chains")


def _folder() -> str | None:
    """Where compiled code is kept: one folder for each state of the sources, as numba looks at one file at a time.

    Code of another numba or for another processor is of no use here, so that theirs is another folder.
    """
    here = Path(__file__).parent
    sources = b"".join((here / f"{s}.py").read_bytes() for s in SOURCES)
    machine = repr((numba.__version__, cpu_target.target_context.codegen().magic_tuple()))
    name = "compiled-" + sha256(sources + machine.encode()).hexdigest()[:12]
    # Nowhere that somebody else may write to: whoever writes there decides what this process does.
    for parent in (here / "__pycache__", Path.home() / ".cache" / "matchmaker"):
        with suppress(OSError):
            (parent / name).mkdir(parents=True, exist_ok=True)
            if os.access(parent / name, os.W_OK):
                return str(parent / name)
    return None


config.CACHE_DIR = _folder() or ""
# Part of the import, not of the first call: it loads half a second of modules, the same for every program.
cpu_target.target_context.refresh()


def cache_folder() -> Path | None:
    """Where compiled code is kept for other processes; None where no folder can be written to."""
    return Path(config.CACHE_DIR) if config.CACHE_DIR else None


def is_compiled(*functions: Any) -> bool:
    """Whether all of `functions`, decorated with `jit`, were compiled on this installation before."""
    names = [f"{f.py_func.__module__.rpartition('.')[2]}.{f.py_func.__qualname__}-*.nbi" for f in functions]
    return bool(config.CACHE_DIR) and all(any(Path(config.CACHE_DIR).rglob(name)) for name in names)


def jit(function: Compiled) -> Compiled:
    """Compiled on its first call, kept for the next process, run without the interpreter lock."""
    compiled: Any = njit(cache=bool(config.CACHE_DIR), nogil=True, error_model="numpy")(function)
    compile_ = compiled.compile
    # Numba would compile once more for every constant and for either width of each number: three times the work.
    compiled.compile = lambda signature: compile_(tuple(map(_widened, signature)))
    return cast(Compiled, compiled)


def _widened(kind: Any) -> Any:
    kind = types.unliteral(kind)
    return types.int64 if isinstance(kind, types.Integer) and kind.signed else kind


def _of_word(name: str) -> Any:
    """One machine instruction on a word, which numba has no name for."""

    def instruction(typingctx: Any, word: Any) -> Any:  # noqa: ARG001
        def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:  # noqa: ARG001
            # The second argument of ctlz and cttz: zero has an answer too.
            return getattr(builder, name)(args[0], *(() if name == "ctpop" else (cgutils.false_bit,)))

        return types.int64(types.uint64), build

    return intrinsic(instruction)


population, leading_zeros, trailing_zeros = _of_word("ctpop"), _of_word("ctlz"), _of_word("cttz")


@jit
def randint(random: Words, n: int) -> int:
    """A number of 0 .. n - 1 (SplitMix64: Steele, Lea, Flood, OOPSLA 2014)."""
    random[0] += np.uint64(0x9E3779B97F4A7C15)
    z = random[0]
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    return int(np.int64(((z >> np.uint64(32)) * np.uint64(n)) >> np.uint64(32)))


@jit
def word_compactness(word: Any) -> tuple[int, int]:
    """Breaks and idle slots in a session of one word."""
    if word == 0:
        return 0, 0
    runs = population(word & ~(word << np.uint64(1)))
    span = 64 - leading_zeros(word) - trailing_zeros(word)
    return runs - 1, span - population(word)


@jit
def compactness(busy: Words, person: int, first: int, last: int) -> tuple[int, int]:
    """Breaks and idle slots of a participant in the session whose words are `first .. last - 1`."""
    if last - first == 1:
        return word_compactness(busy[person, first])
    runs, count, begin, end, carry = 0, 0, -1, -1, np.uint64(0)
    for w in range(first, last):
        word = busy[person, w]
        runs += population(word & ~(word << np.uint64(1) | carry))
        carry = word >> np.uint64(63)
        if word != 0:
            count += population(word)
            if begin < 0:
                begin = 64 * (w - first) + trailing_zeros(word)
            end = 64 * (w - first) + 64 - leading_zeros(word)
    return max(runs - 1, 0), end - begin - count
