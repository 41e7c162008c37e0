"""What changes for whom between two schedules."""

from hypothesis import given
from hypothesis import strategies as st

from matchmaker.scheduling.changes import ChangeKind, changes_between
from matchmaker.scheduling.domain import Meeting, Schedule
from tests.make import meeting, schedule


def kinds(before: Schedule, after: Schedule) -> dict[int, list[ChangeKind]]:
    return {person: [c.kind for c in changes] for person, changes in changes_between(before, after).items()}


def test_a_meeting_that_stays_as_it_is_changes_nothing() -> None:
    assert changes_between(schedule(meeting(1, 0, 0, 5, 6)), schedule(meeting(1, 0, 0, 5, 6))) == {}


def test_a_new_and_a_cancelled_meeting_touch_both_who_attend() -> None:
    some = schedule(meeting(1, 0, 0, 5, 6))
    assert kinds(schedule(), some) == {5: [ChangeKind.NEW], 6: [ChangeKind.NEW]}
    assert kinds(some, schedule()) == {5: [ChangeKind.CANCELLED], 6: [ChangeKind.CANCELLED]}


def test_a_meeting_at_another_time_has_moved_even_if_its_place_changes_too() -> None:
    before = schedule(meeting(1, 0, 0, 5, 6))
    assert kinds(before, schedule(meeting(1, 2, 0, 5, 6)))[5] == [ChangeKind.MOVED]
    assert kinds(before, schedule(meeting(1, 2, 3, 5, 6)))[5] == [ChangeKind.MOVED]
    assert kinds(before, schedule(meeting(1, 0, 3, 5, 6)))[5] == [ChangeKind.PLACE]


def test_a_colleague_who_steps_in_is_new_the_one_replaced_is_free_and_the_partner_is_told() -> None:
    found = kinds(schedule(meeting(1, 0, 0, 5, 6)), schedule(meeting(1, 0, 0, 5, 7)))
    assert found == {5: [ChangeKind.PARTNERS], 6: [ChangeKind.CANCELLED], 7: [ChangeKind.NEW]}


def test_changes_of_one_person_come_in_order_of_time() -> None:
    after = schedule(meeting(1, 3, 0, 5, 6), meeting(2, 1, 0, 5, 7))
    assert [c.after and c.after.slot for c in changes_between(schedule(), after)[5]] == [1, 3]


_meetings = st.dictionaries(
    st.integers(0, 4),
    st.tuples(st.integers(0, 3), st.integers(0, 2), st.permutations([5, 6, 7]).map(lambda p: tuple(p[:2]))),
)


def _schedule(found: dict[int, tuple[int, int, tuple[int, ...]]]) -> Schedule:
    return Schedule(tuple(Meeting(candidate=c, slot=s, place=p, attendees=a) for c, (s, p, a) in found.items()))


@given(_meetings.map(_schedule), _meetings.map(_schedule))
def test_the_changes_applied_to_the_one_schedule_give_the_other(before: Schedule, after: Schedule) -> None:
    def entries(schedule: Schedule) -> set[tuple[int, int, int, int, frozenset[int]]]:
        return {
            (person, m.candidate, m.slot, m.place, frozenset(m.attendees))
            for m in schedule.meetings
            for person in m.attendees
        }

    changed = changes_between(before, after)
    gone = {(p, c.before) for p, of_person in changed.items() for c in of_person if c.before}
    come = {(p, c.after) for p, of_person in changed.items() for c in of_person if c.after}
    left = entries(before) - {(p, m.candidate, m.slot, m.place, frozenset(m.attendees)) for p, m in gone}
    assert left | {(p, m.candidate, m.slot, m.place, frozenset(m.attendees)) for p, m in come} == entries(after)
    assert set(changed) == {person for person, *_ in entries(before) ^ entries(after)}
