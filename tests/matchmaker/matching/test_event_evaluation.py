"""The floor of what guests are shown first, on two whole events: neither was used to train or to choose anything."""

import json
from collections.abc import Iterator
from dataclasses import asdict, replace

import pytest

from matchmaker.event import Event, Profile
from matchmaker.matching.embedding import default_embedder, embedder_named
from matchmaker.matching.event_evaluation import EventEvaluation, evaluate_event, without_ticks
from matchmaker.matching.proposals import propose
from matchmaker.matching.score import Rules, rank
from matchmaker.sample import biowin_day, brokerage_day
from matchmaker.sample.setting import BIOWIN, BROKERAGE, Setting
from matchmaker.sample.truth import topic_of
from tests.matchmaker.matching.vectors import Memory

MEMORY = Memory()


def measured(event: Event) -> EventEvaluation:
    return evaluate_event(event, default_embedder(), cache=MEMORY)


@pytest.fixture(scope="module")
def sample() -> EventEvaluation:
    return measured(biowin_day())


@pytest.fixture(scope="module")
def brokerage() -> EventEvaluation:
    return measured(brokerage_day())


def test_guests_of_the_sample_event_see_the_right_names_first(sample: EventEvaluation) -> None:
    assert sample.truth == "topics"
    assert sample.right_at_1 >= 0.48
    assert sample.mrr >= 0.60
    assert sample.right_at_1 <= sample.right_in_5 <= 1


def test_investors_see_young_firms_that_raise_money(sample: EventEvaluation, brokerage: EventEvaluation) -> None:
    for event in (sample, brokerage):
        assert event.investors_right_at_1 >= 0.70
        assert event.investors_right_in_10 >= 0.50


def test_the_second_event_is_not_far_from_the_first(sample: EventEvaluation, brokerage: EventEvaluation) -> None:
    assert brokerage.right_at_1 >= sample.right_at_1 - 0.07
    assert brokerage.mrr >= sample.mrr - 0.07
    assert set(brokerage.by_language) >= {"en", "fr", "nl", "de"}


def test_each_word_is_worth_what_it_says(sample: EventEvaluation, brokerage: EventEvaluation) -> None:
    for event in (sample, brokerage):
        assert event.strong_matches > 100
        assert event.strong_precision >= 0.80
        assert event.good_precision >= 0.50
        assert event.strong_precision > event.good_precision > event.possible_precision


def test_recommendations_are_spread(sample: EventEvaluation, brokerage: EventEvaluation) -> None:
    for event in (sample, brokerage):
        assert event.gini <= 0.30
        assert event.never_shown <= 0.01


def test_whom_each_text_is_for_adds_much_and_the_texts_alone_are_not_nothing(sample: EventEvaluation) -> None:
    plain = measured(without_ticks(biowin_day()))
    assert plain.mrr >= 0.34
    assert sample.mrr >= plain.mrr + 0.15


@pytest.mark.parametrize(("setting", "event"), [(BIOWIN, biowin_day()), (BROKERAGE, brokerage_day())])
def test_investors_are_proposed_young_firms_that_raise_money_from_profiles_alone(
    setting: Setting, event: Event
) -> None:
    event = replace(event, requests=(), people=tuple(replace(person, minimum=0) for person in event.people))
    rules = Rules(may_meet=frozenset({("investor", "start-up"), ("start-up", "investor")}))
    ranking = rank(event.people, default_embedder(), rules=rules, cache=MEMORY)
    scores = {(match.first, match.second): match.score for p in event.people for match in ranking.of(p.email)}
    proposed = propose(event, scores, minimum=0, maximum=8)
    people = {person.email: person for person in event.people}

    def is_right(one: Profile, other: Profile) -> bool:
        topics = [
            ({topic_of(setting, need.text) for need in a.needs}, {topic_of(setting, offer.text) for offer in b.offers})
            for a, b in ((one, other), (other, one))
        ]
        return any(needed & offered for needed, offered in topics)

    pairs = [(people[request.sender], people[request.recipient]) for request in proposed.requests]
    investors = {person.email for person in event.people if person.type == "investor"}
    served = investors & {person.email for pair in pairs for person in pair}
    assert len(pairs) > 3 * len(investors)
    assert sum(is_right(*pair) for pair in pairs) >= 0.85 * len(pairs)
    assert len(served) >= 0.9 * len(investors)


def test_the_figures_of_types_and_languages_add_up(sample: EventEvaluation) -> None:
    for parts in (sample.by_type, sample.by_language):
        assert sum(part.needs for part in parts.values()) == sample.needs
        assert sum(part.right_at_1 * part.needs for part in parts.values()) == pytest.approx(
            sample.right_at_1 * sample.needs
        )


def test_an_event_of_other_texts_is_judged_by_who_agreed_to_meet() -> None:
    event = without_ticks(biowin_day(people=40))
    answered = evaluate_event(event, embedder_named("characters"))
    assert answered.truth == "topics"
    strangers = Event(
        name=event.name, time_zone=event.time_zone, people=tuple(_reversed(event)), requests=event.requests
    )
    assert evaluate_event(strangers, embedder_named("characters")).truth == "agreed meetings"
    with pytest.raises(ValueError, match="nothing is known to be right"):
        evaluate_event(
            Event(name="", time_zone=event.time_zone, people=tuple(_reversed(event))), embedder_named("characters")
        )


def _reversed(event: Event) -> Iterator[Profile]:
    for person in event.people:
        yield replace(
            person,
            offers=tuple(replace(s, text=s.text[::-1]) for s in person.offers),
            needs=tuple(replace(s, text=s.text[::-1]) for s in person.needs),
        )


def test_json_has_every_figure_that_is_promised(sample: EventEvaluation) -> None:
    plain = json.loads(json.dumps(asdict(sample)))
    assert {"right_at_1", "right_in_5", "mrr", "strong_precision", "by_type"} <= plain.keys()
    assert {"needs", "right_at_1", "right_in_5", "mrr"} == plain["by_type"]["investor"].keys()
