"""What the caller asks of the scheduler, and what it answers."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self

from matchmaker.scheduling.domain import Schedule

LARGEST_SEED = 2**31 - 1  # CP-SAT takes no larger one


class SolveStatus(StrEnum):
    """`OPTIMAL`: every goal asked for is proven. `INFEASIBLE`: no schedule obeys the pins (or `complete`)."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    UNKNOWN = "unknown"


class Goal(StrEnum):
    """What a schedule is judged by (see `checks.Measures`). `VALUE` is maximised, others minimised.

    `COVERAGE` counts the promised meetings that are lacking, not the people who lack them: whoever cannot get five
    still gets four. `STABILITY` counts the agendas that differ from `Options.baseline`, which it therefore needs.
    """

    COVERAGE = "coverage"
    VALUE = "value"
    BREAKS = "breaks"
    IDLE = "idle"
    MOVES = "moves"
    STABILITY = "stability"


MEASURES = {
    Goal.COVERAGE: "shortfall",
    Goal.VALUE: "value",
    Goal.BREAKS: "breaks",
    Goal.IDLE: "idle",
    Goal.MOVES: "moves",
    Goal.STABILITY: "changed",
}
"""The field of `checks.Measures` that each goal is about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalReport:
    """The value reached for a goal, the bound proven for it, and the seconds spent on it."""

    goal: Goal
    value: int
    bound: int
    seconds: float

    @property
    def proven(self) -> bool:
        return self.value == self.bound

    @property
    def gap(self) -> float:
        """The distance to the bound as a share of the bound (of 1 where the bound is 0)."""
        return abs(self.value - self.bound) / max(1, abs(self.bound))


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A better schedule than before. `seconds` counts from the start of the solve; `stage` names what found it."""

    stage: str
    schedule: Schedule
    goals: tuple[GoalReport, ...]
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to solve.

    `goals` are met one after the other: a later one never worsens an earlier. `fairness` limits the difference
    between the breaks of any two participants. `complete` demands every candidate. `start` is a schedule to begin
    with, `baseline` the published schedule that `Goal.STABILITY` compares with. `stop` is asked often and ends the
    solve with the best schedule found so far; `progress` hears of every improvement. Times are in seconds; `used` is
    how much of the time limit the caller needs for other work. The same seed gives the same schedule only where the
    search ends by itself: whatever the clock ends may end elsewhere the next time.

    Raises ValueError for options that cannot be meant: an unknown goal or one named twice, `STABILITY` without a
    baseline, a negative seed or fairness, no thread.
    """

    time_limit: float = 20.0
    used: float = 0.0
    seed: int = 0
    threads: int = 1
    goals: tuple[Goal, ...] = (Goal.COVERAGE, Goal.VALUE, Goal.BREAKS, Goal.IDLE)
    fairness: int | None = None
    complete: bool = False
    start: Schedule | None = None
    baseline: Schedule | None = None
    stop: Callable[[], bool] = field(default=lambda: False)
    progress: Callable[[Progress], None] = field(default=lambda _: None)

    def __post_init__(self) -> None:
        object.__setattr__(self, "goals", _goals(self.goals))
        if Goal.STABILITY in self.goals and self.baseline is None:
            raise ValueError("goals: stability counts what differs from a published schedule: baseline is missing")
        if not 0 <= self.seed <= LARGEST_SEED:
            raise ValueError(f"seed: expected a whole number of 0 to {LARGEST_SEED}, found {self.seed}")
        if self.threads < 1:
            raise ValueError(f"threads: expected at least 1, found {self.threads}")
        if self.fairness is not None and self.fairness < 0:
            raise ValueError(f"fairness: expected at least 0, found {self.fairness}")
        if math.isnan(self.time_limit) or math.isnan(self.used):
            raise ValueError("time_limit, used: expected seconds, found not a number")


def _goals(names: object) -> tuple[Goal, ...]:
    """Goals, or their names, as goals."""
    if isinstance(names, str) or not isinstance(names, Iterable):
        raise ValueError(f"goals: expected a tuple of goals, found {names!r}")
    goals = []
    for name in names:
        if name not in list(Goal):
            raise ValueError(f"goals: there is no goal {name!r}; goals are {', '.join(Goal)}")
        if name in goals:
            raise ValueError(f"goals: {name!r} is named twice")
        goals.append(Goal(name))
    return tuple(goals)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The best schedule found (empty where there is none), and what is proven of it."""

    status: SolveStatus
    schedule: Schedule
    goals: tuple[GoalReport, ...]
    seconds: float

    @classmethod
    def of(cls, schedule: Schedule, goals: tuple[GoalReport, ...], seconds: float) -> Self:
        """The result of a search that found `schedule`; its status follows from what is proven of the goals."""
        proven = all(goal.proven for goal in goals)
        status = SolveStatus.OPTIMAL if proven else SolveStatus.FEASIBLE
        return cls(status=status, schedule=schedule, goals=goals, seconds=seconds)

    @property
    def proven(self) -> bool:
        """Whether no schedule is better: there is one, and every goal asked for is proven, not only some of them."""
        return self.status in (SolveStatus.OPTIMAL, SolveStatus.FEASIBLE) and all(goal.proven for goal in self.goals)
