"""Builders of events: every argument has a default that is legal and dull."""

import io
from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import xlsxwriter
from hypothesis import strategies as st

from matchmaker.agenda import slots_between
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
    TimeSlot,
)
from matchmaker.text import is_visible

BRUSSELS = ZoneInfo("Europe/Brussels")


def at(hour: int, minute: int = 0, day: int = 15) -> datetime:
    """A time of October 2026 in Brussels."""
    return datetime(2026, 10, day, hour, minute, tzinfo=BRUSSELS)


def person(name: str, **given: object) -> Profile:
    """Somebody whose e-mail address is name@example.org."""
    about: dict[str, object] = {
        "email": f"{name}@example.org",
        "first_name": name.capitalize(),
        "last_name": "Peeters",
        "organisation": f"{name.capitalize()} NV",
        "country": "BE",
    }
    return Profile(**{**about, **given})  # type: ignore[arg-type]


def statements(*texts: str) -> tuple[Statement, ...]:
    """Offers or needs of which nothing but the text is known."""
    return tuple(Statement(text=text) for text in texts)


def request(sender: str, recipient: str, **given: object) -> Request:
    asked: dict[str, object] = {"status": RequestStatus.ACCEPTED, **given}
    return Request(sender=f"{sender}@example.org", recipient=f"{recipient}@example.org", **asked)  # type: ignore[arg-type]


def event(*people: Profile, requests: Sequence[Request] = (), **given: object) -> Event:
    """An event in Brussels with three slots of one session and two tables."""
    about: dict[str, object] = {
        "name": "Partnering Day",
        "time_zone": "Europe/Brussels",
        "slots": slots_between("Morning", at(9), at(10), 20),
        "places": (EventPlace(name="Table 1"), EventPlace(name="Table 2")),
        "people": people,
        "requests": tuple(requests),
    }
    return Event(**{**about, **given})  # type: ignore[arg-type]


def workbook(sheets: Mapping[str, Sequence[Sequence[object]]]) -> bytes:
    """An .xlsx workbook of these cells, row by row."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        dates = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        for name, rows in sheets.items():
            page = book.add_worksheet(name)
            for y, row in enumerate(rows):
                for x, cell in enumerate(row):
                    if isinstance(cell, datetime):
                        page.write_datetime(y, x, cell.replace(tzinfo=None), dates)
                    else:
                        page.write(y, x, cell)
    return target.getvalue()


def sheets(**changed: Sequence[Sequence[object]] | None) -> dict[str, Sequence[Sequence[object]]]:
    """The cells of a small faultless workbook; a sheet given as None is left out."""
    known: dict[str, Sequence[Sequence[object]] | None] = {
        "event": [["name", "time zone"], ["Partnering Day", "Europe/Brussels"]],
        "participants": [
            ["email", "first name", "last name", "organisation", "country"],
            ["ann@example.org", "Ann", "Peeters", "Ann NV", "BE"],
            ["bob@example.org", "Bob", "Dubois", "Bob SA", "FR"],
        ],
        "offers and needs": [["email", "kind", "text"], ["ann@example.org", "offer", "A rapid test"]],
        "requests": [["from", "to", "status"], ["ann@example.org", "bob@example.org", "accepted"]],
        "slots": [
            ["session", "start", "end"],
            ["Morning", at(9), at(9, 20)],
            ["Morning", at(9, 20), at(9, 40)],
        ],
        "places": [["name", "kind", "capacity"], ["Table 1", "table", 1]],
    }
    known.update({name.replace("_", " "): rows for name, rows in changed.items()})
    return {name: rows for name, rows in known.items() if rows is not None}


# Characters that a cell keeps: XML has no control characters, and no blanks survive at the ends.
_letters = st.characters(exclude_categories=("C", "Z"))
_text = st.text(_letters | st.just(" "), min_size=1, max_size=30).map(str.strip).filter(is_visible)
_prose = st.text(_letters | st.sampled_from(" \n"), min_size=1, max_size=30).map(str.strip).filter(is_visible)
_names = st.lists(st.from_regex(r"[a-z][a-z0-9]{0,7}", fullmatch=True), min_size=1, max_size=6, unique=True)


@st.composite
def events(draw: st.DrawFn) -> Event:
    """Any event that a workbook can hold."""
    zone = ZoneInfo(draw(st.sampled_from(["Europe/Brussels", "America/New_York", "UTC", "Asia/Kolkata"])))
    slots = draw(_slots(zone))
    themes = draw(
        st.dictionaries(
            st.from_regex(r"[a-z]{1,6}", fullmatch=True),
            st.dictionaries(st.sampled_from(["en", "fr", "nl"]), st.from_regex(r"[A-Z]{7,9}", fullmatch=True)),
            max_size=3,
        )
    )
    places = [
        EventPlace(
            name=name,
            kind=draw(st.sampled_from(PlaceKind)),
            capacity=draw(st.integers(1, 40)),
            organisation=draw(st.none() | _text),
        )
        for name in draw(st.lists(_text, max_size=4, unique=True))
    ]
    stands = [place.name for place in places if place.kind is PlaceKind.STAND]
    types = draw(st.lists(_text, max_size=3))
    people = [draw(_profile(name, themes, types, stands, len(slots))) for name in draw(_names)]
    everybody = {person.type for person in people} - {""}
    people = [replace(p, **{side: draw(_statements(everybody)) for side in ("offers", "needs")}) for p in people]
    pairs = [(a.email, b.email) for a in people for b in people if a is not b]
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True, max_size=6)) if pairs else []
    return Event(
        name=draw(_text),
        time_zone=zone.key,
        languages=tuple(draw(st.lists(st.sampled_from(["en", "fr", "nl", "de"]), min_size=1, unique=True))),
        colour=draw(st.from_regex("#[0-9a-f]{6}", fullmatch=True)),
        themes=themes,
        slots=slots,
        places=tuple(places),
        people=tuple(people),
        requests=tuple(
            Request(
                sender=sender,
                recipient=recipient,
                status=draw(st.sampled_from(RequestStatus)),
                preference=draw(st.sampled_from(Preference)),
                message=draw(st.just("") | _prose),
            )
            for sender, recipient in chosen
        ),
    )


@st.composite
def _slots(draw: st.DrawFn, zone: ZoneInfo) -> tuple[TimeSlot, ...]:
    """Slots in order, some of them in the night in which an hour comes twice."""
    moment = draw(st.sampled_from([datetime(2026, 10, 24, 22, 0, tzinfo=UTC), datetime(2027, 3, 1, 8, 0, tzinfo=UTC)]))
    slots = []
    for _ in range(draw(st.integers(0, 8))):
        moment += timedelta(minutes=draw(st.sampled_from([0, 0, 5, 60, 1440])))
        ends = moment + timedelta(minutes=draw(st.sampled_from([15, 20, 30])))
        session = draw(st.sampled_from(["Morning", "Après-midi"]))
        slots.append(TimeSlot(session=session, starts=moment.astimezone(zone), ends=ends.astimezone(zone)))
        moment = ends
    return tuple(slots)


@st.composite
def _statements(draw: st.DrawFn, types: Set[str]) -> tuple[Statement, ...]:
    """Offers or needs, which may be for any of the types that somebody has."""
    return tuple(
        Statement(
            text=text,
            audience=draw(st.frozensets(st.sampled_from(sorted(types)))) if types else frozenset(),
            kind=draw(st.none() | st.sampled_from(StatementKind)),
        )
        for text in draw(st.lists(_prose, max_size=2))
    )


@st.composite
def _profile(
    draw: st.DrawFn,
    name: str,
    themes: Mapping[str, object],
    types: Sequence[str],
    stands: Sequence[str],
    slots: int,
) -> Profile:
    minimum = draw(st.integers(0, 5))
    return Profile(
        email=f"{name}@example.org",
        first_name=draw(_text),
        last_name=draw(_text),
        organisation=draw(_text),
        country=draw(st.sampled_from(["BE", "FR", "NL", "DE", "LU", "US"])),
        language=draw(st.sampled_from(["en", "fr", "nl", "de", "pl"])),
        type=draw(st.sampled_from(["", *types])),
        job_title=draw(st.just("") | _text),
        themes=tuple(draw(st.lists(st.sampled_from(sorted(themes)), unique=True))) if themes else (),
        available=draw(st.none() | st.frozensets(st.integers(0, slots - 1)) if slots else st.none()),
        place=draw(st.none() | st.sampled_from(stands)) if stands else None,
        remote=draw(st.booleans()),
        minimum=minimum,
        maximum=draw(st.none() | st.integers(minimum, 9)),
    )
