"""One request to a server of language models: bounded, tried again where that may help, never redirected."""

import json
import time
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import httpx

TRANSIENT = {408, 409, 425, 429, 500, 502, 503, 504}
"""HTTP statuses after which the same request may succeed."""


class ModelServerError(Exception):
    """The server does not answer, refuses or talks nonsense; `status` is the HTTP status, None where there was none."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class ModelServer:
    """What answers POST requests at `path` below `url` (up to and with its /v1); `key` is sent as a bearer token.

    Each request waits at most `timeout` seconds for each step of its answer, and `patience` for all of it, which may be
    `max_bytes` long; transient failures are tried again `retries` times, after `pause` seconds and twice as long each
    time. Redirects are not followed: they would take texts and token to another server. Errors call the server by its
    `kind`, not by its address, because organisers read them. Threads may share an instance.

    Raises:
        ValueError: `url` is no http(s) address.
    """

    def __init__(
        self,
        url: str,
        path: str,
        *,
        kind: str,
        key: str | None,
        timeout: float,
        retries: int,
        pause: float,
        max_bytes: int,
        patience: float = 300,
    ) -> None:
        if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).hostname:
            raise ValueError(f"the {kind}'s address is {url!r}: expected http://HOST/v1 or https://HOST/v1")
        self.hostname = urlsplit(url).hostname
        self._url = url.rstrip("/") + path
        self._kind = kind
        self._key = key
        self._timeout, self._retries, self._pause = timeout, retries, pause
        self._max_bytes, self._patience = max_bytes, patience

    @cached_property
    def _client(self) -> httpx.Client:
        headers = {"Authorization": f"Bearer {self._key}"} if self._key else {}
        return httpx.Client(headers=headers, timeout=self._timeout, follow_redirects=False)

    def post(self, body: Any) -> Any:
        """What the server answers to a body, both as JSON.

        Raises:
            ModelServerError: it does not.
        """
        failure, status = "", None
        for attempt in range(self._retries + 1):
            if attempt:
                time.sleep(self._pause * 2 ** (attempt - 1))
            try:
                with self._client.stream("POST", self._url, json=body) as response:
                    if response.is_success:
                        return self._json(response)
                    failure, status = f"HTTP status {response.status_code}", response.status_code
                    if response.status_code not in TRANSIENT:
                        break
            except httpx.RequestError as error:  # its message may name the server
                failure, status = type(error).__name__, None
        raise ModelServerError(f"the {self._kind} failed: {failure}", status)

    def _json(self, response: httpx.Response) -> Any:
        content, deadline = bytearray(), time.monotonic() + self._patience
        for part in response.iter_bytes():
            content += part
            if len(content) > self._max_bytes:
                raise ModelServerError(f"the {self._kind}'s answer is longer than {self._max_bytes} bytes")
            if time.monotonic() > deadline:
                raise ModelServerError(f"the {self._kind}'s answer takes longer than {self._patience} seconds")
        try:
            return json.loads(content)
        except ValueError as error:
            raise ModelServerError(f"the {self._kind}'s answer is no JSON") from error
