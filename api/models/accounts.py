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


class SignInRequest(Identified, Base):
    """A browser that asked for a code, known by the hash of its cookie; it exists whether or not an account does.

    `attempts` counts the codes that this browser has tried.
    """

    __tablename__ = "sign_in_requests"

    token_hash: Mapped[bytes] = mapped_column(unique=True)
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    expires_at: Mapped[datetime] = mapped_column(index=True)


class SignInLink(Identified, Base):
    """A link sent by mail. Used once; only hashes are stored.

    The link works on any device, its code only in the browser of `request_id`; without one there is no code.
    """

    __tablename__ = "sign_in_links"

    user_id: Mapped[int] = reference("users.id", index=True)
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    request_id: Mapped[int | None] = reference("sign_in_requests.id", ondelete="SET NULL", index=True)
    code_hash: Mapped[str | None]
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
    """How often something was tried in one window of time. `subject` is a keyed hash: no address is kept."""

    __tablename__ = "rate_counters"

    subject: Mapped[bytes] = mapped_column(primary_key=True)
    window_start: Mapped[datetime] = mapped_column(primary_key=True, index=True)
    count: Mapped[int] = mapped_column(default=1)


class InstallationSecret(Base):
    """A random key of this installation, made at its first use."""

    __tablename__ = "installation_secrets"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[bytes]


class AuditEntry(Identified, Base):
    """Who did what, when. `detail` holds numbers and codes, never personal data."""

    __tablename__ = "audit_entries"

    at: Mapped[Created]
    user_id: Mapped[int | None] = reference("users.id", ondelete="SET NULL", index=True)
    event_id: Mapped[int | None] = reference("events.id", index=True)
    action: Mapped[str]
    subject_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    detail: Mapped[dict[str, Any]]
