"""Imports in one transaction each: a new event, a later workbook into an event, and taking one back."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from api.core.errors import ImportInUse, NotFound, OtherEvent, ScheduleRunning
from api.imports.apply import Undo, apply_plan
from api.imports.plan import Plan, organisation_key, plan_import
from api.imports.reader import ParsedFile
from api.imports.state import EventState, load_state
from api.imports.undo import conflicts_of, undo_import
from api.jobs.app import enqueue_in
from api.models import AuditEntry, Event, ImportRun, Membership, Schedule, ScheduleState, TeamRole
from matchmaker import event as domain
from matchmaker.matching.language import detect
from matchmaker.text import fold, slug

# The same file from the same person within this time is the same request sent twice.
REPEATED = timedelta(minutes=10)
# A workbook of another event knows few of the people here, a list of so few newcomers may know none of them.
OVERLAP = 0.2
NEWCOMERS = 20


EventField = Literal["name", "colour", "time_zone", "languages"]


@dataclass(frozen=True, slots=True)
class Upload:
    """Who sent which file."""

    user_id: int
    filename: str
    file_hash: bytes

    @classmethod
    def of(cls, user_id: int, filename: str, parsed: ParsedFile) -> "Upload":
        return cls(user_id, filename[-200:].replace("\x00", ""), parsed.file_hash)


@dataclass(frozen=True, slots=True)
class Overlap:
    """How a file that seems to be of another event compares: `known` of its `people` are among the event's."""

    event_name: str
    file_name: str
    event_people: int
    people: int
    known: int


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """What an import did, or would do (`run_id` None)."""

    plan: Plan
    ignored_fields: tuple[EventField, ...]
    other_event: Overlap | None
    run_id: int | None = None


def store_event(
    session: Session, event: domain.Event, owner_id: int, text_languages: Mapping[str, str | None] | None = None
) -> Event:
    """A new event, owned by a user. Its row, flushed; the caller commits. `text_languages` are detected if None."""
    row = _new_row(session, event)
    session.add(Membership(event_id=row.id, user_id=owner_id, role=TeamRole.OWNER))
    session.flush()
    if text_languages is None:
        texts = list({each.text for person in event.people for each in (*person.offers, *person.needs)})
        text_languages = dict(zip(texts, detect(texts), strict=True))
    _take_over(session, row, event, text_languages)
    return row


def import_new_event(session: Session, parsed: ParsedFile, upload: Upload) -> int:
    """The id of the event made of a file, or of the one that the same file was made into a moment ago."""
    # of two requests at once the second waits here, and finds what the first made
    key = int.from_bytes(sha256(b"%d %b" % (upload.user_id, upload.file_hash)).digest()[:8], signed=True)
    session.execute(sa.select(sa.func.pg_advisory_xact_lock(key)))
    earlier = session.scalar(
        sa.select(ImportRun.event_id).where(
            ImportRun.created_by == upload.user_id,
            ImportRun.file_hash == upload.file_hash,
            ImportRun.undo.is_(None),
            ImportRun.created_at > datetime.now(UTC) - REPEATED,
        )
    )
    if earlier is not None:
        return earlier
    row = store_event(session, parsed.event, upload.user_id, parsed.text_languages)
    run = ImportRun(
        event_id=row.id,
        created_by=upload.user_id,
        filename=upload.filename,
        file_hash=upload.file_hash,
        counts={},
        undo=sa.null(),
    )
    session.add(run)
    _record(session, upload.user_id, row.id, "event imported")
    enqueue_in(session, "rank_event", event_id=row.id)
    return row.id


def preview_import(session: Session, event_id: int, parsed: ParsedFile, *, alone: bool) -> ImportOutcome:
    """What importing a file would do; nothing is locked. `alone`: it holds participants and names no event.

    Raises `OverlapError` where a slot overlaps one that the event has.
    """
    row = session.get_one(Event, event_id)
    state = load_state(session, event_id)
    plan = plan_import(state, parsed.event)
    return _outcome(row, state, parsed.event, plan, alone=alone)


def import_into_event(
    session: Session, event_id: int, parsed: ParsedFile, upload: Upload, *, alone: bool, confirmed_name: str | None
) -> ImportOutcome:
    """Take a file over into an event, one at a time. Name, colour, zone and languages of the event stay.

    Raises `OtherEvent` for a file that seems to be of another event, unless the event's name is `confirmed_name`, and
    `OverlapError` where a slot overlaps one that the event has.
    """
    row = session.scalars(sa.select(Event).where(Event.id == event_id).with_for_update(key_share=True)).one()
    state = load_state(session, event_id)
    plan = plan_import(state, parsed.event)
    outcome = _outcome(row, state, parsed.event, plan, alone=alone)
    if outcome.other_event is not None and fold(confirmed_name or "") != fold(row.name):
        raise OtherEvent("This file seems to be of another event; confirm with the name of this one.")
    undo = _write(session, row, state, parsed.event, plan, parsed.text_languages)
    run = ImportRun(
        event_id=event_id,
        created_by=upload.user_id,
        filename=upload.filename,
        file_hash=upload.file_hash,
        counts=asdict(plan.changes),
        undo=undo,
    )
    session.add(run)
    session.flush()
    changes = plan.changes
    _record(
        session,
        upload.user_id,
        event_id,
        "workbook imported",
        run.id,
        added=changes.total("added"),
        updated=changes.total("updated"),
    )
    enqueue_in(session, "rank_event", event_id=event_id)
    return ImportOutcome(plan, outcome.ignored_fields, outcome.other_event, run.id)


def undo_run(session: Session, run_id: int, user_id: int) -> ImportRun:
    """Take an import back. Raises `ImportInUse` with what depends on it, `NotFound`, and `ScheduleRunning`."""
    event_id = session.scalar(sa.select(ImportRun.event_id).where(ImportRun.id == run_id))
    if event_id is None:
        raise NotFound("There is no such import.")
    event = session.scalars(sa.select(Event).where(Event.id == event_id).with_for_update(key_share=True)).one()
    run = session.get_one(ImportRun, run_id, options=[sa.orm.undefer(ImportRun.undo)])
    if run.undone_at is not None:
        return run
    if run.undo is None:
        raise ImportInUse("The import that made an event cannot be undone.")
    running = (ScheduleState.QUEUED, ScheduleState.RUNNING)
    if session.scalar(
        sa.select(Schedule.id).where(Schedule.event_id == event_id, Schedule.state.in_(running)).limit(1)
    ):
        raise ScheduleRunning("Wait until it is done, or cancel it.")
    if conflicts := conflicts_of(session, run):
        raise ImportInUse("Something depends on this import; see `errors`.", errors=[asdict(c) for c in conflicts])
    undo_import(session, run)
    event.themes = dict(run.undo["themes"])
    run.undone_at = datetime.now(UTC)
    _record(session, user_id, event_id, "import undone", run.id)
    enqueue_in(session, "rank_event", event_id=event_id)
    return run


def _new_row(session: Session, event: domain.Event) -> Event:
    """The row of a new event, whose address is free; another import may take the same one at this moment."""
    base = slug(event.name, "event")
    taken = set(session.scalars(sa.select(Event.slug).where(Event.slug.like(f"{base}%"))))
    for n in range(1, len(taken) + 100):
        address = base if n == 1 else f"{base}-{n}"
        if address in taken:
            continue
        row = Event(
            slug=address,
            name=event.name,
            time_zone=event.time_zone,
            languages=list(event.languages),
            colour=event.colour,
            themes={},
        )
        try:
            with session.begin_nested():
                session.add(row)
                session.flush()
        except sa.exc.IntegrityError:
            continue
        return row
    raise RuntimeError(f"no free address like {base}")


def _take_over(session: Session, row: Event, event: domain.Event, text_languages: Mapping[str, str | None]) -> None:
    state = load_state(session, row.id)
    _write(session, row, state, event, plan_import(state, event), text_languages)


def _write(
    session: Session,
    row: Event,
    state: EventState,
    event: domain.Event,
    plan: Plan,
    text_languages: Mapping[str, str | None],
) -> Undo:
    undo = apply_plan(session, row.id, state, event, plan, text_languages)
    undo["themes"] = list(row.themes.items())  # a list: JSONB forgets the order of keys
    row.themes = row.themes | {code: dict(labels) for code, labels in event.themes.items()}
    session.flush()
    return undo


def _outcome(row: Event, state: EventState, event: domain.Event, plan: Plan, *, alone: bool) -> ImportOutcome:
    stated: tuple[tuple[EventField, object], ...] = (
        ("name", event.name),
        ("colour", event.colour),
        ("time_zone", event.time_zone),
        ("languages", list(event.languages)),
    )
    ignored = tuple(name for name, value in stated if not alone and getattr(row, name) != value)
    known = sum(person.email in state.people for person in event.people)
    same_name = not alone and fold(event.name) == fold(row.name)
    few = alone and len(event.people) < NEWCOMERS
    other = None
    if state.people and event.people and not same_name and not few and known < OVERLAP * len(event.people):
        other = Overlap(
            event_name=row.name,
            file_name=event.name,
            event_people=len(state.people),
            people=len(event.people),
            known=known,
        )
    return ImportOutcome(plan, ignored, other)


def _record(
    session: Session, user_id: int, event_id: int, action: str, subject_id: int | None = None, **detail: int
) -> None:
    session.add(AuditEntry(user_id=user_id, event_id=event_id, action=action, subject_id=subject_id, detail=detail))


__all__ = [
    "ImportOutcome",
    "Overlap",
    "Upload",
    "import_into_event",
    "import_new_event",
    "organisation_key",
    "preview_import",
    "store_event",
    "undo_run",
]
