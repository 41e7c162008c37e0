"""An agenda for the calendar of a phone or desk (iCalendar, RFC 5545)."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from uuid import NAMESPACE_URL, uuid5

from icalendar import Calendar, Timezone
from icalendar import Event as Appointment

from matchmaker.agenda import Agenda, Entry
from matchmaker.documents.edition import Edition, words_of
from matchmaker.event import Event, Profile
from matchmaker.locale import catalogue


def agenda_ics(
    event: Event, agenda: Agenda, edition: Edition, language: str | None = None, key: str | None = None
) -> bytes:
    """The agenda as an iCalendar file in `language`, or else the person's own.

    A meeting of the same people has the same UID in every version, so that a calendar moves it and does not double
    it; the version is its SEQUENCE and the edition's time its DTSTAMP. `key` tells events apart that share a name
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
    if agenda.entries:
        year = agenda.entries[0].starts.year
        calendar.add_component(_time_zone(event.time_zone, year, agenda.entries[-1].ends.year))
    for entry in agenda.entries:
        calendar.add_component(_appointment(event, agenda.person, entry, edition, language, key or event.name))
    made: bytes = calendar.to_ical()
    return made


def _appointment(event: Event, person: Profile, entry: Entry, edition: Edition, language: str, key: str) -> Appointment:
    people = sorted([person.email, *(partner.email for partner in entry.partners)])
    names = ", ".join(f"{p.name} ({p.organisation})" for p in entry.partners)
    about = [" · ".join(part for part in (p.name, p.job_title, p.organisation) if part) for p in entry.partners]
    appointment = Appointment()
    appointment.add("uid", f"{uuid5(NAMESPACE_URL, '|'.join([key, *people]))}@matchmaker")
    appointment.add("dtstamp", edition.at.astimezone(UTC))
    appointment.add("last-modified", edition.at.astimezone(UTC))
    appointment.add("sequence", edition.version)
    appointment.add("dtstart", entry.starts)
    appointment.add("dtend", entry.ends)
    appointment.add("summary", words_of(language)["meeting"].format(name=names))
    appointment.add("location", entry.place.name)
    appointment.add("description", "\n".join([*about, *filter(None, [entry.reasons.get(language)]), event.name]))
    appointment.add("status", "TENTATIVE" if edition.draft else "CONFIRMED")
    appointment.add("transp", "OPAQUE")
    return appointment


@lru_cache(maxsize=64)
def _time_zone(key: str, first: int, last: int) -> Timezone:
    """The definition of a time zone in the years of an event; it takes as long as all the rest."""
    start = datetime(first, 1, 1, tzinfo=UTC)
    return Timezone.from_tzid(
        key, first_date=start.date(), last_date=(start + timedelta(days=366 * (last - first + 1))).date()
    )
