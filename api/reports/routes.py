"""The figures of an event."""

import sqlalchemy as sa
from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncSession

from api import models
from api.core.errors import Forbidden, NotFound, NotSignedIn, documented
from api.models.schedules import ScheduleState
from api.reports.schemas import CountryCount, Report, RequestCounts, ScheduleFigures
from api.requests.service import OPEN
from api.schedules.service import count_impossible_meetings
from api.web.dependencies import Transaction
from api.web.permissions import EventOrganiser
from matchmaker.event import Preference

router = APIRouter(tags=["reports"], responses=documented(NotSignedIn, Forbidden, NotFound))


@router.get("/events/{event_id}/report")
async def read_report(member: EventOrganiser, session: Transaction) -> Report:
    """What the organiser and the funders ask for: participants, requests, meetings, and the share between countries."""
    event_id, people, requests = member.event.id, models.Participant, models.MeetingRequest
    number = sa.func.count()
    countries = (
        await session.execute(
            sa.select(people.country, number)
            .where(people.event_id == event_id)
            .group_by(people.country)
            .order_by(number.desc(), people.country)
        )
    ).all()
    organisations = await session.scalar(
        sa.select(sa.func.count(people.organisation_id.distinct())).where(people.event_id == event_id)
    )
    # a "never" is a note, not something sent to anybody; a proposal was sent by no participant
    sent = sa.and_(requests.event_id == event_id, requests.preference != Preference.NEVER)
    own = requests.proposals_id.is_(None)
    statuses = dict(
        (await session.execute(sa.select(requests.status, number).where(sent, own).group_by(requests.status))).all()
    )
    proposed = await session.scalar(sa.select(number).where(sent, ~own, requests.status.in_(OPEN)))
    schedule = await session.scalar(
        sa.select(models.Schedule)
        .where(
            models.Schedule.event_id == event_id,
            models.Schedule.state.in_((ScheduleState.PUBLISHED, ScheduleState.DRAFT)),
        )
        .order_by((models.Schedule.state == ScheduleState.PUBLISHED).desc(), models.Schedule.version.desc())
        .limit(1)
    )
    return Report(
        participants=sum(n for _, n in countries),
        organisations=organisations or 0,
        countries=[CountryCount(country=country, participants=n) for country, n in countries],
        requests=RequestCounts.model_validate(
            dict.fromkeys(RequestCounts.model_fields, 0)
            | {"sent": sum(statuses.values()), "proposed": proposed}
            | {status.value: n for status, n in statuses.items()}
        ),
        schedule=None if schedule is None else await _figures(session, schedule),
    )


async def _figures(session: AsyncSession, schedule: models.Schedule) -> ScheduleFigures:
    measures = schedule.measures
    impossible = await count_impossible_meetings(session, [schedule])
    return ScheduleFigures.model_validate(
        {
            "schedule_id": schedule.id,
            "version": schedule.version,
            "published": schedule.state is ScheduleState.PUBLISHED,
            **measures,
            "between_countries_share": measures["between_countries"] / max(1, measures["meetings"]),
            "placed_share": measures["meetings"] / measures["requested"] if measures["requested"] else 1.0,
            "impossible_meetings": impossible[schedule.id],
        }
    )
