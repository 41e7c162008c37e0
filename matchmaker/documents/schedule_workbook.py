"""A schedule as a workbook: by time, by person, as a grid of places, what was not placed and why, and the figures."""

import io
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, time
from zoneinfo import ZoneInfo

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from matchmaker.agenda import agendas_of
from matchmaker.documents.edition import Edition, session_named, words_of
from matchmaker.event import Event, Profile
from matchmaker.locale import catalogue
from matchmaker.report import Report
from matchmaker.scheduling.domain import Problem, Schedule

Value = str | int | date | time | None


def schedule_workbook(
    event: Event,
    problem: Problem,
    schedule: Schedule,
    report: Report,
    edition: Edition,
    reasons: Mapping[int, str] | None = None,
    language: str = "en",
    fixes: Mapping[int, str] | None = None,
) -> bytes:
    """A schedule of the problem that `problem_of` makes of `event`, as an .xlsx workbook in `language`.

    `reasons` say in that language why a request was not placed, by its position in `event.requests`: that of a
    candidate, or of an accepted request which did not become one; `fixes` say likewise what would make room for it.
    """
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        book.set_properties({"title": event.name})
        pages = _Pages(book, words_of(language))
        pages.table("by time", _WIDTHS["by time"], _by_time(event, schedule, language))
        pages.table("by person", _WIDTHS["by person"], _by_person(event, schedule))
        _grid(pages, event, schedule)
        left = _not_placed(event, problem, schedule, reasons or {}, fixes or {})
        pages.table("not placed", _WIDTHS["not placed"], left)
        _figures(pages, event, report, edition, language)
    return target.getvalue()


_WIDTHS = {
    "by time": {
        "date": 12, "start": 8, "end": 8, "session": 20, "place": 20, "name": 26, "organisation": 30, "country": 9,
        "with": 26, "their organisation": 30, "their country": 9,
    },
    "by person": {
        "name": 26, "organisation": 30, "e-mail": 32, "meetings": 11, "date": 12, "start": 8, "end": 8, "place": 20,
        "with": 26, "their organisation": 30,
    },
    "not placed": {
        "name": 26, "organisation": 30, "with": 26, "their organisation": 30, "value": 8, "why not": 70,
        "fix": 70,
    },
}  # fmt: skip


class _Pages:
    """The sheets of a workbook, whose names and headings come from `words`."""

    def __init__(self, book: xlsxwriter.Workbook, words: Mapping[str, str]) -> None:
        self.book, self.words = book, words
        self.head: Format = book.add_format({"bold": True, "bg_color": "#E7E5E4", "bottom": 1, "text_wrap": True})
        self.date: Format = book.add_format({"num_format": "yyyy-mm-dd", "align": "left", "valign": "top"})
        self.time: Format = book.add_format({"num_format": "hh:mm", "align": "left", "valign": "top"})
        self.bold: Format = book.add_format({"bold": True, "valign": "top"})
        self.cell: Format = book.add_format({"text_wrap": True, "valign": "top", "font_size": 9})

    def page(self, name: str) -> Worksheet:
        page: Worksheet = self.book.add_worksheet(self.words[name])
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        return page

    def table(self, name: str, widths: Mapping[str, int], rows: Sequence[Sequence[Value]]) -> None:
        """A sheet with one line of headings, which stays in sight and filters."""
        page = self.page(name)
        page.freeze_panes(1, 0)
        page.repeat_rows(0)
        for x, (heading, width) in enumerate(widths.items()):
            page.set_column(x, x, width)
            page.write_string(0, x, self.words[heading], self.head)
        for y, row in enumerate(rows, start=1):
            for x, value in enumerate(row):
                self.write(page, y, x, value)
        page.autofilter(0, 0, max(1, len(rows)), len(widths) - 1)

    def write(self, page: Worksheet, y: int, x: int, value: Value) -> None:
        match value:
            case str():
                page.write_string(y, x, value)
            case int():
                page.write_number(y, x, value)
            case date():
                page.write_datetime(y, x, value, self.date)
            case time():
                page.write_datetime(y, x, value, self.time)


def _by_time(event: Event, schedule: Schedule, language: str) -> list[Sequence[Value]]:
    rows: list[Sequence[Value]] = []
    for meeting in sorted(schedule.meetings, key=lambda m: (m.slot, m.place, m.candidate)):
        one, *others = (event.people[i] for i in meeting.attendees)
        rows.append(
            [
                *_times(event, meeting.slot),
                session_named(event.slots[meeting.slot].session, language),
                event.places[meeting.place].name,
                one.name,
                one.organisation,
                one.country,
                *_together(others),
                ", ".join(p.country for p in others),
            ]
        )
    return rows


def _by_person(event: Event, schedule: Schedule) -> list[Sequence[Value]]:
    rows: list[Sequence[Value]] = []
    in_order = sorted(agendas_of(event, schedule), key=lambda a: (a.person.last_name.casefold(), a.person.first_name))
    for agenda in in_order:
        who: list[Value] = [agenda.person.name, agenda.person.organisation, agenda.person.email, len(agenda.entries)]
        rows += [
            [*who, *_times(event, entry.slot), entry.place.name, *_together(entry.partners)] for entry in agenda.entries
        ] or [who]
    return rows


def _not_placed(
    event: Event, problem: Problem, schedule: Schedule, reasons: Mapping[int, str], fixes: Mapping[int, str]
) -> list[Sequence[Value]]:
    values = {c.id: c.value for c in problem.candidates if c.id not in schedule.by_candidate}
    people = {person.email: person for person in event.people}
    rows: list[Sequence[Value]] = []
    for i in sorted(values.keys() | reasons.keys(), key=lambda i: (-values.get(i, 0), i)):
        one, other = people[event.requests[i].sender], people[event.requests[i].recipient]
        rows.append([one.name, one.organisation, *_together([other]), values.get(i), reasons.get(i), fixes.get(i)])
    return rows


def _grid(pages: _Pages, event: Event, schedule: Schedule) -> None:
    held: dict[tuple[int, int], list[str]] = defaultdict(list)
    for meeting in schedule.meetings:
        names = " – ".join(event.people[i].name for i in meeting.attendees)
        held[meeting.slot, meeting.place].append(names)
    page = pages.page("by place")
    page.freeze_panes(1, 3)
    page.set_column(0, 2, 9)
    page.set_column(3, 2 + max(1, len(event.places)), 22)
    for x, heading in enumerate(("date", "start", "end")):
        page.write_string(0, x, pages.words[heading], pages.head)
    for x, place in enumerate(event.places, start=3):
        page.write_string(0, x, place.name, pages.head)
    for y in range(len(event.slots)):
        times: Sequence[Value] = _times(event, y)
        for x, value in enumerate(times):
            pages.write(page, y + 1, x, value)
        for x in range(len(event.places)):
            if names_here := held.get((y, x)):
                page.write_string(y + 1, x + 3, "\n".join(names_here), pages.cell)


def _figures(pages: _Pages, event: Event, report: Report, edition: Edition, language: str) -> None:
    page = pages.page("figures")
    page.set_column(0, 0, 44)
    page.set_column(1, 1, 20)
    page.set_column(2, 2, 10)
    whole, part, exact = (pages.book.add_format({"num_format": form}) for form in ("#,##0", "0.0%", "0.000%"))
    at = catalogue(language).moment(edition.at.astimezone(ZoneInfo(event.time_zone)))
    page.write_string(0, 0, event.name, pages.bold)
    page.write_string(1, 0, pages.words["draft" if edition.draft else "version"].format(version=edition.version, at=at))
    for y, (label, figure, share) in enumerate(report.lines(language), start=3):
        page.write_string(y, 0, label, pages.bold if figure is None and share is None else None)
        if figure is not None:
            page.write_number(y, 1, figure, whole)
        if share is not None:
            page.write_number(y, 2 if figure is not None else 1, share, part if figure is not None else exact)


def _times(event: Event, slot: int) -> tuple[date, time, time]:
    """Date, start and end of a slot, local."""
    zone = ZoneInfo(event.time_zone)
    starts, ends = event.slots[slot].starts.astimezone(zone), event.slots[slot].ends.astimezone(zone)
    return starts.date(), starts.time(), ends.time()


def _together(people: Sequence[Profile]) -> tuple[str, str]:
    """Names and organisations of people in one cell each."""
    return ", ".join(p.name for p in people), ", ".join(dict.fromkeys(p.organisation for p in people))
