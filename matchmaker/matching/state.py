"""What is kept of a whole ranking, so that one person can be ranked again without the others being read anew."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matchmaker.event import TextRole
from matchmaker.matching.calibration import Background, Floats, Means, Space
from matchmaker.matching.embedding import Vectors
from matchmaker.matching.learning import Lesson

_LESSON = ("rows", "good", "weights")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedTexts:
    """The different texts of one role in the space of a ranking.

    `hashes` (of `matchmaker.matching.embedding.text_hash`) and `languages` go with the rows of `vectors` (texts,
    dimensions + 2). `references` are the rows that were balanced, `weights` their Sinkhorn weights and after them those
    of the background.
    """

    hashes: tuple[str, ...]
    languages: tuple[str | None, ...]
    vectors: Vectors
    references: NDArray[np.intp]
    weights: Floats

    @staticmethod
    def of(hashes: Sequence[str], languages: Sequence[str | None], space: Space, role: TextRole) -> "PlacedTexts":
        """From the texts of a comparison: hash, language and place of each, in the order of the people."""
        vectors = space.needs if role is TextRole.NEED else space.offers
        row: dict[str, int] = {}
        for place, key in enumerate(hashes):
            row.setdefault(key, place)
        kept = np.fromiter(row.values(), dtype=np.intp, count=len(row))
        number = {key: i for i, key in enumerate(row)}
        return PlacedTexts(
            hashes=tuple(row),
            languages=tuple(languages[place] for place in kept),
            vectors=vectors[kept],
            references=np.array([number[hashes[place]] for place in space.balanced_rows[role]], dtype=np.intp),
            weights=space.weights[role],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RankingState:
    """The space of a ranking, and for each of its people the price and the score that a partner needs.

    `model` names the embedder. `people` are the caller's ids. `thresholds` (people,): who scores at least this with
    somebody is among their candidates. `met_before` (pairs, 2) holds positions among `people`. `lesson` is what the
    model in use was fitted to, None where the plain score is.
    """

    model: str
    people: NDArray[np.int64]
    needs: PlacedTexts
    offers: PlacedTexts
    means: Means
    prices: Floats
    thresholds: Floats
    met_before: NDArray[np.intp]
    lesson: Lesson | None

    def space(self, background: Background, needs: Vectors, offers: Vectors) -> Space:
        """The space with other texts in it: rows already placed."""
        width = self.needs.vectors.shape[1] - 2
        references = {
            TextRole.NEED: np.vstack([self.needs.vectors[self.needs.references, :width], background.needs]),
            TextRole.OFFER: np.vstack([self.offers.vectors[self.offers.references, :width], background.offers]),
        }
        weights = {TextRole.NEED: self.needs.weights, TextRole.OFFER: self.offers.weights}
        rows = {TextRole.NEED: self.needs.references, TextRole.OFFER: self.offers.references}
        return Space(needs, offers, background, self.means, references, weights, rows)

    def to_bytes(self) -> bytes:
        """For `from_bytes`: the format of `numpy.savez`."""
        keys = list(self.means)
        arrays: dict[str, Any] = {
            "model": np.array(self.model),
            "mean_keys": np.array([[role.value, language or ""] for role, language in keys], dtype=str).reshape(-1, 2),
            "means": np.array([self.means[key] for key in keys], dtype=np.float32),
            "people": self.people,
            "met_before": self.met_before,
            "prices": self.prices,
            "thresholds": self.thresholds,
        }
        for name, texts in (("needs", self.needs), ("offers", self.offers)):
            arrays[f"{name}_hashes"] = np.frombuffer(bytes.fromhex("".join(texts.hashes)), dtype=np.uint8)
            arrays[f"{name}_languages"] = np.array([language or "" for language in texts.languages], dtype=str)
            arrays[f"{name}_vectors"] = texts.vectors
            arrays[f"{name}_references"] = texts.references
            arrays[f"{name}_weights"] = texts.weights
        if self.lesson is not None:
            arrays["lesson_method"] = np.array(self.lesson.method)
            arrays |= {f"lesson_{name}": getattr(self.lesson, name) for name in _LESSON}
        file = BytesIO()
        np.savez(file, **arrays)
        return file.getvalue()

    @staticmethod
    def from_bytes(data: bytes) -> "RankingState":
        """What `to_bytes` gave."""
        with np.load(BytesIO(data), allow_pickle=False) as arrays:
            return RankingState(
                model=str(arrays["model"]),
                people=arrays["people"],
                met_before=arrays["met_before"],
                needs=_texts(arrays, "needs"),
                offers=_texts(arrays, "offers"),
                means={
                    (TextRole(role), str(language) or None): row
                    for (role, language), row in zip(arrays["mean_keys"], arrays["means"], strict=True)
                },
                prices=arrays["prices"],
                thresholds=arrays["thresholds"],
                lesson=Lesson(
                    method="boosted" if str(arrays["lesson_method"]) == "boosted" else "logistic",
                    **{name: arrays[f"lesson_{name}"] for name in _LESSON},
                )
                if "lesson_method" in arrays
                else None,
            )


def _texts(arrays: Mapping[str, NDArray[Any]], name: str) -> PlacedTexts:
    digests = arrays[f"{name}_hashes"].tobytes().hex()
    return PlacedTexts(
        hashes=tuple(digests[start : start + 64] for start in range(0, len(digests), 64)),
        languages=tuple(str(language) or None for language in arrays[f"{name}_languages"]),
        vectors=arrays[f"{name}_vectors"],
        references=arrays[f"{name}_references"],
        weights=arrays[f"{name}_weights"],
    )
