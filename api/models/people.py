"""The people of an event, what they offer and need, whom they should and whom they wish to meet."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from api.models.accounts import User
from api.models.base import Base, Created, Identified, reference
from api.models.events import Organisation, Place, Slot
from matchmaker.event import Preference, RequestStatus, StatementKind, TextRole
from matchmaker.matching.feedback import FeedbackReason, FeedbackVerdict


class Offer(Identified, Base):
    """Something a participant offers, as they wrote it: `audience` are the participation types that it serves."""

    __tablename__ = "offers"
    __table_args__ = (sa.UniqueConstraint("participant_id", "position", deferrable=True, initially="DEFERRED"),)

    participant_id: Mapped[int] = reference("participants.id")
    position: Mapped[int]
    text: Mapped[str]
    language: Mapped[str | None]
    audience: Mapped[list[str]] = mapped_column(default=list, server_default="{}")
    kind: Mapped[StatementKind | None]


class Need(Identified, Base):
    """Something a participant needs, as they wrote it: `audience` are the participation types that could help."""

    __tablename__ = "needs"
    __table_args__ = (sa.UniqueConstraint("participant_id", "position", deferrable=True, initially="DEFERRED"),)

    participant_id: Mapped[int] = reference("participants.id")
    position: Mapped[int]
    text: Mapped[str]
    language: Mapped[str | None]
    audience: Mapped[list[str]] = mapped_column(default=list, server_default="{}")
    kind: Mapped[StatementKind | None]


class BlockedSlot(Base):
    """A slot in which a participant cannot meet. All other slots are free: so is one that is added later."""

    __tablename__ = "blocked_slots"

    participant_id: Mapped[int] = reference("participants.id", primary_key=True)
    slot_id: Mapped[int] = reference("slots.id", primary_key=True, index=True)

    slot: Mapped[Slot] = relationship(lazy="raise")


class Participant(Identified, Base):
    """A person at an event. `place` is the stand at which they receive; limits count meetings (None: no limit).

    `imported` is what the last workbook said of them: what the next one says otherwise is new, and all that differs
    from both was edited here. `search_text` is kept by `api.models.search_text`. `version` counts the edits, so that
    none overwrites another that it has not seen.
    """

    __tablename__ = "participants"
    __table_args__ = (
        sa.UniqueConstraint("event_id", "user_id"),
        sa.CheckConstraint("minimum >= 0", name="minimum_not_negative"),
        sa.CheckConstraint("maximum >= minimum", name="maximum_not_below_minimum"),
        sa.CheckConstraint("country ~ '^[A-Z]{2}$'", name="country"),
        sa.Index(None, "event_id", "last_name", "first_name", "id"),
    )

    event_id: Mapped[int] = reference("events.id")
    user_id: Mapped[int] = reference("users.id", index=True)
    organisation_id: Mapped[int] = reference("organisations.id", ondelete=None, index=True)
    place_id: Mapped[int | None] = reference("places.id", ondelete="SET NULL", index=True)
    first_name: Mapped[str]
    last_name: Mapped[str]
    country: Mapped[str]
    language: Mapped[str] = mapped_column(default="en")
    type: Mapped[str] = mapped_column(default="")
    job_title: Mapped[str] = mapped_column(default="")
    themes: Mapped[list[str]]
    remote: Mapped[bool] = mapped_column(default=False)
    minimum: Mapped[int] = mapped_column(default=0)
    maximum: Mapped[int | None]
    imported: Mapped[dict[str, Any]] = mapped_column(default=dict, deferred=True)
    search_text: Mapped[str] = mapped_column(deferred=True)
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    created_at: Mapped[Created]

    user: Mapped[User] = relationship(lazy="raise")
    organisation: Mapped[Organisation] = relationship(lazy="raise")
    place: Mapped[Place | None] = relationship(lazy="raise")
    offers: Mapped[list[Offer]] = relationship(lazy="raise", order_by=Offer.position, cascade="all, delete-orphan")
    needs: Mapped[list[Need]] = relationship(lazy="raise", order_by=Need.position, cascade="all, delete-orphan")
    blocked: Mapped[list[BlockedSlot]] = relationship(lazy="raise", cascade="all, delete-orphan")

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"


class Answerer(StrEnum):
    """Who answered a request: its recipient, or an organiser in their place."""

    RECIPIENT = "recipient"
    ORGANISER = "organiser"


class MeetingRequest(Identified, Base):
    """`sender` asks to meet `recipient`; one row for each such pair, whatever became of it.

    With the preference `never` it is a note of the sender to the scheduler, which nobody else is shown. With
    `proposals_id` the organiser proposed the meeting, and the sender did not ask. `answered_by` tells whose yes or no
    the last one was (null: none was given here); `answered_at` dates the status, whatever it is.
    """

    __tablename__ = "meeting_requests"
    __table_args__ = (
        sa.UniqueConstraint("sender_id", "recipient_id"),
        sa.CheckConstraint("sender_id <> recipient_id", name="two_people"),
        sa.CheckConstraint("(answered_at IS NULL) = (status = 'pending')", name="answered"),
        sa.Index("ix_meeting_requests_event_id_status", "event_id", "status"),
        sa.Index("ix_meeting_requests_latest", "event_id", sa.text("created_at DESC"), sa.text("id DESC")),
    )

    event_id: Mapped[int] = reference("events.id")
    sender_id: Mapped[int] = reference("participants.id")
    recipient_id: Mapped[int] = reference("participants.id", index=True)
    proposals_id: Mapped[int | None] = reference("proposals.id", ondelete="SET NULL", index=True)
    status: Mapped[RequestStatus] = mapped_column(default=RequestStatus.PENDING)
    preference: Mapped[Preference] = mapped_column(default=Preference.LIKE)
    message: Mapped[str] = mapped_column(default="")
    created_at: Mapped[Created]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[Answerer | None]

    sender: Mapped[Participant] = relationship(lazy="raise", foreign_keys=[sender_id])
    recipient: Mapped[Participant] = relationship(lazy="raise", foreign_keys=[recipient_id])


class StoredRanking(Base):
    """What is kept of a whole ranking of an event (`matchmaker.matching.state`), and how many were re-ranked since."""

    __tablename__ = "rankings"

    event_id: Mapped[int] = reference("events.id", primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    edits: Mapped[int] = mapped_column(default=0)
    state: Mapped[bytes] = mapped_column(deferred=True)
    made_at: Mapped[Created]


class Match(Base):
    """`other` in a ranking of `participant`; the best only. In use are those of `Event.ranking_version`.

    `score` and what it is made of lie in [0, 1]. `forward`: how far the other's offers serve this participant's needs;
    `backward`: the reverse. Lists are in descending `standing`: the score less the price by which the other is damped.
    `need_id` and `offer_id` are what carries `forward`, the other two what carries `backward`; they may be gone.
    Where the reranker has read the pair, `judgement_key` is that of its judgement (which may be gone), and
    `judged_standing` the standing that it gave. `api.matching.service.match_reasons` makes sentences of a row.
    """

    __tablename__ = "matches"
    __table_args__ = (
        sa.CheckConstraint("participant_id <> other_id", name="two_people"),
        # room to change a row in its page: one edit touches a row in each of many lists
        {"postgresql_with": {"fillfactor": 90}},
    )

    participant_id: Mapped[int] = reference("participants.id", primary_key=True)
    other_id: Mapped[int] = reference("participants.id", primary_key=True, index=True)
    ranking_version: Mapped[int] = mapped_column(primary_key=True)
    met_before: Mapped[bool] = mapped_column(default=False)
    standing: Mapped[float] = mapped_column(sa.REAL)
    score: Mapped[float] = mapped_column(sa.REAL)
    forward: Mapped[float] = mapped_column(sa.REAL)
    backward: Mapped[float] = mapped_column(sa.REAL)
    need_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    offer_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    their_need_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    their_offer_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    judgement_key: Mapped[bytes | None]
    judged_standing: Mapped[float | None] = mapped_column(sa.REAL)

    other: Mapped[Participant] = relationship(lazy="raise", foreign_keys=[other_id])


class MatchFeedback(Base):
    """What `participant` says of `other` as a match. Nobody else reads it, and it goes with either of them.

    A `reason` is given only against a match, and may be missing there. `created_at` dates the latest word.
    """

    __tablename__ = "match_feedback"
    __table_args__ = (
        sa.CheckConstraint("participant_id <> other_id", name="two_people"),
        sa.CheckConstraint("reason IS NULL OR verdict = 'not_for_me'", name="reason_against"),
    )

    event_id: Mapped[int] = reference("events.id", index=True)
    participant_id: Mapped[int] = reference("participants.id", primary_key=True)
    other_id: Mapped[int] = reference("participants.id", primary_key=True, index=True)
    verdict: Mapped[FeedbackVerdict]
    reason: Mapped[FeedbackReason | None]
    created_at: Mapped[Created]


class StoredVector(Base):
    """The vector of a text (float32, little endian), by the embedder's name, the role and the SHA-256 of the text."""

    __tablename__ = "vectors"

    model: Mapped[str] = mapped_column(primary_key=True)
    role: Mapped[TextRole] = mapped_column(primary_key=True)
    text_hash: Mapped[bytes] = mapped_column(primary_key=True)
    vector: Mapped[bytes]
