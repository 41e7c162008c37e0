"""The breaks of a complete problem as clauses, for a SAT solver to decide "is there a schedule of at most k breaks?".

The encoding is the one of Bofill et al., "Constraint Solving Approaches to the Business-to-Business Meeting Scheduling
Problem", JAIR 74 (2022): busy-slot variables, both implied constraints (each participant is busy in as many slots as
they have meetings; at most two people a table are busy in a slot), and the meetings of one participant counted as one
when the tables of a slot are counted, since no two of them can be held together.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from pysat.card import CardEnc, EncType

from matchmaker.scheduling.domain import Problem

_COUNTS = {"at most": CardEnc.atmost, "at least": CardEnc.atleast, "exactly": CardEnc.equals}


@dataclass
class Clauses:
    """Clauses over the literals 1, 2, ..., `variables`; a negative literal is the negation."""

    variables: int = 0
    clauses: list[list[int]] = field(default_factory=list)

    def new(self) -> int:
        self.variables += 1
        return self.variables

    def add(self, *literals: int) -> None:
        self.clauses.append(list(literals))

    def count(self, how: str, bound: int, literals: Sequence[int], *, encoding: int = EncType.cardnetwrk) -> None:
        """`how` ("at most", "at least", "exactly") many of `literals` are true."""
        if how == "at most" and bound >= len(literals):
            return
        if bound < 0 or (how != "at most" and bound > len(literals)):
            self.add()
            return
        network = _COUNTS[how](lits=list(literals), bound=bound, top_id=self.variables, encoding=encoding)
        self.variables = max(self.variables, network.nv)
        self.clauses += network.clauses

    def totalizer(self, literals: Sequence[int], most: int) -> list[int]:
        """Literals c[0], c[1], ... up to `most`, where c[k] is true just when more than k of `literals` are.

        A totalizer (Bailleux and Boufkhad, 2003) with both directions.
        """
        if len(literals) == 1:
            return list(literals)
        half = len(literals) // 2
        left, right = self.totalizer(literals[:half], most), self.totalizer(literals[half:], most)
        total = [self.new() for _ in range(min(most, len(left) + len(right)))]
        for i in range(len(left) + 1):
            for j in range(len(right) + 1):
                below = ([-left[i - 1]] if i else []) + ([-right[j - 1]] if j else [])
                if 0 < i + j <= len(total):
                    self.add(*below, total[i + j - 1])
                above = ([left[i]] if i < len(left) else []) + ([right[j]] if j < len(right) else [])
                if i + j < len(total):
                    self.add(*above, -total[i + j])
        return total


@dataclass
class Encoding(Clauses):
    """`starts[candidate, slot]` is the literal of a meeting in a slot; `holes` has one literal for each break."""

    starts: dict[tuple[int, int], int] = field(default_factory=dict)
    holes: list[int] = field(default_factory=list)


def applies(problem: Problem) -> bool:
    """Whether the clauses say all of `problem`: meetings of one slot at places that are all alike, no limits."""
    return (
        not problem.exclusive
        and all(c.length == 1 and not c.teams and c.places is None for c in problem.candidates)
        and all(p.place is None and p.maximum_per_session is None for p in problem.participants)
        and all(p.maximum_per_day is None and p.maximum_consecutive is None for p in problem.participants)
        and all(pin.place is None for pin in problem.pins)
    )


def encode(problem: Problem, fairness: int | None) -> Encoding:
    """Every candidate takes place; breaks of two participants differ by `fairness` at most (None: any)."""
    out = Encoding()
    slots = range(len(problem.slots))
    meetings: dict[int, list[int]] = defaultdict(list)
    for c in problem.candidates:
        for person in c.people:
            meetings[person].append(c.id)
    _starts(out, problem)
    busy = {p.id: [out.new() for _ in slots] for p in problem.participants}
    for p in problem.participants:
        _attend(out, busy[p.id], [[out.starts.get((i, t), 0) for i in meetings[p.id]] for t in slots])
        out.count("exactly", len(meetings[p.id]), busy[p.id])
        if p.maximum is not None and len(meetings[p.id]) > p.maximum:
            out.add()
    _tables(out, problem, meetings, busy)
    _order(out, problem)
    holes = {p.id: _holes(out, problem, busy[p.id]) for p in problem.participants if len(meetings[p.id]) > 1}
    out.holes = [h for own in holes.values() for h in own]
    if fairness is not None:
        most = {p: min(len(meetings[p]) - 1, (len(slots) - 1) // 2) for p in holes}
        _fairness(out, holes, most, fairness, everyone=len(holes) == len(problem.participants))
    return out


def _starts(out: Encoding, problem: Problem) -> None:
    away = {
        p.id: set(range(len(problem.slots))) - p.available if p.available is not None else set[int]()
        for p in problem.participants
    }
    pinned = {pin.candidate: pin.slot for pin in problem.pins if pin.slot is not None}
    for c in problem.candidates:
        allowed = set(range(len(problem.slots))) if c.slots is None else set(c.slots)
        allowed -= set().union(*(away[p] for p in c.people))
        if c.id in pinned:
            allowed &= {pinned[c.id]}
        own = [out.new() for _ in allowed]
        out.starts.update({(c.id, t): v for t, v in zip(sorted(allowed), own, strict=True)})
        out.add(*own)
        for one, other in combinations(own, 2):
            out.add(-one, -other)


def _attend(out: Clauses, busy: list[int], meetings_by_slot: Iterable[list[int]]) -> None:
    """A participant is busy in a slot just when one of their meetings is held there, and never in two."""
    for here, row in zip(busy, meetings_by_slot, strict=True):
        literals = [x for x in row if x]
        for x in literals:
            out.add(-x, here)
        out.add(-here, *literals)
        for one, other in combinations(literals, 2):
            out.add(-one, -other)


def _tables(out: Encoding, problem: Problem, meetings: dict[int, list[int]], busy: dict[int, list[int]]) -> None:
    clusters = _clusters(problem, meetings)
    pairs = all(len(c.people) == 2 for c in problem.candidates)
    for t in range(len(problem.slots)):
        tables = sum(p.capacity for p in problem.places if p.shared and (p.open is None or t in p.open))
        meetings_at_once = []
        for cluster in clusters:
            literals = [out.starts[i, t] for i in cluster if (i, t) in out.starts]
            if len(literals) > 1:
                some = out.new()
                for x in literals:
                    out.add(-x, some)
                meetings_at_once.append(some)
            else:
                meetings_at_once += literals
        out.count("at most", tables, meetings_at_once, encoding=EncType.seqcounter)
        if pairs:
            out.count("at most", 2 * tables, [busy[p][t] for p in busy if meetings[p]], encoding=EncType.totalizer)


def _clusters(problem: Problem, meetings: dict[int, list[int]]) -> list[list[int]]:
    """The meetings in groups that share a participant, the largest groups first."""
    left, groups = {c.id for c in problem.candidates}, []
    people = {c.id: c.people for c in problem.candidates}
    waiting = Counter({p: len(own) for p, own in meetings.items()})
    while left:
        most = max(waiting, key=lambda p: waiting[p])
        groups.append([i for i in meetings[most] if i in left])
        left.difference_update(groups[-1])
        for i in groups[-1]:
            waiting.subtract(people[i])
    return groups


def _order(out: Encoding, problem: Problem) -> None:
    slots = range(len(problem.slots))
    by: dict[int, list[int]] = {}  # by[i][t]: meeting i is held in slot t or before
    for c in problem.candidates:
        for earlier in c.after:
            if earlier not in by:
                by[earlier] = [out.new() for _ in slots]
                for t in slots:
                    until = ([by[earlier][t - 1]] if t else []) + (
                        [out.starts[earlier, t]] if (earlier, t) in out.starts else []
                    )
                    out.add(-by[earlier][t], *until)
                    for x in until:
                        out.add(-x, by[earlier][t])
            for t in slots:
                if (c.id, t) in out.starts:
                    out.add(-out.starts[c.id, t], *([by[earlier][t - 1]] if t else []))


def _holes(out: Clauses, problem: Problem, busy: list[int]) -> list[int]:
    """A literal for each slot of a session that ends a break: idle, some meeting before it, one right after it."""
    holes = []
    for t, slot in enumerate(problem.slots):
        first = t == 0 or problem.slots[t - 1].session != slot.session
        last = t + 1 == len(problem.slots) or problem.slots[t + 1].session != slot.session
        if first:
            begun = busy[t]
            continue
        before, begun = begun, out.new()
        out.add(-before, begun)
        out.add(-busy[t], begun)
        out.add(before, busy[t], -begun)
        if not last:
            hole = out.new()
            out.add(busy[t], -before, -busy[t + 1], hole)
            out.add(-hole, -busy[t])
            out.add(-hole, before)
            out.add(-hole, busy[t + 1])
            holes.append(hole)
    return holes


def _fairness(out: Clauses, holes: dict[int, list[int]], most: dict[int, int], limit: int, *, everyone: bool) -> None:
    """Nobody has more than `limit` breaks above anybody else; who has one meeting or none has no breaks."""
    if not everyone:
        for p, own in holes.items():
            if most[p] > limit:
                out.count("at most", limit, own)
        return
    longest = max(most.values(), default=0)
    least = [out.new() for _ in range(longest)]  # least[k]: everybody has more than k breaks
    for p, own in holes.items():
        more_than = out.totalizer(own, most[p] + 1) if own else []
        for k in range(longest):
            more = more_than[k] if k < len(more_than) else None
            out.add(-least[k], *([more] if more else []))
            if k >= limit and more:
                out.add(-more, least[k - limit])
