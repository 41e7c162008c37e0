import re
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from matchmaker.event import Event, PlaceKind, Preference, RequestStatus, TextRole
from matchmaker.sample import biowin_day
from matchmaker.sample.setting import BIOWIN
from matchmaker.sample.texts import topics
from matchmaker.sample.truth import source_of
from matchmaker.scheduling.candidates import problem_of
from matchmaker.scheduling.checks import violations
from matchmaker.scheduling.domain import Meeting, Schedule
from tests.matchmaker.sample.digest import digest


@pytest.fixture(scope="module")
def event() -> Event:
    return biowin_day()


@pytest.fixture(scope="module")
def texts(event: Event) -> dict[str, tuple[str, TextRole, str]]:
    """What each offer and need of the event is about: its topic, role and language."""
    every = [each.text for person in event.people for each in (*person.offers, *person.needs)]
    sources = {text: source_of(BIOWIN, text) for text in every}
    return {text: (s.topic.code, s.role, s.language) for text, s in sources.items() if s is not None}


def test_the_day_has_the_size_of_the_event_it_is_modelled_on(event: Event) -> None:
    assert len(event.people) == 400
    assert 170 <= len({p.organisation for p in event.people}) <= 190
    countries = Counter(p.country for p in event.people)
    assert set(countries) == {"BE", "FR", "NL", "DE", "LU", "GB", "CH", "ES", "IT", "US"}
    assert countries["BE"] > 200
    kinds = Counter(place.kind for place in event.places)
    assert (kinds[PlaceKind.STAND], kinds[PlaceKind.TABLE]) == (45, 60)
    assert kinds[PlaceKind.VIRTUAL] > 0
    assert len(event.requests) == 1300
    assert 930 <= sum(r.status is RequestStatus.ACCEPTED for r in event.requests) <= 960


def test_equal_seeds_give_equal_events_and_other_seeds_other_ones(event: Event) -> None:
    assert biowin_day(2026) == event
    assert biowin_day(2027) != event


@pytest.mark.parametrize(
    ("seed", "people", "expected"),
    [
        (2026, 400, "e8eaeb8b1edbc2e976f90039543e6197a8ae531023b3673350c18a54f4a92e5d"),
        (7, 20, "71ed885bc683d35112ae832d52423e66a346099fa7a93de030759e046eec0b10"),
        (3, 150, "438b19135b141bbd50301750d7b017d27e86dcbf8ed879ca89777777a13896fe"),
    ],
)
def test_the_events_stay_what_they_were(seed: int, people: int, expected: str) -> None:
    assert digest(biowin_day(seed, people)) == expected


def test_two_sessions_of_ten_slots_of_twenty_minutes_lie_in_the_future(event: Event) -> None:
    assert Counter(slot.session for slot in event.slots) == {"Morning": 10, "Afternoon": 10}
    assert all(slot.ends - slot.starts == timedelta(minutes=20) for slot in event.slots)
    assert all(one.ends <= other.starts for one, other in pairwise(event.slots))
    assert event.slots[0].starts == datetime(2027, 5, 20, 7, 30, tzinfo=UTC)
    assert event.slots[-1].ends == datetime(2027, 5, 20, 15, 20, tzinfo=UTC)


def test_the_eight_themes_have_a_label_in_each_language(event: Event) -> None:
    assert tuple(event.themes) == BIOWIN.themes
    assert all(set(labels) == {"en", "fr", "nl"} for labels in event.themes.values())
    assert all(person.themes and set(person.themes) <= set(BIOWIN.themes) for person in event.people)


def test_nobody_is_registered_twice_and_every_address_is_reserved_for_examples(event: Event) -> None:
    assert len({p.email for p in event.people}) == len({p.name for p in event.people}) == 400
    assert all(re.fullmatch(r"[a-z0-9.-]+@[a-z0-9-]+\.example", p.email) for p in event.people)
    assert all(p.job_title and p.type for p in event.people)


def test_no_two_texts_are_alike_and_all_are_finished(texts: dict[str, object], event: Event) -> None:
    every = [each.text for person in event.people for each in (*person.offers, *person.needs)]
    assert len(every) > 800
    assert len(set(every)) == len(every)
    messages = [request.message for request in event.requests if request.message]
    assert len(messages) > 900
    assert not [text for text in (*every, *messages) if re.search(r"[{}|@]|  |\.\.", text)]


def test_no_sentence_is_used_often(event: Event) -> None:
    sources = [source_of(BIOWIN, s.text) for person in event.people for s in (*person.offers, *person.needs)]
    used = Counter(source.sentence for source in sources if source is not None)
    assert sum(n == 1 for n in used.values()) > 0.5 * len(used)
    assert max(used.values()) <= 8


def test_people_write_in_three_languages_and_mostly_in_their_own(
    texts: dict[str, tuple[str, TextRole, str]], event: Event
) -> None:
    shares = Counter(language for _, _, language in texts.values())
    assert all(shares[language] > 0.15 * len(texts) for language in ("en", "fr", "nl"))
    own = [texts[s.text][2] == p.language for p in event.people for s in (*p.offers, *p.needs)]
    assert sum(own) > 0.7 * len(own)
    assert all(texts[s.text][2] in ("en", p.language) for p in event.people for s in (*p.offers, *p.needs))


def test_every_need_is_answered_by_an_offer_of_another_organisation(
    texts: dict[str, tuple[str, TextRole, str]], event: Event
) -> None:
    offering = defaultdict(set)
    for person in event.people:
        for offer in person.offers:
            assert texts[offer.text][1] is TextRole.OFFER
            offering[texts[offer.text][0]].add(person.organisation)
    for person in event.people:
        for need in person.needs:
            topic, role, _ = texts[need.text]
            assert role is TextRole.NEED
            assert offering[topic] - {person.organisation}, need


def test_most_requests_follow_a_need_and_an_offer_on_one_topic(
    texts: dict[str, tuple[str, TextRole, str]], event: Event
) -> None:
    person = {p.email: p for p in event.people}

    def fits(one: str, other: str) -> bool:
        return bool({texts[n.text][0] for n in person[one].needs} & {texts[o.text][0] for o in person[other].offers})

    wished = [r for r in event.requests if r.preference is not Preference.NEVER]
    fitting = [fits(r.sender, r.recipient) or fits(r.recipient, r.sender) for r in wished]
    assert sum(fitting) > 0.8 * len(fitting)


def test_every_kind_of_organisation_has_its_words_in_every_language() -> None:
    for topic in topics(BIOWIN):
        for role, kinds in ((TextRole.OFFER, topic.offered_by), (TextRole.NEED, topic.needed_by)):
            for language in ("en", "fr", "nl"):
                speakers = [s.speakers for s in topic.sentences[role, language]]
                silent = [k for k in kinds if not any(who is None or k in who for who in speakers)]
                assert not silent, (topic.code, role, language)


@pytest.mark.parametrize(("seed", "people"), [(2026, 400), (1, 400), (7, 20), (3, 150), (5, 1000)])
def test_requests_are_between_people_of_the_event_and_never_within_an_organisation(seed: int, people: int) -> None:
    event = biowin_day(seed, people)
    organisation = {p.email: p.organisation for p in event.people}
    assert len(organisation) == people
    for request in event.requests:
        assert organisation[request.sender] != organisation[request.recipient]
    pairs = Counter((r.sender, r.recipient) for r in event.requests)
    assert max(pairs.values()) == 1
    nevers = [r for r in event.requests if r.preference is Preference.NEVER]
    assert all(r.status is RequestStatus.DECLINED for r in nevers)
    assert people < 400 or {r.status for r in event.requests} == set(RequestStatus)
    assert people < 400 or {r.preference for r in event.requests} == set(Preference)


@pytest.mark.parametrize("people", [0, 19, 1001])
def test_a_day_for_too_few_or_too_many_people_is_refused(people: int) -> None:
    with pytest.raises(ValueError, match=f"20 to 1,000 people, not {people}"):
        biowin_day(people=people)


def test_exhibitors_receive_at_the_stand_of_their_organisation_and_nobody_else_does(event: Event) -> None:
    stands = {place.name: place for place in event.places if place.kind is PlaceKind.STAND}
    staff = Counter(p.place for p in event.people if p.place is not None)
    assert set(staff) == set(stands)
    for person in event.people:
        assert (person.type == "exhibitor") == (person.place is not None)
        if person.place is not None:
            assert stands[person.place].organisation == person.organisation
    assert all(1 <= stand.capacity == staff[name] <= 3 for name, stand in stands.items())


def test_people_are_available_within_the_slots_of_the_event(event: Event) -> None:
    every = frozenset(range(len(event.slots)))
    partly = [p.available for p in event.people if p.available is not None]
    assert len(partly) > 40
    assert all(available and available < every for available in partly)
    assert frozenset(range(10)) in partly
    assert frozenset(range(10, 20)) in partly
    assert any(available not in (frozenset(range(10)), frozenset(range(10, 20))) for available in partly)


def test_a_few_take_part_remotely_and_hold_no_stand(event: Event) -> None:
    remote = [p for p in event.people if p.remote]
    assert 3 <= len(remote) <= 10
    assert all(p.place is None and p.country != "BE" for p in remote)


def test_an_investor_capped_at_eight_is_asked_by_forty_and_has_accepted_more_than_eight(event: Event) -> None:
    asked = Counter(r.recipient for r in event.requests)
    star = next(p for p in event.people if p.email == asked.most_common(1)[0][0])
    accepted = [
        r for r in event.requests if r.status is RequestStatus.ACCEPTED and star.email in (r.sender, r.recipient)
    ]
    assert star.type == "investor"
    assert star.maximum == 8 < len(accepted)
    assert asked[star.email] >= 40


def test_start_ups_are_promised_only_as_many_meetings_as_they_have_accepted(event: Event) -> None:
    accepted = Counter(
        email for r in event.requests if r.status is RequestStatus.ACCEPTED for email in (r.sender, r.recipient)
    )
    promised = [p for p in event.people if p.minimum]
    assert len(promised) > 50
    assert all(p.type == "start-up" and p.minimum <= accepted[p.email] for p in promised)


def test_even_a_first_come_first_served_plan_reaches_the_figures_of_the_model_event(event: Event) -> None:
    problem, _ = problem_of(event, lambda *_: 0.5)
    every = frozenset(range(len(problem.slots)))
    free = {p.id: set(every if p.available is None else p.available) for p in problem.participants}
    left = {p.id: len(every) if p.maximum is None else p.maximum for p in problem.participants}
    base = {p.id: p.place for p in problem.participants}
    room = {(place.id, slot): place.capacity for place in problem.places for slot in every}
    shared = [place.id for place in problem.places if place.shared]
    meetings = []
    for candidate in problem.candidates:
        one, other = candidate.people
        bases = [base[p] for p in candidate.people if base[p] is not None]
        places = candidate.places or bases or shared
        ways = ((s, p) for s in sorted(free[one] & free[other]) for p in places if room[p, s])
        if min(left[one], left[other]) > 0 and (way := next(ways, None)) is not None:
            slot, place = way
            meetings.append(Meeting(candidate=candidate.id, slot=slot, place=place, attendees=candidate.people))
            room[place, slot] -= 1
            for person in candidate.people:
                free[person].remove(slot)
                left[person] -= 1
    assert violations(problem, Schedule(tuple(meetings))) == []
    assert len(meetings) >= 800
    assert len({p for m in meetings for p in m.attendees}) >= 314
    country = [person.country for person in event.people]
    assert sum(len({country[p] for p in m.attendees}) > 1 for m in meetings) >= 85
