"""Agendas on paper: A4, tagged PDF/UA, one person's or everybody's, each in the person's own language.

The layout is `agenda.typ`; this file gives it words and dates, and typst sets them.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from io import BytesIO
from itertools import groupby
from textwrap import shorten
from typing import Literal
from zoneinfo import ZoneInfo

import typst
from pypdf import PdfReader, PdfWriter

from matchmaker.agenda import Agenda, Entry
from matchmaker.documents.edition import Edition, session_named, words_of
from matchmaker.event import Event, PlaceKind, Profile
from matchmaker.locale import Catalogue, catalogue

Data = dict[str, object]
# Some people write their offers as pages; an agenda has room for three lines.
LONGEST_REASON = 320


def agenda_pdf(event: Event, agenda: Agenda, edition: Edition, language: str | None = None) -> bytes:
    """The agenda of one person, in `language` or else their own (English where it has no catalogue)."""
    return _pdf(event, [agenda], edition, language, agenda.person.name)


def agendas_pdf(event: Event, agendas: Sequence[Agenda], edition: Edition, language: str | None = None) -> bytes:
    """All `agendas` in one document, each on pages of its own and in the person's language, sorted by name."""
    in_order = sorted(agendas, key=lambda a: (a.person.last_name.casefold(), a.person.first_name.casefold()))
    return _pdf(event, in_order, edition, language, None)


def joined(parts: Sequence[bytes]) -> bytes:
    """The pages of several PDF files as one, for printing: it has no tags for screen readers, unless it is one file."""
    if len(parts) == 1:
        return parts[0]
    writer = PdfWriter()
    for part in parts:
        reader = PdfReader(BytesIO(part))
        for page in reader.pages:
            writer.add_page(page)
    first = PdfReader(BytesIO(parts[0])).metadata
    writer.add_metadata({"/Title": str(first.title if first else "")})
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def _pdf(event: Event, agendas: Sequence[Agenda], edition: Edition, language: str | None, title: str | None) -> bytes:
    main = catalogue(language or (agendas[0].person.language if len(agendas) == 1 else event.languages[0])).language
    document: Data = {
        "title": f"{words_of(main)['agenda' if title else 'agendas']} – {title or event.name}",
        "event": event.name,
        "language": main,
        "colour": event.colour,
        "people": [
            _person(event, agenda, edition, catalogue(language or agenda.person.language)) for agenda in agendas
        ],
    }
    try:
        return _typeset(document, edition, standard="ua-1")
    except typst.TypstError as wrong:
        # PDF/UA forbids a character that no font has (an emoji in a name, say). The agendas of everybody else must not
        # fail for it: the document stays tagged, shows a box for that character, and does not claim the standard.
        if "could not be displayed" not in str(wrong):
            raise
        return _typeset(document, edition, standard=None)


def _typeset(document: Data, edition: Edition, standard: Literal["ua-1"] | None) -> bytes:
    layout, fonts = _layout()
    made: bytes = typst.compile(
        layout,
        format="pdf",
        font_paths=fonts,
        sys_inputs={"document": json.dumps(document)},
        pdf_standards=standard,
        timestamp=edition.at.astimezone(UTC).replace(microsecond=0),
    )
    return made


@cache
def _layout() -> tuple[bytes, typst.Fonts]:
    """The layout, and the fonts: those of the system stand in only for characters that the others lack."""
    fonts = resources.files("font_source_sans_pro") / "files"
    layout = resources.files("matchmaker.documents") / "agenda.typ"
    return layout.read_bytes(), typst.Fonts(include_system_fonts=True, font_paths=[str(fonts)])


def _person(event: Event, agenda: Agenda, edition: Edition, translated: Catalogue) -> Data:
    language, words = translated.language, words_of(translated.language)
    person, n = agenda.person, len(agenda.entries)
    at = translated.moment(edition.at.astimezone(ZoneInfo(event.time_zone)))
    return {
        "language": language,
        "name": person.name,
        "about": _about(person, translated),
        "count": translated.ngettext("{n} meeting", "{n} meetings", n) if n else words["none"],
        "edition": words["draft" if edition.draft else "version"].format(version=edition.version, at=at),
        "zone": words["zone"].format(zone=event.time_zone),
        "words": {word: words[word] for word in ("agenda", "time", "place", "with", "free", "page", "of")},
        "sessions": [
            {
                "name": session_named(session, language),
                "date": translated.weekday(day),
                "rows": list(_rows(list(entries), translated)),
            }
            for (day, session), entries in groupby(agenda.entries, key=lambda e: (e.starts.date(), e.session))
        ],
    }


def _rows(entries: Sequence[Entry], translated: Catalogue) -> Iterable[Data]:
    words = words_of(translated.language)
    for i, entry in enumerate(entries):
        reason = entry.reasons.get(translated.language)
        if i and entry.slot - entries[i - 1].slot > 1:
            yield {"kind": "free", "starts": _clock(entries[i - 1].ends), "ends": _clock(entry.starts)}
        yield {
            "kind": "meeting",
            "starts": _clock(entry.starts),
            "ends": _clock(entry.ends),
            "place": entry.place.name,
            "detail": words["online"] if entry.place.kind is PlaceKind.VIRTUAL else entry.place.organisation,
            "partners": [{"name": p.name, "about": _about(p, translated)} for p in entry.partners],
            "reason": reason and shorten(reason, LONGEST_REASON, placeholder=" …"),
        }


def _about(person: Profile, translated: Catalogue) -> list[str]:
    country = translated.locale.territories.get(person.country, person.country)
    return [part for part in (person.job_title, person.organisation, str(country)) if part]


def _clock(moment: datetime) -> str:
    return f"{moment:%H:%M}"
