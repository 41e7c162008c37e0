"""What is wrong with a workbook, in the reader's language."""

from collections.abc import Mapping
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


class IntakeErrors(Exception):  # noqa: N818 - the plural says that these are all of them
    """Everything that is wrong with a workbook, in order of sheet and row; nothing of it was taken in."""

    def __init__(self, errors: tuple[IntakeError, ...]) -> None:
        super().__init__(f"{len(errors)} errors in the workbook")
        self.errors = errors


class UnexpectedError(ValueError):
    """A cell that cannot be read; `code` and `details` say what was expected (see `expectation`)."""

    def __init__(self, code: str, /, **details: object) -> None:
        super().__init__(code)
        self.code, self.details = code, details


def expectation(code: str, language: str, /, **details: object) -> str:
    """What was expected, as a phrase in the reader's language; `code` is a key of `_EXPECTED`."""
    return catalogue(language).gettext(_EXPECTED[code], **details)


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
    "column_name": gettext_noop("one of the columns {columns}"),
    "column_suggested": gettext_noop("a known column; perhaps “{suggestion}”?"),
    "column_twice": gettext_noop("each column only once; this is “{suggestion}” again"),
    "headless": gettext_noop("a column name above this value"),
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
    "number": gettext_noop("a whole number of {least} or more"),
    "time_zone": gettext_noop("a time zone of the IANA database, such as Europe/Brussels"),
    "colour": gettext_noop("a colour such as #0f766e"),
    "time": gettext_noop("a date and time, such as 2026-10-15 09:20 or 15/10/2026 09:20"),
    "skipped_time": gettext_noop("a time that exists in {time_zone}: the clock skips this one"),
    "after_start": gettext_noop("a time after the start, {start}"),
    "no_overlap": gettext_noop("a start at {end} or later, when the slot in row {row} ends"),
    "one_slot": gettext_noop("no more than the {minutes} minutes between start and end"),
    "holds_a_slot": gettext_noop("times that hold at least one slot of the event"),
    "both_times": gettext_noop("both times, or neither (for somebody who is not available at all)"),
    "at_least_minimum": gettext_noop("at least the minimum, {minimum}"),
}
