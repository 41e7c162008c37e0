"""Texts of our own writing to calibrate and evaluate matching with, of the health field (half) and of others.

`pairs` are needs and the one offer that answers each: English, French and Dutch in all nine combinations, more than
half without a word stem in common, no topic twice. What is tuned on `tune` is measured on `held-out`. `background`
are sentences of every topic to estimate the mean vector of a role and language; they hold no text of the pairs.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from matchmaker.event import TextRole

Split = Literal["tune", "held-out"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CorpusPair:
    """A need and the offer that answers it, with their languages (ISO 639-1) and the field they are from."""

    need: str
    need_lang: str
    offer: str
    offer_lang: str
    field: str
    split: Split


@cache
def _data(name: str) -> Any:
    return json.loads(files("matchmaker.matching.corpus").joinpath(f"{name}.json").read_text(encoding="utf-8"))


@cache
def pairs(split: Split | None = None) -> tuple[CorpusPair, ...]:
    """The evaluation pairs of a split, or all of them."""
    return tuple(CorpusPair(**entry) for entry in _data("pairs") if split in (None, entry["split"]))


@cache
def background() -> Mapping[tuple[TextRole, str], tuple[str, ...]]:
    """The background sentences of each role and language."""
    return {
        (TextRole(role), lang): tuple(texts) for role, by in _data("background").items() for lang, texts in by.items()
    }
