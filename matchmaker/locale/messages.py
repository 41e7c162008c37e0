"""Brings the catalogues up to date with the sources: `make messages`, or `python -m matchmaker.locale.messages`.

A message that is new or was reworded stands untranslated until somebody fills it in, which the tests insist on.
"""

from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from matchmaker.locale import DOMAIN, FOLDER, LANGUAGES, SOURCE

ROOT = FOLDER.parents[1]
_PACKAGES = ("matchmaker", "solver", "api")
_METHODS = [("**/templates/**.txt", "jinja2.ext:babel_extract"), ("**.py", "python")]
_KEYWORDS = {
    "gettext": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "Message": ((1, "c"), 2),
}


def extracted() -> Catalog:
    """Every message of the sources, in the order of the files."""
    catalog = Catalog(project="Matchmaker")
    for package in _PACKAGES:
        found = extract_from_dir(str(ROOT / package), _METHODS, keywords=_KEYWORDS)
        for name, _line, message, comments, context in sorted(found, key=lambda each: each[:2]):
            catalog.add(message, None, [(f"{package}/{name}", 0)], auto_comments=comments, context=context)
    return catalog


def path_of(language: str) -> Path:
    return FOLDER / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def read(language: str) -> Catalog:
    with path_of(language).open("rb") as file:
        return read_po(file)


def update(language: str, template: Catalog) -> None:
    """Adds what is new to a catalogue and takes out what is gone. English is what the sources say."""
    catalog = read(language)
    catalog.update(template, no_fuzzy_matching=True, update_creation_date=False)
    catalog.obsolete.clear()
    catalog.msgid_bugs_address = catalog.last_translator = catalog.language_team = ""
    for message in catalog:
        if language == SOURCE and message.id:
            message.string = message.id
    with path_of(language).open("wb") as file:
        write_po(file, catalog, width=120, omit_header=False, include_lineno=False, sort_by_file=True)


if __name__ == "__main__":
    for each in LANGUAGES:
        update(each, extracted())
