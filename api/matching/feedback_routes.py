"""More like this, or not for me: what I say of my matches. Nobody else reads it, organisers no more than others."""

from typing import Annotated

from fastapi import APIRouter, Depends

from api.core.errors import Forbidden, Invalid, NotFound, NotSignedIn, documented
from api.core.membership import ParticipantView
from api.matching import feedback
from api.participants.schemas import MatchFeedback
from api.web.dependencies import Transaction
from api.web.permissions import EventAttendee, VisibleParticipant

router = APIRouter(
    prefix="/events/{event_id}/matches/{participant_id}/feedback",
    tags=["matches"],
    responses=documented(NotSignedIn, Forbidden, NotFound),
)


async def _other(visible: VisibleParticipant, _me: EventAttendee) -> ParticipantView:
    if visible.own:
        raise NotFound("Nobody is a match of themselves.")
    return visible


OtherParticipant = Annotated[ParticipantView, Depends(_other)]


@router.put("", responses=documented(Invalid))
async def give_feedback(
    given: MatchFeedback, me: EventAttendee, other: OtherParticipant, session: Transaction
) -> MatchFeedback:
    """Say what I think of a match; it counts in my list at once, and stays between me and the ranking.

    "Not for me" takes them out of my list. "More like this" raises those who are like them.
    """
    await feedback.store_feedback(session, me, other.id, given)
    return given


@router.delete("", status_code=204)
async def withdraw_feedback(me: EventAttendee, other: OtherParticipant, session: Transaction) -> None:
    """Take back what I said of a match."""
    await feedback.delete_feedback(session, me, other.id)
