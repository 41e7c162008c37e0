"""Repair: the change of a published schedule that touches the fewest agendas.

Why a small model suffices. Call the meetings that stay exactly as published the kept ones. All rules but pins,
completeness and fairness still hold when a meeting is taken away, so the kept meetings of any legal schedule are legal
too, and everybody in a meeting that is not kept is touched. The fewest agendas are therefore touched by some
repair that only cancels; which meetings to cancel is decided among those that break a rule. Every schedule that touches
no more people differs from the published one only in meetings all of whose attendees are in the meetings that break a
rule: these candidates alone are decided on, the rest is held.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from time import perf_counter

from matchmaker.scheduling.changes import Change, changes_between
from matchmaker.scheduling.checks import measures, violations
from matchmaker.scheduling.domain import Candidate, Meeting, Pin, Problem, Schedule
from matchmaker.scheduling.validation import validate
from solver.exact.change import best_change, fitting, unproven
from solver.exact.index import ProblemIndex
from solver.exact.optimise import solve_exactly
from solver.incidents import Incident, LateRegistration, NewRequest, after
from solver.result import Goal, Options, Result, SolveStatus
from solver.search.greedy import Plan
from solver.search.rebook import make_room, rebook
from solver.solve import solve

# What one meeting breaks by itself: it cannot stay, whatever happens to the others.
_ALONE = {"known", "attendance", "length", "slot", "place", "open", "availability"}
_MANY = 150  # candidates to decide on; with fewer CP-SAT alone is as good
_SEARCHABLE = 5_000  # meetings in all up to which the chain search is worth its time


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """A repaired schedule, before anything is saved.

    `problem` is the problem as the incidents leave it, `changes` what becomes of each agenda that is touched, by
    participant. `blocked` are the meetings that the incidents hit and that are past or pinned: while there are any, the
    status is `INFEASIBLE` and the schedule empty.
    """

    problem: Problem
    result: Result
    changes: Mapping[int, tuple[Change, ...]]
    blocked: tuple[int, ...] = ()


def repair(
    problem: Problem,
    schedule: Schedule,
    incidents: Iterable[Incident] = (),
    options: Options | None = None,
    *,
    now: int = 0,
    slack: int = 0,
    waitlist: Collection[int] = (),
) -> Repair:
    """The legal schedule that touches the fewest agendas, and of these the best by `options.goals`.

    Meetings that start before slot `now` are past, and stay; so do pinned meetings. With `slack` > 0 up to so many more
    agendas may be touched, in meetings with somebody whose agenda is touched anyway. New requests, all requests of
    those who joined, and the candidates of `waitlist` are placed where the rest leaves room for them: to gain such a
    meeting does not count as being touched. The first goal reported is `STABILITY` (the last one with `slack`). Among
    equals most meetings keep their time; so the fewer goals beyond value are asked for, the fewer meetings move.
    Raises ValueError for an incident that names what is unknown, and for a problem that `validate` refuses.
    """
    return _Repair(problem, schedule, list(incidents), options or Options(), now, slack, set(waitlist)).run()


class _Repair:
    def __init__(
        self,
        problem: Problem,
        published: Schedule,
        incidents: list[Incident],
        options: Options,
        now: int,
        slack: int,
        waitlist: set[int],
    ) -> None:
        self.began, self.leaving = perf_counter(), 0.0
        self.published, self.now, self.slack = published, now, slack
        validate(problem)
        self.after = after(problem, incidents, published, now)
        validate(self.after)
        self.past = {m.candidate for m in published.meetings if m.slot < now}
        self.index = ProblemIndex(self._from_now_on())
        goals = tuple(goal for goal in options.goals if goal is not Goal.STABILITY)
        self.options = replace(options, baseline=published, start=None, goals=goals)
        joined = {i.participant.id for i in incidents if isinstance(i, LateRegistration)}
        waitlist |= {i.candidate.id for i in incidents if isinstance(i, NewRequest)}
        waitlist |= {c.id for c in self.after.candidates if joined & self.index.may_attend(c)}
        self.waitlist = waitlist & self.index.candidates.keys() - published.by_candidate.keys()

    def _from_now_on(self) -> Problem:
        """The problem in which nothing new starts in the past."""
        to_come = frozenset(range(self.now, len(self.after.slots)))
        if self.now <= 0:
            return self.after
        candidates = (
            c if c.id in self.past else replace(c, slots=to_come if c.slots is None else c.slots & to_come)
            for c in self.after.candidates
        )
        return replace(self.after, candidates=tuple(candidates))

    def run(self) -> Repair:
        broken = violations(self.after, self.published)
        self.leaving = perf_counter() - self.began  # the answer is checked and compared just as long
        hit = {c for v in broken if v.rule in _ALONE for c in v.candidates}
        unpinned = {c for v in broken if v.rule == "pin" for c in v.candidates}
        if (hit | unpinned) & self.past:
            return self._refused((hit | unpinned) & self.past)
        pinned = {pin.candidate for pin in self.after.pins} & self.published.by_candidate.keys()
        self.fixed = self.past | (pinned - hit - unpinned)
        standing = Schedule(tuple(m for m in self.published.meetings if m.candidate not in hit))
        unavoidable = self._attending(hit)
        least, clashing = len(unavoidable), set[int]()
        if any(v.rule not in _ALONE | {"pin"} for v in broken):
            clashing = self._clashing(standing)
            some = self._some_of(standing, clashing)
            if some is None:
                return self._refused(clashing & self.fixed)
            most = self._keep_most(some, clashing - self.fixed)
            standing, least = (most.schedule, most.goals[0].bound) if most.goals else (some, least)
        near = unavoidable | self._attending(clashing)
        start = self._rebooked(standing)
        free = [c.id for c in self.index.problem.candidates if c.id not in self.fixed and self._is_near(c, near)]
        if len(free) > _MANY and len(self.published.meetings) <= _SEARCHABLE:
            start = self._searched(start, free, least + self.slack)
        result = self._best(start, free, least + self.slack, unavoidable)
        if not result.goals:
            # Pins, completeness or fairness ask for more than cancelling.
            kept = Schedule(tuple(m for m in standing.meetings if m.candidate not in unpinned))
            return self._widened(kept, near | self._attending(unpinned), least, unavoidable, blocked=pinned & hit)
        return self._report(result, least, unavoidable)

    def _some_of(self, standing: Schedule, clashing: Collection[int]) -> Schedule | None:
        """A legal part of `standing`: of the meetings that clash those that fit, the most valuable first; None where
        those that have to stay contradict one another."""
        plan = Plan(self.index, (m for m in standing.meetings if m.candidate not in clashing))
        others = [m for m in standing.meetings if m.candidate in clashing]
        for m in sorted(others, key=lambda m: (m.candidate not in self.fixed, -self._value(m))):
            if plan.fits(m):
                plan.add(m)
            elif m.candidate in self.fixed:
                return None
        return plan.schedule

    def _rebooked(self, standing: Schedule) -> Schedule:
        """`standing`, and what can be placed without another agenda that changes: the meetings that were lost, what is
        on the waitlist, and what else people who lost a meeting asked for."""
        plan = Plan(self.index, standing.meetings)
        touched = self._attending(self.published.by_candidate.keys() - standing.by_candidate.keys())
        self._rebook(plan, touched)
        waiting = [c for c in self.index.problem.candidates if c.id not in plan.meetings]
        for c in sorted(waiting, key=lambda c: (c.id not in self.waitlist, -c.value)):
            if c.id in self.waitlist:
                plan.place(c)
            elif touched.issuperset(c.people):
                plan.place(c, among=touched)
        return plan.schedule

    def _rebook(self, plan: Plan, near: Collection[int]) -> None:
        candidates = self.index.candidates
        lost = [m for m in self.published.meetings if m.candidate in candidates and m.candidate not in plan.meetings]
        rebook(plan, lost, near)

    def _value(self, meeting: Meeting) -> int:
        return self.index.candidates[meeting.candidate].value

    def _widened(
        self, standing: Schedule, near: set[int], least: int, unavoidable: set[int], blocked: Collection[int]
    ) -> Repair:
        """What has to take place makes room for itself: first among those who may attend it, then with their
        neighbours, at last with everybody, as far as the time goes."""
        needed = {pin.candidate for pin in self.index.problem.pins} & self.index.candidates.keys()
        if self.options.complete:
            needed = set(self.index.candidates)
        missing = sorted(needed - standing.by_candidate.keys())
        start = self._with_room(standing, near, missing)
        everything = [c.id for c in self.index.problem.candidates if c.id not in self.fixed]
        near = near.union(*(self.index.may_attend(self.index.candidates[c]) for c in missing))
        circles = [*self._circles(near), everything]
        if self._fits(everything, start or standing):
            circles = [everything]
        decided: list[int] = []
        for free in circles:
            if start is not None and not self._fits(free, start):
                break
            seconds = self._left() if free == everything else 0.5 * self._left()
            options = replace(self.options, goals=(Goal.STABILITY,), start=start or standing, time_limit=seconds)
            fewest = solve_exactly(self.index.problem, options, free=free, index=self.index)
            if free == everything and fewest.status is SolveStatus.INFEASIBLE:
                return self._nothing(SolveStatus.INFEASIBLE, blocked)
            if fewest.goals:
                start, decided = fewest.schedule, free
                least = fewest.goals[0].bound if free == everything else least
        if start is None:
            return self._nothing(SolveStatus.UNKNOWN)
        touched = measures(self.index.problem, start, self.published).changed
        best = self._best(start, decided, touched + self.slack, unavoidable)
        return self._report(best if decided == everything else unproven(self.index, best), least, unavoidable)

    def _with_room(self, standing: Schedule, near: set[int], missing: Iterable[int]) -> Schedule | None:
        """`standing` with all that is missing, and with what had to give way for it placed again where it can be."""
        plan, touched = Plan(self.index, standing.meetings), set(near)
        must = [self.index.candidates[c] for c in missing]
        for candidate in sorted(must, key=lambda c: -c.value):
            if plan.place(candidate, among=touched) is not None:
                continue
            try:
                cancelled = make_room(plan, candidate, self.fixed | {c.id for c in must}, touched)
            except ValueError:
                return None
            touched.update(p for m in (*cancelled, plan.meetings[candidate.id]) for p in m.attendees)
        self._rebook(plan, touched)
        start = plan.schedule
        fairness = self.options.fairness
        fair = fairness is None or measures(self.index.problem, start).break_spread <= fairness
        return start if fair else None

    def _circles(self, people: set[int]) -> Iterator[list[int]]:
        """The candidates in which one of `people` may be, then those of their neighbours."""
        candidates = [c for c in self.index.problem.candidates if c.id not in self.fixed]
        for _ in range(2):
            close = [c for c in candidates if people & self.index.may_attend(c)]
            yield [c.id for c in close]
            people = people.union(*(self.index.may_attend(c) for c in close))

    def _clashing(self, schedule: Schedule) -> set[int]:
        return {c for v in violations(self.after, schedule) if v.rule != "pin" for c in v.candidates}

    def _attending(self, candidates: Collection[int]) -> set[int]:
        return {p for m in self.published.meetings if m.candidate in candidates for p in m.attendees}

    def _is_near(self, candidate: Candidate, near: set[int]) -> bool:
        """Whether it can take place with nobody but those `near`, or, where more may be touched, with one of them."""
        if candidate.id in self.waitlist:
            return True
        if self.slack > 0:
            return bool(near & self.index.may_attend(candidate))
        return near.issuperset(candidate.people) and all(near.intersection(team) for team in candidate.teams)

    def _keep_most(self, standing: Schedule, clashing: set[int]) -> Result:
        """Of the meetings that clash, those to cancel so that the fewest agendas are touched."""
        as_published = self.published.by_candidate
        frozen = {
            c: replace(
                self.index.candidates[c],
                people=as_published[c].attendees,
                teams=(),
                slots=frozenset({as_published[c].slot}),
                places=frozenset({as_published[c].place}),
            )
            for c in clashing
        }
        candidates = tuple(frozen.get(c.id, c) for c in self.after.candidates)
        options = replace(self.options, goals=(Goal.STABILITY,), start=standing, complete=False, fairness=None)
        return solve_exactly(replace(self.after, candidates=candidates, pins=()), self._timed(options), free=clashing)

    def _searched(self, start: Schedule, free: Collection[int], most: int) -> Schedule:
        """A better start for a change so wide that the chain search finds more than CP-SAT: a storm, a room lost."""
        candidates = self.index.candidates
        held = [m for m in start.meetings if m.candidate not in set(free)]
        problem = replace(
            self.index.problem,
            candidates=(
                *(candidates[c] for c in free),
                *(replace(candidates[m.candidate], people=m.attendees, teams=()) for m in held),
            ),
            pins=(
                *(pin for pin in self.after.pins if pin.candidate in set(free)),
                *(Pin(candidate=m.candidate, slot=m.slot, place=m.place) for m in held),
            ),
        )
        options = self._timed(replace(self.options, start=start))
        found = solve(problem, replace(options, time_limit=0.5 * options.time_limit))
        if not found.goals or measures(problem, found.schedule, self.published).changed > most:
            return start
        return found.schedule

    def _best(self, start: Schedule, free: list[int], most: int, unavoidable: set[int]) -> Result:
        goals = (*self.options.goals, Goal.STABILITY)
        options = self._timed(replace(self.options, goals=goals, start=start))
        return best_change(self.index, options, free, most=most, uncounted=self.waitlist, unavoidable=unavoidable)

    def _fits(self, free: list[int], start: Schedule) -> bool:
        """Whether there is time for a model of `free`."""
        return len(fitting(self.index, self._timed(replace(self.options, start=start)), free)[0]) == len(free)

    def _left(self) -> float:
        return self.options.time_limit - self.leaving - (perf_counter() - self.began)

    def _timed(self, options: Options) -> Options:
        return replace(options, time_limit=self._left())

    def _report(self, result: Result, least: int, unavoidable: set[int]) -> Repair:
        if not result.goals:
            return self._nothing(result.status)
        wrong = violations(self.after, result.schedule)
        if wrong:
            raise AssertionError(f"the repair breaks a rule: {wrong[:3]}")
        goals = result.goals
        if self.slack == 0:
            *others, stable = goals
            new = [c for c in self.waitlist if c in result.schedule.by_candidate]
            touched = unavoidable.union(*(self.index.candidates[c].people for c in new))
            goals = (replace(stable, bound=max(least, len(touched))), *others)
        status = SolveStatus.OPTIMAL if all(goal.proven for goal in goals) else SolveStatus.FEASIBLE
        seconds = perf_counter() - self.began
        result = replace(result, status=status, goals=goals, seconds=seconds)
        return Repair(problem=self.after, result=result, changes=changes_between(self.published, result.schedule))

    def _refused(self, blocked: Collection[int]) -> Repair:
        return self._nothing(SolveStatus.INFEASIBLE, blocked)

    def _nothing(self, status: SolveStatus, blocked: Collection[int] = ()) -> Repair:
        result = Result(status=status, schedule=Schedule(), goals=(), seconds=perf_counter() - self.began)
        return Repair(problem=self.after, result=result, changes={}, blocked=tuple(sorted(blocked)))
