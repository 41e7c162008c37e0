"""Tables become rows of named cells; sheets and columns are found by any of their names."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import PurePath
from typing import TypeVar

from matchmaker.intake.cells import text
from matchmaker.intake.errors import IntakeError, IntakeErrors, IntakeNotice, UnexpectedError, expectation
from matchmaker.intake.layout import EXAMPLE_DOMAIN, NOTES_SHEET, SHEETS, Sheet
from matchmaker.intake.tables import Cell, Table
from matchmaker.text import fold

T = TypeVar("T")

MOST_ERRORS = 200
MOST_NOTICES = 100


@dataclass(slots=True)
class Findings:
    """The errors and notices so far, in sentences of `language`; errors beyond `MOST_ERRORS` are only counted."""

    language: str
    errors: list[IntakeError] = field(default_factory=list)
    notices: list[IntakeNotice] = field(default_factory=list)
    total: int = 0
    _by_cause: dict[str, int] = field(default_factory=dict)  # the position of a cause's first error
    _repeats: dict[int, int] = field(default_factory=dict)

    def add(
        self,
        sheet: str,
        row: int | None,
        column: str,
        value: Cell,
        code: str,
        /,
        *,
        cause: str | None = None,
        **details: object,
    ) -> None:
        """Note an error. Of those of one `cause`, the first is an error and the others are counted with it."""
        if cause is not None and (first := self._by_cause.get(cause)) is not None:
            self._repeats[first] = self._repeats.get(first, 0) + 1
            return
        self.total += 1
        if len(self.errors) >= MOST_ERRORS:
            return
        if cause is not None:
            self._by_cause[cause] = len(self.errors)
        expected = expectation(code, self.language, **details)
        self.errors.append(IntakeError(sheet=sheet, row=row, column=column, value=_printable(value), expected=expected))

    def name_cause(self, cause: str) -> None:
        """Count errors of this cause with the last one that was noted."""
        if self.total == len(self.errors):
            self._by_cause.setdefault(cause, len(self.errors) - 1)

    def notice(self, sheet: str, column: str, code: str, /, **details: object) -> None:
        """Note something that is ignored."""
        if len(self.notices) < MOST_NOTICES:
            text = expectation(code, self.language, **details)
            self.notices.append(IntakeNotice(sheet=sheet, column=_printable(column), text=text))

    def raise_errors(self, sheets: Sequence[str], file: str) -> None:
        """Raise `IntakeErrors`, in the order of `sheets` and of rows, if there are any."""
        if not self.errors:
            return
        errors = [
            replace(error, expected=expectation("repeated", self.language, expected=error.expected, n=n))
            if (n := self._repeats.get(i))
            else error
            for i, error in enumerate(self.errors)
        ]
        order = {sheet: i for i, sheet in enumerate(sheets)}
        errors.sort(key=lambda error: (order.get(error.sheet, -1), error.row or 0))
        if unlisted := self.total - len(errors):
            errors.append(IntakeError(sheet=file, expected=expectation("more_errors", self.language, n=unlisted)))
        raise IntakeErrors(tuple(errors), self.total)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a sheet: its cells by the field of their column (those that are filled)."""

    sheet: str
    number: int
    cells: dict[str, Cell]
    headers: dict[str, str]
    findings: Findings

    def read(self, name: str, parse: Callable[[Cell], T]) -> T | None:
        """The value of a cell; None where it is empty, or wrong (and then noted)."""
        if name not in self.cells:
            return None
        try:
            return parse(self.cells[name])
        except UnexpectedError as error:
            self.wrong(name, error.code, cause=error.cause, **error.details)
            return None

    def wrong(self, name: str, code: str, /, *, cause: str | None = None, **details: object) -> None:
        """Notes that a cell of this row is not as expected."""
        value = self.cells.get(name, "")
        self.findings.add(self.sheet, self.number, self.headers[name], value, code, cause=cause, **details)

    def notice(self, name: str, code: str, value: str) -> None:
        """Notes that a value in a cell of this row is ignored."""
        self.findings.notice(self.sheet, self.headers[name], code, row=self.number, value=_printable(value))

    @property
    def is_example(self) -> bool:
        """Whether it is about one of the people whom the template comes with."""
        fields = ("email", "sender", "recipient")
        return any(
            text(self.cells[name]).lower().endswith(f"@{EXAMPLE_DOMAIN}") for name in fields if name in self.cells
        )


def is_sheet(name: str) -> bool:
    """Whether a sheet, or a CSV file named after one, is a sheet of an event."""
    return _sheet_named(name) is not None


def sheets_of(tables: Sequence[Table], findings: Findings) -> dict[str, list[Row]]:
    """The rows of every sheet by the sheet's field; notes missing and misnamed sheets and columns."""
    rows: dict[str, list[Row]] = {}
    unknown = []
    for table in tables:
        sheet = _sheet_named(table.name)
        if sheet is None:
            unknown.append(table.name)
        elif sheet.field in rows:
            findings.add(table.name, None, "", "", "sheet_twice")
        else:
            rows[sheet.field] = list(_rows_of(sheet, table, findings))
    missing = [sheet for sheet in SHEETS if sheet.field not in rows]
    for sheet in missing:
        if sheet.required:
            findings.add(sheet.name(findings.language), None, "", "", "sheet", columns=_columns(sheet, findings))
    for name in unknown:
        # A sheet of another name is the organiser's own; one that nearly has the name of a missing sheet is a slip.
        optional = [sheet.name(findings.language) for sheet in missing if not sheet.required]
        near = get_close_matches(name.casefold()[:100], optional, cutoff=0.8)
        if near:
            findings.add(name, None, "", "", "sheet_name", suggestion=near[0])
        elif not NOTES_SHEET.goes_by(name):
            findings.notice(name, "", "ignored_sheet")
    return rows


def participants_of(table: Table, findings: Findings) -> dict[str, list[Row]]:
    """The rows of a single CSV file, which holds participants."""
    sheet = next(s for s in SHEETS if s.field == "participants")
    return {sheet.field: list(_rows_of(sheet, table, findings))}


def without_examples(sheets: dict[str, list[Row]], findings: Findings) -> dict[str, list[Row]]:
    """The rows that are not about the template's people; notes how many of each sheet are."""
    kept = {name: [row for row in rows if not row.is_example] for name, rows in sheets.items()}
    for name, rows in sheets.items():
        if left_out := len(rows) - len(kept[name]):
            findings.notice(rows[0].sheet, "", "ignored_examples", n=left_out)
    return kept


def _sheet_named(name: str) -> Sheet | None:
    name = PurePath(name).stem if name.lower().endswith(".csv") else name
    return next((sheet for sheet in SHEETS if sheet.goes_by(name)), None)


def _columns(sheet: Sheet, findings: Findings) -> str:
    return ", ".join(c.name(findings.language) for c in sheet.columns)


def _rows_of(sheet: Sheet, table: Table, findings: Findings) -> Iterator[Row]:
    """The rows below the header that hold anything in a column of this sheet."""
    header = table.rows[0] if table.rows else []
    fields: dict[int, str] = {}
    headers: dict[str, str] = {}
    for position, cell in enumerate(header):
        if not text(cell):
            continue
        column = next((c for c in sheet.columns if c.goes_by(text(cell))), None)
        if column is None:
            _ignore_column(sheet, table, text(cell), findings)
        elif column.field in headers:
            findings.add(table.name, 1, text(cell), "", "column_twice", suggestion=headers[column.field])
        else:
            fields[position], headers[column.field] = column.field, text(cell)
    for column in sheet.columns:
        if column.field not in headers:
            name = column.name(findings.language)
            headers[column.field] = name
            if column.required:
                findings.add(table.name, 1, name, "", "column")
    required = [column.field for column in sheet.columns if column.required and column.field in fields.values()]
    width = max(map(len, table.rows), default=0)
    headless = [i for i in range(width) if i >= len(header) or not text(header[i])]
    for number, line in enumerate(table.rows[1:], start=2):
        cells = {name: line[i] for i, name in fields.items() if i < len(line) and text(line[i])}
        for position in [i for i in headless if i < len(line) and text(line[i])]:
            findings.notice(table.name, str(position + 1), "ignored_headless", row=number)
            headless.remove(position)
        if cells:
            row = Row(table.name, number, cells, headers, findings)
            for name in required:
                if name not in cells:
                    row.wrong(name, "filled")
            yield row


def _ignore_column(sheet: Sheet, table: Table, header: str, findings: Findings) -> None:
    names = {fold(name): name for column in sheet.columns for name in column.names()}
    near = get_close_matches(fold(header[:100]), list(names), cutoff=0.75)
    if near:
        findings.notice(table.name, header, "ignored_column_suggested", suggestion=names[near[0]])
    else:
        findings.notice(table.name, header, "ignored_column")


def _printable(value: Cell) -> str:
    """The beginning of a value; characters that no answer or terminal takes are shown as a replacement."""
    return "".join(c if c.isprintable() or c in "\n\t" else "�" for c in text(value)[:100])
