"""Rows become an event: each sheet by a function of its own, errors collected on the way."""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import partial
from pathlib import PurePath
from zoneinfo import ZoneInfo

from matchmaker.event import Event, EventPlace, PlaceKind, Preference, Profile, Request, RequestStatus
from matchmaker.intake import cells
from matchmaker.intake.errors import IntakeErrors, UnexpectedError
from matchmaker.intake.layout import PLACES, THEMES, Sheet, TextKind, plain
from matchmaker.intake.rows import Findings, Row, participants_of, sheets_of
from matchmaker.intake.tables import Cell, tables_of
from matchmaker.intake.times import read_availability, read_slots
from matchmaker.locale import LANGUAGES, SOURCE

Themes = Mapping[str, Mapping[str, str]]
"""The label of a theme by its code and by language."""

# Looking for the nearest of thousands of addresses takes time; a file with more errors than this has a common cause.
_SUGGESTIONS = 50


def read_workbook(data: bytes, filename: str, language: str = "en", themes: Themes | None = None) -> Event:
    """The event that a file describes.

    `data` is an .xlsx workbook (or another that calamine reads), a .zip of CSV files named after the sheets, or one
    .csv of participants, whose event is named after the file and has no slots, places and requests. Sheets and
    columns may be named in any language of the server. Times are local in the event's time zone. A participant who is
    not in the sheet of availability is always available. `themes` are those that the event has already: participants
    may name them too. Without, the themes of a lone .csv are what its participants name.

    Raises `IntakeErrors` with every error of the file, in sentences of `language`.
    """
    findings = Findings(language)
    tables = tables_of(data, filename, language)
    alone = filename.lower().endswith(".csv")
    sheets = participants_of(tables[0], findings) if alone else sheets_of(tables, findings)
    reading = _Reading(sheets, findings, themes or (_themes_written(sheets) if alone else {}))
    event = reading.event(PurePath(filename).stem if alone else None)
    if findings.errors:
        order = {rows[0].sheet: i for i, (_, rows) in enumerate(sheets.items()) if rows}
        findings.errors.sort(key=lambda error: (order.get(error.sheet, -1), error.row or 0))
        raise IntakeErrors(tuple(findings.errors))
    return event


@dataclass(frozen=True, slots=True)
class _Reading:
    """One file on its way to an event; `people` are the rows of participants by e-mail address."""

    sheets: Mapping[str, list[Row]]
    findings: Findings
    known: Themes
    people: dict[str, Row] = field(default_factory=dict)

    def event(self, name: str | None) -> Event:
        """The event, which is of use only where nothing was found wrong; `name` where no sheet gives it one."""
        self._find_people()
        about = self._about()
        zone = (about and about.read("time_zone", cells.time_zone)) or ZoneInfo("UTC")
        slots, sound = read_slots(self.sheets.get("slots", []), zone)
        places = self._places()
        themes = {**self.known, **self._themes()}
        texts = self._texts()
        available = read_availability(self.sheets.get("availability", []), slots, zone, self._somebody, sound)
        defaults = Event(name=name or "", time_zone=zone.key)
        return Event(
            name=(about and about.read("name", cells.text)) or defaults.name,
            time_zone=zone.key,
            languages=(about and about.read("languages", cells.languages)) or defaults.languages,
            colour=(about and about.read("colour", cells.colour)) or defaults.colour,
            themes=themes,
            slots=slots,
            places=places,
            people=tuple(
                self._profile(email, row, places, themes, texts, available) for email, row in self.people.items()
            ),
            requests=self._requests(),
        )

    def _about(self) -> Row | None:
        rows = self.sheets.get("event", [])
        if "event" in self.sheets and len(rows) != 1:
            sheet = rows[0].sheet if rows else "event"
            self.findings.add(sheet, rows[1].number if rows else None, "", "", "one_row")
        return rows[0] if rows else None

    def _find_people(self) -> None:
        for row in self.sheets.get("participants", []):
            email = row.read("email", cells.email)
            if email in self.people:
                row.wrong("email", "once", row=self.people[email].number)
            elif email is not None:
                self.people[email] = row

    def _somebody(self, cell: Cell) -> str:
        """The e-mail address of a participant."""
        email = cells.text(cell).lower()
        if email in self.people:
            return email
        few = len(self.findings.errors) < _SUGGESTIONS
        near = get_close_matches(email, list(self.people), n=1, cutoff=0.8) if few else []
        raise UnexpectedError("person_suggested", suggestion=near[0]) if near else UnexpectedError("person")

    def _profile(
        self,
        email: str,
        row: Row,
        places: tuple[EventPlace, ...],
        themes: Themes,
        texts: Mapping[tuple[str, TextKind], list[str]],
        available: Mapping[str, frozenset[int]],
    ) -> Profile:
        def stand(cell: Cell) -> str:
            if not any(place.name == cells.text(cell) and place.kind is PlaceKind.STAND for place in places):
                raise UnexpectedError("stand", sheet=self._name(PLACES))
            return cells.text(cell)

        minimum = row.read("minimum", cells.number) or 0
        maximum = row.read("maximum", cells.number)
        if maximum is not None and maximum < minimum:
            row.wrong("maximum", "at_least_minimum", minimum=minimum)
        return Profile(
            email=email,
            first_name=row.read("first_name", cells.text) or "",
            last_name=row.read("last_name", cells.text) or "",
            organisation=row.read("organisation", cells.text) or "",
            country=row.read("country", cells.country) or "",
            language=row.read("language", cells.language_code) or SOURCE,
            type=row.read("type", cells.text) or "",
            job_title=row.read("job_title", cells.text) or "",
            themes=row.read("themes", partial(_themes_named, themes=themes, sheet=self._name(THEMES))) or (),
            offers=tuple(texts[email, TextKind.OFFER]),
            needs=tuple(texts[email, TextKind.NEED]),
            available=available.get(email),
            place=row.read("place", stand),
            remote=row.read("remote", partial(cells.yes, language=self.findings.language)) or False,
            minimum=minimum,
            maximum=maximum,
        )

    def _texts(self) -> Mapping[tuple[str, TextKind], list[str]]:
        texts: dict[tuple[str, TextKind], list[str]] = defaultdict(list)
        for row in self.sheets.get("offers_and_needs", []):
            email = row.read("email", self._somebody)
            kind = row.read("kind", partial(cells.choice, kind=TextKind, language=self.findings.language))
            written = row.read("text", cells.text)
            if email and kind and written:
                texts[email, kind].append(written)
        return texts

    def _requests(self) -> tuple[Request, ...]:
        choice = partial(cells.choice, language=self.findings.language)
        requests: dict[tuple[str, str], Request] = {}
        seen: dict[tuple[str, str], int] = {}
        for row in self.sheets.get("requests", []):
            sender, recipient = row.read("sender", self._somebody), row.read("recipient", self._somebody)
            status = row.read("status", partial(choice, kind=RequestStatus)) or RequestStatus.PENDING
            preference = row.read("preference", partial(choice, kind=Preference)) or Preference.LIKE
            message = row.read("message", cells.text) or ""
            if sender is None or recipient is None:
                continue
            if sender == recipient:
                row.wrong("recipient", "somebody_else")
            elif (sender, recipient) in seen:
                row.wrong("recipient", "request_once", row=seen[sender, recipient])
            else:
                seen[sender, recipient] = row.number
                requests[sender, recipient] = Request(
                    sender=sender, recipient=recipient, status=status, preference=preference, message=message
                )
        return tuple(requests.values())

    def _places(self) -> tuple[EventPlace, ...]:
        places: list[EventPlace] = []
        seen: dict[str, int] = {}
        for row in self.sheets.get("places", []):
            name = row.read("name", cells.text)
            kind = row.read("kind", partial(cells.choice, kind=PlaceKind, language=self.findings.language))
            capacity = row.read("capacity", partial(cells.number, least=1))
            organisation = row.read("organisation", cells.text)
            if name in seen:
                row.wrong("name", "once", row=seen[name])
            elif name is not None:
                seen[name] = row.number
                places.append(
                    EventPlace(
                        name=name,
                        kind=kind or PlaceKind.TABLE,
                        capacity=capacity if capacity is not None else 1,
                        organisation=organisation,
                    )
                )
        return tuple(places)

    def _themes(self) -> dict[str, dict[str, str]]:
        themes: dict[str, dict[str, str]] = {}
        seen: dict[str, int] = {}
        for row in self.sheets.get("themes", []):
            code = row.read("code", cells.theme_code)
            if code in seen:
                row.wrong("code", "once", row=seen[code])
            elif code is not None:
                seen[code] = row.number
                labels = {language: row.read(language, cells.text) for language in LANGUAGES}
                themes[code] = {language: label for language, label in labels.items() if label}
        return themes

    def _name(self, sheet: Sheet) -> str:
        """The name of a sheet as it stands in the file, or else in the reader's language."""
        rows = self.sheets.get(sheet.field)
        return rows[0].sheet if rows else sheet.name(self.findings.language)


def _themes_written(sheets: Mapping[str, list[Row]]) -> dict[str, dict[str, str]]:
    """Every theme that participants name, by a code made of its name, which is its label in each language."""
    cells_of = (row.read("themes", cells.several) or () for row in sheets.get("participants", []))
    names = {plain(name): name for several in cells_of for name in several}
    return {
        re.sub(r"\W+", "-", known).strip("-")[:40] or "theme": dict.fromkeys(LANGUAGES, name)
        for known, name in names.items()
    }


def _themes_named(cell: Cell, themes: Themes, sheet: str) -> tuple[str, ...]:
    """The codes of the themes that a cell lists by code or label."""
    codes = {plain(name): code for code, labels in themes.items() for name in (*labels.values(), code)}
    found = [codes.get(plain(name)) for name in cells.several(cell)]
    if None in found:
        raise UnexpectedError("theme", sheet=sheet, themes=", ".join(themes))
    return tuple(code for code in found if code is not None)
