"""`solve`: select the meetings, place them, improve the whole, prove what can be proven."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from time import perf_counter

import numpy as np

from matchmaker.scheduling.checks import measures, violations
from matchmaker.scheduling.domain import Candidate, Participant, Place, Problem, Schedule, Slot
from matchmaker.scheduling.validation import validate, with_useful_capacities
from solver.bounds import Bounds, cost
from solver.exact.select import Selection, select
from solver.first_solve import first_solve
from solver.result import MEASURES, Goal, GoalReport, Options, Progress, Result, SolveStatus
from solver.search import chains
from solver.search.arrays import Ints, arrays
from solver.search.bits import is_compiled
from solver.search.improve import MEMBERSHIP, TOTALS, UNBOUNDED, Budget, Search, compact, enrich
from solver.search.rooms import assign_places
from solver.search.state import MISSING, UNFAIR, VALUE, SearchState, copy, data_ref, empty, state_ref

EXACT = 3000  # (meeting, slot) choices up to which one exact model of everything is worth its time


def solve(problem: Problem, options: Options | None = None) -> Result:
    """The best schedule of `problem` by `options.goals` that can be found and proven in the time given.

    Where the search is not compiled yet, see `solver.first_solve`. Above `EXACT` choices the goals `MOVES` and
    `STABILITY` are measured, not searched for: they are reported with the bound 0. There, `solver.repair.repair` is
    what keeps to a published schedule.

    Raises ValueError for a problem that `matchmaker.scheduling.validation.validate` refuses, and AssertionError if what
    it found does not pass `matchmaker.scheduling.checks.violations`.
    """
    validate(problem)
    problem = with_useful_capacities(problem)
    options = options or Options()
    return search(problem, options) if is_warm() else first_solve(problem, options, search)


def search(problem: Problem, options: Options) -> Result:
    """As `solve`, by compiled code: where there is none yet, that takes half a minute longer."""
    if options.complete and options.goals == (Goal.BREAKS,):
        from solver.breaks.clauses import applies
        from solver.breaks.minimise import fewest_breaks

        if applies(problem):
            return fewest_breaks(problem, replace(options, time_limit=options.time_limit - options.used, used=0.0))
    return _Solve(problem, options).run()


def is_warm() -> bool:
    """Whether the search was compiled on this installation before, so that `solve` keeps to its time limit."""
    return is_compiled(chains.place, chains.enrich, chains.compact, chains.make_fair)


def warm() -> None:
    """Has the search compiled, which takes half a minute once; kept for later processes (see `solver.search.bits`)."""
    pair = Candidate(id=0, people=(0, 1))
    people = (Participant(id=0), Participant(id=1))
    problem = Problem(slots=(Slot(),) * 2, places=(Place(id=0),), participants=people, candidates=(pair,))
    run = _Solve(problem, Options())
    state, bound, weight = copy(run._quick_plan()), np.zeros(6, np.int64), np.zeros(6)
    everything = np.zeros(1, np.int32)
    for kernel in (chains.enrich, chains.compact):
        kernel(run.d, state_ref(state), everything, 1, bound, weight, 1.0, 0.1)
    chains.make_fair(run.d, state_ref(state))


@dataclass
class _Solve:
    problem: Problem
    options: Options
    began: float = field(default_factory=perf_counter)
    best: SearchState | None = None
    spent: dict[Goal, float] = field(default_factory=dict)
    reported_at: float = -1.0
    reporting_seconds: float = 0.0

    def __post_init__(self) -> None:
        self.data, self.index = arrays(self.problem, complete=self.options.complete, fairness=self.options.fairness)
        self.d = data_ref(self.data)
        self.search = Search(self.data, self.options.threads, self.left, self._keep)
        self.bounds = Bounds(int(np.maximum(self.data.value, 0).sum()))
        self.membership = [g for g in self.options.goals if g in MEMBERSHIP]
        # Meetings that need not be there are left out at first where the first goal would rather have nothing.
        self.wants_meetings = not self.options.goals or self.options.goals[0] in MEMBERSHIP

    def run(self) -> Result:
        if (self.data.must.astype(bool) & ~self.data.start.any(axis=1)).any():
            return self._nothing(SolveStatus.INFEASIBLE)
        self._keep(self._quick_plan(), "quick plan")
        chosen = None
        if self.left() > 0:
            began = perf_counter()
            selection = self._select(0.2 * self.left())
            if selection.status is SolveStatus.INFEASIBLE:
                return self._nothing(SolveStatus.INFEASIBLE)
            chosen = selection.chosen
            self._spend(self.membership, began)
        self._improve(chosen)
        return self._result()

    def left(self) -> float:
        """Seconds left; none once the caller said stop."""
        # Seating, checking and measuring the last schedule takes about three times as long as reporting one.
        end = self.began + self.options.time_limit - self.options.used - 3 * self.reporting_seconds
        return -1.0 if self.options.stop() else end - perf_counter()

    def _select(self, seconds: float, reached: Mapping[Goal, int] | None = None) -> Selection:
        """A selection by the goals of membership, whose bounds are noted."""
        goals = self.membership or [Goal.VALUE]
        selection = select(self.data, goals, seconds, stop=self.options.stop, reached=reached)
        self.bounds.proven += selection.bounds
        return selection

    def _quick_plan(self) -> SearchState:
        """What must take place, then the start, then the most valuable first."""
        state = empty(self.data, self.options.seed)
        ref = state_ref(state)
        ways = self.data.start.sum(axis=1) * self.data.must
        order = np.lexsort((-self.data.value, ways, 1 - self.data.must)).astype(np.int32)
        musts = order[self.data.must[order] == 1]
        if self.options.start is not None:
            self._load(state, self.options.start)
        chains.place(self.d, ref, order if self.wants_meetings else musts, -1)
        return state

    def _load(self, state: SearchState, schedule: Schedule) -> None:
        """Puts the meetings of `schedule` where they were, as far as the rules allow."""
        ref = state_ref(state)
        for meeting in schedule.meetings:
            i = self.index.position.get(meeting.candidate)
            if i is None or not 0 <= meeting.slot < len(self.problem.slots):
                continue
            first, last = self.data.seat_ptr[i], self.data.seat_ptr[i + 1]
            who = [self.index.person.get(p, -1) for p in meeting.attendees]
            if len(who) == last - first:
                state.seat[first:last] = np.where(self.data.team[first:last] < 0, self.data.person[first:last], who)
            chains.place(self.d, ref, np.array([i], np.int32), meeting.slot)

    def _place(self, chosen: Ints) -> SearchState:
        """The meetings chosen, those of the busiest people first; then whatever else fits."""
        data = self.data
        state = empty(data, self.options.seed + 1)
        people = len(data.base)
        load = np.zeros(people)
        for i in chosen:
            for p in data.person[data.seat_ptr[i] : data.seat_ptr[i + 1]]:
                load[p] += (p >= 0) * data.length[i]
        share = load / np.maximum(1, data.available.sum(axis=1))
        tight = np.zeros(len(data.length))
        named = np.where(data.person >= 0, share[data.person], 0.5)
        np.maximum.at(tight, np.repeat(np.arange(len(tight)), np.diff(data.seat_ptr)), named)
        tight += 2.0 * data.must + (data.length > 1) + (data.start.sum(axis=1) <= 2)
        order = chosen[np.argsort(-tight[chosen], kind="stable")]
        rest = np.setdiff1d(np.arange(len(tight)), chosen)
        rest = rest[np.argsort(-data.value[rest], kind="stable")]
        for row in (order, rest) if self.wants_meetings else (order,):
            chains.place(self.d, state_ref(state), row.astype(np.int32), -1)
        self._keep(state, "placing")
        return state

    def _improve(self, chosen: Ints | None) -> None:
        """What must take place first; then the goals, and once more where that had to be made fair."""
        assert self.best is not None
        musts = np.flatnonzero(self.data.must).astype(np.int32)
        chosen = musts if chosen is None or not self.wants_meetings else chosen
        state = self._place(chosen) if len(chosen) and self.options.start is None else copy(self.best)
        if self.best.total[MISSING] > 0:
            budget = Budget(0.5 * self.options.time_limit, 0.5 * self.left(), partial(self._met, []))
            enrich(self.search, state, [], np.full(6, UNBOUNDED), budget)
            state = copy(self.best)
        if self.options.fairness is None:
            self._meet_goals(state, self.options.time_limit, spare=0.0)
        else:
            self._meet_goals(state, 0.5 * self.options.time_limit, spare=0.5 * self.left())
            self._make_fair()
            self._meet_goals(copy(self.best), 0.5 * self.options.time_limit, spare=0.0, fixed=[MISSING, UNFAIR])

    def _meet_goals(self, state: SearchState, planned: float, *, spare: float, fixed: Sequence[int] = ()) -> None:
        """The goals in their order, those of a kind together; each is then fixed at what it reached, as are the totals
        `fixed` from the start. `planned` are the seconds that decide how much is tried, `spare` those to leave over.
        """
        assert self.best is not None
        bound, fixed = np.full(6, UNBOUNDED), [*fixed]
        bound[fixed] = state.total[fixed]
        stages = _stages(self.options.goals)
        # Compactness is where effort pays: the selection leaves little to improve in coverage and value.
        shares = [1 if stage[0] in MEMBERSHIP else 5 for stage in stages]
        for number, stage in enumerate(stages):
            began = perf_counter()
            seconds = (self.left() - spare) * shares[number] / sum(shares[number:])
            budget = Budget(0.9 * planned * shares[number] / sum(shares), seconds, partial(self._met, stage))
            search = enrich if stage[0] in MEMBERSHIP else compact
            search(self.search, state, stage, bound, budget)
            state = copy(self.best)
            fixed += [total for total in (MISSING, UNFAIR, *(TOTALS[goal] for goal in stage)) if total not in fixed]
            bound[fixed] = state.total[fixed]
            if stage[-1] in self.membership[1:]:
                self._bound_the_second(0.5 * (self.left() - spare))
            self._spend(stage, began)

    def _make_fair(self) -> None:
        """Leaves out what gives somebody too many breaks, where moving meetings was not enough."""
        assert self.best is not None
        state = copy(self.best)
        chains.make_fair(self.d, state_ref(state))
        self._keep(state, "fairness")

    def _total(self, number: int) -> int:
        assert self.best is not None
        return int(self.best.total[number])

    def _reached(self, goals: Iterable[Goal]) -> dict[Goal, int]:
        """What the best schedule reaches in those of `goals` that the search counts."""
        return {g: cost(g, self._total(TOTALS[g])) for g in goals if g in TOTALS}

    def _met(self, stage: list[Goal]) -> bool:
        """Whether the best schedule is as good as any can be, for the goals of `stage`."""
        reached = self._reached([*self.options.goals, *stage])
        ideal = all(g in reached and reached[g] == self.bounds.best(g, reached) for g in stage)
        return self._total(MISSING) == 0 and self._total(UNFAIR) == 0 and ideal

    def _spend(self, goals: list[Goal], began: float) -> None:
        for goal in goals:
            self.spent[goal] = self.spent.get(goal, 0.0) + (perf_counter() - began) / len(goals)

    def _rank(self, state: SearchState) -> tuple[int, ...]:
        """Smaller is better: the rules that a search may still break, then the goals in their order."""
        goals = [TOTALS[g] for g in self.options.goals if g in TOTALS]
        return tuple(int(state.total[g]) for g in (MISSING, UNFAIR, *goals, VALUE))

    def _keep(self, state: SearchState, stage: str) -> None:
        """Remembers `state` if it is the best so far, and reports it, though not for most of the time."""
        if self.best is not None and self._rank(state) >= self._rank(self.best):
            return
        self.best = copy(state)
        now = perf_counter()
        if state.total[MISSING] == 0 and now - self.reported_at > 10 * self.reporting_seconds:
            schedule = self._schedule()
            if self._is_fair(schedule):
                goals, seconds = self._reports(schedule), perf_counter() - self.began
                self.options.progress(Progress(stage=stage, schedule=schedule, goals=goals, seconds=seconds))
            self.reported_at = perf_counter()
            self.reporting_seconds = self.reported_at - now

    def _schedule(self) -> Schedule:
        assert self.best is not None
        before = self.options.baseline or self.options.start
        return assign_places(self.problem, self.data, self.index, self.best, before)

    def _is_fair(self, schedule: Schedule) -> bool:
        fairness = self.options.fairness
        return fairness is None or measures(self.problem, schedule).break_spread <= fairness

    def _reports(self, schedule: Schedule) -> tuple[GoalReport, ...]:
        of_schedule = measures(self.problem, schedule, self.options.baseline)
        values = {goal: int(getattr(of_schedule, MEASURES[goal])) for goal in self.options.goals}
        return tuple(
            GoalReport(
                goal=goal,
                value=value,
                bound=self.bounds.best(goal, values),
                seconds=self.spent.get(goal, 0.0),
            )
            for goal, value in values.items()
        )

    def _nothing(self, status: SolveStatus) -> Result:
        return Result(status=status, schedule=Schedule(), goals=(), seconds=perf_counter() - self.began)

    def _result(self) -> Result:
        schedule = self._schedule()
        legal = self._total(MISSING) == 0 and self._is_fair(schedule)
        open_ended = not legal or not all(g.proven for g in self._reports(schedule))
        if open_ended and 0 < self.data.start.sum() <= EXACT and self.left() > 0:
            return self._finish_exactly(schedule if legal else None)
        if not legal:
            return self._nothing(SolveStatus.UNKNOWN)
        wrong = violations(self.problem, schedule)
        if wrong:
            raise AssertionError(f"the schedule breaks a rule: {wrong[:3]}")
        return Result.of(schedule, self._reports(schedule), perf_counter() - self.began)

    def _bound_the_second(self, seconds: float) -> None:
        """A bound on the second goal of membership where the first did not get to what the bound there is for."""
        first, second = self.membership
        reached = self._reached(self.membership)
        if seconds > 0 and not self.bounds.is_known(second, reached):
            self._select(seconds, {first: reached[first]})

    def _finish_exactly(self, schedule: Schedule | None) -> Result:
        """The rest of the time for one model of everything, from the best schedule on."""
        from solver.exact.optimise import solve_exactly

        def progress(better: Progress) -> None:
            goals, seconds = self.bounds.tightened(better.goals), perf_counter() - self.began
            self.options.progress(replace(better, goals=goals, seconds=seconds))

        options = replace(self.options, start=schedule, time_limit=self.left(), used=0.0, progress=progress)
        result = solve_exactly(self.problem, options)
        if result.status in (SolveStatus.INFEASIBLE, SolveStatus.UNKNOWN):
            return replace(result, seconds=perf_counter() - self.began)
        return Result.of(result.schedule, self.bounds.tightened(result.goals), perf_counter() - self.began)


def _stages(goals: tuple[Goal, ...]) -> list[list[Goal]]:
    """The goals that the search counts, neighbours of one kind together; value at last where nobody asked for it."""
    stages: list[list[Goal]] = []
    for goal in goals:
        if goal not in TOTALS:
            continue
        if stages and (stages[-1][0] in MEMBERSHIP) == (goal in MEMBERSHIP):
            stages[-1].append(goal)
        else:
            stages.append([goal])
    return stages if Goal.VALUE in goals else [*stages, [Goal.VALUE]]
