"""An event as a workbook, which `matchmaker.intake` reads back; and an empty one to fill in."""

import io
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from itertools import groupby
from zoneinfo import ZoneInfo

import xlsxwriter

from matchmaker.event import Event, PlaceKind, Preference, Profile, RequestStatus, StatementKind, TextRole
from matchmaker.intake.layout import CHOICES, PARTICIPANTS, PLACES, SHEETS, Column, Sheet
from matchmaker.intake.statements import SEPARATORS
from matchmaker.locale import LANGUAGES

Value = str | int | datetime | None
# The most characters that a cell of a workbook holds.
LONGEST = 32_767
# Lists to choose from reach down to this row (counted from 0).
LAST_ROW = 9_999


Notes = tuple[str, Sequence[tuple[str, str]]]


def workbook_of(event: Event, language: str = "en", notes: Notes | None = None) -> bytes:
    """The event as an .xlsx workbook with sheets and columns named in `language`; choices are offered as lists.

    `read_workbook(workbook_of(event), "event.xlsx") == event`, where texts have no blanks around them, times are whole
    seconds and somebody is of each type that an offer or a need is for. `notes` are the name and the lines (heading,
    text) of a first sheet for the reader. Raises ValueError for a text that is longer than a cell holds (32,767
    characters).
    """
    rows = _rows_of(event, language)
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        book.set_properties({"title": event.name})
        plain = book.add_format({"bg_color": "#F5F5F4", "bottom": 1, "valign": "top"})
        bold = book.add_format({"bold": True, "bg_color": "#E7E5E4", "bottom": 1, "valign": "top"})
        at = book.add_format({"num_format": "yyyy-mm-dd hh:mm", "align": "left"})
        if notes:
            _write_notes(book, notes)
        for sheet in SHEETS:
            page = book.add_worksheet(sheet.name(language))
            page.freeze_panes(1, 0)
            for x, column in enumerate(sheet.columns):
                page.set_column(x, x, column.width)
                page.write_string(0, x, column.name(language), bold if column.required else plain)
                if rule := _list_for(sheet, column, language):
                    page.data_validation(1, x, LAST_ROW, x, rule)
            for y, line in enumerate(rows[sheet.field], start=1):
                _write(page, y, line, at)
    return target.getvalue()


def _write_notes(book: xlsxwriter.Workbook, notes: Notes) -> None:
    name, lines = notes
    page = book.add_worksheet(name)
    page.set_column(0, 0, 24)
    page.set_column(1, 1, 110)
    heading = book.add_format({"bold": True, "valign": "top"})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    for y, (head, body) in enumerate(lines):
        page.write_string(y, 0, head, heading)
        page.write_string(y, 1, body, wrapped)


def _list_for(sheet: Sheet, column: Column, language: str) -> dict[str, object] | None:
    """The list from which a cell is chosen: words for a choice; people and stands from their own sheets."""
    kind = {
        ("places", "kind"): PlaceKind,
        ("offers_and_needs", "kind"): TextRole,
        ("offers_and_needs", "cooperation"): StatementKind,
        ("requests", "status"): RequestStatus,
        ("requests", "preference"): Preference,
        ("participants", "remote"): bool,
    }.get((sheet.field, column.field))
    if kind is not None:
        return {"validate": "list", "source": [word.name(language) for word in CHOICES[kind].values()]}
    target = None
    if sheet is not PARTICIPANTS and column.field in ("email", "sender", "recipient"):
        target = PARTICIPANTS
    elif (sheet.field, column.field) == ("participants", "place"):
        target = PLACES
    if target is None:
        return None
    # Other values are let through with a warning: the list may be pasted before the people are.
    source = f"='{target.name(language)}'!$A$2:$A${LAST_ROW + 1}"
    return {"validate": "list", "source": source, "error_type": "warning"}


def _rows_of(event: Event, language: str) -> dict[str, list[list[Value]]]:
    """The rows of every sheet, in the order of `SHEETS` and their columns."""
    zone = ZoneInfo(event.time_zone)

    def at(moment: datetime) -> Value:
        # A local time that comes twice (autumn) is told apart by its offset, which only a text can hold.
        local = moment.astimezone(zone)
        return local.isoformat(" ") if local.fold else local.replace(tzinfo=None)

    def choice(value: StrEnum) -> str:
        return CHOICES[type(value)][value].name(language)

    def yes(value: bool) -> str:
        return CHOICES[bool]["yes"].name(language) if value else ""

    return {
        "event": [[event.name, event.time_zone, ", ".join(event.languages), event.colour]],
        "participants": [
            [
                p.email,
                p.first_name,
                p.last_name,
                p.organisation,
                p.country,
                p.language,
                p.type,
                p.job_title,
                "; ".join(p.themes),
                p.place,
                yes(p.remote),
                p.minimum or None,
                p.maximum,
            ]
            for p in event.people
        ],
        "offers_and_needs": [
            [p.email, choice(role), each.text, _list_of(each.audience), each.kind and choice(each.kind)]
            for p in event.people
            for role, statements in ((TextRole.OFFER, p.offers), (TextRole.NEED, p.needs))
            for each in statements
        ],
        "availability": [
            [p.email, starts and at(starts), ends and at(ends)]
            for p in event.people
            for starts, ends in _times(event, p)
        ],
        "requests": [
            [r.sender, r.recipient, choice(r.status), choice(r.preference), r.message] for r in event.requests
        ],
        "slots": [[s.session, at(s.starts), at(s.ends), None] for s in event.slots],
        "places": [[p.name, choice(p.kind), p.capacity, p.organisation] for p in event.places],
        "themes": [[code, *(labels.get(x) for x in LANGUAGES)] for code, labels in event.themes.items()],
    }


def _list_of(types: Collection[str]) -> str:
    """Participation types in one cell: by semicolons, or on lines of their own where one holds a separator itself."""
    separator = "\n" if any(mark in name for name in types for mark in SEPARATORS) else "; "
    return separator.join(sorted(types))


def _times(event: Event, person: Profile) -> Iterable[tuple[datetime | None, datetime | None]]:
    """The times at which somebody is available, from the first to the last slot of each unbroken run of a session."""
    if person.available is None:
        return
    if not person.available:
        yield None, None
    runs = groupby(
        enumerate(sorted(person.available)), key=lambda pair: (pair[1] - pair[0], event.slots[pair[1]].session)
    )
    for _, run in runs:
        slots = [event.slots[i] for _, i in run]
        yield slots[0].starts, slots[-1].ends


def _write(page: xlsxwriter.worksheet.Worksheet, y: int, line: Sequence[Value], at: xlsxwriter.format.Format) -> None:
    for x, value in enumerate(line):
        if isinstance(value, datetime):
            page.write_datetime(y, x, value, at)
        elif isinstance(value, str):
            if len(value) > LONGEST:
                raise ValueError(f"a text of {len(value)} characters; a cell holds at most {LONGEST}")
            if value:
                page.write_string(y, x, value)
        elif value is not None:
            page.write_number(y, x, value)
