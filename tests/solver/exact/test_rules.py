"""Each rule of the model alone: it is obeyed, and without it the model answers what the checker refuses."""

from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any

import pytest

from matchmaker.scheduling.checks import measures, violations
from matchmaker.scheduling.domain import Participant, Pin, Place, Problem
from solver.exact import rules
from solver.exact.optimise import solve_exactly
from solver.result import Goal, Options, SolveStatus
from tests.make import candidate, problem

REGISTRIES: tuple[MutableMapping[str, Any], ...] = (rules.STARTS, rules.PLACES, rules.OPENING, rules.CONSTRAINTS)
STAND = Place(id=1, shared=False, open=frozenset())

# For each rule, a problem in which it costs value.
COSTLY: dict[str, Problem] = {
    "slot": problem(candidate(0, 1, 2, slots=frozenset())),
    "length": problem(candidate(0, 1, 2, length=2), sessions=(1, 1)),
    "availability": problem(candidate(0, 1, 2), participants=[Participant(id=1, available=frozenset())]),
    "place": problem(candidate(0, 1, 2, places=frozenset())),
    "open": problem(candidate(0, 1, 2), places=[Place(id=0, open=frozenset())]),
    "once": problem(candidate(0, 1, 2)),
    "attendance": problem(candidate(0, 1, teams=((2, 3),))),
    "busy": problem(candidate(0, 1, 2), candidate(1, 1, 3), sessions=(1,)),
    "capacity": problem(candidate(0, 1, 2), candidate(1, 3, 4), sessions=(1,), places=1),
    "stand-in place": problem(
        candidate(0, 1, teams=((2,),)), places=[Place(id=0), STAND], participants=[Participant(id=2, place=1)]
    ),
    "maximum": problem(candidate(0, 1, 2), candidate(1, 1, 3), participants=[Participant(id=1, maximum=1)]),
    "maximum_per_session": problem(
        candidate(0, 1, 2), candidate(1, 1, 3), participants=[Participant(id=1, maximum_per_session=1)]
    ),
    "maximum_per_day": problem(
        candidate(0, 1, 2),
        candidate(1, 1, 3),
        sessions=(1, 1),
        participants=[Participant(id=1, maximum_per_day=1)],
    ),
    "maximum_consecutive": problem(
        candidate(0, 1, 2),
        candidate(1, 1, 3),
        candidate(2, 1, 4),
        sessions=(3,),
        participants=[Participant(id=1, maximum_consecutive=2)],
    ),
    "order": problem(
        candidate(0, 1, 2, slots=frozenset({1})), candidate(1, 3, 4, slots=frozenset({0}), after=frozenset({0}))
    ),
    "exclusive": problem(candidate(0, 1, 2), candidate(1, 3, 4), exclusive=[frozenset({0, 1})]),
    "pin": problem(candidate(0, 1, 2, value=1), candidate(1, 1, 3, value=9), sessions=(1,), pins=[Pin(candidate=0)]),
}
VALUE = Options(goals=(Goal.VALUE,))
APART = problem(candidate(0, 1, 2, slots=frozenset({0})), candidate(1, 1, 3, slots=frozenset({2})))
TOO_MANY = problem(candidate(0, 1, 2), candidate(1, 1, 3), sessions=(1,))


@contextmanager
def without(rule: str) -> Iterator[None]:
    registry = next(r for r in REGISTRIES if rule in r)
    saved = dict(registry)
    del registry[rule]
    try:
        yield
    finally:
        registry.clear()
        registry.update(saved)


def test_every_rule_has_its_case() -> None:
    in_model = {name for registry in REGISTRIES for name in registry}
    assert in_model == COSTLY.keys() | {"fairness", "complete"}


@pytest.mark.parametrize("rule", COSTLY)
def test_a_rule_is_obeyed(rule: str) -> None:
    result = solve_exactly(COSTLY[rule], VALUE)
    assert result.status is SolveStatus.OPTIMAL
    assert violations(COSTLY[rule], result.schedule) == []


@pytest.mark.parametrize("rule", COSTLY)
def test_without_a_rule_the_checker_objects(rule: str) -> None:
    with without(rule):
        result = solve_exactly(COSTLY[rule], VALUE)
    broken = {v.rule for v in violations(COSTLY[rule], result.schedule)}
    assert {"stand-in place": "place"}.get(rule, rule) in broken


def test_breaks_differ_by_no_more_than_fairness_allows() -> None:
    fair = Options(goals=(Goal.VALUE,), fairness=0)
    assert len(solve_exactly(APART, fair).schedule.meetings) == 1
    with without("fairness"):
        assert measures(APART, solve_exactly(APART, fair).schedule).break_spread == 1


def test_a_complete_schedule_that_cannot_be_is_infeasible() -> None:
    whole = Options(goals=(Goal.VALUE,), complete=True)
    assert solve_exactly(TOO_MANY, whole).status is SolveStatus.INFEASIBLE
    with without("complete"):
        assert solve_exactly(TOO_MANY, whole).status is SolveStatus.OPTIMAL


def test_a_pin_to_nothing_is_infeasible() -> None:
    lost = problem(candidate(0, 1, 2), pins=[Pin(candidate=7)])
    assert solve_exactly(lost, VALUE).status is SolveStatus.INFEASIBLE


def test_a_candidate_who_asks_for_a_stranger_is_left_out() -> None:
    known = problem(candidate(0, 1, 2))
    strange = Problem(
        slots=known.slots,
        places=known.places,
        participants=known.participants,
        candidates=(candidate(0, 1, 2), candidate(1, 1, 99, value=50)),
    )
    assert solve_exactly(strange, VALUE).schedule.by_candidate.keys() == {0}
