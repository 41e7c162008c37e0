"""The words some models were trained to find before a text, by part of the model name (from their model cards)."""

from collections.abc import Sequence

from matchmaker.event import TextRole

PREFIXES = {
    "e5": {TextRole.NEED: "query: ", TextRole.OFFER: "passage: "},
    "nomic-embed": {TextRole.NEED: "search_query: ", TextRole.OFFER: "search_document: "},
    "arctic-embed": {TextRole.NEED: "query: ", TextRole.OFFER: ""},
    "mxbai-embed": {TextRole.NEED: "Represent this sentence for searching relevant passages: ", TextRole.OFFER: ""},
    "bge-large-en": {TextRole.NEED: "Represent this sentence for searching relevant passages: ", TextRole.OFFER: ""},
    "bge-base-en": {TextRole.NEED: "Represent this sentence for searching relevant passages: ", TextRole.OFFER: ""},
    "bge-small-en": {TextRole.NEED: "Represent this sentence for searching relevant passages: ", TextRole.OFFER: ""},
}


def prefixed(model: str, texts: Sequence[str], role: TextRole) -> list[str]:
    """The texts as `model` wants them for `role`."""
    words = next((prefixes[role] for part, prefixes in PREFIXES.items() if part in model.casefold()), "")
    return [words + text for text in texts]
