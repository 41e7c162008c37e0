"""The meetings that an organiser proposes, in sets that are looked at, adopted and taken back as a whole."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from api.models.base import Base, Created, Identified, reference


class ProposalsState(StrEnum):
    """Where a set of proposals stands. A `ready` one can be looked at; the requests of an `adopted` one stand."""

    QUEUED = "queued"
    RUNNING = "running"
    CANCELLED = "cancelled"
    FAILED = "failed"
    READY = "ready"
    ADOPTED = "adopted"
    WITHDRAWN = "withdrawn"


class Proposals(Identified, Base):
    """A set of proposals: how it was asked for (`options`), and its `result` (`api.proposals.proposing`)."""

    __tablename__ = "proposals"
    __table_args__ = (
        sa.Index(
            "uq_proposals_one_running",
            "event_id",
            unique=True,
            postgresql_where=sa.text("state IN ('queued', 'running')"),
        ),
    )

    event_id: Mapped[int] = reference("events.id", index=True)
    state: Mapped[ProposalsState] = mapped_column(default=ProposalsState.QUEUED)
    options: Mapped[dict[str, Any]]
    result: Mapped[dict[str, Any] | None] = mapped_column(deferred=True)
    meetings: Mapped[int] = mapped_column(default=0)
    job_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    created_by: Mapped[int | None] = reference("users.id", ondelete="SET NULL", index=True)
    created_at: Mapped[Created]
    finished_at: Mapped[datetime | None]
    adopted_at: Mapped[datetime | None]
