"""Between the literals of a model and meetings at places: reading a solution, and hinting one."""

from collections.abc import Callable
from typing import Any

from matchmaker.scheduling.domain import Meeting, Schedule
from solver.exact.variables import Variables


def seat(model: Variables, holds: Callable[[Any], bool]) -> Schedule:
    """The meetings of a solution, the held ones first.

    A meeting that stays in its slot keeps its place where it can. The others take the first place of their pool with
    room, in order of time: enough, because a pool of lanes is an interval graph (its largest crowd is its colouring).
    """
    index = model.index
    chosen: list[tuple[int, int, int, tuple[int, ...]]] = []
    for candidate in model.open_candidates:
        for slot, x in model.start[candidate].items():
            if holds(x):
                pool = next(g for g, literal in model.seats[candidate][slot].items() if holds(literal))
                stand_ins = _stand_ins(model.stand_ins.get((candidate, slot), []), holds)
                attendees = tuple(dict.fromkeys(index.candidates[candidate].people)) + stand_ins
                chosen.append((slot, candidate, pool, attendees))
    chosen.sort()
    room = {place: list(rooms) for place, rooms in model.room.items()}
    placed: dict[int, Meeting] = {}

    def take(slot: int, candidate: int, place: int, attendees: tuple[int, ...]) -> None:
        for t in index.covered(index.candidates[candidate], slot):
            room[place][t] -= 1
        placed[candidate] = Meeting(candidate=candidate, slot=slot, place=place, attendees=attendees)

    def fits(slot: int, candidate: int, place: int) -> bool:
        return all(room[place][t] > 0 for t in index.covered(index.candidates[candidate], slot))

    if model.seated_by_slot:
        kept = {c for c, literal in model.kept_literals.items() if holds(literal)}
        for previous in (model.options.baseline, model.options.start):
            before = previous.by_candidate if previous is not None else {}
            # Those that the model counts as kept come before those that merely happen to be in the same slot.
            for slot, candidate, pool, attendees in sorted(chosen, key=lambda c: c[1] not in kept):
                meeting = before.get(candidate)
                if meeting is None or meeting.slot != slot or candidate in placed:
                    continue
                if meeting.place in model.pools[pool].places and fits(slot, candidate, meeting.place):
                    take(slot, candidate, meeting.place, attendees)
    for slot, candidate, pool, attendees in chosen:
        if candidate not in placed:
            places = model.pools[pool].places
            take(slot, candidate, next((k for k in places if fits(slot, candidate, k)), places[0]), attendees)
    return Schedule((*model.fixed_meetings.values(), *(placed[c] for _, c, _, _ in chosen)))


def _stand_ins(teams: list[dict[int, Any]], holds: Callable[[Any], bool]) -> tuple[int, ...]:
    return tuple(person for team in teams for person, literal in team.items() if holds(literal))


def hint(model: Variables, schedule: Schedule) -> None:
    """Tell CP-SAT to look near `schedule` first."""
    meetings = schedule.by_candidate
    for candidate in model.open_candidates:
        meeting = meetings.get(candidate)
        at, place, who = (meeting.slot, meeting.place, meeting.attendees) if meeting is not None else (-1, -1, ())
        for slot, x in model.start[candidate].items():
            here = slot == at
            model.cp.add_hint(x, here)
            for pool, literal in model.seats[candidate][slot].items():
                if literal is not x:
                    model.cp.add_hint(literal, here and place in model.pools[pool].places)
            for team in model.stand_ins.get((candidate, slot), ()):
                for person, literal in team.items():
                    model.cp.add_hint(literal, here and person in who)
