"""Which requests become candidates, where they may be held and what they are worth."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from matchmaker.event import Event, EventPlace, PlaceKind, Preference, Profile, Request, RequestStatus
from matchmaker.scheduling.candidates import problem_of, value_of
from matchmaker.scheduling.checks import violations
from matchmaker.scheduling.domain import Candidate
from tests.make import meeting, schedule
from tests.matchmaker.events import event, events, person, request

PLACES = (
    EventPlace(name="Table"),
    EventPlace(name="Stand A", kind=PlaceKind.STAND, capacity=2),
    EventPlace(name="Stand B", kind=PlaceKind.STAND),
    EventPlace(name="Room", kind=PlaceKind.VIRTUAL, capacity=9),
)
TABLE, STAND_A, STAND_B, ROOM = range(4)


def even(_one: str, _other: str) -> float:
    return 0.5


def candidates_of(*requests: Request) -> tuple[Candidate, ...]:
    people = [person(name) for name in ("ann", "bob", "carl")]
    return problem_of(event(*people, requests=requests), even)[0].candidates


def test_an_accepted_request_becomes_a_candidate_and_no_other_does() -> None:
    assert [c.people for c in candidates_of(request("ann", "bob"))] == [(0, 1)]
    for status in set(RequestStatus) - {RequestStatus.ACCEPTED}:
        assert candidates_of(request("ann", "bob", status=status)) == ()


def test_two_people_who_asked_each_other_have_one_meeting() -> None:
    asked = (request("ann", "bob"), request("bob", "ann", status=RequestStatus.PENDING))
    problem, index = problem_of(event(person("ann"), person("bob"), requests=asked), even)
    assert [c.id for c in problem.candidates] == [0]
    assert index.requests == {0: (0, 1)}


def test_two_pending_requests_to_each_other_are_as_good_as_accepted() -> None:
    pending = RequestStatus.PENDING
    assert len(candidates_of(request("ann", "bob", status=pending), request("bob", "ann", status=pending))) == 1
    assert candidates_of(request("ann", "bob", status=pending), request("bob", "carl", status=pending)) == ()


def test_the_never_of_either_side_keeps_two_people_apart() -> None:
    never = request("bob", "ann", status=RequestStatus.DECLINED, preference=Preference.NEVER)
    known = event(person("ann"), person("bob"), requests=[request("ann", "bob"), never])
    problem, index = problem_of(known, even)
    assert problem.candidates == ()
    assert index.excluded == (0,)


def test_the_better_match_the_must_and_the_mutual_request_are_worth_more() -> None:
    asked, must = request("ann", "bob"), request("ann", "bob", preference=Preference.MUST)
    back = request("bob", "ann")
    assert value_of([asked], 0.2) < value_of([asked], 0.8) < value_of([must], 0.8) < value_of([must, back], 0.8)
    assert value_of([asked], 0.5) < value_of([asked, back], 0.5)


@given(st.floats(-1, 2), st.floats(-1, 2))
def test_a_meeting_is_worth_a_whole_number_from_1_to_100_and_never_more_than_two_others(
    low: float, high: float
) -> None:
    least = value_of([request("ann", "bob")], low)
    most = value_of([request("ann", "bob", preference=Preference.MUST), request("bob", "ann")], high)
    assert isinstance(least, int)
    assert 1 <= min(least, most) <= max(least, most) <= 100
    assert 2 * least >= most


def allowed(*people: Profile) -> set[int]:
    """The places at which the first two people may meet, as the checker sees it."""
    asked = Request(sender=people[0].email, recipient=people[1].email, status=RequestStatus.ACCEPTED)
    problem, _ = problem_of(event(*people, requests=[asked], places=PLACES), even)
    return {place for place in range(4) if not violations(problem, schedule(meeting(0, 0, place, 0, 1)))}


def test_two_visitors_meet_at_a_table() -> None:
    assert allowed(person("ann"), person("bob")) == {TABLE}


def test_an_exhibitor_receives_at_their_stand() -> None:
    assert allowed(person("ann", place="Stand A"), person("bob")) == {STAND_A}


def test_two_exhibitors_meet_at_either_stand() -> None:
    assert allowed(person("ann", place="Stand A"), person("bob", place="Stand B")) == {STAND_A, STAND_B}


def test_somebody_remote_meets_in_a_virtual_room_only_even_with_an_exhibitor() -> None:
    assert allowed(person("ann", remote=True), person("bob")) == {ROOM}
    assert allowed(person("ann", remote=True), person("bob", place="Stand A")) == {ROOM}


def test_two_representatives_at_one_stand_do_not_both_meet_the_same_visitor() -> None:
    people = [person("ann", place="Stand A"), person("bob", place="Stand A"), person("carl"), person("dora")]
    asked = [request("carl", "ann"), request("bob", "carl"), request("dora", "ann")]
    problem, _ = problem_of(event(*people, requests=asked, places=PLACES), even)
    assert problem.exclusive == (frozenset({0, 1}),)


def test_two_colleagues_without_a_stand_may_both_meet_the_same_partner() -> None:
    people = [person("ann", organisation="Lab"), person("bob", organisation="Lab"), person("carl")]
    problem, _ = problem_of(event(*people, requests=[request("carl", "ann"), request("bob", "carl")]), even)
    assert problem.exclusive == ()


def test_limits_availability_and_capacity_reach_the_scheduler() -> None:
    ann = person("ann", minimum=2, maximum=5, available=frozenset({1}))
    problem, _ = problem_of(event(ann, places=PLACES), even)
    (participant,) = problem.participants
    assert (participant.minimum, participant.maximum, participant.available) == (2, 5, frozenset({1}))
    assert [place.capacity for place in problem.places] == [1, 2, 1, 9]


@settings(max_examples=100, deadline=None)
@given(events())
def test_of_any_event_every_accepted_request_is_either_a_candidate_or_named_as_excluded(known: Event) -> None:
    problem, index = problem_of(known, even)
    accepted = {i for i, r in enumerate(known.requests) if r.status is RequestStatus.ACCEPTED}
    fulfilled = {i for positions in index.requests.values() for i in positions}
    nevers = {i for i, r in enumerate(known.requests) if r.preference is Preference.NEVER}
    assert accepted - nevers <= fulfilled | set(index.excluded)
    assert not fulfilled & set(index.excluded)
    assert {c.id for c in problem.candidates} == index.requests.keys()
    pairs = [frozenset(c.people) for c in problem.candidates]
    assert len(set(pairs)) == len(pairs)
    for candidate in problem.candidates:
        asked = known.requests[candidate.id]
        assert [known.people[i].email for i in candidate.people] == [asked.sender, asked.recipient]


def test_withdrawing_a_request_takes_its_candidate_away() -> None:
    known = event(person("ann"), person("bob"), requests=[request("ann", "bob")])
    without = replace(known, requests=(replace(known.requests[0], status=RequestStatus.WITHDRAWN),))
    assert len(problem_of(known, even)[0].candidates) == 1
    assert problem_of(without, even)[0].candidates == ()
