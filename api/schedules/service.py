"""Starting a schedule, and a schedule's row -> what organisers read."""

from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from api import models
from api.core.errors import ScheduleRunning
from api.jobs import enqueue
from api.models.schedules import ScheduleState
from api.schedules.closing import OPEN
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


async def start_schedule(
    session: AsyncSession, event_id: int, wanted: ScheduleIn, user_id: int | None
) -> models.Schedule:
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


def schedule_of(row: models.Schedule) -> Schedule:
    """The schedule of a row."""
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
        error_text=None if row.error is None else dict(ERRORS[row.error]),
    )
