"""What an offer or a need leaves open, told by what it is made of and not by its language."""

import re
from collections.abc import Collection
from enum import StrEnum

from matchmaker.matching.generic_words import GENERIC, PURPOSE
from matchmaker.text import fold


class Advice(StrEnum):
    """What the author of an offer or a need could do, the most pressing first."""

    GENERIC = "generic"
    """It could be anybody's: all its words are of the kind that every profile has."""
    SAME_AS_OTHER = "same_as_other"
    """It stands word for word among the author's needs, or offers, as well."""
    TOO_SHORT = "too_short"
    SAY_FOR_WHAT = "say_for_what"
    SAY_WHEN_OR_HOW_MUCH = "say_when_or_how_much"


FEWEST = 4
"""A text of fewer words is too short."""
ENOUGH = 8
"""A text of so many words is specific, even without a number or a name."""
LONGEST_PARTICLE = 3
"""Words of so few letters ("for", "une", "met") are neither generic nor specific."""

_WORD = re.compile(r"\w+(?:[-'’./]\w+)*")


def advice(text: str, others: Collection[str] = (), language: str | None = None) -> tuple[Advice, ...]:
    """What to say of a text while it is being written, the most pressing first; none where it is specific.

    `others` are the author's texts of the other side. `language` is the text's (ISO 639-1), if it is known: in German a
    capital letter makes no name. An empty text needs no advice.
    """
    words = _WORD.findall(text)
    if not any(any(c.isalpha() for c in word) for word in words):
        return ()
    found = []
    if _is_generic(text):
        found.append(Advice.GENERIC)
    if fold(text) in {fold(other) for other in others}:
        found.append(Advice.SAME_AS_OTHER)
    if len(words) < FEWEST:
        found.append(Advice.TOO_SHORT)
    if len(words) < ENOUGH and not _has_number(text) and not _has_name(text, language):
        if not PURPOSE.intersection(fold(text).split()):
            found.append(Advice.SAY_FOR_WHAT)
        found.append(Advice.SAY_WHEN_OR_HOW_MUCH)
    return tuple(found)


def _is_generic(text: str) -> bool:
    telling = [word for word in fold(text).split() if len(word) > LONGEST_PARTICLE]
    return all(word in GENERIC for word in telling) and not _has_number(text) and not _has_acronym(text)


def _has_number(text: str) -> bool:
    return any(c.isnumeric() for c in text)


def _has_acronym(text: str) -> bool:
    """Whether a word has a capital letter after its first one; not where all are capitals."""
    return not text.isupper() and any(c.isupper() for word in _WORD.findall(text) for c in word[1:])


def _has_name(text: str, language: str | None) -> bool:
    """Whether a word looks like an acronym, or like a name: a capital letter at its start within a sentence."""
    if _has_acronym(text):
        return True
    if text.isupper() or language == "de":
        return False
    before = ((match.group(), text[: match.start()].rstrip(" ")[-1:]) for match in _WORD.finditer(text))
    return any(word[0].isupper() and (last.isalnum() or (last and last in ",'’")) for word, last in before)
