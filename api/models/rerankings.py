"""What a chat server said of pairs of people, and how far it got with the lists of an event."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from api.models.base import Base, Created, reference


class StoredJudgement(Base):
    """A judgement of a pair, by the hash of all that decides it (`matchmaker.matching.reranking.TextPair.key`).

    `fits` lies in [0, 1]; null: the answer was no judgement, and is not asked for again. `reason` is a line in
    `language`, written by the model, if it gave one.
    """

    __tablename__ = "judgements"

    key: Mapped[bytes] = mapped_column(primary_key=True)
    fits: Mapped[float | None] = mapped_column(sa.REAL)
    language: Mapped[str]
    reason: Mapped[str | None]
    made_at: Mapped[Created]


class Reranking(Base):
    """The last run over the lists of an event: `judgements` of their `pairs` are kept, `requests` of `total` were made.

    `notice` is a key of `matchmaker.matching.reranking.NOTICES`, `detail` what the client gave with it.
    """

    __tablename__ = "rerankings"

    event_id: Mapped[int] = reference("events.id", primary_key=True)
    pairs: Mapped[int] = mapped_column(default=0)
    judgements: Mapped[int] = mapped_column(default=0)
    requests: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    notice: Mapped[str | None]
    detail: Mapped[str] = mapped_column(default="")
    finished_at: Mapped[datetime | None]
