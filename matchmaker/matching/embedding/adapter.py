"""Our own adapter of multilingual-e5-small: what it learned of who offers what to whom (decision 0263).

Low-rank changes to the upper layers (Hu et al., "LoRA: Low-Rank Adaptation of Large Language Models", ICLR 2022),
trained by `python -m matchmaker.matching.training`. They are added to the weights as these are read, and cost nothing
after that.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from matchmaker.matching.embedding.e5_model import Layer, Model
from matchmaker.matching.embedding.protocol import Vectors

FILE = Path(__file__).parent / "adapter.npz"
MATRICES = ("mix", "out", "wide", "narrow")
"""The matrices of a layer that are adapted."""


@dataclass(frozen=True)
class Adapter:
    """`factors` holds (inputs, rank) and (rank, outputs) by the layer, counted among those in use, and its matrix."""

    version: str
    factors: Mapping[tuple[int, str], tuple[Vectors, Vectors]]

    def applied(self, model: Model) -> Model:
        """The model with these changes to its weights."""
        layers = tuple(self._layer(number, layer) for number, layer in enumerate(model.layers))
        return replace(model, layers=layers)

    def _layer(self, number: int, layer: Layer) -> Layer:
        changes = {
            name: getattr(layer, name) + down @ up
            for name in MATRICES
            for down, up in [self.factors.get((number, name), (None, None))]
            if down is not None and up is not None
        }
        return replace(layer, **changes)


def read_adapter(path: Path = FILE) -> Adapter:
    """The adapter in a file that `write_adapter` wrote."""
    with np.load(path, allow_pickle=False) as stored:
        keys = [name for name in stored.files if name.startswith("down.")]
        return Adapter(
            version=str(stored["version"]),
            factors={
                (int(number), name): (
                    stored[f"down.{number}.{name}"].astype(np.float32),
                    stored[f"up.{number}.{name}"].astype(np.float32),
                )
                for _, number, name in (key.split(".") for key in keys)
            },
        )


def write_adapter(path: Path, adapter: Adapter) -> None:
    """Half precision: the changes are small, and so is the loss."""
    arrays: dict[str, Any] = {"version": np.array(adapter.version)}
    for (number, name), (down, up) in adapter.factors.items():
        arrays[f"down.{number}.{name}"] = down.astype(np.float16)
        arrays[f"up.{number}.{name}"] = up.astype(np.float16)
    np.savez_compressed(path, **arrays)
