"""Claims about bounds from several sources."""

from solver.bounds import Bound, Bounds
from solver.result import Goal, GoalReport


def test_a_bound_holds_only_for_schedules_as_good_in_the_goals_before() -> None:
    bounds = Bounds(1000)
    bounds.proven.append(Bound(Goal.VALUE, 700, {Goal.COVERAGE: 2}))
    assert bounds.best(Goal.VALUE, {Goal.COVERAGE: 2}) == 700
    assert bounds.best(Goal.VALUE, {Goal.COVERAGE: 1}) == 700
    assert bounds.best(Goal.VALUE, {Goal.COVERAGE: 3}) == 1000
    assert bounds.best(Goal.VALUE, {}) == 1000
    assert not bounds.is_known(Goal.VALUE, {Goal.COVERAGE: 3})


def test_of_two_bounds_the_tighter_counts() -> None:
    bounds = Bounds(1000)
    for value, breaks in ((800, 1), (700, 3), (750, 2)):
        bounds.proven.append(Bound(Goal.VALUE, value, {}))
        bounds.proven.append(Bound(Goal.BREAKS, breaks, {Goal.VALUE: 600}))
    assert bounds.best(Goal.VALUE, {}) == 700
    assert bounds.best(Goal.BREAKS, {Goal.VALUE: 650}) == 3
    assert bounds.best(Goal.BREAKS, {Goal.VALUE: 599}) == 0


def test_a_report_keeps_its_own_bound_where_that_is_tighter() -> None:
    bounds = Bounds(1000)
    bounds.proven.append(Bound(Goal.VALUE, 700, {}))
    bounds.proven.append(Bound(Goal.BREAKS, 2, {}))
    reports = (
        GoalReport(goal=Goal.VALUE, value=600, bound=900, seconds=0.0),
        GoalReport(goal=Goal.BREAKS, value=5, bound=4, seconds=0.0),
    )
    assert [report.bound for report in bounds.tightened(reports)] == [700, 4]
