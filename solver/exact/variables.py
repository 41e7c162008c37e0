"""The variables of a problem's CP-SAT model: what its rules, its goals and its reader speak of."""

from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Self, TypeVar

from ortools.sat.python import cp_model

from matchmaker.scheduling.domain import Candidate, Meeting, Problem, Schedule
from solver.exact.index import ProblemIndex
from solver.result import Options

T = TypeVar("T")


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


class Variables:
    """One Boolean for each (candidate, starting slot) in `start`, one for each pool of interchangeable places where
    there is a choice in `seats`, one for each member of a team who may stand in in `stand_ins`; of each participant the
    `agenda`, and by slot whether they are `busy` or `free`.

    `free` names the candidates to decide on (None: all); every other one is held as it is in `options.start`, and only
    what the free part touches has variables.
    """

    def __init__(self, index: ProblemIndex, options: Options, free: Collection[int] | None) -> None:
        self.index, self.options = index, options
        self.cp = cp_model.CpModel()
        self.true = self.cp.new_constant(1)
        self.open_candidates = dict.fromkeys(
            index.candidates if free is None else (c for c in index.candidates if c in set(free))
        )
        before = options.start or Schedule()
        self.fixed_meetings: dict[int, Meeting] = (
            {} if free is None else {m.candidate: m for m in before.meetings if m.candidate not in self.open_candidates}
        )
        self.deciding_all = free is None
        self.pinned = {pin.candidate for pin in index.problem.pins}
        everybody = free is None or options.fairness is not None
        self.concerned: set[int] = set(index.participants) if everybody else self._who_may_attend()
        self.pools: list[Pool] = []
        self.seated_by_slot = False  # whether meetings are seated slot by slot, see `solver.exact.model`
        self.room: dict[int, list[int]] = {}
        self.start: dict[int, dict[int, Any]] = {}
        self.seats: dict[int, dict[int, dict[int, Any]]] = {}
        self.stand_ins: dict[tuple[int, int], list[dict[int, Any]]] = {}
        self.agenda: dict[int, list[Attendance]] = defaultdict(list)
        self.busy: dict[tuple[int, int], list[Any]] = defaultdict(list)
        self.free: dict[tuple[int, int], Any] = {}
        self.kept_literals: dict[int, Any] = {}
        self._derived: dict[Callable[..., Any], Any] = {}

    def derived(self, make: Callable[[Self], T]) -> T:
        """The variables that `make` adds, which are added once."""
        if make not in self._derived:
            self._derived[make] = make(self)
        made: T = self._derived[make]
        return made

    def _who_may_attend(self) -> set[int]:
        who: set[int] = set()
        for candidate in self.open_candidates:
            who |= self.index.may_attend(self.index.candidates[candidate])
        return who & self.index.participants.keys()

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
        known = self.open_candidates.keys() | {
            m.candidate for m in self.fixed_meetings.values() if self._is_concerned(m)
        }
        return replace(problem, candidates=tuple(c for c in problem.candidates if c.id in known))

    def _is_concerned(self, meeting: Meeting) -> bool:
        c = meeting.candidate
        return c in self.open_candidates or c in self.pinned or not self.concerned.isdisjoint(meeting.attendees)

    def places_of(self, attendance: Attendance) -> dict[int, Any]:
        """Where this attendance takes place: a literal for each place (places are told apart only for `Goal.MOVES`)."""
        candidate, slot = attendance.candidate, attendance.slot
        if candidate.id in self.fixed_meetings:
            return {self.fixed_meetings[candidate.id].place: self.true}
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
