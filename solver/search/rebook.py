"""Meetings that cannot stay as they were, placed again one by one: the start of a repair."""

from collections.abc import Collection, Iterable

from matchmaker.scheduling.domain import Candidate, Meeting
from solver.search.greedy import Plan


def rebook(plan: Plan, lost: Iterable[Meeting], among: Collection[int]) -> None:
    """Adds to `plan` what can be placed again of `lost`, the most valuable first.

    Each meeting rather keeps its time, else comes as near to it as it can; with those who attended it, or else with
    stand-ins. Nobody attends but those of `among`.
    """
    candidates = plan.index.candidates
    for meeting in sorted(lost, key=lambda m: -candidates[m.candidate].value):
        candidate = candidates[meeting.candidate]
        slots = sorted(range(plan.slots), key=lambda t, old=meeting.slot: (abs(t - old), t))  # type: ignore[misc]
        if plan.place(candidate, slots, set(meeting.attendees) & set(among)) is None:
            plan.place(candidate, slots, among)


def make_room(plan: Plan, candidate: Candidate, fixed: Collection[int], touched: Collection[int]) -> list[Meeting]:
    """Adds `candidate` to `plan` in the way that cancels other meetings of the fewest people who are not `touched`.

    Returns the meetings that gave way; raises ValueError where none of the ways tried leads anywhere. `fixed` meetings
    stay.
    """
    ways: list[tuple[tuple[int, int], Meeting, list[Meeting]]] = []
    for slot in range(plan.slots):
        for attendees in plan.line_ups(candidate, slot):
            rivals = plan.rivals(candidate, slot, attendees)
            if rivals & set(fixed):
                continue
            cancelled = [plan.remove(c) for c in sorted(rivals)]
            cancelled += _below_limits(plan, candidate, slot, attendees, fixed)
            place = plan.place_for(candidate, slot, attendees)
            if place is None:
                cancelled += _one_seat(plan, candidate, slot, attendees, fixed)
                place = plan.place_for(candidate, slot, attendees)
            if place is not None:
                meeting = Meeting(candidate=candidate.id, slot=slot, place=place, attendees=attendees)
                people = {p for m in (meeting, *cancelled) for p in m.attendees}
                value = sum(plan.index.candidates[m.candidate].value for m in cancelled)
                ways.append(((len(people - set(touched)), value), meeting, cancelled))
            for gone in cancelled:
                plan.add(gone)
    if not ways:
        raise ValueError(f"there is no room for meeting {candidate.id}")
    _, meeting, cancelled = min(ways, key=lambda way: way[0])
    for gone in cancelled:
        plan.remove(gone.candidate)
    plan.add(meeting)
    return cancelled


def _below_limits(
    plan: Plan, candidate: Candidate, slot: int, attendees: Iterable[int], fixed: Collection[int]
) -> list[Meeting]:
    """Takes out for each attendee at a limit the meeting of least value that helps."""
    cancelled = []
    for person in attendees:
        if not plan.exceeded(person, candidate, slot):
            continue
        for meeting in _cheapest_first(plan, plan.agenda[person].values(), fixed):
            plan.remove(meeting.candidate)
            if not plan.exceeded(person, candidate, slot):
                cancelled.append(meeting)
                break
            plan.add(meeting)
    return cancelled


def _one_seat(
    plan: Plan, candidate: Candidate, slot: int, attendees: tuple[int, ...], fixed: Collection[int]
) -> list[Meeting]:
    """Takes out the meeting of least value whose place will do."""
    for meeting in _cheapest_first(plan, plan.at_its_places(candidate, slot, attendees), fixed):
        plan.remove(meeting.candidate)
        if plan.place_for(candidate, slot, attendees) is not None:
            return [meeting]
        plan.add(meeting)
    return []


def _cheapest_first(plan: Plan, meetings: Iterable[Meeting], fixed: Collection[int]) -> list[Meeting]:
    free = [m for m in meetings if m.candidate not in fixed]
    return sorted(free, key=lambda m: plan.index.candidates[m.candidate].value)
