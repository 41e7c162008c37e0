"""The agenda of one participant: on the page, to print, for the calendar."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from fastapi import APIRouter, Depends, Query, Response
from sqlalchemy.orm import joinedload, selectinload

from api import models
from api.agendas.schemas import Agenda, AgendaEntry, AgendaPlace
from api.core.database import Transaction
from api.core.errors import Forbidden, NotFound, NotSignedIn, documented
from api.matching.service import match_reasons
from api.models.schedules import ScheduleState
from api.participants.schemas import ParticipantBrief
from api.schedules.documents import document, fitting
from api.web.downloads import ICS, PDF, download
from api.web.permissions import EditableProfile, ProfileView
from matchmaker.matching.agenda_reason import why
from matchmaker.matching.match import MatchReason

router = APIRouter(
    prefix="/events/{event_id}/participants/{participant_id}",
    tags=["agendas"],
    responses=documented(NotSignedIn, Forbidden, NotFound),
)


@dataclass(frozen=True)
class AgendaView:
    """A participant, and the schedule of which their agenda is a part (None: nothing is published yet)."""

    profile: ProfileView
    schedule: models.Schedule | None


async def _shown(
    profile: EditableProfile,
    session: Transaction,
    schedule_id: Annotated[int | None, Query(ge=1, lt=2**53, description="For organisers: another version.")] = None,
) -> AgendaView:
    of_event = sa.select(models.Schedule).where(models.Schedule.event_id == profile.participant.event_id)
    if schedule_id is None:
        published = await session.scalar(of_event.where(models.Schedule.state == ScheduleState.PUBLISHED))
        return AgendaView(profile=profile, schedule=published)
    if not profile.viewer.organises:
        raise Forbidden("Only the organisers of the event see what is not published.")
    held = models.Schedule.state.in_((ScheduleState.DRAFT, ScheduleState.PUBLISHED, ScheduleState.SUPERSEDED))
    chosen = await session.scalar(of_event.where(models.Schedule.id == schedule_id, held))
    if chosen is None:
        raise NotFound("There is no such schedule.")
    return AgendaView(profile=profile, schedule=chosen)


VisibleAgenda = Annotated[AgendaView, Depends(_shown)]


@router.get("/agenda")
async def read_agenda(shown: VisibleAgenda, session: Transaction) -> Agenda:
    """The meetings of a participant: one's own once they are published, for organisers anybody's."""
    person, schedule = shown.profile.participant, shown.schedule
    entries = []
    if schedule is not None:
        meetings = await session.scalars(
            sa.select(models.Meeting)
            .join(models.MeetingAttendee)
            .join(models.Meeting.slot)
            .where(models.Meeting.schedule_id == schedule.id, models.MeetingAttendee.participant_id == person.id)
            .options(
                joinedload(models.Meeting.slot),
                joinedload(models.Meeting.place),
                joinedload(models.Meeting.request),
                selectinload(models.Meeting.attendees)
                .selectinload(models.MeetingAttendee.participant)
                .selectinload(models.Participant.organisation),
            )
            .order_by(models.Slot.position)
        )
        held = meetings.all()
        partners = {attendee.participant_id for meeting in held for attendee in meeting.attendees} - {person.id}
        reasons = await match_reasons(session, person.id, partners)
        entries = [_entry(meeting, person, reasons, shown.profile.viewer.event) for meeting in held]
    return Agenda(
        participant=ParticipantBrief.model_validate(person),
        schedule_id=schedule.id if schedule else None,
        version=schedule.version if schedule else None,
        published_at=schedule.published_at if schedule else None,
        entries=entries,
    )


def _entry(
    meeting: models.Meeting,
    reader: models.Participant,
    reasons: Mapping[int, Sequence[MatchReason]],
    event: models.Event,
) -> AgendaEntry:
    zone = ZoneInfo(event.time_zone)
    everybody = {a.participant_id: a.participant for a in meeting.attendees}
    partners = [person for number, person in everybody.items() if number != reader.id]
    fits = next(filter(None, (fitting(reasons.get(partner.id, ())) for partner in partners)), None)
    asked = meeting.request if meeting.request and meeting.request.sender_id in everybody else None
    said = why(
        fits,
        everybody[asked.sender_id].name if asked else "",
        asked.message if asked else "",
        [theme for theme in reader.themes if all(theme in partner.themes for partner in partners)],
        event.themes,
    )
    return AgendaEntry(
        meeting_id=meeting.id,
        starts=meeting.slot.starts.astimezone(zone),
        ends=meeting.slot.ends.astimezone(zone),
        place=AgendaPlace.model_validate(meeting.place),
        partners=[ParticipantBrief.model_validate(partner) for partner in partners],
        reason=dict(said) or None,
    )


@router.get(
    "/agenda.pdf",
    response_class=Response,
    responses={200: {"content": {PDF: {}}, "description": "The agenda, to print"}},
)
async def read_agenda_pdf(shown: VisibleAgenda, session: Transaction) -> Response:
    """An agenda as PDF, in the language of its participant."""
    schedule, email = _published_or_404(shown), shown.profile.participant.user.email
    return download(await document(session, schedule.id, lambda printed: printed.agenda(email)), PDF, "agenda.pdf")


@router.get(
    "/agenda.ics",
    response_class=Response,
    responses={200: {"content": {ICS: {}}, "description": "The agenda, for a calendar (RFC 5545)"}},
)
async def read_agenda_ics(shown: VisibleAgenda, session: Transaction) -> Response:
    """An agenda as iCalendar."""
    schedule, email = _published_or_404(shown), shown.profile.participant.user.email
    return download(await document(session, schedule.id, lambda printed: printed.calendar(email)), ICS, "agenda.ics")


def _published_or_404(shown: AgendaView) -> models.Schedule:
    if shown.schedule is None:
        raise NotFound("Nothing is published yet.")
    return shown.schedule
