"""An archive from a stranger: its entries by their real size, whatever its headers say, and where its cells end."""

import copy
import re
import zipfile
from collections.abc import Callable, Iterator
from xml.etree import ElementTree
from xml.parsers import expat

ENTRIES = 2000
ROWS = 100_000
COLUMNS = 500
# Cells of all sheets together, those between the filled ones included: 40 columns of 50,000 rows.
CELLS = 2_000_000
# A workbook of 6,000 people unpacks to about 20 MB; a file made to exhaust the memory unpacks to far more.
MEGABYTES = 100

_CHUNK = 1 << 16
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


class TooLargeError(Exception):
    """The archive unpacks to more than `MEGABYTES`."""


class TooManyEntriesError(Exception):
    """The archive has more than `ENTRIES` entries."""


class StrayCellError(Exception):
    """The filled cells of a sheet reach further than a table may; `cell` is the furthest, such as "XFD1048576"."""

    def __init__(self, sheet: str, cell: str) -> None:
        super().__init__(cell)
        self.sheet, self.cell = sheet, cell


class Unpacker:
    """Reads the entries of one archive; what it has unpacked of all of them stays below the limit."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        if len(archive.infolist()) > ENTRIES:
            raise TooManyEntriesError
        self.archive = archive
        self._left = MEGABYTES * 1_000_000

    def stream(self, name: str) -> Iterator[bytes]:
        """The content of an entry, piece by piece. Raises `TooLargeError`, and what zipfile and zlib raise."""
        info = copy.copy(self.archive.getinfo(name))
        info.file_size = 1 << 62  # what the header declares is where zipfile would stop, and other readers would not
        with self.archive.open(info) as file:
            while piece := file.read(_CHUNK):
                self._left -= len(piece)
                if self._left < 0:
                    raise TooLargeError
                yield piece

    def read(self, name: str) -> bytes:
        return b"".join(self.stream(name))


def check_workbook(unpack: Unpacker, is_read: Callable[[str], bool]) -> None:
    """Unpack every entry of an .xlsx workbook once, and follow the cells of those sheets whose name `is_read`.

    The reader of workbooks makes a dense rectangle of the cells of a sheet, and ends the process where that does not
    fit into the memory. Raises `StrayCellError`, `TooLargeError` and `ExpatError`.
    """
    sheets = _sheet_entries(unpack)
    cells = 0
    for name in unpack.archive.namelist():
        sheet = sheets.get(name)
        if sheet is not None and is_read(sheet):
            cells += _extent(unpack.stream(name), sheet, CELLS - cells)
        else:
            for _ in unpack.stream(name):
                pass


def _sheet_entries(unpack: Unpacker) -> dict[str, str]:
    """The names of sheets by the entries that hold them."""
    try:
        relations = ElementTree.fromstring(unpack.read("xl/_rels/workbook.xml.rels"))  # noqa: S314 - expat limits entities
        workbook = ElementTree.fromstring(unpack.read("xl/workbook.xml"))  # noqa: S314
    except (KeyError, ElementTree.ParseError):
        return {}  # of another format, or damaged
    targets = {each.get("Id"): each.get("Target", "") for each in relations}
    entries = {}
    for element in workbook.iter():
        target = targets.get(element.get(_RELATION))
        if element.tag.endswith("}sheet") and target is not None:
            path = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
            entries[path] = element.get("name", "")
    return entries


class _Cells:
    """Where the filled cells of a sheet lie; a cell that is only formatted is not one."""

    def __init__(self) -> None:
        self.row, self.column = 0, 0
        self.rows, self.columns = 0, 0
        self.lowest = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if name == "row":
            self.row, self.column = self._row(attributes.get("r")), 0
        elif name == "c":
            match = _REFERENCE.fullmatch(attributes.get("r", ""))
            if match:
                self.column, self.row = _column_number(match[1]), int(match[2])
            else:
                self.column += 1
        elif name in ("v", "is", "f"):
            if self.row > self.rows or self.column > self.columns:
                self.lowest = f"{_column_name(self.column)}{self.row}"
            self.rows, self.columns = max(self.rows, self.row), max(self.columns, self.column)

    def _row(self, reference: str | None) -> int:
        return int(reference) if reference and reference.isascii() and reference.isdigit() else self.row + 1


def _extent(pieces: Iterator[bytes], sheet: str, allowed: int) -> int:
    """The number of cells from A1 to the last row and column that hold anything, at most `allowed`."""
    cells = _Cells()
    parser = expat.ParserCreate()
    parser.StartElementHandler = cells.start
    for piece in pieces:
        parser.Parse(piece, False)
        if cells.rows > ROWS or cells.columns > COLUMNS or cells.rows * cells.columns > allowed:
            raise StrayCellError(sheet, cells.lowest)
    parser.Parse(b"", True)
    if cells.rows > ROWS or cells.columns > COLUMNS or cells.rows * cells.columns > allowed:
        raise StrayCellError(sheet, cells.lowest)
    return cells.rows * cells.columns


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - 64
    return number


def _column_name(number: int) -> str:
    name = ""
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(65 + rest) + name
    return name
