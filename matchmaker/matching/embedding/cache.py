"""Vectors are computed once: a cache keyed by the embedder's name, the role and the hash of the text."""

from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from typing import Protocol

import numpy as np

from matchmaker.event import TextRole
from matchmaker.matching.embedding.protocol import Embedder, Vectors

BATCH = 256


class VectorCache(Protocol):
    """Where vectors are kept; the database implements it. Keys are `text_hash` of the texts."""

    def load(self, model: str, role: TextRole, hashes: Sequence[str]) -> Mapping[str, Vectors]:
        """The vectors known among `hashes`, each of shape (dimensions,)."""
        ...

    def save(self, model: str, role: TextRole, vectors: Mapping[str, Vectors]) -> None: ...


def text_hash(text: str) -> str:
    """Hexadecimal SHA-256 of the text in UTF-8: 64 characters."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


class Cached:
    """An embedder that asks `cache` first, computes each missing text once, in batches, and saves every batch.

    `progress(done, total)` is called after each batch, in texts; an exception raised there stops the work, and what
    was computed until then is kept.
    """

    def __init__(
        self, embedder: Embedder, cache: VectorCache | None = None, progress: Callable[[int, int], None] | None = None
    ) -> None:
        self._embedder = embedder
        self._cache = cache
        self._progress = progress

    @property
    def name(self) -> str:
        return self._embedder.name

    def embed(self, texts: Sequence[str], role: TextRole) -> Vectors:
        if not texts:
            return self._embedder.embed([], role)
        hashes = [text_hash(text) for text in texts]
        unique = dict(zip(hashes, texts, strict=True))
        vectors_by_key = dict(self._cache.load(self.name, role, list(unique))) if self._cache else {}
        # of like length together: a batch then costs what its texts cost
        missing = sorted((key for key in unique if key not in vectors_by_key), key=lambda key: len(unique[key]))
        for start in range(0, len(missing), BATCH):
            keys = missing[start : start + BATCH]
            rows = self._embedder.embed([unique[key] for key in keys], role)
            computed = dict(zip(keys, rows, strict=True))
            vectors_by_key |= computed
            if self._cache:
                self._cache.save(self.name, role, computed)
            if self._progress:
                self._progress(len(unique) - len(missing) + start + len(keys), len(unique))
        return np.stack([vectors_by_key[key] for key in hashes]).astype(np.float32, copy=False)
