"""The schedule under search: compiled moves in and out of it that keep every rule and every count of the goals.

All of it is numba code without the interpreter lock, so that searches run side by side in threads.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numba import njit, types
from numba.experimental import structref
from numba.extending import intrinsic

from solver.arrays import FREE, Data, Ints, Longs, Words

MISSING, BELOW, VALUE, BREAKS, IDLE, UNFAIR = range(6)
"""Positions in `State.total`, each to be made small: candidates that must take place and do not, participants below
their minimum, minus the value, breaks, idle slots, breaks above the limit of one participant."""

Compiled = TypeVar("Compiled", bound=Callable[..., Any])


def jit(function: Compiled) -> Compiled:
    """Compiled on its first call, kept beside the source, run without the interpreter lock."""
    compiled: Compiled = njit(cache=True, nogil=True, error_model="numpy")(function)
    return compiled


class State(NamedTuple):
    """A legal schedule (in positions, see `solver.arrays`) and what the moves need to be quick."""

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
    held: Ints  # (groups)
    total: Longs  # (6)
    random: Words  # (1)
    tick: Longs  # (2) of chains, of transactions
    mark: Longs  # (n) the chain that last met a candidate
    chain: Ints  # (n)
    goes: Ints  # (n) where each of the chain goes
    log: Ints  # (n) candidates that this transaction moved
    logged: Longs  # (n) the transaction that last moved it
    old_slot: Ints  # (n) as they were before the transaction
    old_place: Ints  # (n)
    old_seat: Ints  # (seats)
    logs: Ints  # (1) how many
    draft: Words  # (P, words) busy bits as a chain would leave them
    seen: Longs  # (P, S) the chain that last touched them
    touched: Ints  # (2, P * S)
    drafts: Ints  # (P) breaks as a chain would leave them
    drafted: Longs  # (P)


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
    """`State` as compiled code takes it."""


structref.define_proxy(DataRef, _DataType, list(Data._fields))
structref.define_proxy(StateRef, _StateType, list(State._fields))


@jit
def data_ref(data: Data) -> DataRef:
    """The same arrays, for compiled code."""
    return DataRef(*data)


@jit
def state_ref(state: State) -> StateRef:
    """The same arrays, for compiled code."""
    return StateRef(*state)


def empty(data: Data, seed: int) -> State:
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
    total[BELOW] = (data.minimum > 0).sum()
    return State(
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
        held=ints(int(data.group.max(initial=-1)) + 1),
        total=total,
        random=np.array([seed * 2 + 1], np.uint64),
        tick=np.zeros(2, np.int64),
        mark=np.zeros(n, np.int64),
        chain=ints(n),
        goes=ints(n),
        log=ints(n),
        logged=np.zeros(n, np.int64),
        old_slot=ints(n),
        old_place=ints(n),
        old_seat=ints(seats),
        logs=ints(1),
        draft=np.zeros((people, words), np.uint64),
        seen=np.zeros((people, sessions), np.int64),
        touched=ints(2, people * sessions),
        drafts=ints(people),
        drafted=np.zeros(people, np.int64),
    )


def copy(state: State) -> State:
    """A schedule of its own, to search beside the first."""
    return State(*(array.copy() for array in state))


def _word_intrinsic(name: str) -> Any:
    @intrinsic
    def of_word(typingctx: Any, word: Any) -> Any:  # noqa: ARG001
        def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:  # noqa: ARG001
            if name == "ctpop":
                return builder.ctpop(args[0])
            from llvmlite import ir

            return getattr(builder, name)(args[0], ir.Constant(ir.IntType(1), 0))

        return types.uint64(types.uint64), build

    return of_word


population, leading_zeros, trailing_zeros = (_word_intrinsic(name) for name in ("ctpop", "ctlz", "cttz"))


@jit
def randint(random: Words, n: int) -> int:
    """A number of 0 .. n - 1 (SplitMix64: Steele, Lea, Flood, OOPSLA 2014)."""
    random[0] += np.uint64(0x9E3779B97F4A7C15)
    z = random[0]
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    return np.int64(((z >> np.uint64(32)) * np.uint64(n)) >> np.uint64(32))


@jit
def compactness(busy: Words, person: int, first: int, last: int) -> tuple[int, int]:
    """Breaks and idle slots of a participant in the session whose words are `first .. last - 1`."""
    if last - first == 1:
        word = busy[person, first]
        if word == 0:
            return 0, 0
        runs = np.int64(population(word & ~(word << np.uint64(1))))
        span = 64 - np.int64(leading_zeros(word)) - np.int64(trailing_zeros(word))
        return runs - 1, span - np.int64(population(word))
    runs, count, begin, end, carry = 0, 0, -1, -1, np.uint64(0)
    for w in range(first, last):
        word = busy[person, w]
        runs += np.int64(population(word & ~((word << np.uint64(1)) | carry)))
        carry = word >> np.uint64(63)
        if word != 0:
            count += np.int64(population(word))
            if begin < 0:
                begin = 64 * (w - first) + np.int64(trailing_zeros(word))
            end = 64 * (w - first) + 64 - np.int64(leading_zeros(word))
    return max(runs - 1, 0), end - begin - count


@jit
def _set_busy(d: DataRef, st: StateRef, p: int, t: int, length: int, m: int) -> None:
    """Writes candidate `m` (-1: nothing) in the agenda of `p` and keeps the counts of compactness."""
    s = d.session[t]
    first, last = d.word_ptr[s], d.word_ptr[s + 1]
    b0, i0 = compactness(st.busy, p, first, last)
    for u in range(t, t + length):
        st.agenda[p, u] = m
        st.busy[p, d.word[u]] ^= d.bit[u]
    b1, i1 = compactness(st.busy, p, first, last)
    st.total[BREAKS] += b1 - b0
    st.total[IDLE] += i1 - i0
    old = st.breaks[p]
    st.breaks[p] += b1 - b0
    st.total[UNFAIR] += max(0, st.breaks[p] - d.fairness[0]) - max(0, old - d.fairness[0])


@jit
def put(d: DataRef, st: StateRef, m: int, t: int, k: int) -> None:
    """Meeting `m` starts in slot `t` at a place of class `k`; the caller has asked `fits`."""
    length = d.length[m]
    st.slot[m], st.place[m] = t, k
    for u in range(t, t + length):
        st.used[k, u] += 1
    st.spot[m] = st.rows[t]
    st.roster[t, st.rows[t]] = m
    st.rows[t] += 1
    for j in range(d.seat_ptr[m], d.seat_ptr[m + 1]):
        p = st.seat[j]
        _set_busy(d, st, p, t, length, m)
        st.meetings[p] += 1
        st.in_session[p, d.session[t]] += 1
        st.in_day[p, d.day[t]] += 1
        st.total[BELOW] -= st.meetings[p] == d.minimum[p]
    for j in range(d.group_ptr[m], d.group_ptr[m + 1]):
        st.held[d.group[j]] += 1
    st.total[VALUE] -= d.value[m]
    st.total[MISSING] -= d.must[m]


@jit
def take(d: DataRef, st: StateRef, m: int) -> None:
    """Meeting `m` does not take place any more."""
    length, t, k = d.length[m], st.slot[m], st.place[m]
    for u in range(t, t + length):
        st.used[k, u] -= 1
    st.rows[t] -= 1
    last = st.roster[t, st.rows[t]]
    st.roster[t, st.spot[m]] = last
    st.spot[last] = st.spot[m]
    for j in range(d.seat_ptr[m], d.seat_ptr[m + 1]):
        p = st.seat[j]
        _set_busy(d, st, p, t, length, -1)
        st.total[BELOW] += st.meetings[p] == d.minimum[p]
        st.meetings[p] -= 1
        st.in_session[p, d.session[t]] -= 1
        st.in_day[p, d.day[t]] -= 1
    for j in range(d.group_ptr[m], d.group_ptr[m + 1]):
        st.held[d.group[j]] -= 1
    st.total[VALUE] += d.value[m]
    st.total[MISSING] += d.must[m]
    st.slot[m] = -1


@jit
def _seat_fits(d: DataRef, st: StateRef, m: int, j: int, p: int, t: int) -> bool:
    """Whether participant `p` may take seat `j` of meeting `m` in slot `t`."""
    length = d.length[m]
    if (
        st.meetings[p] >= d.maximum[p]
        or st.in_session[p, d.session[t]] >= d.maximum_session[p]
        or st.in_day[p, d.day[t]] >= d.maximum_day[p]
    ):
        return False
    for u in range(t, t + length):
        if st.agenda[p, u] >= 0:
            return False
    if d.team[j] >= 0:
        for u in range(t, t + length):
            if d.available[p, u] == 0:
                return False
        for i in range(d.seat_ptr[m], d.seat_ptr[m + 1]):
            if i != j and st.seat[i] == p:
                return False
    if d.maximum_run[p] < FREE:
        s, begin, end = d.session[t], t, t + length
        while begin > 0 and d.session[begin - 1] == s and st.agenda[p, begin - 1] >= 0:
            begin -= 1
        while end < len(d.session) and d.session[end] == s and st.agenda[p, end] >= 0:
            end += 1
        return end - begin <= d.maximum_run[p]
    return True


@jit
def _has_room(d: DataRef, st: StateRef, m: int, t: int, k: int) -> bool:
    if d.pin[m] >= 0 and d.pin[m] != k:
        return False
    for u in range(t, t + d.length[m]):  # noqa: SIM110 (no generators in numba)
        if st.used[k, u] >= d.capacity[k, u]:
            return False
    return True


@jit
def _room(d: DataRef, st: StateRef, m: int, t: int) -> int:
    """A class of places with room for meeting `m` from slot `t` on, or -1."""
    if d.by_base[m]:
        based = False
        for j in range(d.seat_ptr[m], d.seat_ptr[m + 1]):
            k = d.base[st.seat[j]]
            if k >= 0:
                based = True
                if _has_room(d, st, m, t, k):
                    return np.int64(k)
        if based:
            return -1
    for i in range(d.class_ptr[m], d.class_ptr[m + 1]):
        if _has_room(d, st, m, t, d.classes[i]):
            return np.int64(d.classes[i])
    return -1


@jit
def _pick(d: DataRef, st: StateRef, m: int, t: int) -> bool:
    """Chooses who attends for each team of meeting `m` in slot `t`; False where nobody can."""
    for j in range(d.seat_ptr[m], d.seat_ptr[m + 1]):
        if d.team[j] >= 0:
            st.seat[j] = -1
    for j in range(d.seat_ptr[m], d.seat_ptr[m + 1]):
        row = d.team[j]
        if row >= 0:
            first, size = d.member_ptr[row], d.member_ptr[row + 1] - d.member_ptr[row]
            offset = randint(st.random, size) if size else 0
            for i in range(size):
                p = d.member[first + (offset + i) % size]
                if _seat_fits(d, st, m, j, p, t):
                    st.seat[j] = p
                    break
            if st.seat[j] < 0:
                return False
    return True


@jit
def fits(d: DataRef, st: StateRef, m: int, t: int) -> int:
    """The class of places where meeting `m` may start in slot `t` without breaking a rule, or -1.

    The members of its teams stay if they can, and are chosen anew if not.
    """
    if d.start[m, t] == 0:
        return -1
    for j in range(d.group_ptr[m], d.group_ptr[m + 1]):
        if st.held[d.group[j]] > 0:
            return -1
    for j in range(d.before_ptr[m], d.before_ptr[m + 1]):
        b = d.before[j]
        if b == m or (st.slot[b] >= 0 and st.slot[b] + d.length[b] > t):
            return -1
    for j in range(d.after_ptr[m], d.after_ptr[m + 1]):
        a = d.after[j]
        if st.slot[a] >= 0 and t + d.length[m] > st.slot[a]:
            return -1
    same = True
    for j in range(d.seat_ptr[m], d.seat_ptr[m + 1]):
        p = st.seat[j]
        if p < 0 or not _seat_fits(d, st, m, j, p, t):
            if d.team[j] < 0:
                return -1
            same = False
    if same:
        k = _room(d, st, m, t)
        if k >= 0 or not d.by_base[m]:
            return k
    return _room(d, st, m, t) if _pick(d, st, m, t) else -1


@jit
def begin(st: StateRef) -> None:
    """Starts a transaction: what `move` does from here on, `undo` takes back."""
    st.tick[1] += 1
    st.logs[0] = 0


@jit
def move(d: DataRef, st: StateRef, m: int, t: int, k: int) -> None:
    """Takes meeting `m` out (`t` = -1) or puts it in, and remembers how it was."""
    if st.slot[m] >= 0:
        remember(d, st, m)
        take(d, st, m)
    if t >= 0:
        remember(d, st, m)
        put(d, st, m, t, k)


@jit
def remember(d: DataRef, st: StateRef, m: int) -> None:
    """Notes how meeting `m` was before this transaction. To be called before its seats are chosen anew."""
    if st.logged[m] != st.tick[1]:
        st.logged[m] = st.tick[1]
        st.log[st.logs[0]] = m
        st.logs[0] += 1
        st.old_slot[m], st.old_place[m] = st.slot[m], st.place[m]
        for j in range(d.seat_ptr[m], d.seat_ptr[m + 1]):
            st.old_seat[j] = st.seat[j]


@jit
def undo(d: DataRef, st: StateRef) -> None:
    """Takes the transaction back."""
    for i in range(st.logs[0]):
        if st.slot[st.log[i]] >= 0:
            take(d, st, st.log[i])
    for i in range(st.logs[0]):
        m = st.log[i]
        for j in range(d.seat_ptr[m], d.seat_ptr[m + 1]):
            st.seat[j] = st.old_seat[j]
        if st.old_slot[m] >= 0:
            put(d, st, m, st.old_slot[m], st.old_place[m])
