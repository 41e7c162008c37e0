"""The fewest breaks of a complete problem: Kempe chains from above, a SAT solver from below, until they meet.

The published benchmark (Bofill et al., JAIR 74, 2022) is this problem. Measured in
docs/decisions/0121-breaks-are-proven-from-below.md.
"""

from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

import numpy as np

from matchmaker.checks import measures, violations
from matchmaker.domain import Problem, Schedule
from solver import chains
from solver.arrays import arrays
from solver.decide import WAYS
from solver.prover import Prover
from solver.result import Goal, GoalReport, Options, Progress, Result, Status
from solver.rooms import seated
from solver.state import BREAKS, MISSING, UNFAIR, State, copy, data_ref, empty, state_ref

CHUNK = 20_000  # moves between two looks at the prover and the clock
FIRST_ROUND = 400_000  # moves of the first cooling; each further one is twice as long
ALONE = 6  # coolings before the proof, where one thread has to do both
HOT, COLD = 1.0, 0.08  # breaks


def fewest_breaks(problem: Problem, options: Options) -> Result:
    """Every candidate, with the fewest breaks; `problem` must be one that `solver.clauses.applies` to.

    With one thread the search comes first and the proof after it; with more they run side by side.
    """
    return _Search(problem, options).run()


@dataclass
class _Search:
    problem: Problem
    options: Options
    began: float = field(default_factory=perf_counter)
    bound: int = 0
    infeasible: bool = False
    best: State | None = None

    def run(self) -> Result:
        self.data, self.index = arrays(self.problem, complete=True, fairness=self.options.fairness)
        self.d = data_ref(self.data)
        if not self.data.start.any(axis=1).all():
            return self._result(Status.INFEASIBLE)
        state = self._quick_plan()
        self._keep(state, "quick plan")
        if self.options.threads == 1:
            self._cool(ALONE, None)
        if not self._done():
            # of two ways side by side, the clock would decide whose schedule is taken
            ways = ("cores",) if self.options.threads == 1 else tuple(WAYS)
            with Prover(self.problem, self.options.fairness, self._left(), ways) as prover:
                if self.options.threads > 1:
                    self._cool(1 << 30, prover)
                self._wait(prover, self._left())
        if self.infeasible:
            return self._result(Status.INFEASIBLE)
        if self.best is None:
            return self._result(Status.UNKNOWN)
        return self._result(Status.OPTIMAL if self._done() else Status.FEASIBLE)

    def _left(self) -> float:
        return -1.0 if self.options.stop() else self.options.time_limit - (perf_counter() - self.began)

    def _done(self) -> bool:
        return self.infeasible or (self.best is not None and self.best.total[BREAKS] == self.bound)

    def _quick_plan(self) -> State:
        state = empty(self.data, self.options.seed)
        if self.options.start is not None:
            known = self.options.start.by_candidate
            self._load(state, {c: m.slot for c, m in known.items() if 0 <= m.slot < len(self.problem.slots)})
        everybody = np.argsort(self.data.start.sum(axis=1), kind="stable").astype(np.int32)
        chains.place(self.d, state_ref(state), everybody, -1)
        return state

    def _load(self, state: State, slots: dict[int, int]) -> None:
        for candidate, slot in slots.items():
            position = self.index.position.get(candidate)
            if position is not None:
                chains.place(self.d, state_ref(state), np.array([position], np.int32), slot)

    def _cool(self, rounds: int, prover: Prover | None) -> None:
        """Anneals again and again, each time twice as long, from the best schedule or a fresh one in turn."""
        fresh = self._quick_plan()
        for number in range(rounds):
            state = copy(self.best if self.best is not None and number % 2 == 0 else fresh)
            state.random[0] += np.uint64(number)
            steps, began = FIRST_ROUND << number, perf_counter()
            for done in range(0, steps, CHUNK):
                if self._done() or self._left() <= 0:
                    return
                heat = [HOT * (COLD / HOT) ** ((done + ahead) / steps) for ahead in (0, CHUNK)]
                self._step(state, *heat)
                self._keep(state, "chains")
                if prover is not None:
                    self._hear(prover.heard())
            if prover is not None:  # the proof has as good a use for the processors
                self._wait(prover, perf_counter() - began)

    def _wait(self, prover: Prover, seconds: float) -> None:
        """Hears what is proven, for so many seconds or until all is."""
        end = perf_counter() + seconds
        while not self._done() and self._left() > 0 and perf_counter() < end:
            self._hear(prover.heard(min(0.1, max(0.001, self._left()))))

    def _step(self, state: State, now: float, then: float) -> None:
        free = np.full(len(state.total), 1 << 60, np.int64)
        weight = np.zeros(len(state.total))
        weight[BREAKS], weight[UNFAIR] = 1.0, 2.0
        if state.total[MISSING]:
            weight[MISSING] = 5.0
            everything = np.flatnonzero(self.data.start.any(axis=1)).astype(np.int32)
            chains.enrich(self.d, state_ref(state), everything, CHUNK // 10, free, weight, now, then)
        else:
            free[MISSING] = 0
            movable = np.flatnonzero(self.data.start.sum(axis=1) > 1).astype(np.int32)
            if len(movable):
                chains.compact(self.d, state_ref(state), movable, CHUNK, free, weight, now, then)

    def _hear(self, message: dict[str, Any] | None) -> None:
        if message is None:
            return
        self.infeasible = "infeasible" in message
        self.bound = max(self.bound, message.get("bound", 0))
        if "slots" in message:
            state = empty(self.data, self.options.seed)
            self._load(state, message["slots"])
            self._keep(state, "proof")

    def _keep(self, state: State, stage: str) -> None:
        if state.total[MISSING] or (self.best is not None and state.total[BREAKS] >= self.best.total[BREAKS]):
            return
        schedule = seated(self.problem, self.data, self.index, state)
        found = measures(self.problem, schedule)
        if self.options.fairness is not None and found.break_spread > self.options.fairness:
            return
        self.best = copy(state)
        seconds = perf_counter() - self.began
        self.options.progress(Progress(stage=stage, schedule=schedule, goals=self._report(), seconds=seconds))

    def _report(self) -> tuple[GoalReport, ...]:
        assert self.best is not None
        value, seconds = int(self.best.total[BREAKS]), perf_counter() - self.began
        return (GoalReport(goal=Goal.BREAKS, value=value, bound=self.bound, seconds=seconds),)

    def _result(self, status: Status) -> Result:
        schedule, goals = Schedule(), tuple[GoalReport, ...]()
        if status in (Status.OPTIMAL, Status.FEASIBLE):
            assert self.best is not None
            schedule = seated(self.problem, self.data, self.index, self.best)
            goals = self._report()
            wrong = violations(self.problem, schedule)
            if wrong:
                raise AssertionError(f"the schedule breaks a rule: {wrong[:3]}")
        return Result(status=status, schedule=schedule, goals=goals, seconds=perf_counter() - self.began)
