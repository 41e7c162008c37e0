"""Claims about problems and schedules as JSON."""

import json
from contextlib import suppress
from dataclasses import replace
from functools import partial
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaker.scheduling.codec import problem_from_json, problem_to_json, schedule_from_json, schedule_to_json
from matchmaker.scheduling.domain import Participant, Pin, Place, Schedule, Slot
from tests.make import candidate, meeting, problem, problems, random_problem, schedule

SOME = problem(candidate(0, 1, 2), candidate(1, 2, 3))
PROBLEM = problem_to_json(SOME)


def errors(content: Any) -> list[str]:
    with pytest.raises(ValueError, match=r".+") as caught:
        problem_from_json(content)
    return str(caught.value).splitlines()


@given(problems())
def test_a_problem_reads_back_as_it_was_written(original: Any) -> None:
    assert problem_from_json(json.loads(json.dumps(problem_to_json(original)))) == original


def test_a_schedule_reads_back_as_it_was_written() -> None:
    original = schedule(meeting(3, 0, 1, 4, 5), meeting(7, 2, 0, 4, 6, 8))
    assert schedule_from_json(json.loads(json.dumps(schedule_to_json(original, SOME))), SOME) == original
    assert schedule_from_json({}, SOME) == Schedule()


def test_what_equals_its_default_is_not_written() -> None:
    assert problem_to_json(problem(candidate(0, 1, 2)))["candidates"] == [{"id": 0, "people": [1, 2]}]


NAMED = replace(
    problem(
        candidate(0, 1, 2, slots=frozenset({0, 2})),
        sessions=(2, 1),
        places=[Place(id=5, open=frozenset({2}))],
        participants=[Participant(id=1, available=frozenset({0, 2}))],
        pins=[Pin(candidate=0, slot=2)],
    ),
    slots=(Slot(id=70), Slot(id=30), Slot(id=50, session=1)),
)
"""A problem whose slots have ids, which are in another order than the slots."""


def test_what_is_stored_names_slots_by_their_ids() -> None:
    written = problem_to_json(NAMED)
    assert [slot["id"] for slot in written["slots"]] == [70, 30, 50]
    assert written["places"][0]["open"] == [50]
    assert written["participants"][0]["available"] == written["candidates"][0]["slots"] == [50, 70]
    assert written["pins"][0]["slot"] == 50
    assert problem_from_json(json.loads(json.dumps(written))) == NAMED
    placed = schedule(meeting(0, 2, 5, 1, 2))
    assert schedule_to_json(placed, NAMED)["meetings"][0]["slot"] == 50
    assert schedule_from_json(schedule_to_json(placed, NAMED), NAMED) == placed


def test_a_slot_that_no_slot_is_called_is_an_error_not_a_position() -> None:
    written = problem_to_json(NAMED)
    written["pins"][0]["slot"] = 2
    assert errors(written) == ["pins[0].slot: there is no slot 2"]
    with pytest.raises(ValueError, match=r"meetings\[0\]\.slot: there is no slot 1$"):
        schedule_from_json({"meetings": [{"candidate": 0, "slot": 1, "place": 5, "attendees": [1, 2]}]}, NAMED)
    assert errors(PROBLEM | {"slots": [{"id": 1}, {}]}) == ["slots[1].id: 1 is given twice"]


@pytest.mark.parametrize(
    ("section", "row", "expected"),
    [
        ("slots", {"session": "morning"}, "slots[4].session: expected a whole number, found 'morning'"),
        ("places", {"id": 9, "capacity": -1}, "places[2].capacity: expected a whole number of at least 0, found -1"),
        ("places", {"capacity": 1}, "places[2]: id is missing"),
        ("places", {"id": 1}, "places[2].id: 1 is given twice"),
        ("places", {"id": 9, "open": [0, 4]}, "places[2].open: there is no slot 4"),
        ("places", {"id": 9, "shared": 1}, "places[2].shared: expected true or false, found 1"),
        ("participants", {"id": 9, "place": 7}, "participants[3].place: there is no place 7"),
        ("participants", {"id": 9, "available": [99]}, "participants[3].available: there is no slot 99"),
        ("participants", {"id": 9, "max": 3}, "participants[3]: unknown field 'max'; expected id, available, "),
        ("participants", "me", "participants[3]: expected an object, found 'me'"),
        ("candidates", {"id": 9, "people": [1, 99]}, "candidates[2].people: there is no participant 99"),
        ("candidates", {"id": 9, "people": [1, 1]}, "candidates[2].people: expected different participants"),
        ("candidates", {"id": 9, "people": 1}, "candidates[2].people: expected a list, found 1"),
        (
            "candidates",
            {"id": 9, "people": [1], "teams": [[2], [99]]},
            "candidates[2].teams[1]: there is no participant",
        ),
        (
            "candidates",
            {"id": 9, "people": [], "length": 0},
            "candidates[2].length: expected a whole number of at least 1",
        ),
        ("candidates", {"id": 9, "people": [], "after": [8]}, "candidates[2].after: there is no candidate 8"),
        (
            "candidates",
            {"id": 9, "people": [], "value": True},
            "candidates[2].value: expected a whole number, found True",
        ),
        ("pins", {"candidate": 5}, "pins[0].candidate: there is no candidate 5"),
        ("pins", {"candidate": 0, "slot": 44}, "pins[0].slot: there is no slot 44"),
        ("exclusive", [0, 77], "exclusive[0]: there is no candidate 77"),
    ],
)
def test_an_error_names_its_place_and_what_was_expected(section: str, row: Any, expected: str) -> None:
    found = errors(PROBLEM | {section: [*PROBLEM[section], row]})
    assert len(found) == 1
    assert found[0].startswith(expected)


def test_all_errors_come_at_once() -> None:
    found = errors({"slots": 3, "places": [{"id": "x"}], "candidates": [{}], "hours": []})
    assert len(found) == 5


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda x: (
            st.lists(x)
            | st.dictionaries(
                st.sampled_from(["slots", "places", "candidates", "id", "people", "exclusive", "meetings"]), x
            )
        ),
        max_leaves=12,
    )
)
def test_whatever_is_not_a_problem_is_refused_in_words(content: Any) -> None:
    for read in (problem_from_json, partial(schedule_from_json, problem=SOME)):
        with suppress(ValueError):  # any other exception is a mistake
            assert read(content) in (problem_from_json({}), Schedule())


def test_the_order_of_the_file_is_kept() -> None:
    original = random_problem(Random(1), candidates=9)
    assert [c.id for c in problem_from_json(problem_to_json(original)).candidates] == list(range(9))
