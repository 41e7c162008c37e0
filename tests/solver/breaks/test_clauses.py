"""The clauses against enumeration of every schedule of small complete problems."""

import os
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from itertools import combinations, product
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pysat.solvers import Cadical153

from matchmaker.scheduling.checks import measures, violations
from matchmaker.scheduling.domain import Candidate, Participant, Pin, Place, Problem, Schedule
from solver.breaks.clauses import applies, encode
from solver.breaks.lower_bound import climb
from solver.breaks.proof_runner import EasyProof, Prover
from solver.result import Goal, Options, Result, SolveStatus
from solver.solve import solve
from tests.make import candidate, meeting, problem

Way = Callable[..., None]  # of an encoding, and what is told


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


def hear(prover: Prover | EasyProof) -> list[dict[str, Any]]:
    """All that the proofs say, to their end."""
    heard = []
    while prover.is_running:
        message = prover.next_message(20.0)
        if message is not None:
            heard.append(message)
    return heard


def decided(case: Problem, way: Way) -> list[dict[str, Any]]:
    with Prover([lambda send: way(encode(case, None), send=send)], 60.0) as prover:
        return hear(prover)


PEOPLE_APART = [candidate(i, 1, 2 + i, slots=frozenset({2 * i})) for i in range(20)]
SLOTS_APART = {i: 2 * i for i in range(20)}


@pytest.mark.parametrize("steady", [False, True])
@pytest.mark.parametrize("known", [0, 7])
def test_a_climb_raises_the_bound_until_a_schedule_meets_it(steady: bool, known: int) -> None:
    way = partial(climb, bound=known, steady=steady)
    *bounds, last = decided(problem(*PEOPLE_APART, sessions=(40,)), way)
    assert bounds == [{"bound": k} for k in range(known + 1, 20)]
    assert last == {"slots": SLOTS_APART}


def easily(case: Problem) -> list[dict[str, Any]]:
    with EasyProof(encode(case, None)) as proof:
        return hear(proof)


def test_cores_raise_the_bound_until_a_schedule_meets_it() -> None:
    *bounds, last = easily(problem(*PEOPLE_APART, sessions=(40,)))
    assert [message["bound"] for message in bounds if "bound" in message] == list(range(1, 20))
    assert last == {"slots": SLOTS_APART}


def crowd(rng: Random, people: int = 12, meetings: int = 22) -> Problem:
    """Meetings of people with little choice of slots, so that there are breaks, and solvers have to think."""
    pairs = rng.sample(list(combinations(range(people), 2)), meetings)
    asked = [candidate(i, *pair, slots=frozenset(rng.sample(range(10), 6))) for i, pair in enumerate(pairs)]
    return problem(*asked, sessions=(10,), places=[Place(id=k) for k in range(4)])


def test_a_hard_question_ends_the_easy_proof_and_the_climb_ends_where_it_would_have(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    case, halts = crowd(Random(2)), 0
    whole = easily(case)
    optimum = max(m["bound"] for m in whole if "bound" in m)
    assert "slots" in whole[-1]
    for propagations in (1, 500, 5_000):
        monkeypatch.setattr("solver.breaks.lower_bound.EASY", propagations)
        bounds = [m["bound"] for m in easily(case) if "bound" in m]
        assert bounds == list(range(1, len(bounds) + 1))
        halts += len(bounds) < optimum
        *_, last = rest = decided(case, partial(climb, bound=len(bounds)))
        assert [m["bound"] for m in rest[:-1]] == list(range(len(bounds) + 1, optimum + 1))
        assert "slots" in last
    assert halts >= 2


def test_an_easy_proof_can_be_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("solver.breaks.lower_bound.EASY", 1 << 40)
    pigeons = [candidate(i, 2 * i, 2 * i + 1) for i in range(15)]
    case = problem(*pigeons, sessions=(14,), places=[Place(id=0)])
    began = time.monotonic()
    with EasyProof(encode(case, None)) as proof:
        assert proof.next_message(0.2) is None
        assert proof.is_running
    assert time.monotonic() - began < 5
    assert hear(proof) == []


@pytest.mark.parametrize("way", [easily, lambda case: decided(case, partial(climb, bound=0))])
def test_each_way_tells_that_there_is_no_schedule(way: Callable[[Problem], list[dict[str, Any]]]) -> None:
    crowded = problem(candidate(1, 1, 2), candidate(2, 1, 3), sessions=(1,))
    assert way(crowded) == [{"infeasible": True}]


def test_a_process_ends_itself_when_nobody_is_left_to_end_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("solver.breaks.proof_runner.GRACE", 1)
    began = time.monotonic()
    with Prover([lambda _: time.sleep(60)], 0.0) as prover:
        assert hear(prover) == []
    assert time.monotonic() - began < 30


def breaks_of(case: Problem, threads: int, fairness: int | None = None) -> Result:
    options = Options(goals=(Goal.BREAKS,), complete=True, fairness=fairness, threads=threads, time_limit=60)
    result = solve(case, options)
    assert not violations(case, result.schedule)
    return result


@pytest.mark.parametrize("threads", [1, 2])
def test_schedules_and_proofs_meet(threads: int) -> None:
    apart = breaks_of(problem(*PEOPLE_APART, sessions=(40,)), threads)
    assert apart.status is SolveStatus.OPTIMAL
    assert [(goal.value, goal.bound) for goal in apart.goals] == [(19, 19)]
    rng, seen = Random(threads), Counter[SolveStatus]()
    for number in range(12):
        case, fairness = complete_problem(rng), (None, 0, 1)[number % 3]
        result, best = breaks_of(case, threads, fairness), fewest_breaks(case, fairness)
        seen[result.status] += 1
        assert result.status is (SolveStatus.INFEASIBLE if best is None else SolveStatus.OPTIMAL)
        assert best is None or measures(case, result.schedule).breaks == result.goals[0].bound == best
    assert seen[SolveStatus.OPTIMAL] >= 3
    assert seen[SolveStatus.INFEASIBLE] >= 1


@pytest.mark.parametrize("threads", [1, 2])
def test_who_is_told_to_stop_at_once_has_a_schedule_all_the_same(threads: int) -> None:
    case = problem(*PEOPLE_APART, sessions=(40,))
    result = solve(case, Options(goals=(Goal.BREAKS,), complete=True, threads=threads, stop=lambda: True))
    assert not violations(case, result.schedule)
    assert len(result.schedule.meetings) == 20


def test_a_proof_that_dies_costs_the_proof_and_not_the_schedule(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("solver.breaks.lower_bound.EASY", 1)
    monkeypatch.setattr("solver.breaks.minimise.climb", lambda *_, **__: os._exit(9))
    case = crowd(Random(2))
    result = solve(case, Options(goals=(Goal.BREAKS,), complete=True, threads=2, time_limit=1.0))
    assert result.status is SolveStatus.FEASIBLE
    assert not violations(case, result.schedule)
    assert len(result.schedule.meetings) == 22


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
