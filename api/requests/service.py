"""Asking for a meeting, answering, taking back. Locks: docs/decisions/0411-lock-order.md."""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from api import models
from api.core.audit import record_action
from api.core.errors import AlreadyAnswered, AlreadyRequested, Forbidden, InUse, NotAllowed, NotFound, TooManyOpen
from api.core.membership import Attendee, RequestParty
from api.core.rate_limit import enforce_rate_limit_within
from api.jobs import enqueue
from api.matching.schemas import MatchingRules
from api.models import Answerer
from api.participants.schemas import MatchRequest
from api.requests.schemas import RequestIn
from api.schedules.publishing import cancel_published_meeting, published_meeting_of
from api.settings import Settings
from matchmaker.event import Preference, RequestStatus

OPEN = (RequestStatus.PENDING, RequestStatus.ACCEPTED)
FOREMOST = (
    RequestStatus.ACCEPTED,
    RequestStatus.PENDING,
    RequestStatus.DECLINED,
    RequestStatus.WITHDRAWN,
    RequestStatus.EXPIRED,
)


async def create_request(
    session: AsyncSession, attendee: Attendee, values: RequestIn, settings: Settings
) -> models.MeetingRequest:
    """A new request, or an earlier one of the same sender made again.

    Raises:
        AlreadyRequested: one stands between the two, or was declined.
        NotAllowed: the rules of the event keep the two apart.
        NotFound: no such recipient.
        TooMany, TooManyOpen: the limits of `settings` are reached.
    """
    never = values.preference is Preference.NEVER
    sender, recipient = await _lock_pair(session, attendee, values.recipient_id)
    row = await _reusable_request(session, sender.id, values)
    if not never:
        if sender.organisation_id == recipient.organisation_id:
            raise NotAllowed("You are of the same organisation.")
        if not MatchingRules.model_validate(attendee.event.matching).may_meet(sender.type, recipient.type):
            raise NotAllowed("People of your two types do not meet at this event.")
    await _enforce_limits(session, sender.id, settings)
    if row is None:
        row = models.MeetingRequest(event_id=attendee.event.id, sender_id=sender.id, recipient_id=recipient.id)
        session.add(row)
    row.status, row.answered_at, row.answered_by, row.created_at = RequestStatus.PENDING, None, None, sa.func.now()
    row.preference, row.message, row.proposals_id = values.preference, values.message, None
    await session.flush()
    if never:
        await enqueue(session, "rank_participant", event_id=attendee.event.id, participant_id=attendee.participant_id)
    record_action(session, attendee, "request sent", row.id)
    return row


async def answer_request(session: AsyncSession, party: RequestParty, status: RequestStatus) -> None:
    """Accept or decline for the recipient, as themselves or as an organiser. Again with the same answer: nothing.

    Raises:
        AlreadyAnswered: the request has another answer, or was taken back.
        Forbidden: not the recipient.
        InUse: the meeting is published, and only an organiser takes it out.
        NotAllowed: the sender does not wish to meet at all.
    """
    own = party.member.participant_id == party.request.recipient_id
    if not party.member.organises and not own:
        raise Forbidden("Only its recipient may answer a request.")
    if party.request.preference is Preference.NEVER:
        raise NotAllowed("Its sender does not wish this meeting.")
    request = await _lock_request(session, party)
    if request.status is status:
        return
    if request.status is not RequestStatus.PENDING:
        raise AlreadyAnswered(f"This request is {request.status}.")
    if status is RequestStatus.DECLINED:
        await _cancel_meeting(session, party)
    request.answered_by = Answerer.RECIPIENT if own else Answerer.ORGANISER
    await _set_status(session, party, status)


async def withdraw_request(session: AsyncSession, party: RequestParty) -> None:
    """Take a request back, or out of the published schedule as an organiser. Again: nothing.

    Its sender may; once it is accepted, or if an organiser proposed it, either of the two. A "never" can always be
    taken back: it is a note, on which nothing depends.

    Raises:
        AlreadyAnswered: it was declined, or expired.
        Forbidden: a request that waits for the reader's own answer.
        InUse: the meeting is published, and only an organiser takes it out.
    """
    member = party.member
    request = await _lock_request(session, party)
    sent = member.participant_id == request.sender_id
    both = request.proposals_id is not None or request.status is not RequestStatus.PENDING
    if not member.organises and not sent and not both:
        raise Forbidden("Only its sender may take a request back before it is answered.")
    if request.status is RequestStatus.WITHDRAWN:
        return
    if request.preference is Preference.NEVER:
        await enqueue(session, "rank_participant", event_id=request.event_id, participant_id=request.sender_id)
    elif request.status not in OPEN:
        raise AlreadyAnswered(f"This request is {request.status}.")
    else:
        await _cancel_meeting(session, party)
    await _set_status(session, party, RequestStatus.WITHDRAWN)


async def requests_between(session: AsyncSession, participant_id: int, others: list[int]) -> dict[int, MatchRequest]:
    """The request between a participant and each of `others`; where both asked, the one that got further."""
    request = models.MeetingRequest
    rows = await session.scalars(
        sa.select(request).where(
            request.preference != Preference.NEVER,
            sa.or_(
                sa.and_(request.sender_id == participant_id, request.recipient_id.in_(others)),
                sa.and_(request.recipient_id == participant_id, request.sender_id.in_(others)),
            ),
        )
    )
    foremost: dict[int, MatchRequest] = {}
    for row in sorted(rows, key=lambda r: (FOREMOST.index(r.status), -r.id)):
        sent = row.sender_id == participant_id
        other = row.recipient_id if sent else row.sender_id
        foremost.setdefault(other, MatchRequest(id=row.id, status=row.status, direction="sent" if sent else "received"))
    return foremost


async def may_request(session: AsyncSession, attendee: Attendee, other: models.Participant) -> bool:
    """Whether the rules of the event, and what stands between the two, let an attendee ask `other` now."""
    own = await session.get_one(models.Participant, attendee.participant_id)
    rules = MatchingRules.model_validate(attendee.event.matching)
    if own.organisation_id == other.organisation_id or not rules.may_meet(own.type, other.type):
        return False
    try:
        await _reusable_request(session, own.id, RequestIn(recipient_id=other.id))
    except AlreadyRequested:
        return False
    return True


async def _lock_pair(
    session: AsyncSession, attendee: Attendee, recipient_id: int
) -> tuple[models.Participant, models.Participant]:
    """Sender and recipient, locked in the order of their ids, so that two who ask each other are served in turn."""
    if recipient_id == attendee.participant_id:
        raise NotAllowed("You cannot meet yourself.")
    ids = (attendee.participant_id, recipient_id)
    rows = await session.scalars(
        sa.select(models.Participant)
        .where(models.Participant.event_id == attendee.event.id, models.Participant.id.in_(ids))
        .order_by(models.Participant.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    people = {person.id: person for person in rows}
    if len(people) < len(ids):
        raise NotFound("There is no such participant in this event.")
    return people[attendee.participant_id], people[recipient_id]


async def _reusable_request(session: AsyncSession, sender_id: int, values: RequestIn) -> models.MeetingRequest | None:
    """The sender's earlier request that may be made again. Raises `AlreadyRequested` if one stands.

    What expired or was withdrawn may be asked again by either. A no stays the answer to who asked; who gave it may ask.
    """
    request = models.MeetingRequest
    rows = await session.scalars(
        sa.select(request).where(
            sa.or_(
                sa.and_(request.sender_id == sender_id, request.recipient_id == values.recipient_id),
                sa.and_(request.sender_id == values.recipient_id, request.recipient_id == sender_id),
            )
        )
    )
    earlier = None
    for row in rows:
        if row.sender_id == sender_id:
            earlier = row
        elif Preference.NEVER not in (row.preference, values.preference) and row.status in OPEN:
            raise AlreadyRequested("They have asked you: answer their request.")
    if earlier is None or earlier.preference is Preference.NEVER:
        return earlier
    never = values.preference is Preference.NEVER
    final = (RequestStatus.ACCEPTED,) if never else (*OPEN, RequestStatus.DECLINED)
    if earlier.status in final:
        raise AlreadyRequested(f"You have asked already, and the request is {earlier.status}.")
    return earlier


async def _enforce_limits(session: AsyncSession, sender_id: int, settings: Settings) -> None:
    await enforce_rate_limit_within(session, "request", str(sender_id), settings.requests_per_hour)
    request = models.MeetingRequest
    standing = await session.scalar(
        sa.select(sa.func.count()).where(
            request.sender_id == sender_id, request.status.in_(OPEN), request.proposals_id.is_(None)
        )
    )
    if (standing or 0) >= settings.open_requests:
        raise TooManyOpen("Too many of your requests are open: take some back first.", headers={"Retry-After": "3600"})


async def _lock_request(session: AsyncSession, party: RequestParty) -> models.MeetingRequest:
    """The request as it is now, locked; for an organiser, who may change what is published, after their event."""
    if party.member.organises:
        event = models.Event
        await session.execute(
            sa.select(event.id).where(event.id == party.member.event.id).with_for_update(key_share=True)
        )
    await session.refresh(party.request, with_for_update={"key_share": True})
    return party.request


async def _cancel_meeting(session: AsyncSession, party: RequestParty) -> None:
    """Take the meeting of the two out of the published schedule. Raises `InUse` unless an organiser does it."""
    request, member = party.request, party.member
    pair = (request.sender_id, request.recipient_id)
    if not member.organises and await session.scalar(sa.select(published_meeting_of(request.event_id, pair).exists())):
        raise InUse("This meeting stands in the published schedule; the organisers can cancel it.")
    if member.organises and await cancel_published_meeting(session, request.event_id, pair):
        record_action(session, member, "meeting cancelled", request.id)


async def _set_status(session: AsyncSession, party: RequestParty, status: RequestStatus) -> None:
    party.request.status, party.request.answered_at = status, sa.func.now()
    await session.flush()
    record_action(session, party.member, f"request {status}", party.request.id)
