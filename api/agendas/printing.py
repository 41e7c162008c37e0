"""All agendas of a schedule on paper, made some people at a time in processes that end, and kept in the database."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from api import models
from api.agendas.service import edition_of, etag_of, load_agendas, printable, printable_event
from api.core.background import DOCUMENTS
from api.core.database import Sessions
from api.models import Document, DocumentKind
from matchmaker.agenda import Agenda
from matchmaker.documents import Edition
from matchmaker.documents.agenda_pdf import agenda_pdf, agendas_pdf, joined
from matchmaker.event import Event

PEOPLE_AT_A_TIME = 40


@dataclass(frozen=True)
class _Part:
    """Some people's agendas as they are to be printed; `etags` are those of their own files."""

    participant_ids: Sequence[int]
    event: Event
    agendas: Sequence[Agenda]
    edition: Edition
    etags: Sequence[str]

    @property
    def etag(self) -> str:
        return etag_of(*self.etags)


async def make_documents(sessions: Sessions, schedule_id: int) -> None:
    """Make the file of all agendas, and of a published schedule everybody's own; nothing where they are up to date.

    Done again after a crash, it goes on where it was. The work of a job.
    """
    async with sessions() as session:
        parts = _parts(await people_with_agendas(session, schedule_id))
        etag = etag_of(*[(await _load(session, schedule_id, ids)).etag for ids in parts])
        if await stored(session, schedule_id, DocumentKind.AGENDAS, etag=etag) is not None:
            return
    for number, ids in enumerate(parts):
        async with sessions() as session:
            part = await _load(session, schedule_id, ids)
            there = await stored(session, schedule_id, DocumentKind.PART, part=number, etag=part.etag)
        if there is None:
            whole, single = await DOCUMENTS.run(print_part, part.event, part.agendas, part.edition)
            async with sessions.begin() as session:
                if not part.edition.draft:
                    for id_, own_etag, data in zip(ids, part.etags, single, strict=True):
                        await store(session, schedule_id, DocumentKind.AGENDA, own_etag, data, participant_id=id_)
                await store(session, schedule_id, DocumentKind.PART, part.etag, whole, part=number)
    async with sessions.begin() as session:
        rows = await session.scalars(
            sa.select(Document.data)
            .where(Document.schedule_id == schedule_id, Document.kind == DocumentKind.PART)
            .where(Document.part < len(parts))
            .order_by(Document.part)
        )
        data = await DOCUMENTS.run(joined, rows.all())
        await store(session, schedule_id, DocumentKind.AGENDAS, etag, data)
        await session.execute(
            sa.delete(Document).where(Document.schedule_id == schedule_id, Document.kind == DocumentKind.PART)
        )


def print_part(event: Event, agendas: Sequence[Agenda], edition: Edition) -> tuple[bytes, list[bytes]]:
    """One file of all `agendas`, and one of each unless it is a draft. Runs in a process of its own."""
    whole = agendas_pdf(event, agendas, edition)
    return whole, [] if edition.draft else [agenda_pdf(event, agenda, edition) for agenda in agendas]


async def people_with_agendas(session: AsyncSession, schedule_id: int) -> Sequence[int]:
    """Who has a meeting in the schedule, by name; everybody if nobody has."""
    person = models.Participant
    event_id = sa.select(models.Schedule.event_id).where(models.Schedule.id == schedule_id).scalar_subquery()
    by_name = (
        sa.select(person.id)
        .where(person.event_id == event_id)
        .order_by(sa.func.lower(person.last_name), sa.func.lower(person.first_name), person.id)
    )
    meets = (
        sa.select(models.MeetingAttendee.participant_id)
        .join(models.Meeting, models.Meeting.id == models.MeetingAttendee.meeting_id)
        .where(models.Meeting.schedule_id == schedule_id)
    )
    return (await session.scalars(by_name.where(person.id.in_(meets)))).all() or (await session.scalars(by_name)).all()


async def made(session: AsyncSession, schedule_id: int, people: int) -> int:
    """Of how many people the agendas are printed."""
    kinds: list[tuple[DocumentKind, int]] = [
        (kind, number)
        for kind, number in await session.execute(
            sa.select(Document.kind, sa.func.count())
            .where(Document.schedule_id == schedule_id, Document.kind != DocumentKind.AGENDA)
            .group_by(Document.kind)
        )
    ]
    count = dict(kinds)
    if DocumentKind.AGENDAS in count and DocumentKind.PART not in count:
        return people
    return min(people, PEOPLE_AT_A_TIME * count.get(DocumentKind.PART, 0))


async def stored(
    session: AsyncSession,
    schedule_id: int,
    kind: DocumentKind,
    *,
    participant_id: int | None = None,
    part: int | None = None,
    etag: str | None = None,
) -> int | None:
    """The number of a document that is kept (with this `etag`, if one is given)."""
    wanted = sa.select(Document.id).where(
        Document.schedule_id == schedule_id,
        Document.kind == kind,
        Document.participant_id.is_not_distinct_from(participant_id),
        Document.part.is_not_distinct_from(part),
    )
    return await session.scalar(wanted if etag is None else wanted.where(Document.etag == etag))


async def store(
    session: AsyncSession,
    schedule_id: int,
    kind: DocumentKind,
    etag: str,
    data: bytes,
    *,
    participant_id: int | None = None,
    part: int | None = None,
) -> None:
    """Keep a document, in the place of the one before."""
    row = insert(Document).values(
        schedule_id=schedule_id, kind=kind, participant_id=participant_id, part=part, etag=etag, data=data
    )
    await session.execute(
        row.on_conflict_do_update(
            constraint="uq_documents_schedule_id_kind_participant_id_part",
            set_={"etag": row.excluded.etag, "data": row.excluded.data, "created_at": sa.func.now()},
        )
    )


def _parts(participant_ids: Sequence[int]) -> list[Sequence[int]]:
    return [
        participant_ids[start : start + PEOPLE_AT_A_TIME] for start in range(0, len(participant_ids), PEOPLE_AT_A_TIME)
    ]


async def _load(session: AsyncSession, schedule_id: int, participant_ids: Sequence[int]) -> _Part:
    schedule = await session.get_one(models.Schedule, schedule_id)
    row = await session.get_one(models.Event, schedule.event_id)
    event, edition = printable_event(row), edition_of(schedule)
    agendas = [printable(row, agenda) for agenda in await load_agendas(session, row, schedule, participant_ids)]
    return _Part(participant_ids, event, agendas, edition, [etag_of(event, agenda, edition) for agenda in agendas])
