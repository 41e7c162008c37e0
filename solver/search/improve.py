"""Making a schedule better: more meetings by ejection, then fewer breaks and idle slots by Kempe chains.

Both are simulated annealing. Its length is counted in attempts, as many as fit in the time `planned`, so that on a
machine that keeps up the same seed gives the same schedule; the clock only hurries the cooling on one that does not.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from time import perf_counter

import numpy as np

from solver.result import Goal
from solver.search import chains
from solver.search.arrays import Data, Ints, Longs
from solver.search.state import (
    BREAKS,
    IDLE,
    MISSING,
    SHORTFALL,
    UNFAIR,
    VALUE,
    SearchState,
    copy,
    data_ref,
    overwrite,
    state_ref,
)

TOTALS = {Goal.COVERAGE: SHORTFALL, Goal.VALUE: VALUE, Goal.BREAKS: BREAKS, Goal.IDLE: IDLE}
MEMBERSHIP = (Goal.COVERAGE, Goal.VALUE)
UNBOUNDED = np.int64(1) << 60
ROUND = 0.04  # seconds between two looks at the clock, about
ENRICH_RATE = 300_000  # attempts a second of one thread
COMPACT_RATE = 4_600_000  # meetings looked at in a second, where everything stays in the cache
DISTANT_RATE = 1_000_000  # where it does not
CACHED = 200_000  # (meeting, slot) pairs
ENOUGH = 4_000  # attempts for each of them, after which more gain next to nothing


@dataclass(frozen=True, slots=True)
class Search:
    """What a search needs to know: `left` gives the seconds left, `keep` takes every schedule it comes to."""

    data: Data
    threads: int
    left: Callable[[], float]
    keep: Callable[[SearchState, str], None]


@dataclass(frozen=True, slots=True)
class Budget:
    """Seconds that decide how many attempts are made, seconds after which there are no more, and when to stop early."""

    planned: float
    seconds: float
    done: Callable[[], bool]


def enrich(search: Search, state: SearchState, goals: list[Goal], bound: Longs, budget: Budget) -> None:
    """More coverage and value than `state`, no total above `bound`; what must take place comes before everything."""
    data = search.data
    candidates = np.flatnonzero(data.start.any(axis=1) & ((data.must == 1) | bool(goals))).astype(np.int32)
    if not len(candidates) or not len(data.base):
        return
    median, highest = max(1.0, float(np.median(data.value))), max(1.0, float(data.value.max()))
    weight = np.zeros(6)
    weight[MISSING] = weight[UNFAIR] = 50.0 * highest
    for goal in goals:
        weight[TOTALS[goal]] = 1.0 if goal is Goal.VALUE else 5.0 * highest
    hot = max(0.03 * median, 0.2)
    kernel = partial(chains.enrich, meetings=candidates, bound=bound, weight=weight)
    earlier = np.flatnonzero((bound < UNBOUNDED) & (weight == 0))
    _cool(search, state, "enrich", kernel, bound, earlier, (hot, hot / 20), ENRICH_RATE, len(candidates), budget)


def compact(search: Search, state: SearchState, goals: list[Goal], bound: Longs, budget: Budget) -> None:
    """Fewer breaks and idle slots of the same meetings than in `state`, no total above `bound`."""
    data = search.data
    weight = np.zeros(6)
    weight[UNFAIR] = 5.0
    for goal in goals:
        # Idle slots lead the search to few breaks: each slot is a step on the way to closing one.
        weight[TOTALS[goal]] = 1.0 if goal is Goal.IDLE or len(goals) == 1 else 0.3
    meetings = np.flatnonzero((state.slot >= 0) & (data.start.sum(axis=1) > 1)).astype(np.int32)
    if not len(meetings):
        return
    rate = COMPACT_RATE if data.start.size < CACHED else DISTANT_RATE
    # The fewer looks there are for each move, the hotter the search has to end (measured: 0.18 at 12, 0.1 at 1,000).
    tries = min(ENOUGH, max(1.0, rate * budget.planned / data.start.size))
    cold = min(0.3, max(0.1, 0.18 * (12 / tries) ** 0.12))
    kernel = partial(chains.compact, meetings=meetings, bound=bound, weight=weight)
    earlier = np.flatnonzero((bound < UNBOUNDED) & (weight == 0))
    _cool(search, state, "compact", kernel, bound, earlier, (1 + 10 * cold, cold), rate, len(meetings), budget)


def _cool(
    search: Search,
    state: SearchState,
    stage: str,
    kernel: Callable[..., int],
    bound: Longs,
    earlier: Ints,
    heat: tuple[float, float],
    rate: int,
    meetings: int,
    budget: Budget,
) -> None:
    """Runs `kernel` from `state` on from hot to cold, round by round, a search of its own in each thread.

    The totals `earlier`, those of earlier goals, stay at or below `bound`, which follows the best of them.
    """
    hot, cold = heat
    total = min(int(rate * budget.planned), ENOUGH * meetings * search.data.start.shape[1])
    steps = max(100, min(total // 40, int(rate * ROUND)))
    # Threads that share an array would fight over its reference count: each has its own wrapping of the data.
    states = [copy(state) for _ in range(search.threads)]
    for number, other in enumerate(states):
        other.random[0] += np.uint64(2 * number)
    refs = [(data_ref(search.data), state_ref(state)) for state in states]
    began, made = perf_counter(), 0
    with ThreadPoolExecutor(len(states)) as threads:
        while made < total and not budget.done():
            spent = perf_counter() - began
            if search.left() <= 0 or spent > budget.seconds:
                return
            # A hot round takes three times as long as a cold one. The clock is not heard before it is clearly ahead: a
            # heat that depends on it ever so little makes another schedule.
            late = 1.15 * (3 ** (spent / budget.seconds) - 1) / 2 - 0.15
            now = max(made / total, late)
            then = min(1.0, now + steps / total)
            start, end = (hot * (cold / hot) ** part for part in (now, then))
            rounds = [threads.submit(kernel, d, st, steps=steps, hot=start, cold=end) for d, st in refs]
            for round_, other in zip(rounds, states, strict=True):
                round_.result()
                search.keep(other, stage)
            _tighten(states, bound, earlier)
            made += steps


def _tighten(states: list[SearchState], bound: Longs, earlier: Ints) -> None:
    """Holds the earlier goals at the best that any thread came to by the way, and has all threads go on from there.

    Otherwise a search that drifts back up to `bound` would never again reach a schedule worth keeping.
    """
    best = min(states, key=lambda state: tuple(state.total[earlier].tolist()))
    if (best.total[earlier] > bound[earlier]).any() or (best.total[earlier] == bound[earlier]).all():
        return
    bound[earlier] = best.total[earlier]
    for other in states:
        if (other.total[earlier] > bound[earlier]).any():
            overwrite(other, best)
