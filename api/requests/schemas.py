"""Meeting requests."""

from datetime import datetime

from api.core.schemas import Model, Number, Page, Prose
from api.events.schemas import Place, Slot
from api.participants.schemas import ParticipantBrief
from matchmaker.event import Preference, RequestStatus


class RequestMeeting(Model):
    """When and where the published schedule has a request's meeting."""

    slot: Slot
    place: Place


class MeetingRequest(Model):
    """A request to meet. Its preference is the sender's; `never` is shown to them and to organisers only.

    `proposed`: an organiser brought the two together, and the sender did not ask.
    """

    id: int
    sender: ParticipantBrief
    recipient: ParticipantBrief
    status: RequestStatus
    preference: Preference
    message: str
    proposed: bool
    created_at: datetime
    answered_at: datetime | None
    meeting: RequestMeeting | None


class Requests(Page):
    """A part of the list of requests, newest first."""

    items: list[MeetingRequest]


class RequestIn(Model):
    """A request to somebody. With the preference `never` it is a note that nobody else sees: we are not to meet."""

    recipient_id: Number
    preference: Preference = Preference.LIKE
    message: Prose = ""
