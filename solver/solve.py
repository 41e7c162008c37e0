"""`solve`: select the meetings, place them, improve the whole, prove what can be proven."""

from dataclasses import dataclass, field
from time import perf_counter

import numpy as np

from matchmaker.checks import measures, violations
from matchmaker.domain import Problem, Schedule
from solver import chains
from solver.arrays import Ints, Longs, arrays
from solver.result import Goal, GoalReport, Options, Progress, Result, Status
from solver.rooms import seated
from solver.select import Selection, select
from solver.state import BELOW, BREAKS, IDLE, MISSING, UNFAIR, VALUE, State, copy, data_ref, empty, state_ref

TOTALS = {Goal.COVERAGE: BELOW, Goal.VALUE: VALUE, Goal.BREAKS: BREAKS, Goal.IDLE: IDLE}
MEASURES = {
    Goal.COVERAGE: "below_minimum",
    Goal.VALUE: "value",
    Goal.BREAKS: "breaks",
    Goal.IDLE: "idle",
    Goal.MOVES: "moves",
    Goal.STABILITY: "changed",
}
MEMBERSHIP = (Goal.COVERAGE, Goal.VALUE)
UNBOUNDED = 1 << 60
CHUNK = 0.04  # seconds of search between two looks at the clock
ENRICH_RATE = 150_000  # attempts a second that the search is sure to reach on a machine of 2020
COMPACT_RATE = 1_000_000


def solve(problem: Problem, options: Options | None = None) -> Result:
    """The best schedule of `problem` by `options.goals` that can be found and proven in the time given.

    Raises AssertionError if what it found does not pass `matchmaker.checks.violations`: never a wrong schedule.
    """
    options = options or Options()
    if options.complete and options.goals == (Goal.BREAKS,) and applies(problem):
        return fewest_breaks(problem, options)
    return _Solve(problem, options).run()


@dataclass
class _Solve:
    problem: Problem
    options: Options
    began: float = field(default_factory=perf_counter)
    best: State | None = None
    bounds: dict[Goal, int] = field(default_factory=dict)
    spent: dict[Goal, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.data, self.index = arrays(self.problem, complete=self.options.complete, fairness=self.options.fairness)
        self.d = data_ref(self.data)
        self.told = -1.0
        self.telling = 0.0

    def run(self) -> Result:
        goals = self.options.goals
        if (self.data.must.astype(bool) & ~self.data.start.any(axis=1)).any():
            return self._nothing(Status.INFEASIBLE)
        state = self._quick_plan()
        self._keep(state, "quick plan")
        membership = [g for g in goals if g in MEMBERSHIP]
        selection = Selection(Status.UNKNOWN, None, {})
        if self.left() > 0:
            began = perf_counter()
            selection = select(self.data, membership or [Goal.VALUE], 0.3 * self.left())
            for goal in membership:
                self.spent[goal] = (perf_counter() - began) / len(membership)
        if selection.status is Status.INFEASIBLE:
            return self._nothing(Status.INFEASIBLE)
        self.bounds.update(selection.bounds)
        self._improve(selection)
        return self._result(membership)

    def left(self) -> float:
        """Seconds left; none once the caller said stop."""
        return -1.0 if self.options.stop() else self.options.time_limit - (perf_counter() - self.began)

    def _quick_plan(self) -> State:
        """What must take place, then the start, then the most valuable first."""
        state = empty(self.data, self.options.seed)
        if self.options.start is not None:
            self._load(state, self.options.start)
        order = np.lexsort((-self.data.value, 1 - self.data.must)).astype(np.int32)
        if not self._fills():
            order = order[self.data.must[order] == 1]
        chains.place(self.d, state_ref(state), order, -1)
        return state

    def _fills(self) -> bool:
        """Whether to start from as many meetings as possible, or from as few."""
        return not self.options.goals or self.options.goals[0] in MEMBERSHIP

    def _load(self, state: State, schedule: Schedule) -> None:
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

    def _improve(self, selection: Selection) -> None:
        goals = [g for g in self.options.goals if g in TOTALS]
        stages: list[list[Goal]] = []
        for goal in goals:
            if stages and (stages[-1][0] in MEMBERSHIP) == (goal in MEMBERSHIP):
                stages[-1].append(goal)
            else:
                stages.append([goal])
        if Goal.VALUE not in goals:
            stages.append([Goal.VALUE])
        assert self.best is not None
        bound = np.full(6, UNBOUNDED, np.int64)
        musts = np.flatnonzero(self.data.must).astype(np.int32)
        chosen = selection.chosen if selection.chosen is not None and self._fills() else musts
        state = self._place(chosen) if len(chosen) else copy(self.best)
        if self.best.total[MISSING] > 0:
            self._enrich(state, [], bound, 0.5 * self.left())
            state = copy(self.best)
        for number, stage in enumerate(stages):
            began = perf_counter()
            share = self.left() / (len(stages) - number) * (0.4 if stage[0] in MEMBERSHIP and number == 0 else 1.0)
            search = self._enrich if stage[0] in MEMBERSHIP else self._compact
            search(state, stage, bound, share)
            state = copy(self.best)
            for goal in stage:
                bound[TOTALS[goal]] = state.total[TOTALS[goal]]
                self.spent[goal] = self.spent.get(goal, 0.0) + (perf_counter() - began) / len(stage)
            for rule in (MISSING, UNFAIR):
                bound[rule] = state.total[rule]

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
        for row in (order, rest) if self._fills() else (order,):
            chains.place(self.d, state_ref(state), row.astype(np.int32), -1)
        self._keep(state, "placing")
        return state

    def _enrich(self, state: State, stage: list[Goal], bound: Longs, seconds: float) -> None:
        """More of the goals of membership by ejection; cools over the whole of the budget."""
        data, ref = self.data, state_ref(state)
        scale = float(np.median(data.value)) if len(data.value) else 1.0
        weight = np.zeros(6)
        weight[MISSING] = weight[UNFAIR] = 50.0 * max(1.0, float(data.value.max(initial=1)))
        for goal in stage:
            weight[TOTALS[goal]] = 1.0 if goal is Goal.VALUE else 5.0 * max(1.0, float(data.value.max(initial=1)))
        wanted = np.flatnonzero(data.start.any(axis=1)).astype(np.int32)
        if not len(wanted):
            return
        hot, cold = max(0.3 * scale, 0.2), max(0.01 * scale, 0.01)
        total, done = int(ENRICH_RATE * seconds), 0
        steps = max(200, min(int(ENRICH_RATE * CHUNK), total // 40 + 1))
        clock = perf_counter()
        while done < total and not self._met(stage):
            spent = perf_counter() - clock
            if self.left() <= 0 or spent > 1.5 * seconds:
                break
            part = max(done / total, spent / (1.5 * seconds))
            now = hot * (cold / hot) ** part
            then = hot * (cold / hot) ** min(1.0, part + steps / total)
            chains.enrich(self.d, ref, wanted, steps, bound, weight, now, then)
            done += steps
            self._keep(state, "enrich")

    def _met(self, stage: list[Goal]) -> bool:
        assert self.best is not None
        total = self.best.total
        reached = {g: int(-total[VALUE] if g is Goal.VALUE else total[TOTALS[g]]) for g in stage}
        return total[MISSING] == 0 and all(reached[g] == self.bounds.get(g) for g in stage)

    def _compact(self, state: State, stage: list[Goal], bound: Longs, seconds: float) -> None:
        """Fewer breaks and idle slots of the same meetings by Kempe chains."""
        data, ref = self.data, state_ref(state)
        weight = np.zeros(6)
        weight[UNFAIR] = 5.0
        for number, goal in enumerate(stage):
            weight[TOTALS[goal]] = 1.0 if number == 0 else 0.5
        free = data.start.sum(axis=1) > 1
        meetings = np.flatnonzero((state.slot >= 0) & free).astype(np.int32)
        if not len(meetings):
            return
        hot, cold = 1.0, 0.08
        total, done = int(COMPACT_RATE * seconds), 0
        steps = max(1000, min(int(COMPACT_RATE * CHUNK), total // 40 + 1))
        clock = perf_counter()
        while done < total:
            spent = perf_counter() - clock
            if self.left() <= 0 or spent > 1.5 * seconds:
                break
            part = max(done / total, spent / (1.5 * seconds))
            now = hot * (cold / hot) ** part
            then = hot * (cold / hot) ** min(1.0, part + steps / total)
            chains.compact(self.d, ref, meetings, steps, bound, weight, now, then)
            done += steps
            self._keep(state, "chains")
            assert self.best is not None
            if all(self.best.total[TOTALS[g]] == 0 for g in stage) and self.best.total[UNFAIR] == 0:
                break

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
            if self._allowed(schedule):
                self.options.progress(
                    Progress(
                        stage=stage,
                        schedule=schedule,
                        goals=self._reports(schedule),
                        seconds=perf_counter() - self.began,
                    )
                )
            self.told = perf_counter()
            self.telling = self.told - now

    def _schedule(self) -> Schedule:
        assert self.best is not None
        before = self.options.baseline or self.options.start
        return seated(self.problem, self.data, self.index, self.best, before)

    def _allowed(self, schedule: Schedule) -> bool:
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
        assert self.best is not None
        schedule = self._schedule()
        if self.best.total[MISSING] > 0 or not self._allowed(schedule):
            return self._nothing(Status.UNKNOWN)
        wrong = violations(self.problem, schedule)
        if wrong:
            raise AssertionError(f"the schedule breaks a rule: {wrong[:3]}")
        short = int(self.best.total[BELOW])
        if Goal.COVERAGE in membership and Goal.VALUE in membership and short > self.bounds.get(Goal.COVERAGE, 0):
            # The bound on value held for those who reach the bound on coverage only.
            loose = select(self.data, [Goal.COVERAGE, Goal.VALUE], max(1.0, self.left()), coverage=short)
            self.bounds.pop(Goal.VALUE, None)
            self.bounds.update({g: b for g, b in loose.bounds.items() if g is Goal.VALUE})
        goals = self._reports(schedule)
        status = Status.OPTIMAL if all(g.proven for g in goals) else Status.FEASIBLE
        return Result(status=status, schedule=schedule, goals=goals, seconds=perf_counter() - self.began)
