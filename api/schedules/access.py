"""A schedule as a dependency of routes: loaded, and its event's organiser checked."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends

from api import models
from api.core.errors import NotFound
from api.core.membership import Member, load_for_organiser
from api.models.schedules import ScheduleState
from api.web.dependencies import Transaction
from api.web.permissions import Id, SignedIn


@dataclass(frozen=True)
class ScheduleAccess:
    """A schedule, and an organiser of its event."""

    row: models.Schedule
    member: Member


async def _organised(session: Transaction, user: SignedIn, schedule_id: Id) -> ScheduleAccess:
    row, member = await load_for_organiser(session, user, models.Schedule, schedule_id)
    return ScheduleAccess(row=row, member=member)


OrganiserOfSchedule = Annotated[ScheduleAccess, Depends(_organised, scope="function")]


async def _with_meetings(schedule: OrganiserOfSchedule) -> ScheduleAccess:
    if schedule.row.state not in (ScheduleState.DRAFT, ScheduleState.PUBLISHED, ScheduleState.SUPERSEDED):
        raise NotFound("This schedule has no meetings.")
    return schedule


OrganiserOfMadeSchedule = Annotated[ScheduleAccess, Depends(_with_meetings)]
