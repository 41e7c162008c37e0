"""An event, its team, its times and its places."""

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from api.models.accounts import User
from api.models.base import Base, Created, Identified, reference
from matchmaker.event import PlaceKind


class TeamRole(StrEnum):
    """What a member of an event's team may do: owners and organisers run it, helpers only look."""

    OWNER = "owner"
    ORGANISER = "organiser"
    HELPER = "helper"


class Event(Identified, Base):
    """An event. `themes` maps the code of a theme to its label by language; `ranked_at` dates the matches.

    `matching` holds the rules that its organiser set (`api.matching.schemas.MatchingRules`), `ranking` what is told of
    the ranking in use (`api.matching.rankings.figures_of`), `ranking_version` says which that is.
    `published_schedule_id` is read from the schedules (`api.models.schedules`).
    """

    __tablename__ = "events"
    __table_args__ = (sa.CheckConstraint("colour ~ '^#[0-9a-f]{6}$'", name="colour"),)

    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    time_zone: Mapped[str]
    languages: Mapped[list[str]]
    colour: Mapped[str]
    logo: Mapped[bytes | None] = mapped_column(deferred=True)
    logo_type: Mapped[str | None]
    themes: Mapped[dict[str, Any]] = mapped_column(sa.JSON)  # not JSONB, which forgets their order
    matching: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    ranked_at: Mapped[datetime | None]
    ranking: Mapped[dict[str, Any] | None] = mapped_column(deferred=True)
    ranking_version: Mapped[int | None]
    created_at: Mapped[Created]

    if TYPE_CHECKING:
        published_schedule_id: Mapped[int | None]


class Membership(Base):
    """A user's place in the team of an event."""

    __tablename__ = "memberships"

    event_id: Mapped[int] = reference("events.id", primary_key=True)
    user_id: Mapped[int] = reference("users.id", primary_key=True, index=True)
    role: Mapped[TeamRole]

    event: Mapped[Event] = relationship(lazy="raise")
    user: Mapped[User] = relationship(lazy="raise")


class EventSession(Identified, Base):
    """A block of time; its slots follow each other without a pause. `position` orders the sessions of an event."""

    __tablename__ = "event_sessions"
    __table_args__ = (
        sa.UniqueConstraint("event_id", "name"),
        sa.UniqueConstraint("event_id", "position", deferrable=True, initially="DEFERRED"),
    )

    event_id: Mapped[int] = reference("events.id")
    name: Mapped[str]
    position: Mapped[int]


class Slot(Identified, Base):
    """A slot. `position` is its index among all slots of the event, in order of time, from 0."""

    __tablename__ = "slots"
    __table_args__ = (
        sa.UniqueConstraint("event_id", "position", deferrable=True, initially="DEFERRED"),
        sa.UniqueConstraint("event_id", "starts", deferrable=True, initially="DEFERRED"),
        sa.CheckConstraint("ends > starts", name="ends_after_start"),
    )

    event_id: Mapped[int] = reference("events.id")
    session_id: Mapped[int] = reference("event_sessions.id", index=True)
    position: Mapped[int]
    starts: Mapped[datetime]
    ends: Mapped[datetime]

    session: Mapped[EventSession] = relationship(lazy="raise")


class Organisation(Identified, Base):
    """An organisation that takes part. `key` is its name without differences of case, accent and space."""

    __tablename__ = "organisations"
    __table_args__ = (sa.UniqueConstraint("event_id", "key"),)

    event_id: Mapped[int] = reference("events.id")
    name: Mapped[str]
    key: Mapped[str]


class Place(Identified, Base):
    """Where meetings are held, `capacity` at once; a stand belongs to an organisation."""

    __tablename__ = "places"
    __table_args__ = (
        sa.UniqueConstraint("event_id", "name"),
        sa.CheckConstraint("capacity > 0", name="capacity_positive"),
    )

    event_id: Mapped[int] = reference("events.id")
    name: Mapped[str]
    kind: Mapped[PlaceKind]
    capacity: Mapped[int] = mapped_column(default=1)
    organisation_id: Mapped[int | None] = reference("organisations.id", ondelete="SET NULL", index=True)

    organisation: Mapped[Organisation | None] = relationship(lazy="raise")
