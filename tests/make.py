"""Builders of test data: defaults are legal and dull, so that a test names only what matters."""

from collections.abc import Sequence
from random import Random

from hypothesis import strategies as st

from matchmaker.scheduling.domain import Candidate, Meeting, Participant, Pin, Place, Problem, Schedule, Slot


def slots(*sessions: int, days: Sequence[int] | None = None) -> tuple[Slot, ...]:
    """Sessions of the given numbers of slots, all on one day unless `days` says on which."""
    return tuple(
        Slot(session=s, day=days[s] if days else 0) for s, length in enumerate(sessions) for _ in range(length)
    )


def candidate(number: int, *people: int, **given: object) -> Candidate:
    return Candidate(id=number, people=people, **given)  # type: ignore[arg-type]


def problem(
    *candidates: Candidate,
    sessions: Sequence[int] = (4,),
    days: Sequence[int] | None = None,
    places: Sequence[Place] | int = 2,
    participants: Sequence[Participant] = (),
    pins: Sequence[Pin] = (),
    exclusive: Sequence[frozenset[int]] = (),
) -> Problem:
    """A problem; participants that `candidates` name and `participants` leaves out have no limits."""
    known = {p.id: p for p in participants}
    named = {p for c in candidates for p in (*c.people, *(q for team in c.teams for q in team))}
    everybody = tuple(known.get(p) or Participant(id=p) for p in sorted(named | known.keys()))
    return Problem(
        slots=slots(*sessions, days=days),
        places=tuple(Place(id=k) for k in range(places)) if isinstance(places, int) else tuple(places),
        participants=everybody,
        candidates=candidates,
        pins=tuple(pins),
        exclusive=tuple(exclusive),
    )


def meeting(number: int, slot: int, place: int, *attendees: int) -> Meeting:
    return Meeting(candidate=number, slot=slot, place=place, attendees=attendees)


def schedule(*meetings: Meeting) -> Schedule:
    return Schedule(meetings)


def random_problem(
    rng: Random,
    *,
    people: int = 5,
    candidates: int = 4,
    sessions: Sequence[int] = (3, 2),
    places: int = 2,
    pinned: float = 0.08,
) -> Problem:
    """A problem in which any rule may be on, each with some probability; feasible or not.

    `rng` may be Hypothesis's (`st.randoms(use_true_random=False)`), so that a failing problem shrinks.
    """
    number = sum(sessions)

    def some_of(items: range, share: float) -> frozenset[int]:
        return frozenset(i for i in items if rng.random() < share)

    def maybe(chance: float, low: int, high: int) -> int | None:
        return rng.randint(low, high) if rng.random() < chance else None

    all_places = [
        Place(
            id=k,
            capacity=rng.choice((1, 1, 1, 2)),
            open=some_of(range(number), 0.7) if rng.random() < 0.25 else None,
            shared=rng.random() < 0.8,
        )
        for k in range(places)
    ]
    everybody = [
        Participant(
            id=p,
            available=some_of(range(number), 0.7) if rng.random() < 0.4 else None,
            place=rng.randrange(places) if rng.random() < 0.15 else None,
            minimum=rng.choice((0, 0, 1, 2)),
            maximum=maybe(0.2, 1, 3),
            maximum_per_session=maybe(0.2, 1, 2),
            maximum_per_day=maybe(0.2, 1, 3),
            maximum_consecutive=maybe(0.2, 1, 2),
        )
        for p in range(people)
    ]
    asked = []
    for c in range(candidates):
        kind = rng.random()
        who = rng.sample(range(people), min(people, 4))
        attending, teams = tuple(who[:2]), ()
        if kind < 0.15:
            attending = tuple(who[:3])
        elif kind < 0.35:
            attending, teams = tuple(who[:1]), (tuple(who[1:3]),)
        elif kind < 0.4:
            attending, teams = (), (tuple(who[:2]), tuple(who[1:4]))
        asked.append(
            Candidate(
                id=c,
                people=attending,
                teams=teams,
                value=rng.randint(1, 9),
                slots=some_of(range(number), 0.7) if rng.random() < 0.2 else None,
                places=some_of(range(places), 0.6) if rng.random() < 0.2 else None,
                length=2 if rng.random() < 0.15 else 1,
                after=some_of(range(c), 0.5) if rng.random() < 0.2 else frozenset(),
            )
        )
    pins = [
        Pin(candidate=c, slot=maybe(0.6, 0, number - 1), place=maybe(0.4, 0, places - 1))
        for c in range(candidates)
        if rng.random() < pinned
    ]
    groups = (frozenset(rng.sample(range(candidates), min(candidates, 2))),) if rng.random() < 0.25 else ()
    days = [rng.randint(0, 1) if s else 0 for s in range(len(sessions))]
    return problem(
        *asked,
        sessions=sessions,
        days=sorted(days),
        places=all_places,
        participants=everybody,
        pins=pins,
        exclusive=groups,
    )


def problems(**sizes: object) -> st.SearchStrategy[Problem]:
    """Small problems with any rule on, for Hypothesis."""
    return st.randoms(use_true_random=False).map(lambda rng: random_problem(rng, **sizes))  # type: ignore[arg-type]
