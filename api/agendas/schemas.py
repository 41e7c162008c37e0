"""The agenda of one participant."""

from datetime import datetime

from api.core.schemas import Model
from api.participants.schemas import ParticipantBrief
from matchmaker.event import PlaceKind


class AgendaPlace(Model):
    """Where a meeting is."""

    name: str
    kind: PlaceKind


class AgendaEntry(Model):
    """A meeting, as one of its people sees it. `reason` says why the two should meet, where known."""

    meeting_id: int
    starts: datetime
    ends: datetime
    place: AgendaPlace
    partners: list[ParticipantBrief]
    reason: str | None


class Agenda(Model):
    """The meetings of one participant in one schedule, in order of time. Without a schedule there is none yet."""

    participant: ParticipantBrief
    schedule_id: int | None
    version: int | None
    published_at: datetime | None
    entries: list[AgendaEntry]
