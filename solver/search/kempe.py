"""Kempe chains, compiled: exchange two slots for one meeting and for all those that this forces.

The chain (Kempe 1879; as a move of timetabling: Thompson and Dowsland, "Variants of simulated annealing for the
examination timetabling problem", 1996) keeps the set of meetings, so it can be judged by its compactness alone, before
anything moves.
"""

import math
from typing import Any

from numpy.typing import NDArray

from solver.search.arrays import Ints, Longs, Words
from solver.search.bits import compactness, jit, randint
from solver.search.moves import begin, fits, move, undo
from solver.search.state import BREAKS, IDLE, UNFAIR, DataRef, StateRef

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
        return int(max(0, st.used[k, t] + net - d.capacity[k, t]))
    return int(min(0, d.capacity[k, s] - st.used[k, s] + net))


@jit
def chain(d: DataRef, st: StateRef, m: int, t: int) -> int:
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
    if st.draft_tick[p, s] == st.tick[0]:
        return n
    st.draft_tick[p, s] = st.tick[0]
    st.draft_list[0, n], st.draft_list[1, n] = p, s
    for w in range(d.word_ptr[s], d.word_ptr[s + 1]):
        st.draft[p, w] = st.busy[p, w]
    return n + 1


@jit
def preview(d: DataRef, st: StateRef, size: int, delta: Longs) -> None:
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
        p, s = st.draft_list[0, i], st.draft_list[1, i]
        first, last = d.word_ptr[s], d.word_ptr[s + 1]
        b0, i0 = compactness(st.busy, p, first, last)
        b1, i1 = compactness(st.draft, p, first, last)
        delta[BREAKS] += b1 - b0
        delta[IDLE] += i1 - i0
        if st.drafts_tick[p] != st.tick[0]:
            st.drafts_tick[p] = st.tick[0]
            st.drafts[p] = st.breaks[p]
        limit = d.fairness[0]
        before = max(0, st.drafts[p] - limit)
        st.drafts[p] += b1 - b0
        delta[UNFAIR] += max(0, st.drafts[p] - limit) - before


@jit
def _toll(d: DataRef, st: StateRef, p: int, s: int, t: int) -> tuple[int, int]:
    """Breaks and idle slots that `p`, busy in slot `s` and free in `t`, gains by changing the one for the other."""
    here, there = d.session[s], d.session[t]
    breaks, idle = 0, 0
    for sign in (-1, 1):
        b, i = compactness(st.busy, p, d.word_ptr[here], d.word_ptr[here + 1])
        breaks, idle = breaks + sign * b, idle + sign * i
        if there != here:
            b, i = compactness(st.busy, p, d.word_ptr[there], d.word_ptr[there + 1])
            breaks, idle = breaks + sign * b, idle + sign * i
        # There and, the second time, back again.
        st.busy[p, d.word[s]] ^= d.bit[s]
        st.busy[p, d.word[t]] ^= d.bit[t]
    return breaks, idle


@jit
def split(d: DataRef, st: StateRef, s: int, t: int, k: int, ends: Ints, net: Ints, change: Longs) -> tuple[int, int]:
    """All chains of slots `s` and `t` that can go, one after the other in `st.chain`; their number, the meetings seen.

    Chain `i` lies between `ends[i]` and `ends[i + 1]`, brings `net[i]` more meetings of class `k` to `t` than to `s`,
    and changes the totals by `change[i]`. Nobody is in two chains, so the changes of several add up.
    """
    st.tick[0] += 1
    tick, limit = st.tick[0], d.fairness[0]
    size, n, visits = 0, 0, 0
    for turn in range(2):
        here = t if turn else s
        for row in range(st.rows[here]):
            m = st.roster[here, row]
            if st.mark[m] == tick or d.length[m] > 1:
                continue
            st.mark[m] = tick
            st.chain[size] = m
            head = size
            size += 1
            possible = True
            ends[n], net[n], change[n] = head, 0, 0
            while head < size:
                x = st.chain[head]
                old = st.slot[x]
                new = s + t - old
                st.goes[head] = new
                head += 1
                possible = possible and d.start[x, new] != 0
                if st.place[x] == k:
                    net[n] += 1 if new == t else -1
                for j in range(d.seat_ptr[x], d.seat_ptr[x + 1]):
                    p = st.seat[j]
                    y = st.agenda[p, new]
                    if y < 0:
                        possible = possible and d.available[p, new] != 0
                        if possible:
                            breaks, idle = _toll(d, st, p, old, new)
                            change[n, BREAKS] += breaks
                            change[n, IDLE] += idle
                            before = st.breaks[p]
                            change[n, UNFAIR] += max(0, before + breaks - limit) - max(0, before - limit)
                    elif d.length[y] > 1:
                        possible = False
                    elif st.mark[y] != tick:
                        st.mark[y] = tick
                        st.chain[size] = y
                        size += 1
            visits += size - ends[n]
            if possible:
                n += 1
                ends[n] = size
            else:
                size = ends[n]
    return n, visits


@jit
def allowance(random: Words, heat: float) -> float:
    """The cost that is accepted this time (the Metropolis rule, turned round)."""
    return -heat * math.log((randint(random, 1 << 30) + 1.0) / (1 << 30))


@jit
def accept(total: Longs, delta: Longs, bound: Longs, weight: Floats, allowance: float) -> bool:
    """Whether changing `total` by `delta` costs no more than allowed and takes no goal above `bound` (nor further)."""
    cost = 0.0
    for g in range(len(delta)):
        if delta[g] > 0 and total[g] + delta[g] > bound[g]:
            return False
        cost += weight[g] * delta[g]
    return cost <= allowance


@jit
def _lift(d: DataRef, st: StateRef, first: int, last: int) -> None:
    for i in range(first, last):
        move(d, st, st.chain[i], -1, -1)


@jit
def _drop(d: DataRef, st: StateRef, first: int, last: int) -> bool:
    for i in range(first, last):
        k = fits(d, st, st.chain[i], st.goes[i])
        if k < 0:
            return False
        move(d, st, st.chain[i], st.goes[i], k)
    return True


@jit
def exchange(d: DataRef, st: StateRef, size: int) -> bool:
    """Moves the chain just collected, in the transaction that is open; False where a rule forbids it."""
    _lift(d, st, 0, size)
    return _drop(d, st, 0, size)


@jit
def flip(d: DataRef, st: StateRef, ends: Ints, i: int, j: int) -> bool:
    """Moves chains `i` and `j` (-1: none) of those just split; False, and nothing done, where a rule forbids it."""
    begin(st)
    _lift(d, st, ends[i], ends[i + 1])
    if j >= 0:
        _lift(d, st, ends[j], ends[j + 1])
    if _drop(d, st, ends[i], ends[i + 1]) and (j < 0 or _drop(d, st, ends[j], ends[j + 1])):
        return True
    undo(d, st)
    return False
