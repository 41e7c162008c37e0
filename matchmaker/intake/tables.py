"""A file becomes tables of cells: workbooks by python-calamine, CSV and zipped CSV by the standard library."""

import csv
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import PurePath
from xml.parsers.expat import ExpatError

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum, load_workbook

from matchmaker.intake import archive
from matchmaker.intake.archive import StrayCellError, TooLargeError, TooManyEntriesError, Unpacker
from matchmaker.intake.errors import IntakeError, IntakeErrors, expectation

Cell = str | int | float | bool | date | datetime | time | timedelta
IsRead = Callable[[str], bool]
"""Whether the sheet of this name is read; the cells of all others are left alone."""


@dataclass(frozen=True, slots=True)
class Table:
    """The cells of one sheet, row by row (none of a sheet that is not read); `name` is that of the sheet or file."""

    name: str
    rows: Sequence[Sequence[Cell]]


# What the standard library raises on archives that are cut off, altered, encrypted or made by unusual tools.
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, OverflowError, RuntimeError, ValueError, ExpatError)


def tables_of(data: bytes, filename: str, language: str, is_read: IsRead) -> list[Table]:
    """The tables of a file. Raises `IntakeErrors` where it cannot be read at all, or is larger than files may be."""
    try:
        if filename.lower().endswith(".csv"):
            return [_csv(data, PurePath(filename).name, language, archive.CELLS)]
        zipped = _unpack(data, is_read)
        return list(_workbook(data, is_read)) if zipped is None else _csv_tables(zipped, language)
    except TooLargeError as error:
        raise _unreadable(filename, "size", language, megabytes=archive.MEGABYTES) from error
    except TooManyEntriesError as error:
        raise _unreadable(filename, "entries", language, most=archive.ENTRIES) from error
    except StrayCellError as error:
        expected = expectation("stray_cell", language, rows=archive.ROWS, columns=archive.COLUMNS)
        raise IntakeErrors((IntakeError(sheet=error.sheet, value=error.cell, expected=expected),)) from error
    except PasswordError as error:
        raise _unreadable(filename, "password", language) from error
    except (CalamineError, *_BROKEN) as error:
        raise _unreadable(filename, "workbook", language) from error


def _unpack(data: bytes, is_read: IsRead) -> dict[str, bytes | None] | None:
    """The CSV files in an archive by their names (None for those that are not read).

    None instead where `data` is a workbook, or no archive at all.
    """
    if not zipfile.is_zipfile(io.BytesIO(data)):
        return None
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        unpack = Unpacker(file)
        names = [n for n in file.namelist() if n.lower().endswith(".csv") and not n.startswith("__MACOSX/")]
        if names:
            return {PurePath(n).name: unpack.read(n) if is_read(PurePath(n).name) else None for n in names}
        archive.check_workbook(unpack, is_read)
        return None


def _workbook(data: bytes, is_read: IsRead) -> Iterator[Table]:
    workbook: CalamineWorkbook = load_workbook(io.BytesIO(data))
    for sheet in workbook.sheets_metadata:
        if sheet.visible is SheetVisibleEnum.Visible:
            read = is_read(sheet.name)
            yield Table(
                sheet.name, workbook.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False) if read else ()
            )


def _csv_tables(files: dict[str, bytes | None], language: str) -> list[Table]:
    tables: list[Table] = []
    errors: list[IntakeError] = []
    cells = archive.CELLS
    for name, content in files.items():
        try:
            tables.append(Table(name, ()) if content is None else _csv(content, name, language, cells))
            cells -= sum(map(len, tables[-1].rows))
        except IntakeErrors as error:
            errors += error.errors
    if errors:
        raise IntakeErrors(tuple(errors))
    return tables


def _csv(data: bytes, name: str, language: str, cells: int) -> Table:
    """The table of one CSV file of at most so many `cells`."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        value = f"byte {error.start + 1}: 0x{data[error.start]:02X}"
        raise _at_row(name, line, value, "utf-8", language) from error
    header = text.partition("\n")[0]
    delimiter = max(",;\t", key=header.count)
    rows: list[list[Cell]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for row in reader:
            cells -= len(row)
            if len(rows) >= archive.ROWS or len(row) > archive.COLUMNS or cells < 0:
                limits = {"rows": archive.ROWS, "columns": archive.COLUMNS}
                raise _at_row(name, len(rows) + 1, "", "stray_cell", language, **limits)
            rows.append(list(row))
    except csv.Error as error:
        raise _at_row(name, len(rows) + 1, "", "csv", language, reason=str(error)) from error
    return Table(name, rows)


def _at_row(name: str, row: int, value: str, code: str, language: str, **details: object) -> IntakeErrors:
    expected = expectation(code, language, **details)
    return IntakeErrors((IntakeError(sheet=name, row=row, value=value, expected=expected),))


def _unreadable(name: str, code: str, language: str, **details: object) -> IntakeErrors:
    return IntakeErrors((IntakeError(sheet=PurePath(name).name, expected=expectation(code, language, **details)),))
