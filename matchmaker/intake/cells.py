"""The value of a cell: each function reads one kind of value, or raises `UnexpectedError`.

Numbers and times may stand in a workbook as numbers or as text. A cell that is empty never gets here.
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from typing import TypeVar
from zoneinfo import ZoneInfo

from babel import Locale
from email_validator import EmailNotValidError, validate_email

from matchmaker.intake.errors import UnexpectedError
from matchmaker.intake.layout import CHOICES, choice_named
from matchmaker.intake.tables import Cell
from matchmaker.locale import LANGUAGES
from matchmaker.text import NAME_LENGTH, PROSE_LENGTH, fold, forbidden_character, is_visible

E = TypeVar("E", bound=StrEnum)

_WRITTEN = ("%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S", "%d-%m-%Y %H:%M", "%d.%m.%Y %H:%M")
# Day 0 of Excel's calendar, which believes that 1900 was a leap year; right from March 1900 on.
_EXCEL = datetime(1899, 12, 30)


def text(cell: Cell) -> str:
    """A cell as text: whole numbers without a decimal point, line ends as one character, no blanks around it."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return str(cell).replace("\r\n", "\n").replace("\r", "\n").strip()


def line(cell: Cell) -> str:
    """A text on one line, such as a name. Line ends and tabs become blanks; at most `NAME_LENGTH` characters."""
    return _allowed(re.sub("[\n\t]+", " ", text(cell)), NAME_LENGTH)


def prose(cell: Cell) -> str:
    """A text of several lines, at most `PROSE_LENGTH` characters."""
    return _allowed(text(cell), PROSE_LENGTH, multiline=True)


def _allowed(written: str, length: int, *, multiline: bool = False) -> str:
    if len(written) > length:
        raise UnexpectedError("too_long", length=length, characters=len(written))
    if (character := forbidden_character(written, multiline=multiline)) is not None:
        raise UnexpectedError("character", character=f"U+{ord(character):04X}")
    if not is_visible(written):
        raise UnexpectedError("invisible")
    return written


def email(cell: Cell) -> str:
    """An e-mail address in lower case: people are told apart by it."""
    written = text(cell)
    try:
        return validate_email(written[: NAME_LENGTH * 2], check_deliverability=False).normalized.lower()
    except EmailNotValidError as error:
        raise UnexpectedError("email") from error


def number(cell: Cell, least: int, most: int) -> int:
    """A whole number from `least` to `most`."""
    written = text(cell)
    if isinstance(cell, bool) or not re.fullmatch(r"\d{1,9}", written, re.ASCII) or not least <= int(written) <= most:
        raise UnexpectedError("number_between", least=least, most=most)
    return int(written)


def choice(cell: Cell, kind: type[E], language: str) -> E:
    """The member of `kind` that goes by this name in one of the languages."""
    return kind(_chosen(cell, kind, language))


def yes(cell: Cell, language: str) -> bool:
    return cell if isinstance(cell, bool) else _chosen(cell, bool, language) == "yes"


def _chosen(cell: Cell, kind: type[StrEnum] | type[bool], language: str) -> str:
    value = choice_named(kind, text(cell))
    if value is None:
        raise UnexpectedError("choice", choices=", ".join(word.name(language) for word in CHOICES[kind].values()))
    return value


# Codes that CLDR lists besides the countries of ISO 3166-1 (unions, groups, exceptional reservations, pseudo-locales).
_NO_COUNTRIES = frozenset({"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"})


@cache
def _countries() -> Mapping[str, str]:
    return _codes("territories", "[A-Z]{2}", _NO_COUNTRIES)


@cache
def _languages() -> Mapping[str, str]:
    return _codes("languages", "[a-z]{2}", frozenset())


def _codes(kind: str, pattern: str, without: frozenset[str]) -> Mapping[str, str]:
    """The codes of CLDR that look like `pattern`, by themselves and by their names in every language of the server."""
    names = [dict(getattr(Locale(language), kind)) for language in LANGUAGES]
    codes = [code for code in names[0] if re.fullmatch(pattern, code) and code not in without]
    return {fold(name): code for code in codes for name in (code, *(of.get(code, code) for of in names))}


def country(cell: Cell) -> str:
    """An ISO 3166-1 alpha-2 code, from the code or the country's name in one of the languages."""
    try:
        return _countries()[fold(text(cell))]
    except KeyError:
        raise UnexpectedError("country") from None


def language_code(cell: Cell) -> str:
    """An ISO 639-1 code, from the code or the language's name in one of the languages."""
    try:
        return _languages()[fold(text(cell))]
    except KeyError:
        raise UnexpectedError("language") from None


def languages(cell: Cell) -> tuple[str, ...]:
    """Language codes, separated by commas or semicolons."""
    return tuple(dict.fromkeys(language_code(part) for part in re.split("[,;\n]", text(cell)) if part.strip()))


def theme_code(cell: Cell) -> str:
    if not re.fullmatch(r"[\w-]{1,40}", text(cell)):
        raise UnexpectedError("theme_code")
    return text(cell)


def several(cell: Cell, most: int) -> tuple[str, ...]:
    """The parts of a list of at most so many, as separated by semicolons or line ends."""
    parts = [part for part in re.split("[;\n]", text(cell)) if part.strip()]
    if len(parts) > most:
        raise UnexpectedError("too_many_themes", most=most)
    return tuple(line(part) for part in parts)


def colour(cell: Cell) -> str:
    if not re.fullmatch("#[0-9a-fA-F]{6}", text(cell)):
        raise UnexpectedError("colour")
    return text(cell).lower()


def time_zone(cell: Cell) -> ZoneInfo:
    try:
        return ZoneInfo(text(cell))
    except (KeyError, ValueError, OSError):
        raise UnexpectedError("time_zone") from None


def moment(cell: Cell, zone: ZoneInfo) -> datetime:
    """A date and time in `zone`, unless the text gives its own offset; to the second."""
    written = _date_and_time(cell)
    if not 1970 <= written.year <= 2200:  # far from the ends of the calendar, which no zone may cross
        raise UnexpectedError("time")
    if written.tzinfo is not None:
        return written.astimezone(zone)
    local = written.replace(tzinfo=zone)
    # A local time that the clock skips in spring does not survive the way to UTC and back.
    if local.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != written:
        raise UnexpectedError("skipped_time", time_zone=zone.key)
    return local


def _date_and_time(cell: Cell) -> datetime:
    if isinstance(cell, (int, float)) and not isinstance(cell, bool) and 61 <= cell < 2_958_466:
        cell = _EXCEL + timedelta(days=cell)
    if isinstance(cell, datetime):
        return (cell + timedelta(microseconds=500_000)).replace(microsecond=0)
    if isinstance(cell, date):
        return datetime.combine(cell, time())
    written = text(cell)
    if re.match(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d", written):
        try:
            return datetime.fromisoformat(written)
        except ValueError:
            raise UnexpectedError("time") from None
    for form in _WRITTEN:
        try:
            return datetime.strptime(written, form)
        except ValueError:
            continue
    raise UnexpectedError("time")
