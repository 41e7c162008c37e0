"""Repair touches the fewest agendas, and that is proven; what is past or pinned stays."""

from dataclasses import replace
from random import Random

import pytest

from matchmaker.scheduling.changes import ChangeKind
from matchmaker.scheduling.checks import violations
from matchmaker.scheduling.domain import Meeting, Participant, Pin, Place, Problem, Schedule
from solver.incidents import (
    Absence,
    Incident,
    LateRegistration,
    NewRequest,
    PlaceClosure,
    RequestWithdrawal,
    SlotCancellation,
    Unavailability,
    after,
)
from solver.repair import Repair, repair
from solver.result import Goal, Options, SolveStatus
from tests.make import candidate, meeting, problem, random_problem, schedule
from tests.solver.brute import legal_schedules, optimum_among

PLAIN = problem(
    candidate(0, 1, 2, value=5), candidate(1, 3, 4, value=5), candidate(2, 2, 3, value=5), candidate(3, 2, 4, value=1)
)
PUBLISHED = schedule(meeting(0, 0, 0, 1, 2), meeting(1, 0, 1, 3, 4), meeting(2, 1, 0, 2, 3))
# The rules that one meeting breaks by itself.
ALONE = {"known", "attendance", "length", "slot", "place", "open", "availability"}
VALUE = Options(goals=(Goal.VALUE,))


def kinds(found: Repair) -> dict[int, list[ChangeKind]]:
    return {person: [change.kind for change in changes] for person, changes in found.changes.items()}


def stability(found: Repair) -> tuple[int, int]:
    report = next(g for g in found.result.goals if g.goal is Goal.STABILITY)
    return report.value, report.bound


def test_an_absence_touches_only_the_absent_and_their_partners() -> None:
    found = repair(PLAIN, PUBLISHED, [Absence(participant=1)], VALUE)
    assert found.result.status is SolveStatus.OPTIMAL
    assert kinds(found) == {1: [ChangeKind.CANCELLED], 2: [ChangeKind.CANCELLED]}
    assert stability(found) == (2, 2)


def test_partners_left_by_the_same_absence_may_meet_each_other() -> None:
    asked = problem(candidate(0, 1, 2), candidate(1, 1, 3), candidate(2, 2, 3))
    published = schedule(meeting(0, 0, 0, 1, 2), meeting(1, 1, 0, 1, 3))
    found = repair(asked, published, [Absence(participant=1)], VALUE)
    assert found.result.schedule.by_candidate.keys() == {2}
    assert stability(found) == (3, 3)


def test_a_meeting_at_a_lost_table_keeps_its_time_at_another() -> None:
    found = repair(PLAIN, PUBLISHED, [PlaceClosure(place=0, slots=frozenset({1}))], VALUE)
    assert kinds(found) == {2: [ChangeKind.PLACE], 3: [ChangeKind.PLACE]}
    assert found.result.schedule.by_candidate[2] == meeting(2, 1, 1, 2, 3)


def test_the_meetings_of_a_lost_slot_move_where_they_touch_nobody_else() -> None:
    found = repair(PLAIN, PUBLISHED, [SlotCancellation(slot=1)], VALUE)
    assert stability(found) == (2, 2)
    assert kinds(found) == {2: [ChangeKind.MOVED], 3: [ChangeKind.MOVED]}


def test_a_smaller_stand_cancels_what_touches_the_fewest() -> None:
    stand = (Place(id=0, capacity=2),)
    asked = problem(candidate(0, 1, 2, 3, value=9), candidate(1, 4, 5, value=1), sessions=(1,), places=stand)
    published = schedule(meeting(0, 0, 0, 1, 2, 3), meeting(1, 0, 0, 4, 5))
    found = repair(replace(asked, places=(Place(id=0),)), published, options=VALUE)
    assert found.result.schedule.by_candidate.keys() == {0}
    assert stability(found) == (2, 2)


def test_of_equally_few_agendas_the_cheapest_are_touched() -> None:
    stand = (Place(id=0, capacity=2),)
    asked = problem(candidate(0, 1, 2, value=1), candidate(1, 4, 5, value=9), sessions=(1,), places=stand)
    published = schedule(meeting(0, 0, 0, 1, 2), meeting(1, 0, 0, 4, 5))
    found = repair(replace(asked, places=(Place(id=0),)), published, options=VALUE)
    assert found.result.schedule.by_candidate.keys() == {1}


def test_a_late_registration_fills_holes_and_moves_nothing() -> None:
    incidents = [
        LateRegistration(participant=Participant(id=9)),
        NewRequest(candidate=candidate(10, 9, 2, value=50)),
        NewRequest(candidate=candidate(11, 9, 3, value=50)),
    ]
    found = repair(PLAIN, PUBLISHED, incidents, VALUE)
    assert set(PUBLISHED.meetings) <= set(found.result.schedule.meetings)
    assert {10, 11} <= found.result.schedule.by_candidate.keys()
    assert {kind for own in kinds(found).values() for kind in own} == {ChangeKind.NEW}
    assert found.result.status is SolveStatus.OPTIMAL


def test_a_new_request_without_a_hole_is_not_placed() -> None:
    asked = problem(candidate(0, 1, 2, value=1), sessions=(1,), participants=[Participant(id=3)])
    found = repair(asked, schedule(meeting(0, 0, 0, 1, 2)), [NewRequest(candidate=candidate(1, 1, 3, value=99))], VALUE)
    assert found.changes == {}
    assert stability(found) == (0, 0)


def test_a_waiting_request_takes_the_freed_time_when_it_is_wanted() -> None:
    asked = problem(candidate(0, 1, 2), candidate(1, 2, 3), sessions=(1,))
    published = schedule(meeting(0, 0, 0, 1, 2))
    gone = [Absence(participant=1)]
    assert repair(asked, published, gone, VALUE).result.schedule == Schedule()
    found = repair(asked, published, gone, VALUE, waitlist=[1])
    assert found.result.schedule.by_candidate.keys() == {1}
    assert kinds(found)[3] == [ChangeKind.NEW]


def test_more_agendas_are_touched_only_when_allowed() -> None:
    asked = problem(candidate(0, 1, teams=((2, 3),), value=5), sessions=(1,))
    published = schedule(meeting(0, 0, 0, 1, 2))
    gone = [Absence(participant=2)]
    assert repair(asked, published, gone, VALUE).result.schedule == Schedule()
    found = repair(asked, published, gone, VALUE, slack=1)
    assert found.result.schedule.meetings == (meeting(0, 0, 0, 1, 3),)
    assert kinds(found) == {1: [ChangeKind.PARTNERS], 2: [ChangeKind.CANCELLED], 3: [ChangeKind.NEW]}


def test_what_is_past_stays_even_for_those_who_left() -> None:
    found = repair(PLAIN, PUBLISHED, [Absence(participant=2)], VALUE, now=1)
    assert PUBLISHED.by_candidate[0] in found.result.schedule.meetings
    assert 2 not in found.result.schedule.by_candidate
    assert violations(found.problem, found.result.schedule) == []


def test_nothing_new_starts_in_the_past() -> None:
    lost = [PlaceClosure(place=0, slots=frozenset({1}))]
    asked = problem(candidate(0, 1, 2), sessions=(2,), places=1)
    found = repair(asked, schedule(meeting(0, 1, 0, 1, 2)), lost, VALUE, now=1)
    assert found.result.schedule == Schedule()


def test_a_pinned_meeting_that_cannot_stand_is_named_and_nothing_is_done() -> None:
    pinned = replace(PLAIN, pins=(Pin(candidate=0, slot=0, place=0),))
    found = repair(pinned, PUBLISHED, [Absence(participant=1)], VALUE)
    assert found.result.status is SolveStatus.INFEASIBLE
    assert found.blocked == (0,)
    assert found.changes == {}


def test_a_withdrawn_request_frees_its_people() -> None:
    found = repair(PLAIN, PUBLISHED, [RequestWithdrawal(candidate=0)], VALUE)
    assert kinds(found) == {1: [ChangeKind.CANCELLED], 2: [ChangeKind.CANCELLED]}


@pytest.mark.parametrize(
    "incident",
    [
        Absence(participant=99),
        Unavailability(participant=99, slots=frozenset({0})),
        PlaceClosure(place=99),
        RequestWithdrawal(candidate=99),
        LateRegistration(participant=Participant(id=1)),
        NewRequest(candidate=candidate(0, 1, 2)),
        NewRequest(candidate=candidate(7, 1, 99)),
    ],
)
def test_an_incident_that_cannot_be_is_refused(incident: Incident) -> None:
    with pytest.raises(ValueError, match=r"99|1 already|0 already"):
        repair(PLAIN, PUBLISHED, [incident])


def some_incidents(rng: Random, asked: Problem) -> list[Incident]:
    slot, person = rng.randrange(len(asked.slots)), rng.choice(asked.participants).id
    place = rng.choice(asked.places).id
    choices: list[Incident] = [
        Absence(participant=person, since=slot),
        Unavailability(participant=person, slots=frozenset({0, slot})),
        PlaceClosure(place=place),
        PlaceClosure(place=place, slots=frozenset({slot})),
        SlotCancellation(slot=slot),
        RequestWithdrawal(candidate=rng.choice(asked.candidates).id),
    ]
    return rng.sample(choices, rng.choice((1, 1, 2)))


def stricter(rng: Random, asked: Problem) -> Problem:
    """The same with fewer seats or shorter agendas, so that which meeting has to go is a choice."""
    if rng.random() < 0.5:
        return asked
    if rng.random() < 0.5:
        return replace(asked, places=tuple(replace(place, capacity=1) for place in asked.places))
    return replace(asked, participants=tuple(replace(p, maximum=1) for p in asked.participants))


@pytest.mark.parametrize("seed", range(40))
def test_no_other_repair_touches_fewer_or_is_better(seed: int) -> None:
    rng = Random(seed)
    asked = random_problem(rng, candidates=4, people=4, sessions=(2, 2), places=2)
    some = list(legal_schedules(asked))
    if not some:
        return
    published = max(rng.sample(some, min(3, len(some))), key=lambda s: len(s.meetings))
    incidents, now = some_incidents(rng, asked), rng.choice((0, 0, 1, 2))
    asked = stricter(rng, asked)
    goals = tuple(rng.sample([g for g in Goal if g is not Goal.STABILITY], 2))
    options = Options(goals=goals, fairness=rng.choice((None, None, 1)), complete=rng.random() < 0.1)
    found = repair(asked, published, incidents, options, now=now)
    changed = after(asked, incidents, published, now)
    broken = violations(changed, published)
    hit = {c for v in broken if v.rule in ALONE | {"pin"} for c in v.candidates}
    past = {m.candidate for m in published.meetings if m.slot < now}
    pinned = {pin.candidate for pin in changed.pins} & published.by_candidate.keys()
    stay = {_same(m) for m in published.meetings if m.candidate in past | (pinned - hit)}

    def allowed(other: Schedule) -> bool:
        return stay <= set(map(_same, other.meetings)) and all(
            m.slot >= now or m.candidate in past for m in other.meetings
        )

    every = [] if hit & past else [s for s in legal_schedules(changed) if allowed(s)]
    best = optimum_among(every, changed, (Goal.STABILITY, *goals), published, options)
    if best is None:
        assert found.result.status is SolveStatus.INFEASIBLE
        return
    assert found.result.status is SolveStatus.OPTIMAL
    assert tuple(g.value for g in found.result.goals) == best
    assert len(found.changes) == best[0]
    assert stay <= set(map(_same, found.result.schedule.meetings))
    assert violations(changed, found.result.schedule) == []


@pytest.mark.parametrize("seed", range(15))
def test_new_requests_fill_the_holes_as_well_as_can_be(seed: int) -> None:
    rng = Random(seed)
    asked = random_problem(rng, candidates=4, people=4, sessions=(2, 2), places=2, pinned=0)
    first = replace(asked, candidates=asked.candidates[:2], exclusive=())
    published = max(legal_schedules(first), key=lambda s: len(s.meetings))
    late = [NewRequest(candidate=c) for c in asked.candidates[2:]]
    found = repair(first, published, late, VALUE)
    assert set(published.meetings) <= set(found.result.schedule.meetings)
    changed = after(first, late, published, 0)
    new = {c.id for c in asked.candidates[2:]}
    holes = (
        s
        for s in legal_schedules(changed)
        if set(map(_same, published.meetings)) == {_same(m) for m in s.meetings if m.candidate not in new}
    )
    best = optimum_among(holes, changed, (Goal.VALUE,), published, VALUE)
    assert best is not None
    assert next(g.value for g in found.result.goals if g.goal is Goal.VALUE) == best[0]


def _same(m: Meeting) -> tuple[int, int, int, frozenset[int]]:
    return m.candidate, m.slot, m.place, frozenset(m.attendees)
