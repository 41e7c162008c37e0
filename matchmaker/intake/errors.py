"""What is wrong with a workbook, in the reader's language."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from matchmaker.locale import catalogue, gettext_noop


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeError:
    """One cell, row or sheet that is not as it should be.

    `sheet` and `column` are named as in the file; `row` counts from 1, the header being row 1 (None: the whole
    sheet); `value` is what stands there; `expected` says what should.
    """

    sheet: str
    row: int | None = None
    column: str = ""
    value: str = ""
    expected: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeNotice:
    """Something of a workbook that is not taken in; `text` says what, in the reader's language."""

    sheet: str
    column: str = ""
    text: str


class IntakeErrors(Exception):  # noqa: N818 - the plural says that these are all of them
    """What is wrong with a workbook, in order of sheet and row; nothing of it was taken in.

    `total` counts all errors, of which `errors` holds the first.
    """

    def __init__(self, errors: tuple[IntakeError, ...], total: int | None = None) -> None:
        self.errors, self.total = errors, len(errors) if total is None else total
        super().__init__(f"{self.total} errors in the workbook")

    def __reduce__(self) -> tuple[object, ...]:
        return IntakeErrors, (self.errors, self.total)


class UnexpectedError(ValueError):
    """A cell that cannot be read; `code` and `details` say what was expected (see `expectation`).

    Errors of one `cause` are reported once, at the first of their cells.
    """

    def __init__(self, code: str, /, *, cause: str | None = None, **details: object) -> None:
        super().__init__(code)
        self.code, self.cause, self.details = code, cause, details


def expectation(code: str, language: str, /, **details: object) -> str:
    """What was expected, as a phrase in the reader's language; `code` is a key of `_EXPECTED` or `_COUNTED`."""
    translated = catalogue(language)
    if counted := _COUNTED.get(code):
        return counted(translated, **details)
    return translated.gettext(_EXPECTED[code], **details)


_EXPECTED: Mapping[str, str] = {
    "workbook": gettext_noop("an .xlsx workbook, a .csv file of participants or a .zip of .csv files"),
    "size": gettext_noop("a file of at most {megabytes} MB once unpacked"),
    "password": gettext_noop("a workbook without a password"),
    "utf-8": gettext_noop("UTF-8 text (in Excel: save as “CSV UTF-8”)"),
    "csv": gettext_noop("a readable CSV file: {reason}"),
    "sheet": gettext_noop("a sheet of this name, with the columns {columns}"),
    "sheet_name": gettext_noop("a sheet named “{suggestion}”?"),
    "sheet_twice": gettext_noop("this sheet only once"),
    "column": gettext_noop("this column"),
    "column_twice": gettext_noop("each column only once; this is “{suggestion}” again"),
    "filled": gettext_noop("a value: this column is required"),
    "one_row": gettext_noop("exactly one row: a workbook holds one event"),
    "email": gettext_noop("an e-mail address such as name@example.org"),
    "once": gettext_noop("a value that no other row has: row {row} has the same one"),
    "request_once": gettext_noop("one request from the same sender to the same recipient: row {row} has the same two"),
    "person": gettext_noop("the e-mail address of a participant"),
    "person_suggested": gettext_noop("the e-mail address of a participant; perhaps {suggestion}?"),
    "somebody_else": gettext_noop("somebody other than the sender"),
    "choice": gettext_noop("one of: {choices}"),
    "country": gettext_noop("a country: its name or its two-letter code (ISO 3166), such as BE"),
    "language": gettext_noop("a language: its name or its two-letter code (ISO 639), such as en"),
    "theme": gettext_noop("themes of the sheet “{sheet}”: {themes}"),
    "theme_code": gettext_noop("a short code of letters, digits, hyphens and underscores"),
    "stand": gettext_noop("the name of a stand in the sheet “{sheet}”"),
    "time_zone": gettext_noop("a time zone of the IANA database, such as Europe/Brussels"),
    "colour": gettext_noop("a colour such as #0f766e"),
    "time": gettext_noop("a date and time, such as 2026-10-15 09:20 or 15/10/2026 09:20"),
    "skipped_time": gettext_noop("a time that exists in {time_zone}: the clock skips this one"),
    "after_start": gettext_noop("a time after the start, {start}"),
    "no_overlap": gettext_noop("a start at {end} or later, when the slot in row {row} ends"),
    "no_overlap_with_event": gettext_noop("a slot that does not overlap those of the event"),
    "one_slot": gettext_noop("no more than the {minutes} minutes between start and end"),
    "holds_a_slot": gettext_noop("times that hold at least one slot of the event"),
    "both_times": gettext_noop("both times, or neither (for somebody who is not available at all)"),
    "at_least_minimum": gettext_noop("at least the minimum, {minimum}"),
    "stray_cell": gettext_noop(
        "nothing beyond row {rows} or column {columns}, and no cell this far from the table: delete its content"
    ),
    "entries": gettext_noop("an archive of at most {most} files"),
    "resources": gettext_noop(
        "a file that can be read with the time and memory that a file is given: remove what is not the event's"
    ),
    "too_long": gettext_noop("at most {length} characters; there are {characters}"),
    "character": gettext_noop("a text without the invisible character {character}"),
    "invisible": gettext_noop("a text that can be seen: these characters are invisible"),
    "number_between": gettext_noop("a whole number from {least} to {most}"),
    "too_many_slots": gettext_noop("at most {most} slots in an event; check start, end and minutes"),
    "too_many_statements": gettext_noop("at most {most} offers and {most} needs of one person"),
    "too_many_themes": gettext_noop("at most {most} themes"),
    "too_many_types": gettext_noop("at most {most} participation types"),
    "ignored_sheet": gettext_noop("this sheet is not one of the event's, and is ignored"),
    "ignored_column": gettext_noop("this column is not known, and is ignored"),
    "ignored_column_suggested": gettext_noop("this column is not known, and is ignored; is it “{suggestion}”?"),
    "ignored_headless": gettext_noop("values without a column name are ignored, the first in row {row}"),
    "ignored_type": gettext_noop(
        "nobody has the participation type “{value}”, which is ignored; it comes first in row {row}"
    ),
}
_COUNTED: Mapping[str, Callable[..., str]] = {
    "repeated": lambda translated, n, expected: translated.ngettext(
        "{expected} ({n} more cell has the same cause)",
        "{expected} ({n} more cells have the same cause)",
        n,
        expected=expected,
    ),
    "more_errors": lambda translated, n: translated.ngettext(
        "{n} more error is not listed", "{n} more errors are not listed", n
    ),
    "ignored_examples": lambda translated, n: translated.ngettext(
        "{n} example row of the template is left out", "{n} example rows of the template are left out", n
    ),
}
"""The phrases that have a number `n`, in its plural form."""
