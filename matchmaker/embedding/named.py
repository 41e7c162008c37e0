"""Which embedder a setting means."""

from functools import cache

from matchmaker.embedding.characters import Characters
from matchmaker.embedding.e5 import E5
from matchmaker.embedding.local import FastEmbed, SentenceTransformers
from matchmaker.embedding.protocol import Embedder
from matchmaker.embedding.server import Server
from matchmaker.embedding.use import UniversalSentenceEncoder


@cache
def default_embedder() -> Embedder:
    """The multilingual model that comes with the program, one for the process; its weights are read at first use."""
    return UniversalSentenceEncoder()


def embedder_named(spec: str, *, key: str | None = None) -> Embedder:
    """The embedder that a setting names:

    - "use": the default; "use-plain": the same without its words, to compare with;
    - "e5": multilingual-e5-small, with the extra [e5];
    - "characters": keyword mode, no model;
    - "sentence-transformers:MODEL" (a name or a path) and "fastembed:MODEL", with those libraries;
    - "server:MODEL@URL": an OpenAI-compatible server, such as "server:bge-m3@http://127.0.0.1:11434/v1"; `key` is its
      bearer token.

    Raises:
        ValueError: `spec` is none of these.
        EmbeddingError: what it names is not installed.
    """
    kind, _, model = spec.partition(":")
    match kind, bool(model):
        case ("" | "use", False):
            return default_embedder()
        case ("use-plain", False):
            return UniversalSentenceEncoder(words=False)
        case ("e5", False):
            return E5()
        case ("characters", False):
            return Characters()
        case ("sentence-transformers", True):
            return SentenceTransformers(model)
        case ("fastembed", True):
            return FastEmbed(model)
        case ("server", True) if "@http" in model:
            name, _, url = model.partition("@http")
            return Server("http" + url, name, key=key)
    raise ValueError(
        f"unknown embedder {spec!r}: expected use, e5, characters, sentence-transformers:MODEL, fastembed:MODEL "
        "or server:MODEL@URL"
    )
