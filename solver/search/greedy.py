"""A legal schedule, one meeting after the other: needs no compiled code, and repairs start with it.

Slots and places are the bits of whole numbers, so that one question takes a few operations however many there are.
"""

from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator
from itertools import islice, product
from time import perf_counter

from matchmaker.scheduling.domain import Candidate, Meeting, Participant, Pin, Problem, Schedule
from solver.exact.index import ProblemIndex

_LINE_UPS = 64  # choices of stand-ins that are tried for one start


class Plan:
    """A legal schedule that grows and shrinks; all rules but pins, completeness and fairness hold at any time."""

    def __init__(self, index: ProblemIndex, meetings: Iterable[Meeting] = ()) -> None:
        """`meetings` are taken as they are: the caller knows that they are legal together."""
        self.index, problem = index, index.problem
        self.slots = len(problem.slots)
        self.meetings: dict[int, Meeting] = {}
        self.agenda: dict[int, dict[int, Meeting]] = defaultdict(dict)
        self._busy: dict[int, int] = defaultdict(int)  # participant -> slots, as bits
        self._away = {p.id: 0 if p.available is None else ~_bits(p.available) for p in problem.participants}
        self._number = {place.id: k for k, place in enumerate(problem.places)}
        self._room = {k.id: [k.capacity if k.open is None or t in k.open else 0 for t in range(self.slots)]
                      for k in problem.places}  # fmt: skip
        self._free_places = [
            sum(1 << self._number[k] for k, room in self._room.items() if room[t] > 0) for t in range(self.slots)
        ]
        self._shared = sum(1 << self._number[k.id] for k in problem.places if k.shared)
        self._named: dict[frozenset[int], int] = {}
        self._rivals: dict[int, list[frozenset[int]]] = defaultdict(list)
        for group in problem.exclusive:
            for candidate in group:
                self._rivals[candidate].append(group)
        self._later: dict[int, list[int]] = defaultdict(list)
        for c in problem.candidates:
            for earlier in c.after:
                self._later[earlier].append(c.id)
        self._pins: dict[int, list[Pin]] = defaultdict(list)
        for pin in problem.pins:
            self._pins[pin.candidate].append(pin)
        for meeting in meetings:
            self.add(meeting)

    @property
    def schedule(self) -> Schedule:
        return Schedule(tuple(self.meetings.values()))

    def add(self, meeting: Meeting) -> None:
        """Takes a meeting in, unasked."""
        self.meetings[meeting.candidate] = meeting
        covered = self.index.covered(self.index.candidates[meeting.candidate], meeting.slot)
        for person in meeting.attendees:
            self.agenda[person][meeting.candidate] = meeting
            self._busy[person] |= _bits(covered)
        self._take(meeting.place, covered, 1)

    def remove(self, candidate: int) -> Meeting:
        """Takes a meeting out. Raises KeyError if it is not there."""
        meeting = self.meetings.pop(candidate)
        covered = self.index.covered(self.index.candidates[candidate], meeting.slot)
        for person in meeting.attendees:
            del self.agenda[person][candidate]
            self._busy[person] &= ~_bits(covered)
        self._take(meeting.place, covered, -1)
        return meeting

    def place(
        self, candidate: Candidate, slots: Iterable[int] | None = None, among: Container[int] | None = None
    ) -> Meeting | None:
        """Adds a meeting in the first of `slots` (None: of all) in which it fits; None where it fits in none.

        `among` names those who may attend it (None: everybody).
        """
        for slot in range(self.slots) if slots is None else slots:
            for attendees in self.line_ups(candidate, slot):
                if among is not None and not all(p in among for p in attendees):
                    continue
                place = self.place_for(candidate, slot, attendees)
                if place is not None:
                    meeting = Meeting(candidate=candidate.id, slot=slot, place=place, attendees=attendees)
                    self.add(meeting)
                    return meeting
        return None

    def line_ups(self, candidate: Candidate, slot: int) -> Iterator[tuple[int, ...]]:
        """Who could attend a meeting that starts in `slot`, the stand-ins with the fewest meetings first."""
        mask = self._mask(candidate, slot)
        people = candidate.people
        if not mask or any(self._away.get(p, -1) & mask for p in people):
            return
        teams = [
            sorted(
                (p for p in dict.fromkeys(team) if p not in people and not self._away.get(p, -1) & mask),
                key=lambda p: len(self.agenda[p]),
            )
            for team in candidate.teams
        ]
        for chosen in islice(product(*teams), _LINE_UPS):
            if len(set(chosen)) == len(chosen):
                yield (*people, *chosen)

    def place_for(self, candidate: Candidate, slot: int, attendees: tuple[int, ...]) -> int | None:
        """The first place where the meeting fits with these attendees, who are there; None where a rule forbids it."""
        places = self._places_for(candidate, slot, attendees)
        return self.index.problem.places[(places & -places).bit_length() - 1].id if places else None

    def fits(self, meeting: Meeting) -> bool:
        """Whether the meeting can be added as it is, given that its attendees are there."""
        places = self._places_for(self.index.candidates[meeting.candidate], meeting.slot, meeting.attendees)
        return bool(places >> self._number[meeting.place] & 1)

    def rivals(self, candidate: Candidate, slot: int, attendees: Iterable[int]) -> set[int]:
        """The meetings that cannot take place beside it: of its attendees at that time, by order, or exclusive ones."""
        mask = self._mask(candidate, slot)
        at_once = {
            c
            for p in attendees
            if self._busy[p] & mask
            for c, m in self.agenda[p].items()
            if _bits(self.index.covered(self.index.candidates[c], m.slot)) & mask
        }
        return at_once.union(self._disordered(candidate, slot), self._excluded(candidate))

    def at_its_places(self, candidate: Candidate, slot: int, attendees: tuple[int, ...]) -> Iterator[Meeting]:
        """The meetings at the places that it could use, at its time."""
        mask, places = self._mask(candidate, slot), self._allowed(candidate, attendees)
        for meeting in self.meetings.values():
            if places >> self._number[meeting.place] & 1:
                covered = self.index.covered(self.index.candidates[meeting.candidate], meeting.slot)
                if _bits(covered) & mask:
                    yield meeting

    def exceeded(self, person: int, candidate: Candidate, slot: int) -> bool:
        """Whether one meeting more in `slot` is more than a limit of `person` allows."""
        p, own = self.index.participants[person], self.agenda[person].values()
        if p.maximum is not None and len(own) >= p.maximum:
            return True
        here = self.index.problem.slots[slot]
        for limit, name in ((p.maximum_per_session, "session"), (p.maximum_per_day, "day")):
            if limit is not None:
                same = Counter(getattr(self.index.problem.slots[m.slot], name) for m in own)
                if same[getattr(here, name)] >= limit:
                    return True
        return self._too_long_a_run(p, candidate, slot)

    def _too_long_a_run(self, p: Participant, candidate: Candidate, slot: int) -> bool:
        if p.maximum_consecutive is None:
            return False
        session, covered = self.index.session_of[slot], self.index.covered(candidate, slot)
        busy, first, end = self._busy[p.id], covered.start, covered.stop
        while first > session.start and busy >> (first - 1) & 1:
            first -= 1
        while end < session.stop and busy >> end & 1:
            end += 1
        return end - first > p.maximum_consecutive

    def _places_for(self, candidate: Candidate, slot: int, attendees: tuple[int, ...]) -> int:
        """All places where the meeting fits, as bits."""
        mask = self._mask(candidate, slot)
        if not mask or any(self._busy[p] & mask for p in attendees):
            return 0
        if self._excluded(candidate) or self._disordered(candidate, slot):
            return 0
        if any(self.exceeded(p, candidate, slot) for p in attendees):
            return 0
        free = self._allowed(candidate, attendees)
        for t in self.index.covered(candidate, slot):
            free &= self._free_places[t]
        for pin in self._pins[candidate.id]:
            if pin.place is not None:
                free &= 1 << self._number[pin.place] if pin.place in self._number else 0
        return free

    def _excluded(self, candidate: Candidate) -> set[int]:
        return {c for group in self._rivals[candidate.id] for c in group & self.meetings.keys()} - {candidate.id}

    def _mask(self, candidate: Candidate, slot: int) -> int:
        """The slots that a meeting takes, as bits; 0 where it may not start."""
        if slot + candidate.length > self.index.session_of[slot].stop:
            return 0
        if candidate.slots is not None and slot not in candidate.slots:
            return 0
        if any(pin.slot not in (None, slot) for pin in self._pins[candidate.id]):
            return 0
        return ((1 << candidate.length) - 1) << slot

    def _disordered(self, candidate: Candidate, slot: int) -> set[int]:
        """The meetings that would be on the wrong side of it."""
        meetings, candidates = self.meetings, self.index.candidates
        late = {c for c in candidate.after if c in meetings and meetings[c].slot + candidates[c].length > slot}
        early = {c for c in self._later[candidate.id] if c in meetings and slot + candidate.length > meetings[c].slot}
        return late | early

    def _allowed(self, candidate: Candidate, attendees: tuple[int, ...]) -> int:
        if candidate.places is not None:
            if candidate.places not in self._named:
                known = (self._number[k] for k in candidate.places if k in self._number)
                self._named[candidate.places] = sum(1 << k for k in known)
            return self._named[candidate.places]
        bases = {self.index.participants[p].place for p in attendees} - {None}
        return sum(1 << self._number[k] for k in bases if k is not None) if bases else self._shared

    def _take(self, place: int, covered: range, meetings: int) -> None:
        room, bit = self._room[place], 1 << self._number[place]
        for t in covered:
            room[t] -= meetings
            if room[t] > 0:
                self._free_places[t] |= bit
            else:
                self._free_places[t] &= ~bit


def quick_plan(problem: Problem, seconds: float) -> Schedule:
    """A legal schedule within `seconds`: pinned meetings first, then the most valuable, each where it first fits.

    May lack a pinned meeting; knows neither completeness nor fairness.
    """
    ends = perf_counter() + seconds
    plan = Plan(ProblemIndex(problem))
    pinned = {pin.candidate for pin in problem.pins}
    for candidate in sorted(problem.candidates, key=lambda c: (c.id not in pinned, -c.value)):
        if perf_counter() > ends:
            break
        plan.place(candidate)
    return plan.schedule


def _bits(slots: Iterable[int]) -> int:
    bits = 0
    for t in slots:
        bits |= 1 << t
    return bits
