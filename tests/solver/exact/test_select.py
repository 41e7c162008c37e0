"""Claims about the selection: its bounds, and what it chooses in too little time."""

from matchmaker.scheduling.domain import Participant, Place, Problem
from solver.bounds import Bound
from solver.exact.select import select
from solver.result import Goal, SolveStatus
from solver.search.arrays import arrays
from tests.make import candidate, problem
from tests.solver.large_event import exhibition

BOTH = [Goal.COVERAGE, Goal.VALUE]
# Of three meetings of three people one takes place, where the linear program takes half of each.
TRIANGLE = problem(
    candidate(0, 1, 2, value=2),
    candidate(1, 2, 3, value=2),
    candidate(2, 1, 3, value=2),
    candidate(3, 4, 5, value=9),
    sessions=(1,),
    places=4,
    participants=[Participant(id=p, minimum=1) for p in (1, 2, 3)],
)


def stand(staff: list[Participant], *, capacity: int, sessions: tuple[int, ...], days: tuple[int, ...]) -> Problem:
    """Ten visitors ask for somebody of the staff at their stand, place 0."""
    team = tuple(p.id for p in staff)
    return problem(
        *(candidate(i, 100 + i, teams=(team,)) for i in range(10)),
        sessions=sessions,
        days=days,
        places=[Place(id=0, capacity=capacity, shared=False), Place(id=1, capacity=10)],
        participants=staff,
    )


def bounds(case: Problem, goals: list[Goal], reached: dict[Goal, int] | None = None) -> list[tuple[Goal, int]]:
    """Those proven last."""
    selection = select(arrays(case)[0], goals, 5.0, reached=reached)
    return [(bound.goal, bound.value) for bound in selection.bounds][-len(goals) + len(reached or ()) :]


def most_meetings(case: Problem) -> int:
    return bounds(case, [Goal.VALUE])[0][1]


def test_a_selection_without_time_is_the_rounded_linear_program() -> None:
    hurried = select(arrays(TRIANGLE)[0], BOTH, 0.0)
    assert hurried.status is SolveStatus.FEASIBLE
    assert hurried.bounds == (Bound(Goal.COVERAGE, 0, {}), Bound(Goal.VALUE, 12, {Goal.COVERAGE: 0}))
    assert hurried.chosen is not None
    assert 3 in hurried.chosen


def test_a_selection_with_time_is_whole() -> None:
    selection = select(arrays(TRIANGLE)[0], BOTH, 5.0)
    assert selection.bounds[-2:] == (Bound(Goal.COVERAGE, 1, {}), Bound(Goal.VALUE, 11, {Goal.COVERAGE: 1}))
    assert selection.chosen is not None
    assert len(selection.chosen) == 2


def test_a_goal_that_was_reached_loosens_the_bound_of_the_next() -> None:
    promised = [Participant(id=0, maximum=1), Participant(id=2, minimum=1)]
    case = problem(candidate(0, 0, 1, value=90), candidate(1, 0, 2, value=1), participants=promised)
    by_value = [Goal.VALUE, Goal.COVERAGE]
    assert bounds(case, BOTH) == [(Goal.COVERAGE, 0), (Goal.VALUE, 1)]
    assert bounds(case, BOTH, {Goal.COVERAGE: 1}) == [(Goal.VALUE, 90)]
    assert bounds(case, by_value) == [(Goal.VALUE, 90), (Goal.COVERAGE, 1)]
    assert bounds(case, by_value, {Goal.VALUE: 1}) == [(Goal.COVERAGE, 0)]


def test_a_stand_has_no_more_meetings_than_room() -> None:
    staff = [Participant(id=p, place=0) for p in range(3)]
    assert most_meetings(stand(staff, capacity=1, sessions=(4,), days=(0,))) == 4
    # Where one of them has no stand, a shared table may be used.
    staff[0] = Participant(id=0)
    assert most_meetings(stand(staff, capacity=1, sessions=(4,), days=(0,))) == 10


def test_the_staff_of_a_stand_share_its_meetings_within_their_limits() -> None:
    two = [Participant(id=p, place=0, maximum_per_session=1) for p in range(2)]
    assert most_meetings(stand(two, capacity=9, sessions=(4, 4), days=(0, 0))) == 4
    two = [Participant(id=p, place=0, maximum_per_day=2) for p in range(2)]
    assert most_meetings(stand(two, capacity=9, sessions=(4, 4), days=(0, 0))) == 4
    two = [Participant(id=p, place=0, maximum_consecutive=1) for p in range(2)]
    assert most_meetings(stand(two, capacity=9, sessions=(3, 2), days=(0, 0))) == 6


def test_a_selection_hears_a_stop_inside_a_linear_program() -> None:
    calls: list[None] = []

    def stop() -> bool:
        calls.append(None)
        return True

    # It takes seconds to find whole numbers for this one.
    selection = select(arrays(exhibition(visitors=700, stands=100, requests=3000))[0], BOTH, 60.0, stop=stop)
    assert calls
    assert selection.status is not SolveStatus.INFEASIBLE
    assert len(selection.bounds) < 4
