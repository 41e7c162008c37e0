"""What agendas read: columns of the meetings and people that are asked for, and no others."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from api import models
from matchmaker.event import EventPlace


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A participant as agendas show them."""

    id: int
    first_name: str
    last_name: str
    organisation_id: int
    organisation: str
    country: str
    language: str
    type: str
    job_title: str
    themes: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingRow:
    """A meeting of a schedule with the numbers of all who attend, in order."""

    id: int
    schedule_id: int
    slot: int
    starts: datetime
    ends: datetime
    session: str
    place: EventPlace
    sender_id: int | None
    message: str
    attendees: tuple[int, ...]


async def meetings_of(
    session: AsyncSession, event: models.Event, schedule_ids: Collection[int], participant_ids: Collection[int]
) -> list[MeetingRow]:
    """The meetings of any of these people in any of these schedules, in order of time, with all who attend."""
    meeting, attendee, theirs = models.Meeting, models.MeetingAttendee, aliased(models.MeetingAttendee)
    owner = aliased(models.Organisation)
    rows = await session.execute(
        sa.select(
            meeting.id,
            meeting.schedule_id,
            models.Slot.position,
            models.Slot.starts,
            models.Slot.ends,
            models.EventSession.name,
            models.Place.name,
            models.Place.kind,
            owner.name,
            models.MeetingRequest.sender_id,
            models.MeetingRequest.message,
            sa.func.array_agg(sa.distinct(attendee.participant_id)),
        )
        .join(models.Slot, models.Slot.id == meeting.slot_id)
        .join(models.EventSession, models.EventSession.id == models.Slot.session_id)
        .join(models.Place, models.Place.id == meeting.place_id)
        .join(attendee, attendee.meeting_id == meeting.id)
        .join(theirs, theirs.meeting_id == meeting.id)
        .outerjoin(owner, owner.id == models.Place.organisation_id)
        .outerjoin(models.MeetingRequest, models.MeetingRequest.id == meeting.request_id)
        .where(meeting.schedule_id.in_(schedule_ids), theirs.participant_id.in_(participant_ids))
        .group_by(meeting.id, models.Slot.id, models.EventSession.id, models.Place.id, owner.id)
        .group_by(models.MeetingRequest.id)
        .order_by(models.Slot.position, meeting.id)
    )
    zone = ZoneInfo(event.time_zone)
    return [
        MeetingRow(
            id=id_,
            schedule_id=schedule_id,
            slot=position,
            starts=starts.astimezone(zone),
            ends=ends.astimezone(zone),
            session=session_name,
            place=EventPlace(name=place, kind=kind, organisation=organisation),
            sender_id=sender_id,
            message=message or "",
            attendees=tuple(sorted(attendees)),
        )
        for (
            id_, schedule_id, position, starts, ends, session_name, place, kind, organisation, sender_id, message,
            attendees,
        ) in rows
    ]  # fmt: skip


async def people_of(session: AsyncSession, participant_ids: Collection[int]) -> dict[int, Person]:
    """The participants by their number."""
    person = models.Participant
    rows = await session.execute(
        sa.select(
            person.id,
            person.first_name,
            person.last_name,
            person.organisation_id,
            models.Organisation.name,
            person.country,
            person.language,
            person.type,
            person.job_title,
            person.themes,
        )
        .join(models.Organisation, models.Organisation.id == person.organisation_id)
        .where(person.id.in_(participant_ids))
    )
    return {
        id_: Person(
            id=id_,
            first_name=first_name,
            last_name=last_name,
            organisation_id=organisation_id,
            organisation=organisation,
            country=country,
            language=language,
            type=type_,
            job_title=job_title,
            themes=tuple(themes),
        )
        for (
            id_, first_name, last_name, organisation_id, organisation, country, language, type_, job_title, themes
        ) in rows
    }  # fmt: skip
