"""The words of a text, each embedded alone, beside the sentence: an encoder alone hears the tone of a sentence more
than its rarest word.

Words are weighed by their length: long words carry the matter, short ones the grammar (Zipf's law of abbreviation).
Measured in docs/matching.md.
"""

import re
from collections.abc import Callable, Sequence

import numpy as np

from matchmaker.matching.embedding.protocol import Vectors, unit

WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
ACRONYM = re.compile(r"(?:.*[A-Z]){2}|.*\d.*[A-Za-z]|.*[A-Za-z].*\d")
HEAVIEST = 8
REMEMBERED = 20_000
"""Words whose vectors are kept in memory: 40 MB."""


class Words:
    """The weighted sums of the words of texts; `encode` gives the vectors of words, each asked for once."""

    def __init__(self, encode: Callable[[list[str]], Vectors]) -> None:
        self._encode = encode
        self._known: dict[str, Vectors] = {}

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One row of length 1 for each text, shape (texts, dimensions); zeros for a text without words."""
        words = [[word for word in WORD.findall(text) if weight(word)] for text in texts]
        # a cache of its own for this call: another thread may embed with the same
        vector_by_word = dict(self._known) if len(self._known) <= REMEMBERED else {}
        new = sorted({word for words_of_text in words for word in words_of_text} - vector_by_word.keys()) or (
            [] if vector_by_word else ["word"]
        )
        if new:
            vector_by_word |= zip(new, self._encode([plain(word) for word in new]), strict=True)
            self._known = vector_by_word
        rows = np.zeros((len(texts), len(next(iter(vector_by_word.values())))), dtype=np.float32)
        for row, words_of_text in zip(rows, words, strict=True):
            for word in words_of_text:
                row += weight(word) * vector_by_word[word]
        return unit(rows)


def weight(word: str) -> int:
    """How much a word counts: by its length over three letters; in full where it is an acronym (GMP, IL6, ctDNA)."""
    return HEAVIEST if ACRONYM.match(word) else min(max(len(word) - 3, 0), HEAVIEST)


def plain(word: str) -> str:
    return word if ACRONYM.match(word) else word.casefold()
