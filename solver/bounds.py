"""The bounds proven for the goals, and for which schedules each of them holds.

What proves them: `solver.exact.optimise` by CP-SAT, `solver.breaks.lower_bound` by SAT for the fewest breaks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from solver.result import Goal, GoalReport


def cost(goal: Goal, value: int) -> int:
    """`value` as something to be made small."""
    return -value if goal is Goal.VALUE else value


@dataclass(frozen=True, slots=True)
class Bound:
    """What is proven of `goal` for all schedules that are at least as good as `given` in the goals named there."""

    goal: Goal
    value: int
    given: Mapping[Goal, int]


@dataclass
class Bounds:
    """Bounds from several sources; `value` is the sum of all values that are worth having, which needs no proof."""

    value: int
    proven: list[Bound] = field(default_factory=list)

    def best(self, goal: Goal, values: Mapping[Goal, int]) -> int:
        """The tightest bound of `goal` for schedules as good as `values`."""
        if goal is Goal.VALUE:
            return min([self.value, *self._holding(goal, values)])
        return max([0, *self._holding(goal, values)])

    def is_known(self, goal: Goal, values: Mapping[Goal, int]) -> bool:
        """Whether any bound was proven of `goal` for schedules as good as `values`."""
        return bool(self._holding(goal, values))

    def tightened(self, reports: Sequence[GoalReport]) -> tuple[GoalReport, ...]:
        """`reports` of one schedule, each with its own bound or a tighter one."""
        values = {report.goal: report.value for report in reports}
        bounds = [(report.bound, self.best(report.goal, values)) for report in reports]
        return tuple(
            replace(report, bound=min(both) if report.goal is Goal.VALUE else max(both))
            for report, both in zip(reports, bounds, strict=True)
        )

    def _holding(self, goal: Goal, values: Mapping[Goal, int]) -> list[int]:
        return [
            bound.value
            for bound in self.proven
            if bound.goal is goal
            and all(g in values and cost(g, values[g]) <= cost(g, level) for g, level in bound.given.items())
        ]
