"""Events of any size with what makes real ones hard: stands with teams, limits, meetings of several slots."""

from random import Random

from matchmaker.scheduling.domain import Candidate, Participant, Place, Problem, Slot

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
