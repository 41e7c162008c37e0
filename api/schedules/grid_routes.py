"""A schedule as its organiser sees it: the grid, the workbook, all agendas."""

from typing import Annotated
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased, joinedload

from api import models
from api.agendas import printing
from api.core.background import DOCUMENTS
from api.core.errors import Busy, DocumentsInProgress, Forbidden, NotFound, NotSignedIn, documented
from api.core.schemas import Language
from api.events.service import slot_of
from api.jobs import documents_state, enqueue
from api.models import DocumentKind
from api.participants.listing import load_briefs
from api.schedules import explanations, store
from api.schedules.access import OrganiserOfMadeSchedule, ScheduleAccess
from api.schedules.documents import print_schedule
from api.schedules.schemas import Documents, Grid, GridMeeting, GridPlace, UnplacedReason, UnplacedRequest
from api.web.dependencies import Transaction
from api.web.downloads import NOT_MODIFIED, PDF, XLSX, download, not_modified
from api.web.language import ReaderLanguage
from api.web.permissions import AppSettings

router = APIRouter(
    prefix="/schedules/{schedule_id}", tags=["schedules"], responses=documented(NotSignedIn, Forbidden, NotFound)
)


@router.get("/grid")
async def read_grid(schedule: OrganiserOfMadeSchedule, session: Transaction, language: ReaderLanguage) -> Grid:
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
    attendee = models.MeetingAttendee
    meetings = (
        await session.execute(
            sa.select(
                models.Meeting.id,
                models.Meeting.slot_id,
                models.Meeting.place_id,
                sa.func.array_agg(aggregate_order_by(attendee.participant_id, attendee.participant_id)),
            )
            .join(attendee, attendee.meeting_id == models.Meeting.id)
            .where(models.Meeting.schedule_id == row.id)
            .group_by(models.Meeting.id)
            .order_by(models.Meeting.id)
        )
    ).all()
    unplaced = (
        await session.execute(
            sa.select(
                models.Unplaced.request_id,
                models.Unplaced.reason,
                models.MeetingRequest.sender_id,
                models.MeetingRequest.recipient_id,
            )
            .join(models.MeetingRequest, models.MeetingRequest.id == models.Unplaced.request_id)
            .where(models.Unplaced.schedule_id == row.id)
            .order_by(models.Unplaced.request_id)
        )
    ).all()
    names = await session.run_sync(store.names_of, event, [left.reason for left in unplaced])
    score = await _scores(session, row.id, event.ranking_version)
    shown = {id_ for *_, ids in meetings for id_ in ids} | {
        id_ for left in unplaced for id_ in (left.sender_id, left.recipient_id)
    }
    people = await load_briefs(session, shown)
    # nothing is validated that comes from the database: the whole is some 10,000 objects at a large event
    return Grid(
        slots=[slot_of(slot, zone) for slot in slots],
        places=[GridPlace.model_validate(place) for place in places],
        meetings=[
            GridMeeting.model_construct(
                id=id_,
                slot_id=slot_id,
                place_id=place_id,
                participants=[people[person] for person in ids],
                score=score.get(id_),
            )
            for id_, slot_id, place_id, ids in meetings
        ],
        unplaced=[
            UnplacedRequest(
                request_id=left.request_id,
                participants=[people[left.sender_id], people[left.recipient_id]],
                reason=UnplacedReason(
                    code=left.reason["code"],
                    text=explanations.text_of(left.reason, language, names),
                    fix=explanations.fix_text_of(left.reason, language, names),
                ),
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
    responses={
        200: {"content": {XLSX: {}}, "description": "The schedule by time, by person and as a grid"},
        **documented(Busy),
    },
)
async def read_schedule_workbook(
    schedule: OrganiserOfMadeSchedule,
    session: Transaction,
    settings: AppSettings,
    language: Annotated[Language | None, Query()] = None,
) -> Response:
    """The schedule as a workbook, in the given language or that of the account."""
    member, row = schedule.member, schedule.row
    chosen, name = language or member.user.language, f"{member.event.slug}-v{row.version}-schedule.xlsx"
    await session.commit()  # the connection serves others meanwhile
    return download(await DOCUMENTS.run(print_schedule, settings.database_url, row.id, chosen), XLSX, name)


@router.post("/documents", status_code=202)
async def make_documents(schedule: OrganiserOfMadeSchedule, session: Transaction) -> Documents:
    """Have the agendas of all printed, as far as they are not up to date; read this until they are `ready`."""
    await enqueue(session, "make_documents", schedule_id=schedule.row.id)
    return await _documents(session, schedule)


@router.get("/documents")
async def read_documents(schedule: OrganiserOfMadeSchedule, session: Transaction) -> Documents:
    """How far the printing of all agendas has come."""
    return await _documents(session, schedule)


async def _documents(session: AsyncSession, schedule: ScheduleAccess) -> Documents:
    state = await documents_state(session, schedule.row.id)
    total = len(await printing.people_with_agendas(session, schedule.row.id))
    made = await printing.made(session, schedule.row.id, total)
    return Documents(state=state or ("ready" if made == total else "none"), made=made, total=total)


@router.get(
    "/agendas.pdf",
    response_class=Response,
    responses={
        200: {"content": {PDF: {}}, "description": "The agendas of all who meet somebody"},
        **NOT_MODIFIED,
        **documented(DocumentsInProgress),
    },
)
async def read_agendas_pdf(schedule: OrganiserOfMadeSchedule, session: Transaction, request: Request) -> Response:
    """All agendas in one document, each in its reader's language, to print, once `make_documents` has made it."""
    document, row = models.Document, schedule.row
    stored = (
        await session.execute(
            sa.select(document.id, document.etag).where(
                document.schedule_id == row.id, document.kind == DocumentKind.AGENDAS
            )
        )
    ).one_or_none()
    if stored is None:
        raise DocumentsInProgress("The agendas have not been printed yet.", headers={"Retry-After": "2"})
    if (answer := not_modified(request, stored.etag)) is not None:
        return answer
    data = await session.scalar(sa.select(document.data).where(document.id == stored.id))
    if data is None:  # deleted since by a newer publication
        raise DocumentsInProgress("The agendas are being printed.", headers={"Retry-After": "2"})
    return download(data, PDF, f"{schedule.member.event.slug}-v{row.version}-agendas.pdf", stored.etag)
