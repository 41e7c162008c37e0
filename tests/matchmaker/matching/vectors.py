"""Vectors of texts that were read, for claims and timings that need them kept."""

from collections.abc import Mapping, Sequence

from matchmaker.event import TextRole
from matchmaker.matching.embedding import Vectors


class Memory:
    """A cache in memory, the shape of the database's."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, TextRole, str], Vectors] = {}

    def load(self, model: str, role: TextRole, hashes: Sequence[str]) -> Mapping[str, Vectors]:
        return {key: self.kept[model, role, key] for key in hashes if (model, role, key) in self.kept}

    def save(self, model: str, role: TextRole, vectors: Mapping[str, Vectors]) -> None:
        self.kept |= {(model, role, key): vector for key, vector in vectors.items()}
