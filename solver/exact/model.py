"""A problem as a CP-SAT model: variables here, rules in `solver.exact.rules`, goals in `solver.exact.goals`.

One Boolean for each (candidate, starting slot), one for each pool of interchangeable places where there is a choice,
one for each member of a team who may stand in. A part of the schedule may be held as it is; then only what the free
part touches enters the model.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from ortools.sat.python import cp_model

from matchmaker.scheduling.domain import Candidate, Meeting, Problem, Schedule
from solver.exact.index import Index
from solver.exact.rules import CONSTRAINTS, OPENING, PLACES, STARTS, compactness, stability
from solver.exact.rules.times import is_available
from solver.result import Goal, Options


@dataclass(frozen=True, slots=True)
class Pool:
    """Places that can take one another's meetings, and how many meetings they still take together in each slot."""

    places: tuple[int, ...]
    capacity: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Attendance:
    """That a participant attends `candidate` from `slot` on: the literal `attends`."""

    candidate: Candidate
    slot: int
    attends: Any


class Model:
    """The variables of a problem and all its rules.

    `free` names the candidates to decide on (None: all); every other one stays as it is in `options.start`.
    """

    def __init__(self, index: Index, options: Options, free: Collection[int] | None = None) -> None:
        self.index, self.options = index, options
        self.cp = cp_model.CpModel()
        self.true = self.cp.new_constant(1)
        self.open_candidates = dict.fromkeys(
            index.candidates if free is None else (c for c in index.candidates if c in set(free))
        )
        before = options.start or Schedule()
        self.held: dict[int, Meeting] = (
            {} if free is None else {m.candidate: m for m in before.meetings if m.candidate not in self.open_candidates}
        )
        self.deciding_all = free is None
        self.pinned = {pin.candidate for pin in index.problem.pins}
        everybody = free is None or options.fairness is not None
        self.concerned: set[int] = set(index.participants) if everybody else self._who_may_attend()
        self._make_pools()
        self.start: dict[int, dict[int, Any]] = {}
        self.seats: dict[int, dict[int, dict[int, Any]]] = {}
        self.stand_ins: dict[tuple[int, int], list[dict[int, Any]]] = {}
        self.agenda: dict[int, list[Attendance]] = defaultdict(list)
        for candidate in self.open_candidates:
            self._add_candidate(index.candidates[candidate])
        for meeting in self.held.values():
            self._add_held(meeting)
        self.busy: dict[tuple[int, int], list[Any]] = defaultdict(list)
        for person, agenda in self.agenda.items():
            for a in agenda:
                for t in index.covered(a.candidate, a.slot):
                    self.busy[person, t].append(a.attends)
        self.free = {key: self.cp.new_bool_var("") for key in self.busy}
        self.kept = stability.kept(self) if Goal.STABILITY in options.goals else {}
        for rule in CONSTRAINTS.values():
            rule(self)

    def _who_may_attend(self) -> set[int]:
        who: set[int] = set()
        for candidate in self.open_candidates:
            who |= self.index.may_attend(self.index.candidates[candidate])
        return who & self.index.participants.keys()

    @cached_property
    def waits(self) -> dict[tuple[int, int], Any]:
        return compactness.waits(self)

    @cached_property
    def begins(self) -> dict[tuple[int, int], Any]:
        return compactness.begins(self)

    @cached_property
    def touched(self) -> dict[int, Any]:
        return stability.touched(self)

    @property
    def baseline(self) -> tuple[Meeting, ...]:
        return () if self.options.baseline is None else self.options.baseline.meetings

    def part(self, schedule: Schedule) -> Schedule:
        """What the free part concerns: its candidates, all meetings of those who may attend them, and the pinned."""
        if self.deciding_all:
            return schedule
        return Schedule(tuple(m for m in schedule.meetings if self._is_concerned(m)))

    @cached_property
    def part_of_problem(self) -> Problem:
        """The problem of which the part of a schedule is a schedule: legal if the whole is, and measured alike but for
        what is held.
        """
        problem = self.index.problem
        if self.deciding_all:
            return problem
        known = self.open_candidates.keys() | {m.candidate for m in self.held.values() if self._is_concerned(m)}
        return replace(problem, candidates=tuple(c for c in problem.candidates if c.id in known))

    def _is_concerned(self, meeting: Meeting) -> bool:
        c = meeting.candidate
        return c in self.open_candidates or c in self.pinned or not self.concerned.isdisjoint(meeting.attendees)

    def _make_pools(self) -> None:
        """Places that the same free candidates and participants name are one pool.

        With meetings of one slot only, a pool is a number of seats per slot: whatever is counted can be seated. Longer
        meetings keep their place, and moves are counted between places; then places are told apart more finely.
        """
        index, candidates = self.index, [self.index.candidates[c] for c in self.open_candidates]
        slots = range(len(index.problem.slots))
        self.room: dict[int, list[int]] = {
            place.id: [place.capacity if all(rule(place, t) for rule in OPENING.values()) else 0 for t in slots]
            for place in index.problem.places
        }
        for meeting in self.held.values():
            for t in index.covered(index.candidates[meeting.candidate], meeting.slot):
                self.room[meeting.place][t] -= 1
        named: dict[int, list[tuple[str, int]]] = defaultdict(list)
        for candidate in candidates:
            for place_id in candidate.places or ():
                named[place_id].append(("candidate", candidate.id))
        for person in self.concerned:
            base = index.participants[person].place
            if base is not None:
                named[base].append(("participant", person))
        for number, pin in enumerate(index.problem.pins):
            if pin.place is not None:
                named[pin.place].append(("pin", number))
        self.seated_by_slot = all(c.length == 1 for c in candidates) and Goal.MOVES not in self.options.goals
        groups: dict[Any, list[int]] = defaultdict(list)
        for place in index.problem.places:
            groups[self._kind(place.id, place.capacity, (place.shared, *sorted(named[place.id])))].append(place.id)
        self.pools = [
            Pool(tuple(ids), tuple(sum(max(0, self.room[k][t]) for k in ids) for t in slots)) for ids in groups.values()
        ]

    def _kind(self, place: int, capacity: int, names: tuple[Any, ...]) -> Any:
        if self.seated_by_slot:
            return names
        if Goal.MOVES in self.options.goals or Goal.STABILITY in self.options.goals:
            return place
        # Lanes that are wholly free or wholly taken in the same slots: first come, first served seats all that fits.
        lanes = all(room in (0, capacity) for room in self.room[place])
        return (names, tuple(room > 0 for room in self.room[place])) if lanes else place

    def _add_candidate(self, candidate: Candidate) -> None:
        start = self.start[candidate.id] = {}
        seats = self.seats[candidate.id] = {}
        index = self.index
        if not index.participants.keys() >= set(candidate.people):
            return
        pools = [
            g
            for g, pool in enumerate(self.pools)
            if all(rule(index, candidate, index.places[pool.places[0]]) for rule in PLACES.values())
        ]
        for slot in range(len(index.problem.slots)):
            covered = index.covered(candidate, slot)
            here = [g for g in pools if all(self.pools[g].capacity[t] > 0 for t in covered)]
            if not here or not all(rule(index, candidate, slot) for rule in STARTS.values()):
                continue
            x = start[slot] = self.cp.new_bool_var("")
            seats[slot] = {here[0]: x} if len(here) == 1 else {g: self.cp.new_bool_var("") for g in here}
            if len(here) > 1:
                self.cp.add(sum(seats[slot].values()) == x)
            for person in dict.fromkeys(candidate.people):
                self.agenda[person].append(Attendance(candidate, slot, x))
            if candidate.teams:
                self._add_stand_ins(candidate, slot)

    def _add_stand_ins(self, candidate: Candidate, slot: int) -> None:
        teams = self.stand_ins[candidate.id, slot] = []
        for team in candidate.teams:
            choices = {
                person: self.cp.new_bool_var("")
                for person in dict.fromkeys(team)
                if person in self.index.participants
                and person not in candidate.people
                and is_available(self.index, person, candidate, slot)
            }
            teams.append(choices)
            for person, literal in choices.items():
                self.agenda[person].append(Attendance(candidate, slot, literal))

    def _add_held(self, meeting: Meeting) -> None:
        """A held meeting is a constant, for those whom the free part concerns and for the candidates tied to it."""
        candidate = self.index.candidates[meeting.candidate]
        self.start[candidate.id] = {meeting.slot: self.true}
        for person in self.concerned.intersection(meeting.attendees):
            self.agenda[person].append(Attendance(candidate, meeting.slot, self.true))

    def places_of(self, attendance: Attendance) -> dict[int, Any]:
        """Where this attendance takes place: a literal for each place (places are told apart only for `Goal.MOVES`)."""
        candidate, slot = attendance.candidate, attendance.slot
        if candidate.id in self.held:
            return {self.held[candidate.id].place: self.true}
        seats = {self.pools[g].places[0]: seat for g, seat in self.seats[candidate.id][slot].items()}
        if attendance.attends is self.start[candidate.id][slot]:
            return seats
        both = {}
        for place, seat in seats.items():
            both[place] = self.cp.new_bool_var("")
            self.cp.add_bool_or([both[place], ~seat, ~attendance.attends])
            self.cp.add_implication(both[place], seat)
            self.cp.add_implication(both[place], attendance.attends)
        return both
