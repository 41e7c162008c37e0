"""A language that nobody speaks: every message in brackets, with accents. What stands outside is not translated."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from babel.messages.pofile import write_po

from matchmaker import locale
from matchmaker.documents import edition
from matchmaker.intake import layout
from matchmaker.locale.messages import read

LANGUAGE = "de"
"""The language whose catalogue the pseudo-language takes."""
_ACCENTS = str.maketrans("aeiouAEIOU", "áéíóúÁÉÍÓÚ")


@contextmanager
def pseudo_catalogues(folder: Path) -> Iterator[None]:
    """The catalogues as they are, but for `LANGUAGE`."""
    for language in locale.LANGUAGES:
        catalog = read(language)
        for message in catalog:
            if language == LANGUAGE and message.id and not (message.context or "").startswith("pattern"):
                plural = isinstance(message.id, tuple)
                message.string = tuple(map(_pseudo, message.id)) if plural else _pseudo(message.id)
        path = folder / language / "LC_MESSAGES" / f"{locale.DOMAIN}.po"
        path.parent.mkdir(parents=True)
        with path.open("wb") as file:
            write_po(file, catalog)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(locale, "FOLDER", folder)
        _forget()
        yield
    _forget()


def _forget() -> None:
    locale.catalogue.cache_clear()
    edition.words_of.cache_clear()
    layout._plain_names.cache_clear()


def _pseudo(message: str) -> str:
    parts = re.split(r"(\{\w+\})", message)
    return f"‹{''.join(part if part.startswith('{') else part.translate(_ACCENTS) for part in parts)}›"


def untranslated(text: str, data: set[str]) -> list[str]:
    """The words of a text outside the brackets which are no words of the data."""
    while (inner := re.sub(r"‹[^‹›]*›", " ", text)) != text:
        text = inner
    return [word for word in words(text) if word not in data]


def words(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]{2,}", text)
