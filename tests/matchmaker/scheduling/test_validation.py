"""Claims about problems that are wrong in themselves: each is refused in words, by everything that computes."""

from dataclasses import replace

import pytest

from matchmaker.scheduling.domain import Candidate, Participant, Place, Problem
from matchmaker.scheduling.validation import validate, with_useful_capacities
from solver.explain.conflict import conflict
from solver.repair import repair
from solver.solve import solve
from tests.make import candidate, problem, schedule

SOUND = problem(candidate(0, 1, 2), candidate(1, 2, 3))
FAR = Participant(id=4, place=44)


def with_candidate(**fields: object) -> Problem:
    return replace(SOUND, candidates=(*SOUND.candidates, Candidate(**({"id": 9, "people": (1, 3)} | fields))))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (with_candidate(people=(1, 9)), "candidates[2].people: there is no participant 9"),
        (with_candidate(teams=((1, 9),)), "candidates[2].teams[0]: there is no participant 9"),
        (with_candidate(people=(1, 1)), "candidates[2].people: expected different participants, found [1, 1]"),
        (with_candidate(id=1), "candidates[2].id: 1 is given twice"),
        (with_candidate(length=0), "candidates[2].length: expected a whole number of at least 1, found 0"),
        (with_candidate(value=1.5), "candidates[2].value: expected a whole number, found 1.5"),
        (with_candidate(value=True), "candidates[2].value: expected a whole number, found True"),
        (replace(SOUND, participants=(*SOUND.participants, FAR)), "participants[3].place: there is no place 44"),
        (
            replace(SOUND, participants=(*SOUND.participants, Participant(id=1))),
            "participants[3].id: 1 is given twice",
        ),
        (
            replace(SOUND, participants=(*SOUND.participants, Participant(id=4, maximum=-1))),
            "participants[3].maximum: expected a whole number of at least 0, found -1",
        ),
        (replace(SOUND, places=(Place(id=0), Place(id=0))), "places[1].id: 0 is given twice"),
        (
            replace(SOUND, places=(Place(id=0, capacity=-1),)),
            "places[0].capacity: expected a whole number of at least 0, found -1",
        ),
    ],
)
def test_what_is_wrong_is_said_by_everything_that_computes(wrong: Problem, message: str) -> None:
    for verb in (validate, solve, conflict, lambda asked: repair(asked, schedule())):
        with pytest.raises(ValueError, match=r".") as caught:
            verb(wrong)
        assert str(caught.value) == message


def test_a_part_of_a_problem_may_name_candidates_and_slots_that_are_elsewhere() -> None:
    validate(with_candidate(after=frozenset({77}), slots=frozenset({99}), places=frozenset({5})))


def test_seats_that_nobody_can_take_are_not_counted() -> None:
    hall = replace(SOUND, places=(Place(id=0, capacity=999_999_999), Place(id=1)))
    assert [place.capacity for place in with_useful_capacities(hall).places] == [2, 1]
    assert len(solve(hall).schedule.meetings) == 2
