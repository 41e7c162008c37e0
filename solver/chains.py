"""The compiled searches: placing, enriching by ejection, compacting by Kempe chains."""

import math

import numpy as np

from solver.arrays import Ints, Longs
from solver.bits import jit, randint
from solver.kempe import Floats, accept, allowance, chain, exchange, lure, preview
from solver.moves import begin, fits, move, put, remember, undo
from solver.state import DataRef, StateRef


@jit
def compact(
    d: DataRef, st: StateRef, meetings: Ints, steps: int, bound: Longs, weight: Floats, hot: float, cold: float
) -> int:
    """`steps` attempts to exchange slots for one of `meetings`, cooling from `hot` to `cold`; how many were made."""
    slots = d.start.shape[1]
    delta = np.zeros(len(bound), np.int64)
    rate = math.log(cold / hot) / max(1, steps)
    made = 0
    random, slot, start, length = st.random, st.slot, d.start, d.length
    heat = hot
    for step in range(steps):
        if step % 64 == 0:
            heat = hot * math.exp(rate * step)
        m = meetings[randint(random, len(meetings))]
        t = randint(random, slots)
        if slot[m] < 0 or t == slot[m] or start[m, t] == 0:
            continue
        cost = lure(d, st, m, t, weight) if length[m] == 1 else 0.0
        if cost > 16.0 * heat:
            continue
        most = allowance(random, heat)
        if cost > most:
            continue
        size = chain(d, st, m, t)
        if size == 0:
            continue
        preview(d, st, size, delta)
        if not accept(st, delta, bound, weight, most):
            continue
        begin(st)
        if exchange(d, st, size):
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
            size = chain(d, st, y, u)
            if size == 0:
                continue
            before = st.logs[0]
            if size <= 40 and exchange(d, st, size):
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
    d: DataRef, st: StateRef, meetings: Ints, steps: int, bound: Longs, weight: Floats, hot: float, cold: float
) -> int:
    """`steps` attempts to put one of `meetings` in, cooling from `hot` to `cold`; how many were made."""
    slots = d.start.shape[1]
    before, delta = np.zeros(len(bound), np.int64), np.zeros(len(bound), np.int64)
    rate = math.log(cold / hot) / max(1, steps)
    made = 0
    for step in range(steps):
        m = meetings[randint(st.random, len(meetings))]
        t = randint(st.random, slots)
        if d.start[m, t] == 0:
            continue
        before[:] = st.total
        begin(st)
        if st.slot[m] >= 0:
            size = chain(d, st, m, t) if t != st.slot[m] else 0
            good = size > 0 and exchange(d, st, size)
        else:
            remember(d, st, m)
            good = _insert(d, st, m, t)
        if good:
            delta[:] = st.total - before
            st.total[:] = before
            good = accept(st, delta, bound, weight, allowance(st.random, hot * math.exp(rate * step)))
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
