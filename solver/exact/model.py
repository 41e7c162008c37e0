"""A problem as a CP-SAT model: `solver.exact.variables` filled here, rules in `solver.exact.rules`, goals in
`solver.exact.goals`.
"""

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from matchmaker.scheduling.domain import Candidate, Meeting
from solver.exact.index import ProblemIndex
from solver.exact.rules import CONSTRAINTS, OPENING, PLACES, STARTS, stability
from solver.exact.rules.times import is_available
from solver.exact.variables import Attendance, Pool, Variables
from solver.result import Goal, Options


class Model(Variables):
    """The variables of a problem and all its rules.

    `free` names the candidates to decide on (None: all); every other one stays as it is in `options.start`.
    """

    def __init__(self, index: ProblemIndex, options: Options, free: Collection[int] | None = None) -> None:
        super().__init__(index, options, free)
        self._make_pools()
        for candidate in self.open_candidates:
            self._add_candidate(index.candidates[candidate])
        for meeting in self.fixed_meetings.values():
            self._add_held(meeting)
        for person, agenda in self.agenda.items():
            for a in agenda:
                for t in index.covered(a.candidate, a.slot):
                    self.busy[person, t].append(a.attends)
        self.free = {key: self.cp.new_bool_var("") for key in self.busy}
        if Goal.STABILITY in options.goals:
            self.kept_literals = stability.kept_literals(self)
        for rule in CONSTRAINTS.values():
            rule(self)

    def _make_pools(self) -> None:
        """Places that the same free candidates and participants name are one pool.

        With meetings of one slot only, a pool is a number of seats per slot: whatever is counted can be seated. Longer
        meetings keep their place, and moves are counted between places; then places are told apart more finely.
        """
        index, candidates = self.index, [self.index.candidates[c] for c in self.open_candidates]
        slots = range(len(index.problem.slots))
        self.room = {
            place.id: [place.capacity if all(rule(place, t) for rule in OPENING.values()) else 0 for t in slots]
            for place in index.problem.places
        }
        for meeting in self.fixed_meetings.values():
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
