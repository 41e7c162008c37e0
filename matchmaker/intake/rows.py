"""Tables become rows of named cells; sheets and columns are found by any of their names."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import PurePath
from typing import TypeVar

from matchmaker.intake.cells import text
from matchmaker.intake.errors import IntakeError, UnexpectedError, expectation
from matchmaker.intake.layout import SHEETS, Sheet, plain
from matchmaker.intake.tables import Cell, Table

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Findings:
    """The errors met so far; `language` is that of their sentences."""

    language: str
    errors: list[IntakeError] = field(default_factory=list)

    def add(self, sheet: str, row: int | None, column: str, value: Cell, code: str, /, **details: object) -> None:
        self.errors.append(
            IntakeError(
                sheet=sheet,
                row=row,
                column=column,
                value=text(value)[:100],
                expected=expectation(code, self.language, **details),
            )
        )


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
        except UnexpectedError as wrong:
            self.wrong(name, wrong.code, **wrong.details)
            return None

    def wrong(self, name: str, code: str, /, **details: object) -> None:
        """Notes that a cell of this row is not as expected."""
        value = self.cells.get(name, "")
        self.findings.add(self.sheet, self.number, self.headers[name], value, code, **details)


def sheets_of(tables: Sequence[Table], findings: Findings) -> dict[str, list[Row]]:
    """The rows of every sheet by the sheet's field; notes missing and misnamed sheets and columns."""
    found: dict[str, list[Row]] = {}
    unknown = []
    for table in tables:
        sheet = next((s for s in SHEETS if s.goes_by(_sheet_name(table))), None)
        if sheet is None:
            unknown.append(table.name)
        elif sheet.field in found:
            findings.add(table.name, None, "", "", "sheet_twice")
        else:
            found[sheet.field] = list(_rows_of(sheet, table, findings))
    missing = [sheet for sheet in SHEETS if sheet.field not in found]
    for sheet in missing:
        if sheet.required:
            findings.add(sheet.name(findings.language), None, "", "", "sheet", columns=_columns(sheet, findings))
    for name in unknown:
        # A sheet of another name is the organiser's own; one that nearly has the name of a missing sheet is a slip.
        near = get_close_matches(
            name.casefold(), [s.name(findings.language) for s in missing if not s.required], cutoff=0.8
        )
        if near:
            findings.add(name, None, "", "", "sheet_name", suggestion=near[0])
    return found


def participants_of(table: Table, findings: Findings) -> dict[str, list[Row]]:
    """The rows of a single CSV file, which holds participants."""
    sheet = next(s for s in SHEETS if s.field == "participants")
    return {sheet.field: list(_rows_of(sheet, table, findings))}


def _sheet_name(table: Table) -> str:
    return PurePath(table.name).stem if table.name.lower().endswith(".csv") else table.name


def _columns(sheet: Sheet, findings: Findings) -> str:
    return ", ".join(c.name(findings.language) for c in sheet.columns)


def _rows_of(sheet: Sheet, table: Table, findings: Findings) -> Iterator[Row]:
    header = table.rows[0] if table.rows else []
    fields: dict[int, str] = {}
    headers: dict[str, str] = {}
    for position, cell in enumerate(header):
        if not text(cell):
            continue
        column = next((c for c in sheet.columns if c.goes_by(text(cell))), None)
        if column is None:
            _unknown_column(sheet, table, text(cell), findings)
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
    for number, line in enumerate(table.rows[1:], start=2):
        cells = {fields[i]: cell for i, cell in enumerate(line) if i in fields and text(cell)}
        row = Row(table.name, number, cells, headers, findings)
        for position, cell in enumerate(line):
            if text(cell) and (position >= len(header) or not text(header[position])):
                findings.add(table.name, number, str(position + 1), cell, "headless")
        if cells:
            for name in required:
                if name not in cells:
                    row.wrong(name, "filled")
            yield row


def _unknown_column(sheet: Sheet, table: Table, header: str, findings: Findings) -> None:
    names = {plain(name): name for column in sheet.columns for name in column.names()}
    near = get_close_matches(plain(header), list(names))
    if near:
        findings.add(table.name, 1, header, header, "column_suggested", suggestion=names[near[0]])
    else:
        findings.add(table.name, 1, header, header, "column_name", columns=_columns(sheet, findings))
