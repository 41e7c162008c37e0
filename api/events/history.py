"""What the earlier events of the same owners tell of an event's people."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from api.models import Event, Meeting, MeetingAttendee, Membership, Participant, Schedule, Slot, TeamRole, User
from api.models.schedules import ScheduleState

MOST = 10


def earlier_events(session: Session, event_id: int) -> Sequence[int]:
    """The events of the same owners that end before this one begins, the latest first; at most `MOST`."""
    owners = sa.select(Membership.user_id).where(Membership.event_id == event_id, Membership.role == TeamRole.OWNER)
    begins = sa.select(sa.func.min(Slot.starts)).where(Slot.event_id == event_id).scalar_subquery()
    ended = sa.func.max(Slot.ends)
    return session.scalars(
        sa.select(Event.id)
        .join(Membership, sa.and_(Membership.event_id == Event.id, Membership.role == TeamRole.OWNER))
        .join(Slot, Slot.event_id == Event.id)
        .where(Membership.user_id.in_(owners))
        .group_by(Event.id)
        .having(ended <= begins)
        .order_by(ended.desc())
        .limit(MOST)
    ).all()


def met_at(session: Session, events: Sequence[int]) -> frozenset[tuple[str, str]]:
    """The pairs of people (e-mail addresses) whose meetings stood in the published schedules of `events`."""
    one, other = aliased(MeetingAttendee), aliased(MeetingAttendee)
    person, partner = aliased(Participant), aliased(Participant)
    account, partners = aliased(User), aliased(User)
    pairs = session.execute(
        sa.select(account.email, partners.email)
        .select_from(Meeting)
        .join(Schedule, Schedule.id == Meeting.schedule_id)
        .join(one, one.meeting_id == Meeting.id)
        .join(other, sa.and_(other.meeting_id == Meeting.id, other.participant_id > one.participant_id))
        .join(person, person.id == one.participant_id)
        .join(partner, partner.id == other.participant_id)
        .join(account, account.id == person.user_id)
        .join(partners, partners.id == partner.user_id)
        .where(Schedule.event_id.in_(events), Schedule.state == ScheduleState.PUBLISHED)
        .distinct()
    )
    return frozenset((first, second) for first, second in pairs)
