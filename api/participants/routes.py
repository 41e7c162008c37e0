"""Participants: the list, the profiles, what they offer and need, and when they are free."""

from typing import Annotated

import sqlalchemy as sa
from fastapi import APIRouter, Body, Header, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import models
from api.core.errors import Forbidden, Invalid, NotFound, NotSignedIn, VersionConflict, documented
from api.core.membership import Attendee, ProfileView
from api.core.pagination import page_of
from api.participants import editing
from api.participants.dependencies import ParticipantFilterParams, ParticipantSearchParams
from api.participants.listing import load_participants
from api.participants.schemas import Availability, Participant, ParticipantPatch, Participants, StatementIn
from api.participants.service import availability_of, participant_of, slot_ids
from api.requests.service import may_request, requests_between
from api.web.dependencies import Paginated, Transaction
from api.web.permissions import EditableProfile, EventMember, VisibleParticipant

Statements = Annotated[list[StatementIn], Body(max_length=50)]
IfMatch = Annotated[
    str | None,
    Header(description="The `ETag` of what is changed: if it was changed since, nothing is, and the answer is 409."),
]

router = APIRouter(
    prefix="/events/{event_id}/participants", tags=["participants"], responses=documented(NotSignedIn, NotFound)
)


@router.get("")
async def list_participants(
    member: EventMember,
    session: Transaction,
    page: Paginated,
    participant_filter: ParticipantFilterParams,
    search: ParticipantSearchParams,
) -> Participants:
    """The participants of an event by name; all filters apply together.

    A search finds those who have its words, by relevance: rare words count more, and names more than organisations,
    offers, needs and job titles. After them come those whose offers or needs mean the same, in any language, the
    likeliest first. Organisers also find by e-mail address.
    """
    people = models.Participant
    ordered = (
        sa.select(people.id)
        .where(
            people.event_id == member.event.id,
            *participant_filter.conditions(),
            search.condition,
        )
        .order_by(*search.order, people.last_name, people.first_name, people.id)
    )
    rows, total = await page_of(session, ordered, page)
    return Participants(
        items=await load_participants(session, member, [row.id for row in rows], search),
        total=total,
        limit=page.limit,
        offset=page.offset,
    )


@router.get("/{participant_id}")
async def read_participant(visible: VisibleParticipant, session: Transaction, response: Response) -> Participant:
    """One participant, and what stands between them and me."""
    viewer = visible.viewer
    (participant,) = await load_participants(session, viewer, [visible.id])
    if participant.version is not None:
        response.headers["ETag"] = editing.etag_of(participant.version)
    if viewer.participant_id is None or viewer.participant_id == visible.id:
        return participant
    attendee = Attendee(user=viewer.user, event=viewer.event, role=viewer.role, participant_id=viewer.participant_id)
    requests = await requests_between(session, attendee.participant_id, [visible.id])
    other = await session.get_one(models.Participant, visible.id)
    return participant.model_copy(
        update={"request": requests.get(visible.id), "may_request": await may_request(session, attendee, other)}
    )


@router.patch("/{participant_id}", responses=documented(Forbidden, Invalid, VersionConflict))
async def update_participant(
    patch: ParticipantPatch,
    profile: EditableProfile,
    session: Transaction,
    response: Response,
    if_match: IfMatch = None,
) -> Participant:
    """Change a profile; its own person or an organiser."""
    await editing.update_profile(session, profile, patch, if_match)
    return await _answer(profile, session, response)


@router.put("/{participant_id}/offers", responses=documented(Forbidden, Invalid, VersionConflict))
async def replace_offers(
    offers: Statements, profile: EditableProfile, session: Transaction, response: Response, if_match: IfMatch = None
) -> Participant:
    """Write down what somebody offers, in any language, the most important first, and whom each is for."""
    await editing.replace_offers(session, profile, offers, if_match)
    return await _answer(profile, session, response)


@router.put("/{participant_id}/needs", responses=documented(Forbidden, Invalid, VersionConflict))
async def replace_needs(
    needs: Statements, profile: EditableProfile, session: Transaction, response: Response, if_match: IfMatch = None
) -> Participant:
    """Write down what somebody needs, in any language, the most important first, and who could help with each."""
    await editing.replace_needs(session, profile, needs, if_match)
    return await _answer(profile, session, response)


@router.get("/{participant_id}/availability", responses=documented(Forbidden))
async def read_availability(profile: EditableProfile, session: Transaction, response: Response) -> Availability:
    """The slots in which somebody is free."""
    response.headers["ETag"] = editing.etag_of(profile.participant.version)
    return availability_of(profile, await slot_ids(session, profile.participant.event_id))


@router.put("/{participant_id}/availability", responses=documented(Forbidden, Invalid, VersionConflict))
async def replace_availability(
    free: Availability, profile: EditableProfile, session: Transaction, response: Response, if_match: IfMatch = None
) -> Availability:
    """Say in which slots somebody is free; in all others they are not."""
    availability = await editing.replace_availability(session, profile, set(free.slot_ids), if_match)
    response.headers["ETag"] = editing.etag_of(profile.participant.version)
    return availability


async def _answer(profile: ProfileView, session: AsyncSession, response: Response) -> Participant:
    if profile.in_full:
        response.headers["ETag"] = editing.etag_of(profile.participant.version)
    return participant_of(profile, await slot_ids(session, profile.participant.event_id))
