"""The cheapest change that places a meeting: every start is priced, the cheapest that the checker accepts is taken."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from itertools import product

from matchmaker.scheduling.checks import violations
from matchmaker.scheduling.domain import Candidate, Meeting, Schedule
from solver.explain.fixes import (
    AddPlace,
    DropMeeting,
    Fix,
    FreeSlots,
    LiftRule,
    MoveMeeting,
    OpenPlace,
    RaiseLimit,
    Step,
    WidenPlace,
    apply,
)
from solver.explain.situation import Situation

# What a step asks of the organiser and of others: a meeting moved is an e-mail, a table is carried in, a person or a
# stand must be talked into something, a cancelled meeting hurts somebody, a rule was set on purpose.
_EFFORT = {
    MoveMeeting: 2,
    AddPlace: 3,
    FreeSlots: 4,
    RaiseLimit: 4,
    OpenPlace: 4,
    WidenPlace: 4,
    DropMeeting: 6,
    LiftRule: 12,
}
_LOSS = 3  # on top, where the schedule as a whole is worth less afterwards


@dataclass
class _Draft:
    """Steps under way for one candidate at one start."""

    slot: int
    attendees: tuple[int, ...]
    steps: list[Step] = field(default_factory=list)
    cleared: set[int] = field(default_factory=set)
    dropped: set[int] = field(default_factory=set)
    moved: dict[int, Meeting] = field(default_factory=dict)
    new_places: int = 0


class Pricing:
    """Fixes for the candidates that a schedule leaves out."""

    def __init__(self, situation: Situation) -> None:
        self.situation, self.index = situation, situation.index
        self.first_new = max(self.index.places, default=-1) + 1
        self._elsewhere: dict[int, list[tuple[int, int | None]]] = {}

    def cheapest(self, candidate: Candidate) -> Fix | None:
        """The fix of least effort, then of most gain, that the checker accepts; None where none is known."""
        fixes = sorted(self._fixes(candidate), key=lambda fix: (fix.effort, -fix.gain, fix.meeting.slot))
        return next((fix for fix in fixes if self._is_legal(fix)), None)

    def _fixes(self, candidate: Candidate) -> Iterator[Fix]:
        for slot, attendees in product(self.situation.starts(candidate), self.situation.line_ups(candidate)):
            for may_move in (True, False):
                draft = _Draft(slot, attendees)
                self._clear(draft, candidate, may_move)
                self._ask_people(draft, candidate)
                self._lift_rules(draft, candidate)
                place = self._find_place(draft, candidate)
                meeting = Meeting(candidate=candidate.id, slot=slot, place=place, attendees=attendees)
                lost = sum(self.index.candidates[c].value for c in draft.dropped)
                effort = sum(_EFFORT[type(step)] for step in draft.steps) + _LOSS * (lost > candidate.value)
                yield Fix(meeting=meeting, steps=tuple(draft.steps), effort=effort, gain=candidate.value - lost)
                if not draft.moved:
                    break

    def _clear(self, draft: _Draft, candidate: Candidate, may_move: bool) -> None:
        """Moves or drops the meetings in the way."""
        covered = self.index.covered(candidate, draft.slot)
        rivals = self.situation.rivals[candidate.id]
        draft.cleared = self.situation.blockers(draft.attendees, covered) | rivals
        for blocker in sorted(draft.cleared):
            if blocker in self.situation.pinned:
                draft.steps.append(LiftRule(rule="pin", candidate=blocker))
            move = self._move(draft, blocker, covered) if may_move and blocker not in rivals else None
            if move is None:
                draft.steps.append(DropMeeting(candidate=blocker))
                draft.dropped.add(blocker)
            else:
                draft.steps.append(MoveMeeting(meeting=move))
                draft.moved[blocker] = move

    def _move(self, draft: _Draft, blocker: int, covered: range) -> Meeting | None:
        held = self.situation.held[blocker]
        if blocker not in self._elsewhere:
            self._elsewhere[blocker] = list(self._ways(held))
        common = not set(draft.attendees).isdisjoint(held.attendees)
        for slot, place in self._elsewhere[blocker]:
            there = self.situation.covered(blocker, slot)
            if common and not set(there).isdisjoint(covered):
                continue
            if place is None:
                place = self._new_place(draft, there)
            return replace(held, slot=slot, place=place)
        return None

    def _ways(self, held: Meeting) -> Iterator[tuple[int, int | None]]:
        """Other starts of a meeting, those with a free place first; None stands for a place to be added."""
        situation, candidate = self.situation, self.index.candidates[held.candidate]
        places = situation.places(candidate, held.attendees)
        crowded: list[int] = []
        for slot in situation.starts(candidate):
            covered = self.index.covered(candidate, slot)
            if slot == held.slot or (candidate.slots is not None and slot not in candidate.slots):
                continue
            if not all(situation.is_there(p, candidate, slot) for p in held.attendees):
                continue
            if situation.blockers(held.attendees, covered) - {candidate.id} or situation.disordered(candidate, slot):
                continue
            place = situation.free_place(places, covered)
            if place is None:
                crowded.append(slot)
            else:
                yield slot, place
        if places is situation.shared:
            yield from ((slot, None) for slot in crowded)

    def _ask_people(self, draft: _Draft, candidate: Candidate) -> None:
        """Those who are away make time, those at a limit raise it."""
        for person in draft.attendees:
            available = self.index.participants[person].available
            if available is not None:
                missing = tuple(t for t in self.index.covered(candidate, draft.slot) if t not in available)
                if missing:
                    draft.steps.append(FreeSlots(participant=person, slots=missing))
        others = {p for meeting in draft.moved.values() for p in meeting.attendees}
        for person in (*draft.attendees, *sorted(others - set(draft.attendees))):
            agenda = [
                (self.index.candidates[m.candidate], m.slot)
                for m in self.situation.agenda[person]
                if m.candidate not in draft.cleared
            ]
            agenda += [(self.index.candidates[c], m.slot) for c, m in draft.moved.items() if person in m.attendees]
            if person in draft.attendees:
                agenda.append((candidate, draft.slot))
            for rule, number in self.situation.exceeded(self.index.participants[person], agenda).items():
                limit: int = getattr(self.index.participants[person], rule)
                draft.steps.append(RaiseLimit(participant=person, rule=rule, limit=limit, to=number))

    def _lift_rules(self, draft: _Draft, candidate: Candidate) -> None:
        if candidate.slots is not None and draft.slot not in candidate.slots:
            draft.steps.append(LiftRule(rule="slot", candidate=candidate.id))
        for other in sorted(self.situation.disordered(candidate, draft.slot) - draft.dropped):
            draft.steps.append(LiftRule(rule="order", candidate=other))

    def _find_place(self, draft: _Draft, candidate: Candidate) -> int:
        """A free place, one that a cleared meeting leaves, a new one, or one that opens or takes one meeting more."""
        covered = self.index.covered(candidate, draft.slot)
        places = self.situation.places(candidate, draft.attendees)
        free = self.situation.free_place(places, covered)
        if free is not None:
            return free
        for blocker in sorted(draft.cleared):
            left = self.situation.held[blocker].place
            if left in places and all(
                self.situation.room[left][t] > 0 or blocker in self.situation.seated[left, t] for t in covered
            ):
                return left
        if places is self.situation.shared:
            return self._new_place(draft, covered)
        if not places:
            draft.steps.append(LiftRule(rule="place", candidate=candidate.id))
            return self._new_place(draft, covered)
        place = min(places, key=lambda k: (self._is_full(draft, k, covered), bool(self._closed(k, covered)), k))
        closed = self._closed(place, covered)
        if closed:
            draft.steps.append(OpenPlace(place=place, slots=closed))
        if self._is_full(draft, place, covered):
            draft.steps.append(WidenPlace(place=place))
        return place

    def _closed(self, place: int, slots: Collection[int]) -> tuple[int, ...]:
        opening = self.index.places[place].open
        return () if opening is None else tuple(t for t in slots if t not in opening)

    def _is_full(self, draft: _Draft, place: int, slots: Collection[int]) -> bool:
        """Whether a place has no room in one of `slots`, once the meetings in the way have gone or moved."""
        here = [m for m in draft.moved.values() if m.place == place]
        capacity = self.index.places[place].capacity
        for t in slots:
            staying = self.situation.seated.get((place, t), set()) - draft.cleared
            coming = sum(t in self.situation.covered(m.candidate, m.slot) for m in here)
            if len(staying) + coming >= capacity:
                return True
        return False

    def _new_place(self, draft: _Draft, slots: Collection[int]) -> int:
        place = self.first_new + draft.new_places
        draft.new_places += 1
        draft.steps.append(AddPlace(place=place, slots=tuple(slots)))
        return place

    def _is_legal(self, fix: Fix) -> bool:
        """Whether the checker accepts the schedule after the fix.

        It is asked about the meetings of all whose agenda changes, those at the places that change, and those tied to
        a meeting that changes: nothing else can become illegal.
        """
        held = self.situation.held
        moved = [step.meeting for step in fix.steps if isinstance(step, MoveMeeting)]
        before = [held[m.candidate] for m in moved] + [
            held[s.candidate] for s in fix.steps if isinstance(s, DropMeeting)
        ]
        near = {m.candidate for m in before}
        for meeting in (fix.meeting, *moved, *before):
            for person in meeting.attendees:
                near.update(m.candidate for m in self.situation.agenda[person])
        for meeting in (fix.meeting, *moved):
            candidate = self.index.candidates[meeting.candidate]
            near |= self.situation.at(meeting.place, self.index.covered(candidate, meeting.slot))
            near |= (candidate.after | self.situation.later[candidate.id]) & held.keys()
            near |= self.situation.rivals[candidate.id]
        meetings = [held[c] for c in sorted(near)]
        there = (fix.meeting, *moved, *meetings)
        part = replace(
            self.situation.problem,
            participants=tuple(self.index.participants[p] for p in {p for m in there for p in m.attendees}),
            candidates=tuple(self.index.candidates[m.candidate] for m in (fix.meeting, *meetings)),
            places=tuple(self.index.places[k] for k in {m.place for m in there} if k in self.index.places),
            pins=tuple(pin for pin in self.situation.problem.pins if pin.candidate in near),
        )
        return not violations(*apply(part, Schedule(tuple(meetings)), fix))
