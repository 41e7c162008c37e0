"""The agendas of some people of a schedule, read for them alone: for the page, for paper and for calendars."""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import resources
from uuid import NAMESPACE_URL, uuid5

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from api import models
from api.agendas.queries import MeetingRow, Person, meetings_of, people_of
from api.matching.service import match_reasons, sentences_of
from api.models.schedules import ScheduleState
from matchmaker import agenda as domain
from matchmaker.documents.edition import Edition
from matchmaker.event import Event, EventPlace, Profile
from matchmaker.matching.agenda_reason import LIKELY, why
from matchmaker.matching.match import MatchReason

Texts = Mapping[str, str]  # a sentence by language


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """A meeting, seen from one of its people. `starts` and `ends` are in the event's time zone."""

    id: int
    slot: int
    starts: datetime
    ends: datetime
    session: str
    place: EventPlace
    partners: tuple[Person, ...]
    reason: Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalAgenda:
    """The meetings of one participant in order of time, and those of earlier publications that are no more."""

    person: Person
    meetings: tuple[Meeting, ...]
    cancelled: tuple[Meeting, ...] = ()


async def load_agendas(
    session: AsyncSession, event: models.Event, schedule: models.Schedule | None, participant_ids: Sequence[int]
) -> list[PersonalAgenda]:
    """The agendas of `participant_ids`, in their order; without a schedule there are no meetings."""
    meetings = [] if schedule is None else await meetings_of(session, event, [schedule.id], participant_ids)
    people = await people_of(session, {*participant_ids, *(id_ for row in meetings for id_ in row.attendees)})
    matches = await match_reasons(session, participant_ids, people) if meetings else {}
    by_person = _by_person(meetings, participant_ids)
    return [
        PersonalAgenda(
            person=people[id_],
            meetings=tuple(_seen_by(people[id_], row, people, matches, event) for row in by_person[id_]),
        )
        for id_ in participant_ids
    ]


async def load_cancelled(
    session: AsyncSession, event: models.Event, schedule: models.Schedule, agenda: PersonalAgenda
) -> tuple[Meeting, ...]:
    """The meetings that earlier publications gave this person with people whom they no longer meet, as last shown."""
    earlier = await session.scalars(
        sa.select(models.Schedule.id)
        .where(
            models.Schedule.event_id == event.id,
            models.Schedule.id != schedule.id,
            models.Schedule.state == ScheduleState.SUPERSEDED,
            models.Schedule.publication.is_not(None),
        )
        .order_by(models.Schedule.publication.desc())
    )
    order = {id_: place for place, id_ in enumerate(earlier)}
    rows = await meetings_of(session, event, list(order), [agenda.person.id]) if order else []
    people = await people_of(session, {id_ for row in rows for id_ in row.attendees})
    there = {frozenset(partner.id for partner in meeting.partners) for meeting in agenda.meetings}
    cancelled = []
    for row in sorted(rows, key=lambda row: (order[row.schedule_id], row.slot)):
        partners = frozenset(row.attendees) - {agenda.person.id}
        if partners not in there:
            there.add(partners)
            cancelled.append(_seen_by(agenda.person, row, people, {}, event))
    return tuple(cancelled)


def printable(event: models.Event, agenda: PersonalAgenda) -> domain.Agenda:
    """The agenda as documents take it. No e-mail address is in it."""
    return domain.Agenda(
        person=_profile(agenda.person),
        entries=tuple(_entry(event, agenda.person, meeting) for meeting in agenda.meetings),
        cancelled=tuple(_entry(event, agenda.person, meeting) for meeting in agenda.cancelled),
    )


def printable_event(event: models.Event) -> Event:
    """What documents say of the event itself."""
    return Event(
        name=event.name, time_zone=event.time_zone, languages=tuple(event.languages), colour=event.colour, themes={}
    )


def edition_of(schedule: models.Schedule) -> Edition:
    """The version that documents of a schedule name."""
    return Edition(
        version=schedule.version,
        at=schedule.published_at or schedule.finished_at or schedule.created_at,
        draft=schedule.state is ScheduleState.DRAFT,
    )


async def sequence_of(session: AsyncSession, schedule: models.Schedule) -> int:
    """The number of its publication; of what is not published, that of the publication that would be the next."""
    if schedule.state is ScheduleState.PUBLISHED and schedule.publication is not None:
        return schedule.publication
    return await next_publication(session, schedule.event_id)


async def next_publication(session: AsyncSession, event_id: int) -> int:
    """The number of an event's next publication, roll-backs counted: calendars ignore what does not grow."""
    latest = sa.select(sa.func.max(models.Schedule.publication)).where(models.Schedule.event_id == event_id)
    return 1 + (await session.scalar(latest) or 0)


def etag_of(*shown: object) -> str:
    """A hash of what a document is to show, and of how it is laid out."""
    return hashlib.sha256(repr((_layout(), shown)).encode()).hexdigest()


@cache
def _layout() -> str:
    layout = resources.files("matchmaker.documents") / "agenda.typ"
    return hashlib.sha256(layout.read_bytes()).hexdigest()


def likely_reason(reasons: Sequence[MatchReason]) -> Texts | None:
    """The sentence of the first reason by which what one offers probably serves what the other needs."""
    likely = (r for r in reasons if r.kind in ("need_offer", "offer_need") and r.strength >= LIKELY)
    return next((sentences_of(reason, {}) for reason in likely), None)


def _by_person(meetings: Sequence[MeetingRow], participant_ids: Sequence[int]) -> Mapping[int, list[MeetingRow]]:
    by_person: dict[int, list[MeetingRow]] = defaultdict(list)
    wanted = set(participant_ids)
    for row in meetings:
        for id_ in wanted.intersection(row.attendees):
            by_person[id_].append(row)
    return by_person


def _seen_by(
    reader: Person,
    row: MeetingRow,
    people: Mapping[int, Person],
    matches: Mapping[tuple[int, int], Sequence[MatchReason]],
    event: models.Event,
) -> Meeting:
    partners = tuple(people[id_] for id_ in row.attendees if id_ != reader.id)
    reasons = (likely_reason(matches.get((reader.id, partner.id), ())) for partner in partners)
    best_reason = next(filter(None, reasons), None)
    sender = people[row.sender_id] if row.sender_id in row.attendees else None
    return Meeting(
        id=row.id,
        slot=row.slot,
        starts=row.starts,
        ends=row.ends,
        session=row.session,
        place=row.place,
        partners=partners,
        reason=why(
            best_reason,
            sender.name if sender else "",
            row.message if sender else "",
            [theme for theme in reader.themes if all(theme in partner.themes for partner in partners)],
            event.themes,
        ),
    )


def _profile(person: Person) -> Profile:
    return Profile(
        email="",
        first_name=person.first_name,
        last_name=person.last_name,
        organisation=person.organisation,
        country=person.country,
        language=person.language,
        job_title=person.job_title,
    )


def _entry(event: models.Event, reader: Person, meeting: Meeting) -> domain.Entry:
    ids = sorted([reader.id, *(partner.id for partner in meeting.partners)])
    return domain.Entry(
        candidate=meeting.id,
        slot=meeting.slot,
        starts=meeting.starts,
        ends=meeting.ends,
        session=meeting.session,
        place=meeting.place,
        partners=tuple(_profile(partner) for partner in meeting.partners),
        reasons=meeting.reason,
        uid=str(uuid5(NAMESPACE_URL, f"event {event.id}: {ids}")),
    )
