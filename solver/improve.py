"""Making a schedule better: more of what is wanted by ejection, then fewer breaks and idle slots by Kempe chains.

Both are simulated annealing. Its length is counted in attempts, not in seconds, so that on a machine that keeps up the
same seed gives the same schedule; the clock only hurries the cooling on a machine that does not.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from time import perf_counter

import numpy as np

from solver import chains
from solver.arrays import Data, Ints, Longs
from solver.result import Goal
from solver.state import BELOW, BREAKS, IDLE, MISSING, UNFAIR, VALUE, State, copy, data_ref, state_ref

TOTALS = {Goal.COVERAGE: BELOW, Goal.VALUE: VALUE, Goal.BREAKS: BREAKS, Goal.IDLE: IDLE}
MEMBERSHIP = (Goal.COVERAGE, Goal.VALUE)
UNBOUNDED = np.int64(1) << 60
ROUND = 0.04  # seconds between two looks at the clock, about
ENRICH_RATE = 300_000  # attempts a second of one thread
COMPACT_RATE = 1_500_000  # where everything stays in the cache, half of it elsewhere
CACHED = 200_000  # (meeting, slot) pairs

Kernel = Callable[..., int]


@dataclass(frozen=True, slots=True)
class Search:
    """What a search needs to know: `left` gives the seconds left, `keep` takes every schedule it comes to."""

    data: Data
    threads: int
    left: Callable[[], float]
    keep: Callable[[State, str], None]


def enrich(
    search: Search, state: State, goals: list[Goal], bound: Longs, seconds: float, done: Callable[[], bool]
) -> None:
    """More coverage and value until `done`, no total above `bound`; what must take place comes before everything."""
    data = search.data
    wanted = np.flatnonzero(data.start.any(axis=1)).astype(np.int32)
    if not len(wanted) or not len(data.base):
        return
    usual, most = max(1.0, float(np.median(data.value))), max(1.0, float(data.value.max()))
    weight = np.zeros(6)
    weight[MISSING] = weight[UNFAIR] = 50.0 * most
    for goal in goals:
        weight[TOTALS[goal]] = 1.0 if goal is Goal.VALUE else 5.0 * most
    hot = max(0.03 * usual, 0.2)
    _cool(search, [state], chains.enrich, wanted, bound, weight, (hot, hot / 20), ENRICH_RATE, seconds, done)


def compact(
    search: Search, state: State, goals: list[Goal], bound: Longs, seconds: float, done: Callable[[], bool]
) -> None:
    """Fewer breaks and idle slots of the same meetings until `done`, no total above `bound`; one search per thread."""
    data = search.data
    weight = np.zeros(6)
    weight[UNFAIR] = 5.0
    for goal in goals:
        # Idle slots lead the search to few breaks: each slot is a step on the way to closing one.
        weight[TOTALS[goal]] = 1.0 if goal is Goal.IDLE or len(goals) == 1 else 0.5
    meetings = np.flatnonzero((state.slot >= 0) & (data.start.sum(axis=1) > 1)).astype(np.int32)
    if not len(meetings):
        return
    states = [copy(state) for _ in range(search.threads)]
    for number, other in enumerate(states):
        other.random[0] += np.uint64(2 * number)
    rate = COMPACT_RATE if data.start.size < CACHED else COMPACT_RATE // 2
    # The fewer attempts there are for each move, the hotter the search has to end (measured: 0.4 at 13, 0.1 at 1,000).
    tries = max(1.0, rate * seconds / data.start.size)
    cold = min(0.5, max(0.1, 0.4 * (13 / tries) ** 0.3))
    _cool(search, states, chains.compact, meetings, bound, weight, (1 + 10 * cold, cold), rate, seconds, done)


def _cool(
    search: Search,
    states: list[State],
    kernel: Kernel,
    meetings: Ints,
    bound: Longs,
    weight: np.ndarray[tuple[int], np.dtype[np.float64]],
    heat: tuple[float, float],
    rate: int,
    seconds: float,
    done: Callable[[], bool],
) -> None:
    """Runs `kernel` on each of `states` from hot to cold, round by round."""
    hot, cold = heat
    total = int(rate * seconds)
    steps = max(100, min(int(rate * ROUND), total // 20))
    # Threads that share an array would fight over its reference count: each has its own wrapping of the data.
    refs = [(data_ref(search.data), state_ref(state)) for state in states]
    began, made = perf_counter(), 0
    with ThreadPoolExecutor(len(states)) as threads:
        while made < total and not done():
            spent = perf_counter() - began
            if search.left() <= 0 or spent > seconds:
                return
            now = max(made / total, spent / seconds)
            then = min(1.0, now + steps / total)
            heats = [hot * (cold / hot) ** part for part in (now, then)]
            rounds = [threads.submit(kernel, d, st, meetings, steps, bound, weight, *heats) for d, st in refs]
            for round_, state in zip(rounds, states, strict=True):
                round_.result()
                search.keep(state, kernel.__name__)
            made += steps
