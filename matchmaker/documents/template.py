"""A workbook to fill in: a small example event and a sheet of notes."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from matchmaker.agenda import slots_between
from matchmaker.documents.event_workbook import workbook_of
from matchmaker.event import (
    Event,
    EventPlace,
    PlaceKind,
    Preference,
    Profile,
    Request,
    RequestStatus,
    Statement,
    StatementKind,
)
from matchmaker.intake.layout import EXAMPLE_DOMAIN, NOTES_SHEET, SHEETS
from matchmaker.locale import Message, catalogue, gettext_noop, in_every_language

EMAILS = tuple(f"{name}@{EXAMPLE_DOMAIN}" for name in ("anna", "bram", "chloe", "dora"))


def template(language: str = "en") -> bytes:
    """An .xlsx workbook in `language` that `read_workbook` accepts: an example to overwrite, with notes."""
    translated = catalogue(language)
    headings = {"general": "", **{sheet.field: sheet.name(language) for sheet in SHEETS}}
    lines = [(heading, translated.gettext(NOTES[field])) for field, heading in headings.items()]
    return workbook_of(example(), language, notes=(NOTES_SHEET.name(language), lines))


def example() -> Event:
    """Four people, three requests, one morning."""
    zone = ZoneInfo("Europe/Brussels")
    starts = datetime(2027, 10, 14, 9, 0, tzinfo=zone)
    anna, bram, chloe, dora = EMAILS
    return Event(
        name="Partnering day",
        time_zone=zone.key,
        themes={
            "diagnostics": in_every_language(Message("theme", "Diagnostics").text),
            "devices": in_every_language(Message("theme", "Medical devices").text),
        },
        slots=slots_between("Morning", starts, starts + timedelta(hours=2), 20),
        places=(
            EventPlace(name="Table 1"),
            EventPlace(name="Table 2"),
            EventPlace(name="Stand A", kind=PlaceKind.STAND, capacity=2, organisation="Chloé Instruments"),
            EventPlace(name="Room online", kind=PlaceKind.VIRTUAL, capacity=10),
        ),
        people=(
            Profile(
                email=anna,
                first_name="Anna",
                last_name="Peeters",
                organisation="Peeters Diagnostics",
                country="BE",
                language="nl",
                type="start-up",
                job_title="CEO",
                themes=("diagnostics",),
                offers=(
                    Statement(text="Een sneltest voor sepsis op één druppel bloed", audience=frozenset({"buyer"})),
                ),
                needs=(
                    Statement(
                        text="Een partner voor klinische studies in Frankrijk",
                        audience=frozenset({"buyer", "exhibitor"}),
                        kind=StatementKind.CLINICAL_SITE,
                    ),
                ),
                minimum=1,
                maximum=8,
            ),
            Profile(
                email=bram,
                first_name="Bram",
                last_name="Visser",
                organisation="Visser Ventures",
                country="NL",
                type="investor",
                themes=("diagnostics", "devices"),
                offers=(
                    Statement(
                        text="Series A funding for in vitro diagnostics",
                        audience=frozenset({"start-up"}),
                        kind=StatementKind.FUNDING,
                    ),
                ),
                available=frozenset({0, 1, 2}),
            ),
            Profile(
                email=chloe,
                first_name="Chloé",
                last_name="Martin",
                organisation="Chloé Instruments",
                country="FR",
                language="fr",
                type="exhibitor",
                job_title="Directrice commerciale",
                themes=("devices",),
                offers=(Statement(text="Études cliniques multicentriques en France"),),
                place="Stand A",
            ),
            Profile(
                email=dora,
                first_name="Dora",
                last_name="Keller",
                organisation="Keller Hospital",
                country="DE",
                type="buyer",
                needs=(
                    Statement(text="A rapid sepsis test for emergency departments", audience=frozenset({"start-up"})),
                ),
                remote=True,
            ),
        ),
        requests=(
            Request(sender=anna, recipient=bram, status=RequestStatus.ACCEPTED, preference=Preference.MUST),
            Request(sender=anna, recipient=chloe, status=RequestStatus.ACCEPTED, message="Bonjour Chloé !"),
            Request(sender=dora, recipient=anna, status=RequestStatus.ACCEPTED),
            Request(sender=bram, recipient=chloe),
        ),
    )


NOTES: Mapping[str, str] = {
    "general": gettext_noop(
        "Replace the example with your own rows. Order of sheets and columns is free; columns in bold are required. "
        "Sheets of any other name are ignored. People are known by their e-mail address."
    ),
    "event": gettext_noop(
        "One row. The time zone is an IANA name such as Europe/Brussels; all times are local in it. "
        "Languages by their code, separated by commas. The colour (#rrggbb) marks printed agendas."
    ),
    "participants": gettext_noop(
        "One row for each person. Country and language by code or name. Themes by code or label, separated by "
        "semicolons. Stand: where an exhibitor receives; all their meetings are held there. Remote: they meet in "
        "virtual rooms only. Minimum: the number of meetings promised; maximum: the most they accept."
    ),
    "offers_and_needs": gettext_noop(
        "One row for each offer or need, in whatever language the person writes. For whom (optional): the "
        "participation types of the sheet of participants that could help, or that an offer serves, separated by "
        "semicolons. Kind of cooperation (optional): one of the list. Leave empty what the person did not say."
    ),
    "availability": gettext_noop(
        "Optional. One row for each period in which somebody is available; anybody not listed is always available. "
        "A row without times: not available at all."
    ),
    "requests": gettext_noop(
        "One row for each request, with the e-mail addresses of both. Accepted requests become meetings, and so do "
        "pending requests of two people to each other. Status: pending when empty. Preference: must, like (when "
        "empty) or never, which keeps the two apart."
    ),
    "slots": gettext_noop(
        "One row for each slot, or one for each session with the length of its slots in minutes. Start and end "
        "with date and time. Slots may not overlap."
    ),
    "places": gettext_noop(
        "Tables, stands and virtual rooms (table when empty). Capacity: meetings held at once (1 when empty). A "
        "stand serves only the people who receive there, a virtual room only meetings with somebody remote."
    ),
    "themes": gettext_noop("Optional. A short code and its label in each language."),
}
