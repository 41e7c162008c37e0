"""Any server that speaks OpenAI's `POST /v1/embeddings` (Ollama, vLLM, llama.cpp, text-embeddings-inference, ...)."""

import json
import time
from collections.abc import Sequence
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import numpy as np

from matchmaker.event import TextRole
from matchmaker.matching.embedding.prefixes import prefixed
from matchmaker.matching.embedding.protocol import EmbeddingError, Vectors, unit

PASSING = {408, 409, 425, 429, 500, 502, 503, 504}
"""HTTP statuses after which the same request may succeed."""


class Server:
    """`model` on the server at `url` (up to and with its /v1); `key` is sent as a bearer token.

    Each request carries at most `batch` texts and waits at most `timeout` seconds; passing failures are tried again
    `retries` times, after `pause` seconds and twice as long each time.

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
    ) -> None:
        if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).hostname:
            raise ValueError(f"the embedding server's address is {url!r}: expected http://HOST/v1 or https://HOST/v1")
        self._url = url.rstrip("/") + "/embeddings"
        self._model = model
        self._headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {key}"} if key else {})
        self._batch, self._timeout, self._retries, self._pause = batch, timeout, retries, pause

    @property
    def name(self) -> str:
        return f"server/{urlsplit(self._url).hostname}/{self._model}"

    def embed(self, texts: Sequence[str], role: TextRole) -> Vectors:
        if not texts:
            return np.empty((0, len(self._request(["."])[0])), dtype=np.float32)
        ready = prefixed(self._model, texts, role)
        rows = [
            row for start in range(0, len(ready), self._batch) for row in self._request(ready[start:][: self._batch])
        ]
        try:
            return unit(np.array(rows, dtype=np.float32))
        except ValueError as error:
            raise EmbeddingError("the embedding server answered with vectors of several lengths") from error

    def _request(self, texts: Sequence[str]) -> list[list[float]]:
        body = json.dumps({"model": self._model, "input": list(texts), "encoding_format": "float"}).encode()
        request = Request(self._url, body, self._headers)  # noqa: S310 (the scheme was checked)
        for attempt in range(self._retries + 1):
            try:
                with urlopen(request, timeout=self._timeout) as answer:  # noqa: S310
                    return _vectors(json.load(answer), len(texts))
            except HTTPError as error:
                failure = f"HTTP status {error.code}"
                if error.code not in PASSING:
                    break
            except (OSError, HTTPException) as error:
                failure = str(getattr(error, "reason", error)) or type(error).__name__
            except ValueError as error:
                failure = f"no JSON in its answer ({error})"
            if attempt < self._retries:
                time.sleep(self._pause * 2**attempt)
        raise EmbeddingError(f"the embedding server at {urlsplit(self._url).hostname} failed: {failure}")


def _vectors(answer: Any, expected: int) -> list[list[float]]:
    try:
        rows = [item["embedding"] for item in sorted(answer["data"], key=lambda item: item["index"])]
    except (KeyError, TypeError) as error:
        raise EmbeddingError("the embedding server's answer is not of the form {data: [{index, embedding}]}") from error
    if len(rows) != expected:
        raise EmbeddingError(f"the embedding server answered {len(rows)} vectors for {expected} texts")
    return rows
