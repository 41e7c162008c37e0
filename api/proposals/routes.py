"""The meetings that an organiser proposes: found by a job, looked at, adopted, taken back."""

from dataclasses import dataclass
from typing import Annotated

import sqlalchemy as sa
from fastapi import APIRouter, Depends
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload, undefer

from api import models
from api.core.audit import record_action
from api.core.database import Transaction
from api.core.errors import (
    Forbidden,
    InUse,
    Invalid,
    NotFound,
    NotSignedIn,
    ProposalsClosed,
    ProposalsRunning,
    documented,
)
from api.core.pagination import Paginated
from api.jobs import cancel, enqueue
from api.matching.service import require_known_types
from api.models import ProposalsState, ScheduleState
from api.participants.schemas import ParticipantBrief
from api.proposals.schemas import (
    Adoption,
    ProposalsIn,
    ProposalsPage,
    ProposalsPreview,
    ProposedMeeting,
    ProposedPerson,
)
from api.proposals.schemas import Proposals as ProposalsOut
from api.schedules.closing import OPEN_PROPOSALS
from api.web.permissions import EventOrganiser, Id, Member, SignedIn, membership, organising
from matchmaker.event import Preference, RequestStatus

STANDING = (RequestStatus.PENDING, RequestStatus.ACCEPTED)

router = APIRouter(tags=["proposals"], responses=documented(NotSignedIn, Forbidden, NotFound))


@dataclass(frozen=True)
class ProposalsAccess:
    """A set of proposals, locked, and an organiser of its event."""

    row: models.Proposals
    member: Member


async def _organised(session: Transaction, user: SignedIn, proposals_id: Id) -> ProposalsAccess:
    row = await session.scalar(
        sa.select(models.Proposals)
        .where(models.Proposals.id == proposals_id)
        .options(undefer(models.Proposals.result))
        .with_for_update()
    )
    if row is None:
        raise NotFound("There are no such proposals.")
    return ProposalsAccess(row=row, member=organising(await membership(session, user, row.event_id)))


OrganisedProposals = Annotated[ProposalsAccess, Depends(_organised, scope="function")]


@router.get("/events/{event_id}/proposals")
async def list_proposals(member: EventOrganiser, session: Transaction, page: Paginated) -> ProposalsPage:
    """The sets of proposals of an event, the newest first."""
    mine = models.Proposals.event_id == member.event.id
    ordered = sa.select(models.Proposals).where(mine).order_by(models.Proposals.id.desc())
    rows = await session.scalars(ordered.limit(page.limit).offset(page.offset))
    total = await session.scalar(sa.select(sa.func.count()).where(mine).select_from(models.Proposals))
    return ProposalsPage(
        items=[await _answer(session, row) for row in rows],
        total=total or 0,
        limit=page.limit,
        offset=page.offset,
    )


@router.post("/events/{event_id}/proposals", status_code=202, responses=documented(ProposalsRunning, Invalid))
async def create_proposals(wanted: ProposalsIn, member: EventOrganiser, session: Transaction) -> ProposalsOut:
    """Have meetings found that are worth proposing; nothing is asked of anybody. Read them until they are ready."""
    await require_known_types(session, member, "between", [wanted.between] if wanted.between else [])
    # of two who start at once, the second waits and is refused
    await session.execute(sa.select(models.Event.id).where(models.Event.id == member.event.id).with_for_update())
    running = sa.select(models.Proposals.id).where(
        models.Proposals.event_id == member.event.id, models.Proposals.state.in_(OPEN_PROPOSALS)
    )
    if await session.scalar(running):
        raise ProposalsRunning("Wait until they are found, or cancel it.")
    row = models.Proposals(event_id=member.event.id, options=wanted.model_dump(), created_by=member.user.id)
    session.add(row)
    await session.flush()
    row.job_id = await enqueue(
        session, "propose_meetings", event_id=member.event.id, proposals_id=row.id, account_id=member.user.id
    )
    record_action(session, member, "proposals asked for", row.id)
    return await _answer(session, row)


@router.get("/proposals/{proposals_id}")
async def read_proposals(proposals: OrganisedProposals, session: Transaction) -> ProposalsPreview:
    """A set of proposals: every meeting, and what it comes to for everybody."""
    row = proposals.row
    result = row.result or {"people": [], "pairs": [], "unchanged": 0, "proven": False}
    rows = await session.scalars(
        sa.select(models.Participant)
        .where(models.Participant.event_id == row.event_id)
        .options(selectinload(models.Participant.organisation))
    )
    people = {person.id: ParticipantBrief.model_validate(person) for person in rows}
    return ProposalsPreview(
        **dict(await _answer(session, row)),
        people=[
            ProposedPerson(
                participant=people[each["id"]],
                agreed=each["agreed"],
                proposed=each["proposed"],
                shortfall=each["shortfall"],
            )
            for each in result["people"]
            if each["id"] in people
        ],
        pairs=[
            ProposedMeeting.model_validate(pair)
            for pair in result["pairs"]
            if people.keys() >= set(pair["participant_ids"])
        ],
        unchanged=result["unchanged"],
        proven=result["proven"],
    )


@router.post("/proposals/{proposals_id}/cancel", responses=documented(ProposalsClosed))
async def cancel_proposals(proposals: OrganisedProposals, session: Transaction) -> ProposalsOut:
    """Stop looking for proposals."""
    row = proposals.row
    if row.state not in OPEN_PROPOSALS:
        raise ProposalsClosed("They are no longer being made.")
    row.state, row.finished_at = ProposalsState.CANCELLED, sa.func.now()
    if row.job_id is not None:
        await cancel(session, row.job_id)
    record_action(session, proposals.member, "proposals cancelled", row.id)
    return await _answer(session, row)


@router.post("/proposals/{proposals_id}/adopt", responses=documented(ProposalsClosed))
async def adopt_proposals(how: Adoption, proposals: OrganisedProposals, session: Transaction) -> ProposalsOut:
    """Make requests of the proposals, all at once. Pairs between whom anything stands by now are left out."""
    row = proposals.row
    if row.state is not ProposalsState.READY:
        raise ProposalsClosed("Only proposals that are ready can be adopted.")
    pairs = [tuple(pair["participant_ids"]) for pair in (row.result or {})["pairs"]]
    numbers = {number for pair in pairs for number in pair}
    # in one order for all, as whoever asks somebody locks the two
    there = set(
        await session.scalars(
            sa.select(models.Participant.id)
            .where(models.Participant.event_id == row.event_id, models.Participant.id.in_(numbers))
            .order_by(models.Participant.id)
            .with_for_update(key_share=True)
        )
    )
    taken, free = await _between(session, row.event_id, there)
    status = RequestStatus(how.status)
    for sender, recipient in pairs:
        if not there >= {sender, recipient} or frozenset((sender, recipient)) in taken:
            continue
        request = free.get((sender, recipient))
        if request is None:
            request = models.MeetingRequest(event_id=row.event_id, sender_id=sender, recipient_id=recipient)
            session.add(request)
        request.proposals_id, request.status, request.preference, request.message = row.id, status, Preference.LIKE, ""
        request.created_at = sa.func.now()
        request.answered_at = None if status is RequestStatus.PENDING else sa.func.now()
    row.state, row.adopted_at = ProposalsState.ADOPTED, sa.func.now()
    record_action(session, proposals.member, "proposals adopted", row.id, status=how.status)
    return await _answer(session, row)


@router.post("/proposals/{proposals_id}/withdraw", responses=documented(ProposalsClosed, InUse))
async def withdraw_proposals(proposals: OrganisedProposals, session: Transaction) -> ProposalsOut:
    """Take adopted proposals back, all that still stand, unless the published schedule holds a meeting of theirs.

    What people declined or withdrew themselves stays their answer; the rest may be proposed again.
    """
    row, request = proposals.row, models.MeetingRequest
    if row.state is not ProposalsState.ADOPTED:
        raise ProposalsClosed("Only adopted proposals can be taken back.")
    # nothing is published in the meantime
    await session.execute(sa.select(models.Event.id).where(models.Event.id == row.event_id).with_for_update())
    held = await session.scalar(
        sa.select(sa.func.count())
        .select_from(models.Meeting)
        .join(request, request.id == models.Meeting.request_id)
        .join(models.Schedule, models.Schedule.id == models.Meeting.schedule_id)
        .where(request.proposals_id == row.id, models.Schedule.state == ScheduleState.PUBLISHED)
    )
    if held:
        raise InUse(f"The published schedule holds {held} of these meetings.")
    mine = sa.update(request).where(request.proposals_id == row.id)
    await session.execute(mine.where(request.status.not_in(STANDING)).values(proposals_id=None))
    await session.execute(mine.values(status=RequestStatus.WITHDRAWN, answered_at=sa.func.now()))
    row.state = ProposalsState.WITHDRAWN
    record_action(session, proposals.member, "proposals withdrawn", row.id)
    return await _answer(session, row)


async def _between(
    session: AsyncSession, event_id: int, people: set[int]
) -> tuple[set[frozenset[int]], dict[tuple[int, int], models.MeetingRequest]]:
    """The pairs between whom something stands, and requests by sender and recipient that are nobody's answer."""
    request = models.MeetingRequest
    rows = await session.execute(
        sa.select(request, models.Proposals.state)
        .outerjoin(models.Proposals, models.Proposals.id == request.proposals_id)
        .where(request.event_id == event_id, request.sender_id.in_(people), request.recipient_id.in_(people))
    )
    taken: set[frozenset[int]] = set()
    free: dict[tuple[int, int], models.MeetingRequest] = {}
    for row, state in rows:
        undone = row.status is RequestStatus.WITHDRAWN and state is ProposalsState.WITHDRAWN
        if row.preference is not Preference.NEVER and (undone or row.status is RequestStatus.EXPIRED):
            free[row.sender_id, row.recipient_id] = row
        else:
            taken.add(frozenset((row.sender_id, row.recipient_id)))
    return taken, free


async def _answer(session: AsyncSession, row: models.Proposals) -> ProposalsOut:
    await session.flush()
    await session.refresh(row, ["state", "meetings", "created_at", "finished_at", "adopted_at"])
    request = models.MeetingRequest
    open_requests = await session.scalar(
        sa.select(sa.func.count()).where(request.proposals_id == row.id, request.status.in_(STANDING))
    )
    return ProposalsOut(
        id=row.id,
        event_id=row.event_id,
        state=row.state,
        options=ProposalsIn.model_validate(row.options),
        meetings=row.meetings,
        open_requests=open_requests or 0,
        created_at=row.created_at,
        finished_at=row.finished_at,
        adopted_at=row.adopted_at,
    )
