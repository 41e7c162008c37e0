"""The schedules of an event: how each was made, what is proven of it, and its meetings."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from api.models.base import Base, Created, Identified, reference
from api.models.events import Event, Place, Slot
from api.models.people import MeetingRequest, Participant


class ScheduleState(StrEnum):
    """Where a schedule stands. `draft`, `published` and `superseded` ones hold meetings."""

    QUEUED = "queued"
    RUNNING = "running"
    CANCELLED = "cancelled"
    FAILED = "failed"
    DRAFT = "draft"
    PUBLISHED = "published"
    SUPERSEDED = "superseded"


class Schedule(Identified, Base):
    """One version of the schedule.

    `problem` is what is solved and `plan` the best schedule found so far (both
    `matchmaker.scheduling.codec`; no more than these two is needed to go on after a crash).
    `cancelled` is set to ask for a stop, and stays. `publication` counts the publications of the event, roll-backs
    included; a schedule keeps the number of its own latest one.
    """

    __tablename__ = "schedules"
    __table_args__ = (
        sa.UniqueConstraint("event_id", "version"),
        sa.UniqueConstraint("event_id", "publication"),
        sa.Index(
            "uq_schedules_one_running",
            "event_id",
            unique=True,
            postgresql_where=sa.text("state IN ('queued', 'running')"),
        ),
        sa.Index(
            "uq_schedules_one_published", "event_id", unique=True, postgresql_where=sa.text("state = 'published'")
        ),
    )

    event_id: Mapped[int] = reference("events.id")
    version: Mapped[int]
    state: Mapped[ScheduleState] = mapped_column(default=ScheduleState.QUEUED)
    options: Mapped[dict[str, Any]]
    progress: Mapped[dict[str, Any]]
    goals: Mapped[list[dict[str, Any]]]
    measures: Mapped[dict[str, Any]]
    problem: Mapped[dict[str, Any] | None] = mapped_column(deferred=True)
    plan: Mapped[dict[str, Any] | None] = mapped_column(deferred=True)
    error: Mapped[str | None]
    cancelled: Mapped[bool] = mapped_column(default=False)
    job_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    created_by: Mapped[int | None] = reference("users.id", ondelete="SET NULL", index=True)
    created_at: Mapped[Created]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    publication: Mapped[int | None]

    event: Mapped[Event] = relationship(lazy="raise", foreign_keys=[event_id])
    meetings: Mapped[list["Meeting"]] = relationship(lazy="raise", cascade="all, delete-orphan")
    unplaced: Mapped[list["Unplaced"]] = relationship(lazy="raise", cascade="all, delete-orphan")


Event.published_schedule_id = column_property(
    sa.select(Schedule.id)
    .where(Schedule.event_id == Event.id, Schedule.state == ScheduleState.PUBLISHED)
    .correlate_except(Schedule)
    .scalar_subquery()
)


class Meeting(Identified, Base):
    """A meeting of a schedule. `request_id` is empty once its request is deleted; `value` is what it was worth."""

    __tablename__ = "meetings"

    schedule_id: Mapped[int] = reference("schedules.id", index=True)
    request_id: Mapped[int | None] = reference("meeting_requests.id", ondelete="SET NULL", index=True)
    slot_id: Mapped[int] = reference("slots.id", ondelete=None, index=True)
    place_id: Mapped[int] = reference("places.id", ondelete=None, index=True)
    value: Mapped[int] = mapped_column(default=1)

    request: Mapped[MeetingRequest | None] = relationship(lazy="raise")
    slot: Mapped[Slot] = relationship(lazy="raise")
    place: Mapped[Place] = relationship(lazy="raise")
    attendees: Mapped[list["MeetingAttendee"]] = relationship(lazy="raise", cascade="all, delete-orphan")


class MeetingAttendee(Base):
    """Who attends a meeting."""

    __tablename__ = "meeting_attendees"

    meeting_id: Mapped[int] = reference("meetings.id", primary_key=True)
    participant_id: Mapped[int] = reference("participants.id", primary_key=True, index=True)

    participant: Mapped[Participant] = relationship(lazy="raise")


class Unplaced(Base):
    """A request that a schedule leaves out, and why (`api.schedules.explanations`: a code and its values)."""

    __tablename__ = "unplaced"

    schedule_id: Mapped[int] = reference("schedules.id", primary_key=True)
    request_id: Mapped[int] = reference("meeting_requests.id", primary_key=True, index=True)
    reason: Mapped[dict[str, Any]]

    request: Mapped[MeetingRequest] = relationship(lazy="raise")
