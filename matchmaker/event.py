"""An event as its organiser knows it: people and what they offer and need, their requests, the times and the places.

The workbook, the sample event and the database all come down to this; `problem_of` turns it into the scheduler's terms.
People are known by their e-mail address, places by their name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from matchmaker.locale import LANGUAGES, SOURCE


class RequestStatus(StrEnum):
    """Where a meeting request stands."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class Preference(StrEnum):
    """How much somebody wishes to meet somebody."""

    MUST = "must"
    LIKE = "like"
    NEVER = "never"


class PlaceKind(StrEnum):
    """The kinds of place."""

    TABLE = "table"
    STAND = "stand"
    VIRTUAL = "virtual"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeSlot:
    """A slot with its times (aware datetimes) and the name of its session."""

    session: str
    starts: datetime
    ends: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPlace:
    """Where meetings are held; a stand belongs to an organisation. `capacity` meetings at once."""

    name: str
    kind: PlaceKind = PlaceKind.TABLE
    capacity: int = 1
    organisation: str | None = None


class TextRole(StrEnum):
    """Which side of a match a text stands on."""

    NEED = "need"
    OFFER = "offer"


class StatementKind(StrEnum):
    """What kind of cooperation an offer or a need is about.

    After the profile and partnership types of the Enterprise Europe Network.
    """

    FUNDING = "funding"
    LICENCE = "licence"
    MANUFACTURING = "manufacturing"
    SUPPLY = "supply"
    DISTRIBUTION = "distribution"
    MARKET_ACCESS = "market_access"
    RESEARCH = "research"
    CLINICAL_SITE = "clinical_site"
    REGULATORY = "regulatory"
    SERVICE = "service"
    DATA = "data"
    EQUIPMENT = "equipment"
    TALENT = "talent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """An offer or a need, as its author wrote it.

    `audience` are the participation types that it is for: of a need, who could help; of an offer, whom it serves.
    Empty, like a `kind` of None, it means that the author did not say.
    """

    text: str
    audience: frozenset[str] = frozenset()
    kind: StatementKind | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One registered person.

    `country` is an ISO 3166-1 alpha-2 code, `language` an ISO 639-1 code. `available` holds indices into
    `Event.slots` (None: all of them). `place` names the stand at which they receive. `remote` people meet in
    virtual rooms only. Limits count meetings.
    """

    email: str
    first_name: str
    last_name: str
    organisation: str
    country: str
    language: str = SOURCE
    type: str = ""
    job_title: str = ""
    themes: tuple[str, ...] = ()
    offers: tuple[Statement, ...] = ()
    needs: tuple[Statement, ...] = ()
    available: frozenset[int] | None = None
    place: str | None = None
    remote: bool = False
    minimum: int = 0
    maximum: int | None = None

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """`sender` asks to meet `recipient` (e-mail addresses)."""

    sender: str
    recipient: str
    status: RequestStatus = RequestStatus.PENDING
    preference: Preference = Preference.LIKE
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A whole event. `themes` maps the code of a theme to its label by language; `slots` are in order of time."""

    name: str
    time_zone: str
    languages: tuple[str, ...] = LANGUAGES
    colour: str = "#0f766e"
    themes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    slots: tuple[TimeSlot, ...] = ()
    places: tuple[EventPlace, ...] = ()
    people: tuple[Profile, ...] = ()
    requests: tuple[Request, ...] = ()
