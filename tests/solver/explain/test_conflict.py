"""An infeasible problem names a small set of demands that contradict one another."""

from random import Random

import pytest

from matchmaker.locale import LANGUAGES
from matchmaker.scheduling.domain import Participant, Pin, Place
from solver.exact.optimise import solve_exactly
from solver.explain.conflict import Conflict, Demand, DemandKind, conflict
from solver.explain.sentences import Names, conflict_text
from solver.result import Options, SolveStatus
from tests.make import candidate, problem, random_problem
from tests.solver.brute import optimum

WHOLE = Options(complete=True)


def kinds(found: Conflict | None) -> list[DemandKind]:
    assert found is not None
    return [demand.kind for demand in found.demands]


def test_more_meetings_than_slots_of_one_person() -> None:
    asked = problem(candidate(0, 1, 2), candidate(1, 1, 3), candidate(2, 1, 4), candidate(3, 5, 6), sessions=(2,))
    found = conflict(asked, WHOLE)
    assert found == Conflict(demands=(Demand(kind=DemandKind.MEETINGS, candidates=(0, 1, 2)),), minimal=True)


def test_two_people_who_are_never_there_together() -> None:
    asked = problem(
        candidate(0, 1, 2),
        candidate(1, 3, 4),
        participants=[Participant(id=1, available=frozenset({0})), Participant(id=2, available=frozenset({1}))],
    )
    found = conflict(asked, WHOLE)
    assert kinds(found) == [DemandKind.MEETINGS, DemandKind.AVAILABILITY, DemandKind.AVAILABILITY]


def test_too_few_tables_for_all() -> None:
    asked = problem(candidate(0, 1, 2), candidate(1, 3, 4), sessions=(1,), places=1)
    found = conflict(asked, WHOLE)
    assert found is not None
    assert found.demands[1:] == (Demand(kind=DemandKind.TABLES, slots=(0,), number=1),)


def test_two_pins_in_one_slot_of_a_person() -> None:
    asked = problem(candidate(0, 1, 2), candidate(1, 1, 3), pins=[Pin(candidate=0, slot=0), Pin(candidate=1, slot=0)])
    assert kinds(conflict(asked, Options())) == [DemandKind.MEETINGS, DemandKind.PIN, DemandKind.PIN]


def test_a_stand_with_too_few_staff() -> None:
    asked = problem(
        candidate(0, 1, 2),
        candidate(1, 3, 4),
        sessions=(1,),
        places=[Place(id=0, shared=False), Place(id=1)],
        participants=[Participant(id=1, place=0), Participant(id=3, place=0)],
    )
    assert kinds(conflict(asked, WHOLE)) == [DemandKind.MEETINGS, DemandKind.STAND]


def test_an_order_against_the_slots_asked_for() -> None:
    asked = problem(
        candidate(0, 1, 2, slots=frozenset({1})), candidate(1, 3, 4, slots=frozenset({0}), after=frozenset({0}))
    )
    assert kinds(conflict(asked, WHOLE)) == [DemandKind.MEETINGS, DemandKind.START, DemandKind.ORDER]


def test_a_limit_below_what_is_demanded_and_an_exclusion() -> None:
    capped = problem(candidate(0, 1, 2), candidate(1, 1, 3), participants=[Participant(id=1, maximum=1)])
    assert kinds(conflict(capped, WHOLE)) == [DemandKind.MEETINGS, DemandKind.LIMIT]
    barred = problem(candidate(0, 1, 2), candidate(1, 3, 4), exclusive=[frozenset({0, 1})])
    assert kinds(conflict(barred, WHOLE)) == [DemandKind.MEETINGS, DemandKind.EXCLUSIVE]


def test_unequal_breaks() -> None:
    apart = problem(candidate(0, 1, 2, slots=frozenset({0})), candidate(1, 1, 3, slots=frozenset({2})))
    assert kinds(conflict(apart, Options(complete=True, fairness=0)))[-1] is DemandKind.FAIRNESS


def test_a_pin_to_nothing_and_a_feasible_problem() -> None:
    lost = problem(candidate(0, 1, 2), pins=[Pin(candidate=7)])
    assert conflict(lost, Options()) == Conflict(
        demands=(Demand(kind=DemandKind.MEETINGS, candidates=(7,)),), minimal=True
    )
    assert conflict(problem(candidate(0, 1, 2)), WHOLE) is None


def test_there_is_a_conflict_exactly_where_there_is_no_schedule() -> None:
    seen = set()
    for seed in range(40):
        asked = random_problem(Random(seed), candidates=3, people=4, sessions=(2, 2))
        found = conflict(asked, WHOLE)
        assert (found is None) == (optimum(asked, (), complete=True) is not None)
        assert (found is None) == (solve_exactly(asked, Options(goals=(), complete=True)).status is SolveStatus.OPTIMAL)
        if found is not None:
            assert found.minimal
            seen.update(demand.kind for demand in found.demands)
    assert len(seen) >= 5


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_demand_reads_as_a_sentence(language: str) -> None:
    demands = tuple(
        Demand(kind=kind, candidates=(1, 2), participant=3, place=4, slots=(5,), number=6, limit="maximum")
        for kind in DemandKind
    )
    sentences = conflict_text(Conflict(demands=demands, minimal=True), language, Names(place=lambda k: f"T{k}"))
    assert len(set(sentences)) == len(DemandKind)
    assert all(s.endswith(".") and "{" not in s for s in sentences)


def test_a_meeting_whose_places_are_not_demanded_may_be_anywhere() -> None:
    """Of the visit to the stand, neither the places nor the order are to blame alone: at the table it could be late."""
    asked = problem(
        candidate(0, 1, 2, places=frozenset({0, 1})),
        candidate(1, 3, 4, places=frozenset({1}), after=frozenset({0})),
        sessions=(3,),
        places=[Place(id=0), Place(id=1, shared=False, open=frozenset({0, 1}))],
        participants=[Participant(id=1, place=1), Participant(id=2, available=frozenset({1, 2}))],
    )
    found = conflict(asked, WHOLE)
    assert found is not None
    assert found.minimal
    assert set(found.demands[0].candidates) == {0, 1}, "the first alone could take place at the table"
    assert DemandKind.WHERE in kinds(found)
