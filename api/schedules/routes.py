"""Schedules: made by a job, watched, cancelled, looked at, published."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import sqlalchemy as sa
from fastapi import APIRouter
from fastapi.sse import EventSourceResponse, ServerSentEvent

from api import models
from api.core.audit import record_action
from api.core.errors import (
    Busy,
    Forbidden,
    Invalid,
    NoSlots,
    NotADraft,
    NotFound,
    NotRunning,
    NotSignedIn,
    ScheduleOutdated,
    ScheduleRunning,
    documented,
)
from api.jobs import cancel
from api.models.schedules import ScheduleState
from api.schedules.access import OrganiserOfSchedule
from api.schedules.completion import OPEN
from api.schedules.publishing import publish
from api.schedules.schemas import (
    Schedule,
    ScheduleIn,
    Schedules,
)
from api.schedules.service import count_impossible_meetings, schedule_of, start_schedule
from api.web.dependencies import Paginated, Transaction
from api.web.language import ReaderLanguage
from api.web.permissions import (
    AppSettings,
    EventOrganiser,
    SessionFactory,
)

POLL_INTERVAL = 0.5  # seconds between two looks at a schedule that is being made

router = APIRouter(tags=["schedules"], responses=documented(NotSignedIn, Forbidden, NotFound))


@router.get("/events/{event_id}/schedules")
async def list_schedules(
    member: EventOrganiser, session: Transaction, page: Paginated, language: ReaderLanguage
) -> Schedules:
    """The schedules of an event, the newest first."""
    of_event = models.Schedule.event_id == member.event.id
    query = sa.select(models.Schedule).where(of_event).order_by(models.Schedule.version.desc())
    rows = (await session.scalars(query.limit(page.limit).offset(page.offset))).all()
    impossible = await count_impossible_meetings(session, rows)
    total = await session.scalar(sa.select(sa.func.count()).where(of_event).select_from(models.Schedule))
    return Schedules(
        items=[schedule_of(row, language, impossible.get(row.id)) for row in rows],
        total=total or 0,
        limit=page.limit,
        offset=page.offset,
    )


@router.post("/events/{event_id}/schedules", status_code=202, responses=documented(ScheduleRunning, NoSlots, Invalid))
async def create_schedule(
    wanted: ScheduleIn, member: EventOrganiser, session: Transaction, language: ReaderLanguage
) -> Schedule:
    """Have a schedule made; watch its progress."""
    row = await start_schedule(session, member.event.id, wanted, member.user.id)
    record_action(session, member, "schedule started", row.id)
    return schedule_of(row, language)


@router.get("/schedules/{schedule_id}")
async def read_schedule(schedule: OrganiserOfSchedule, session: Transaction, language: ReaderLanguage) -> Schedule:
    """One schedule."""
    impossible = await count_impossible_meetings(session, [schedule.row])
    return schedule_of(schedule.row, language, impossible.get(schedule.row.id))


@router.get("/schedules/{schedule_id}/progress", response_class=EventSourceResponse)
async def watch_schedule(
    schedule: OrganiserOfSchedule, sessions: SessionFactory, language: ReaderLanguage
) -> AsyncIterator[ServerSentEvent]:
    """The schedule while it is made, twice a second, as events `progress`; the last event, `done`, ends it."""
    while True:
        async with sessions.begin() as session:
            row = await session.get_one(models.Schedule, schedule.row.id)
        made = schedule_of(row, language)
        if row.state not in OPEN:
            yield ServerSentEvent(event="done", data=made)
            return
        yield ServerSentEvent(event="progress", data=made)
        await asyncio.sleep(POLL_INTERVAL)


@router.post("/schedules/{schedule_id}/cancel", responses=documented(NotRunning))
async def cancel_schedule(schedule: OrganiserOfSchedule, session: Transaction, language: ReaderLanguage) -> Schedule:
    """Stop making a schedule. The best found so far becomes a draft, within two seconds; watch its progress."""
    row = schedule.row
    await session.refresh(row, with_for_update={"key_share": True})
    if row.state not in OPEN and not row.cancelled:
        raise NotRunning("This schedule is no longer being made.")
    if row.state in OPEN and not row.cancelled:
        row.cancelled = True
        if row.state is ScheduleState.QUEUED:
            row.state, row.finished_at = ScheduleState.CANCELLED, datetime.now(UTC)
        if row.job_id is not None:
            await cancel(session, row.job_id)
        record_action(session, schedule.member, "schedule cancelled", row.id)
    return schedule_of(row, language)


@router.post("/schedules/{schedule_id}/publish", responses=documented(NotADraft, ScheduleOutdated, Busy))
async def publish_schedule(
    schedule: OrganiserOfSchedule, session: Transaction, settings: AppSettings, language: ReaderLanguage
) -> Schedule:
    """Show everybody their part of a draft, in the place of what was published before.

    A draft that no longer fits the event, because somebody is no longer free, say, is refused.
    """
    published = await publish(session, schedule.row, settings.database_url)
    if published:
        record_action(session, schedule.member, "schedule published", schedule.row.id)
    return schedule_of(schedule.row, language)
