"""Sets of proposals: started, cancelled, adopted, withdrawn. Locks: docs/decisions/0411-lock-order.md."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from api import models
from api.core.audit import record_action
from api.core.errors import InUse, ProposalsClosed, ProposalsRunning
from api.core.membership import Member
from api.jobs import cancel, enqueue
from api.matching.service import require_known_types
from api.models import Answerer, ProposalsState, ScheduleState
from api.proposals.schemas import Adoption, ProposalsIn
from api.schedules.completion import OPEN_PROPOSALS
from matchmaker.event import Preference, RequestStatus

OPEN_REQUESTS = (RequestStatus.PENDING, RequestStatus.ACCEPTED)


async def start_proposals(session: AsyncSession, member: Member, options: ProposalsIn) -> models.Proposals:
    """A new set and the job that finds it. Raises `Invalid`, or `ProposalsRunning` if one is being made."""
    await require_known_types(session, member, "between", [options.between] if options.between else [])
    # of two who start at once, the second waits and is refused
    await _lock_event(session, member.event.id)
    running = sa.select(models.Proposals.id).where(
        models.Proposals.event_id == member.event.id, models.Proposals.state.in_(OPEN_PROPOSALS)
    )
    if await session.scalar(running):
        raise ProposalsRunning("Wait until they are found, or cancel it.")
    row = models.Proposals(event_id=member.event.id, options=options.model_dump(), created_by=member.user.id)
    session.add(row)
    await session.flush()
    row.job_id = await enqueue(
        session, "propose_meetings", event_id=member.event.id, proposals_id=row.id, account_id=member.user.id
    )
    record_action(session, member, "proposals asked for", row.id)
    return row


async def cancel_proposals(session: AsyncSession, member: Member, row: models.Proposals) -> None:
    """Stop looking for a set. Raises `ProposalsClosed` if it is no longer looked for."""
    await _lock(session, row)
    if row.state not in OPEN_PROPOSALS:
        raise ProposalsClosed("They are no longer being made.")
    row.state, row.finished_at = ProposalsState.CANCELLED, sa.func.now()
    if row.job_id is not None:
        await cancel(session, row.job_id)
    record_action(session, member, "proposals cancelled", row.id)


async def adopt_proposals(session: AsyncSession, member: Member, row: models.Proposals, adoption: Adoption) -> None:
    """Make requests of a set, except between people between whom something stands. Again with the same status: nothing.

    Raises `ProposalsClosed` unless the set is ready.
    """
    await _lock(session, row)
    status, result = RequestStatus(adoption.status), row.result or {"pairs": []}
    if row.state is ProposalsState.ADOPTED and result.get("adopted_as", status) == status:
        return
    if row.state is not ProposalsState.READY:
        raise ProposalsClosed("Only proposals that are ready can be adopted.")
    pairs = [(sender, recipient) for sender, recipient in (pair["participant_ids"] for pair in result["pairs"])]
    people = await _lock_people(session, row.event_id, {id_ for pair in pairs for id_ in pair})
    taken, free = await _requests_among(session, row.event_id, people)
    now = datetime.now(UTC)  # not the database's: rows that hold an expression are inserted one by one
    values = {
        "proposals_id": row.id,
        "status": status,
        "preference": Preference.LIKE,
        "message": "",
        "created_at": now,
        "answered_at": None if status is RequestStatus.PENDING else now,
        "answered_by": None if status is RequestStatus.PENDING else Answerer.ORGANISER,
    }
    wanted = [pair for pair in pairs if people >= set(pair) and frozenset(pair) not in taken]
    if again := [free[pair] for pair in wanted if pair in free]:
        request = models.MeetingRequest
        await session.execute(sa.update(request).where(request.id.in_(again)).values(values))
    if new := [pair for pair in wanted if pair not in free]:
        await session.execute(
            sa.insert(models.MeetingRequest),
            [
                {"event_id": row.event_id, "sender_id": sender, "recipient_id": recipient, **values}
                for sender, recipient in new
            ],
        )
    row.state, row.adopted_at = ProposalsState.ADOPTED, now
    row.result = result | {"adopted_as": status}
    record_action(session, member, "proposals adopted", row.id, status=status)


async def withdraw_proposals(session: AsyncSession, member: Member, row: models.Proposals) -> None:
    """Take back the requests of an adopted set that still stand. What people answered themselves stays their answer.

    Raises `ProposalsClosed` unless the set is adopted, `InUse` if the published schedule holds a meeting of it.
    """
    await _lock_event(session, row.event_id)  # nothing is published in the meantime
    await _lock(session, row)
    if row.state is not ProposalsState.ADOPTED:
        raise ProposalsClosed("Only adopted proposals can be taken back.")
    request = models.MeetingRequest
    of_set = request.proposals_id == row.id
    await session.execute(sa.select(request.id).where(of_set).order_by(request.id).with_for_update(key_share=True))
    published = await session.scalar(
        sa.select(sa.func.count())
        .select_from(models.Meeting)
        .join(request, request.id == models.Meeting.request_id)
        .join(models.Schedule, models.Schedule.id == models.Meeting.schedule_id)
        .where(of_set, models.Schedule.state == ScheduleState.PUBLISHED)
    )
    if published:
        raise InUse(f"The published schedule holds {published} of these meetings.")
    # what somebody took back themselves is their answer: it leaves the set, and is not proposed again with it
    own = sa.update(request).where(of_set, request.status == RequestStatus.WITHDRAWN)
    await session.execute(own.values(proposals_id=None))
    rest = sa.update(request).where(of_set, request.status.in_(OPEN_REQUESTS))
    await session.execute(rest.values(status=RequestStatus.WITHDRAWN, answered_at=sa.func.now()))
    row.state = ProposalsState.WITHDRAWN
    record_action(session, member, "proposals withdrawn", row.id)


async def open_requests_of(session: AsyncSession, proposals: Sequence[models.Proposals]) -> dict[int, int]:
    """How many requests of each set are pending or accepted."""
    request = models.MeetingRequest
    counts = await session.execute(
        sa.select(request.proposals_id, sa.func.count())
        .where(request.proposals_id.in_([row.id for row in proposals]), request.status.in_(OPEN_REQUESTS))
        .group_by(request.proposals_id)
    )
    return {proposals_id: count for proposals_id, count in counts if proposals_id is not None}


async def _lock_event(session: AsyncSession, event_id: int) -> None:
    event = models.Event
    await session.execute(sa.select(event.id).where(event.id == event_id).with_for_update(key_share=True))


async def _lock(session: AsyncSession, row: models.Proposals) -> None:
    """The set as it is now, its result included."""
    names = ["state", "result", "job_id", "meetings", "finished_at", "adopted_at"]
    await session.refresh(row, names, with_for_update={"key_share": True})


async def _lock_people(session: AsyncSession, event_id: int, ids: Iterable[int]) -> set[int]:
    """Those of `ids` who are still in the event."""
    person = models.Participant
    return set(
        await session.scalars(
            sa.select(person.id)
            .where(person.event_id == event_id, person.id.in_(ids))
            .order_by(person.id)
            .with_for_update(key_share=True)
        )
    )


async def _requests_among(
    session: AsyncSession, event_id: int, people: set[int]
) -> tuple[set[frozenset[int]], dict[tuple[int, int], int]]:
    """The pairs between whom something stands; requests by sender and recipient that may be made again, all locked."""
    request = models.MeetingRequest
    among = sa.and_(request.event_id == event_id, request.sender_id.in_(people), request.recipient_id.in_(people))
    rows = await session.execute(
        sa.select(request, models.Proposals.state)
        .outerjoin(models.Proposals, models.Proposals.id == request.proposals_id)
        .where(among)
        .order_by(request.id)
        .with_for_update(of=request, key_share=True)
    )
    taken: set[frozenset[int]] = set()
    free: dict[tuple[int, int], int] = {}
    for row, state in rows:
        if _is_nobodys_answer(row, state):
            free[row.sender_id, row.recipient_id] = row.id
        else:
            taken.add(frozenset((row.sender_id, row.recipient_id)))
    return taken, free


def _is_nobodys_answer(request: models.MeetingRequest, state: ProposalsState | None) -> bool:
    """Whether an organiser may propose what was this request: it expired, or went back with its whole set."""
    withdrawn = request.status is RequestStatus.WITHDRAWN
    if request.preference is Preference.NEVER:
        return withdrawn
    return request.status is RequestStatus.EXPIRED or (withdrawn and state is ProposalsState.WITHDRAWN)


def empty_result() -> dict[str, Any]:
    """The result of a set that is not found yet."""
    return {"people": [], "pairs": [], "unchanged": 0, "proven": False}
