"""The fewest breaks of a complete problem: Kempe chains from above, SAT solvers from below, until they meet.

The published benchmark (Bofill et al., JAIR 74, 2022) is this problem. Measured in
docs/decisions/0121-breaks-are-proven-from-below.md.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from time import perf_counter

import numpy as np

from matchmaker.scheduling.checks import measures, violations
from matchmaker.scheduling.domain import Meeting, Problem, Schedule
from solver.breaks.clauses import encode
from solver.breaks.lower_bound import Message, climb
from solver.breaks.proof_runner import EasyProof, Prover
from solver.result import Goal, GoalReport, Options, Progress, Result, SolveStatus
from solver.search import chains
from solver.search.arrays import arrays
from solver.search.state import BREAKS, IDLE, MISSING, UNFAIR, SearchState, copy, data_ref, empty, state_ref

AHEAD = 2.0  # seconds that the proofs have for themselves between two coolings, at least
CHUNK = 20_000  # moves between two looks at the proofs and the clock
FIRST_ROUND = 400_000  # moves of the first cooling; each further one is twice as long
ALONE = 6  # coolings before the proof goes on, where one thread has to do both
HOT, COLD = 1.0, 0.08  # breaks
IDLE_SLOT = 0.1  # breaks that an idle slot counts for: a long break has to shrink before it can vanish


def fewest_breaks(problem: Problem, options: Options) -> Result:
    """Every candidate, with the fewest breaks; `problem` must be one that `solver.breaks.clauses.applies` to.

    What is not proven at once is searched for, and proven beside that; with one thread the search comes first.
    """
    return _Search(problem, options).run()


@dataclass
class _Search:
    problem: Problem
    options: Options
    began: float = field(default_factory=perf_counter)
    bound: int = 0
    infeasible: bool = False
    best: Schedule | None = None
    breaks: int = 0  # of the best

    def run(self) -> Result:
        with _uncollected():
            encoding = encode(self.problem, self.options.fairness)
            with EasyProof(encoding) as proof:
                self._wait(proof, self._left() / 3)
        if not self._proven():
            self.data, self.index = arrays(self.problem, complete=True, fairness=self.options.fairness)
            self.d = data_ref(self.data)
            quick = self._quick_plan()
            if self.options.threads > 1:
                # of two proofs side by side, the clock decides whose schedule is taken
                tasks = [partial(climb, encoding, self.bound, steady=steady) for steady in (False, True)]
                with Prover(tasks, self._left()) as prover:
                    self._leave_to(prover, AHEAD)
                    self._cool(quick, 1 << 30, prover)
                    self._wait(prover, self._left())
            else:
                self._cool(quick, ALONE, None)
                with Prover([partial(climb, encoding, self.bound)], self._left()) as prover:
                    self._wait(prover, self._left())
        return self._result()

    def _left(self) -> float:
        return -1.0 if self.options.stop() else self.options.time_limit - (perf_counter() - self.began)

    def _proven(self) -> bool:
        return self.infeasible or (self.best is not None and self.breaks == self.bound)

    def _over(self) -> bool:
        return self._proven() or self._left() <= 0

    def _take_over(self, message: Message | None) -> None:
        if message is None:
            return
        self.infeasible |= "infeasible" in message
        self.bound = max(self.bound, message.get("bound", 0))
        if "slots" in message:
            self._keep(message["slots"], "proof")

    def _quick_plan(self) -> SearchState:
        state = empty(self.data, self.options.seed)
        if self.options.start is not None:
            known = self.options.start.by_candidate
            self._load(state, {c: m.slot for c, m in known.items() if 0 <= m.slot < len(self.problem.slots)})
        everybody = np.argsort(self.data.start.sum(axis=1), kind="stable").astype(np.int32)
        chains.place(self.d, state_ref(state), everybody, -1)
        self._keep_state(state, "quick plan")
        return state

    def _cool(self, quick: SearchState, rounds: int, prover: Prover | None) -> None:
        """Anneals again and again, each time twice as long, from the best schedule or the quick plan in turn."""
        for number in range(rounds):
            state = copy(quick)
            if number % 2 == 0 and self.best is not None:
                state = empty(self.data, self.options.seed)
                self._load(state, {m.candidate: m.slot for m in self.best.meetings})
            state.random[0] += np.uint64(number)
            steps, began = FIRST_ROUND << number, perf_counter()
            for done in range(0, steps, CHUNK):
                if self._over():
                    return
                heat = [HOT * (COLD / HOT) ** ((done + ahead) / steps) for ahead in (0, CHUNK)]
                self._step(state, *heat)
                self._keep_state(state, "chains")
                if prover is not None:
                    self._take_over(prover.next_message())
            if prover is not None:
                self._leave_to(prover, max(AHEAD, 9 * (perf_counter() - began)))

    def _leave_to(self, prover: Prover, seconds: float) -> None:
        """Waits, for the proofs have a better use for the processors; not before there is a schedule, nor for long."""
        if self.best is not None:
            self._wait(prover, min(seconds, self._left() / 3))

    def _wait(self, prover: Prover | EasyProof, seconds: float) -> None:
        """Hears what is proven, for so many seconds or until there is no more to prove."""
        end = perf_counter() + seconds
        while prover.is_running and not self._over() and perf_counter() < end:
            self._take_over(prover.next_message(min(0.1, max(0.001, self._left()))))

    def _load(self, state: SearchState, slots: dict[int, int]) -> None:
        for candidate, slot in slots.items():
            position = self.index.position.get(candidate)
            if position is not None:
                chains.place(self.d, state_ref(state), np.array([position], np.int32), slot)

    def _step(self, state: SearchState, now: float, then: float) -> None:
        free = np.full(len(state.total), 1 << 60, np.int64)
        weight = np.zeros(len(state.total))
        weight[BREAKS], weight[IDLE], weight[UNFAIR] = 1.0, IDLE_SLOT, 2.0
        if state.total[MISSING]:
            weight[MISSING] = 5.0
            everything = np.flatnonzero(self.data.start.any(axis=1)).astype(np.int32)
            chains.enrich(self.d, state_ref(state), everything, CHUNK // 10, free, weight, now, then)
        else:
            free[MISSING] = 0
            movable = np.flatnonzero(self.data.start.sum(axis=1) > 1).astype(np.int32)
            if len(movable):
                chains.compact(self.d, state_ref(state), movable, CHUNK, free, weight, now, then)

    def _keep_state(self, state: SearchState, stage: str) -> None:
        if not state.total[MISSING] and (self.best is None or state.total[BREAKS] < self.breaks):
            self._keep(dict(zip(self.index.candidates, state.slot.tolist(), strict=True)), stage)

    def _keep(self, slots: dict[int, int], stage: str) -> None:
        """Remembers a complete schedule if it is the best so far."""
        schedule = at_tables(self.problem, slots)
        of_schedule = measures(self.problem, schedule)
        unfair = self.options.fairness is not None and of_schedule.break_spread > self.options.fairness
        if unfair or (self.best is not None and of_schedule.breaks >= self.breaks):
            return
        self.best, self.breaks = schedule, of_schedule.breaks
        seconds = perf_counter() - self.began
        self.options.progress(Progress(stage=stage, schedule=schedule, goals=self._report(), seconds=seconds))

    def _report(self) -> tuple[GoalReport, ...]:
        seconds = perf_counter() - self.began
        return (GoalReport(goal=Goal.BREAKS, value=self.breaks, bound=self.bound, seconds=seconds),)

    def _result(self) -> Result:
        if self.infeasible or self.best is None:
            status = SolveStatus.INFEASIBLE if self.infeasible else SolveStatus.UNKNOWN
            return Result(status=status, schedule=Schedule(), goals=(), seconds=perf_counter() - self.began)
        wrong = violations(self.problem, self.best)
        if wrong:
            raise AssertionError(f"the schedule breaks a rule: {wrong[:3]}")
        return Result.of(self.best, self._report(), perf_counter() - self.began)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Clauses are a million lists without a circle among them, which the collector of circles would go through."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def at_tables(problem: Problem, slots: dict[int, int]) -> Schedule:
    """The meetings of `slots` (of every candidate) at shared places, which are all alike."""
    shared = [place for place in problem.places if place.shared]
    free = {
        slot: iter([p.id for p in shared if p.open is None or slot in p.open for _ in range(p.capacity)])
        for slot in set(slots.values())
    }
    people = {c.id: c.people for c in problem.candidates}
    return Schedule(
        tuple(
            Meeting(candidate=candidate, slot=slot, place=next(free[slot]), attendees=people[candidate])
            for candidate, slot in slots.items()
        )
    )
