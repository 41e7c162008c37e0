"""A smaller model of the same decisions: tables that make no difference become one place, and whoever meets the team of
a stand meets it there."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from matchmaker.scheduling.domain import Candidate, Meeting, Place, Problem, Schedule


@dataclass(frozen=True, slots=True)
class Lanes:
    """`problem` with its empty tables as one place, and the way back. `choices` counts for each slot the shared places
    with room."""

    problem: Problem
    choices: tuple[int, ...]
    merged: int | None = None
    tables: tuple[Place, ...] = ()

    def literals(self, free: Collection[int]) -> int:
        """About how many a model has that decides on the candidates `free`."""
        people = {p.id: p for p in self.problem.participants}
        number = 0
        for c in self.problem.candidates:
            if c.id in free:
                slots = set(range(len(self.choices)) if c.slots is None else c.slots)
                for p in (people[p] for p in c.people if p in people):
                    slots &= slots if p.available is None else p.available
                own = any(people[p].place is not None for p in c.people if p in people)
                places = len(c.places) if c.places is not None else 1 if own else None
                teams = 1 + sum(map(len, c.teams))
                number += sum(teams + (self.choices[t] if places is None else places) for t in slots)
        return number

    def merge(self, schedule: Schedule) -> Schedule:
        """`schedule` with the meetings at the empty tables at the one place."""
        empty = {place.id for place in self.tables}
        return Schedule(
            tuple(
                replace(m, place=self.merged) if m.place in empty and self.merged is not None else m
                for m in schedule.meetings
            )
        )

    def split(self, schedule: Schedule) -> Schedule:
        """`schedule` with a table for every meeting at the one place. Whoever comes first takes the first that is free:
        tables that are empty all day seat whatever fits."""
        lengths = {c.id: c.length for c in self.problem.candidates}
        lanes = [place.id for place in self.tables for _ in range(place.capacity)]
        until = [0] * len(lanes)
        meetings = []
        for m in sorted(schedule.meetings, key=lambda m: m.slot):
            if m.place == self.merged:
                lane = next(i for i, end in enumerate(until) if end <= m.slot)
                until[lane] = m.slot + lengths[m.candidate]
                m = replace(m, place=lanes[lane])
            meetings.append(m)
        return Schedule(tuple(meetings))


def lanes(
    problem: Problem,
    fixed: Collection[Meeting],
    free: Collection[int],
    published: Schedule,
    *,
    distinguish_tables: bool,
) -> Lanes:
    """The problem of placing `free` beside `fixed` meetings, with the tables as few as they can be.

    Shared tables that nobody names, open in all slots, without a meeting in `fixed` and without a published meeting of
    `free` become one place. Where that seats all of `free` at once, others of their kind are left to `fixed`. For every
    schedule there is one with the same times and people, and with every published meeting that is kept, in which this
    changes nothing; only moves between places are counted differently: where they count, tables are distinguished.
    """
    lengths = {c.id: c.length for c in problem.candidates}
    used: dict[int, Counter[int]] = defaultdict(Counter)
    for m in fixed:
        used[m.place].update(range(m.slot, m.slot + lengths[m.candidate]))
    stand = {p.id: p.place for p in problem.participants}
    candidates = tuple(_at_the_stand(c, stand) if c.id in free else c for c in problem.candidates)
    apart = {*stand.values(), *(pin.place for pin in problem.pins)}
    apart |= {k for c in candidates for k in c.places or ()}
    apart |= {m.place for m in published.meetings if m.candidate in free}
    alike = [] if distinguish_tables else [k for k in problem.places if k.shared and k.id not in apart]
    slots = frozenset(range(len(problem.slots)))
    spare = (replace(k, capacity=min(k.capacity, len(free))) for k in alike)
    empty = tuple(k for k in spare if k.id not in used and (k.open is None or k.open >= slots) and k.capacity > 0)
    places, gone = problem.places, {k.id for k in empty}
    if empty:
        seats = sum(k.capacity for k in empty)
        merged = replace(empty[0], capacity=min(seats, len(free)))
        full = {k.id for k in alike if k.capacity == 1 and k.id not in gone and seats >= len(free)}
        others = (replace(k, open=frozenset(used[k.id])) if k.id in full else k for k in places if k.id not in gone)
        places = (merged, *others)
    choices = tuple(
        sum(k.shared and (k.open is None or t in k.open) and used[k.id][t] < k.capacity for k in places) for t in slots
    )
    smaller = replace(problem, places=places, candidates=candidates)
    return Lanes(smaller, choices, empty[0].id if empty else None, empty)


def _at_the_stand(candidate: Candidate, stand: Mapping[int, int | None]) -> Candidate:
    """The same candidate with its only place named, where all of a team are based there and nobody else anywhere."""
    if candidate.places is not None:
        return candidate
    bases = {stand.get(p) for p in candidate.people} - {None}
    of_teams = [{stand.get(p) for p in team} for team in candidate.teams]
    everywhere = set[int | None]().union(*of_teams) - {None}
    if bases or len(everywhere) != 1 or everywhere not in of_teams:
        return candidate
    return replace(candidate, places=frozenset(base for base in everywhere if base is not None))
