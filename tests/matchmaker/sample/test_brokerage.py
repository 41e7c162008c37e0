import re
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta

import pytest

from matchmaker.event import Event, PlaceKind, RequestStatus, TextRole
from matchmaker.sample import brokerage_day
from matchmaker.sample.setting import BROKERAGE
from matchmaker.sample.texts import data, topics
from matchmaker.sample.truth import Source, source_of
from matchmaker.scheduling.candidates import problem_of
from tests.matchmaker.sample.digest import digest

LANGUAGES = {"en", "fr", "nl", "de"}


@pytest.fixture(scope="module")
def event() -> Event:
    return brokerage_day()


@pytest.fixture(scope="module")
def sources(event: Event) -> dict[str, Source]:
    """The sentence that each offer and need of the event was made of."""
    every = [each.text for person in event.people for each in (*person.offers, *person.needs)]
    return {text: source for text in every if (source := source_of(BROKERAGE, text)) is not None}


def test_300_people_of_about_140_organisations_come_mostly_from_five_countries(event: Event) -> None:
    assert len(event.people) == 300
    assert 130 <= len({p.organisation for p in event.people}) <= 145
    countries = Counter(p.country for p in event.people)
    assert sum(countries[c] for c in ("BE", "FR", "NL", "DE", "LU")) > 270
    assert all(countries[c] > 25 for c in ("BE", "FR", "NL", "DE"))
    assert countries["LU"] > 0
    kinds = Counter(place.kind for place in event.places)
    assert (kinds[PlaceKind.STAND], kinds[PlaceKind.TABLE], kinds[PlaceKind.VIRTUAL]) == (34, 45, 4)
    assert len(event.requests) == 975
    assert sum(r.status is RequestStatus.ACCEPTED for r in event.requests) > 650


def test_equal_seeds_give_equal_events_and_other_seeds_other_ones(event: Event) -> None:
    assert brokerage_day(2026) == event
    assert brokerage_day(2027) != event


@pytest.mark.parametrize(
    ("seed", "people", "expected"),
    [
        (2026, 300, "723d7b45f8a073d02a11aab888e6e98c3642a958314ba03829c847b75fd62ae3"),
        (7, 20, "48db1d8e1ef59df0ca4630ff0ac5a99395a657111aec8b34b1180824640e046f"),
    ],
)
def test_the_events_stay_what_they_were(seed: int, people: int, expected: str) -> None:
    assert digest(brokerage_day(seed, people)) == expected


def test_two_sessions_of_nine_slots_of_twenty_minutes(event: Event) -> None:
    assert Counter(slot.session for slot in event.slots) == {"Morning": 9, "Afternoon": 9}
    assert all(slot.ends - slot.starts == timedelta(minutes=20) for slot in event.slots)
    assert event.slots[0].starts == datetime(2027, 10, 14, 7, 0, tzinfo=UTC)
    assert event.slots[-1].ends == datetime(2027, 10, 14, 14, 30, tzinfo=UTC)


def test_every_topic_is_offered_and_needed_in_four_languages(event: Event, sources: dict[str, Source]) -> None:
    assert len(topics(BROKERAGE)) == len({t.code for t in topics(BROKERAGE)}) == 45
    for role in TextRole:
        used = {s.topic.code for s in sources.values() if s.role is role}
        assert used == {topic.code for topic in topics(BROKERAGE)}
    shares = Counter(s.language for s in sources.values())
    assert set(shares) == LANGUAGES
    assert all(share > 0.15 * len(sources) for share in shares.values())
    own = [sources[s.text].language == p.language for p in event.people for s in (*p.offers, *p.needs)]
    assert sum(own) > 0.7 * len(own)


def test_every_topic_has_two_sentences_a_side_in_each_language_that_all_its_kinds_may_write() -> None:
    kinds = set(BROKERAGE.kinds)
    for topic in topics(BROKERAGE):
        assert set(topic.label) == LANGUAGES
        assert topic.offered_by | topic.needed_by <= kinds
        for role, speakers in ((TextRole.OFFER, topic.offered_by), (TextRole.NEED, topic.needed_by)):
            for language in LANGUAGES:
                sentences = topic.sentences[role, language]
                assert len(sentences) >= 2, (topic.code, role, language)
                assert all(s.speakers is None or s.speakers <= speakers for s in sentences), topic.code
                silent = [k for k in speakers if not any(s.speakers is None or k in s.speakers for s in sentences)]
                assert not silent, (topic.code, role, language)


def test_organisations_offer_what_suits_their_kind() -> None:
    offered_by = {topic.code: topic.offered_by for topic in topics(BROKERAGE)}
    rows = [(kind, row) for kind, rows in data(BROKERAGE, "organisations").items() for row in rows]
    assert len({row[0] for _, row in rows}) == len(rows)
    for kind, (name, _, _, *about) in rows:
        assert all(kind in offered_by[code] for code in " ".join(about).split()), name


def test_the_themes_have_a_label_in_each_language(event: Event) -> None:
    assert tuple(event.themes) == BROKERAGE.themes
    assert all(set(labels) == LANGUAGES for labels in event.themes.values())
    assert all(person.themes and set(person.themes) <= set(event.themes) for person in event.people)


def test_people_are_of_eight_types_and_titled_in_their_language(event: Event) -> None:
    types = {kind.type for kind in BROKERAGE.kinds.values()} | {"exhibitor"}
    assert len(types) == 8
    assert {p.type for p in event.people} == types
    assert all(p.job_title for p in event.people)


def test_nobody_is_registered_twice_and_every_address_is_reserved_for_examples(event: Event) -> None:
    assert len({p.email for p in event.people}) == len({p.name for p in event.people}) == 300
    assert all(re.fullmatch(r"[a-z0-9.-]+@[a-z0-9-]+\.example", p.email) for p in event.people)


def test_no_two_texts_are_alike_and_all_are_finished(sources: dict[str, Source], event: Event) -> None:
    every = [each.text for person in event.people for each in (*person.offers, *person.needs)]
    assert len(every) > 600
    assert len(set(every)) == len(every) == len(sources)
    messages = [request.message for request in event.requests if request.message]
    assert len(messages) > 700
    assert not [text for text in (*every, *messages) if re.search(r"[{}|@]|  |\.\.", text)]


def test_no_sentence_is_used_often(sources: dict[str, Source]) -> None:
    used = Counter(source.sentence for source in sources.values())
    assert sum(n == 1 for n in used.values()) > 0.5 * len(used)
    assert max(used.values()) <= 8


@pytest.mark.parametrize(("seed", "people"), [(2026, 300), (1, 300), (7, 20), (5, 1000)])
def test_every_need_is_answered_by_an_offer_of_another_organisation(seed: int, people: int) -> None:
    event = brokerage_day(seed, people)
    offering = defaultdict(set)
    for person in event.people:
        for offer in person.offers:
            source = source_of(BROKERAGE, offer.text)
            assert source is not None
            assert source.role is TextRole.OFFER
            offering[source.topic.code].add(person.organisation)
    for person in event.people:
        for need in person.needs:
            source = source_of(BROKERAGE, need.text)
            assert source is not None
            assert source.role is TextRole.NEED
            assert offering[source.topic.code] - {person.organisation}, need


def test_the_event_can_be_scheduled(event: Event) -> None:
    problem, _ = problem_of(event, lambda *_: 0.5)
    assert len(problem.candidates) > 600
    assert len(problem.participants) == 300


@pytest.mark.parametrize("people", [0, 19, 1001])
def test_a_day_for_too_few_or_too_many_people_is_refused(people: int) -> None:
    with pytest.raises(ValueError, match=f"20 to 1,000 people, not {people}"):
        brokerage_day(people=people)
