"""Why a meeting does not take place, and the cheapest change that would place it."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from itertools import product

from matchmaker.scheduling.domain import Candidate, Problem, Schedule
from solver.explain.fixes import Fix
from solver.explain.pricing import Pricing
from solver.explain.situation import Situation


class Cause(StrEnum):
    """What keeps a meeting out. Each closes the starts that those above it leave open; the one that closes the last is
    named.

    `IMPOSSIBLE`: nobody known is asked, or no session is as long. `EXCLUSIVE`: a meeting that excludes it takes place.
    `NO_COMMON_SLOT`: its people are never there together in its slots. `NO_PLACE`: no place for it is open then.
    `LIMIT`: somebody would exceed a limit. `ORDER`: what it must precede or follow. `PINNED`: somebody is in a pinned
    meeting. `OUTBID`: somebody is in meetings that are worth as much or more. `BUSY`: somebody is in meetings of less
    value, which fit the whole better. `SLOTS_FULL`: all are free, but every place is taken. `NOTHING`: there is room.
    """

    IMPOSSIBLE = "impossible"
    EXCLUSIVE = "exclusive"
    NO_COMMON_SLOT = "no_common_slot"
    NO_PLACE = "no_place"
    LIMIT = "limit"
    ORDER = "order"
    PINNED = "pinned"
    OUTBID = "outbid"
    BUSY = "busy"
    SLOTS_FULL = "slots_full"
    NOTHING = "nothing"


_Way = tuple[int, tuple[int, ...]]  # a start, and those who would attend


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """A cause with what it speaks of.

    `slots`: those in which the meeting could start but for this cause; `participants`: those at whom it fails (where
    another meeting excludes it: who would meet the same stand twice);
    `meetings`: the candidates in the way; `limit`: the field of `Participant` whose limit is reached.
    """

    cause: Cause
    participants: tuple[int, ...] = ()
    slots: tuple[int, ...] = ()
    meetings: tuple[int, ...] = ()
    limit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A candidate that does not take place: why, and what would place it (None where no change is known to)."""

    candidate: int
    reason: Reason
    fix: Fix | None


def explain(problem: Problem, schedule: Schedule, only: Collection[int] | None = None) -> tuple[Explanation, ...]:
    """For every candidate that a legal `schedule` leaves out (or those of them in `only`), why and what would help.

    Every fix was made and accepted by `matchmaker.scheduling.checks.violations`; `solver.explain.fixes.apply` makes it.
    """
    situation = Situation(problem, schedule)
    pricing = Pricing(situation)
    return tuple(
        Explanation(candidate=c.id, reason=reason(situation, c), fix=pricing.cheapest(c))
        for c in problem.candidates
        if c.id not in situation.held and (only is None or c.id in only)
    )


def reason(situation: Situation, candidate: Candidate) -> Reason:
    """The binding reason why `candidate` does not take place."""
    starts, line_ups = situation.starts(candidate), situation.line_ups(candidate)
    if not starts or not line_ups:
        return Reason(cause=Cause.IMPOSSIBLE)
    rivals = situation.rivals[candidate.id]
    if rivals:
        return Reason(
            cause=Cause.EXCLUSIVE,
            participants=_visitors(situation, candidate, rivals),
            meetings=tuple(sorted(rivals)),
        )
    ways: list[_Way] = [
        (slot, people)
        for slot, people in product(starts, line_ups)
        if candidate.slots is None or slot in candidate.slots
        if all(situation.is_there(p, candidate, slot) for p in people)
    ]
    if not ways:
        return Reason(cause=Cause.NO_COMMON_SLOT, participants=candidate.people)
    for closes in (_no_place, _limit, _order, _busy, _full):
        closed = {way: found for way in ways if (found := closes(situation, candidate, *way)) is not None}
        left = [way for way in ways if way not in closed]
        if not left:
            return _together(list(closed.values()))
        ways = left
    return Reason(cause=Cause.NOTHING, slots=tuple(sorted({slot for slot, _ in ways})))


def _visitors(situation: Situation, candidate: Candidate, rivals: Collection[int]) -> tuple[int, ...]:
    """Who meets the same stand in all `rivals` already, as far as that is why they exclude the candidate."""
    visits = [situation.index.candidates[rival] for rival in rivals] + [candidate]
    common = set.intersection(*(set(visit.people) for visit in visits))
    stands = {situation.index.participants[p].place for visit in visits for p in visit.people if p not in common}
    return tuple(sorted(common)) if common and len(stands) == 1 and stands != {None} else ()


def _no_place(situation: Situation, candidate: Candidate, slot: int, people: tuple[int, ...]) -> Reason | None:
    covered = situation.index.covered(candidate, slot)
    for k in situation.places(candidate, people):
        opening = situation.index.places[k].open
        if opening is None or opening.issuperset(covered):
            return None
    return Reason(cause=Cause.NO_PLACE, slots=(slot,))


def _limit(situation: Situation, candidate: Candidate, slot: int, people: tuple[int, ...]) -> Reason | None:
    candidates = situation.index.candidates
    for person in people:
        agenda = [(candidates[m.candidate], m.slot) for m in situation.agenda[person]]
        participant = situation.index.participants[person]
        for limit in situation.exceeded(participant, [*agenda, (candidate, slot)]):
            return Reason(cause=Cause.LIMIT, participants=(person,), slots=(slot,), limit=limit)
    return None


def _order(situation: Situation, candidate: Candidate, slot: int, _: tuple[int, ...]) -> Reason | None:
    others = situation.disordered(candidate, slot)
    return Reason(cause=Cause.ORDER, slots=(slot,), meetings=tuple(sorted(others))) if others else None


def _busy(situation: Situation, candidate: Candidate, slot: int, people: tuple[int, ...]) -> Reason | None:
    covered = situation.index.covered(candidate, slot)
    blockers = situation.blockers(people, covered)
    if not blockers:
        return None
    worth = sum(situation.index.candidates[c].value for c in blockers)
    cause = Cause.OUTBID if worth >= candidate.value else Cause.BUSY
    if blockers & situation.pinned:
        cause, blockers = Cause.PINNED, blockers & situation.pinned
    at_whom = tuple(p for p in people if situation.blockers([p], covered) & blockers)
    return Reason(cause=cause, participants=at_whom, slots=(slot,), meetings=tuple(sorted(blockers)))


def _full(situation: Situation, candidate: Candidate, slot: int, people: tuple[int, ...]) -> Reason | None:
    covered = situation.index.covered(candidate, slot)
    if situation.free_place(situation.places(candidate, people), covered) is not None:
        return None
    return Reason(cause=Cause.SLOTS_FULL, slots=(slot,))


def _together(reasons: list[Reason]) -> Reason:
    """One reason for all starts: the weakest cause, with what it is at each start where it holds.

    Those named are the ones at whom it fails each time, where there are such.
    """
    cause = max((r.cause for r in reasons), key=list(Cause).index)
    alike = [r for r in reasons if r.cause is cause]
    each_time = set.intersection(*(set(r.participants) for r in alike))
    at_whom = each_time or set[int]().union(*(r.participants for r in alike))
    return Reason(
        cause=cause,
        participants=tuple(sorted(at_whom)),
        slots=tuple(sorted({slot for r in reasons for slot in r.slots})),
        meetings=tuple(sorted({c for r in alike for c in r.meetings})),
        limit=alike[0].limit,
    )
