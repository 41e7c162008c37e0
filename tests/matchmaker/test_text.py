"""What people may write, wherever they write it."""

import pytest
from pydantic import TypeAdapter, ValidationError

from api.core.schemas import Line, Name, Prose, StatementText
from matchmaker.intake import cells
from matchmaker.intake.errors import UnexpectedError
from matchmaker.text import NAME_LENGTH, PROSE_LENGTH, fold, greeting_name, is_visible, slug

FORBIDDEN = ["\x00", "\x07", "\x1b", "\x85", "\u202e", "\u2066", "\uffff"]


@pytest.mark.parametrize("character", FORBIDDEN)
@pytest.mark.parametrize(
    ("kind", "read"), [(Name, cells.line), (Line, cells.line), (Prose, cells.prose), (StatementText, cells.prose)]
)
def test_what_no_text_may_hold_comes_in_by_no_door(character: str, kind: object, read: object) -> None:
    written = f"An{character}n"
    with pytest.raises(ValidationError):
        TypeAdapter(kind).validate_python(written)
    with pytest.raises(UnexpectedError):
        read(written)  # type: ignore[operator]


def test_a_lone_surrogate_comes_in_by_no_door() -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Name).validate_python("An\ud800n")
    with pytest.raises(UnexpectedError, match="character"):
        cells.line("An\ud800n")


@pytest.mark.parametrize(
    "text", ["Zoé O'Connor-Süß", "株式会社テスト", "שלום", "👩‍🔬 lab", "می‌خواهم", "a" * NAME_LENGTH]
)
def test_names_of_the_world_come_in_by_both_doors(text: str) -> None:
    assert TypeAdapter(Name).validate_python(text) == cells.line(text) == text


def test_both_doors_have_the_same_lengths() -> None:
    for kind, read, length in ((Name, cells.line, NAME_LENGTH), (Prose, cells.prose, PROSE_LENGTH)):
        assert TypeAdapter(kind).validate_python("x" * length) == read("x" * length)
        with pytest.raises(ValidationError):
            TypeAdapter(kind).validate_python("x" * (length + 1))
        with pytest.raises(UnexpectedError, match="too_long"):
            read("x" * (length + 1))


@pytest.mark.parametrize("text", ["\u200b", "\u2800", "\u3164", "\u200d\ufe0f"])
def test_a_name_that_shows_nothing_is_none(text: str) -> None:
    assert not is_visible(text)
    with pytest.raises(ValidationError):
        TypeAdapter(Name).validate_python(text)
    with pytest.raises(UnexpectedError, match="invisible"):
        cells.line(text)


def test_prose_keeps_its_lines_and_a_line_of_a_file_is_one() -> None:
    assert TypeAdapter(Prose).validate_python("a\r\nb\tc") == cells.prose("a\r\nb\tc") == "a\nb\tc"
    assert cells.line("a\nb") == "a b"
    with pytest.raises(ValidationError):
        TypeAdapter(Line).validate_python("a\nb")


def test_names_are_compared_without_case_accents_and_punctuation() -> None:
    assert fold("  Société  d'ÉLECTRICITÉ ") == fold("societe d electricite")
    assert slug("Journée d'été 2027!", "event") == "journee-d-ete-2027"
    assert slug("株式会社", "event") == "event"


@pytest.mark.parametrize(
    "name", ["You won, see https://evil.example", "visit evil.com now", "a@b", "www.x", "Click <here>", "x" * 81]
)
def test_a_mail_greets_nobody_by_a_link_or_a_message(name: str) -> None:
    assert greeting_name(name) == ""


def test_a_mail_greets_people_by_their_names() -> None:
    for name in ("Ann Dubois", "Dr. J.R.R. O'Connor-Süß", "Jan van der Berg jr."):
        assert greeting_name(name) == name
    assert greeting_name("Ann\n Dubois") == "Ann Dubois"
