from random import Random

import pytest

from matchmaker.event import TextRole
from matchmaker.sample import biowin_day, brokerage_day
from matchmaker.sample.people import attendees, organisations
from matchmaker.sample.setting import BIOWIN, BROKERAGE, Setting
from matchmaker.sample.texts import Writer, topics
from matchmaker.sample.truth import source_of, topic_of


@pytest.mark.parametrize(
    ("setting", "people"), [(BIOWIN, 400), (BROKERAGE, 300)], ids=lambda v: getattr(v, "folder", v)
)
@pytest.mark.parametrize("seed", [2026, 5])
def test_the_topic_of_every_text_is_the_one_that_it_was_written_about(setting: Setting, people: int, seed: int) -> None:
    rng = Random(seed)
    writer = Writer(rng, setting)
    everyone = attendees(rng, setting, writer, organisations(rng, setting, people, stands=40), half=9)
    for attendee in everyone:
        for role, about, texts in (
            (TextRole.OFFER, attendee.offers, attendee.profile.offers),
            (TextRole.NEED, attendee.needs, attendee.profile.needs),
        ):
            for topic, statement in zip(about, texts, strict=True):
                assert topic_of(setting, statement.text) is topic
                source = source_of(setting, statement.text)
                assert source is not None
                assert source.role is role
                assert source.language in (attendee.profile.language, "en")


def test_a_text_of_elsewhere_has_no_topic() -> None:
    text = biowin_day().people[3].needs[0].text
    assert topic_of(BIOWIN, text) is not None
    assert topic_of(BROKERAGE, text) is None
    assert topic_of(BIOWIN, text + " And more.") is None
    assert all(topic_of(BIOWIN, offer.text) is None for person in brokerage_day().people for offer in person.offers)


@pytest.mark.parametrize("setting", [BIOWIN, BROKERAGE], ids=lambda setting: setting.folder)
def test_topics_that_serve_a_need_as_well_are_few_and_known(setting: Setting) -> None:
    codes = {topic.code for topic in topics(setting)}
    serving = {topic.code: topic.also for topic in topics(setting) if topic.also}
    assert serving
    assert len(serving) <= 5
    assert all(also < codes - {code} for code, also in serving.items())
