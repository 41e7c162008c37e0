"""What a file from a stranger may do to the server: nothing, in seconds, and with an answer that names the place."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from tests.matchmaker.events import sheets
from tests.matchmaker.intake import hostile

Browser = Callable[[str], TestClient]

CSV_FILES = {
    f"{name}.csv": "".join(",".join(str(cell) for cell in row) + "\n" for row in rows).encode()
    for name, rows in sheets().items()
}
PEOPLE = b"e-mail,first name,last name,organisation,country,themes\n"
THEMES = ";".join(f"t{i}" for i in range(3000)).encode()
_SST = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>'


def zipped(**changed: bytes) -> bytes:
    return hostile.zipped({**CSV_FILES, **{f"{name}.csv": content for name, content in changed.items()}})


# The file, and what its first error says of it: sheet, row, value or a word of what was expected.
FILES: dict[str, tuple[str, Callable[[], bytes], tuple[str, int | None, str]]] = {
    "a cell in the last corner": ("a.xlsx", lambda: hostile.stray_cell("XFD1048576"), ("places", None, "XFD1048576")),
    "a cell in the last row": ("a.xlsx", lambda: hostile.stray_cell("GR1048576"), ("places", None, "GR1048576")),
    "more minutes than a calendar has": (
        "a.zip",
        lambda: zipped(slots=b"session,start,end,minutes\nM,2026-10-10 09:00,2199-12-31 00:00,1\n"),
        ("slots.csv", 2, "at most 2000 slots"),
    ),
    "a line of nothing, over and over": (
        "guests.csv",
        lambda: PEOPLE + b"x\n" * 1_000_000,
        ("guests.csv", 100_001, "100000"),
    ),
    "a little archive of many lines": (
        "a.zip",
        lambda: zipped(participants=PEOPLE + b"x\n" * 5_000_000),
        ("participants.csv", 100_001, "100000"),
    ),
    "a text that fills the memory": (
        "a.xlsx",
        lambda: hostile.workbook_with("xl/sharedStrings.xml", _SST + b"a" * 120_000_000 + b"</t></si></sst>"),
        ("a.xlsx", None, "at most 100 MB"),
    ),
    "an archive that lies about its size": (
        "a.xlsx",
        lambda: hostile.workbook_with("xl/sharedStrings.xml", b"a" * 120_000_000, declared=1000),
        ("a.xlsx", None, "at most 100 MB"),
    ),
    "thousands of themes of thousands of people": (
        "guests.csv",
        lambda: PEOPLE + b"".join(b"p%d@example.org,A,B,C,BE,%b\n" % (i, THEMES) for i in range(1000)),
        ("guests.csv", 2, "at most 50 themes"),
    ),
    "a name that ends in NUL": (
        "guests.csv",
        lambda: PEOPLE + b"a@example.org,A\x00,B,C,BE,\n",
        ("guests.csv", 2, "U+0000"),
    ),
    "a name of a hundred thousand letters": (
        "guests.csv",
        lambda: PEOPLE + b"a@example.org,%b,B,C,BE,\n" % (b"A" * 100_000),
        ("guests.csv", 2, "at most 200 characters"),
    ),
}


@pytest.mark.parametrize("case", FILES)
def test_a_hostile_file_is_refused_with_its_place(case: str, signed_in: Browser, event_id: int) -> None:
    name, build, (sheet, row, text) = FILES[case]
    browser = signed_in("organiser@example.org")
    answer = browser.post("/api/v1/imports?dry_run=true", files={"file": (name, build())})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-workbook")
    error = answer.json()["errors"][0]
    assert (error["sheet"], error["row"]) == (sheet, row)
    assert text in error["value"] + error["expected"]


def test_a_file_that_ends_its_reader_is_an_error_of_that_file(
    signed_in: Browser, event_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = signed_in("organiser@example.org")
    heavy = hostile.shared_text(3_000_000, 1000)  # 3 GB, more memory than the process is given
    answer = browser.post("/api/v1/imports?dry_run=true&language=nl", files={"file": ("heavy.xlsx", heavy)})
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert (error["sheet"], error["row"]) == ("heavy.xlsx", None)
    assert "geheugen" in error["expected"]
    monkeypatch.setattr("api.imports.reader.WALL_SECONDS", 0.01)
    answer = browser.post("/api/v1/imports?dry_run=true", files={"file": ("guests.csv", PEOPLE)})
    assert "time and memory" in answer.json()["errors"][0]["expected"]
