"""A schedule as its organiser sees it: the grid, the workbook, all agendas."""

from typing import Annotated
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from fastapi import APIRouter, Query, Response
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased, joinedload, selectinload

from api import models
from api.core.database import Transaction
from api.core.errors import Forbidden, NotFound, NotSignedIn, documented
from api.core.schemas import Language
from api.events.service import slot_of
from api.participants.schemas import ParticipantBrief
from api.schedules.access import OrganiserOfMadeSchedule
from api.schedules.documents import document
from api.schedules.schemas import Grid, GridMeeting, GridPlace, UnplacedReason, UnplacedRequest
from api.web.downloads import PDF, XLSX, download

router = APIRouter(
    prefix="/schedules/{schedule_id}", tags=["schedules"], responses=documented(NotSignedIn, Forbidden, NotFound)
)


@router.get("/grid")
async def read_grid(schedule: OrganiserOfMadeSchedule, session: Transaction) -> Grid:
    """The meetings by slot and place, and the requests that have none."""
    row, event = schedule.row, schedule.member.event
    zone = ZoneInfo(event.time_zone)
    slots = await session.scalars(
        sa.select(models.Slot)
        .where(models.Slot.event_id == event.id)
        .options(joinedload(models.Slot.session))
        .order_by(models.Slot.position)
    )
    places = await session.scalars(
        sa.select(models.Place).where(models.Place.event_id == event.id).order_by(models.Place.id)
    )
    meetings = await session.scalars(
        sa.select(models.Meeting)
        .where(models.Meeting.schedule_id == row.id)
        .options(
            selectinload(models.Meeting.attendees)
            .selectinload(models.MeetingAttendee.participant)
            .selectinload(models.Participant.organisation)
        )
        .order_by(models.Meeting.id)
    )
    unplaced = await session.scalars(
        sa.select(models.Unplaced)
        .where(models.Unplaced.schedule_id == row.id)
        .options(
            *(
                selectinload(models.Unplaced.request).selectinload(side).selectinload(models.Participant.organisation)
                for side in (models.MeetingRequest.sender, models.MeetingRequest.recipient)
            )
        )
        .order_by(models.Unplaced.request_id)
    )
    score = await _scores(session, row.id, event.ranking_version)
    return Grid(
        slots=[slot_of(slot, zone) for slot in slots],
        places=[GridPlace.model_validate(place) for place in places],
        meetings=[
            GridMeeting(
                id=meeting.id,
                slot_id=meeting.slot_id,
                place_id=meeting.place_id,
                participants=[ParticipantBrief.model_validate(a.participant) for a in meeting.attendees],
                score=score.get(meeting.id),
            )
            for meeting in meetings
        ],
        unplaced=[
            UnplacedRequest(
                request_id=left.request_id,
                participants=[
                    ParticipantBrief.model_validate(left.request.sender),
                    ParticipantBrief.model_validate(left.request.recipient),
                ],
                reason=UnplacedReason.model_validate(left.reason),
            )
            for left in unplaced
        ],
    )


async def _scores(session: AsyncSession, schedule_id: int, ranking_version: int | None) -> dict[int, int]:
    """The match (percent) of the people of each meeting, as far as one is among the best of the other."""
    one, other = aliased(models.MeetingAttendee), aliased(models.MeetingAttendee)
    return dict(
        (
            await session.execute(
                sa.select(models.Meeting.id, sa.cast(sa.func.round(100 * sa.func.max(models.Match.score)), sa.Integer))
                .join(one, one.meeting_id == models.Meeting.id)
                .join(other, other.meeting_id == models.Meeting.id)
                .join(
                    models.Match,
                    sa.and_(
                        models.Match.participant_id == one.participant_id,
                        models.Match.other_id == other.participant_id,
                        models.Match.ranking_version == ranking_version,
                    ),
                )
                .where(models.Meeting.schedule_id == schedule_id)
                .group_by(models.Meeting.id)
            )
        ).all()
    )


@router.get(
    "/workbook.xlsx",
    response_class=Response,
    responses={200: {"content": {XLSX: {}}, "description": "The schedule by time, by person and as a grid"}},
)
async def read_schedule_workbook(
    schedule: OrganiserOfMadeSchedule, session: Transaction, language: Annotated[Language | None, Query()] = None
) -> Response:
    """The schedule as a workbook, in the given language or that of the account."""
    chosen = language or schedule.member.user.language
    data = await document(session, schedule.row.id, lambda printed: printed.workbook(chosen))
    return download(data, XLSX, f"schedule-{schedule.row.version}.xlsx")


@router.get(
    "/agendas.pdf",
    response_class=Response,
    responses={200: {"content": {PDF: {}}, "description": "The agendas of all who meet somebody"}},
)
async def read_agendas_pdf(schedule: OrganiserOfMadeSchedule, session: Transaction) -> Response:
    """All agendas in one document, each in its reader's language, to print."""
    data = await document(session, schedule.row.id, lambda printed: printed.all_agendas())
    return download(data, PDF, f"agendas-{schedule.row.version}.pdf")
