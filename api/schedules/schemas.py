"""Schedules: how they are made, what is proven of them, their grid."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from pydantic import Field

from api.core.schemas import Model, Page, Texts
from api.events.schemas import Slot
from api.models.schedules import ScheduleState
from api.participants.schemas import ParticipantBrief
from matchmaker.event import PlaceKind

Goal = Literal["coverage", "value", "breaks", "idle", "moves", "stability"]
DEFAULT_GOALS: tuple[Goal, ...] = ("coverage", "value", "breaks", "idle")

ERRORS: Mapping[str, Mapping[str, str]] = {
    "crashed": {
        "en": "The scheduler stopped unexpectedly several times, perhaps for lack of memory.",
        "fr": "Le planificateur s’est arrêté plusieurs fois de façon inattendue, peut-être faute de mémoire.",
        "nl": "De planner is meermaals onverwacht gestopt, misschien door een gebrek aan geheugen.",
    },
    "illegal": {
        "en": "The schedule found broke a rule of the event, so it was thrown away. Please report this.",
        "fr": "Le programme trouvé enfreignait une règle de l’événement et a été rejeté. Merci de le signaler.",
        "nl": "De gevonden planning schond een regel van het evenement en werd verworpen. Gelieve dit te melden.",
    },
    "infeasible": {
        "en": "No schedule respects every fixed meeting.",
        "fr": "Aucun programme ne respecte tous les rendez-vous fixés.",
        "nl": "Geen enkele planning respecteert alle vastgelegde afspraken.",
    },
    "internal": {
        "en": "Something went wrong while the schedule was made. The server’s log says where.",
        "fr": "Une erreur s’est produite pendant la planification. Le journal du serveur indique où.",
        "nl": "Er ging iets mis tijdens het plannen. Het logboek van de server vermeldt waar.",
    },
}


class ScheduleIn(Model):
    """How to make a schedule: seconds to search, and the goals in their order (those of the program if absent)."""

    time_limit: int = Field(default=20, ge=1, le=900)  # workers are shared by all events
    goals: list[Goal] | None = Field(default=None, min_length=1, max_length=6)


class ScheduleOptions(Model):
    """How a schedule was asked for."""

    time_limit: int
    goals: list[Goal]


class GoalReport(Model):
    """The value reached for a goal, the bound proven for it, and their distance as a share of the bound."""

    goal: Goal
    value: int
    bound: int
    gap: float
    proven: bool
    seconds: float


class ScheduleProgress(Model):
    """How far a run has come, and how good its best plan so far is."""

    stage: str = Field(examples=["queued", "matching", "select", "chains"])
    percent: int = Field(ge=0, le=100)
    seconds: float
    meetings: int
    goals: list[GoalReport]


class Measures(Model):
    """What a schedule comes to. `between_countries`: meetings of people who are not all from one country."""

    requested: int
    meetings: int
    participants: int
    between_countries: int
    breaks: int
    idle_slots: int
    below_minimum: int


class Schedule(Model):
    """A version of the schedule. `error` is a key, `error_text` its sentence by language."""

    id: int
    event_id: int
    version: int
    state: ScheduleState
    cancelled: bool
    created_at: datetime
    finished_at: datetime | None
    published_at: datetime | None
    options: ScheduleOptions
    progress: ScheduleProgress
    goals: list[GoalReport]
    measures: Measures | None
    error: str | None
    error_text: Texts | None


class Schedules(Page):
    """A part of the list of schedules, the newest first."""

    items: list[Schedule]


class GridPlace(Model):
    """A row of the grid."""

    id: int
    name: str
    kind: PlaceKind
    capacity: int


class GridMeeting(Model):
    """A meeting in the grid; `score` is the match of its people as a percentage (null: not among their best)."""

    id: int
    slot_id: int
    place_id: int
    participants: list[ParticipantBrief]
    score: int | None


class UnplacedReason(Model):
    """Why a request has no meeting, and what would make room for it (null: nothing known, or not yet)."""

    code: str = Field(examples=["no_common_slot", "limit", "slots_full", "outbid"])
    text: Texts
    fix: Texts | None = None


class UnplacedRequest(Model):
    """A request that a schedule leaves out."""

    request_id: int
    participants: list[ParticipantBrief]
    reason: UnplacedReason


class Grid(Model):
    """A schedule as slots by places, with what it leaves out."""

    slots: list[Slot]
    places: list[GridPlace]
    meetings: list[GridMeeting]
    unplaced: list[UnplacedRequest]
