"""Claims about `solve`: legal always, best where it says so, anytime, and the same again."""

from dataclasses import replace
from random import Random
from time import perf_counter

import pytest

from matchmaker.scheduling.checks import measures, violations
from matchmaker.scheduling.domain import Participant, Pin, Place, Problem, Schedule
from solver.bounds import Bounds
from solver.exact.select import select
from solver.result import Goal, Options, Progress, SolveStatus
from solver.search.arrays import arrays
from solver.solve import EXACT, solve
from tests.make import candidate, meeting, problem, random_problem, schedule
from tests.solver.brute import optimum, worth
from tests.solver.large_event import exhibition
from tests.solver.test_brute import expect, small

DEFAULT = Options().goals


def medium(seed: int) -> Problem:
    """Forty people and every rule; its pins hold meetings that fit together."""
    rng = Random(seed)
    case = replace(random_problem(rng, people=40, candidates=90, sessions=(6, 5, 6), places=10), pins=())
    if seed % 2:
        return case
    plan = solve(case, Options(time_limit=0.0, goals=(Goal.VALUE,))).schedule
    pins = (
        Pin(candidate=m.candidate, slot=rng.choice((m.slot, None)), place=rng.choice((m.place, None, None)))
        for m in plan.meetings
        if rng.random() < 0.2
    )
    return replace(case, pins=tuple(pins))


def event(seed: int = 0, people: int = 100, requests: int = 300, slots: int = 16, tables: int = 30) -> Problem:
    """A partnering event beyond the size of the exact model."""
    rng = Random(seed)
    pairs = {tuple(sorted(rng.sample(range(people), 2))) for _ in range(requests)}
    return problem(
        *(candidate(i, *pair, value=rng.randint(30, 99)) for i, pair in enumerate(sorted(pairs))),
        sessions=(slots,),
        places=tables,
        participants=[Participant(id=p, minimum=p % 3) for p in range(people)],
    )


@pytest.mark.parametrize("seed", range(200))
def test_a_medium_problem_with_every_rule_gets_a_legal_schedule(seed: int) -> None:
    case = medium(seed)
    goals = DEFAULT if seed % 3 else tuple(Random(seed).sample(list(Goal), 6))
    options = Options(time_limit=0.15, seed=seed, goals=goals, baseline=Schedule())
    result = solve(case, options)
    if result.status is SolveStatus.UNKNOWN:  # a busy machine
        result = solve(case, replace(options, time_limit=5.0))
    assert result.status in (SolveStatus.FEASIBLE, SolveStatus.OPTIMAL)
    assert violations(case, result.schedule) == []
    assert goals != DEFAULT or len(result.schedule.meetings) > 30


def test_a_small_problem_is_solved_as_well_as_by_brute_force() -> None:
    decided = 0
    for seed in range(30):
        rng = Random(seed)
        case, goals = small(rng), tuple(rng.sample(list(Goal), 3))
        options = Options(goals=goals, time_limit=2.0, complete=rng.random() < 0.2, baseline=Schedule())
        result = solve(case, options)
        best = optimum(case, goals, complete=options.complete, baseline=Schedule())
        expect(case, options, result, best)
        decided += result.status in (SolveStatus.OPTIMAL, SolveStatus.INFEASIBLE)
    assert decided >= 26


def test_the_relaxation_bounds_every_schedule() -> None:
    for seed in range(30):
        case = small(Random(seed))
        best = optimum(case, (Goal.COVERAGE, Goal.VALUE))
        selection = select(arrays(case)[0], [Goal.COVERAGE, Goal.VALUE], 5.0)
        if best is None:
            continue
        assert selection.status is SolveStatus.FEASIBLE
        bounds = Bounds(sum(c.value for c in case.candidates), [*selection.bounds])
        values = dict(zip((Goal.COVERAGE, Goal.VALUE), best, strict=True))
        assert bounds.best(Goal.COVERAGE, values) <= best[0]
        assert bounds.best(Goal.VALUE, values) >= best[1]


def test_the_value_of_an_event_with_room_is_proven_without_an_exact_model() -> None:
    case = event()
    assert len(case.slots) * len(case.candidates) > EXACT
    result = solve(case, Options(time_limit=3.0))
    coverage, value, *_ = result.goals
    assert coverage.proven
    assert value.proven
    assert value.value == sum(c.value for c in case.candidates)


def test_the_same_seed_gives_the_same_schedule() -> None:
    case = event(seed=1, people=60, requests=100, slots=32, tables=5)
    # The search ends by itself, long before the clock does.
    options = Options(time_limit=120.0, seed=5)
    again = replace(options, used=10.0)
    assert solve(case, options).schedule == solve(case, again).schedule


def test_every_progress_is_legal_and_better_than_the_one_before() -> None:
    case = event(seed=2)
    heard: list[Progress] = []
    result = solve(case, Options(time_limit=2.0, progress=heard.append))
    ranks = [worth(measures(case, p.schedule), DEFAULT) for p in heard]
    assert len(heard) >= 3
    assert ranks == sorted(ranks, reverse=True)
    assert worth(measures(case, result.schedule), DEFAULT) <= ranks[-1]
    assert all(violations(case, p.schedule) == [] for p in heard)
    assert [p.seconds for p in heard] == sorted(p.seconds for p in heard)
    assert heard[0].goals[0].goal is Goal.COVERAGE


def test_a_stop_ends_the_search_with_what_is_there() -> None:
    case = event(seed=3)
    stopped: list[float] = []

    def stop() -> bool:
        if perf_counter() - began > 0.5:
            stopped.append(perf_counter())
        return bool(stopped)

    began = perf_counter()
    result = solve(case, Options(time_limit=60.0, stop=stop))
    assert stopped
    assert violations(case, result.schedule) == []
    assert result.schedule.meetings
    assert result.seconds < 30


def test_a_legal_start_is_never_made_worse() -> None:
    case = event(seed=4)
    start = solve(case, Options(time_limit=1.0)).schedule
    result = solve(case, Options(time_limit=0.3, seed=9, start=start))
    assert worth(measures(case, result.schedule), DEFAULT) <= worth(measures(case, start), DEFAULT)


def test_a_start_that_breaks_rules_is_used_as_far_as_it_goes() -> None:
    case = problem(candidate(0, 1, 2), candidate(1, 2, 3), sessions=(2,))
    start = schedule(meeting(0, 1, 0, 1, 2), meeting(1, 1, 1, 2, 3), meeting(8, 0, 0, 1, 9))
    result = solve(case, Options(time_limit=1.0, start=start))
    assert len(result.schedule.meetings) == 2


def test_two_threads_find_no_less_than_the_bound_allows() -> None:
    case = event(seed=5)
    result = solve(case, Options(time_limit=1.0, threads=2))
    assert violations(case, result.schedule) == []
    assert all(g.value <= g.bound if g.goal is Goal.VALUE else g.value >= g.bound for g in result.goals)


def test_a_promise_comes_before_value() -> None:
    promised = [Participant(id=0, maximum=1), Participant(id=2, minimum=1)]
    case = problem(candidate(0, 0, 1, value=90), candidate(1, 0, 2, value=1), participants=promised)
    by_promise = solve(case, Options(time_limit=1.0))
    by_value = solve(case, Options(time_limit=1.0, goals=(Goal.VALUE, Goal.COVERAGE)))
    assert [m.candidate for m in by_promise.schedule.meetings] == [1]
    assert [m.candidate for m in by_value.schedule.meetings] == [0]


def test_who_cannot_get_all_that_was_promised_gets_the_rest() -> None:
    case = problem(
        *(candidate(i, 0, i, value=50) for i in range(1, 6)),
        *(candidate(10 + i, i, 10 + i, value=51) for i in range(1, 6)),
        sessions=(4,),
        places=1,
        participants=[Participant(id=0, minimum=5)],
    )
    result = solve(case, Options(time_limit=1.0))
    assert sum(0 in m.attendees for m in result.schedule.meetings) == 4
    assert (result.goals[0].value, result.goals[0].proven) == (1, True)


def test_meetings_that_cannot_all_take_place_are_infeasible_where_all_must() -> None:
    case = problem(candidate(0, 1, 2), candidate(1, 1, 3), sessions=(1,))
    assert solve(case, Options(time_limit=1.0, complete=True)).status is SolveStatus.INFEASIBLE
    assert solve(case, Options(time_limit=1.0)).status is SolveStatus.OPTIMAL


def test_a_pin_that_cannot_hold_is_infeasible() -> None:
    away = Participant(id=1, available=frozenset({0}))
    case = problem(candidate(0, 1, 2), participants=[away], pins=[Pin(candidate=0, slot=1)])
    assert solve(case, Options(time_limit=1.0)).status is SolveStatus.INFEASIBLE


def test_an_event_without_anything_has_an_empty_optimal_schedule() -> None:
    for case in (problem(), problem(candidate(0, 1, 2), sessions=()), problem(candidate(0, 1, 2), places=0)):
        result = solve(case, Options(time_limit=1.0))
        assert (result.status, result.schedule.meetings) == (SolveStatus.OPTIMAL, ())


def test_people_stay_at_their_table_where_they_can() -> None:
    case = problem(*(candidate(i, 0, 10 + i) for i in range(6)), sessions=(6,), places=4)
    result = solve(case, Options(time_limit=1.0))
    assert measures(case, result.schedule).moves == 0


def test_a_long_session_counts_its_idle_slots() -> None:
    pins = [Pin(candidate=0, slot=0), Pin(candidate=1, slot=99)]
    case = problem(candidate(0, 1, 2), candidate(1, 1, 3), sessions=(150,), places=[Place(id=0)], pins=pins)
    result = solve(case, Options(time_limit=0.5, goals=(Goal.VALUE, Goal.IDLE)))
    assert measures(case, result.schedule).idle == 98


def test_a_bound_is_never_worse_than_that_of_the_linear_program() -> None:
    for seed in range(1, 17, 2):
        case = medium(seed)
        bound, *_ = select(arrays(case)[0], [Goal.VALUE], 5.0).bounds
        result = solve(case, Options(time_limit=0.4, goals=(Goal.VALUE,)))
        assert result.goals[0].bound <= bound.value


def test_goals_that_only_the_exact_model_knows_are_measured_but_not_proven_in_a_large_event() -> None:
    case = event(seed=7)
    assert len(case.slots) * len(case.candidates) > EXACT
    published = solve(case, Options(time_limit=0.3, seed=1)).schedule
    goals = (Goal.VALUE, Goal.STABILITY, Goal.MOVES)
    result = solve(case, Options(time_limit=0.3, seed=2, goals=goals, baseline=published))
    found = measures(case, result.schedule, published)
    assert [report.value for report in result.goals] == [found.value, found.changed, found.moves]
    assert [report.bound for report in result.goals[1:]] == [0, 0]
    assert found.changed
    assert not result.proven


def test_a_fair_schedule_is_found_where_moving_meetings_is_not_enough() -> None:
    case = exhibition()
    free = solve(case, Options(time_limit=0.5))
    fair = solve(case, Options(time_limit=1.0, fairness=0))
    assert violations(case, fair.schedule) == []
    assert measures(case, free.schedule).breaks > 0
    assert measures(case, fair.schedule).break_spread == 0
    assert len(fair.schedule.meetings) > 0.9 * len(free.schedule.meetings)


def test_fairness_limits_the_breaks_of_one_person() -> None:
    case = event(seed=6, people=40, requests=90, tables=8)
    result = solve(case, Options(time_limit=2.0, fairness=1))
    assert measures(case, result.schedule).break_spread <= 1


def test_a_problem_without_slots_has_the_empty_schedule() -> None:
    assert solve(problem(candidate(0, 0, 1), sessions=()), Options(time_limit=2.0)).schedule == schedule()
