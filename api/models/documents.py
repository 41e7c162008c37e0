"""Documents that were made once and are kept."""

from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from api.models.base import Base, Created, Identified, reference


class DocumentKind(StrEnum):
    """`agenda`: of one participant; `agendas`: of all; `part`: of some, until all are made."""

    AGENDA = "agenda"
    AGENDAS = "agendas"
    PART = "part"


class Document(Identified, Base):
    """A PDF file of a schedule. `etag` is a hash of what the file shows: another one means that it is out of date."""

    __tablename__ = "documents"
    __table_args__ = (
        sa.UniqueConstraint("schedule_id", "kind", "participant_id", "part", postgresql_nulls_not_distinct=True),
    )

    schedule_id: Mapped[int] = reference("schedules.id")
    kind: Mapped[DocumentKind]
    participant_id: Mapped[int | None] = reference("participants.id", index=True)
    part: Mapped[int | None]
    etag: Mapped[str]
    data: Mapped[bytes] = mapped_column(deferred=True)
    created_at: Mapped[Created]
