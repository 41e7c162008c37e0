"""Which embedder a setting means."""

from functools import cache

from matchmaker.matching.embedding.bundled import E5AndWords
from matchmaker.matching.embedding.characters import Characters
from matchmaker.matching.embedding.e5 import E5, weights_of_e5
from matchmaker.matching.embedding.local import FastEmbed, SentenceTransformers
from matchmaker.matching.embedding.protocol import Embedder
from matchmaker.matching.embedding.server import Server
from matchmaker.matching.embedding.use import UniversalSentenceEncoder


@cache
def default_embedder() -> Embedder:
    """What comes with the program, one for the process: e5 with words, or USE where e5 cannot be installed.

    The weights are read at first use.
    """
    return E5AndWords() if weights_of_e5() else UniversalSentenceEncoder()


def embedder_named(spec: str, *, key: str | None = None) -> Embedder:
    """The embedder that a setting names:

    - "": the default, as `default_embedder`;
    - "e5+words": multilingual-e5-small, beside it the words by USE; "e5": the sentence alone;
    - "use": the Universal Sentence Encoder, sentence and words; "use-plain": the sentence alone;
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
        case ("", False):
            return default_embedder()
        case ("e5+words", False):
            return E5AndWords()
        case ("use", False):
            return UniversalSentenceEncoder()
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
        f"unknown embedder {spec!r}: expected e5+words, e5, use, use-plain, characters, sentence-transformers:MODEL, "
        "fastembed:MODEL or server:MODEL@URL"
    )
