"""Repair: the change of a published schedule that touches the fewest agendas.

Why a small model suffices. Call the meetings that stay exactly as published the kept ones. All rules but pins,
completeness and fairness still hold when a meeting is taken away, so the kept meetings of any legal schedule are legal
too, and everybody in a meeting that is not kept is touched. The fewest agendas are therefore touched by some
repair that only cancels; which meetings to cancel is decided among those that break a rule. Every schedule that touches
no more people differs from the published one only in meetings all of whose attendees are in the meetings that break a
rule: these candidates alone are decided on, the rest is held.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from time import perf_counter

from matchmaker.scheduling.changes import Change, changes_between
from matchmaker.scheduling.checks import measures, violations
from matchmaker.scheduling.domain import Candidate, Pin, Problem, Schedule
from solver.exact.index import Index
from solver.exact.model import Model
from solver.exact.optimise import optimise, solve_exactly
from solver.exact.rules import stability
from solver.incidents import Asked, Incident, Joined, after
from solver.result import Goal, Options, Result, Status
from solver.solve import solve

# What one meeting breaks by itself: it cannot stay, whatever happens to the others.
_ALONE = {"known", "attendance", "length", "slot", "place", "open", "availability"}
_MANY = 150  # candidates to decide on; with fewer CP-SAT alone is as good


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
    spare: int = 0,
    wanted: Collection[int] = (),
) -> Repair:
    """The legal schedule that touches the fewest agendas, and of these the best by `options.goals`.

    Meetings that start before slot `now` are past, and stay; so do pinned meetings. With `spare` > 0 up to so many more
    agendas may be touched, in meetings with somebody whose agenda is touched anyway. New requests, all requests of
    those who joined, and the candidates `wanted` are placed where the rest leaves room for them: to gain such a meeting
    does not count as being touched. The first goal reported is `STABILITY` (the last one with `spare`). Among equals
    most meetings keep their time; so the fewer goals beyond value are asked for, the fewer meetings move.
    Raises ValueError for an incident that names what is unknown.
    """
    return _Repair(problem, schedule, list(incidents), options or Options(), now, spare, set(wanted)).run()


class _Repair:
    def __init__(
        self,
        problem: Problem,
        published: Schedule,
        incidents: list[Incident],
        options: Options,
        now: int,
        spare: int,
        wanted: set[int],
    ) -> None:
        self.began = perf_counter()
        self.published, self.now, self.spare = published, now, spare
        self.after = after(problem, incidents, published, now)
        self.past = {m.candidate for m in published.meetings if m.slot < now}
        self.index = Index(self._from_now_on())
        goals = tuple(goal for goal in options.goals if goal is not Goal.STABILITY)
        self.options = replace(options, baseline=published, start=None, goals=goals)
        joined = {i.participant.id for i in incidents if isinstance(i, Joined)}
        wanted |= {i.candidate.id for i in incidents if isinstance(i, Asked)}
        wanted |= {c.id for c in self.after.candidates if joined & self.index.may_attend(c)}
        self.wanted = wanted & self.index.candidates.keys() - published.by_candidate.keys()

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
        hit = {c for v in broken if v.rule in _ALONE for c in v.candidates}
        unpinned = {c for v in broken if v.rule == "pin" for c in v.candidates}
        if (hit | unpinned) & self.past:
            return self._refused((hit | unpinned) & self.past)
        pinned = {pin.candidate for pin in self.after.pins} & self.published.by_candidate.keys()
        fixed = self.past | (pinned - hit - unpinned)
        standing = Schedule(tuple(m for m in self.published.meetings if m.candidate not in hit))
        surely = self._attending(hit)
        least, clashing = len(surely), set[int]()
        if any(v.rule not in _ALONE | {"pin"} for v in broken):
            clashing = self._clashing(standing)
            kept = self._keep_most(standing, clashing - fixed)
            if kept.status is Status.INFEASIBLE or (kept.goals and self._clashing(kept.schedule)):
                return self._refused(clashing & fixed)
            if kept.goals:
                standing, least = kept.schedule, kept.goals[0].bound
            else:
                standing = Schedule(tuple(m for m in standing.meetings if m.candidate not in clashing - fixed))
        near = surely | self._attending(clashing)
        free = [c.id for c in self.index.problem.candidates if c.id not in fixed and self._is_near(c, near)]
        start = self._searched(standing, free, least + self.spare) if len(free) > _MANY else standing
        result = self._best(start, free, least + self.spare, surely)
        if result.status is Status.INFEASIBLE:
            # Pins, completeness or fairness ask for more than cancelling.
            free = [c for c in self.index.candidates if c not in fixed]
            stable = replace(self.options, goals=(Goal.STABILITY,), start=standing)
            fewest = solve_exactly(self.index.problem, stable, free=free, index=self.index)
            if fewest.status in (Status.INFEASIBLE, Status.UNKNOWN):
                return Repair(problem=self.after, result=fewest, changes={}, blocked=tuple(sorted(pinned & hit)))
            least = fewest.goals[0].bound
            result = self._best(fewest.schedule, free, fewest.goals[0].value + self.spare, surely)
        return self._report(result, least, surely)

    def _clashing(self, schedule: Schedule) -> set[int]:
        return {c for v in violations(self.after, schedule) if v.rule != "pin" for c in v.candidates}

    def _attending(self, candidates: Collection[int]) -> set[int]:
        return {p for m in self.published.meetings if m.candidate in candidates for p in m.attendees}

    def _is_near(self, candidate: Candidate, near: set[int]) -> bool:
        """Whether it can take place with nobody but those `near`, or, where more may be touched, with one of them."""
        if candidate.id in self.wanted:
            return True
        if self.spare > 0:
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

    def _best(self, start: Schedule, free: Collection[int], most: int, surely: set[int]) -> Result:
        """The best schedule that decides on `free` only and touches at most `most` agendas."""
        began, goals = perf_counter(), (*self.options.goals, Goal.STABILITY)
        model = Model(self.index, self._timed(replace(self.options, goals=goals, start=start)), set(free))
        touched = stability.touched(model, apart_from=self.wanted)
        model.cp.add(sum(touched.values()) <= most - len(surely - model.concerned))
        return optimise(model, began=began)

    def _timed(self, options: Options) -> Options:
        return replace(options, time_limit=self.options.time_limit - (perf_counter() - self.began))

    def _report(self, result: Result, least: int, surely: set[int]) -> Repair:
        if result.status in (Status.INFEASIBLE, Status.UNKNOWN):
            return Repair(problem=self.after, result=result, changes={})
        wrong = violations(self.after, result.schedule)
        if wrong:
            raise AssertionError(f"the repair breaks a rule: {wrong[:3]}")
        goals = result.goals
        if self.spare == 0:
            *others, stable = goals
            new = [c for c in self.wanted if c in result.schedule.by_candidate]
            unavoidable = surely.union(*(self.index.candidates[c].people for c in new))
            goals = (replace(stable, bound=max(least, len(unavoidable))), *others)
        status = Status.OPTIMAL if all(goal.proven for goal in goals) else Status.FEASIBLE
        seconds = perf_counter() - self.began
        result = replace(result, status=status, goals=goals, seconds=seconds)
        return Repair(problem=self.after, result=result, changes=changes_between(self.published, result.schedule))

    def _refused(self, blocked: Collection[int]) -> Repair:
        seconds = perf_counter() - self.began
        result = Result(status=Status.INFEASIBLE, schedule=Schedule(), goals=(), seconds=seconds)
        return Repair(problem=self.after, result=result, changes={}, blocked=tuple(sorted(blocked)))
