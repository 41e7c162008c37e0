"""Schedules of an event, made in the process of the test."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from api.models import Schedule
from api.models.schedules import ScheduleState
from api.schedules import solving


def queued(db: Session, event_id: int, time_limit: int = 5, **fields: object) -> Schedule:
    """A schedule that waits to be made, without a job."""
    latest = db.scalar(sa.select(sa.func.max(Schedule.version)).where(Schedule.event_id == event_id)) or 0
    values: dict[str, object] = {
        "event_id": event_id,
        "version": latest + 1,
        "state": ScheduleState.QUEUED,
        "options": {"time_limit": time_limit, "goals": ["coverage", "value", "breaks", "idle"]},
        "progress": {"stage": "queued", "seconds": 0, "meetings": 0, "goals": []},
        "goals": [],
        "measures": {},
    }
    row = Schedule(**(values | fields))
    db.add(row)
    db.commit()
    return row


def drafted(db: Session, url: str, event_id: int) -> Schedule:
    """A draft, as the child process of a worker makes it."""
    row = queued(db, event_id)
    assert solving.run(url, row.id, lambda: False)
    db.refresh(row)
    assert row.state is ScheduleState.DRAFT
    return row
