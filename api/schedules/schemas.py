"""Schedules: how they are made, what is proven of them, their grid."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from api.core.schemas import Model, Page
from api.events.schemas import Slot
from api.models.schedules import ScheduleState
from api.participants.schemas import ParticipantBrief
from matchmaker.event import PlaceKind
from matchmaker.locale import gettext_noop

Goal = Literal["coverage", "value", "breaks", "idle", "moves", "stability"]
DEFAULT_GOALS: tuple[Goal, ...] = ("coverage", "value", "breaks", "idle")

ERRORS: Mapping[str, str] = {
    "crashed": gettext_noop("The scheduler stopped unexpectedly several times, perhaps for lack of memory."),
    "illegal": gettext_noop(
        "The schedule that was found broke a rule of the event and was discarded. Please report this."
    ),
    "infeasible": gettext_noop("No schedule can keep every locked meeting."),
    "internal": gettext_noop(
        "Something went wrong while the schedule was made. Your administrator finds the details in the server’s log."
    ),
}
"""Why a schedule failed, by the code that its row keeps."""


def _each_once(goals: list[Goal]) -> list[Goal]:
    if len(set(goals)) < len(goals):
        raise ValueError("name each goal once")
    return goals


class ScheduleIn(Model):
    """How to make a schedule: seconds to search, and the goals in their order (those of the program if absent)."""

    time_limit: int = Field(default=20, ge=1, le=900)  # workers are shared by all events
    goals: Annotated[list[Goal], AfterValidator(_each_once)] | None = Field(default=None, min_length=1, max_length=6)


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
    """A version of the schedule. `error` is a key, `error_text` its sentence in the reader's language.

    `impossible_meetings` counts the meetings of a draft or of the published version that the event as it is now no
    longer permits (null: not counted); such a draft cannot be published.
    """

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
    error_text: str | None
    impossible_meetings: int | None = None


class Schedules(Page):
    """A part of the list of schedules, the newest first."""

    items: list[Schedule]


class Documents(Model):
    """The printing of all agendas of a schedule: of `total` people those of `made` are there."""

    state: Literal["none", "waiting", "running", "failed", "ready"]
    made: int
    total: int


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
    """Why a request has no meeting, and what would make room for it (null: nothing known, or not yet).

    `text` and `fix` are in the reader's language.
    """

    code: str = Field(examples=["no_common_slot", "limit", "slots_full", "outbid"])
    text: str
    fix: str | None = None


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
