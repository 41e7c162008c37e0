"""The catalogues hold every sentence of the sources, in every language, and format as each language writes."""

from datetime import UTC, datetime
from string import Formatter

import pytest
from babel.messages.catalog import Message as CatalogMessage

from matchmaker.locale import LANGUAGES, catalogue, language_name
from matchmaker.locale.messages import extracted, read

EVENING = datetime(2027, 3, 10, 18, 0, tzinfo=UTC)
LATER = datetime(2027, 3, 10, 18, 20, tzinfo=UTC)
NEXT_DAY = datetime(2027, 3, 11, 9, 0, tzinfo=UTC)


def forms(text: object) -> list[str]:
    return [str(form) for form in text] if isinstance(text, tuple) else [str(text)]


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.fixture(scope="module")
def sources() -> set[tuple[str | None, object]]:
    return {(message.context, message.id) for message in extracted() if message.id}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_holds_exactly_the_messages_of_the_sources(
    language: str, sources: set[tuple[str | None, object]]
) -> None:
    held = {(message.context, message.id) for message in read(language) if message.id}
    assert sorted(map(str, sources ^ held)) == [], "run `make messages`"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_leaves_nothing_untranslated_and_nothing_in_doubt(language: str) -> None:
    def unfinished(message: CatalogMessage) -> bool:
        return message.fuzzy or not all(forms(message.string)) or not message.string

    assert [message.id for message in read(language) if message.id and unfinished(message)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_has_the_placeholders_of_its_message(language: str) -> None:
    for message in read(language):
        if message.id:
            wanted = set().union(*map(placeholders, forms(message.id)))
            for form in forms(message.string):
                # the form for one may spell its number
                assert wanted - {"n"} <= placeholders(form) <= wanted, message.id


def test_french_puts_a_space_that_does_not_break_before_high_punctuation() -> None:
    for message in read("fr"):
        for form in forms(message.string) if message.id else []:
            assert not any(f" {mark}" in form for mark in ":;!?»"), form
            assert "« " not in form, form
            assert "'" not in form or (message.context or "").startswith("pattern"), form


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "on 10 March at 18:00 and 18:20 and on 11 March at 09:00"),
        ("fr", "le 10 mars à 18 h et 18 h 20 et le 11 mars à 9 h"),
        ("nl", "op 10 maart om 18 uur en 18.20 uur en op 11 maart om 9 uur"),
        ("de", "am 10. März um 18 Uhr und 18:20 Uhr und am 11. März um 9 Uhr"),
    ],
)
def test_times_stand_in_a_sentence_as_each_language_writes_them(language: str, expected: str) -> None:
    assert catalogue(language).when([EVENING, LATER, NEXT_DAY], with_days=True).replace("\u00a0", " ") == expected


def test_numbers_shares_and_plurals_are_those_of_the_language() -> None:
    assert [catalogue(language).number(12345) for language in ("en", "nl", "de")] == ["12,345", "12.345", "12.345"]
    assert catalogue("fr").percent(0.512) == "51\u00a0%"
    assert catalogue("en").percent(0.512, decimals=1) == "51.2%"
    counted = [catalogue("fr").ngettext("{n} more", "{n} more", n) for n in (1, 21)]
    assert counted == ["1 autre", "21 autres"]


def test_a_language_without_a_catalogue_is_answered_in_english() -> None:
    assert catalogue("pl").gettext("Hello,") == "Hello,"
    assert catalogue("pl").language == "en"


def test_languages_name_each_other() -> None:
    assert [language_name("de", language) for language in ("en", "fr", "nl", "de")] == [
        "german", "allemand", "duits", "deutsch",
    ]  # fmt: skip
