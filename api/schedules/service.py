"""Starting a schedule, and a schedule's row -> what organisers read."""

from collections.abc import Sequence
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from api import models
from api.core.errors import Invalid, NoSlots, ScheduleRunning
from api.jobs import enqueue
from api.models.schedules import ScheduleState
from api.schedules.completion import OPEN
from api.schedules.publishing import published_schedule_id
from api.schedules.schemas import (
    DEFAULT_GOALS,
    ERRORS,
    GoalReport,
    Measures,
    Schedule,
    ScheduleIn,
    ScheduleOptions,
    ScheduleProgress,
)
from matchmaker.event import Preference, RequestStatus
from matchmaker.locale import catalogue


async def start_schedule(
    session: AsyncSession, event_id: int, wanted: ScheduleIn, user_id: int | None
) -> models.Schedule:
    """A new schedule and the job that makes it.

    Raises `ScheduleRunning` if one is being made, `NoSlots`, and `Invalid` for the goal `stability` where nothing is
    published: there is nothing to keep to.
    """
    # the versions of an event follow each other: of two who start at once, the second waits and is refused
    event = models.Event
    await session.execute(sa.select(event.id).where(event.id == event_id).with_for_update(key_share=True))
    running, latest = (
        await session.execute(
            sa.select(
                sa.func.count().filter(models.Schedule.state.in_(OPEN)),
                sa.func.coalesce(sa.func.max(models.Schedule.version), 0),
            ).where(models.Schedule.event_id == event_id)
        )
    ).one()
    if running:
        raise ScheduleRunning("Wait until it is done, or cancel it.")
    if not await session.scalar(sa.select(models.Slot.id).where(models.Slot.event_id == event_id).limit(1)):
        raise NoSlots("Import the slots of the event first: without them no meeting has a time.")
    if "stability" in (wanted.goals or ()) and await published_schedule_id(session, event_id) is None:
        expected = "a published schedule for the goal stability to compare with"
        raise Invalid("Nothing is published yet.", errors=[{"loc": ["body", "goals"], "message": expected}])
    row = models.Schedule(
        event_id=event_id,
        version=latest + 1,
        state=ScheduleState.QUEUED,
        options={"time_limit": wanted.time_limit, "goals": list(wanted.goals or DEFAULT_GOALS)},
        progress={"stage": "queued", "seconds": 0, "meetings": 0, "goals": []},
        goals=[],
        measures={},
        created_by=user_id,
    )
    session.add(row)
    await session.flush()
    row.job_id = await enqueue(session, "make_schedule", event_id=event_id, schedule_id=row.id, account_id=user_id)
    await session.flush()
    await session.refresh(row)
    return row


async def count_impossible_meetings(session: AsyncSession, rows: Sequence[models.Schedule]) -> dict[int, int]:
    """Meetings of drafts and of the published schedule that can no longer be held, by schedule.

    Somebody is no longer free or has left, or no request of theirs stands. What only the whole problem shows (limits,
    stands, types) is checked when a draft is published.
    """
    meeting, attendee, blocked = models.Meeting, models.MeetingAttendee, models.BlockedSlot
    request = models.MeetingRequest
    current = [row.id for row in rows if row.state in (ScheduleState.DRAFT, ScheduleState.PUBLISHED)]
    people = sa.select(attendee.participant_id).where(attendee.meeting_id == meeting.id).correlate(meeting)
    standing = (
        sa.exists()
        .where(
            request.sender_id.in_(people),
            request.recipient_id.in_(people),
            request.status.in_((RequestStatus.PENDING, RequestStatus.ACCEPTED)),
            request.preference != Preference.NEVER,
        )
        .correlate(meeting)
    )
    away = sa.exists().where(blocked.participant_id.in_(people), blocked.slot_id == meeting.slot_id).correlate(meeting)
    counts = await session.execute(
        sa.select(meeting.schedule_id, sa.func.count().filter(sa.or_(~standing, away)))
        .where(meeting.schedule_id.in_(current))
        .group_by(meeting.schedule_id)
    )
    return dict.fromkeys(current, 0) | dict(counts.all())


def schedule_of(row: models.Schedule, language: str, impossible_meetings: int | None = None) -> Schedule:
    """The schedule of a row, for a reader of this language."""
    progress = dict(row.progress)
    seconds = float(progress["seconds"])
    if row.state is ScheduleState.RUNNING and row.started_at is not None:
        seconds = max(seconds, round((datetime.now(UTC) - row.started_at).total_seconds(), 1))
    share = 100 if row.state not in OPEN else min(99, round(100 * seconds / row.options["time_limit"]))
    return Schedule(
        id=row.id,
        event_id=row.event_id,
        version=row.version,
        state=row.state,
        cancelled=row.cancelled,
        created_at=row.created_at,
        finished_at=row.finished_at,
        published_at=row.published_at,
        options=ScheduleOptions.model_validate(row.options),
        progress=ScheduleProgress(
            stage=progress["stage"] if row.state in OPEN else row.state.value,
            percent=share,
            seconds=seconds,
            meetings=progress["meetings"],
            goals=[GoalReport.model_validate(goal) for goal in progress["goals"]],
        ),
        goals=[GoalReport.model_validate(goal) for goal in row.goals],
        measures=Measures.model_validate(row.measures) if row.measures else None,
        error=row.error,
        error_text=None if row.error is None else catalogue(language).gettext(ERRORS[row.error]),
        impossible_meetings=impossible_meetings,
    )
