"""Search by Kempe chains and by ejection, compiled.

A Kempe chain (Kempe 1879; as a move of timetabling: Thompson and Dowsland, "Variants of simulated annealing for the
examination timetabling problem", 1996) exchanges two slots for one meeting and for all those that this forces. It
keeps the set of meetings, so it can be judged by its compactness alone before anything moves.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solver.arrays import Ints, Longs
from solver.state import (
    BREAKS,
    IDLE,
    UNFAIR,
    DataRef,
    StateRef,
    begin,
    compactness,
    fits,
    jit,
    move,
    put,
    randint,
    remember,
    undo,
)

Floats = NDArray[Any]  # float64


@jit
def _grow(d: DataRef, st: StateRef, s: int, t: int, length: int, head: int, size: int) -> int:
    """Adds to `st.chain` all that its members from `head` on push out of slots `s` and `t`; its size, 0: impossible."""
    while head < size:
        x = st.chain[head]
        old, long = st.slot[x], d.length[x]
        if s <= old and old + long <= s + length:
            new = old + t - s
        elif t <= old and old + long <= t + length:
            new = old + s - t
        else:
            return 0
        if d.start[x, new] == 0:
            return 0
        st.goes[head] = new
        for j in range(d.seat_ptr[x], d.seat_ptr[x + 1]):
            p = st.seat[j]
            for u in range(new, new + long):
                if d.available[p, u] == 0:
                    return 0
                y = st.agenda[p, u]
                if y >= 0 and st.mark[y] != st.tick[0]:
                    st.mark[y] = st.tick[0]
                    st.chain[size] = y
                    size += 1
        head += 1
    return size


@jit
def _excess(d: DataRef, st: StateRef, k: int, s: int, t: int, size: int) -> int:
    """By how many meetings the chain would overfill class `k` in slot `t`, or (negative) in slot `s`."""
    net = 0
    for i in range(size):
        if st.place[st.chain[i]] == k:
            net += 1 if st.goes[i] == t else -1
    if net > 0:
        return max(0, st.used[k, t] + net - d.capacity[k, t])
    return min(0, d.capacity[k, s] - st.used[k, s] + net)


@jit
def _chain(d: DataRef, st: StateRef, m: int, t: int) -> int:
    """Collects in `st.chain` and `st.goes` what moving meeting `m` to slot `t` forces; its size, 0: impossible.

    Where one of the slots would be overfull, further chains go the other way with it.
    """
    s, length, k = st.slot[m], d.length[m], st.place[m]
    if abs(t - s) < length:
        return 0
    st.tick[0] += 1
    st.mark[m] = st.tick[0]
    st.chain[0] = m
    size = _grow(d, st, s, t, length, 0, 1)
    if length > 1:
        return size
    for _ in range(8):
        if size == 0:
            return 0
        excess = _excess(d, st, k, s, t, size)
        if excess == 0:
            return size
        full = t if excess > 0 else s
        if st.rows[full] == 0:
            return 0
        y = st.roster[full, randint(st.random, st.rows[full])]
        if st.mark[y] != st.tick[0] and st.place[y] == k and d.length[y] == 1:
            st.mark[y] = st.tick[0]
            st.chain[size] = y
            size = _grow(d, st, s, t, 1, size, size + 1)
    return 0


@jit
def _touch(d: DataRef, st: StateRef, p: int, t: int, n: int) -> int:
    """Makes sure that the draft holds the session of slot `t` in the agenda of `p`; the number of drafts."""
    s = d.session[t]
    if st.seen[p, s] == st.tick[0]:
        return n
    st.seen[p, s] = st.tick[0]
    st.touched[0, n], st.touched[1, n] = p, s
    for w in range(d.word_ptr[s], d.word_ptr[s + 1]):
        st.draft[p, w] = st.busy[p, w]
    return n + 1


@jit
def _preview(d: DataRef, st: StateRef, size: int, delta: Longs) -> None:
    """What the chain just collected would change in each goal, into `delta`."""
    n = 0
    for i in range(size):
        x, new = st.chain[i], st.goes[i]
        old = st.slot[x]
        for j in range(d.seat_ptr[x], d.seat_ptr[x + 1]):
            p = st.seat[j]
            n = _touch(d, st, p, old, n)
            n = _touch(d, st, p, new, n)
            for u in range(d.length[x]):
                st.draft[p, d.word[old + u]] ^= d.bit[old + u]
                st.draft[p, d.word[new + u]] ^= d.bit[new + u]
    delta[:] = 0
    for i in range(n):
        p, s = st.touched[0, i], st.touched[1, i]
        first, last = d.word_ptr[s], d.word_ptr[s + 1]
        b0, i0 = compactness(st.busy, p, first, last)
        b1, i1 = compactness(st.draft, p, first, last)
        delta[BREAKS] += b1 - b0
        delta[IDLE] += i1 - i0
        if st.drafted[p] != st.tick[0]:
            st.drafted[p] = st.tick[0]
            st.drafts[p] = st.breaks[p]
        limit = d.fairness[0]
        before = max(0, st.drafts[p] - limit)
        st.drafts[p] += b1 - b0
        delta[UNFAIR] += max(0, st.drafts[p] - limit) - before


@jit
def _gain(d: DataRef, st: StateRef, p: int, s: int, weight: Floats) -> float:
    """What the draft of session `s` in the agenda of `p` costs more than what is there."""
    first, last = d.word_ptr[s], d.word_ptr[s + 1]
    b0, i0 = compactness(st.busy, p, first, last)
    b1, i1 = compactness(st.draft, p, first, last)
    return weight[BREAKS] * (b1 - b0) + weight[IDLE] * (i1 - i0)


@jit
def _lure(d: DataRef, st: StateRef, m: int, t: int, weight: Floats) -> float:
    """The cost of moving meeting `m`, one slot long, to slot `t` for those of its people who are free then.

    For the others it is an exchange, and what their partners pay is not known before the chain is.
    """
    old = st.slot[m]
    cost = 0.0
    for j in range(d.seat_ptr[m], d.seat_ptr[m + 1]):
        p = st.seat[j]
        if st.agenda[p, t] >= 0:
            continue
        here, there = d.session[old], d.session[t]
        for w in range(d.word_ptr[here], d.word_ptr[here + 1]):
            st.draft[p, w] = st.busy[p, w]
        for w in range(d.word_ptr[there], d.word_ptr[there + 1]):
            st.draft[p, w] = st.busy[p, w]
        st.draft[p, d.word[old]] ^= d.bit[old]
        st.draft[p, d.word[t]] ^= d.bit[t]
        cost += _gain(d, st, p, here, weight)
        if there != here:
            cost += _gain(d, st, p, there, weight)
    return cost


@jit
def _allowance(st: StateRef, heat: float) -> float:
    """The cost that is accepted this time (the Metropolis rule, turned round)."""
    return -heat * math.log((randint(st.random, 1 << 30) + 1.0) / (1 << 30))


@jit
def _accept(st: StateRef, delta: Longs, bound: Longs, weight: Floats, allowance: float) -> bool:
    """Whether the change costs no more than allowed and takes no goal above `bound` (nor further above it)."""
    cost = 0.0
    for g in range(len(delta)):
        if delta[g] > 0 and st.total[g] + delta[g] > bound[g]:
            return False
        cost += weight[g] * delta[g]
    return cost <= allowance


@jit
def _exchange(d: DataRef, st: StateRef, size: int) -> bool:
    """Moves the chain just collected, in the transaction that is open; False where a rule forbids it."""
    for i in range(size):
        move(d, st, st.chain[i], -1, -1)
    for i in range(size):
        x, t = st.chain[i], st.goes[i]
        k = fits(d, st, x, t)
        if k < 0:
            return False
        move(d, st, x, t, k)
    return True


@jit
def compact(
    d: DataRef, st: StateRef, meetings: Ints, steps: int, bound: Longs, weight: Floats, hot: float, cold: float
) -> int:
    """`steps` attempts to exchange slots for one of `meetings`, cooling from `hot` to `cold`; how many were made."""
    slots = d.start.shape[1]
    delta = np.zeros(len(bound), np.int64)
    rate = math.log(cold / hot) / max(1, steps)
    made = 0
    for step in range(steps):
        m = meetings[randint(st.random, len(meetings))]
        t = randint(st.random, slots)
        if st.slot[m] < 0 or t == st.slot[m] or d.start[m, t] == 0:
            continue
        allowance = _allowance(st, hot * math.exp(rate * step))
        if d.length[m] == 1 and _lure(d, st, m, t, weight) > allowance:
            continue
        size = _chain(d, st, m, t)
        if size == 0:
            continue
        _preview(d, st, size, delta)
        if not _accept(st, delta, bound, weight, allowance):
            continue
        begin(st)
        if _exchange(d, st, size):
            made += 1
        else:
            undo(d, st)
    return made


@jit
def _clear_seat(d: DataRef, st: StateRef, p: int, t: int) -> None:
    """Tries to free participant `p` in slot `t` by a Kempe chain, within the transaction."""
    y = st.agenda[p, t]
    slots = d.start.shape[1]
    offset = randint(st.random, slots)
    for i in range(slots):
        u = (offset + i) % slots
        if u != st.slot[y] and d.start[y, u] and st.agenda[p, u] < 0:
            size = _chain(d, st, y, u)
            if size == 0:
                continue
            before = st.logs[0]
            if size <= 40 and _exchange(d, st, size):
                return
            if st.logs[0] != before:
                return


@jit
def _eject(d: DataRef, st: StateRef, m: int, t: int) -> bool:
    """Takes out what stands in the way of meeting `m` in slot `t`, within the transaction; False where it may not."""
    for j in range(d.seat_ptr[m], d.seat_ptr[m + 1]):
        p = st.seat[j]
        if p < 0:
            continue
        for u in range(t, t + d.length[m]):
            y = st.agenda[p, u]
            if y >= 0:
                move(d, st, y, -1, -1)
        if (
            st.meetings[p] >= d.maximum[p]
            or st.in_session[p, d.session[t]] >= d.maximum_session[p]
            or st.in_day[p, d.day[t]] >= d.maximum_day[p]
        ):
            _eject_one_of(d, st, p, t)
    return True


@jit
def _eject_one_of(d: DataRef, st: StateRef, p: int, t: int) -> None:
    """Takes out the cheapest meeting of `p` in the session of slot `t`, or else anywhere."""
    slots = d.start.shape[1]
    narrow = st.in_session[p, d.session[t]] >= d.maximum_session[p]
    cheapest = -1
    for u in range(slots):
        y = st.agenda[p, u]
        if y < 0 or (narrow and d.session[u] != d.session[t]):
            continue
        if st.in_day[p, d.day[t]] >= d.maximum_day[p] and d.day[u] != d.day[t]:
            continue
        if cheapest < 0 or d.value[y] + (d.must[y] << 20) < d.value[cheapest] + (d.must[cheapest] << 20):
            cheapest = y
    if cheapest >= 0:
        move(d, st, cheapest, -1, -1)


@jit
def _eject_from_slot(d: DataRef, st: StateRef, m: int, t: int) -> None:
    """Takes out the cheapest of a few meetings that start in slot `t`, to make room at the places of `m`."""
    cheapest = -1
    for _ in range(6):
        if st.rows[t] == 0:
            return
        y = st.roster[t, randint(st.random, st.rows[t])]
        if y == m:
            continue
        if cheapest < 0 or d.value[y] + (d.must[y] << 20) < d.value[cheapest] + (d.must[cheapest] << 20):
            cheapest = y
    if cheapest >= 0:
        move(d, st, cheapest, -1, -1)


@jit
def settle(d: DataRef, st: StateRef, m: int) -> bool:
    """Puts meeting `m` in some slot where it fits, within the transaction."""
    slots = d.start.shape[1]
    offset = randint(st.random, slots)
    for i in range(slots):
        t = (offset + i) % slots
        k = fits(d, st, m, t)
        if k >= 0:
            move(d, st, m, t, k)
            return True
    return False


@jit
def _insert(d: DataRef, st: StateRef, m: int, t: int) -> bool:
    """Puts meeting `m` in slot `t` at the expense of others, which find another slot or go out."""
    for j in range(d.seat_ptr[m], d.seat_ptr[m + 1]):
        p = st.seat[j]
        if p >= 0 and d.length[m] == 1 and st.agenda[p, t] >= 0:
            _clear_seat(d, st, p, t)
    k = fits(d, st, m, t)
    if k < 0:
        _eject(d, st, m, t)
        k = fits(d, st, m, t)
    if k < 0:
        _eject_from_slot(d, st, m, t)
        k = fits(d, st, m, t)
    if k < 0:
        return False
    move(d, st, m, t, k)
    for i in range(st.logs[0]):
        if st.slot[st.log[i]] < 0 and not settle(d, st, st.log[i]):
            continue
    return True


@jit
def enrich(
    d: DataRef, st: StateRef, wanted: Ints, steps: int, bound: Longs, weight: Floats, hot: float, cold: float
) -> int:
    """`steps` attempts to put one of the `wanted` meetings in, cooling from `hot` to `cold`; how many were made."""
    slots = d.start.shape[1]
    before, delta = np.zeros(len(bound), np.int64), np.zeros(len(bound), np.int64)
    rate = math.log(cold / hot) / max(1, steps)
    made = 0
    for step in range(steps):
        m = wanted[randint(st.random, len(wanted))]
        t = randint(st.random, slots)
        if d.start[m, t] == 0:
            continue
        before[:] = st.total
        begin(st)
        if st.slot[m] >= 0:
            size = _chain(d, st, m, t) if t != st.slot[m] else 0
            good = size > 0 and _exchange(d, st, size)
        else:
            remember(d, st, m)
            good = _insert(d, st, m, t)
        if good:
            delta[:] = st.total - before
            st.total[:] = before
            good = _accept(st, delta, bound, weight, _allowance(st, hot * math.exp(rate * step)))
            st.total[:] = before + delta
        if good:
            made += 1
        else:
            undo(d, st)
    return made


@jit
def place(d: DataRef, st: StateRef, order: Ints, slot: int) -> None:
    """Puts the meetings of `order` in where they fit: in `slot`, or, where that is -1, in the emptiest slot."""
    slots = d.start.shape[1]
    for m in order:
        if st.slot[m] >= 0:
            continue
        best, least = slot, np.int64(1) << 40
        if slot < 0:
            offset = randint(st.random, slots)
            for i in range(slots):
                t = (offset + i) % slots
                if d.start[m, t] and st.rows[t] < least and fits(d, st, m, t) >= 0:
                    best, least = t, st.rows[t]
        if best >= 0:
            k = fits(d, st, m, best)
            if k >= 0:
                put(d, st, m, best, k)
