"""The workbook: its sheets and columns, and the names that they may go by in English, French and Dutch.

The first name of each language is the one that is written; all of them are read, in whatever case.
"""

from dataclasses import dataclass
from enum import StrEnum

from matchmaker.event import PlaceKind, Preference, RequestStatus
from matchmaker.text import fold

LANGUAGES = ("en", "fr", "nl")
# The people of the template are at this address, which nobody can have (RFC 2606).
EXAMPLE_DOMAIN = "template.example"
Names = dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: `field` is its name in code."""

    field: str
    names: Names
    required: bool = False
    width: int = 16

    def name(self, language: str) -> str:
        return self.names.get(language, self.names["en"])[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One sheet; a workbook may do without an optional one."""

    field: str
    names: Names
    columns: tuple[Column, ...]
    required: bool = True

    def name(self, language: str) -> str:
        return self.names.get(language, self.names["en"])[0]


def _names(en: str, fr: str, nl: str) -> Names:
    return {"en": tuple(en.split("/")), "fr": tuple(fr.split("/")), "nl": tuple(nl.split("/"))}


def _column(field: str, en: str, fr: str, nl: str, *, required: bool = False, width: int = 16) -> Column:
    return Column(field=field, names=_names(en, fr, nl), required=required, width=width)


def _email(field: str, en: str, fr: str, nl: str) -> Column:
    return _column(field, en, fr, nl, required=True, width=32)


_EMAIL = _email("email", "e-mail/email/email address", "e-mail/courriel/adresse e-mail", "e-mail/e-mailadres")

EVENT = Sheet(
    field="event",
    names=_names("event", "événement", "evenement"),
    columns=(
        _column("name", "name/event", "nom", "naam", required=True, width=36),
        _column("time_zone", "time zone/timezone", "fuseau horaire", "tijdzone", required=True, width=20),
        _column("languages", "languages", "langues", "talen"),
        _column("colour", "colour/color", "couleur", "kleur"),
    ),
)
PARTICIPANTS = Sheet(
    field="participants",
    names=_names("participants/attendees", "participants", "deelnemers"),
    columns=(
        _EMAIL,
        _column("first_name", "first name/firstname", "prénom", "voornaam", required=True),
        _column("last_name", "last name/lastname/surname", "nom/nom de famille", "naam/achternaam", required=True),
        _column(
            "organisation", "organisation/organization/company", "organisation/société", "organisatie/bedrijf",
            required=True, width=30,
        ),
        _column("country", "country", "pays", "land", required=True, width=10),
        _column("language", "language", "langue", "taal", width=10),
        _column("type", "type/participation type", "type/type de participation", "type/deelnametype"),
        _column("job_title", "job title/function", "fonction", "functie", width=28),
        _column("themes", "themes", "thèmes", "thema's", width=28),
        _column("place", "stand", "stand", "stand"),
        _column("remote", "remote/online", "à distance/en ligne", "op afstand/online", width=12),
        _column("minimum", "minimum meetings/minimum", "minimum de rendez-vous", "minimum afspraken"),
        _column("maximum", "maximum meetings/maximum", "maximum de rendez-vous", "maximum afspraken"),
    ),
)  # fmt: skip
OFFERS_AND_NEEDS = Sheet(
    field="offers_and_needs",
    names=_names("offers and needs", "offres et besoins", "aanbod en vraag/aanbod en behoeften"),
    columns=(
        _EMAIL,
        _column("kind", "kind", "nature", "soort", required=True, width=10),
        _column("text", "text", "texte", "tekst", required=True, width=100),
    ),
)
AVAILABILITY = Sheet(
    field="availability",
    names=_names("availability", "disponibilités", "beschikbaarheid"),
    columns=(
        _EMAIL,
        _column("starts", "from", "de", "van", width=18),
        _column("ends", "until/to", "à/jusqu'à", "tot", width=18),
    ),
    required=False,
)
REQUESTS = Sheet(
    field="requests",
    names=_names("requests/meeting requests", "demandes/demandes de rendez-vous", "verzoeken/afspraakverzoeken"),
    columns=(
        _email("sender", "from/sender", "de/demandeur", "van/aanvrager"),
        _email("recipient", "to/recipient", "à/destinataire", "aan/ontvanger"),
        _column("status", "status", "statut", "status"),
        _column("preference", "preference", "préférence", "voorkeur"),
        _column("message", "message", "message", "bericht", width=80),
    ),
)
SLOTS = Sheet(
    field="slots",
    names=_names("slots", "créneaux", "tijdsloten/tijdvakken"),
    columns=(
        _column("session", "session", "session", "sessie", required=True, width=24),
        _column("starts", "start/starts/from", "début/de", "begin/van", required=True, width=18),
        _column("ends", "end/ends/until", "fin/à", "einde/tot", required=True, width=18),
        _column("minutes", "minutes", "minutes", "minuten", width=10),
    ),
)
PLACES = Sheet(
    field="places",
    names=_names("places", "lieux", "plaatsen"),
    columns=(
        _column("name", "name/place", "nom/lieu", "naam/plaats", required=True, width=24),
        _column("kind", "kind", "nature", "soort", width=12),
        _column("capacity", "capacity", "capacité", "capaciteit", width=10),
        _column("organisation", "organisation/organization", "organisation", "organisatie", width=30),
    ),
)
THEMES = Sheet(
    field="themes",
    names=_names("themes", "thèmes", "thema's"),
    columns=(
        _column("code", "code", "code", "code", required=True),
        _column("en", "english/en", "anglais", "engels", width=40),
        _column("fr", "french/fr", "français", "frans", width=40),
        _column("nl", "dutch/nl", "néerlandais", "nederlands", width=40),
    ),
    required=False,
)
# The first sheet of the template, which is for its reader.
NOTES_SHEET = _names("notes", "notes", "toelichting")
SHEETS = (EVENT, PARTICIPANTS, OFFERS_AND_NEEDS, AVAILABILITY, REQUESTS, SLOTS, PLACES, THEMES)


class TextKind(StrEnum):
    """Which side of a match a line of the sheet of offers and needs stands on."""

    OFFER = "offer"
    NEED = "need"


# The names that the values of a choice go by.
CHOICES: dict[type[StrEnum] | type[bool], dict[str, Names]] = {
    RequestStatus: {
        "pending": _names("pending", "en attente", "in afwachting"),
        "accepted": _names("accepted", "acceptée/accepté", "aanvaard/geaccepteerd"),
        "declined": _names("declined", "refusée/refusé", "geweigerd/afgewezen"),
        "withdrawn": _names("withdrawn", "retirée/retiré", "ingetrokken"),
        "expired": _names("expired", "expirée/expiré", "verlopen"),
    },
    Preference: {
        "must": _names("must", "indispensable", "onmisbaar"),
        "like": _names("like/would like", "souhaité/souhaitée", "gewenst"),
        "never": _names("never", "jamais", "nooit"),
    },
    PlaceKind: {
        "table": _names("table", "table", "tafel"),
        "stand": _names("stand/booth", "stand", "stand"),
        "virtual": _names("virtual/virtual room", "virtuel/salle virtuelle", "virtueel/virtuele ruimte"),
    },
    TextKind: {
        "offer": _names("offer", "offre", "aanbod"),
        "need": _names("need", "besoin", "vraag/behoefte"),
    },
    bool: {
        "yes": _names("yes/true/1/x", "oui/vrai", "ja/waar"),
        "no": _names("no/false/0", "non/faux", "nee/neen/onwaar"),
    },
}


_BY_NAME = {
    kind: {fold(name): value for value, names in values.items() for name in sum(names.values(), ())}
    for kind, values in CHOICES.items()
}


def choice_named(kind: type[StrEnum] | type[bool], text: str) -> str | None:
    """The value of a choice that goes by `text` in any language; None if none does."""
    return _BY_NAME[kind].get(fold(text))


def is_called(names: Names, text: str) -> bool:
    return fold(text) in {fold(name) for of_language in names.values() for name in of_language}
