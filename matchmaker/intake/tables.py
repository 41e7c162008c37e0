"""A file becomes tables of cells: workbooks by python-calamine, CSV and zipped CSV by the standard library."""

import csv
import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import PurePath

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum, load_workbook

from matchmaker.intake.errors import IntakeError, IntakeErrors, expectation

Cell = str | int | float | bool | date | datetime | time | timedelta

# A workbook of 6,000 people unpacks to about 20 MB; a file made to exhaust the memory unpacks to far more.
MEGABYTES = 200


@dataclass(frozen=True, slots=True)
class Table:
    """The cells of one sheet, row by row; `name` is that of the sheet or of the CSV file."""

    name: str
    rows: list[list[Cell]]


# What the standard library raises on archives that are cut off, altered, encrypted or made by unusual tools.
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, OverflowError, RuntimeError, ValueError)


def tables_of(data: bytes, filename: str, language: str) -> list[Table]:
    """The tables of a file. Raises `IntakeErrors` where it cannot be read at all."""
    if filename.lower().endswith(".csv"):
        return [_csv(data, PurePath(filename).name, language)]
    zipped = _zipped_csv(data, filename, language)
    if not zipped:
        return list(_workbook(data, filename, language))
    tables: list[Table] = []
    errors: list[IntakeError] = []
    for name, content in zipped.items():
        try:
            tables.append(_csv(content, name, language))
        except IntakeErrors as wrong:
            errors += wrong.errors
    if errors:
        raise IntakeErrors(tuple(errors))
    return tables


def _zipped_csv(data: bytes, filename: str, language: str) -> dict[str, bytes]:
    """The CSV files in an archive; none in a workbook, which is an archive too."""
    try:
        if not zipfile.is_zipfile(io.BytesIO(data)):
            return {}
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MEGABYTES * 1_000_000:
                raise _unreadable(filename, "size", language, megabytes=MEGABYTES)
            names = [n for n in archive.namelist() if n.lower().endswith(".csv") and not n.startswith("__MACOSX/")]
            return {PurePath(name).name: archive.read(name) for name in names}
    except _BROKEN as wrong:
        raise _unreadable(filename, "workbook", language) from wrong


def _workbook(data: bytes, filename: str, language: str) -> Iterator[Table]:
    try:
        workbook: CalamineWorkbook = load_workbook(io.BytesIO(data))
        for sheet in workbook.sheets_metadata:
            if sheet.visible is SheetVisibleEnum.Visible:
                rows = workbook.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False)
                yield Table(sheet.name, [list(row) for row in rows])
    except PasswordError as wrong:
        raise _unreadable(filename, "password", language) from wrong
    except CalamineError as wrong:
        raise _unreadable(filename, "workbook", language) from wrong


def _csv(data: bytes, name: str, language: str) -> Table:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        line = data.count(b"\n", 0, wrong.start) + 1
        raise IntakeErrors(
            (
                IntakeError(
                    sheet=name,
                    row=line,
                    value=f"byte {wrong.start + 1}: 0x{data[wrong.start]:02X}",
                    expected=expectation("utf-8", language),
                ),
            )
        ) from wrong
    header = text.partition("\n")[0]
    delimiter = max(",;\t", key=header.count)
    try:
        rows: list[list[Cell]] = [list(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)]
    except csv.Error as wrong:
        raise _unreadable(name, "csv", language, reason=str(wrong)) from wrong
    return Table(name, rows)


def _unreadable(name: str, code: str, language: str, **details: object) -> IntakeErrors:
    return IntakeErrors((IntakeError(sheet=PurePath(name).name, expected=expectation(code, language, **details)),))
