"""Publishing a schedule, and what changes the published one, such as a meeting that is cancelled.

To their people cancelled meetings are shown by `api.agendas.service.load_cancelled`.
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from api import models
from api.agendas.service import next_publication
from api.core.background import CHECKS
from api.core.errors import NotADraft, ScheduleOutdated
from api.jobs import enqueue
from api.models.schedules import ScheduleState
from api.schedules.documents import outdated


async def publish(session: AsyncSession, row: models.Schedule, database_url: str | None) -> bool:
    """Put a draft in the place of what was published before; False if it is the published one already.

    Raises `NotADraft`, and `ScheduleOutdated` for a draft that no longer fits the event: it is checked again, in a
    process of its own, while its people and requests are locked.
    """
    event = models.Event.id == row.event_id
    await session.execute(sa.select(models.Event.id).where(event).with_for_update(key_share=True))
    await session.refresh(row, with_for_update={"key_share": True})
    if row.state is ScheduleState.PUBLISHED:
        return False
    if row.state not in (ScheduleState.DRAFT, ScheduleState.SUPERSEDED):
        raise NotADraft("This schedule has no meetings to publish.")
    await lock_meetings(session, row.id)
    violations = await CHECKS.run(outdated, database_url, row.id)
    if violations:
        raise ScheduleOutdated(
            "Make a new schedule: some meetings of this one are no longer possible.",
            errors=[
                {"loc": ["meetings"], "message": violation.message, "rule": violation.rule} for violation in violations
            ],
        )
    await session.execute(
        sa.update(models.Schedule)
        .where(models.Schedule.event_id == row.event_id, models.Schedule.state == ScheduleState.PUBLISHED)
        .values(state=ScheduleState.SUPERSEDED)
    )
    row.publication = await next_publication(session, row.event_id)
    row.state, row.published_at = ScheduleState.PUBLISHED, datetime.now(UTC)
    superseded = sa.select(models.Schedule.id).where(
        models.Schedule.event_id == row.event_id, models.Schedule.state == ScheduleState.SUPERSEDED
    )
    await session.execute(sa.delete(models.Document).where(models.Document.schedule_id.in_(superseded)))
    await enqueue(session, "make_documents", schedule_id=row.id)
    return True


async def lock_meetings(session: AsyncSession, schedule_id: int) -> None:
    """Let nobody change the people and requests of a schedule's meetings until the transaction ends.

    So what was checked before a publication still holds when it is published.
    """
    meeting, attendee = models.Meeting, models.MeetingAttendee
    of_schedule = sa.select(meeting.id).where(meeting.schedule_id == schedule_id)
    people = sa.select(attendee.participant_id).where(attendee.meeting_id.in_(of_schedule))
    requests = sa.select(meeting.request_id).where(meeting.schedule_id == schedule_id)
    for table, ids in ((models.Participant, people), (models.MeetingRequest, requests)):
        await session.execute(
            sa.select(table.id).where(table.id.in_(ids)).order_by(table.id).with_for_update(read=True)
        )


async def published_schedule_id(session: AsyncSession, event_id: int) -> int | None:
    """The id of the event's published schedule, if one is."""
    published = sa.and_(models.Schedule.event_id == event_id, models.Schedule.state == ScheduleState.PUBLISHED)
    schedule_id: int | None = await session.scalar(sa.select(models.Schedule.id).where(published))
    return schedule_id


def published_meeting_of(event_id: int, pair: tuple[int, int]) -> sa.Select[int]:
    """The meeting of two participants in the published schedule, by its id."""
    meeting, attendee, schedule = models.Meeting, models.MeetingAttendee, models.Schedule
    attended = [
        meeting.id.in_(sa.select(attendee.meeting_id).where(attendee.participant_id == participant_id))
        for participant_id in pair
    ]
    return (
        sa.select(meeting.id)
        .join(schedule, schedule.id == meeting.schedule_id)
        .where(schedule.event_id == event_id, schedule.state == ScheduleState.PUBLISHED, *attended)
    )


async def cancel_published_meeting(session: AsyncSession, event_id: int, pair: tuple[int, int]) -> bool:
    """Take the meeting of two participants out of the published schedule; whether it had one. The event is locked."""
    removed = await session.scalars(
        sa.delete(models.Meeting)
        .where(models.Meeting.id.in_(published_meeting_of(event_id, pair)))
        .returning(models.Meeting.id)
    )
    if not removed.all():
        return False
    await invalidate_publication(session, event_id)
    return True


async def invalidate_publication(session: AsyncSession, event_id: int) -> None:
    """The published schedule has changed: a new publication of it, whose documents are made and figures counted again.

    Breaks and idle slots stay those of the schedule as it was made.
    """
    schedule = await session.scalar(
        sa.select(models.Schedule)
        .where(models.Schedule.event_id == event_id, models.Schedule.state == ScheduleState.PUBLISHED)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if schedule is None:
        return
    schedule.published_at = datetime.now(UTC)
    schedule.publication = await next_publication(session, event_id)
    await session.execute(sa.delete(models.Document).where(models.Document.schedule_id == schedule.id))
    await enqueue(session, "make_documents", schedule_id=schedule.id)
    if not schedule.measures:
        return
    meeting, attendee, person = models.Meeting, models.MeetingAttendee, models.Participant
    countries = (
        sa.select(sa.func.count(person.country.distinct()).label("countries"))
        .select_from(meeting)
        .join(attendee, attendee.meeting_id == meeting.id)
        .join(person, person.id == attendee.participant_id)
        .where(meeting.schedule_id == schedule.id)
        .group_by(meeting.id)
        .subquery()
    )
    meetings, between_countries = (
        await session.execute(
            sa.select(sa.func.count(), sa.func.count().filter(countries.c.countries > 1)).select_from(countries)
        )
    ).one()
    participants = await session.scalar(
        sa.select(sa.func.count(attendee.participant_id.distinct()))
        .join(meeting, meeting.id == attendee.meeting_id)
        .where(meeting.schedule_id == schedule.id)
    )
    counted = {"meetings": meetings, "between_countries": between_countries, "participants": participants or 0}
    schedule.measures = schedule.measures | counted
