"""The words some models were trained to find before a text, by part of the model name (from their model cards)."""

from collections.abc import Sequence

from matchmaker.matching.embedding.protocol import Role

PREFIXES = {
    "e5": {Role.NEED: "query: ", Role.OFFER: "passage: "},
    "nomic-embed": {Role.NEED: "search_query: ", Role.OFFER: "search_document: "},
    "arctic-embed": {Role.NEED: "query: ", Role.OFFER: ""},
    "mxbai-embed": {Role.NEED: "Represent this sentence for searching relevant passages: ", Role.OFFER: ""},
    "bge-large-en": {Role.NEED: "Represent this sentence for searching relevant passages: ", Role.OFFER: ""},
    "bge-base-en": {Role.NEED: "Represent this sentence for searching relevant passages: ", Role.OFFER: ""},
    "bge-small-en": {Role.NEED: "Represent this sentence for searching relevant passages: ", Role.OFFER: ""},
}


def prefixed(model: str, texts: Sequence[str], role: Role) -> list[str]:
    """The texts as `model` wants them for `role`."""
    words = next((prefixes[role] for part, prefixes in PREFIXES.items() if part in model.casefold()), "")
    return [words + text for text in texts]
