"""Why a problem has no schedule: a small set of demands that cannot all be met."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from time import perf_counter

from matchmaker.scheduling.domain import Candidate, Participant, Pin, Place, Problem
from matchmaker.scheduling.validation import validate
from solver.exact.index import ProblemIndex
from solver.exact.model import Model
from solver.exact.optimise import solve_exactly
from solver.result import Options, SolveStatus

_LIMITS = ("maximum", "maximum_per_session", "maximum_per_day", "maximum_consecutive")
_PLENTY = 10**6
_FEW = 200  # meetings of which each is asked whether it is needed
_SHARE = 0.1  # of the time, at most, for one question


class DemandKind(StrEnum):
    """What is demanded, and which fields of `Demand` say of what.

    `MEETINGS`: all `candidates` take place; `PIN`: one does in `slots`, at `place`; `START`: one starts in one of
    `slots`; `WHERE`: one is at one of its own places; `ORDER`: the first of `candidates` ends before the second starts;
    `EXCLUSIVE`: only one of `candidates` takes place; `AVAILABILITY`: `participant` is there in `slots` only; `LIMIT`:
    no more than `number`, `limit` names the field of `Participant`; `TABLES`: the shared places take `number` meetings,
    all slots together; `STAND`: `place` takes `number` at once, in `slots`; `FAIRNESS`: the breaks of any two people
    differ by `number` at most.
    """

    MEETINGS = "meetings"
    PIN = "pin"
    START = "start"
    WHERE = "where"
    ORDER = "order"
    EXCLUSIVE = "exclusive"
    AVAILABILITY = "availability"
    LIMIT = "limit"
    TABLES = "tables"
    STAND = "stand"
    FAIRNESS = "fairness"


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """One thing that a problem demands."""

    kind: DemandKind
    candidates: tuple[int, ...] = ()
    participant: int | None = None
    place: int | None = None
    slots: tuple[int, ...] = ()
    number: int = 0
    limit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Demands that no schedule meets together. `minimal`: proven that without any one of them (or of the meetings, all
    in the first demand) there is one.
    """

    demands: tuple[Demand, ...]
    minimal: bool


def conflict(problem: Problem, options: Options | None = None) -> Conflict | None:
    """A small set of demands of an infeasible problem that contradict one another; None where none was found in time.

    That nobody is in two meetings at once, that slots and sessions are as they are, is taken for granted. Looks first
    at one meeting, then at the meetings of one person, then at all; takes away what is not needed by QuickXplain
    (Junker, AAAI 2004). Raises ValueError for a problem that `matchmaker.scheduling.validation.validate` refuses.
    """
    validate(problem)
    return _Search(problem, options or Options(complete=True)).run()


class _Search:
    def __init__(self, problem: Problem, options: Options) -> None:
        self.problem, self.options = problem, options
        self.index = ProblemIndex(problem)
        self.ends = perf_counter() + options.time_limit
        pinned = {pin.candidate for pin in problem.pins}
        self.must = [c for c in problem.candidates if options.complete or c.id in pinned]
        self.in_doubt = False

    def run(self) -> Conflict | None:
        unknown = [pin.candidate for pin in self.problem.pins if pin.candidate not in self.index.candidates]
        if unknown:
            return Conflict(demands=(Demand(kind=DemandKind.MEETINGS, candidates=(unknown[0],)),), minimal=True)
        for scope in self._scopes():
            rules = list(self._rules(scope))
            if self._contradict([_meetings(scope), *rules]):
                self.in_doubt = False
                return self._smallest(scope, rules)
        return None

    def _smallest(self, scope: list[Candidate], rules: list[Demand]) -> Conflict:
        rules = self._needed([_meetings(scope)], rules)
        if len(scope) <= _FEW:
            single = self._needed(rules, [_meetings([c]) for c in scope])
            scope = [self.index.candidates[d.candidates[0]] for d in single]
        # To drop a meeting can make breaks more unequal: then no set is surely minimal.
        fair = any(rule.kind is DemandKind.FAIRNESS for rule in rules)
        minimal = len(scope) <= _FEW and not self.in_doubt and not fair
        return Conflict(demands=(_meetings(scope), *rules), minimal=minimal)

    def _scopes(self) -> Iterator[list[Candidate]]:
        """Sets of meetings in which to look for a conflict, the small ones first."""
        starts = Model(self.index, Options(goals=())).start
        pinned = {pin.candidate for pin in self.problem.pins}
        yield from ([c] for c in self.must if not starts[c.id] or c.id in pinned)
        shared: dict[tuple[str, int | None], list[Candidate]] = defaultdict(list)
        for candidate in self.must:
            for person in candidate.people:
                shared["person", person].append(candidate)
            for base in {self.index.participants[p].place for p in candidate.people} - {None}:
                shared["stand", base].append(candidate)
        for number, group in enumerate(self.problem.exclusive):
            shared["group", number] = [c for c in self.must if c.id in group]
        yield from sorted((scope for scope in shared.values() if len(scope) > 1), key=len, reverse=True)
        yield self.must

    def _rules(self, scope: Sequence[Candidate]) -> Iterator[Demand]:
        """All that is demanded of the meetings of `scope`. What comes first is rather kept."""
        ids = {c.id for c in scope}
        for pin in self.problem.pins:
            if pin.candidate in ids and (pin.slot is not None or pin.place is not None):
                slots = () if pin.slot is None else (pin.slot,)
                yield Demand(kind=DemandKind.PIN, candidates=(pin.candidate,), slots=slots, place=pin.place)
        for p in sorted({p for c in scope for p in self.index.may_attend(c)} & self.index.participants.keys()):
            yield from self._demands_of(self.index.participants[p])
        for c in scope:
            if c.slots is not None:
                yield Demand(kind=DemandKind.START, candidates=(c.id,), slots=tuple(sorted(c.slots)))
            if c.places is not None:
                yield Demand(kind=DemandKind.WHERE, candidates=(c.id,))
            for earlier in sorted(c.after & ids):
                yield Demand(kind=DemandKind.ORDER, candidates=(earlier, c.id))
        for group in self.problem.exclusive:
            if len(group & ids) > 1:
                yield Demand(kind=DemandKind.EXCLUSIVE, candidates=tuple(sorted(group & ids)))
        yield from self._demands_of_places(scope)
        if self.options.fairness is not None:
            yield Demand(kind=DemandKind.FAIRNESS, number=self.options.fairness)

    def _demands_of(self, p: Participant) -> Iterator[Demand]:
        if p.available is not None:
            yield Demand(kind=DemandKind.AVAILABILITY, participant=p.id, slots=tuple(sorted(p.available)))
        for limit in _LIMITS:
            number = getattr(p, limit)
            if number is not None:
                yield Demand(kind=DemandKind.LIMIT, participant=p.id, limit=limit, number=number)

    def _demands_of_places(self, scope: Sequence[Candidate]) -> Iterator[Demand]:
        slots = range(len(self.problem.slots))
        tables = [k for k in self.problem.places if k.shared]
        seats = sum(k.capacity * len(slots if k.open is None else k.open) for k in tables)
        yield Demand(kind=DemandKind.TABLES, slots=tuple(slots), number=seats)
        named = {k for c in scope for k in c.places or ()}
        people = {p for c in scope for p in self.index.may_attend(c)} & self.index.participants.keys()
        named |= {base for p in people if (base := self.index.participants[p].place) is not None}
        for place in self.problem.places:
            if place.id in named and not place.shared:
                opening = tuple(slots if place.open is None else sorted(place.open))
                yield Demand(kind=DemandKind.STAND, place=place.id, number=place.capacity, slots=opening)

    def _contradict(self, demands: Sequence[Demand]) -> bool:
        """Whether it is proven that no schedule meets them all."""
        left = min(self.ends - perf_counter(), _SHARE * self.options.time_limit)
        if left <= 0 or self.options.stop():
            self.in_doubt = True
            return False
        fairness = self.options.fairness if any(d.kind is DemandKind.FAIRNESS for d in demands) else None
        options = replace(
            self.options, goals=(), fairness=fairness, complete=False, start=None, baseline=None, time_limit=left
        )
        status = solve_exactly(_demanding(self.index, demands), options).status
        self.in_doubt |= status is SolveStatus.UNKNOWN
        return status is SolveStatus.INFEASIBLE

    def _needed(self, given: list[Demand], demands: list[Demand]) -> list[Demand]:
        """Those of `demands` that are needed to contradict `given` (QuickXplain)."""
        if not demands or self._contradict(given):
            return []
        if len(demands) == 1:
            return demands
        first, second = demands[: len(demands) // 2], demands[len(demands) // 2 :]
        of_second = self._needed(given + first, second)
        return self._needed(given + of_second, first) + of_second


def _meetings(scope: Sequence[Candidate]) -> Demand:
    return Demand(kind=DemandKind.MEETINGS, candidates=tuple(c.id for c in scope))


def _demanding(index: ProblemIndex, demands: Sequence[Demand]) -> Problem:
    """The problem in which only these demands are made, and only the meetings that they ask for are candidates."""
    by_kind: dict[DemandKind, list[Demand]] = defaultdict(list)
    for demand in demands:
        by_kind[demand.kind].append(demand)

    def of(kind: DemandKind) -> set[int]:
        return {c for demand in by_kind[kind] for c in demand.candidates}

    places = tuple(_places(index, by_kind))
    anywhere = frozenset(place.id for place in places)  # not None: those who attend may have an own place
    must, starts, wheres = of(DemandKind.MEETINGS), of(DemandKind.START), of(DemandKind.WHERE)
    before: dict[int, set[int]] = defaultdict(set)
    for demand in by_kind[DemandKind.ORDER]:
        earlier, later = demand.candidates
        before[later].add(earlier)
    candidates = tuple(
        replace(
            c,
            slots=c.slots if c.id in starts else None,
            places=c.places if c.places is None or c.id in wheres else anywhere,
            after=frozenset(before[c.id]),
        )
        for c in index.problem.candidates
        if c.id in must
    )
    pins = [Pin(candidate=c) for c in sorted(must)]
    pins += [
        Pin(candidate=d.candidates[0], slot=d.slots[0] if d.slots else None, place=d.place)
        for d in by_kind[DemandKind.PIN]
        if d.candidates[0] in must
    ]
    limits: dict[int, dict[str, object]] = defaultdict(lambda: {"available": None, **dict.fromkeys(_LIMITS)})
    for d in by_kind[DemandKind.AVAILABILITY]:
        assert d.participant is not None
        limits[d.participant]["available"] = frozenset(d.slots)
    for d in by_kind[DemandKind.LIMIT]:
        assert d.participant is not None
        limits[d.participant][d.limit] = d.number
    attending = {p for c in candidates for p in index.may_attend(c)}
    if by_kind[DemandKind.FAIRNESS]:
        attending = set(index.participants)
    return replace(
        index.problem,
        candidates=candidates,
        participants=tuple(replace(p, **limits[p.id]) for p in index.problem.participants if p.id in attending),  # type: ignore[arg-type]
        places=places,
        pins=tuple(pins),
        exclusive=tuple(frozenset(d.candidates) for d in by_kind[DemandKind.EXCLUSIVE]),
    )


def _places(index: ProblemIndex, by_kind: dict[DemandKind, list[Demand]]) -> Iterator[Place]:
    """The places as they are where they are demanded, with plenty of room elsewhere."""
    strict = {d.place for d in by_kind[DemandKind.STAND]}
    for place in index.problem.places:
        yield place if place.shared or place.id in strict else replace(place, capacity=_PLENTY, open=None)
    if not by_kind[DemandKind.TABLES]:
        yield Place(id=max(index.places, default=-1) + 1, capacity=_PLENTY)
