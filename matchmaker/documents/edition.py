"""Which version of a schedule a document shows, and the words of documents in three languages."""

from dataclasses import dataclass
from datetime import datetime

from babel import Locale

LANGUAGES = ("en", "fr", "nl")


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """The version of a schedule, the (aware) time at which it was made or published, and whether it is a draft.

    `sequence` grows with every publication, also of an older version (None: the version does).
    """

    version: int
    at: datetime
    draft: bool = False
    sequence: int | None = None


def locale_of(language: str) -> Locale:
    """Dates and numbers as they are written in Belgium (in Britain for English and all other languages)."""
    return Locale.parse({"fr": "fr_BE", "nl": "nl_BE"}.get(language, "en_GB"))


def words_of(language: str) -> dict[str, str]:
    """The words of documents in a language (English where it is not one of the three)."""
    return _WORDS.get(language, _WORDS["en"])


def session_named(written: str, language: str) -> str:
    """The name of a session: common ones in the language of the document, others as the organiser wrote them."""
    return _SESSIONS.get(written.strip().lower(), {}).get(language, written)


_SESSIONS = {
    "morning": {"fr": "Matin", "nl": "Voormiddag"},
    "afternoon": {"fr": "Après-midi", "nl": "Namiddag"},
}
_WORDS: dict[str, dict[str, str]] = {
    "en": {
        "agenda": "Meeting agenda",
        "agendas": "Meeting agendas",
        "time": "Time",
        "place": "Place",
        "with": "With",
        "free": "free",
        "online": "online",
        "none": "No meeting is scheduled for you.",
        "one": "1 meeting",
        "many": "{n} meetings",
        "version": "Version {version} of {at}",
        "draft": "Draft {version} of {at}",
        "zone": "All times are those of {zone}.",
        "page": "Page",
        "of": "of",
        "meeting": "Meeting with {name}",
        "by time": "By time",
        "by person": "By person",
        "by place": "By place",
        "not placed": "Not placed",
        "figures": "Figures",
        "date": "Date",
        "start": "Start",
        "end": "End",
        "session": "Session",
        "name": "Name",
        "organisation": "Organisation",
        "country": "Country",
        "their organisation": "Their organisation",
        "their country": "Their country",
        "e-mail": "E-mail",
        "meetings": "Meetings",
        "value": "Value",
        "why not": "Reason",
        "fix": "What would help",
        "matches": "Matches",
        "rank": "Rank",
        "score": "Score",
        "their e-mail": "Their e-mail",
        "why": "Why",
    },
    "fr": {
        "agenda": "Agenda de rendez-vous",
        "agendas": "Agendas de rendez-vous",
        "time": "Heure",
        "place": "Lieu",
        "with": "Avec",
        "free": "libre",
        "online": "en ligne",
        "none": "Aucun rendez-vous n’est prévu pour vous.",
        "one": "1 rendez-vous",
        "many": "{n} rendez-vous",
        "version": "Version {version} du {at}",
        "draft": "Version provisoire {version} du {at}",
        "zone": "Toutes les heures sont celles de {zone}.",
        "page": "Page",
        "of": "sur",
        "meeting": "Rendez-vous avec {name}",
        "by time": "Par heure",
        "by person": "Par personne",
        "by place": "Par lieu",
        "not placed": "Non placés",
        "figures": "Chiffres",
        "date": "Date",
        "start": "Début",
        "end": "Fin",
        "session": "Session",
        "name": "Nom",
        "organisation": "Organisation",
        "country": "Pays",
        "their organisation": "Son organisation",
        "their country": "Son pays",
        "e-mail": "E-mail",
        "meetings": "Rendez-vous",
        "value": "Valeur",
        "why not": "Motif",
        "fix": "Ce qui aiderait",
        "matches": "Affinités",
        "rank": "Rang",
        "score": "Score",
        "their e-mail": "Son e-mail",
        "why": "Pourquoi",
    },
    "nl": {
        "agenda": "Afsprakenagenda",
        "agendas": "Afsprakenagenda’s",
        "time": "Uur",
        "place": "Plaats",
        "with": "Met",
        "free": "vrij",
        "online": "online",
        "none": "Er is geen afspraak voor u gepland.",
        "one": "1 afspraak",
        "many": "{n} afspraken",
        "version": "Versie {version} van {at}",
        "draft": "Voorlopige versie {version} van {at}",
        "zone": "Alle uren zijn die van {zone}.",
        "page": "Pagina",
        "of": "van",
        "meeting": "Afspraak met {name}",
        "by time": "Per uur",
        "by person": "Per persoon",
        "by place": "Per plaats",
        "not placed": "Niet geplaatst",
        "figures": "Cijfers",
        "date": "Datum",
        "start": "Begin",
        "end": "Einde",
        "session": "Sessie",
        "name": "Naam",
        "organisation": "Organisatie",
        "country": "Land",
        "their organisation": "Hun organisatie",
        "their country": "Hun land",
        "e-mail": "E-mail",
        "meetings": "Afspraken",
        "value": "Waarde",
        "why not": "Reden",
        "fix": "Wat zou helpen",
        "matches": "Matches",
        "rank": "Rang",
        "score": "Score",
        "their e-mail": "Hun e-mail",
        "why": "Waarom",
    },
}
