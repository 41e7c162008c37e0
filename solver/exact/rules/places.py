"""Where a meeting may be held, and how many at once."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from matchmaker.scheduling.domain import Candidate, Place
from solver.exact.index import ProblemIndex
from solver.exact.variables import Variables


def is_open(place: Place, slot: int) -> bool:
    return place.open is None or slot in place.open


def allowed(index: ProblemIndex, candidate: Candidate, place: Place) -> bool:
    """Whether it may be held there for some choice of stand-ins."""
    if candidate.places is not None:
        return place.id in candidate.places
    bases = _bases(index, candidate.people)
    if place.id in bases or place.id in _bases(index, index.may_attend(candidate)):
        return True
    return not bases and place.shared


def at_the_place_of_the_stand_in(model: Variables) -> None:
    """A stand-in with an own place brings the meeting there; without one, it is at a shared place."""
    for (candidate_id, slot), teams in model.stand_ins.items():
        candidate = model.index.candidates[candidate_id]
        if candidate.places is not None:
            continue
        bases = _bases(model.index, candidate.people)
        coming: dict[int, list[Any]] = defaultdict(list)
        for team in teams:
            for person, literal in team.items():
                base = model.index.participants[person].place
                if base is not None:
                    coming[base].append(literal)
        for pool, seat in model.seats[candidate_id][slot].items():
            place = model.index.places[model.pools[pool].places[0]]
            if place.id in bases:
                continue
            if bases or not place.shared:
                model.cp.add_bool_or([~seat, *coming[place.id]])
                continue
            elsewhere = [literal for base, literals in coming.items() if base != place.id for literal in literals]
            for literal in elsewhere:
                model.cp.add_bool_or([~seat, ~literal, *coming[place.id]])


def within_capacity(model: Variables) -> None:
    seats_by_pool: dict[tuple[int, int], list[Any]] = defaultdict(list)
    for candidate_id in model.open_candidates:
        candidate = model.index.candidates[candidate_id]
        for slot, seats in model.seats[candidate_id].items():
            for pool, seat in seats.items():
                for t in model.index.covered(candidate, slot):
                    seats_by_pool[pool, t].append(seat)
    for (pool, t), seats_here in seats_by_pool.items():
        capacity = model.pools[pool].capacity[t]
        if len(seats_here) > capacity:
            model.cp.add(sum(seats_here) <= capacity)


def _bases(index: ProblemIndex, people: Iterable[int]) -> set[int]:
    return {place for p in people if (place := index.participants[p].place) is not None}
