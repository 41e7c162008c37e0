"""Meeting requests: asking, answering, taking back."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.core.errors import (
    AlreadyAnswered,
    AlreadyRequested,
    Forbidden,
    InUse,
    NotAllowed,
    NotFound,
    NotSignedIn,
    TooMany,
    TooManyOpen,
    documented,
)
from api.core.schemas import Search
from api.requests import listing, service
from api.requests.listing import Box
from api.requests.schemas import MeetingRequest, RequestIn, Requests
from api.web.dependencies import Paginated, Transaction
from api.web.permissions import AppSettings, ConcernedRequest, EventAttendee, EventMember
from matchmaker.event import Preference, RequestStatus

router = APIRouter(tags=["requests"], responses=documented(NotSignedIn, NotFound))


@router.get("/events/{event_id}/requests")
async def list_requests(
    member: EventMember,
    session: Transaction,
    page: Paginated,
    box: Annotated[Box, Query(description="`all`: both of mine; for organisers everybody's.")] = "all",
    status: RequestStatus | None = None,
    preference: Annotated[
        Preference | None, Query(description="Without it: all requests, which the private `never` is not.")
    ] = None,
    search: Search = "",
) -> Requests:
    """The requests that I sent, that I received, or (for organisers) all of the event; the newest first."""
    return await listing.list_requests(session, member, page, box, status, preference, search)


@router.post(
    "/events/{event_id}/requests",
    status_code=201,
    responses=documented(Forbidden, AlreadyRequested, NotAllowed, TooMany, TooManyOpen),
)
async def create_request(
    wanted: RequestIn, me: EventAttendee, session: Transaction, settings: AppSettings
) -> MeetingRequest:
    """Ask somebody for a meeting, or note (`never`) that we are not to meet."""
    row = await service.create_request(session, me, wanted, settings)
    return await listing.read_request(session, me, row.id)


@router.post("/requests/{request_id}/accept", responses=documented(Forbidden, AlreadyAnswered, NotAllowed))
async def accept_request(party: ConcernedRequest, session: Transaction) -> MeetingRequest:
    """Say yes; the recipient, or an organiser for them."""
    await service.answer_request(session, party, RequestStatus.ACCEPTED)
    return await listing.read_request(session, party.member, party.request.id)


@router.post("/requests/{request_id}/decline", responses=documented(Forbidden, AlreadyAnswered, NotAllowed, InUse))
async def decline_request(party: ConcernedRequest, session: Transaction) -> MeetingRequest:
    """Say no; the recipient, or an organiser for them, who thereby takes a published meeting out of the schedule."""
    await service.answer_request(session, party, RequestStatus.DECLINED)
    return await listing.read_request(session, party.member, party.request.id)


@router.post("/requests/{request_id}/withdraw", responses=documented(Forbidden, AlreadyAnswered, InUse))
async def withdraw_request(party: ConcernedRequest, session: Transaction) -> MeetingRequest:
    """Take a request back: its sender, and once it is accepted, or was proposed by an organiser, either of the two.

    An organiser may at any time, and thereby takes a published meeting out of the schedule.
    """
    await service.withdraw_request(session, party)
    return await listing.read_request(session, party.member, party.request.id)
