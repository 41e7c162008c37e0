"""The clauses against enumeration of every schedule of small complete problems."""

from collections import Counter
from itertools import product
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pysat.solvers import Cadical153

from matchmaker.checks import measures, violations
from matchmaker.domain import Candidate, Participant, Pin, Place, Problem, Schedule
from solver.clauses import applies, encode
from solver.decide import WAYS
from solver.prover import Prover
from tests.make import candidate, meeting, problem


def complete_problem(rng: Random) -> Problem:
    """Four meetings among four people in five slots of one or two sessions, with every rule that the clauses know."""
    slots, some = range(5), lambda share: frozenset(t for t in range(5) if rng.random() < share)
    asked: list[Candidate] = []
    for c in range(4):
        people = rng.sample(range(4), 3 if rng.random() < 0.1 else 2)
        before = frozenset(i for i in range(c) if rng.random() < 0.15)
        asked.append(candidate(c, *people, slots=some(0.8) if rng.random() < 0.3 else None, after=before))
    return problem(
        *asked,
        sessions=rng.choice([(5,), (2, 3)]),
        places=[Place(id=0), Place(id=1, open=some(0.7) if rng.random() < 0.5 else None)],
        participants=[Participant(id=p, available=some(0.8) if rng.random() < 0.3 else None) for p in range(4)],
        pins=[Pin(candidate=0, slot=rng.choice(slots))] if rng.random() < 0.2 else [],
    )


def fewest_breaks(case: Problem, fairness: int | None) -> int | None:
    best = None
    for starts in product(range(len(case.slots)), repeat=len(case.candidates)):
        taken = Counter[int]()
        held = []
        for c, slot in zip(case.candidates, starts, strict=True):
            rooms = [p.id for p in case.places if p.open is None or slot in p.open]
            if taken[slot] >= len(rooms):
                break
            held.append(meeting(c.id, slot, rooms[taken[slot]], *c.people))
            taken[slot] += 1
        schedule = Schedule(tuple(held))
        if len(held) == len(case.candidates) and not violations(case, schedule):
            found = measures(case, schedule)
            if fairness is None or found.break_spread <= fairness:
                best = found.breaks if best is None else min(best, found.breaks)
    return best


@settings(max_examples=50, deadline=None)
@given(st.randoms(use_true_random=False), st.sampled_from([None, 0, 1]))
def test_the_clauses_allow_the_fewest_breaks_and_not_one_less(rng: Random, fairness: int | None) -> None:
    case = complete_problem(rng)
    assert applies(case)
    best = fewest_breaks(case, fairness)
    for bound in range(len(case.slots)):
        encoding = encode(case, fairness)
        encoding.count("at most", bound, encoding.holes)
        with Cadical153(bootstrap_with=encoding.clauses) as solver:
            assert solver.solve() == (best is not None and best <= bound)


def hear(prover: Prover, heard: list[dict[str, Any]]) -> None:
    """All that the process says, to its end."""
    while message := prover.heard(20.0):
        heard.append(message)


def decided(case: Problem, way: str, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    monkeypatch.setattr("solver.decide.WAYS", {way: WAYS[way]})
    heard: list[dict[str, Any]] = []
    with Prover(case, None) as prover, pytest.raises(RuntimeError, match="ended without"):
        hear(prover, heard)
    return heard


PEOPLE_APART = [candidate(i, 1, 2 + i, slots=frozenset({2 * i})) for i in range(20)]
SLOTS_APART = {i: 2 * i for i in range(20)}


def test_disjoint_cores_raise_the_bound_until_a_schedule_meets_it(monkeypatch: pytest.MonkeyPatch) -> None:
    *bounds, first, last = decided(problem(*PEOPLE_APART, sessions=(40,)), "cores", monkeypatch)
    assert bounds == [{"bound": k} for k in range(1, 20)]
    assert first == last == {"slots": SLOTS_APART}


def test_what_disjoint_cores_leave_open_is_proven_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("solver.decide._cores", lambda *_: 0)
    *bounds, last = decided(problem(*PEOPLE_APART, sessions=(40,)), "cores", monkeypatch)
    assert bounds == [{"bound": k} for k in range(1, 20)]
    assert last == {"slots": SLOTS_APART}


def test_rc2_tells_the_optimum_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    only = decided(problem(*PEOPLE_APART, sessions=(40,)), "rc2", monkeypatch)
    assert only == [{"bound": 19, "slots": SLOTS_APART}]


@pytest.mark.parametrize("way", WAYS)
def test_each_way_tells_that_there_is_no_schedule(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    crowded = problem(candidate(1, 1, 2), candidate(2, 1, 3), sessions=(1,))
    assert decided(crowded, way, monkeypatch) == [{"infeasible": True}]


def test_a_process_that_dies_is_an_error_and_not_an_answer() -> None:
    with Prover(problem(candidate(1, 1, 2)), None) as prover:
        for process in prover._processes.values():
            process.kill()
            process.join()
        with pytest.raises(RuntimeError, match="-9"):
            hear(prover, [])


@pytest.mark.parametrize(
    "beyond",
    [
        problem(candidate(1, 1, 2, length=2)),
        problem(candidate(1, 1, teams=((2, 3),))),
        problem(candidate(1, 1, 2, places=frozenset({0}))),
        problem(candidate(1, 1, 2), participants=[Participant(id=1, place=0)]),
        problem(candidate(1, 1, 2), participants=[Participant(id=1, maximum_consecutive=1)]),
        problem(candidate(1, 1, 2), candidate(2, 1, 3), exclusive=[frozenset({1, 2})]),
        problem(candidate(1, 1, 2), pins=[Pin(candidate=1, place=1)]),
    ],
)
def test_a_rule_that_the_clauses_do_not_know_keeps_them_from_being_used(beyond: Problem) -> None:
    assert not applies(beyond)
