"""Any server that speaks OpenAI's `POST /v1/embeddings` (Ollama, vLLM, llama.cpp, text-embeddings-inference, ...)."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from matchmaker.event import TextRole
from matchmaker.matching.embedding.prefixes import prefixed
from matchmaker.matching.embedding.protocol import EmbeddingError, Vectors, unit
from matchmaker.matching.model_server import ModelServer, ModelServerError

MAX_BYTES = 64 * 1024 * 1024
"""Of an answer: 64 vectors of 8,192 dimensions written as text are some 12 MB."""


class Server:
    """`model` on the server at `url` (up to and with its /v1); `key` is sent as a bearer token.

    Each request carries at most `batch` texts; the other arguments are those of `ModelServer`.

    Raises:
        ValueError: `url` is no http(s) address.
        EmbeddingError: the server does not answer, refuses, or answers with something else than vectors.
    """

    def __init__(
        self,
        url: str,
        model: str,
        *,
        key: str | None = None,
        batch: int = 64,
        timeout: float = 30,
        retries: int = 3,
        pause: float = 0.5,
        max_bytes: int = MAX_BYTES,
    ) -> None:
        self._server = ModelServer(
            url,
            "/embeddings",
            kind="embedding server",
            key=key,
            timeout=timeout,
            retries=retries,
            pause=pause,
            max_bytes=max_bytes,
        )
        self._model = model
        self._batch = batch

    @property
    def name(self) -> str:
        return f"server/{self._server.hostname}/{self._model}"

    def embed(self, texts: Sequence[str], role: TextRole) -> Vectors:
        if not texts:
            return np.empty((0, len(self._request(["."])[0])), dtype=np.float32)
        inputs = prefixed(self._model, texts, role)
        rows = [
            row for start in range(0, len(inputs), self._batch) for row in self._request(inputs[start:][: self._batch])
        ]
        try:
            return unit(np.array(rows, dtype=np.float32))
        except ValueError as error:
            raise EmbeddingError("the embedding server answered with vectors of several lengths") from error

    def _request(self, texts: Sequence[str]) -> list[list[float]]:
        body = {"model": self._model, "input": list(texts), "encoding_format": "float"}
        try:
            answer = self._server.post(body)
        except ModelServerError as error:
            raise EmbeddingError(str(error)) from error
        return _vectors(answer, len(texts))


def _vectors(answer: Any, expected: int) -> list[list[float]]:
    try:
        rows = [item["embedding"] for item in sorted(answer["data"], key=lambda item: item["index"])]
    except (KeyError, TypeError) as error:
        raise EmbeddingError("the embedding server's answer is not of the form {data: [{index, embedding}]}") from error
    if len(rows) != expected:
        raise EmbeddingError(f"the embedding server answered {len(rows)} vectors for {expected} texts")
    return rows
