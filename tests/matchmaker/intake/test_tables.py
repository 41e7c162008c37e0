"""The files that a workbook may come in: .xlsx, .csv, a .zip of .csv, whole or damaged."""

import io
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchmaker.event import Event
from matchmaker.intake import IntakeErrors, read_workbook
from tests.matchmaker.events import person, sheets, workbook
from tests.matchmaker.intake import hostile

Rows = Sequence[Sequence[object]]


def zipped(files: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), data)
    return target.getvalue()


def as_csv(rows: Rows) -> str:
    return "".join(
        ",".join(f"{c:%Y-%m-%d %H:%M}" if isinstance(c, datetime) else str(c) for c in r) + "\n" for r in rows
    )


SMALL = workbook(sheets())
CSV_FILES = {f"{name}.csv": as_csv(rows).encode() for name, rows in sheets().items()}


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 broken", b"%PDF-1.7", "naïve".encode()])
def test_a_file_that_is_no_workbook_is_refused_by_name(data: bytes) -> None:
    with pytest.raises(IntakeErrors) as caught:
        read_workbook(data, "holiday.xlsx")
    assert [(e.sheet, e.row) for e in caught.value.errors] == [("holiday.xlsx", None)]
    assert ".xlsx workbook" in caught.value.errors[0].expected


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(["workbook", "zip"]), st.data())
def test_a_damaged_file_is_refused_or_read_and_never_breaks_the_program(kind: str, data: st.DataObject) -> None:
    damaged = bytearray(SMALL if kind == "workbook" else zipped(CSV_FILES))
    ends = st.integers(max(0, len(damaged) - 900), len(damaged) - 1)
    for place in data.draw(st.lists(ends | st.integers(0, len(damaged) - 1), min_size=1, max_size=5)):
        damaged[place] = data.draw(st.integers(0, 255))
    with suppress(IntakeErrors):
        assert isinstance(read_workbook(bytes(damaged), "event.xlsx"), Event)


def test_a_csv_of_participants_becomes_an_event_of_people_whatever_excel_put_between_the_values() -> None:
    for separator in ",;\t":
        lines = ["E-mail,First name,Last name,Organisation,Country", "ann@example.org,Ann,Péeters,Ann NV,BE"]
        known = read_workbook("\r\n".join(lines).replace(",", separator).encode("utf-8-sig"), "guests.csv")
        assert known.people[0] == person("ann", last_name="Péeters")
        assert known.name == "guests"


def test_a_csv_of_participants_brings_its_themes_or_names_those_of_its_event() -> None:
    people = "E-mail,First name,Last name,Organisation,Country,Themes\nann@example.org,Ann,P,Ann NV,BE,"
    known = read_workbook(f"{people}Drug delivery; ARN".encode(), "guests.csv")
    assert known.people[0].themes == ("drug-delivery", "arn")
    assert known.themes["drug-delivery"]["fr"] == "Drug delivery"
    themes = {"rna": {"en": "RNA", "fr": "ARN"}, "devices": {"en": "Devices"}}
    assert read_workbook(f"{people}arn; devices".encode(), "guests.csv", themes=themes).people[0].themes == (
        "rna",
        "devices",
    )
    with pytest.raises(IntakeErrors) as raised:
        read_workbook(f"{people}cells".encode(), "guests.csv", themes=themes)
    assert raised.value.errors[0].expected.endswith("rna, devices")


def test_a_zip_of_csv_files_is_read_as_the_workbook_of_those_sheets() -> None:
    files = {f"export/{name}": data for name, data in CSV_FILES.items()}
    assert read_workbook(zipped(files), "event.zip") == read_workbook(SMALL, "event.xlsx")


def test_a_csv_that_is_not_utf_8_is_named_with_file_line_and_byte() -> None:
    spoilt = CSV_FILES["participants.csv"] + "zoé@example.org,Zoé".encode("latin-1")
    files = {**CSV_FILES, "participants.csv": spoilt, "places.csv": b"name\n\xe9tage"}
    with pytest.raises(IntakeErrors) as caught:
        read_workbook(zipped(files), "event.zip")
    first, second = caught.value.errors
    assert (first.sheet, first.row) == ("participants.csv", 4)
    assert first.value.endswith("0xE9")
    assert (second.sheet, second.row, second.value) == ("places.csv", 2, "byte 6: 0xE9")
    assert "UTF-8" in first.expected


@pytest.mark.parametrize("lie", [None, 1000])
def test_a_file_that_unpacks_to_far_too_much_is_refused_whatever_size_it_declares(
    lie: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("matchmaker.intake.archive.MEGABYTES", 1)
    for bomb in (
        hostile.zipped({**CSV_FILES, "participants.csv": b"0" * 1_000_001}, declared=lie),
        hostile.workbook_with("xl/sharedStrings.xml", b"<sst>" + b" " * 1_000_000 + b"</sst>", declared=lie),
    ):
        with pytest.raises(IntakeErrors) as caught:
            read_workbook(bomb, "bomb.zip")
        assert "at most 1 MB" in caught.value.errors[0].expected
    assert read_workbook(zipped(CSV_FILES), "event.zip") == read_workbook(SMALL, "event.xlsx")


@pytest.mark.parametrize("cell", ["XFD1048576", "GR1048576", "A1048576", "SG2"])
def test_a_stray_cell_far_from_the_table_is_named_before_anything_is_made_of_it(cell: str) -> None:
    with pytest.raises(IntakeErrors) as caught:
        read_workbook(hostile.stray_cell(cell), "event.xlsx")
    assert [(e.sheet, e.value) for e in caught.value.errors] == [("places", cell)]
    assert "delete its content" in caught.value.errors[0].expected


def test_a_cell_far_away_that_is_only_formatted_is_none() -> None:
    assert read_workbook(hostile.stray_cell("XFD1048576", filled=False), "event.xlsx") == read_workbook(
        SMALL, "event.xlsx"
    )


def test_the_first_errors_are_listed_and_the_others_counted() -> None:
    people = "E-mail,First name,Last name,Organisation,Country\n" + "x,A,B,C,BE\n" * 5000
    with pytest.raises(IntakeErrors) as caught:
        read_workbook(people.encode(), "guests.csv")
    assert (len(caught.value.errors), caught.value.total) == (201, 5000)
    assert caught.value.errors[-1].expected == "4,800 more errors are not listed"


def test_a_file_of_more_lines_than_a_table_may_have_is_refused_at_the_first_of_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("matchmaker.intake.archive.ROWS", 1000)
    with pytest.raises(IntakeErrors) as caught:
        read_workbook(b"x\n" * 1_000_000, "guests.csv")
    assert [(e.sheet, e.row) for e in caught.value.errors] == [("guests.csv", 1001)]


def test_a_csv_of_too_many_themes_is_refused() -> None:
    themes = ";".join(f"t{i}" for i in range(51))
    people = f"E-mail,First name,Last name,Organisation,Country,Themes\na@example.org,A,B,C,BE,{themes}"
    with pytest.raises(IntakeErrors) as caught:
        read_workbook(people.encode(), "guests.csv")
    assert caught.value.errors[0].expected == "at most 50 themes"
