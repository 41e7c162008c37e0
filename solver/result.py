"""What the caller asks of the scheduler, and what it answers."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from matchmaker.scheduling.domain import Schedule


class Status(StrEnum):
    """`OPTIMAL`: every goal asked for is proven. `INFEASIBLE`: no schedule obeys the pins (or `complete`)."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    UNKNOWN = "unknown"


class Goal(StrEnum):
    """What a schedule is judged by (see `checks.Measures`). `VALUE` is maximised, others minimised."""

    COVERAGE = "coverage"
    VALUE = "value"
    BREAKS = "breaks"
    IDLE = "idle"
    MOVES = "moves"
    STABILITY = "stability"


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
    how much of the time limit the caller needs for other work, which does not change what a seed leads to.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The best schedule found (empty where there is none), and what is proven of it."""

    status: Status
    schedule: Schedule
    goals: tuple[GoalReport, ...]
    seconds: float
