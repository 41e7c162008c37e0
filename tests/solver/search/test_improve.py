"""Claims about compacting where a stand-in may be chosen anew."""

import numpy as np
import pytest

from solver.result import Goal
from solver.search import chains
from solver.search.arrays import Data, Longs, arrays
from solver.search.improve import UNBOUNDED, Budget, Search, compact
from solver.search.state import BREAKS, IDLE, SHORTFALL, VALUE, SearchState, copy, data_ref, empty, state_ref
from tests.solver.large_event import exhibition

HELD = [SHORTFALL, VALUE]


@pytest.fixture(scope="module")
def data() -> Data:
    return arrays(exhibition())[0]


def placed(data: Data, seed: int) -> tuple[SearchState, Longs]:
    """A schedule, and bounds that hold its coverage and value."""
    state = empty(data, seed)
    everything = np.argsort(-data.value, kind="stable").astype(np.int32)
    chains.place(data_ref(data), state_ref(state), everything, -1)
    bound = np.full(6, UNBOUNDED)
    bound[HELD] = state.total[HELD]
    return state, bound


@pytest.mark.parametrize("seed", range(3))
def test_compacting_never_gives_up_what_was_reached_before(data: Data, seed: int) -> None:
    state, bound = placed(data, seed)
    weight = np.zeros(6)
    weight[[BREAKS, IDLE]] = 0.3, 1.0
    movable = np.flatnonzero(state.slot >= 0).astype(np.int32)
    before = state.total.copy()
    for _ in range(30):
        chains.compact(data_ref(data), state_ref(state), movable, 20_000, bound, weight, 3.0, 1.0)
        assert (state.total <= bound).all()
    assert state.total[IDLE] != before[IDLE]


def test_what_compacting_gains_by_the_way_is_kept_in_every_thread(data: Data) -> None:
    seen: list[SearchState] = []
    state, bound = placed(data, 0)
    start = int(state.total[SHORTFALL])
    search = Search(data, 2, lambda: 60.0, lambda other, _: seen.append(copy(other)))
    compact(search, state, [Goal.BREAKS, Goal.IDLE], bound, Budget(0.1, 60.0, lambda: False))
    below = [int(other.total[SHORTFALL]) for other in seen]
    assert min(below) < start
    assert bound[SHORTFALL] == min(below)
    first = below.index(min(below)) + 2  # the other thread is heard in the same round
    assert set(below[first:]) == {min(below)}
