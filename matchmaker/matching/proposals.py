"""Meetings that the organiser proposes: from the scores of pairs to requests.

A b-matching of greatest value (Schrijver, "Combinatorial Optimization", 2003, chapter 31), found by integer programming
(HiGHS, in scipy) in two steps. First as few people as possible are left without any meeting, and as few meetings as
possible are missing from the minimums; only then does the score decide.

scores = {(match.first, match.second): match.score for p in event.people for match in ranking.of(p.email)}
proposals = propose(event, scores, minimum=3, maximum=8)
problem_of(replace(event, requests=event.requests + proposals.requests), ranking.score)
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from matchmaker.event import Event, PlaceKind, Request, RequestStatus
from matchmaker.matching.shortfall import Shortfall
from matchmaker.scheduling.candidates import problem_of
from matchmaker.scheduling.domain import Problem

WORTH = 0.15
"""Beyond the minimums, no meeting with a lower score is proposed."""
STAY = 0.05
"""A proposal made before gives way only to one that is better by more than this."""
GAP = 1e-4
EmailPair = tuple[str, str]
Edge = tuple[int, int]
Counts = NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposals:
    """Accepted requests to add to those of the event, and who falls short of the minimum all the same.

    `proven` is false where time was up before it was certain that there is nothing better.
    """

    requests: tuple[Request, ...]
    short: tuple[Shortfall, ...]
    proven: bool


def propose(
    event: Event,
    scores: Mapping[EmailPair, float],
    *,
    minimum: int = 1,
    maximum: int | None = None,
    worth: float = WORTH,
    before: Collection[EmailPair] = (),
    seconds: float = 20.0,
) -> Proposals:
    """The meetings to propose, of the pairs (e-mail addresses, in either order) that have a score in [0, 1].

    Nobody gets more meetings than `maximum`, their own maximum and their free slots allow; everybody shall get
    `minimum` and their own minimum, for which any of the pairs will do; beyond it a pair must score `worth`. Meetings
    agreed already count. Whoever has asked one another keeps to the answer. The two have a slot in common, nobody
    meets two people of one organisation, and no more is proposed than tables and virtual rooms hold. What was proposed
    `before` gives way only to what is better by more than `STAY`.

    Raises:
        ValueError: a score names nobody of the event.
    """
    number = {person.email: i for i, person in enumerate(event.people)}
    if unknown := sorted({email for pair in scores for email in pair} - number.keys()):
        raise ValueError(f"scores of {len(unknown)} people who are not in the event, the first of them {unknown[0]}")

    def edge(one: str, other: str) -> Edge:
        a, b = sorted((number[one], number[other]))
        return a, b

    problem, _ = problem_of(event, lambda *_: 0.0)
    agreed = [edge(*(event.people[i].email for i in candidate.people)) for candidate in problem.candidates]
    asked = {edge(r.sender, r.recipient) for r in event.requests if r.status is not RequestStatus.EXPIRED}
    values = {edge(*pair): score for pair, score in scores.items()}
    allowed = _Allowed(event, problem, agreed)
    edges = [pair for pair in sorted(values.keys() - asked) if allowed(*pair)]
    kept = {edge(*pair) for pair in before if number.keys() >= set(pair)}
    gains = np.array([values[pair] - worth + STAY * (pair in kept) for pair in edges])
    wanted = np.array([max(minimum, person.minimum) for person in event.people], dtype=np.intp)
    has = _degrees(agreed, len(event.people))
    chosen, proven = _chosen(edges, gains, wanted - has, has > 0, allowed.limits(edges, maximum), seconds)
    got, possible = has + _degrees(chosen, len(has)), has + _degrees(edges, len(has))
    emails = [person.email for person in event.people]
    return Proposals(
        requests=tuple(
            Request(sender=emails[a], recipient=emails[b], status=RequestStatus.ACCEPTED) for a, b in chosen
        ),
        short=tuple(
            Shortfall(email=emails[i], got=int(got[i]), wanted=int(wanted[i]), possible=int(possible[i]))
            for i in np.flatnonzero(got < wanted)
        ),
        proven=proven,
    )


class _Allowed:
    """Who may meet whom beside the `agreed` meetings, and how many of the pairs at once."""

    def __init__(self, event: Event, problem: Problem, agreed: Sequence[Edge]) -> None:
        self._event = event
        self._problem = problem
        self._agreed = agreed
        everywhere = frozenset(range(len(problem.slots)))
        self._free = [everywhere if p.available is None else p.available & everywhere for p in problem.participants]
        self._visited = {(i, self._house(j)) for pair in agreed for i, j in (pair, pair[::-1])}
        self._rooms = {
            kind: len(everywhere) * sum(place.capacity for place in event.places if place.kind is kind)
            for kind in PlaceKind
        }

    def __call__(self, a: int, b: int) -> bool:
        return (
            self._house(a) != self._house(b)
            and not self._free[a].isdisjoint(self._free[b])
            and (self._kind(a, b) is PlaceKind.STAND or self._rooms[self._kind(a, b)] > 0)
            and self._visited.isdisjoint({(a, self._house(b)), (b, self._house(a))})
        )

    def limits(self, edges: Sequence[Edge], maximum: int | None) -> list[tuple[list[int], int]]:
        """Sets of pairs (positions in `edges`) of which at most so many may be chosen."""
        by_person: dict[int, list[int]] = defaultdict(list)
        by_house: dict[tuple[int, str], list[int]] = defaultdict(list)
        by_kind: dict[PlaceKind, list[int]] = defaultdict(list)
        for e, (a, b) in enumerate(edges):
            by_kind[self._kind(a, b)].append(e)
            for i, j in ((a, b), (b, a)):
                by_person[i].append(e)
                by_house[i, self._house(j)].append(e)
        has = _degrees(self._agreed, len(self._free))
        held = [self._kind(a, b) for a, b in self._agreed]
        own = [(maximum, self._problem.participants[i].maximum, len(self._free[i])) for i in range(len(self._free))]
        most = [min(limit for limit in limits if limit is not None) for limits in own]
        return [
            *((mine, max(most[i] - int(has[i]), 0)) for i, mine in by_person.items()),
            *((mine, 1) for mine in by_house.values() if len(mine) > 1),
            *(
                (mine, max(self._rooms[k] - held.count(k), 0))
                for k, mine in by_kind.items()
                if k is not PlaceKind.STAND
            ),
        ]

    def _house(self, i: int) -> str:
        person = self._event.people[i]
        return person.organisation.casefold().strip() or person.email

    def _kind(self, a: int, b: int) -> PlaceKind:
        one, other = self._event.people[a], self._event.people[b]
        if one.remote or other.remote:
            return PlaceKind.VIRTUAL
        return PlaceKind.TABLE if one.place is None and other.place is None else PlaceKind.STAND


def _chosen(
    edges: Sequence[Edge],
    gains: NDArray[np.float64],
    missing: Counts,
    met: NDArray[np.bool_],
    limits: Sequence[tuple[list[int], int]],
    seconds: float,
) -> tuple[list[Edge], bool]:
    """The pairs of greatest gain within `limits` that leave the fewest people and then meetings missing.

    The variables are the pairs (0 or 1), then for each person whether they stay without any meeting, and how many
    more are missing.
    """
    m, n = len(edges), len(missing)
    if not m:
        return [], True
    missing = np.maximum(missing, 0)
    alone = (missing > 0) & ~met
    by_person: list[list[int]] = [[] for _ in range(n)]
    for e, pair in enumerate(edges):
        for i in pair:
            by_person[i].append(e)
    least = _rows(([*by_person[i], m + i, m + n + i] for i in range(n)), m + 2 * n)
    most = _rows((mine for mine, _ in limits), m + 2 * n)
    rules = [
        LinearConstraint(least, missing, np.inf),
        LinearConstraint(most, -np.inf, np.array([limit for _, limit in limits])),
    ]
    bounds = Bounds(0, np.concatenate([np.ones(m), alone, missing - alone]))
    left_out, short = np.repeat([0, 1, 0], [m, n, n]), np.repeat([0, 0, 1], [m, n, n])

    def best(cost: NDArray[np.float64], known: NDArray[np.float64]) -> tuple[NDArray[np.float64], bool]:
        """The best within the time; `known` where nothing is found that soon."""
        # the missing meetings are whole by themselves once the pairs are
        found = milp(
            cost,
            integrality=np.repeat([1, 0], [m, 2 * n]),
            bounds=bounds,
            constraints=rules,
            options={"time_limit": seconds / 2, "mip_rel_gap": GAP},
        )
        return (known, False) if found.x is None else (np.round(found.x), found.status == 0)

    taken = _one_by_one(edges, gains, missing, alone, limits)
    still = np.maximum(missing - _degrees([edges[int(e)] for e in np.flatnonzero(taken)], n), 0)
    unmet = np.maximum(still - (missing - alone), 0)
    first, proven = best(
        left_out * (1.0 + missing.sum()) + short, np.concatenate([taken, unmet, still - unmet]).astype(np.float64)
    )
    rules += [LinearConstraint(counted[None, :], -np.inf, counted @ first) for counted in (left_out, short)]
    second, also = best(np.concatenate([-gains, np.zeros(2 * n)]), first)
    return [pair for pair, chosen in zip(edges, second, strict=False) if chosen], proven and also


def _one_by_one(
    edges: Sequence[Edge],
    gains: NDArray[np.float64],
    missing: Counts,
    alone: NDArray[np.bool_],
    limits: Sequence[tuple[list[int], int]],
) -> NDArray[np.bool_]:
    """Which pairs are taken if the best comes first: for who meets nobody, then for who misses some, then for all."""
    room = np.array([limit for _, limit in limits], dtype=np.intp)
    bound_by: list[list[int]] = [[] for _ in edges]
    for row, (members, _) in enumerate(limits):
        for e in members:
            bound_by[e].append(row)
    left, lonely, taken = missing.copy(), alone.copy(), np.zeros(len(edges), dtype=bool)
    order = [int(e) for e in np.argsort(-gains, kind="stable")]
    needed: tuple[Callable[[int], bool], ...] = (
        lambda e: any(lonely[i] for i in edges[e]),
        lambda e: any(left[i] > 0 for i in edges[e]),
        lambda e: bool(gains[e] > 0),
    )
    for is_needed in needed:
        for e in order:
            if not taken[e] and is_needed(e) and room[bound_by[e]].min(initial=1) > 0:
                taken[e] = True
                room[bound_by[e]] -= 1
                for i in edges[e]:
                    left[i] -= 1
                    lonely[i] = False
    return taken


def _rows(sets: Iterable[Sequence[int]], width: int) -> sparse.csr_array:
    lists = [list(each) for each in sets]
    columns = [column for each in lists for column in each]
    ends = np.cumsum([0, *map(len, lists)])
    return sparse.csr_array((np.ones(len(columns)), columns, ends), shape=(len(lists), width))


def _degrees(edges: Sequence[Edge], people: int) -> Counts:
    return np.bincount(np.array(edges, dtype=np.intp).ravel(), minlength=people).astype(np.intp)
