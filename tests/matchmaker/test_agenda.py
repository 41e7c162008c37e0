"""Sessions become slots, schedules become agendas, and time zones end there."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from matchmaker.agenda import agendas_of, scheduler_slots, slots_between
from matchmaker.event import EventPlace, TimeSlot
from tests.make import meeting, schedule
from tests.matchmaker.events import at, event, person


def test_a_session_becomes_as_many_slots_as_fit_and_a_rest_is_left_over() -> None:
    slots = slots_between("Morning", at(9), at(10, 10), 20)
    assert [(s.starts, s.ends) for s in slots] == [
        (at(9), at(9, 20)),
        (at(9, 20), at(9, 40)),
        (at(9, 40), at(10)),
    ]
    assert slots_between("Short", at(9), at(9, 10), 20) == ()


def test_slots_keep_their_length_in_the_night_in_which_an_hour_comes_twice() -> None:
    starts = datetime(2026, 10, 25, 1, 0, tzinfo=ZoneInfo("Europe/Brussels"))
    slots = slots_between("Night", starts, starts + timedelta(hours=3), 60)
    assert len(slots) == 4
    assert {s.ends.astimezone(UTC) - s.starts.astimezone(UTC) for s in slots} == {timedelta(hours=1)}


def numbered(*slots: TimeSlot) -> list[tuple[int, int]]:
    return [(s.session, s.day) for s in scheduler_slots(event(slots=slots))]


def test_idle_time_does_not_count_across_sessions_days_or_a_long_pause() -> None:
    morning = slots_between("Morning", at(9), at(9, 40), 20)
    assert numbered(*morning, *slots_between("Midday", at(9, 40), at(10), 20)) == [(0, 0), (0, 0), (1, 0)]
    assert numbered(*morning, *slots_between("Morning", at(9, day=16), at(9, 20, day=16), 20)) == [
        (0, 0),
        (0, 0),
        (1, 1),
    ]
    assert numbered(*morning, *slots_between("Morning", at(10), at(10, 20), 20)) == [(0, 0), (0, 0), (1, 0)]


def test_a_few_minutes_to_change_tables_do_not_end_a_session() -> None:
    morning = [*slots_between("Morning", at(9), at(9, 20), 20), *slots_between("Morning", at(9, 25), at(9, 45), 20)]
    assert numbered(*morning) == [(0, 0), (0, 0)]


def test_days_are_those_of_the_event_not_of_greenwich() -> None:
    late = TimeSlot(session="Evening", starts=at(23, day=15), ends=at(23, 30, day=15))
    later = TimeSlot(session="Evening", starts=at(1, day=16), ends=at(1, 30, day=16))
    assert [s.day for s in scheduler_slots(event(slots=(late, later)))] == [0, 1]


def test_everybody_has_an_agenda_in_order_of_time_that_names_place_and_partners() -> None:
    ann, bob, carl = person("ann"), person("bob"), person("carl")
    known = event(ann, bob, carl, places=(EventPlace(name="T1"), EventPlace(name="T2")))
    of_ann, of_bob, of_carl = agendas_of(known, schedule(meeting(7, 2, 0, 0, 1), meeting(8, 0, 1, 0, 2)))
    assert [(e.candidate, e.starts, e.place.name, e.partners) for e in of_ann.entries] == [
        (8, at(9), "T2", (carl,)),
        (7, at(9, 40), "T1", (bob,)),
    ]
    assert [e.partners for e in of_bob.entries] == [(ann,)]
    assert [e.partners for e in of_carl.entries] == [(ann,)]


def test_somebody_without_a_meeting_has_an_empty_agenda() -> None:
    (alone,) = agendas_of(event(person("ann")), schedule())
    assert alone.entries == ()


def test_each_reader_is_told_their_own_reason() -> None:
    known = event(person("ann"), person("bob"))
    reasons = {7: {"ann@example.org": {"en": "You need it."}, "bob@example.org": {"en": "You offer it."}}}
    of_ann, of_bob = agendas_of(known, schedule(meeting(7, 0, 0, 0, 1)), reasons)
    assert of_ann.entries[0].reasons == {"en": "You need it."}
    assert of_bob.entries[0].reasons == {"en": "You offer it."}
