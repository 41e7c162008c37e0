"""Texts of our own writing to train, calibrate and evaluate matching with, of the health field (a part) and of others.

`pairs` are needs and the one offer that answers each: English, French and Dutch in all nine combinations, more than
half without a word stem in common, no topic twice. `validation` are such pairs in English, French, Dutch and German, a
third of them allusive, a third plain, a third alike but for who does what. `topics` have two needs and two offers each,
in two languages each. What is trained is trained on the pairs of `tune` and the topics of `train`, what is chosen is
chosen on `validation`, and what is reported on `held-out`. `background` are sentences to estimate the mean vector of a
role and language; they hold no text of the pairs.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from matchmaker.event import TextRole

Split = Literal["tune", "held-out"]
TopicSplit = Literal["train", "validation"]
Translations = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CorpusPair:
    """A need and the offer that answers it, with their languages (ISO 639-1) and the field they are from."""

    need: str
    need_lang: str
    offer: str
    offer_lang: str
    field: str
    split: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CorpusTopic:
    """Needs, each of which every one of the offers answers; texts by language, two for each statement."""

    code: str
    field: str
    split: str
    needs: Sequence[Translations]
    offers: Sequence[Translations]


@cache
def _data(name: str) -> Any:
    return json.loads(files("matchmaker.matching.corpus").joinpath(f"{name}.json").read_text(encoding="utf-8"))


@cache
def pairs(split: Split | None = None) -> tuple[CorpusPair, ...]:
    """The evaluation pairs of a split, or all of them."""
    return tuple(CorpusPair(**entry) for entry in _data("pairs") if split in (None, entry["split"]))


@cache
def validation() -> tuple[CorpusPair, ...]:
    """The pairs by which training stops and by which probabilities are calibrated; never trained on."""
    names = ("need", "need_lang", "offer", "offer_lang", "field")
    return tuple(
        CorpusPair(**{name: entry[name] for name in names}, split="validation") for entry in _data("validation")
    )


@cache
def topics(split: TopicSplit | None = None) -> tuple[CorpusTopic, ...]:
    """The topics of a split, or all of them."""
    names = ("code", "field", "split", "needs", "offers")
    return tuple(
        CorpusTopic(**{name: entry[name] for name in names})
        for entry in _data("topics")
        if split in (None, entry["split"])
    )


@cache
def background() -> Mapping[tuple[TextRole, str], tuple[str, ...]]:
    """The background sentences of each role and language."""
    return {
        (TextRole(role), lang): tuple(texts) for role, by in _data("background").items() for lang, texts in by.items()
    }
