"""Who may come in: accounts, the ways to sign in, and the limits on trying."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from api.models.base import Base, Created, Identified, reference


class User(Identified, Base):
    """An account. People are known by their e-mail address, in lower case.

    `creates_events`: invited to organise. Who runs an event may create others without it.
    """

    __tablename__ = "users"
    __table_args__ = (sa.CheckConstraint("email = lower(email)", name="email_lower"),)

    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="en")
    creates_events: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    created_at: Mapped[Created]


class SignInLink(Identified, Base):
    """A link sent by mail, with a short code for another device. Used once; only hashes are stored."""

    __tablename__ = "sign_in_links"

    user_id: Mapped[int] = reference("users.id", index=True)
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    code_hash: Mapped[str]
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    created_at: Mapped[Created]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class UserSession(Identified, Base):
    """A signed-in browser. Only the hash of its token is stored."""

    __tablename__ = "user_sessions"

    user_id: Mapped[int] = reference("users.id", index=True)
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    created_at: Mapped[Created]
    expires_at: Mapped[datetime] = mapped_column(index=True)

    user: Mapped[User] = relationship(lazy="raise")


class RateCounter(Base):
    """How often something was tried in one window of time. `subject` is a hash: no address is kept."""

    __tablename__ = "rate_counters"

    subject: Mapped[bytes] = mapped_column(primary_key=True)
    window_start: Mapped[datetime] = mapped_column(primary_key=True, index=True)
    count: Mapped[int] = mapped_column(default=1)


class AuditEntry(Identified, Base):
    """Who did what, when. `detail` holds numbers and codes, never personal data."""

    __tablename__ = "audit_entries"

    at: Mapped[Created]
    user_id: Mapped[int | None] = reference("users.id", ondelete="SET NULL", index=True)
    event_id: Mapped[int | None] = reference("events.id", index=True)
    action: Mapped[str]
    subject_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    detail: Mapped[dict[str, Any]]
