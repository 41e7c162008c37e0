"""Events, their times and places."""

from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from api.core.schemas import Language, Model, Name, Page, Texts
from api.models import TeamRole
from matchmaker.event import PlaceKind
from matchmaker.locale import LANGUAGES


class Theme(Model):
    """A theme of an event, with its label by language."""

    code: str
    labels: Texts


class OwnMembership(Model):
    """What the account that is signed in is in the event."""

    role: TeamRole | None
    participant_id: int | None


class Event(Model):
    """An event. Times are in its own time zone; `types` and `countries` are those of its participants."""

    id: int
    slug: str
    name: str
    time_zone: str
    languages: list[str]
    colour: str
    logo_url: str | None
    starts: datetime | None
    ends: datetime | None
    themes: list[Theme]
    types: list[str]
    countries: list[str]
    published_schedule_id: int | None
    membership: OwnMembership


class Events(Page):
    """A part of the list of events."""

    items: list[Event]


class EventPatch(Model):
    """What an organiser may change of an event; what is absent stays."""

    name: Name | None = None
    colour: Annotated[str, StringConstraints(pattern=r"^#[0-9A-Fa-f]{6}$", to_lower=True)] | None = None
    languages: list[Language] | None = Field(None, min_length=1, max_length=len(LANGUAGES))


class OrganisationBrief(Model):
    """An organisation, in short."""

    id: int
    name: str


class Slot(Model):
    """A slot. `position` is its index among all slots of the event, from 0."""

    id: int
    position: int
    session: str
    starts: datetime
    ends: datetime


class PlaceBrief(Model):
    """A place, in short."""

    id: int
    name: str


class Place(PlaceBrief):
    """Where meetings are held, `capacity` at once."""

    kind: PlaceKind
    capacity: int
    organisation: OrganisationBrief | None
