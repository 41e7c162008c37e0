"""How a schedule that is made comes to its end: as a draft, cancelled, or failed."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from api import models
from api.models.schedules import ScheduleState
from api.schedules import store
from matchmaker.scheduling.codec import problem_from_json, schedule_from_json
from matchmaker.scheduling.domain import Problem, Schedule

if TYPE_CHECKING:
    from solver.result import GoalReport  # the worker does without the solver: its child has it

OPEN = (ScheduleState.QUEUED, ScheduleState.RUNNING)
OPEN_PROPOSALS = (models.ProposalsState.QUEUED, models.ProposalsState.RUNNING)


def locked(session: Session, schedule_id: int) -> models.Schedule:
    """The row as it is now, which nobody else can write until the transaction ends."""
    return session.get_one(models.Schedule, schedule_id, with_for_update={"key_share": True}, populate_existing=True)


def draft(
    session: Session, row: models.Schedule, problem: Problem, schedule: Schedule, goals: list[dict[str, Any]]
) -> None:
    """The schedule is made: store its meetings. Raises `api.schedules.store.IllegalScheduleError`."""
    store.store_meetings(session, row, problem, schedule)
    row.state, row.finished_at = ScheduleState.DRAFT, sa.func.now()
    row.goals, row.plan = goals, None


def fail(session: Session, schedule_id: int, error: str) -> None:
    """It cannot be made; nothing if it is closed already. `error` is a key of `api.schedules.schemas.ERRORS`."""
    row = locked(session, schedule_id)
    if row.state in OPEN:
        row.state, row.error, row.finished_at = ScheduleState.FAILED, error, sa.func.now()


def fail_proposals(session: Session, proposals_id: int) -> None:
    """They cannot be found; nothing if they are closed already."""
    row = session.get_one(models.Proposals, proposals_id, with_for_update={"key_share": True}, populate_existing=True)
    if row.state in OPEN_PROPOSALS:
        row.state, row.finished_at = models.ProposalsState.FAILED, sa.func.now()


def finish_cancelled(session: Session, schedule_id: int) -> None:
    """It was cancelled: the best plan that is stored becomes the draft; nothing if it is closed already."""
    row = locked(session, schedule_id)
    if row.state in OPEN:
        problem = None if row.plan is None else problem_from_json(row.problem)
        plan = Schedule() if problem is None else schedule_from_json(row.plan, problem)
        if problem is not None and plan.meetings:
            draft(session, row, problem, plan, row.progress["goals"])
        else:
            row.state, row.finished_at = ScheduleState.CANCELLED, sa.func.now()


def goals_json(reports: Sequence["GoalReport"]) -> list[dict[str, Any]]:
    """Goals as they are stored (see `api.schedules.schemas.GoalReport`)."""
    return [
        {
            "goal": report.goal.value,
            "value": report.value,
            "bound": report.bound,
            "gap": report.gap,
            "proven": report.proven,
            "seconds": report.seconds,
        }
        for report in reports
    ]
