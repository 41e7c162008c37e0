"""A `Problem` as dense numpy arrays: everything the compiled search needs to know about the rules.

Participants, candidates, sessions and places become positions 0, 1, 2, ... Places that no rule tells apart become one
*class* with the sum of their capacities; which table of a class a meeting gets is decided afterwards
(`solver.search.rooms`).
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from matchmaker.scheduling.domain import Candidate, Problem

Ints = NDArray[Any]  # int32
Longs = NDArray[Any]  # int64
Flags = NDArray[Any]  # uint8
Words = NDArray[Any]  # uint64

FREE = 1 << 30  # a limit that never binds


class Data(NamedTuple):
    """The rules. `n` candidates, `P` participants, `T` slots, `S` sessions, `D` days, `K` classes of places.

    Ragged lists are stored flat: those of row `i` are `list[list_ptr[i] : list_ptr[i + 1]]`. A candidate's seats
    (one for each who attends) are the positions `seat_ptr[i] : seat_ptr[i + 1]`.
    """

    length: Ints  # (n) slots
    value: Longs  # (n)
    must: Flags  # (n) has to take place
    start: Flags  # (n, T) may start here, as far as its own people, slots, places and pins are concerned
    seat_ptr: Ints  # (n + 1)
    person: Ints  # (seats) who sits there, -1 for the member of a team
    team: Ints  # (seats) the team, -1 for a seat with a name on it
    member_ptr: Ints
    member: Ints  # the members of each team
    class_ptr: Ints  # (n + 1)
    classes: Ints  # the classes of places each candidate may use
    by_base: Flags  # (n) the own places of those who attend come first
    base: Ints  # (P) class of the own place or -1
    pin: Ints  # (n) the class of the place it is pinned to, -1: to none
    capacity: Ints  # (K, T) meetings at once; 0 where closed
    available: Flags  # (P, T)
    session: Ints  # (T)
    day: Ints  # (T)
    word: Ints  # (T) the word of a participant's busy bits that holds this slot
    bit: Words  # (T) its bit there
    word_ptr: Ints  # (S + 1)
    minimum: Ints  # (P)
    maximum: Ints  # (P)
    maximum_session: Ints  # (P)
    maximum_day: Ints  # (P)
    maximum_run: Ints  # (P)
    before_ptr: Ints
    before: Ints  # the candidates that must end before each one starts
    after_ptr: Ints
    after: Ints  # the candidates that must not start before each one ends
    group_ptr: Ints
    group: Ints  # the exclusive groups each candidate is in
    fairness: Longs  # (1) most breaks of one participant


class IdIndex(NamedTuple):
    """The way back from positions to the caller's ids."""

    candidates: list[int]
    participants: list[int]
    classes: list[list[int]]  # positions in `Problem.places`, one class after the other
    position: dict[int, int]  # candidate id -> position
    person: dict[int, int]  # participant id -> position


def ragged(rows: Iterable[Sequence[int]]) -> tuple[Ints, Ints]:
    """Lists of different lengths as (offsets, everything in one row)."""
    lists = list(rows)
    offsets = np.zeros(len(lists) + 1, np.int32)
    np.cumsum([len(row) for row in lists], out=offsets[1:])
    return offsets, np.array([x for row in lists for x in row], np.int32)


def arrays(problem: Problem, *, complete: bool = False, fairness: int | None = None) -> tuple[Data, IdIndex]:
    """`problem` for the compiled search; `complete`: all must take place; `fairness`: the most breaks of one person."""
    slots, people, candidates = len(problem.slots), problem.participants, problem.candidates
    person = {p.id: i for i, p in enumerate(people)}
    position = {c.id: i for i, c in enumerate(candidates)}
    sessions = {s: i for i, s in enumerate(dict.fromkeys(slot.session for slot in problem.slots))}
    days = {d: i for i, d in enumerate(dict.fromkeys(slot.day for slot in problem.slots))}
    session = np.array([sessions[s.session] for s in problem.slots], np.int32)
    available = np.ones((len(people), slots), np.uint8)
    for i, p in enumerate(people):
        if p.available is not None:
            available[i] = _only(p.available, slots)
    classes, allowed, base, pin = _classes(problem, person)
    capacity = _capacity(problem, classes)
    named = [[person[p] for p in c.people] for c in candidates]
    member_ptr, member, seats, teams = _seats(candidates, person)
    start = _starts(problem, session, available, named)
    fits = capacity > 0
    somewhere: dict[tuple[int, ...], Flags] = {}
    by_base = []
    for i, c in enumerate(candidates):
        by_base.append(c.places is None and any(base[person[p]] >= 0 for team in c.teams for p in team))
        if pin[i] != -1:
            start[i] &= fits[pin[i]] if pin[i] >= 0 and (pin[i] in allowed[i] or by_base[i]) else False
        elif not by_base[i]:
            key = tuple(allowed[i])
            if key not in somewhere:
                somewhere[key] = np.any(fits[allowed[i]], axis=0).astype(np.uint8)
            start[i] &= somewhere[key]
    word, bit, word_ptr = _words(session, len(sessions))
    before = [[position[b] for b in c.after if b in position] for c in candidates]
    after: list[list[int]] = [[] for _ in candidates]
    for i, earlier in enumerate(before):
        for b in earlier:
            after[b].append(i)
    groups: list[list[int]] = [[] for _ in candidates]
    for g, ids in enumerate(problem.exclusive):
        for number in ids:
            if number in position:
                groups[position[number]].append(g)
    pinned = {pin.candidate for pin in problem.pins}
    limits = [
        (p.maximum, p.maximum_per_session, p.maximum_per_day, p.maximum_consecutive) for p in people
    ]  # None: no limit
    limit = np.array([[FREE if x is None else x for x in row] for row in limits], np.int32).reshape(-1, 4).T.copy()
    data = Data(
        length=np.array([c.length for c in candidates], np.int32),
        value=np.array([c.value for c in candidates], np.int64),
        must=np.array([complete or c.id in pinned for c in candidates], np.uint8),
        start=start,
        seat_ptr=ragged(seats)[0],
        person=ragged(seats)[1],
        team=ragged(teams)[1],
        member_ptr=member_ptr,
        member=member,
        class_ptr=ragged(allowed)[0],
        classes=ragged(allowed)[1],
        by_base=np.array(by_base, np.uint8),
        base=base,
        pin=pin,
        capacity=capacity,
        available=available,
        session=session,
        day=np.array([days[s.day] for s in problem.slots], np.int32),
        word=word,
        bit=bit,
        word_ptr=word_ptr,
        minimum=np.array([p.minimum for p in people], np.int32),
        maximum=limit[0],
        maximum_session=limit[1],
        maximum_day=limit[2],
        maximum_run=limit[3],
        before_ptr=ragged(before)[0],
        before=ragged(before)[1],
        after_ptr=ragged(after)[0],
        after=ragged(after)[1],
        group_ptr=ragged(groups)[0],
        group=ragged(groups)[1],
        fairness=np.array([FREE if fairness is None else fairness], np.int64),
    )
    return data, IdIndex([c.id for c in candidates], [p.id for p in people], classes, position, person)


def _classes(problem: Problem, person: dict[int, int]) -> tuple[list[list[int]], list[list[int]], Ints, Ints]:
    """Places in classes; the classes each candidate may use; the class of each own place; of each pinned place."""
    where = {p.id: i for i, p in enumerate(problem.places)}
    own = {p.place for p in problem.participants if p.place is not None}
    pins_of: dict[int, set[int]] = defaultdict(set)
    for pin in problem.pins:
        if pin.place is not None:
            pins_of[pin.candidate].add(pin.place)
    single = own | {p for ids in pins_of.values() for p in ids}
    sets = list(dict.fromkeys(c.places for c in problem.candidates if c.places is not None))
    member_of: list[list[int]] = [[] for _ in problem.places]
    for k, ids in enumerate(sets):
        for p in ids:
            if p in where:
                member_of[where[p]].append(k)
    by_signature: dict[Hashable, list[int]] = defaultdict(list)
    for i, place in enumerate(problem.places):
        alone = place.id if place.id in single else None
        by_signature[alone, place.shared, place.open, tuple(member_of[i])].append(i)
    classes = list(by_signature.values())
    class_of = {problem.places[i].id: k for k, row in enumerate(classes) for i in row}
    base = np.full(len(problem.participants), -1, np.int32)
    for i, participant in enumerate(problem.participants):
        if participant.place is not None:
            base[i] = class_of[participant.place]
    shared = sorted({class_of[p.id] for p in problem.places if p.shared}, key=lambda k: (len(classes[k]) == 1, k))
    of_set = {ids: sorted({class_of[p] for p in ids if p in class_of}) for ids in sets}
    allowed = []
    pinned_class = np.full(len(problem.candidates), -1, np.int32)
    for i, c in enumerate(problem.candidates):
        bases = sorted({int(base[person[p]]) for p in c.people if base[person[p]] >= 0})
        allowed.append(of_set[c.places] if c.places is not None else bases or shared)
        if pins := pins_of.get(c.id):
            # Two different pins cannot both hold: no class answers to -2.
            pinned_class[i] = class_of.get(min(pins), -2) if len(pins) == 1 else -2
    return classes, allowed, base, pinned_class


def _capacity(problem: Problem, classes: list[list[int]]) -> Ints:
    capacity = np.zeros((len(classes), len(problem.slots)), np.int32)
    for k, row in enumerate(classes):
        total = sum(problem.places[i].capacity for i in row)
        opening = problem.places[row[0]].open
        for t in range(len(problem.slots)):
            capacity[k, t] = total if opening is None or t in opening else 0
    return capacity


def _seats(
    candidates: Sequence[Candidate], person: dict[int, int]
) -> tuple[Ints, Ints, list[list[int]], list[list[int]]]:
    rows: list[list[int]] = []
    seats, teams = [], []
    for c in candidates:
        seats.append([person[p] for p in c.people] + [-1] * len(c.teams))
        teams.append([-1] * len(c.people) + list(range(len(rows), len(rows) + len(c.teams))))
        rows += [[person[p] for p in team] for team in c.teams]
    offsets, member = ragged(rows)
    return offsets, member, seats, teams


def _starts(problem: Problem, session: Ints, available: Flags, named: list[list[int]]) -> Flags:
    slots = len(problem.slots)
    pins: dict[int, list[int]] = defaultdict(list)
    for pin in problem.pins:
        if pin.slot is not None:
            pins[pin.candidate].append(pin.slot)
    start = np.ones((len(named), slots), np.uint8)
    offsets, everybody = ragged(named)
    attended = np.diff(offsets) > 0
    if attended.any():
        start[attended] = np.minimum.reduceat(available[everybody], offsets[:-1][attended])
    for i, c in enumerate(problem.candidates):
        if c.slots is not None:
            start[i] &= _only(c.slots, slots)
        for t in pins.get(c.id, ()):
            start[i] &= _only((t,), slots)
        if c.length > 1:
            free: Any = available[named[i]].all(axis=0)
            for t in np.flatnonzero(start[i]).tolist():
                end = t + c.length
                start[i, t] = end <= slots and session[t] == session[end - 1] and bool(free[t:end].all())
    return start


def _only(chosen: Iterable[int], slots: int) -> Flags:
    row = np.zeros(slots, np.uint8)
    row[[t for t in chosen if 0 <= t < slots]] = 1
    return row


def _words(session: Ints, sessions: int) -> tuple[Ints, Words, Ints]:
    """Where each slot's busy bit is kept: 64 slots of a session to a word."""
    word = np.zeros(len(session), np.int32)
    bit = np.zeros(len(session), np.uint64)
    word_ptr = np.zeros(sessions + 1, np.int32)
    for s in range(sessions):
        inside = np.flatnonzero(session == s)
        word_ptr[s + 1] = word_ptr[s] + (len(inside) + 63) // 64
        for k, t in enumerate(inside):
            word[t] = word_ptr[s] + k // 64
            bit[t] = np.uint64(1) << np.uint64(k % 64)
    return word, bit, word_ptr
