"""Exhibitions like real ones: stands with staff, meetings of several slots, limits and promised minimums together."""

from random import Random

from matchmaker.scheduling.domain import Candidate, Participant, Place, Problem, Slot
from tests.make import candidate, problem

STAFF = 4


def large_event(people: int, requests: int, *, tables: int, stands: int, days: int = 1, seed: int = 0) -> Problem:
    """The first participants are the teams of the stands, four each; a third of the requests are to a team."""
    rng = Random(seed)
    slots = tuple(Slot(session=2 * day + half, day=day) for day in range(days) for half in range(2) for _ in range(10))
    everybody = [
        Participant(
            id=p,
            available=frozenset(t for t in range(len(slots)) if rng.random() < 0.8) if rng.random() < 0.3 else None,
            place=tables + p // STAFF if p < stands * STAFF else None,
            minimum=rng.choice((0, 0, 1, 2)),
            maximum=rng.choice((None, None, 10, 14)),
            maximum_per_day=rng.choice((None, None, 6)),
            maximum_consecutive=rng.choice((None, None, None, 4)),
        )
        for p in range(people)
    ]
    candidates: list[Candidate] = []
    pairs: set[frozenset[int]] = set()
    while len(candidates) < requests:
        visitor, other = rng.randrange(stands * STAFF, people), rng.randrange(stands * STAFF, people)
        stand = rng.randrange(stands) if rng.random() < 0.35 else None
        pair = frozenset((visitor, other if stand is None else stand))
        if len(pair) == 2 and pair not in pairs:
            pairs.add(pair)
            candidates.append(
                Candidate(
                    id=len(candidates),
                    people=(visitor, other) if stand is None else (visitor,),
                    teams=() if stand is None else (tuple(range(stand * STAFF, (stand + 1) * STAFF)),),
                    value=rng.randint(50, 100),
                    length=rng.choice((1, 1, 1, 1, 2, 3)),
                )
            )
    return Problem(
        slots=slots,
        places=(
            *(Place(id=k) for k in range(tables)),
            *(Place(id=tables + k, capacity=2, shared=False) for k in range(stands)),
        ),
        participants=tuple(everybody),
        candidates=tuple(candidates),
    )


def exhibition(seed: int = 0, visitors: int = 140, stands: int = 20, requests: int = 500) -> Problem:
    """Two days of two sessions; half of the requests are for one of the three people at a stand."""
    rng = Random(seed)
    tables = visitors // 10
    places = [Place(id=k) for k in range(tables)]
    places += [Place(id=tables + k, capacity=2, shared=False) for k in range(stands)]
    participants = [
        Participant(
            id=p,
            minimum=rng.choice((0, 1, 2, 3)),
            maximum=rng.choice((None, 8)),
            maximum_per_day=rng.choice((None, 5)),
            maximum_consecutive=rng.choice((None, 4)),
        )
        for p in range(visitors)
    ]
    participants += [
        Participant(
            id=visitors + p,
            place=tables + p // 3,
            minimum=rng.choice((0, 4, 5)),
            maximum=6,
            maximum_per_day=4,
            maximum_consecutive=3,
        )
        for p in range(3 * stands)
    ]
    requested = []
    for i in range(requests):
        visitor, length, value = rng.randrange(visitors), rng.choice((1, 1, 1, 1, 2, 3)), rng.randint(30, 99)
        if i % 2:
            first = visitors + 3 * rng.randrange(stands)
            team = (first, first + 1, first + 2)
            requested.append(candidate(i, visitor, teams=(team,), length=length, value=value))
        else:
            other = rng.choice([p for p in range(visitors) if p != visitor])
            requested.append(candidate(i, visitor, other, length=length, value=value))
    return problem(*requested, sessions=(8, 8, 8, 8), days=(0, 0, 1, 1), places=places, participants=participants)
