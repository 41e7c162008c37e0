"""Models that the user installs and names: sentence-transformers and fastembed."""

from collections.abc import Sequence
from functools import cached_property
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from matchmaker.event import TextRole
from matchmaker.matching.embedding.prefixes import prefixed
from matchmaker.matching.embedding.protocol import EmbeddingError, Vectors, unit


class SentenceTransformers:
    """Any model of the sentence-transformers library, by its name or a local path.

    Raises:
        EmbeddingError: the library or the model is not there.
    """

    def __init__(self, model: str) -> None:
        self._model_name = model

    @property
    def name(self) -> str:
        # a path would tell others the folders of this machine
        model = Path(self._model_name).name if Path(self._model_name).exists() else self._model_name
        return f"sentence-transformers/{model}/{_version('sentence-transformers')}"

    @cached_property
    def _model(self) -> Any:
        return _load("sentence_transformers", "sentence-transformers", "SentenceTransformer", self._model_name)

    def embed(self, texts: Sequence[str], role: TextRole) -> Vectors:
        if not texts:
            return np.empty((0, self._model.get_sentence_embedding_dimension()), dtype=np.float32)
        return unit(self._model.encode(prefixed(self._model_name, texts, role), show_progress_bar=False))


class FastEmbed:
    """Any model of the fastembed library (ONNX), by its name there.

    Raises:
        EmbeddingError: the library or the model is not there.
    """

    def __init__(self, model: str) -> None:
        self._model_name = model

    @property
    def name(self) -> str:
        return f"fastembed/{self._model_name}/{_version('fastembed')}"

    @cached_property
    def _model(self) -> Any:
        return _load("fastembed", "fastembed", "TextEmbedding", self._model_name)

    def embed(self, texts: Sequence[str], role: TextRole) -> Vectors:
        if not texts:
            return np.empty((0, len(self.embed(["."], role)[0])), dtype=np.float32)
        return unit(np.stack(list(self._model.embed(prefixed(self._model_name, texts, role)))))


def _load(module: str, package: str, loader: str, model: str) -> Any:
    try:
        library = import_module(module)
    except ImportError as missing:
        raise EmbeddingError(f"{package} is not installed: pip install {package}") from missing
    try:
        return getattr(library, loader)(model)
    except Exception as error:  # the library raises whatever its hub client raises
        raise EmbeddingError(f"the model {model!r} cannot be loaded: {error}") from error


def _version(package: str) -> str:
    try:
        return version(package)
    except ModuleNotFoundError as missing:
        raise EmbeddingError(f"{package} is not installed: pip install {package}") from missing
