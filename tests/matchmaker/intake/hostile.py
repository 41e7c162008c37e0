"""Files that are made to harm whoever reads them."""

import io
import struct
import zipfile

from tests.matchmaker.events import sheets, workbook

PLACES = "xl/worksheets/sheet6.xml"


def zipped(files: dict[str, bytes], declared: int | None = None) -> bytes:
    """An archive; with `declared`, its headers say that each entry unpacks to so many bytes."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    data = bytearray(target.getvalue())
    if declared is not None:
        for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
            at = data.find(signature)
            while at >= 0:
                struct.pack_into("<I", data, at + offset, declared)
                at = data.find(signature, at + 4)
    return bytes(data)


def workbook_with(entry: str, content: bytes, declared: int | None = None) -> bytes:
    """The small workbook in which one entry is another."""
    return with_entry(workbook(sheets()), entry, content, declared)


def with_entry(data: bytes, entry: str, content: bytes, declared: int | None = None) -> bytes:
    """An archive in which one entry is another."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    return zipped({**files, entry: content}, declared)


def stray_cell(cell: str, *, filled: bool = True) -> bytes:
    """The small workbook with one more cell in the sheet of places, which is empty unless `filled`."""
    with zipfile.ZipFile(io.BytesIO(workbook(sheets()))) as archive:
        page = archive.read(PLACES)
    row = cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    content = "<v>1</v>" if filled else ""
    added = f'<row r="{row}"><c r="{cell}" s="0">{content}</c></row></sheetData>'.encode()
    return workbook_with(PLACES, page.replace(b"</sheetData>", added))


def shared_text(length: int, cells: int) -> bytes:
    """The small workbook in which so many cells of the sheet of places share one long text."""
    with zipfile.ZipFile(io.BytesIO(workbook(sheets()))) as archive:
        texts, page = archive.read("xl/sharedStrings.xml"), archive.read(PLACES)
    index = texts.count(b"<si>")
    rows = b"".join(b'<row r="%d"><c r="A%d" t="s"><v>%d</v></c></row>' % (i, i, index) for i in range(3, cells + 3))
    texts = texts.replace(b"</sst>", b"<si><t>" + b"a" * length + b"</t></si></sst>")
    page = page.replace(b"</sheetData>", rows + b"</sheetData>")
    return with_entry(workbook_with(PLACES, page), "xl/sharedStrings.xml", texts)
