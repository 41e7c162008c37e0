"""Every schedule of a small problem, one by one: the oracle. Knows nothing of the model, only of the checker."""

from collections.abc import Iterable, Iterator
from itertools import product

from matchmaker.scheduling.checks import Measures, measures, violations
from matchmaker.scheduling.domain import Candidate, Meeting, Problem, Schedule
from solver.result import Goal, Options

MEASURES = {
    Goal.COVERAGE: "shortfall",
    Goal.VALUE: "value",
    Goal.BREAKS: "breaks",
    Goal.IDLE: "idle",
    Goal.MOVES: "moves",
    Goal.STABILITY: "changed",
}


def legal_schedules(problem: Problem) -> Iterator[Schedule]:
    """All of them. A partial schedule that breaks a rule cannot be completed, unless the rule is a pin."""

    def extend(chosen: tuple[Meeting, ...], rest: tuple[Candidate, ...]) -> Iterator[Schedule]:
        wrong = {v.rule for v in violations(problem, Schedule(chosen))}
        if wrong - {"pin"}:
            return
        if not rest:
            if not wrong:
                yield Schedule(chosen)
            return
        yield from extend(chosen, rest[1:])
        for meeting in ways(problem, rest[0]):
            yield from extend((*chosen, meeting), rest[1:])

    return extend((), problem.candidates)


def ways(problem: Problem, candidate: Candidate) -> Iterator[Meeting]:
    """Every time, place and choice of stand-ins, allowed or not."""
    for slot, place in product(range(len(problem.slots)), problem.places):
        for stand_ins in product(*candidate.teams):
            yield Meeting(candidate=candidate.id, slot=slot, place=place.id, attendees=(*candidate.people, *stand_ins))


def worth(found: Measures, goals: tuple[Goal, ...]) -> tuple[int, ...]:
    """Smaller is better."""
    return tuple(getattr(found, MEASURES[g]) * (-1 if g is Goal.VALUE else 1) for g in goals)


def optimum(
    problem: Problem,
    goals: tuple[Goal, ...],
    *,
    baseline: Schedule | None = None,
    fairness: int | None = None,
    complete: bool = False,
) -> tuple[int, ...] | None:
    """The best values of `goals`, one after the other; None where no schedule is allowed."""
    limits = Options(fairness=fairness, complete=complete)
    return optimum_among(legal_schedules(problem), problem, goals, baseline, limits)


def optimum_among(
    schedules: Iterable[Schedule],
    problem: Problem,
    goals: tuple[Goal, ...],
    baseline: Schedule | None,
    limits: Options,
) -> tuple[int, ...] | None:
    """The same among the given schedules, those that `limits` (fairness, complete) allow."""
    best: tuple[int, ...] | None = None
    for schedule in schedules:
        found = measures(problem, schedule, baseline)
        if limits.complete and found.meetings < len(problem.candidates):
            continue
        if limits.fairness is not None and found.break_spread > limits.fairness:
            continue
        this = worth(found, goals)
        best = this if best is None else min(best, this)
    return None if best is None else tuple(-b if g is Goal.VALUE else b for b, g in zip(best, goals, strict=True))
