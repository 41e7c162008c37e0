"""Which embedder a setting means."""

from matchmaker.embedding.characters import Characters
from matchmaker.embedding.protocol import Embedder
from matchmaker.embedding.use import UniversalSentenceEncoder


def default_embedder() -> Embedder:
    """The multilingual model that comes with the program; its weights are read at the first text."""
    return UniversalSentenceEncoder()


def embedder_named(spec: str) -> Embedder:
    """The embedder that `spec` names: "use" (default), "characters" (keyword mode).

    Raises:
        ValueError: nothing is known by that name.
    """
    match spec.partition(":"):
        case ("" | "use", _, ""):
            return default_embedder()
        case ("characters", _, ""):
            return Characters()
    raise ValueError(f"unknown embedder {spec!r}: expected use or characters")
