"""What is taken and what is free in a schedule, ready for questions about one meeting more.

`solver.explain.reasons` asks them.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from itertools import product

from matchmaker.scheduling.domain import Candidate, Meeting, Participant, Problem, Schedule
from solver.exact.index import ProblemIndex
from solver.exact.rules.times import inside_one_session, is_available


class Situation:
    """A problem and a legal schedule of it."""

    def __init__(self, problem: Problem, schedule: Schedule) -> None:
        self.problem, self.schedule = problem, schedule
        self.index = ProblemIndex(problem)
        self.held = schedule.by_candidate
        self.pinned = {pin.candidate for pin in problem.pins}
        self.agenda: dict[int, list[Meeting]] = defaultdict(list)
        self.busy: dict[tuple[int, int], int] = {}
        self.seated: dict[tuple[int, int], set[int]] = defaultdict(set)
        for meeting in schedule.meetings:
            for person in meeting.attendees:
                self.agenda[person].append(meeting)
                for slot in self.covered(meeting.candidate, meeting.slot):
                    self.busy[person, slot] = meeting.candidate
            for slot in self.covered(meeting.candidate, meeting.slot):
                self.seated[meeting.place, slot].add(meeting.candidate)
        slots = range(len(problem.slots))
        self.room = {
            k.id: [
                k.capacity - len(self.seated.get((k.id, t), ())) if k.open is None or t in k.open else 0 for t in slots
            ]
            for k in problem.places
        }
        self.shared = [k.id for k in problem.places if k.shared]
        self.free_places = [{k for k in self.room if self.room[k][t] > 0} for t in slots]
        self.rivals: dict[int, set[int]] = defaultdict(set)
        for group in problem.exclusive:
            for one in group:
                self.rivals[one] |= (group & self.held.keys()) - {one}
        self.later: dict[int, set[int]] = defaultdict(set)
        for candidate in problem.candidates:
            for earlier in candidate.after:
                self.later[earlier].add(candidate.id)

    def covered(self, candidate: int, slot: int) -> range:
        return self.index.covered(self.index.candidates[candidate], slot)

    def line_ups(self, candidate: Candidate) -> list[tuple[int, ...]]:
        """All who would attend, for each choice of stand-ins; none where a person is unknown or a team empty."""
        people, known = tuple(dict.fromkeys(candidate.people)), self.index.participants
        if not all(p in known for p in people):
            return []
        teams = [[p for p in dict.fromkeys(team) if p in known and p not in people] for team in candidate.teams]
        return [(*people, *chosen) for chosen in product(*teams) if len(set(chosen)) == len(chosen)]

    def starts(self, candidate: Candidate) -> list[int]:
        """Where it fits into a session, its own slots aside."""
        return [t for t in range(len(self.problem.slots)) if inside_one_session(self.index, candidate, t)]

    def is_there(self, person: int, candidate: Candidate, slot: int) -> bool:
        return is_available(self.index, person, candidate, slot)

    def blockers(self, people: Iterable[int], slots: Collection[int]) -> set[int]:
        """The meetings that keep any of `people` in any of `slots`."""
        return {self.busy[p, t] for p in people for t in slots if (p, t) in self.busy}

    def at(self, place: int, slots: Iterable[int]) -> set[int]:
        """The meetings at a place in any of `slots`."""
        return set[int]().union(*(self.seated.get((place, t), ()) for t in slots))

    def places(self, candidate: Candidate, attendees: Collection[int]) -> Collection[int]:
        """Where it may be held when these attend."""
        if candidate.places is not None:
            return [k for k in sorted(candidate.places) if k in self.room]
        bases = {self.index.participants[p].place for p in attendees} - {None}
        return [k for k in self.room if k in bases] if bases else self.shared

    def free_place(self, places: Collection[int], slots: Collection[int]) -> int | None:
        """The first of `places` with room in all of `slots`."""
        free = set.intersection(*(self.free_places[t] for t in slots))
        return next((k for k in places if k in free), None) if free else None

    def disordered(self, candidate: Candidate, slot: int) -> set[int]:
        """The scheduled meetings that would be on the wrong side of it."""
        early = {c for c in candidate.after & self.held.keys() if self.covered(c, self.held[c].slot).stop > slot}
        late = {c for c in self.later[candidate.id] & self.held.keys() if slot + candidate.length > self.held[c].slot}
        return early | late

    def exceeded(self, participant: Participant, agenda: Iterable[tuple[Candidate, int]]) -> dict[str, int]:
        """The limits that an agenda of (candidate, slot) breaks, each with the number that would do."""
        p, slots = participant, self.problem.slots
        if p.maximum is p.maximum_per_session is p.maximum_per_day is p.maximum_consecutive is None:
            return {}
        own = list(agenda)
        sessions = Counter(slots[t].session for _, t in own)
        days = Counter(slots[t].day for _, t in own)
        reached = {
            "maximum": (p.maximum, len(own)),
            "maximum_per_session": (p.maximum_per_session, max(sessions.values(), default=0)),
            "maximum_per_day": (p.maximum_per_day, max(days.values(), default=0)),
            "maximum_consecutive": (p.maximum_consecutive, self._longest_run(own)),
        }
        return {rule: n for rule, (limit, n) in reached.items() if limit is not None and n > limit}

    def _longest_run(self, agenda: Iterable[tuple[Candidate, int]]) -> int:
        busy = {t for candidate, slot in agenda for t in self.index.covered(candidate, slot)}
        longest = 0
        for session in self.index.sessions:
            run = 0
            for t in session:
                run = run + 1 if t in busy else 0
                longest = max(longest, run)
        return longest
