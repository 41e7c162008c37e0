"""What the offers and needs of a sample event are about, known from the sentences that they were made of."""

import re
from dataclasses import dataclass
from functools import cache

from matchmaker.event import TextRole
from matchmaker.sample.setting import Setting
from matchmaker.sample.texts import CHOICE, RANGE, Topic, data, topics


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The sentence that a text was made of."""

    topic: Topic
    role: TextRole
    language: str
    sentence: str


def topic_of(setting: Setting, text: str) -> Topic | None:
    """The topic of an offer or a need of the sample event (None for a text that is not of it)."""
    source = source_of(setting, text)
    return None if source is None else source.topic


def source_of(setting: Setting, text: str) -> Source | None:
    """The sentence, with its topic, role and language, of an offer or a need of the sample event."""
    return next((source for pattern, source in _patterns(setting) if pattern.fullmatch(text)), None)


@cache
def _patterns(setting: Setting) -> list[tuple[re.Pattern[str], Source]]:
    closing = {
        (role, language): "|".join(map(_pattern, data(setting, "messages")[f"close_{role}"][language]))
        for role in TextRole
        for language in setting.languages
    }
    return [
        (
            re.compile(f"{_pattern(sentence.text)}(?: (?:{closing[role, language]}))?"),
            Source(topic=topic, role=role, language=language, sentence=sentence.text),
        )
        for topic in topics(setting)
        for (role, language), sentences in topic.sentences.items()
        for sentence in sentences
    ]


def _pattern(sentence: str) -> str:
    """A regular expression for what `spin` makes of `sentence`, with any number for each range."""
    fixed_or_choice = CHOICE.split(RANGE.sub("\0", sentence))  # a choice in every second place
    parts = (
        f"(?:{'|'.join(map(re.escape, part.split('|')))})" if i % 2 else re.escape(part)
        for i, part in enumerate(fixed_or_choice)
    )
    return "".join(parts).replace("\0", r"\d+")
