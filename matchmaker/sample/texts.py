"""What people write: topics with hand-written sentences in each language, and a writer that varies them.

In a sentence `{a|b}` stands for one of the alternatives and `{3-8}` for a whole number between the two. One that
begins with `@startup+pharma` is for these kinds of organisation only.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any

from matchmaker.event import StatementKind, TextRole
from matchmaker.sample.setting import Setting

DATA = files("matchmaker.sample")
CLOSING_SHARE = 0.3
RANGE, CHOICE = re.compile(r"\{(\d+)-(\d+)\}"), re.compile(r"\{([^{}]*\|[^{}]*)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A sentence with its alternatives, and the kinds of organisation that may write it (None: all)."""

    text: str
    speakers: frozenset[str] | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Topic:
    """Something that some kinds of organisation (`offered_by`) do and others (`needed_by`) look for.

    `kinds` are the kinds of cooperation that it may be called, the most obvious first.
    `also` holds the codes of other topics whose offers serve the needs of this one too.
    """

    code: str
    theme: str
    offered_by: frozenset[str]
    needed_by: frozenset[str]
    kinds: tuple[StatementKind, ...]
    label: Mapping[str, str]
    sentences: Mapping[tuple[TextRole, str], tuple[Sentence, ...]]
    also: frozenset[str] = frozenset()


@cache
def data(setting: Setting, name: str) -> dict[str, Any]:
    """One of the TOML files of a sample event."""
    return tomllib.loads(DATA.joinpath(setting.folder, f"{name}.toml").read_text(encoding="utf-8"))


@cache
def themes(setting: Setting) -> Mapping[str, Mapping[str, str]]:
    """The label of each theme by language."""
    return {code: data(setting, f"topics/{code}")["theme"] for code in setting.themes}


@cache
def topics(setting: Setting) -> tuple[Topic, ...]:
    return tuple(
        Topic(
            code=entry["code"],
            theme=theme,
            offered_by=frozenset(entry["by"].split()),
            needed_by=frozenset(entry["to"].split()),
            kinds=tuple(map(StatementKind, entry["kind"].split())),
            label=entry["label"],
            sentences={
                (role, lang): tuple(map(_sentence, texts)) for role in TextRole for lang, texts in entry[role].items()
            },
            also=frozenset(entry.get("also", ())),
        )
        for theme in setting.themes
        for entry in data(setting, f"topics/{theme}")["topic"]
    )


def _sentence(text: str) -> Sentence:
    if not text.startswith("@"):
        return Sentence(text=text, speakers=None)
    speakers, _, rest = text[1:].partition(" ")
    return Sentence(text=rest, speakers=frozenset(speakers.split("+")))


def spin(rng: Random, sentence: str) -> str:
    """`sentence` with each of its alternatives decided."""
    sentence = RANGE.sub(lambda m: str(rng.randint(int(m[1]), int(m[2]))), sentence)
    return CHOICE.sub(lambda m: rng.choice(m[1].split("|")), sentence)


class Writer:
    """Writes offers, needs and messages, no text twice."""

    def __init__(self, rng: Random, setting: Setting) -> None:
        self._rng = rng
        self._frames = data(setting, "messages")
        self._used = Counter[str]()
        self._written: set[str] = set()

    def write(self, topic: Topic, role: TextRole, language: str, kind: str) -> str:
        """An offer or a need of an organisation of this kind, of the sentence that was used least so far: two texts
        on a topic should differ by more than a detail."""
        variants = topic.sentences[role, language]
        sentences = [s.text for s in variants if s.speakers is None or kind in s.speakers]
        fewest_uses = min(self._used[s] for s in sentences)
        while True:
            sentence = self._rng.choice([s for s in sentences if self._used[s] == fewest_uses])
            text = spin(self._rng, sentence)
            if fewest_uses > 0 or self._rng.random() < CLOSING_SHARE:
                text += " " + spin(self._rng, self._rng.choice(self._frames[f"close_{role}"][language]))
            if text not in self._written:
                self._written.add(text)
                self._used[sentence] += 1
                return text

    def message(self, kind: str, language: str, **words: str) -> str:
        """A message of a `kind` of messages.toml; `words` are `first`, `organisation` and `label`."""
        frames: Sequence[str] = self._frames[kind][language]
        return spin(self._rng, self._rng.choice(frames)).format(**words)
