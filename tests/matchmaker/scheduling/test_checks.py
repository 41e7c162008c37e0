"""Claims about what a legal schedule is, and how good one is."""

import pytest

from matchmaker.scheduling.checks import Measures, measures, violations
from matchmaker.scheduling.domain import Candidate, Meeting, Participant, Pin, Place, Problem
from tests.make import candidate, meeting, problem, schedule

STAND = Place(id=5, shared=False)


def rules(case: Problem, *meetings: Meeting) -> set[str]:
    return {violation.rule for violation in violations(case, schedule(*meetings))}


def test_a_legal_schedule_has_no_violations() -> None:
    case = problem(candidate(0, 1, 2), candidate(1, 2, 3), candidate(2, 4, 5))
    assert rules(case, meeting(0, 0, 0, 1, 2), meeting(1, 1, 0, 2, 3), meeting(2, 0, 1, 4, 5)) == set()
    assert rules(case) == set()


PAIR = candidate(0, 1, 2)
TEAM = Candidate(id=0, people=(1,), teams=((2, 3), (3, 4)))


@pytest.mark.parametrize(
    ("rule", "case", "meetings"),
    [
        ("known", problem(PAIR), [meeting(7, 0, 0, 1, 2)]),
        ("once", problem(PAIR), [meeting(0, 0, 0, 1, 2), meeting(0, 1, 0, 1, 2)]),
        ("attendance", problem(PAIR), [meeting(0, 0, 0, 1)]),
        ("attendance", problem(PAIR, candidate(1, 3, 4)), [meeting(0, 0, 0, 1, 2, 3)]),
        ("attendance", problem(PAIR), [meeting(0, 0, 0, 1, 2, 99)]),
        ("attendance", problem(TEAM), [meeting(0, 0, 0, 1, 3)]),
        ("attendance", problem(TEAM), [meeting(0, 0, 0, 1, 2, 3, 4)]),
        ("length", problem(PAIR), [meeting(0, 4, 0, 1, 2)]),
        ("length", problem(PAIR), [meeting(0, -1, 0, 1, 2)]),
        ("length", problem(candidate(0, 1, 2, length=2), sessions=(2, 2)), [meeting(0, 1, 0, 1, 2)]),
        ("slot", problem(candidate(0, 1, 2, slots=frozenset({1}))), [meeting(0, 0, 0, 1, 2)]),
        ("place", problem(PAIR), [meeting(0, 0, 9, 1, 2)]),
        ("place", problem(PAIR, places=[Place(id=0), STAND]), [meeting(0, 0, 5, 1, 2)]),
        ("place", problem(candidate(0, 1, 2, places=frozenset({1}))), [meeting(0, 0, 0, 1, 2)]),
        (
            "place",
            problem(PAIR, places=[Place(id=0), STAND], participants=[Participant(id=1, place=5)]),
            [meeting(0, 0, 0, 1, 2)],
        ),
        ("open", problem(PAIR, places=[Place(id=0, open=frozenset({1}))]), [meeting(0, 0, 0, 1, 2)]),
        (
            "open",
            problem(candidate(0, 1, 2, length=2), places=[Place(id=0, open=frozenset({0}))]),
            [meeting(0, 0, 0, 1, 2)],
        ),
        ("capacity", problem(PAIR, candidate(1, 3, 4)), [meeting(0, 0, 0, 1, 2), meeting(1, 0, 0, 3, 4)]),
        ("busy", problem(PAIR, candidate(1, 2, 3)), [meeting(0, 0, 0, 1, 2), meeting(1, 0, 1, 2, 3)]),
        (
            "busy",
            problem(candidate(0, 1, 2, length=2), candidate(1, 2, 3)),
            [meeting(0, 0, 0, 1, 2), meeting(1, 1, 1, 2, 3)],
        ),
        (
            "availability",
            problem(PAIR, participants=[Participant(id=2, available=frozenset({1, 2, 3}))]),
            [meeting(0, 0, 0, 1, 2)],
        ),
        (
            "maximum",
            problem(PAIR, candidate(1, 2, 3), participants=[Participant(id=2, maximum=1)]),
            [meeting(0, 0, 0, 1, 2), meeting(1, 2, 0, 2, 3)],
        ),
        (
            "maximum_per_session",
            problem(PAIR, candidate(1, 2, 3), participants=[Participant(id=2, maximum_per_session=1)], sessions=(2, 2)),
            [meeting(0, 0, 0, 1, 2), meeting(1, 1, 0, 2, 3)],
        ),
        (
            "maximum_per_day",
            problem(PAIR, candidate(1, 2, 3), participants=[Participant(id=2, maximum_per_day=1)], sessions=(2, 2)),
            [meeting(0, 0, 0, 1, 2), meeting(1, 2, 0, 2, 3)],
        ),
        (
            "maximum_consecutive",
            problem(PAIR, candidate(1, 2, 3), participants=[Participant(id=2, maximum_consecutive=1)]),
            [meeting(0, 0, 0, 1, 2), meeting(1, 1, 0, 2, 3)],
        ),
        (
            "order",
            problem(PAIR, candidate(1, 3, 4, after=frozenset({0}))),
            [meeting(0, 1, 0, 1, 2), meeting(1, 1, 1, 3, 4)],
        ),
        ("pin", problem(PAIR, pins=[Pin(candidate=0)]), []),
        ("pin", problem(PAIR, pins=[Pin(candidate=0, slot=1)]), [meeting(0, 0, 0, 1, 2)]),
        ("pin", problem(PAIR, pins=[Pin(candidate=0, place=1)]), [meeting(0, 0, 0, 1, 2)]),
        (
            "exclusive",
            problem(PAIR, candidate(1, 3, 4), exclusive=[frozenset({0, 1})]),
            [meeting(0, 0, 0, 1, 2), meeting(1, 1, 0, 3, 4)],
        ),
    ],
)
def test_each_broken_rule_is_named_alone(rule: str, case: Problem, meetings: list[Meeting]) -> None:
    found = violations(case, schedule(*meetings))
    assert {violation.rule for violation in found} == {rule}
    assert all(violation.message for violation in found)


def test_the_order_of_meetings_that_do_not_both_take_place_is_free() -> None:
    case = problem(PAIR, candidate(1, 3, 4, after=frozenset({0})))
    assert rules(case, meeting(1, 0, 0, 3, 4)) == set()
    assert rules(case, meeting(0, 0, 0, 1, 2), meeting(1, 1, 0, 3, 4)) == set()


def test_runs_end_with_the_session() -> None:
    case = problem(PAIR, candidate(1, 2, 3), participants=[Participant(id=2, maximum_consecutive=1)], sessions=(2, 2))
    assert rules(case, meeting(0, 1, 0, 1, 2), meeting(1, 2, 0, 2, 3)) == set()


def test_a_stand_serves_whoever_meets_its_exhibitor() -> None:
    case = problem(PAIR, places=[Place(id=0), STAND], participants=[Participant(id=1, place=5)])
    assert rules(case, meeting(0, 0, 5, 1, 2)) == set()


def test_two_exhibitors_meet_at_either_stand() -> None:
    both = [Participant(id=1, place=5), Participant(id=2, place=6)]
    case = problem(PAIR, places=[STAND, Place(id=6, shared=False)], participants=both)
    assert rules(case, meeting(0, 0, 5, 1, 2)) == rules(case, meeting(0, 0, 6, 1, 2)) == set()


def test_any_member_of_a_team_may_come() -> None:
    case = problem(TEAM)
    assert rules(case, meeting(0, 0, 0, 1, 3, 4)) == rules(case, meeting(0, 0, 0, 1, 2, 3)) == set()


def test_breaks_are_groups_of_idle_slots_within_a_session() -> None:
    case = problem(*(candidate(i, 1, 10 + i) for i in range(4)), sessions=(6, 3))
    plan = [meeting(i, slot, 0, 1, 10 + i) for i, slot in enumerate((0, 3, 5, 8))]
    found = measures(case, schedule(*plan))
    assert (found.breaks, found.idle, found.break_spread) == (2, 3, 2)


def test_a_long_meeting_leaves_no_idle_slot_behind_it() -> None:
    case = problem(candidate(0, 1, 2, length=2), candidate(1, 1, 3))
    assert measures(case, schedule(meeting(0, 0, 0, 1, 2), meeting(1, 2, 0, 1, 3))).idle == 0


def test_measures_count_meetings_value_coverage_and_moves() -> None:
    case = problem(
        candidate(0, 1, 2, value=5),
        candidate(1, 1, 3, value=7),
        participants=[Participant(id=1, minimum=3), Participant(id=2, minimum=1)],
    )
    plan = schedule(meeting(0, 0, 0, 1, 2), meeting(1, 1, 1, 1, 3))
    expected = Measures(
        meetings=2, value=12, below_minimum=1, shortfall=1, breaks=0, idle=0, moves=1, break_spread=0, changed=0
    )
    assert measures(case, plan) == expected


@pytest.mark.parametrize(
    ("after", "changed"),
    [
        ([meeting(0, 0, 0, 1, 2), meeting(1, 1, 0, 3, 4)], 0),
        ([meeting(0, 0, 0, 1, 2), meeting(1, 2, 0, 3, 4)], 2),
        ([meeting(0, 0, 1, 1, 2), meeting(1, 1, 0, 3, 4)], 2),
        ([meeting(0, 0, 0, 1, 2)], 2),
        ([], 4),
    ],
)
def test_an_agenda_changes_when_one_of_its_meetings_does(after: list[Meeting], changed: int) -> None:
    case = problem(PAIR, candidate(1, 3, 4))
    before = schedule(meeting(0, 0, 0, 1, 2), meeting(1, 1, 0, 3, 4))
    assert measures(case, schedule(*after), before).changed == changed
