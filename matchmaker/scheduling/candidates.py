"""An event in the scheduler's terms, and back.

Ids are positions: participant i is `event.people[i]`, place j is `event.places[j]`, slot t is `event.slots[t]`, and
the id of a candidate is the position in `event.requests` of the first request that it fulfils.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from matchmaker.agenda import scheduler_slots
from matchmaker.event import Event, PlaceKind, Preference, Request, RequestStatus
from matchmaker.scheduling.domain import Candidate, Participant, Place, Problem

FLOOR, QUALITY, MUST, MUTUAL = 50, 30, 15, 5


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestIndex:
    """What became of the requests.

    `requests` lists for each candidate the positions in `event.requests` of the requests that it fulfils (two where
    both asked); `excluded` the accepted requests that may not take place because one of the two never wants to meet
    the other.
    """

    requests: dict[int, tuple[int, ...]]
    excluded: tuple[int, ...]


def problem_of(event: Event, score: Callable[[str, str], float]) -> tuple[Problem, RequestIndex]:
    """The scheduling problem of an event: its accepted requests become candidates.

    `score(email, email)` says how good a match two people are, from 0 to 1. Requests of two people to each other are
    one candidate; two pending ones count as accepted, for each asks what the other asks. A "never" of either side
    excludes the pair. People who take part remotely meet in virtual rooms only, exhibitors at their stand (two
    exhibitors at either stand), all others at any table. Two representatives at one stand do not both meet the same
    visitor: the schedule takes the more valuable of the two. See `value_of` for values.
    """
    number = {person.email: i for i, person in enumerate(event.people)}
    virtual = frozenset(j for j, place in enumerate(event.places) if place.kind is PlaceKind.VIRTUAL)
    stands = {place.name: j for j, place in enumerate(event.places)}
    agreed, excluded = _agreed(event)
    candidates = []
    for positions in agreed:
        requests = [event.requests[i] for i in positions]
        one, other = number[requests[0].sender], number[requests[0].recipient]
        remote = event.people[one].remote or event.people[other].remote
        candidates.append(
            Candidate(
                id=positions[0],
                people=(one, other),
                value=value_of(requests, score(requests[0].sender, requests[0].recipient)),
                places=virtual if remote else None,
            )
        )
    problem = Problem(
        slots=scheduler_slots(event),
        places=tuple(
            Place(id=j, capacity=place.capacity, shared=place.kind is PlaceKind.TABLE)
            for j, place in enumerate(event.places)
        ),
        participants=tuple(
            Participant(
                id=i,
                available=person.available,
                place=None if person.place is None else stands[person.place],
                minimum=person.minimum,
                maximum=person.maximum,
            )
            for i, person in enumerate(event.people)
        ),
        candidates=tuple(candidates),
        exclusive=_same_stand(event, candidates),
    )
    return problem, RequestIndex(requests={p[0]: p for p in agreed}, excluded=excluded)


def value_of(requests: list[Request], score: float) -> int:
    """What a meeting is worth, from 1 to 100: 50, and 30 times the score, and 15 for a "must", and 5 where both asked.

    No meeting is worth more than two others, so the schedule holds as many as it can, and of equally many the better.
    """
    worth = FLOOR + round(QUALITY * min(1.0, max(0.0, score)))
    if any(request.preference is Preference.MUST for request in requests):
        worth += MUST
    return worth + (MUTUAL if len({request.sender for request in requests}) > 1 else 0)


def _agreed(event: Event) -> tuple[list[tuple[int, ...]], tuple[int, ...]]:
    """The positions of the requests of each pair who agreed to meet, and those that a "never" excludes."""
    of_pair: dict[frozenset[str], list[int]] = defaultdict(list)
    never: set[frozenset[str]] = set()
    for i, request in enumerate(event.requests):
        pair = frozenset((request.sender, request.recipient))
        if request.preference is Preference.NEVER:
            never.add(pair)
        elif request.status in (RequestStatus.ACCEPTED, RequestStatus.PENDING):
            of_pair[pair].append(i)
    agreed, excluded = [], []
    for pair, positions in of_pair.items():
        accepted = any(event.requests[i].status is RequestStatus.ACCEPTED for i in positions)
        if not accepted and len({event.requests[i].sender for i in positions}) < len(pair):
            continue
        if pair in never:
            excluded += [i for i in positions if event.requests[i].status is RequestStatus.ACCEPTED]
        else:
            agreed.append(tuple(positions))
    return agreed, tuple(excluded)


def _same_stand(event: Event, candidates: list[Candidate]) -> tuple[frozenset[int], ...]:
    """The sets of candidates that would bring one person twice to the same stand."""
    visits: dict[tuple[int, str], list[int]] = defaultdict(list)
    for candidate in candidates:
        one, other = candidate.people
        for visitor, host in ((one, other), (other, one)):
            stand = event.people[host].place
            if stand is not None and event.people[visitor].place != stand:
                visits[visitor, stand].append(candidate.id)
    return tuple(frozenset(ids) for ids in visits.values() if len(ids) > 1)
