"""The protocol of an embedder and the words around it."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


class Role(StrEnum):
    """Which side of a match a text stands on."""

    NEED = "need"
    OFFER = "offer"


class Embedder(Protocol):
    """Turns texts into vectors of length 1. `name` says which model and version made them: the key of every cache."""

    @property
    def name(self) -> str: ...

    def embed(self, texts: Sequence[str], role: Role) -> Vectors:
        """One row for each text, shape (texts, dimensions)."""
        ...
