"""Rows become an event: each sheet by a function of its own, errors collected on the way."""

from collections.abc import Collection, Mapping, Set
from contextlib import suppress
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import partial
from pathlib import PurePath
from zoneinfo import ZoneInfo

from matchmaker.event import Event, EventPlace, PlaceKind, Preference, Profile, Request, RequestStatus, TextRole
from matchmaker.intake import cells
from matchmaker.intake.errors import IntakeNotice, UnexpectedError
from matchmaker.intake.layout import PLACES, THEMES, Sheet
from matchmaker.intake.rows import Findings, Row, is_sheet, participants_of, sheets_of, without_examples
from matchmaker.intake.statements import Statements, read_statements
from matchmaker.intake.tables import Cell, tables_of
from matchmaker.intake.times import read_availability, read_slots
from matchmaker.locale import LANGUAGES, SOURCE
from matchmaker.text import CAPACITY, MEETINGS, THEMES_PER_PERSON, fold, slug

Themes = Mapping[str, Mapping[str, str]]
"""The label of a theme by its code and by language."""

MOST_THEMES = 500
# Looking for the nearest of thousands of addresses takes time; a file with more errors than this has a common cause.
_SUGGESTIONS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a file holds: the event, and notices of what in it is ignored."""

    event: Event
    notices: tuple[IntakeNotice, ...] = ()


def read_workbook(data: bytes, filename: str, language: str = "en", themes: Themes | None = None) -> Event:
    """The event that a file describes, the template's example people included; as `read_file` otherwise."""
    return read_file(data, filename, language, themes, keep_examples=True).event


def read_file(
    data: bytes,
    filename: str,
    language: str = "en",
    themes: Themes | None = None,
    types: Collection[str] = (),
    *,
    keep_examples: bool = False,
) -> Reading:
    """The event that a file describes, and what of the file is ignored.

    `data` is an .xlsx workbook (or another that calamine reads), a .zip of CSV files named after the sheets, or one
    .csv of participants, whose event is named after the file and has no slots, places and requests. Sheets and
    columns may be named in any language of the server; others are ignored, and so are the template's example people
    unless `keep_examples`. Times are local in the event's time zone. A participant who is not in the sheet of
    availability is always available. `themes` are those that the event has already: participants may name them too.
    Without, the themes of a lone .csv are what its participants name. `types` are the participation types that the
    event has already: offers and needs may be for them, and for those of the file.

    Raises `IntakeErrors` with the errors of the file, in sentences of `language`. Files are limited in size, rows,
    columns and cells (`archive`), slots, themes and the length of texts (`matchmaker.text`).
    """
    findings = Findings(language)
    tables = tables_of(data, filename, language, is_sheet)
    alone = filename.lower().endswith(".csv")
    sheets = participants_of(tables[0], findings) if alone else sheets_of(tables, findings)
    order = [rows[0].sheet for rows in sheets.values() if rows]
    if not keep_examples:
        sheets = without_examples(sheets, findings)
    reading = _Reading(sheets, findings, themes or (_themes_written(sheets) if alone else {}), types)
    event = reading.event(PurePath(filename).stem if alone else None)
    findings.raise_errors(order, PurePath(filename).name)
    return Reading(event=event, notices=tuple(findings.notices))


@dataclass(frozen=True, slots=True)
class _Reading:
    """One file on its way to an event.

    `people` are the rows of participants by e-mail address, `misspelt` what stands there instead of an address, and
    `types` the participation type of each who has one.
    """

    sheets: Mapping[str, list[Row]]
    findings: Findings
    event_themes: Themes
    event_types: Collection[str] = ()
    people: dict[str, Row] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    misspelt: list[str] = field(default_factory=list)

    def event(self, name: str | None) -> Event:
        """The event, which is of use only where nothing was found wrong; `name` where no sheet gives it one."""
        self._find_people()
        about = self._about()
        zone = (about and about.read("time_zone", cells.time_zone)) or ZoneInfo("UTC")
        slots, sound = read_slots(self.sheets.get("slots", []), zone)
        places = self._places()
        themes = {**self.event_themes, **self._themes()}
        statements = read_statements(
            self.sheets.get("offers_and_needs", []),
            self._somebody,
            {*self.event_types, *self.types.values()},
            self.findings.language,
        )
        available = read_availability(self.sheets.get("availability", []), slots, zone, self._somebody, sound)
        stands = frozenset(place.name for place in places if place.kind is PlaceKind.STAND)
        codes = {fold(name): code for code, labels in themes.items() for name in (*labels.values(), code)}
        defaults = Event(name="", time_zone=zone.key)
        return Event(
            name=(about and about.read("name", cells.line)) or (name and self._file_name(name)) or defaults.name,
            time_zone=zone.key,
            languages=(about and about.read("languages", cells.languages)) or defaults.languages,
            colour=(about and about.read("colour", cells.colour)) or defaults.colour,
            themes=themes,
            slots=slots,
            places=places,
            people=tuple(
                self._profile(email, row, stands, codes, statements, available) for email, row in self.people.items()
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
                if participation_type := row.read("type", cells.line):
                    self.types[email] = participation_type
            elif "email" in row.cells and len(self.misspelt) < _SUGGESTIONS:
                self.misspelt.append(cells.text(row.cells["email"]).lower()[:200])
                self.findings.name_cause(f"email {self.misspelt[-1]}")

    def _somebody(self, cell: Cell) -> str:
        """The e-mail address of a participant.

        An unknown address is an error where it comes first. One that is nearest to what stands in place of an
        address in the sheet of participants is an error there only.
        """
        email = cells.text(cell).lower()
        if email in self.people:
            return email
        cause, few = f"person {email}", len(self.findings.errors) < _SUGGESTIONS
        near = get_close_matches(email[:200], [*self.misspelt, *self.people], n=1, cutoff=0.8) if few else []
        if not near:
            raise UnexpectedError("person", cause=cause)
        if near[0] in self.people:
            raise UnexpectedError("person_suggested", cause=cause, suggestion=near[0])
        raise UnexpectedError("person", cause=f"email {near[0]}")

    def _profile(
        self,
        email: str,
        row: Row,
        stands: Set[str],
        codes: Mapping[str, str],
        statements: Statements,
        available: Mapping[str, frozenset[int]],
    ) -> Profile:
        def stand(cell: Cell) -> str:
            if (name := cells.line(cell)) not in stands:
                raise UnexpectedError("stand", sheet=self._name(PLACES))
            return name

        meetings = partial(cells.number, least=0, most=MEETINGS)
        minimum = row.read("minimum", meetings) or 0
        maximum = row.read("maximum", meetings)
        if maximum is not None and maximum < minimum:
            row.wrong("maximum", "at_least_minimum", minimum=minimum)
        return Profile(
            email=email,
            first_name=row.read("first_name", cells.line) or "",
            last_name=row.read("last_name", cells.line) or "",
            organisation=row.read("organisation", cells.line) or "",
            country=row.read("country", cells.country) or "",
            language=row.read("language", cells.language_code) or SOURCE,
            type=self.types.get(email, ""),
            job_title=row.read("job_title", cells.line) or "",
            themes=row.read("themes", partial(_themes_named, codes=codes, sheet=self._name(THEMES))) or (),
            offers=tuple(statements.get((email, TextRole.OFFER), ())),
            needs=tuple(statements.get((email, TextRole.NEED), ())),
            available=available.get(email),
            place=row.read("place", stand),
            remote=row.read("remote", partial(cells.yes, language=self.findings.language)) or False,
            minimum=minimum,
            maximum=maximum,
        )

    def _requests(self) -> tuple[Request, ...]:
        choice = partial(cells.choice, language=self.findings.language)
        requests: dict[tuple[str, str], Request] = {}
        seen: dict[tuple[str, str], int] = {}
        for row in self.sheets.get("requests", []):
            sender, recipient = row.read("sender", self._somebody), row.read("recipient", self._somebody)
            status = row.read("status", partial(choice, kind=RequestStatus)) or RequestStatus.PENDING
            preference = row.read("preference", partial(choice, kind=Preference)) or Preference.LIKE
            message = row.read("message", cells.prose) or ""
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
            name = row.read("name", cells.line)
            kind = row.read("kind", partial(cells.choice, kind=PlaceKind, language=self.findings.language))
            capacity = row.read("capacity", partial(cells.number, least=1, most=CAPACITY))
            organisation = row.read("organisation", cells.line)
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
                if len(seen) > MOST_THEMES:
                    row.wrong("code", "too_many_themes", cause="themes", most=MOST_THEMES)
                labels = {language: row.read(language, cells.line) for language in LANGUAGES}
                themes[code] = {language: label for language, label in labels.items() if label}
        return themes

    def _file_name(self, name: str) -> str:
        """The name of a file as that of an event."""
        try:
            return cells.line(name)
        except UnexpectedError as error:
            self.findings.add(name[:100], None, "", name, error.code, cause=None, **error.details)
            return ""

    def _name(self, sheet: Sheet) -> str:
        """The name of a sheet as it stands in the file, or else in the reader's language."""
        rows = self.sheets.get(sheet.field)
        return rows[0].sheet if rows else sheet.name(self.findings.language)


def _themes_written(sheets: Mapping[str, list[Row]]) -> dict[str, dict[str, str]]:
    """Every theme that participants name, by a code made of its name, which is its label in each language."""
    names: dict[str, str] = {}
    for row in sheets.get("participants", []):
        if len(names) > MOST_THEMES:
            row.wrong("themes", "too_many_themes", most=MOST_THEMES)
            break
        if "themes" in row.cells:
            with suppress(UnexpectedError):  # reported where the row is read
                names |= {fold(name): name for name in cells.several(row.cells["themes"], THEMES_PER_PERSON)}
    return {slug(folded, "theme", 40): dict.fromkeys(LANGUAGES, name) for folded, name in names.items()}


def _themes_named(cell: Cell, codes: Mapping[str, str], sheet: str) -> tuple[str, ...]:
    """The codes of the themes that a cell lists by code or label."""
    names = cells.several(cell, THEMES_PER_PERSON)
    themes = [codes.get(fold(name)) for name in names]
    if None in themes:
        known = list(dict.fromkeys(codes.values()))
        raise UnexpectedError("theme", sheet=sheet, themes=", ".join(known[:40]) + (" ..." if len(known) > 40 else ""))
    return tuple(code for code in themes if code is not None)
