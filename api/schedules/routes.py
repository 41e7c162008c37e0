"""Schedules: made by a job, watched, cancelled, looked at, published."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

import sqlalchemy as sa
from fastapi import APIRouter, Depends
from fastapi.sse import EventSourceResponse, ServerSentEvent
from sqlalchemy.ext.asyncio import AsyncSession

from api import models
from api.core.audit import note
from api.core.database import Transaction
from api.core.errors import (
    Forbidden,
    NotADraft,
    NotFound,
    NotRunning,
    NotSignedIn,
    ScheduleOutdated,
    ScheduleRunning,
    documented,
)
from api.jobs import cancel, enqueue
from api.models.schedules import State
from api.schedules import store
from api.schedules.closing import OPEN
from api.schedules.schemas import (
    DEFAULT_GOALS,
    ERRORS,
    GoalReport,
    Measures,
    Progress,
    Schedule,
    ScheduleIn,
    ScheduleOptions,
    Schedules,
)
from api.web.permissions import (
    EventOrganiser,
    Id,
    Listed,
    Member,
    OwnTransactions,
    SignedIn,
    membership,
    organising,
)

EVERY = 0.5  # seconds between two looks at a schedule that is being made

router = APIRouter(tags=["schedules"], responses=documented(NotSignedIn, Forbidden, NotFound))


@dataclass(frozen=True)
class Organised:
    """A schedule, and an organiser of its event."""

    row: models.Schedule
    member: Member


async def _organised(session: Transaction, user: SignedIn, schedule_id: Id) -> Organised:
    row = await session.get(models.Schedule, schedule_id)
    if row is None:
        raise NotFound("There is no such schedule.")
    return Organised(row=row, member=organising(await membership(session, user, row.event_id)))


OrganisedSchedule = Annotated[Organised, Depends(_organised, scope="function")]


@router.get("/events/{event_id}/schedules")
async def list_schedules(member: EventOrganiser, session: Transaction, window: Listed) -> Schedules:
    """The schedules of an event, the newest first."""
    mine = models.Schedule.event_id == member.event.id
    rows = await session.scalars(
        sa.select(models.Schedule)
        .where(mine)
        .order_by(models.Schedule.version.desc())
        .limit(window.limit)
        .offset(window.offset)
    )
    total = await session.scalar(sa.select(sa.func.count()).where(mine).select_from(models.Schedule))
    return Schedules(
        items=[schedule_of(row) for row in rows], total=total or 0, limit=window.limit, offset=window.offset
    )


@router.post("/events/{event_id}/schedules", status_code=202, responses=documented(ScheduleRunning))
async def create_schedule(wanted: ScheduleIn, member: EventOrganiser, session: Transaction) -> Schedule:
    """Have a schedule made; watch its progress."""
    row = await start(session, member.event.id, wanted, member.user.id)
    note(session, member, "schedule started", row.id)
    return schedule_of(row)


async def start(session: AsyncSession, event_id: int, wanted: ScheduleIn, user_id: int | None) -> models.Schedule:
    """A new schedule and the job that makes it. Raises `ScheduleRunning` if one is being made."""
    # the versions of an event follow each other: of two who start at once, the second waits and is refused
    await session.execute(sa.select(models.Event.id).where(models.Event.id == event_id).with_for_update())
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
    row = models.Schedule(
        event_id=event_id,
        version=latest + 1,
        state=State.QUEUED,
        options={"time_limit": wanted.time_limit, "goals": list(wanted.goals or DEFAULT_GOALS)},
        progress={"stage": "queued", "seconds": 0, "meetings": 0, "goals": []},
        goals=[],
        measures={},
        created_by=user_id,
    )
    session.add(row)
    await session.flush()
    row.job_id = await enqueue(session, "make_schedule", event_id=event_id, schedule_id=row.id)
    await session.flush()
    await session.refresh(row)
    return row


@router.get("/schedules/{schedule_id}")
async def read_schedule(schedule: OrganisedSchedule) -> Schedule:
    """One schedule."""
    return schedule_of(schedule.row)


@router.get("/schedules/{schedule_id}/progress", response_class=EventSourceResponse)
async def watch_schedule(schedule: OrganisedSchedule, sessions: OwnTransactions) -> AsyncIterator[ServerSentEvent]:
    """The schedule while it is made, twice a second, as events `progress`; the last event, `done`, ends it."""
    while True:
        async with sessions.begin() as session:
            row = await session.get_one(models.Schedule, schedule.row.id)
        made = schedule_of(row)
        if row.state not in OPEN:
            yield ServerSentEvent(event="done", data=made)
            return
        yield ServerSentEvent(event="progress", data=made)
        await asyncio.sleep(EVERY)


@router.post("/schedules/{schedule_id}/cancel", responses=documented(NotRunning))
async def cancel_schedule(schedule: OrganisedSchedule, session: Transaction) -> Schedule:
    """Stop making a schedule. The best found so far becomes a draft, within two seconds; watch its progress."""
    row = schedule.row
    await session.refresh(row, with_for_update=True)
    if row.state not in OPEN and not row.cancelled:
        raise NotRunning("This schedule is no longer being made.")
    if row.state in OPEN and not row.cancelled:
        row.cancelled = True
        if row.state is State.QUEUED:
            row.state, row.finished_at = State.CANCELLED, datetime.now(UTC)
        if row.job_id is not None:
            await cancel(session, row.job_id)
        note(session, schedule.member, "schedule cancelled", row.id)
    return schedule_of(row)


@router.post("/schedules/{schedule_id}/publish", responses=documented(NotADraft, ScheduleOutdated))
async def publish_schedule(schedule: OrganisedSchedule, session: Transaction) -> Schedule:
    """Show everybody their part of a draft, in the place of what was published before.

    A draft that no longer fits the event, because somebody is no longer free, say, is refused.
    """
    row = schedule.row
    await session.execute(sa.select(models.Event.id).where(models.Event.id == row.event_id).with_for_update())
    await session.refresh(row, with_for_update=True)
    if row.state is State.PUBLISHED:
        return schedule_of(row)
    if row.state not in (State.DRAFT, State.SUPERSEDED):
        raise NotADraft("This schedule has no meetings to publish.")
    found = await session.run_sync(store.outdated, row)
    if found:
        raise ScheduleOutdated(
            "Make a new schedule: some meetings of this one are no longer possible.",
            errors=[{"loc": ["meetings"], "message": violation.message, "rule": violation.rule} for violation in found],
        )
    await session.execute(
        sa.update(models.Schedule)
        .where(models.Schedule.event_id == row.event_id, models.Schedule.state == State.PUBLISHED)
        .values(state=State.SUPERSEDED)
    )
    row.state, row.published_at = State.PUBLISHED, datetime.now(UTC)
    note(session, schedule.member, "schedule published", row.id)
    return schedule_of(row)


def schedule_of(row: models.Schedule) -> Schedule:
    """The schedule of a row."""
    progress = dict(row.progress)
    seconds = float(progress["seconds"])
    if row.state is State.RUNNING and row.started_at is not None:
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
        progress=Progress(
            stage=progress["stage"] if row.state in OPEN else row.state.value,
            percent=share,
            seconds=seconds,
            meetings=progress["meetings"],
            goals=[GoalReport.model_validate(goal) for goal in progress["goals"]],
        ),
        goals=[GoalReport.model_validate(goal) for goal in row.goals],
        measures=Measures.model_validate(row.measures) if row.measures else None,
        error=row.error,
        error_text=None if row.error is None else dict(ERRORS[row.error]),
    )
