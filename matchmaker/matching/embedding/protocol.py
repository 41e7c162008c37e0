"""The protocol of an embedder and the words around it."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from matchmaker.event import TextRole

Vectors = NDArray[np.float32]


class EmbeddingError(Exception):
    """A model cannot be had: not installed, not found, or its server fails. Another may take its place."""


class Embedder(Protocol):
    """Turns texts into vectors of length 1. `name` says which model and version made them: the key of every cache."""

    @property
    def name(self) -> str: ...

    def embed(self, texts: Sequence[str], role: TextRole) -> Vectors:
        """One row for each text, shape (texts, dimensions).

        Raises:
            EmbeddingError: the model cannot be had.
        """
        ...


def unit(rows: ArrayLike) -> Vectors:
    """The rows as float32, each at length 1; a row of zeros stays one."""
    array = np.asarray(rows, dtype=np.float32)
    lengths = np.linalg.norm(array, axis=1, keepdims=True)
    return np.asarray(array / np.where(lengths < 1e-9, 1, lengths), dtype=np.float32)
