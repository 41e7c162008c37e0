"""An agenda for the calendar of a phone or desk (iCalendar, RFC 5545)."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from icalendar import Calendar, Timezone
from icalendar import Event as Appointment

from matchmaker.agenda import Agenda, Entry
from matchmaker.documents.edition import Edition, words_of
from matchmaker.event import Event, PlaceKind, Profile
from matchmaker.locale import catalogue


def agenda_ics(
    event: Event, agenda: Agenda, edition: Edition, language: str | None = None, key: str | None = None
) -> bytes:
    """The agenda as an iCalendar file in `language`, or else the person's own.

    A meeting has the same UID in every version, so that a calendar moves it and does not double it; `sequence` of the
    edition is its SEQUENCE, for calendars ignore a lower one, and the edition's time its DTSTAMP. A meeting that is no
    more is sent as cancelled, since a calendar keeps what is merely absent. `key` tells events apart that share a name
    (None: the name does).
    """
    language = catalogue(language or agenda.person.language).language
    calendar = Calendar()
    calendar.add("prodid", "-//Matchmaker//matchmaker//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("name", event.name)
    calendar.add("x-wr-calname", event.name)
    calendar.add("last-modified", edition.at.astimezone(UTC))
    everything = [*agenda.entries, *agenda.cancelled]
    if everything:
        years = [entry.starts.year for entry in everything]
        calendar.add_component(_time_zone(event.time_zone, min(years), max(years)))
    for i, entry in enumerate(everything):
        appointment = _appointment(event, agenda.person, entry, edition, language, key or event.name)
        if i < len(agenda.entries):
            appointment.add("status", "TENTATIVE" if edition.draft else "CONFIRMED")
            appointment.add("transp", "OPAQUE")
        else:
            appointment.add("status", "CANCELLED")
            appointment.add("transp", "TRANSPARENT")
        calendar.add_component(appointment)
    made: bytes = calendar.to_ical()
    return made


def _appointment(event: Event, person: Profile, entry: Entry, edition: Edition, language: str, key: str) -> Appointment:
    words = words_of(language)
    people = sorted([person.email, *(partner.email for partner in entry.partners)])
    uid = entry.uid or str(uuid5(NAMESPACE_URL, "|".join([key, *people])))
    online = f" ({words['online']})" if entry.place.kind is PlaceKind.VIRTUAL else ""
    names = ", ".join(f"{p.name} ({p.organisation})" for p in entry.partners)
    about = [" · ".join(part for part in (p.name, p.job_title, p.organisation) if part) for p in entry.partners]
    appointment = Appointment()
    appointment.add("uid", f"{uid}@matchmaker")
    appointment.add("dtstamp", edition.at.astimezone(UTC))
    appointment.add("last-modified", edition.at.astimezone(UTC))
    appointment.add("sequence", edition.version if edition.sequence is None else edition.sequence)
    appointment.add("dtstart", entry.starts)
    appointment.add("dtend", entry.ends)
    appointment.add("summary", words["meeting"].format(name=names))
    appointment.add("location", entry.place.name + online)
    appointment.add("description", "\n".join([*about, *filter(None, [entry.reasons.get(language)]), event.name]))
    return appointment


@lru_cache(maxsize=64)
def _time_zone(key: str, first: int, last: int) -> Timezone:
    """The definition of a time zone in the years of an event; it takes as long as all the rest."""
    start = datetime(first, 1, 1, tzinfo=UTC)
    zone = Timezone.from_tzid(
        key, first_date=start.date(), last_date=(start + timedelta(days=366 * (last - first + 1))).date()
    )
    for observance in zone.subcomponents:
        # Where clocks go forward icalendar writes the time after the gap; RFC 5545 (3.6.5) wants the time before it.
        before = min(timedelta(), observance["TZOFFSETFROM"].td - observance["TZOFFSETTO"].td)
        observance["DTSTART"].dt += before
        for date in (date for dates in _listed(observance.get("RDATE")) for date in dates.dts):
            date.dt += before
    return zone


def _listed(value: Any) -> list[Any]:
    """A property that may stand once, several times or not at all."""
    return [] if value is None else value if isinstance(value, list) else [value]
