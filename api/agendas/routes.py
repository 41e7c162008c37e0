"""The agenda of one participant: on the page, to print, for the calendar."""

import asyncio
from dataclasses import dataclass, replace
from typing import Annotated

import sqlalchemy as sa
from fastapi import APIRouter, Depends, Query, Request, Response

from api import models
from api.agendas import printing, service
from api.agendas.queries import Person
from api.agendas.schemas import Agenda, AgendaEntry, AgendaPlace
from api.core.background import DOCUMENTS
from api.core.errors import Busy, Forbidden, NotFound, NotSignedIn, documented
from api.core.membership import ParticipantView
from api.events.schemas import OrganisationBrief
from api.models import Document, DocumentKind
from api.models.schedules import ScheduleState
from api.participants.schemas import ParticipantBrief
from api.web.dependencies import Transaction
from api.web.downloads import ICS, NOT_MODIFIED, PDF, download, not_modified
from api.web.language import ReaderLanguage
from api.web.permissions import EditableParticipant, SessionFactory
from matchmaker.documents.agenda_pdf import agenda_pdf
from matchmaker.documents.calendar import agenda_ics
from matchmaker.locale import SOURCE

router = APIRouter(
    prefix="/events/{event_id}/participants/{participant_id}",
    tags=["agendas"],
    responses=documented(NotSignedIn, Forbidden, NotFound),
)


@dataclass(frozen=True)
class AgendaView:
    """Whose agenda it is, and the schedule of which it is a part (None: nothing is published yet)."""

    participant: ParticipantView
    schedule: models.Schedule | None


async def _visible_agenda(
    participant: EditableParticipant,
    session: Transaction,
    schedule_id: Annotated[int | None, Query(ge=1, lt=2**53, description="For organisers: another version.")] = None,
) -> AgendaView:
    of_event = sa.select(models.Schedule).where(models.Schedule.event_id == participant.viewer.event.id)
    if schedule_id is None:
        published = await session.scalar(of_event.where(models.Schedule.state == ScheduleState.PUBLISHED))
        return AgendaView(participant, published)
    if not participant.viewer.organises:
        raise Forbidden("Only the organisers of the event see what is not published.")
    with_meetings = (ScheduleState.DRAFT, ScheduleState.PUBLISHED, ScheduleState.SUPERSEDED)
    chosen = await session.scalar(
        of_event.where(models.Schedule.id == schedule_id, models.Schedule.state.in_(with_meetings))
    )
    if chosen is None:
        raise NotFound("There is no such schedule.")
    return AgendaView(participant, chosen)


VisibleAgenda = Annotated[AgendaView, Depends(_visible_agenda, scope="function")]


async def _load(view: AgendaView, session: Transaction) -> service.PersonalAgenda:
    event = view.participant.viewer.event
    (agenda,) = await service.load_agendas(session, event, view.schedule, [view.participant.id])
    return agenda


@router.get("/agenda")
async def read_agenda(view: VisibleAgenda, session: Transaction, language: ReaderLanguage) -> Agenda:
    """The meetings of a participant: one's own once they are published, for organisers anybody's."""
    agenda, schedule = await _load(view, session), view.schedule
    return Agenda(
        participant=_brief(agenda.person),
        schedule_id=schedule.id if schedule else None,
        version=schedule.version if schedule else None,
        published_at=schedule.published_at if schedule else None,
        entries=[
            AgendaEntry(
                meeting_id=meeting.id,
                starts=meeting.starts,
                ends=meeting.ends,
                place=AgendaPlace(name=meeting.place.name, kind=meeting.place.kind),
                partners=[_brief(partner) for partner in meeting.partners],
                reason=meeting.reason.get(language) or meeting.reason.get(SOURCE),
            )
            for meeting in agenda.meetings
        ],
    )


@router.get(
    "/agenda.pdf",
    response_class=Response,
    responses={200: {"content": {PDF: {}}, "description": "The agenda, to print"}, **NOT_MODIFIED, **documented(Busy)},
)
async def read_agenda_pdf(
    view: VisibleAgenda, session: Transaction, sessions: SessionFactory, request: Request
) -> Response:
    """An agenda as PDF, in the language of its participant."""
    schedule, row = _schedule_or_404(view), view.participant.viewer.event
    event, edition = service.printable_event(row), service.edition_of(schedule)
    agenda = service.printable(row, await _load(view, session))
    etag, name = service.etag_of(event, agenda, edition), f"{row.slug}-v{schedule.version}-agenda.pdf"
    if (answer := not_modified(request, etag)) is not None:
        return answer
    whose = view.participant.id
    number = await printing.stored(session, schedule.id, DocumentKind.AGENDA, participant_id=whose, etag=etag)
    # it may be gone since: a publication deletes what was printed of the one before
    kept = None if number is None else await session.scalar(sa.select(Document.data).where(Document.id == number))
    if kept is not None:
        return download(kept, PDF, name, etag)
    await session.commit()  # the connection serves others meanwhile
    data = await DOCUMENTS.run(agenda_pdf, event, agenda, edition)
    if schedule.state is ScheduleState.PUBLISHED:
        async with sessions.begin() as keeping:
            await printing.store(keeping, schedule.id, DocumentKind.AGENDA, etag, data, participant_id=whose)
    return download(data, PDF, name, etag)


@router.get(
    "/agenda.ics",
    response_class=Response,
    responses={200: {"content": {ICS: {}}, "description": "The agenda, for a calendar (RFC 5545)"}, **NOT_MODIFIED},
)
async def read_agenda_ics(view: VisibleAgenda, session: Transaction, request: Request) -> Response:
    """An agenda as iCalendar. Meetings that an earlier publication held and this one does not are cancelled in it."""
    schedule, row = _schedule_or_404(view), view.participant.viewer.event
    loaded = await _load(view, session)
    loaded = replace(loaded, cancelled=await service.load_cancelled(session, row, schedule, loaded))
    event, agenda = service.printable_event(row), service.printable(row, loaded)
    edition = replace(service.edition_of(schedule), sequence=await service.sequence_of(session, schedule))
    etag = service.etag_of(event, agenda, edition)
    if (answer := not_modified(request, etag)) is not None:
        return answer
    data = await asyncio.to_thread(agenda_ics, event, agenda, edition)
    return download(data, ICS, f"{row.slug}-v{schedule.version}-agenda.ics", etag)


def _schedule_or_404(view: AgendaView) -> models.Schedule:
    if view.schedule is None:
        raise NotFound("Nothing is published yet.")
    return view.schedule


def _brief(person: Person) -> ParticipantBrief:
    return ParticipantBrief(
        id=person.id,
        name=person.name,
        organisation=OrganisationBrief(id=person.organisation_id, name=person.organisation),
        country=person.country,
        type=person.type,
        job_title=person.job_title,
    )
