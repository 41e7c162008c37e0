"""`solve`: select the meetings, place them, improve the whole, prove what can be proven."""

from dataclasses import dataclass, field, replace
from functools import partial
from time import perf_counter

import numpy as np

from matchmaker.scheduling.checks import measures, violations
from matchmaker.scheduling.domain import Candidate, Participant, Place, Problem, Schedule, Slot
from matchmaker.scheduling.validation import validate, with_useful_capacities
from solver.exact.select import select
from solver.first_solve import first_solve
from solver.result import Goal, GoalReport, Options, Progress, Result, Status
from solver.search import chains
from solver.search.arrays import Ints, arrays
from solver.search.bits import is_compiled
from solver.search.improve import MEMBERSHIP, TOTALS, UNBOUNDED, Budget, Search, compact, enrich
from solver.search.rooms import seated
from solver.search.state import BELOW, MISSING, UNFAIR, VALUE, State, copy, data_ref, empty, state_ref

MEASURES = {
    Goal.COVERAGE: "below_minimum",
    Goal.VALUE: "value",
    Goal.BREAKS: "breaks",
    Goal.IDLE: "idle",
    Goal.MOVES: "moves",
    Goal.STABILITY: "changed",
}
EXACT = 3000  # (meeting, slot) choices up to which one exact model of everything is worth its time


def solve(problem: Problem, options: Options | None = None) -> Result:
    """The best schedule of `problem` by `options.goals` that can be found and proven in the time given.

    Where the search is not compiled yet, see `solver.first_solve`.
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
    return is_compiled(chains.place, chains.enrich, chains.compact)


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


@dataclass
class _Solve:
    problem: Problem
    options: Options
    began: float = field(default_factory=perf_counter)
    best: State | None = None
    bounds: dict[Goal, int] = field(default_factory=dict)
    spent: dict[Goal, float] = field(default_factory=dict)
    told: float = -1.0  # when progress was last told
    telling: float = 0.0  # how long that took

    def __post_init__(self) -> None:
        self.data, self.index = arrays(self.problem, complete=self.options.complete, fairness=self.options.fairness)
        self.d = data_ref(self.data)
        self.search = Search(self.data, self.options.threads, self.left, self._keep)
        # What must be there is looked for first where the first goal would rather have nothing.
        self.fills = not self.options.goals or self.options.goals[0] in MEMBERSHIP

    def run(self) -> Result:
        if (self.data.must.astype(bool) & ~self.data.start.any(axis=1)).any():
            return self._nothing(Status.INFEASIBLE)
        self._keep(self._quick_plan(), "quick plan")
        membership = [g for g in self.options.goals if g in MEMBERSHIP]
        chosen = None
        if self.left() > 0:
            began = perf_counter()
            selection = select(self.data, membership or [Goal.VALUE], 0.2 * self.left())
            if selection.status is Status.INFEASIBLE:
                return self._nothing(Status.INFEASIBLE)
            chosen = selection.chosen
            self.bounds.update({g: b for g, b in selection.bounds.items() if g in membership})
            self._spend(membership, began)
        self._improve(chosen)
        return self._result(membership)

    def left(self) -> float:
        """Seconds left; none once the caller said stop."""
        # Seating, checking and measuring the last schedule takes about three times as long as telling of one.
        end = self.began + self.options.time_limit - self.options.used - 3 * self.telling
        return -1.0 if self.options.stop() else end - perf_counter()

    def _quick_plan(self) -> State:
        """What must take place, then the start, then the most valuable first."""
        state = empty(self.data, self.options.seed)
        ref = state_ref(state)
        ways = self.data.start.sum(axis=1) * self.data.must
        order = np.lexsort((-self.data.value, ways, 1 - self.data.must)).astype(np.int32)
        musts = order[self.data.must[order] == 1]
        if self.options.start is not None:
            self._load(state, self.options.start)
        chains.place(self.d, ref, order if self.fills else musts, -1)
        return state

    def _load(self, state: State, schedule: Schedule) -> None:
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

    def _place(self, chosen: Ints) -> State:
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
        for row in (order, rest) if self.fills else (order,):
            chains.place(self.d, state_ref(state), row.astype(np.int32), -1)
        self._keep(state, "placing")
        return state

    def _improve(self, chosen: Ints | None) -> None:
        """The goals in their order, those of a kind together; each is then held at what it reached."""
        assert self.best is not None
        bound = np.full(6, UNBOUNDED)
        musts = np.flatnonzero(self.data.must).astype(np.int32)
        chosen = musts if chosen is None or not self.fills else chosen
        state = self._place(chosen) if len(chosen) and self.options.start is None else copy(self.best)
        if self.best.total[MISSING] > 0:
            budget = Budget(0.5 * self.options.time_limit, 0.5 * self.left(), partial(self._met, []))
            enrich(self.search, state, [], bound, budget)
            state = copy(self.best)
        stages = _stages(self.options.goals)
        # Compactness is where effort pays: the selection leaves little to improve in coverage and value.
        shares = [1 if stage[0] in MEMBERSHIP else 5 for stage in stages]
        for number, stage in enumerate(stages):
            began = perf_counter()
            planned = 0.9 * self.options.time_limit * shares[number] / sum(shares)
            seconds = self.left() * shares[number] / sum(shares[number:])
            search = enrich if stage[0] in MEMBERSHIP else compact
            search(self.search, state, stage, bound, Budget(planned, seconds, partial(self._met, stage)))
            state = copy(self.best)
            for total in (MISSING, UNFAIR, *(TOTALS[goal] for goal in stage)):
                bound[total] = state.total[total]
            self._spend(stage, began)

    def _total(self, number: int) -> int:
        assert self.best is not None
        return int(self.best.total[number])

    def _met(self, stage: list[Goal]) -> bool:
        """Whether the best schedule is as good as any can be, for the goals of `stage`."""
        reached = {g: (-1 if g is Goal.VALUE else 1) * self._total(TOTALS[g]) for g in stage}
        ideal = {g: self.bounds.get(g, 0 if g is not Goal.VALUE else -1) for g in stage}
        return self._total(MISSING) == 0 and self._total(UNFAIR) == 0 and reached == ideal

    def _spend(self, goals: list[Goal], began: float) -> None:
        for goal in goals:
            self.spent[goal] = self.spent.get(goal, 0.0) + (perf_counter() - began) / len(goals)

    def _rank(self, state: State) -> tuple[int, ...]:
        """Smaller is better: the rules that a search may still break, then the goals in their order."""
        goals = [TOTALS[g] for g in self.options.goals if g in TOTALS]
        return tuple(int(state.total[g]) for g in (MISSING, UNFAIR, *goals, VALUE))

    def _keep(self, state: State, stage: str) -> None:
        """Remembers `state` if it is the best so far, and tells of it, though not for most of the time."""
        if self.best is not None and self._rank(state) >= self._rank(self.best):
            return
        self.best = copy(state)
        now = perf_counter()
        if state.total[MISSING] == 0 and now - self.told > 10 * self.telling:
            schedule = self._schedule()
            if self._is_fair(schedule):
                goals, seconds = self._reports(schedule), perf_counter() - self.began
                self.options.progress(Progress(stage=stage, schedule=schedule, goals=goals, seconds=seconds))
            self.told = perf_counter()
            self.telling = self.told - now

    def _schedule(self) -> Schedule:
        assert self.best is not None
        before = self.options.baseline or self.options.start
        return seated(self.problem, self.data, self.index, self.best, before)

    def _is_fair(self, schedule: Schedule) -> bool:
        fairness = self.options.fairness
        return fairness is None or measures(self.problem, schedule).break_spread <= fairness

    def _reports(self, schedule: Schedule) -> tuple[GoalReport, ...]:
        found = measures(self.problem, schedule, self.options.baseline)
        most = int(np.maximum(self.data.value, 0).sum())
        return tuple(
            GoalReport(
                goal=goal,
                value=getattr(found, MEASURES[goal]),
                bound=self.bounds.get(goal, most if goal is Goal.VALUE else 0),
                seconds=self.spent.get(goal, 0.0),
            )
            for goal in self.options.goals
        )

    def _nothing(self, status: Status) -> Result:
        return Result(status=status, schedule=Schedule(), goals=(), seconds=perf_counter() - self.began)

    def _result(self, membership: list[Goal]) -> Result:
        schedule = self._schedule()
        found = self._total(MISSING) == 0 and self._is_fair(schedule)
        open_ended = not found or not all(g.proven for g in self._reports(schedule))
        if open_ended and 0 < self.data.start.sum() <= EXACT and self.left() > 0:
            return self._finish_exactly(schedule if found else None)
        if not found:
            return self._nothing(Status.UNKNOWN)
        wrong = violations(self.problem, schedule)
        if wrong:
            raise AssertionError(f"the schedule breaks a rule: {wrong[:3]}")
        short = self._total(BELOW)
        if Goal.COVERAGE in membership and Goal.VALUE in membership and short > self.bounds.get(Goal.COVERAGE, 0):
            # The bound on value held for those who reach the bound on coverage only.
            loose = select(self.data, [Goal.COVERAGE, Goal.VALUE], max(0.5, self.left()), coverage=short)
            self.bounds.pop(Goal.VALUE, None)
            self.bounds.update({g: b for g, b in loose.bounds.items() if g is Goal.VALUE})
        goals = self._reports(schedule)
        status = Status.OPTIMAL if all(g.proven for g in goals) else Status.FEASIBLE
        return Result(status=status, schedule=schedule, goals=goals, seconds=perf_counter() - self.began)

    def _finish_exactly(self, schedule: Schedule | None) -> Result:
        """The rest of the time for one model of everything, from the best schedule found."""
        from solver.exact.optimise import solve_exactly

        options = replace(self.options, start=schedule, time_limit=self.left(), used=0.0)
        result = solve_exactly(self.problem, options)
        return replace(result, seconds=perf_counter() - self.began)


def _stages(goals: tuple[Goal, ...]) -> list[list[Goal]]:
    """The goals that the search knows, neighbours of one kind together; value at last where nobody asked for it."""
    stages: list[list[Goal]] = []
    for goal in goals:
        if goal not in TOTALS:
            continue
        if stages and (stages[-1][0] in MEMBERSHIP) == (goal in MEMBERSHIP):
            stages[-1].append(goal)
        else:
            stages.append([goal])
    return stages if Goal.VALUE in goals else [*stages, [Goal.VALUE]]
