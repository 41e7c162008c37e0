"""Moves in and out of the schedule under search, compiled: they keep every rule and every count of the goals."""

from solver.search.arrays import FREE
from solver.search.bits import compactness, jit, randint
from solver.search.state import BREAKS, IDLE, MISSING, SHORTFALL, UNFAIR, VALUE, DataRef, StateRef


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
        st.total[SHORTFALL] -= st.meetings[p] <= d.minimum[p]
    for j in range(d.group_ptr[m], d.group_ptr[m + 1]):
        st.group_meetings[d.group[j]] += 1
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
        st.total[SHORTFALL] += st.meetings[p] <= d.minimum[p]
        st.meetings[p] -= 1
        st.in_session[p, d.session[t]] -= 1
        st.in_day[p, d.day[t]] -= 1
    for j in range(d.group_ptr[m], d.group_ptr[m + 1]):
        st.group_meetings[d.group[j]] -= 1
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
        return bool(end - begin <= d.maximum_run[p])
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
                    return int(k)
        if based:
            return -1
    for i in range(d.class_ptr[m], d.class_ptr[m + 1]):
        if _has_room(d, st, m, t, d.classes[i]):
            return int(d.classes[i])
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
        if st.group_meetings[d.group[j]] > 0:
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
    if st.log_tick[m] != st.tick[1]:
        st.log_tick[m] = st.tick[1]
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
