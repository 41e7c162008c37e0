"""Every meeting left out has its reason, and a fix that does place it."""

from dataclasses import replace
from random import Random

import pytest

from matchmaker.locale import LANGUAGES
from matchmaker.scheduling.checks import violations
from matchmaker.scheduling.domain import Candidate, Meeting, Participant, Pin, Place, Problem, Schedule
from solver.exact.optimise import solve_exactly
from solver.explain.fixes import (
    AddPlace,
    DropMeeting,
    FreeSlots,
    LiftRule,
    MoveMeeting,
    OpenPlace,
    RaiseLimit,
    WidenPlace,
    apply,
)
from solver.explain.reasons import Cause, Explanation, Reason, explain
from solver.explain.sentences import Names, fix_text, reason_text
from solver.result import Goal, Options
from tests.make import candidate, meeting, problem, random_problem, schedule
from tests.solver.brute import ways

STAND = Place(id=0, shared=False)


def explained(asked: Problem, plan: Schedule) -> Explanation:
    """The explanation of the last candidate, whose fix the checker accepts."""
    found = explain(asked, plan)[-1]
    assert violations(asked, plan) == []
    assert found.fix is None or places_it(asked, plan, found)
    return found


def places_it(asked: Problem, plan: Schedule, found: Explanation) -> bool:
    assert found.fix is not None
    changed, after = apply(asked, plan, found.fix)
    return violations(changed, after) == [] and found.candidate in after.by_candidate


def test_people_who_are_never_there_together() -> None:
    asked = problem(candidate(0, 1, 2), participants=[Participant(id=1, available=frozenset())], sessions=(1,))
    found = explained(asked, Schedule())
    assert found.reason == Reason(cause=Cause.NO_COMMON_SLOT, participants=(1, 2))
    assert found.fix is not None
    assert found.fix.steps == (FreeSlots(participant=1, slots=(0,)),)


def test_free_together_only_when_every_table_is_taken() -> None:
    asked = problem(candidate(0, 1, 2), candidate(1, 3, 4), sessions=(1,), places=1)
    found = explained(asked, schedule(meeting(0, 0, 0, 1, 2)))
    assert found.reason == Reason(cause=Cause.SLOTS_FULL, slots=(0,))
    assert found.fix is not None
    assert found.fix.steps == (AddPlace(place=1, slots=(0,)),)


def test_a_limit_reached() -> None:
    asked = problem(candidate(0, 1, 2), candidate(1, 1, 3), participants=[Participant(id=1, maximum=1)])
    found = explained(asked, schedule(meeting(0, 0, 0, 1, 2)))
    assert found.reason.cause is Cause.LIMIT
    assert (found.reason.participants, found.reason.limit) == ((1,), "maximum")
    assert found.fix is not None
    assert found.fix.steps == (RaiseLimit(participant=1, rule="maximum", limit=1, to=2),)


def test_lost_to_a_meeting_worth_more() -> None:
    asked = problem(candidate(0, 1, 2, value=9), candidate(1, 1, 3, value=5), sessions=(1,))
    found = explained(asked, schedule(meeting(0, 0, 0, 1, 2)))
    assert found.reason == Reason(cause=Cause.OUTBID, participants=(1,), slots=(0,), meetings=(0,))
    assert found.fix is not None
    assert found.fix.steps == (DropMeeting(candidate=0),)
    assert found.fix.gain == -4


def test_a_meeting_in_the_way_that_can_move_moves() -> None:
    asked = problem(candidate(0, 1, 2), candidate(1, 1, 3, slots=frozenset({0})), sessions=(2,))
    found = explained(asked, schedule(meeting(0, 0, 0, 1, 2)))
    assert found.fix is not None
    assert found.fix.steps == (MoveMeeting(meeting=meeting(0, 1, 0, 1, 2)),)


def test_busy_with_a_meeting_worth_less() -> None:
    asked = problem(candidate(0, 1, 2, value=2), candidate(1, 1, 3, value=5), sessions=(1,))
    found = explained(asked, schedule(meeting(0, 0, 0, 1, 2)))
    assert found.reason.cause is Cause.BUSY
    assert found.fix is not None
    assert found.fix.gain == 3


def test_kept_out_by_a_pin() -> None:
    asked = problem(candidate(0, 1, 2), candidate(1, 1, 3), sessions=(1,), pins=[Pin(candidate=0)])
    found = explained(asked, schedule(meeting(0, 0, 0, 1, 2)))
    assert found.reason == Reason(cause=Cause.PINNED, participants=(1,), slots=(0,), meetings=(0,))
    assert found.fix is not None
    assert found.fix.steps == (LiftRule(rule="pin", candidate=0), DropMeeting(candidate=0))


def test_excluded_by_a_meeting_that_takes_place() -> None:
    asked = problem(candidate(0, 1, 2), candidate(1, 3, 4), exclusive=[frozenset({0, 1})])
    found = explained(asked, schedule(meeting(0, 0, 0, 1, 2)))
    assert found.reason == Reason(cause=Cause.EXCLUSIVE, meetings=(0,))
    assert found.fix is not None
    assert found.fix.steps == (DropMeeting(candidate=0),)


def test_an_order_that_leaves_no_slot() -> None:
    asked = problem(candidate(0, 1, 2), candidate(1, 3, 4, after=frozenset({0})), sessions=(1,))
    found = explained(asked, schedule(meeting(0, 0, 0, 1, 2)))
    assert found.reason == Reason(cause=Cause.ORDER, slots=(0,), meetings=(0,))
    assert found.fix is not None
    assert found.fix.steps == (LiftRule(rule="order", candidate=0),)


def test_a_stand_that_is_closed_and_one_that_is_full() -> None:
    host = [Participant(id=1, place=0), Participant(id=3, place=0)]
    closed = problem(candidate(0, 1, 2), places=[Place(id=0, open=frozenset())], participants=host, sessions=(1,))
    found = explained(closed, Schedule())
    assert found.reason == Reason(cause=Cause.NO_PLACE, slots=(0,))
    assert found.fix is not None
    assert found.fix.steps == (OpenPlace(place=0, slots=(0,)),)
    full = problem(candidate(0, 1, 2), candidate(1, 3, 4), places=[STAND], participants=host, sessions=(1,))
    found = explained(full, schedule(meeting(0, 0, 0, 1, 2)))
    assert found.reason == Reason(cause=Cause.SLOTS_FULL, slots=(0,))
    assert found.fix is not None
    assert found.fix.steps == (WidenPlace(place=0),)


def test_a_meeting_longer_than_every_session_has_no_fix() -> None:
    found = explained(problem(candidate(0, 1, 2, length=2), sessions=(1, 1)), Schedule())
    assert found.reason.cause is Cause.IMPOSSIBLE
    assert found.fix is None


def test_a_meeting_that_fits_is_said_to_fit() -> None:
    found = explained(problem(candidate(0, 1, 2), sessions=(1,)), Schedule())
    assert found.reason == Reason(cause=Cause.NOTHING, slots=(0,))
    assert found.fix is not None
    assert (found.fix.steps, found.fix.effort) == ((), 0)


@pytest.mark.parametrize("seed", range(60))
def test_every_fix_places_its_meeting_and_every_reason_is_true(seed: int) -> None:
    asked = random_problem(Random(seed), candidates=9, people=6, sessions=(3, 2), places=2)
    plan = solve_exactly(asked, Options(goals=(Goal.VALUE,))).schedule
    if violations(asked, plan):
        return
    by_id = {c.id: c for c in asked.candidates}
    found = explain(asked, plan)
    assert {e.candidate for e in found} == by_id.keys() - plan.by_candidate.keys()
    for each in found:
        assert (each.fix is None) == (each.reason.cause is Cause.IMPOSSIBLE)
        assert each.fix is None or places_it(asked, plan, each)
        fits = [m for m in ways(asked, by_id[each.candidate]) if violations(asked, add(plan, m)) == []]
        assert (each.reason.cause is Cause.NOTHING) == bool(fits)
        assert bool(fits) == (each.fix is not None and each.fix.steps == ())
        expect_true(asked, plan, by_id[each.candidate], each.reason)


def add(plan: Schedule, extra: Meeting) -> Schedule:
    return Schedule((*plan.meetings, extra))


def expect_true(asked: Problem, plan: Schedule, left_out: Candidate, reason: Reason) -> None:
    """That the checker objects to every way of adding the meeting for the cause named, where it could otherwise be."""
    rules = {
        Cause.EXCLUSIVE: {"exclusive"},
        Cause.NO_PLACE: {"open", "place"},
        Cause.LIMIT: {"maximum", "maximum_per_session", "maximum_per_day", "maximum_consecutive"},
        Cause.ORDER: {"order"},
        Cause.PINNED: {"busy"},
        Cause.OUTBID: {"busy"},
        Cause.BUSY: {"busy"},
        Cause.SLOTS_FULL: {"capacity", "open", "place"},
        Cause.NO_COMMON_SLOT: {"availability", "slot"},
    }
    if reason.cause not in rules:
        return
    objections = [{v.rule for v in violations(asked, add(plan, m))} for m in ways(asked, left_out)]
    own = [o for o in objections if not o & {"attendance", "length"}]
    assert all(o for o in own)
    assert own == [] or any(o & rules[reason.cause] for o in own)


def test_only_those_asked_for_are_explained() -> None:
    asked = problem(candidate(0, 1, 2), candidate(1, 3, 4))
    assert [e.candidate for e in explain(asked, Schedule(), only=[1])] == [1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_reasons_and_fixes_read_as_sentences(language: str) -> None:
    names = Names(person=lambda p: f"P{p}", when=lambda slots: f"at {9 + slots[0]}:00", meeting=lambda c: f"M{c}")
    for cause in Cause:
        reason = Reason(cause=cause, participants=(1, 2), slots=(0, 1, 2, 3, 4), meetings=(7,), limit="maximum")
        text = reason_text(reason, language, names)
        assert text.endswith(".")
        assert "{" not in text
    asked = problem(candidate(0, 1, 2, value=9), candidate(1, 1, 3, value=5), sessions=(1,))
    fix = explained(asked, schedule(meeting(0, 0, 0, 1, 2))).fix
    assert fix is not None
    assert "M0" in fix_text(fix, language, names)
    assert "9:00" in fix_text(fix, language, names)


def test_long_lists_are_cut_in_words() -> None:
    reason = Reason(cause=Cause.SLOTS_FULL, slots=(0, 1, 2, 3, 4))
    assert reason_text(reason, "en", Names()) == (
        "Free together only in slot 0, 1, 2 and 2 more, when every place is taken."
    )


PEOPLE = Names(
    person={1: "Ann", 2: "Bob", 3: "Cleo", 4: "Dirk"}.__getitem__,
    when=lambda _: "at 09:20",
    people={0: (1, 2), 1: (1, 3)}.__getitem__,
)


def test_who_meets_somebody_of_the_same_stand_already_is_why_only_one_meeting_can_take_place() -> None:
    stand = [Participant(id=2, place=0), Participant(id=3, place=0)]
    asked = problem(
        candidate(0, 1, 2), candidate(1, 1, 3), participants=stand, places=[STAND], exclusive=[frozenset({0, 1})]
    )
    found = explained(asked, schedule(meeting(0, 0, 0, 1, 2)))
    assert found.reason == Reason(cause=Cause.EXCLUSIVE, participants=(1,), meetings=(0,))
    assert reason_text(found.reason, "en", PEOPLE) == (
        "One meeting per visitor and stand: Ann already meets Bob of the same stand."
    )


def test_somebody_named_is_not_named_again_in_each_of_their_meetings() -> None:
    reason = Reason(cause=Cause.OUTBID, participants=(1,), slots=(0,), meetings=(0, 1))
    assert reason_text(reason, "en", PEOPLE).endswith("(Bob and Cleo).")


def test_a_raised_limit_is_told_with_the_present_one() -> None:
    asked = problem(candidate(0, 1, 2), candidate(1, 1, 3), participants=[Participant(id=1, maximum=1)])
    fix = explained(asked, schedule(meeting(0, 0, 0, 1, 2))).fix
    assert fix is not None
    assert fix_text(fix, "en", PEOPLE) == "Possible at 09:20 if Ann accepts 2 meetings instead of 1."


def test_a_fix_that_gains_nothing_says_so() -> None:
    asked = problem(candidate(0, 1, 2, value=9), candidate(1, 1, 3, value=5), sessions=(1,))
    fix = explained(asked, schedule(meeting(0, 0, 0, 1, 2))).fix
    assert fix is not None
    assert fix.gain < 0
    assert fix_text(fix, "en", PEOPLE) == (
        "Possible at 09:20 if Ann – Bob is dropped. The schedule would be worth less overall."
    )


def test_a_place_that_a_meeting_in_the_way_leaves_need_not_hold_more() -> None:
    asked = problem(
        candidate(0, 1, 2, value=9),
        candidate(1, 1, 3, value=5, length=2),
        sessions=(2,),
        places=[Place(id=0, open=frozenset({0}), shared=False)],
        participants=[Participant(id=1, place=0)],
        exclusive=[frozenset({0, 1})],
    )
    found = explained(asked, schedule(meeting(0, 0, 0, 1, 2)))
    assert found.fix is not None
    assert found.fix.steps == (DropMeeting(candidate=0), OpenPlace(place=0, slots=(1,)))


@pytest.mark.parametrize("seed", range(60))
def test_no_step_of_a_fix_can_be_left_out(seed: int) -> None:
    asked = random_problem(Random(seed), candidates=7, people=5)
    plan = solve_exactly(asked, Options(goals=(Goal.VALUE,), time_limit=1)).schedule
    for found in explain(asked, plan) if violations(asked, plan) == [] else ():
        for step in found.fix.steps if found.fix is not None else ():
            rest = tuple(s for s in found.fix.steps if s != step)
            changed, after = apply(asked, plan, replace(found.fix, steps=rest))
            assert violations(changed, after) != [], (found, step)
