"""Repair at a size at which no model of everything can be made: it keeps what it can, whatever the time."""

from collections import Counter
from dataclasses import replace

import pytest

from matchmaker.scheduling.changes import ChangeKind
from matchmaker.scheduling.checks import measures, violations
from matchmaker.scheduling.domain import Meeting, Pin, Problem, Schedule
from solver.exact.lanes import lanes
from solver.incidents import Absence, PlaceClosure, SlotCancellation
from solver.repair import Repair, repair
from solver.result import Goal, Options, SolveStatus
from solver.search.greedy import quick_plan
from tests.make import candidate, meeting, problem, schedule
from tests.solver.large_event import STAFF, large_event

TABLES, STANDS = 90, 20
AT_ONCE = Options(time_limit=0.0)
SHORT = Options(time_limit=1.0)


@pytest.fixture(scope="module")
def event() -> Problem:
    return large_event(400, 1200, tables=TABLES, stands=STANDS)


@pytest.fixture(scope="module")
def published(event: Problem) -> Schedule:
    return quick_plan(event, 30)


def touched(found: Repair) -> tuple[int, int]:
    return next((g.value, g.bound) for g in found.result.goals if g.goal is Goal.STABILITY)


def is_legal(found: Repair) -> bool:
    return found.result.schedule != Schedule() and violations(found.problem, found.result.schedule) == []


def test_meetings_at_a_lost_table_only_change_their_table(event: Problem, published: Schedule) -> None:
    busy = Counter(m.place for m in published.meetings if m.place < TABLES)
    table = busy.most_common()[30][0]
    found = repair(event, published, [PlaceClosure(place=table)], AT_ONCE)
    assert is_legal(found)
    assert found.result.schedule.by_candidate.keys() >= published.by_candidate.keys()
    attending = {p for m in published.meetings if m.place == table for p in m.attendees}
    assert touched(found) == (len(attending), len(attending))
    kinds = Counter(change.kind for changes in found.changes.values() for change in changes)
    assert kinds[ChangeKind.PLACE] > 0.7 * kinds.total()
    assert ChangeKind.CANCELLED not in kinds


def test_most_meetings_of_a_lost_slot_find_another_and_touch_nobody_else(event: Problem, published: Schedule) -> None:
    lost = [m for m in published.meetings if m.slot == 9]
    found = repair(event, published, [SlotCancellation(slot=9)], AT_ONCE)
    assert is_legal(found)
    kept = sum(m.candidate in found.result.schedule.by_candidate for m in lost)
    assert kept >= 0.8 * len(lost)
    value, bound = touched(found)
    assert value == bound


@pytest.mark.parametrize("options", [AT_ONCE, SHORT], ids=["at once", "in a second"])
@pytest.mark.parametrize("slack", [0, 3])
def test_a_colleague_takes_a_pinned_meeting_of_who_is_absent(
    event: Problem, published: Schedule, options: Options, slack: int
) -> None:
    of_host = Counter(p for m in published.meetings for p in m.attendees if p < STANDS * STAFF)
    host = of_host.most_common(1)[0][0]
    first = next(m for m in published.meetings if host in m.attendees)
    crowded = replace(
        event,
        participants=tuple(  # no colleague can take one meeting more without giving up another
            replace(p, maximum=of_host[p.id]) if p.id // STAFF == host // STAFF else p for p in event.participants
        ),
        pins=(Pin(candidate=first.candidate),),
    )
    found = repair(crowded, published, [Absence(participant=host)], options, slack=slack)
    assert is_legal(found)
    assert host not in found.result.schedule.by_candidate[first.candidate].attendees
    alone = {p for m in published.meetings if host in m.attendees for p in m.attendees}
    assert touched(found)[0] <= len(alone) + 2 + slack


def test_a_small_change_of_a_large_event_is_proven(event: Problem, published: Schedule) -> None:
    found = repair(event, published, [Absence(participant=300)], Options(time_limit=20))
    assert found.result.status is SolveStatus.OPTIMAL


def test_clashing_meetings_are_chosen_from_even_without_time(event: Problem, published: Schedule) -> None:
    smaller = replace(event, places=tuple(replace(k, capacity=1) for k in event.places))
    found = repair(smaller, published, options=AT_ONCE)
    assert is_legal(found)
    assert measures(smaller, found.result.schedule).meetings > 0.9 * len(published.meetings)


def test_empty_tables_become_one_place_and_come_back_as_different_tables() -> None:
    asked = problem(*(candidate(c, 2 * c, 2 * c + 1, length=2) for c in range(4)), sessions=(6,), places=9)
    held = meeting(0, 0, 0, 0, 1)
    small = lanes(asked, [held], {1, 2, 3}, schedule(held), distinguish_tables=False)
    assert [place.capacity for place in small.problem.places] == [3, 1]
    assert small.choices == (1, 1, 1, 1, 1, 1), "the table with a meeting is left to it"
    together = small.merge(schedule(held, *(meeting(c, c % 2, 8, 2 * c, 2 * c + 1) for c in (1, 2, 3))))
    assert len({m.place for m in together.meetings}) == 2
    assert violations(asked, small.split(together)) == []


def test_tables_stay_apart_where_moves_between_them_count() -> None:
    asked = problem(candidate(0, 0, 1), candidate(1, 0, 2), places=4)
    assert len(lanes(asked, [], {0, 1}, Schedule(), distinguish_tables=True).problem.places) == 4


def test_a_team_of_one_stand_is_met_there() -> None:
    event = large_event(30, 40, tables=3, stands=2)
    team = next(c for c in event.candidates if c.teams)
    small = lanes(event, list[Meeting](), {team.id}, Schedule(), distinguish_tables=False)
    own = next(c for c in small.problem.candidates if c.id == team.id)
    assert own.places == frozenset({event.participants[team.teams[0][0]].place})
