"""The compiled searches: placing, enriching by ejection, compacting by Kempe chains."""

import math

import numpy as np

from solver.search.arrays import Flags, Ints, Longs, Words
from solver.search.bits import jit, randint
from solver.search.kempe import Floats, accept, allowance, chain, exchange, flip, preview, split
from solver.search.moves import begin, fits, move, put, remember, undo
from solver.search.state import UNFAIR, DataRef, StateRef

PARTNERS = 32  # chains that are asked to make up for one that overfills a slot


@jit
def compact(
    d: DataRef, st: StateRef, meetings: Ints, steps: int, bound: Longs, weight: Floats, hot: float, cold: float
) -> int:
    """Exchanges slots until `steps` meetings were looked at, cooling from `hot` to `cold`; how many exchanges.

    Two slots at a time, and all chains between them: each is judged once, and where a slot is full the chain that goes
    the other way is not a guess but the best of many.
    """
    slots, most = d.start.shape[1], 2 * st.roster.shape[1] + 1
    ends, net, price = np.zeros(most, np.int32), np.zeros(most, np.int32), np.zeros(most)
    is_used = np.zeros(most, np.bool_)
    change, delta = np.zeros((most, len(bound)), np.int64), np.zeros(len(bound), np.int64)
    before = np.zeros(len(bound), np.int64)
    rate = math.log(cold / hot) / max(1, steps)
    step, made = 0, 0
    while step < steps:
        heat = hot * math.exp(rate * step)
        step += 1
        m = meetings[randint(st.random, len(meetings))]
        s, t, k = st.slot[m], randint(st.random, slots), st.place[m]
        if s < 0 or t == s or d.start[m, t] == 0:
            continue
        if d.length[m] > 1:
            made += _shift(d, st, m, t, bound, weight, heat, before, delta)
            continue
        n, visits = split(d, st, s, t, k, ends, net, change)
        step += visits
        for i in range(n):
            price[i], is_used[i] = 0.0, False
            for g in range(len(bound)):
                price[i] += weight[g] * change[i, g]
        for i in range(n):
            if is_used[i] or price[i] > 16.0 * heat:
                continue
            j = -1
            if st.used[k, t] + net[i] > d.capacity[k, t] or st.used[k, s] - net[i] > d.capacity[k, s]:
                j = _partner(st.random, n, net[i], net, price, is_used)
                if j < 0:
                    continue
            delta[:] = change[i]
            if j >= 0:
                delta += change[j]
            allowed = allowance(st.random, heat)
            if not accept(st.total, delta, bound, weight, allowed):
                continue
            before[:] = st.total
            if flip(d, st, ends, i, j) and _stands(d, st, before, delta, bound, weight, allowed):
                made += 1
                is_used[i] = True
                if j >= 0:
                    is_used[j] = True
    return made


@jit
def _partner(random: Words, n: int, surplus: int, net: Ints, price: Floats, is_used: Flags) -> int:
    """The cheapest of some of the `n` chains that go against the `surplus`, or -1."""
    best = -1
    offset = randint(random, n)
    for i in range(min(n, PARTNERS)):
        j = (offset + i) % n
        if not is_used[j] and net[j] * surplus < 0 and (best < 0 or price[j] < price[best]):
            best = j
    return best


@jit
def _shift(
    d: DataRef,
    st: StateRef,
    m: int,
    t: int,
    bound: Longs,
    weight: Floats,
    heat: float,
    before: Longs,
    delta: Longs,
) -> bool:
    """Tries to move meeting `m`, of any length, to slot `t` by the chain that this forces."""
    size = chain(d, st, m, t)
    if size == 0:
        return False
    preview(d, st, size, delta)
    allowed = allowance(st.random, heat)
    if not accept(st.total, delta, bound, weight, allowed):
        return False
    before[:] = st.total
    begin(st)
    if exchange(d, st, size):
        return _stands(d, st, before, delta, bound, weight, allowed)
    undo(d, st)
    return False


@jit
def _stands(
    d: DataRef, st: StateRef, before: Longs, delta: Longs, bound: Longs, weight: Floats, allowed: float
) -> bool:
    """Judges the open transaction by what it did to the totals `before`, and takes it back where that is too much.

    Another member of a team may attend than `delta` was previewed with, because a limit was in the way; that changes
    the coverage, too.
    """
    delta[:] = st.total - before
    if accept(before, delta, bound, weight, allowed):
        return True
    undo(d, st)
    return False


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
            made += _stands(d, st, before, delta, bound, weight, allowance(st.random, hot * math.exp(rate * step)))
        else:
            undo(d, st)
    return made


@jit
def make_fair(d: DataRef, st: StateRef) -> None:
    """Takes meetings out until nobody has more breaks than is fair; what must take place stays, fair or not."""
    made = 1
    while made and st.total[UNFAIR] > 0:
        made = 0
        for p in range(len(st.breaks)):
            while st.breaks[p] > d.fairness[0]:
                m = _least_missed(d, st, p)
                if m < 0:
                    break
                begin(st)
                move(d, st, m, -1, -1)
                made += 1


@jit
def _least_missed(d: DataRef, st: StateRef, p: int) -> int:
    """The meeting of `p` whose absence removes most breaks, and of these the cheapest; -1: all must take place."""
    best, most = -1, 0
    for t in range(d.start.shape[1]):
        m = st.agenda[p, t]
        if m < 0 or m == best or d.must[m]:
            continue
        before = st.total[UNFAIR]
        begin(st)
        move(d, st, m, -1, -1)
        gain = before - st.total[UNFAIR]
        undo(d, st)
        if best < 0 or gain > most or (gain == most and d.value[m] < d.value[best]):
            best, most = m, gain
    return best


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
