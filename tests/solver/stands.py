"""Exhibitions like real ones: stands with staff, meetings of several slots, limits and promised minima together."""

from random import Random

from matchmaker.scheduling.domain import Participant, Place, Problem
from tests.make import candidate, problem


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
