"""Texts to vectors: the protocol `Embedder` and its implementations."""

from matchmaker.matching.embedding.cache import Cached, VectorCache, text_hash
from matchmaker.matching.embedding.named import default_embedder, embedder_named
from matchmaker.matching.embedding.protocol import Embedder, EmbeddingError, Vectors

__all__ = [
    "Cached",
    "Embedder",
    "EmbeddingError",
    "VectorCache",
    "Vectors",
    "default_embedder",
    "embedder_named",
    "text_hash",
]
