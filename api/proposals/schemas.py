"""The meetings that an organiser proposes."""

from datetime import datetime
from typing import Literal, Self

from pydantic import Field, model_validator

from api.core.schemas import Model, Page
from api.matching.schemas import Percent, TypePair
from api.models import ProposalsState
from api.participants.schemas import ParticipantBrief


class ProposalsIn(Model):
    """What to propose: meetings for each person, what is agreed already included, and the minimum score of a match.

    For the minimum any match will do; beyond it only those of the minimum score. `between`: two participation types,
    one of each in every meeting (null: all who may meet).
    """

    minimum: int = Field(3, ge=0, le=100)
    maximum: int | None = Field(8, ge=1, le=100, description="null: no limit but their own")
    minimum_score: Percent = 10
    between: TypePair | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.maximum is not None and self.maximum < self.minimum:
            raise ValueError("the maximum is at least the minimum")
        return self


class Proposals(Model):
    """A set of proposals. `meetings` counts what was found; `open_requests` its pending or accepted requests."""

    id: int
    event_id: int
    state: ProposalsState
    options: ProposalsIn
    meetings: int
    open_requests: int
    created_at: datetime
    finished_at: datetime | None
    adopted_at: datetime | None


class ProposalsPage(Page):
    """A part of the list of sets of proposals, the newest first."""

    items: list[Proposals]


class ProposedPerson(Model):
    """What the proposals come to for somebody: meetings agreed before, and proposed. `shortfall`: why too
    few, in the reader's language (null: enough).
    """

    participant: ParticipantBrief
    agreed: int
    proposed: int
    shortfall: str | None


class ProposedMeeting(Model):
    """A meeting proposed between two of the people, and their score as a percentage."""

    participant_ids: list[int] = Field(min_length=2, max_length=2)
    score: Percent


class ProposalsPreview(Proposals):
    """A set of proposals with everything in it.

    `unchanged`: how many were in the set before; `proven`: nothing better is possible.
    """

    people: list[ProposedPerson]
    pairs: list[ProposedMeeting]
    unchanged: int
    proven: bool


class Adoption(Model):
    """How proposals become requests: accepted at once, or pending, for one of the two to answer."""

    status: Literal["accepted", "pending"] = "accepted"
