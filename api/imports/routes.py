"""Workbooks in and out."""

from collections.abc import Sequence
from functools import partial
from hashlib import sha256
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import APIRouter, Depends, Header, Query, Request, Response, UploadFile

from api import models
from api.core.background import DOCUMENTS
from api.core.errors import (
    Busy,
    Forbidden,
    ImportBusy,
    ImportInUse,
    InvalidWorkbook,
    NotFound,
    NotSignedIn,
    OtherEvent,
    ScheduleRunning,
    documented,
)
from api.core.membership import Member, require_membership, require_organiser
from api.core.schemas import Language
from api.imports import service
from api.imports.changes import OverlapError
from api.imports.export import print_event
from api.imports.pool import ImportPool
from api.imports.reader import ParsedFile, Themes
from api.imports.schemas import (
    Ignored,
    ImportIgnored,
    ImportNotice,
    ImportResult,
    ImportRun,
    ImportRuns,
    ImportUpdate,
    OtherEventWarning,
    UpdateCounts,
    WorkbookCounts,
)
from api.participants.service import participation_types
from api.web.dependencies import Transaction
from api.web.permissions import AppSettings, EventCreator, EventOrganiser, Id, SignedIn
from api.web.uploads import WORKBOOK_BYTES, UploadRoute
from matchmaker.documents.template import template
from matchmaker.event import Event
from matchmaker.intake import IntakeErrors, IntakeNotice
from matchmaker.intake.errors import expectation
from matchmaker.intake.layout import SLOTS

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NAMES = 20
RUNS = 50

_templates: dict[str, tuple[bytes, str]] = {}  # by language: the file and its ETag, made once by each process

router = APIRouter(tags=["workbooks"], route_class=UploadRoute)
DryRun = Annotated[bool, Query(description="Only say what would happen.")]
In = Annotated[Language, Query(description="The language of sentences and headers.")]
Confirmed = Annotated[
    str | None, Query(max_length=200, description="The event's name, to import what seems to be of another event.")
]
WORKBOOK: dict[int | str, dict[str, Any]] = {200: {"content": {XLSX: {}}, "description": "An .xlsx workbook"}}


def _pool(request: Request) -> ImportPool:
    pool: ImportPool = request.app.state.imports
    return pool


Imports = Annotated[ImportPool, Depends(_pool)]


async def _organiser_of_import(session: Transaction, user: SignedIn, import_id: Id) -> Member:
    event_id = await session.scalar(sa.select(models.ImportRun.event_id).where(models.ImportRun.id == import_id))
    nothing = NotFound("There is no such import, or you take no part in its event.")
    if event_id is None:
        raise nothing
    try:
        return require_organiser(await require_membership(session, user, event_id))
    except NotFound:
        raise nothing from None


ImportOrganiser = Annotated[Member, Depends(_organiser_of_import)]


@router.post(
    "/imports",
    status_code=201,
    responses=documented(NotSignedIn, Forbidden, ImportBusy, InvalidWorkbook),
    max_body_size=WORKBOOK_BYTES,
)
async def import_event(
    user: EventCreator,
    file: UploadFile,
    session: Transaction,
    imports: Imports,
    response: Response,
    dry_run: DryRun = False,
    language: In = "en",
) -> ImportResult:
    """Make an event of a workbook (.xlsx, .csv files in a .zip, or one .csv of participants); who sends it owns it.

    Everything that is wrong is said at once, and then nothing is imported. After a dry run the status is 200. The same
    file sent again within minutes makes no second event.
    """
    await session.commit()  # reading takes long: no connection is held meanwhile
    data = await file.read()
    parsed = await _read(imports, data, file.filename or "", language)
    event_id = None
    if dry_run:
        response.status_code = 200
    else:
        upload = service.Upload.of(user.id, file.filename or "", parsed)
        event_id = await imports.transact(partial(service.import_new_event, parsed=parsed, upload=upload))
    counts = await imports.compute(partial(_counts, parsed.event))
    return ImportResult(event_id=event_id, counts=counts, notices=_notices(parsed))


@router.post(
    "/events/{event_id}/imports",
    responses=documented(NotSignedIn, Forbidden, NotFound, OtherEvent, ImportBusy, InvalidWorkbook),
    max_body_size=WORKBOOK_BYTES,
)
async def import_into_event(
    member: EventOrganiser,
    file: UploadFile,
    session: Transaction,
    imports: Imports,
    dry_run: DryRun = False,
    confirm_name: Confirmed = None,
    language: In = "en",
) -> ImportUpdate:
    """Take a later workbook over into an event. People are known by their e-mail address, slots by their start.

    Only what the workbook says otherwise than the one before is taken over, so what was edited here stays. Nothing is
    deleted; what is ignored or kept is listed. A workbook that seems to be of another event needs `confirm_name`.
    """
    event_id, filename = member.event.id, file.filename or ""
    types = await participation_types(session, event_id)
    await session.commit()  # reading takes long: no connection is held meanwhile
    data = await file.read()
    parsed = await _read(imports, data, filename, language, member.event.themes, types)
    alone = filename.lower().endswith(".csv")
    if dry_run:
        work = partial(service.preview_import, event_id=event_id, parsed=parsed, alone=alone)
    else:
        work = partial(
            service.import_into_event,
            event_id=event_id,
            parsed=parsed,
            upload=service.Upload.of(member.user.id, filename, parsed),
            alone=alone,
            confirmed_name=confirm_name,
        )
    try:
        return _update_of(await imports.transact(work), parsed)
    except OverlapError as error:
        raise _overlap(error, parsed.event, language) from None


@router.get("/events/{event_id}/imports", responses=documented(NotSignedIn, Forbidden, NotFound))
async def list_imports(member: EventOrganiser, session: Transaction) -> ImportRuns:
    """The imports of an event, the latest first."""
    run = models.ImportRun
    rows = await session.execute(
        sa.select(run, run.undo.is_not(None)).where(run.event_id == member.event.id).order_by(run.id.desc()).limit(RUNS)
    )
    items: list[ImportRun] = []
    latest = True  # of those that stand
    for row, reversible in rows:
        items.append(_run_of(row, undoable=latest and reversible and row.undone_at is None))
        latest = latest and row.undone_at is not None
    return ImportRuns(items=items)


@router.post(
    "/imports/{import_id}/undo",
    responses=documented(NotSignedIn, Forbidden, NotFound, ImportInUse, ImportBusy, ScheduleRunning),
)
async def undo_import(import_id: Id, member: ImportOrganiser, session: Transaction, imports: Imports) -> ImportRun:
    """Take an import back: what it added goes, what it changed is as before.

    Refused once something depends on it, such as an edit, an answer, a meeting or a later import; `errors` names each
    with its `reason`.
    """
    await session.commit()
    row = await imports.transact(partial(service.undo_run, run_id=import_id, user_id=member.user.id))
    return _run_of(row, undoable=False)


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


async def _read(
    imports: ImportPool,
    data: bytes,
    filename: str,
    language: str,
    themes: Themes | None = None,
    types: Sequence[str] = (),
) -> ParsedFile:
    try:
        return await imports.read(data, filename, language, themes, types)
    except IntakeErrors as error:
        errors = [
            {"sheet": e.sheet, "row": e.row, "column": e.column, "value": e.value, "expected": e.expected}
            for e in error.errors
        ]
        raise InvalidWorkbook(f"{error.total} errors; nothing was imported.", errors=errors) from None


def _overlap(error: OverlapError, event: Event, language: str) -> InvalidWorkbook:
    """What is told of the slots that overlap those of the event, in the reader's language."""
    start = next(column for column in SLOTS.columns if column.field == "starts")
    errors = [
        {
            "sheet": SLOTS.name(language),
            "row": None,
            "column": start.name(language),
            "value": f"{event.slots[i].starts:%Y-%m-%d %H:%M}",
            "expected": expectation("no_overlap_with_event", language),
        }
        for i in error.slots
    ]
    return InvalidWorkbook("Slots overlap.", errors=errors)


def _update_of(outcome: service.ImportOutcome, parsed: ParsedFile) -> ImportUpdate:
    plan, other = outcome.plan, outcome.other_event
    answers = [f"{sender} – {recipient}" for sender, recipient in plan.kept_answers]
    return ImportUpdate(
        import_id=outcome.run_id,
        counts=UpdateCounts.model_validate(plan.changes),
        ignored=ImportIgnored(
            notices=_notices(parsed),
            missing_participants=Ignored(count=len(plan.missing_people), names=list(plan.missing_people[:NAMES])),
            kept_answers=Ignored(count=len(answers), names=answers[:NAMES]),
            event_fields=list(outcome.ignored_fields),
        ),
        other_event=None if other is None else OtherEventWarning.model_validate(other),
    )


def _run_of(row: models.ImportRun, *, undoable: bool) -> ImportRun:
    return ImportRun(
        id=row.id,
        filename=row.filename,
        created_at=row.created_at,
        counts=UpdateCounts.model_validate(row.counts),
        undone_at=row.undone_at,
        undoable=undoable,
    )


def _notices(parsed: ParsedFile) -> list[ImportNotice]:
    notices: tuple[IntakeNotice, ...] = parsed.notices
    return [ImportNotice(sheet=n.sheet, column=n.column, text=n.text) for n in notices]


def _counts(event: Event) -> WorkbookCounts:
    names = [person.organisation for person in event.people]
    names += [place.organisation for place in event.places if place.organisation]
    return WorkbookCounts(
        participants=len(event.people),
        organisations=len({service.organisation_key(name) for name in names}),
        offers=sum(len(person.offers) for person in event.people),
        needs=sum(len(person.needs) for person in event.people),
        requests=len(event.requests),
        slots=len(event.slots),
        places=len(event.places),
    )


def _xlsx(data: bytes, name: str) -> Response:
    return Response(data, media_type=XLSX, headers={"Content-Disposition": f'attachment; filename="{name}.xlsx"'})
