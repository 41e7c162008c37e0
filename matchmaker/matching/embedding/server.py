"""Any server that speaks OpenAI's `POST /v1/embeddings` (Ollama, vLLM, llama.cpp, text-embeddings-inference, ...)."""

import json
import time
from collections.abc import Sequence
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import httpx
import numpy as np

from matchmaker.event import TextRole
from matchmaker.matching.embedding.prefixes import prefixed
from matchmaker.matching.embedding.protocol import EmbeddingError, Vectors, unit

TRANSIENT = {408, 409, 425, 429, 500, 502, 503, 504}
"""HTTP statuses after which the same request may succeed."""
MAX_BYTES = 64 * 1024 * 1024
"""Of an answer: 64 vectors of 8,192 dimensions written as text are some 12 MB."""


class Server:
    """`model` on the server at `url` (up to and with its /v1); `key` is sent as a bearer token.

    Each request carries at most `batch` texts and waits at most `timeout` seconds for each step of its answer;
    transient failures are tried again `retries` times, after `pause` seconds and twice as long each time. Redirects are
    not followed: they would take texts and token to another server. Errors do not name the server, because organisers
    read them.

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
        if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).hostname:
            raise ValueError(f"the embedding server's address is {url!r}: expected http://HOST/v1 or https://HOST/v1")
        self._url = url.rstrip("/") + "/embeddings"
        self._model = model
        self._key = key
        self._batch, self._timeout, self._retries, self._pause = batch, timeout, retries, pause
        self._max_bytes = max_bytes

    @property
    def name(self) -> str:
        return f"server/{urlsplit(self._url).hostname}/{self._model}"

    @cached_property
    def _client(self) -> httpx.Client:
        headers = {"Authorization": f"Bearer {self._key}"} if self._key else {}
        return httpx.Client(headers=headers, timeout=self._timeout, follow_redirects=False)

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
        failure = ""
        for attempt in range(self._retries + 1):
            if attempt:
                time.sleep(self._pause * 2 ** (attempt - 1))
            try:
                with self._client.stream("POST", self._url, json=body) as response:
                    if response.is_success:
                        return _vectors(self._json(response), len(texts))
                    failure = f"HTTP status {response.status_code}"
                    if response.status_code not in TRANSIENT:
                        break
            except httpx.RequestError as error:  # its message may name the server
                failure = type(error).__name__
        raise EmbeddingError(f"the embedding server failed: {failure}")

    def _json(self, response: httpx.Response) -> Any:
        content = bytearray()
        for part in response.iter_bytes():
            content += part
            if len(content) > self._max_bytes:
                raise EmbeddingError(f"the embedding server's answer is longer than {self._max_bytes} bytes")
        try:
            return json.loads(content)
        except ValueError as error:
            raise EmbeddingError("the embedding server's answer is no JSON") from error


def _vectors(answer: Any, expected: int) -> list[list[float]]:
    try:
        rows = [item["embedding"] for item in sorted(answer["data"], key=lambda item: item["index"])]
    except (KeyError, TypeError) as error:
        raise EmbeddingError("the embedding server's answer is not of the form {data: [{index, embedding}]}") from error
    if len(rows) != expected:
        raise EmbeddingError(f"the embedding server answered {len(rows)} vectors for {expected} texts")
    return rows
