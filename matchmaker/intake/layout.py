"""The workbook: its sheets and columns, the words for values to choose from, and every name that these may go by.

What is written comes from the catalogues; what is read may be in any of the languages, in any case, or a synonym.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, partial

from matchmaker.event import PlaceKind, Preference, RequestStatus, StatementKind, TextRole
from matchmaker.locale import LANGUAGES, Message, language_name
from matchmaker.text import fold

# The people of the template are at this address, which nobody can have (RFC 2606).
EXAMPLE_DOMAIN = "template.example"


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Something in a workbook: `field` is its name in code, `label` gives the name to write in a language."""

    field: str
    label: Callable[[str], str]
    synonyms: tuple[str, ...] = ()

    def name(self, language: str) -> str:
        return self.label(language)

    def names(self) -> tuple[str, ...]:
        """Every name that it may go by."""
        return (*(self.label(language) for language in LANGUAGES), *self.synonyms)

    def goes_by(self, text: str) -> bool:
        return fold(text) in _plain_names(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Column(Named):
    """One column of a sheet."""

    required: bool = False
    width: int = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet(Named):
    """One sheet; a workbook may do without an optional one."""

    columns: tuple[Column, ...]
    required: bool = True


@cache
def _plain_names(named: Named) -> frozenset[str]:
    return frozenset(map(fold, named.names()))


def _synonyms(written: str) -> tuple[str, ...]:
    return tuple(name for name in written.split("/") if name)


def _column(
    field: str, label: Callable[[str], str], synonyms: str = "", *, required: bool = False, width: int = 16
) -> Column:
    return Column(field=field, label=label, synonyms=_synonyms(synonyms), required=required, width=width)


def _email(field: str, label: Callable[[str], str], synonyms: str) -> Column:
    return _column(field, label, synonyms, required=True, width=32)


def _words(*words: tuple[str, Callable[[str], str], str]) -> dict[str, Named]:
    return {value: Named(field=value, label=label, synonyms=_synonyms(synonyms)) for value, label, synonyms in words}


_EMAIL = _email("email", Message("column", "e-mail").text, "email/email address/courriel/adresse e-mail/e-mailadres")

EVENT = Sheet(
    field="event",
    label=Message("sheet", "event").text,
    columns=(
        _column("name", Message("column", "name").text, "event", required=True, width=36),
        _column("time_zone", Message("column", "time zone").text, "timezone", required=True, width=20),
        _column("languages", Message("column", "languages").text),
        _column("colour", Message("column", "colour").text, "color"),
    ),
)
PARTICIPANTS = Sheet(
    field="participants",
    label=Message("sheet", "participants").text,
    synonyms=_synonyms("attendees"),
    columns=(
        _EMAIL,
        _column("first_name", Message("column", "first name").text, "firstname", required=True),
        _column(
            "last_name",
            Message("column", "last name").text,
            "lastname/surname/nom de famille/achternaam",
            required=True,
        ),
        _column(
            "organisation",
            Message("column", "organisation").text,
            "organization/company/société/bedrijf",
            required=True,
            width=30,
        ),
        _column("country", Message("column", "country").text, required=True, width=10),
        _column("language", Message("column", "language").text, width=10),
        _column("type", Message("column", "type").text, "participation type/type de participation/deelnametype"),
        _column("job_title", Message("column", "job title").text, "function", width=28),
        _column("themes", Message("column", "themes").text, width=28),
        _column("place", Message("column", "stand").text),
        _column("remote", Message("column", "remote").text, "online/en ligne", width=12),
        _column("minimum", Message("column", "minimum meetings").text, "minimum"),
        _column("maximum", Message("column", "maximum meetings").text, "maximum"),
    ),
)
OFFERS_AND_NEEDS = Sheet(
    field="offers_and_needs",
    label=Message("sheet", "offers and needs").text,
    synonyms=_synonyms("aanbod en behoeften"),
    columns=(
        _EMAIL,
        _column("kind", Message("column", "kind").text, required=True, width=10),
        _column("text", Message("column", "text").text, required=True, width=100),
        _column(
            "audience",
            Message("column", "for whom").text,
            "audience/who could help/whom it is for/public/qui peut aider/wie kan helpen/doelgroep/Zielgruppe",
            width=28,
        ),
        _column(
            "cooperation",
            Message("column", "kind of cooperation").text,
            "cooperation/cooperation type/partnership type/coopération/type de partenariat/samenwerking/Kooperation",
            width=22,
        ),
    ),
)
AVAILABILITY = Sheet(
    field="availability",
    label=Message("sheet", "availability").text,
    columns=(
        _EMAIL,
        _column("starts", Message("column", "from").text, width=18),
        _column("ends", Message("column", "until").text, "to/jusqu'à", width=18),
    ),
    required=False,
)
REQUESTS = Sheet(
    field="requests",
    label=Message("sheet", "requests").text,
    synonyms=_synonyms("meeting requests/demandes de rendez-vous/afspraakverzoeken"),
    columns=(
        _email("sender", Message("column", "from").text, "sender/demandeur/aanvrager"),
        _email("recipient", Message("column", "to").text, "recipient/destinataire/ontvanger"),
        _column("status", Message("column", "status").text),
        _column("preference", Message("column", "preference").text),
        _column("message", Message("column", "message").text, width=80),
    ),
)
SLOTS = Sheet(
    field="slots",
    label=Message("sheet", "slots").text,
    synonyms=_synonyms("tijdvakken"),
    columns=(
        _column("session", Message("column", "session").text, required=True, width=24),
        _column("starts", Message("column", "start").text, "starts/from/de/van", required=True, width=18),
        _column("ends", Message("column", "end").text, "ends/until/à/tot", required=True, width=18),
        _column("minutes", Message("column", "minutes").text, width=10),
    ),
)
PLACES = Sheet(
    field="places",
    label=Message("sheet", "places").text,
    columns=(
        _column("name", Message("column", "name").text, "place/lieu/plaats", required=True, width=24),
        _column("kind", Message("column", "kind").text, width=12),
        _column("capacity", Message("column", "capacity").text, width=10),
        _column("organisation", Message("column", "organisation").text, "organization", width=30),
    ),
)
THEMES = Sheet(
    field="themes",
    label=Message("sheet", "themes").text,
    columns=(
        _column("code", Message("column", "code").text, required=True),
        *(_column(each, partial(language_name, each), each, width=40) for each in LANGUAGES),
    ),
    required=False,
)
# The first sheet of the template, which is for its reader.
NOTES_SHEET = Named(field="notes", label=Message("sheet", "Notes").text)
SHEETS = (EVENT, PARTICIPANTS, OFFERS_AND_NEEDS, AVAILABILITY, REQUESTS, SLOTS, PLACES, THEMES)


# The words for the values of a choice.
CHOICES: dict[type[StrEnum] | type[bool], dict[str, Named]] = {
    RequestStatus: _words(
        ("pending", Message("cell", "pending").text, ""),
        ("accepted", Message("cell", "accepted").text, "accepté/geaccepteerd"),
        ("declined", Message("cell", "declined").text, "refusé/afgewezen"),
        ("withdrawn", Message("cell", "withdrawn").text, "retiré"),
        ("expired", Message("cell", "expired").text, "expiré"),
    ),
    Preference: _words(
        ("must", Message("cell", "must").text, ""),
        ("like", Message("cell", "like").text, "would like/souhaitée"),
        ("never", Message("cell", "never").text, ""),
    ),
    PlaceKind: _words(
        ("table", Message("cell", "table").text, ""),
        ("stand", Message("cell", "stand").text, "booth"),
        ("virtual", Message("cell", "virtual").text, "virtual room/salle virtuelle/virtuele ruimte"),
    ),
    TextRole: _words(
        ("offer", Message("cell", "offer").text, ""),
        ("need", Message("cell", "need").text, "behoefte"),
    ),
    StatementKind: _words(
        (
            "funding",
            Message("cell", "funding").text,
            "finance/investment/capital/investissement/investering/Investition",
        ),
        ("licence", Message("cell", "licence").text, "license/licensing/licentieovereenkomst/brevet/octrooi/Patent"),
        ("manufacturing", Message("cell", "manufacturing").text, "production/CDMO/CMO/fabrikage/fabricage/Produktion"),
        (
            "supply",
            Message("cell", "supply").text,
            "supplier/fournisseur/fourniture/toeleverancier/Lieferung/Lieferant",
        ),
        (
            "distribution",
            Message("cell", "distribution").text,
            "distributor/sales/distributeur/vente/verkoop/Distribution",
        ),
        (
            "market_access",
            Message("cell", "market access").text,
            "market entry/reimbursement/remboursement/terugbetaling",
        ),
        ("research", Message("cell", "research").text, "R&D/R&I/research and development/Forschung und Entwicklung"),
        ("clinical_site", Message("cell", "clinical site").text, "clinical trial site/clinical/site clinique/Klinik"),
        ("regulatory", Message("cell", "regulatory affairs").text, "regulatory/réglementation/regelgeving/Regulierung"),
        ("service", Message("cell", "service").text, "services/CRO/consulting/prestation/dienst/Dienstleistungen"),
        ("data", Message("cell", "data").text, "dataset/jeu de données/gegevens/Datensatz"),
        ("equipment", Message("cell", "equipment").text, "instruments/matériel/toestellen/uitrusting/Ausrüstung"),
        ("talent", Message("cell", "talent").text, "hiring/recruitment/recrutement/aanwerving/Personal"),
    ),
    bool: _words(
        ("yes", Message("cell", "yes").text, "true/1/x/vrai/waar"),
        ("no", Message("cell", "no").text, "false/0/faux/neen/onwaar"),
    ),
}


def choice_named(kind: type[StrEnum] | type[bool], text: str) -> str | None:
    """The value of a choice that goes by `text` in any language; None if none does."""
    folded = fold(text)
    return next((value for value, word in CHOICES[kind].items() if folded in _plain_names(word)), None)
