"""Keyword mode: no model at all, texts are alike when they share runs of letters."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np

from matchmaker.event import TextRole
from matchmaker.matching.embedding.protocol import Vectors, unit

DIMENSIONS = 1024


class Characters:
    """Runs of 3 to 5 characters inside words, hashed, counted on a logarithmic scale.

    Hashing needs no vocabulary, so that a text's vector depends on the text alone and can be cached.
    """

    name = "characters/1"

    @cached_property
    def _vectorizer(self) -> Any:
        from sklearn.feature_extraction.text import HashingVectorizer

        return HashingVectorizer(
            analyzer="char_wb", ngram_range=(3, 5), n_features=DIMENSIONS, strip_accents="unicode", alternate_sign=True
        )

    def embed(self, texts: Sequence[str], role: TextRole) -> Vectors:  # noqa: ARG002
        if not texts:
            return np.empty((0, DIMENSIONS), dtype=np.float32)
        counts = self._vectorizer.transform(texts)
        counts.data = np.sign(counts.data) * np.log1p(np.abs(counts.data))
        return unit(counts.toarray())
