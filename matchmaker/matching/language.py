"""The language a short text is written in."""

from collections.abc import Sequence
from functools import cache
from typing import Any

LANGUAGES = ("en", "fr", "nl", "de", "it", "es", "pt", "pl", "el")


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages(list(LANGUAGES))
    return identifier


def detect(texts: Sequence[str]) -> list[str | None]:
    """ISO 639-1 code of each text, one of `LANGUAGES`; None where there is nothing to tell it by (no letters)."""
    return [_identifier().classify(text)[0] if any(c.isalpha() for c in text) else None for text in texts]
