"""The schedule under search, as arrays that compiled code shares with Python."""

from typing import Any, NamedTuple

import numpy as np
from numba import types
from numba.core import cgutils
from numba.experimental import structref
from numba.extending import intrinsic

from solver.search.arrays import Data, Ints, Longs, Words
from solver.search.bits import jit

MISSING, SHORTFALL, VALUE, BREAKS, IDLE, UNFAIR = range(6)
"""Positions in `SearchState.total`, each to be made small: candidates that must take place and do not, promised
meetings that are lacking, minus the value, breaks, idle slots, breaks above the limit of one participant."""


class SearchState(NamedTuple):
    """A legal schedule (in positions, see `solver.search.arrays`) and what the moves need to be quick."""

    slot: Ints  # (n) -1: does not take place
    place: Ints  # (n) class of places
    seat: Ints  # (seats) who attends
    agenda: Ints  # (P, T) candidate or -1
    busy: Words  # (P, words)
    used: Ints  # (K, T)
    roster: Ints  # (T, n of the fullest slot possible) candidates that start there
    rows: Ints  # (T) how many
    spot: Ints  # (n) position in the roster
    meetings: Ints  # (P)
    in_session: Ints  # (P, S)
    in_day: Ints  # (P, D)
    breaks: Ints  # (P)
    group_meetings: Ints  # (groups) how many of each exclusive group take place
    total: Longs  # (6)
    random: Words  # (1)
    tick: Longs  # (2) of chains, of transactions
    mark: Longs  # (n) the chain that last met a candidate
    chain: Ints  # (n)
    goes: Ints  # (n) where each of the chain goes
    log: Ints  # (n) candidates that this transaction moved
    log_tick: Longs  # (n) the transaction that last moved it
    old_slot: Ints  # (n) as they were before the transaction
    old_place: Ints  # (n)
    old_seat: Ints  # (seats)
    logs: Ints  # (1) how many
    draft: Words  # (P, words) busy bits as a chain would leave them
    draft_tick: Longs  # (P, S) the chain that last touched them
    draft_list: Ints  # (2, P * S) the participants and sessions drafted
    drafts: Ints  # (P) breaks as a chain would leave them
    drafts_tick: Longs  # (P) the chain that last counted them


class _Structure(types.StructRef):  # type: ignore[misc]
    """Numba passes a named tuple of arrays by value, hundreds of words for each call; a structure is one pointer."""

    def preprocess_fields(self, fields: Any) -> Any:
        return tuple((name, types.unliteral(kind)) for name, kind in fields)


@structref.register
class _DataType(_Structure):
    pass


@structref.register
class _StateType(_Structure):
    pass


class DataRef(structref.StructRefProxy):  # type: ignore[misc]
    """`Data` as compiled code takes it."""


class StateRef(structref.StructRefProxy):  # type: ignore[misc]
    """`SearchState` as compiled code takes it."""


structref.define_proxy(DataRef, _DataType, list(Data._fields))
structref.define_proxy(StateRef, _StateType, list(SearchState._fields))


def _uncounted(typingctx: Any, arrays: Any) -> Any:  # noqa: ARG001
    """The same arrays without the reference counts that compiled code would go on changing, one atomic step each."""

    def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        items = []
        for kind, item in zip(arrays.types, cgutils.unpack_tuple(builder, args[0], len(arrays.types)), strict=True):
            array = context.make_array(kind)(context, builder, item)
            array.meminfo = cgutils.get_null_value(array.meminfo.type)
            array.parent = cgutils.get_null_value(array.parent.type)
            items.append(array._getvalue())
        return context.make_tuple(builder, signature.return_type, items)

    return arrays(arrays), build


_borrowed = intrinsic(_uncounted)


@jit
def data_ref(data: Data) -> DataRef:
    """The same arrays, for compiled code, while the caller keeps them alive."""
    return DataRef(*_borrowed(data))


@jit
def state_ref(state: SearchState) -> StateRef:
    """The same arrays, for compiled code, while the caller keeps them alive."""
    return StateRef(*_borrowed(state))


def empty(data: Data, seed: int) -> SearchState:
    """The schedule without meetings."""
    n, slots = data.start.shape
    people, sessions, seats = len(data.base), len(data.word_ptr) - 1, len(data.person)
    words = int(data.word_ptr[-1])
    days = int(data.day.max(initial=0)) + 1
    starts = int(data.start.sum(axis=0).max(initial=0)) + 1
    width = min(starts, int(data.capacity.sum(axis=0).max(initial=0)) + 1)

    def ints(*shape: int, fill: int = 0) -> Ints:
        return np.full(shape, fill, np.int32)

    total = np.zeros(6, np.int64)
    total[MISSING] = data.must.sum()
    total[SHORTFALL] = data.minimum.sum()
    return SearchState(
        slot=ints(n, fill=-1),
        place=ints(n, fill=-1),
        seat=data.person.copy(),
        agenda=ints(people, slots, fill=-1),
        busy=np.zeros((people, words), np.uint64),
        used=ints(*data.capacity.shape),
        roster=ints(slots, width),
        rows=ints(slots),
        spot=ints(n),
        meetings=ints(people),
        in_session=ints(people, sessions),
        in_day=ints(people, days),
        breaks=ints(people),
        group_meetings=ints(int(data.group.max(initial=-1)) + 1),
        total=total,
        random=np.array([seed * 2 + 1], np.uint64),
        tick=np.zeros(2, np.int64),
        mark=np.zeros(n, np.int64),
        chain=ints(n),
        goes=ints(n),
        log=ints(n),
        log_tick=np.zeros(n, np.int64),
        old_slot=ints(n),
        old_place=ints(n),
        old_seat=ints(seats),
        logs=ints(1),
        draft=np.zeros((people, words), np.uint64),
        draft_tick=np.zeros((people, sessions), np.int64),
        draft_list=ints(2, people * sessions),
        drafts=ints(people),
        drafts_tick=np.zeros(people, np.int64),
    )


def copy(state: SearchState) -> SearchState:
    """A schedule of its own, to search beside the first."""
    return SearchState(*(array.copy() for array in state))


def overwrite(state: SearchState, other: SearchState) -> None:
    """Makes `state` the same schedule as `other`, to be searched with random numbers of its own."""
    random = state.random.copy()
    for array, source in zip(state, other, strict=True):
        array[...] = source
    state.random[...] = random
