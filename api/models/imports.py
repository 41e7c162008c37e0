"""The imports of an event: what each came to, and what undoing it takes."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from api.models.base import Base, Created, Identified, reference


class ImportRun(Identified, Base):
    """A file that was imported. `file_hash` is the SHA-256 of its bytes, `counts` what changed, by sheet.

    `undo` holds the ids of the rows that were added and the earlier values of those that were changed
    (`api.imports.undo`); it is empty for the import that made the event. `undone_at` is set when it is undone.
    """

    __tablename__ = "import_runs"
    __table_args__ = (sa.Index("ix_import_runs_created_by_file_hash", "created_by", "file_hash"),)

    event_id: Mapped[int] = reference("events.id", index=True)
    created_by: Mapped[int | None] = reference("users.id", ondelete="SET NULL")
    created_at: Mapped[Created]
    filename: Mapped[str]
    file_hash: Mapped[bytes]
    counts: Mapped[dict[str, Any]]
    undo: Mapped[dict[str, Any] | None] = mapped_column(deferred=True)
    undone_at: Mapped[datetime | None]
