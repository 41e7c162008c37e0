"""Workbooks in and out."""

import asyncio
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Response, UploadFile

from api import models
from api.core.audit import record_action
from api.core.background import DOCUMENTS
from api.core.database import Transaction
from api.core.errors import Busy, Forbidden, InvalidWorkbook, NotFound, NotSignedIn, documented
from api.core.schemas import Language
from api.events.schemas import ImportResult, ImportUpdate, UpdateCounts, WorkbookCounts
from api.imports import service
from api.imports.export import print_event
from api.imports.service import OverlapError
from api.jobs import enqueue
from api.web.permissions import AppSettings, EventCreator, EventOrganiser, Member
from api.web.uploads import UploadRoute
from matchmaker import intake
from matchmaker.documents.template import template
from matchmaker.event import Event
from matchmaker.intake import IntakeErrors
from matchmaker.matching.language import detect

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Themes = Mapping[str, Mapping[str, str]]
WORKBOOK_BYTES = 20 * 1024 * 1024

_templates: dict[str, tuple[bytes, str]] = {}  # by language: the file and its ETag, made once by each process

router = APIRouter(tags=["workbooks"], route_class=UploadRoute)
DryRun = Annotated[bool, Query(description="Only say what would happen.")]
In = Annotated[Language, Query(description="The language of sentences and headers.")]
WORKBOOK: dict[int | str, dict[str, Any]] = {200: {"content": {XLSX: {}}, "description": "An .xlsx workbook"}}


@router.post(
    "/imports",
    status_code=201,
    responses=documented(NotSignedIn, Forbidden, InvalidWorkbook),
    max_body_size=WORKBOOK_BYTES,
)
async def import_event(
    file: UploadFile,
    user: EventCreator,
    session: Transaction,
    response: Response,
    dry_run: DryRun = False,
    language: In = "en",
) -> ImportResult:
    """Make an event of a workbook (.xlsx, or .csv files in a .zip); who sends it owns it.

    Everything that is wrong is said at once, and then nothing is imported. After a dry run the status is 200.
    """
    event = await _read(file, language)
    if dry_run:
        response.status_code = 200
        return ImportResult(event_id=None, counts=_counts(event))
    row = await session.run_sync(service.store_event, event, user.id)
    record_action(
        session, Member(user=user, event=row, role=models.TeamRole.OWNER, participant_id=None), "event imported"
    )
    await enqueue(session, "rank_event", event_id=row.id)
    return ImportResult(event_id=row.id, counts=_counts(event))


@router.post(
    "/events/{event_id}/imports",
    responses=documented(NotSignedIn, Forbidden, NotFound, InvalidWorkbook),
    max_body_size=WORKBOOK_BYTES,
)
async def import_into_event(
    file: UploadFile, member: EventOrganiser, session: Transaction, dry_run: DryRun = False, language: In = "en"
) -> ImportUpdate:
    """Take a later workbook over into an event. People are known by their e-mail address, slots by their start.

    Only what the workbook says otherwise than the one before is taken over, so what was edited here stays. Nothing is
    deleted. The counts are of people, requests, slots and places.
    """
    event = await _read(file, language, member.event.themes)
    trial = await session.begin_nested()
    try:
        changes = await session.run_sync(service.update_event, member.event, event)
    except OverlapError as error:
        raise InvalidWorkbook("Slots overlap.", errors=_overlaps(event, error)) from None
    if dry_run:
        await trial.rollback()
    else:
        record_action(session, member, "workbook imported", added=changes.added, updated=changes.updated)
        await enqueue(session, "rank_event", event_id=member.event.id)
    counts = UpdateCounts(added=changes.added, updated=changes.updated, unchanged=changes.unchanged)
    return ImportUpdate(counts=counts)


@router.get("/template.xlsx", response_class=Response, responses=WORKBOOK | documented(Busy))
async def read_template(
    language: In = "en", if_none_match: Annotated[str | None, Header(include_in_schema=False)] = None
) -> Response:
    """An empty workbook to fill in, with an example and what each column expects; for everybody."""
    if language not in _templates:
        data = await DOCUMENTS.run(template, language)
        _templates[language] = data, f'"{sha256(data).hexdigest()[:32]}"'
    data, etag = _templates[language]
    response = Response(status_code=304) if if_none_match == etag else _xlsx(data, "template")
    response.headers.update({"ETag": etag, "Cache-Control": "public, max-age=3600"})
    return response


@router.get(
    "/events/{event_id}/workbook.xlsx",
    response_class=Response,
    responses=WORKBOOK | documented(NotSignedIn, Forbidden, NotFound, Busy),
)
async def read_workbook(
    member: EventOrganiser, session: Transaction, settings: AppSettings, language: In = "en"
) -> Response:
    """The whole event as a workbook, which can be imported again."""
    slug, event_id = member.event.slug, member.event.id
    await session.commit()  # the connection serves others meanwhile
    return _xlsx(await DOCUMENTS.run(print_event, settings.database_url, event_id, language), slug)


def _read_here(data: bytes, filename: str, language: str, themes: Themes | None) -> Event:
    event = intake.read_workbook(data, filename, language, themes)
    detect([event.name])  # the first use loads a model for a second, better here than while storing
    return event


async def _read(file: UploadFile, language: str, themes: Themes | None = None) -> Event:
    try:
        return await asyncio.to_thread(_read_here, await file.read(), file.filename or "", language, themes)
    except IntakeErrors as found:
        errors = [
            {"sheet": e.sheet, "row": e.row, "column": e.column, "value": e.value, "expected": e.expected}
            for e in found.errors
        ]
        raise InvalidWorkbook(f"{len(errors)} errors; nothing was imported.", errors=errors) from None


def _overlaps(event: Event, error: OverlapError) -> Sequence[Mapping[str, Any]]:
    expected = "a slot that does not overlap those of the event"
    slots = [event.slots[i] for i in error.slots]
    return [
        {"sheet": "slots", "row": None, "column": "start", "value": s.starts.isoformat(), "expected": expected}
        for s in slots
    ]


def _counts(event: Event) -> WorkbookCounts:
    organisations = {service.key_of(person.organisation) for person in event.people}
    organisations |= {service.key_of(place.organisation) for place in event.places if place.organisation}
    return WorkbookCounts(
        participants=len(event.people),
        organisations=len(organisations),
        offers=sum(len(person.offers) for person in event.people),
        needs=sum(len(person.needs) for person in event.people),
        requests=len(event.requests),
        slots=len(event.slots),
        places=len(event.places),
    )


def _xlsx(data: bytes, name: str) -> Response:
    return Response(data, media_type=XLSX, headers={"Content-Disposition": f'attachment; filename="{name}.xlsx"'})
