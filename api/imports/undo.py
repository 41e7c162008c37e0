"""Takes an import back: what it added goes, what it changed is as before, unless something since depends on it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from api.imports.rows import PersonRows, renumber_slots, write_people
from api.models import (
    AuditEntry,
    EventSession,
    ImportRun,
    Meeting,
    MeetingAttendee,
    MeetingRequest,
    Membership,
    Organisation,
    Participant,
    Place,
    Slot,
    User,
    UserSession,
)
from matchmaker.event import RequestStatus

Reason = Literal["later_import", "edited", "requests", "answered", "meetings"]
EDITS = ("profile changed", "offers changed", "needs changed", "availability changed")
MOST_CONFLICTS = 50


@dataclass(frozen=True, slots=True)
class Conflict:
    """Why an import cannot be undone: something of this name was edited, asked, answered or scheduled since."""

    reason: Reason
    name: str


def conflicts_of(session: Session, run: ImportRun) -> list[Conflict]:
    """What depends on an import, at most `MOST_CONFLICTS`; empty for one that can be undone."""
    later = sa.select(ImportRun.filename).where(
        ImportRun.event_id == run.event_id, ImportRun.id > run.id, ImportRun.undone_at.is_(None)
    )
    if (filename := session.scalar(later.order_by(ImportRun.id.desc()).limit(1))) is not None:
        return [Conflict("later_import", filename)]
    undo = run.undo or {}
    added, requests = undo["participants"], [id_ for id_, _ in undo["requests"]]
    people = [*added, *(person["id"] for person in undo["changed_participants"])]
    person_name = Participant.first_name + " " + Participant.last_name
    edits = sa.select(AuditEntry.subject_id).where(
        AuditEntry.event_id == run.event_id, AuditEntry.at > run.created_at, AuditEntry.action.in_(EDITS)
    )
    others_requests = sa.select(MeetingRequest.id).where(
        sa.or_(MeetingRequest.sender_id == Participant.id, MeetingRequest.recipient_id == Participant.id),
        MeetingRequest.id.not_in(requests),
    )
    attends = sa.select(MeetingAttendee.meeting_id).where(MeetingAttendee.participant_id == Participant.id)
    queries: list[tuple[Reason, sa.Select[str]]] = [
        ("edited", sa.select(person_name).where(Participant.id.in_(people), Participant.id.in_(edits))),
        ("requests", sa.select(person_name).where(Participant.id.in_(added), others_requests.exists())),
        ("meetings", sa.select(person_name).where(Participant.id.in_(added), attends.exists())),
        ("meetings", sa.select(Place.name).join(Meeting, Meeting.place_id == Place.id).where(
            Place.id.in_([*undo["places"], *(place["id"] for place in undo["changed_places"])])
        ).distinct()),
        ("meetings", sa.select(EventSession.name).join(Slot).join(Meeting, Meeting.slot_id == Slot.id).where(
            Slot.id.in_([*undo["slots"], *(slot["id"] for slot in undo["changed_slots"])])
        ).distinct()),
    ]  # fmt: skip
    conflicts = [
        Conflict(reason, name) for reason, query in queries for name in session.scalars(query.limit(MOST_CONFLICTS))
    ]
    conflicts += _request_conflicts(session, [*undo["requests"], *undo["answered_requests"]])
    return conflicts[:MOST_CONFLICTS]


def _request_conflicts(session: Session, imported: Iterable[tuple[int, str]]) -> list[Conflict]:
    status_by_id = dict(imported)
    sender, recipient = sa.orm.aliased(Participant), sa.orm.aliased(Participant)
    in_schedule = sa.select(Meeting.id).where(Meeting.request_id == MeetingRequest.id).exists()
    rows = session.execute(
        sa.select(
            MeetingRequest.id, MeetingRequest.status, in_schedule, sender.first_name, sender.last_name,
            recipient.first_name, recipient.last_name,
        )
        .join(sender, sender.id == MeetingRequest.sender_id)
        .join(recipient, recipient.id == MeetingRequest.recipient_id)
        .where(MeetingRequest.id.in_(status_by_id))
    )  # fmt: skip
    conflicts: list[Conflict] = []
    for id_, status, scheduled, *names in rows:
        reason: Reason | None = "meetings" if scheduled else "answered" if status != status_by_id[id_] else None
        if reason is not None:
            conflicts.append(Conflict(reason, "{} {} – {} {}".format(*names)))
    return conflicts


def undo_import(session: Session, run: ImportRun) -> None:
    """Restore what was before; the caller has locked the event and found no conflict."""
    undo: Mapping[str, Any] = run.undo or {}
    _delete(session, MeetingRequest, [id_ for id_, _ in undo["requests"]])
    session.execute(
        sa.update(MeetingRequest)
        .where(MeetingRequest.id.in_([id_ for id_, _ in undo["answered_requests"]]))
        .values(status=RequestStatus.PENDING, answered_at=None)
        .execution_options(synchronize_session=False)
    )
    write_people(session, [PersonRows(**person) for person in undo["changed_participants"]])
    _delete(session, Participant, undo["participants"])
    if undo["changed_places"]:
        session.execute(sa.update(Place), undo["changed_places"])
    if undo["changed_slots"]:
        values = [{**slot, "ends": datetime.fromisoformat(slot["ends"])} for slot in undo["changed_slots"]]
        session.execute(sa.update(Slot), values)
    _delete(session, Place, undo["places"])
    _delete(session, Slot, undo["slots"])
    _delete_unused(session, EventSession, undo["sessions"], Slot.session_id)
    _delete_unused(session, Organisation, undo["organisations"], Participant.organisation_id, Place.organisation_id)
    # an account without anything may go; one that was used since, or in another event, stays
    _delete_unused(
        session, User, undo["users"], Participant.user_id, Membership.user_id, UserSession.user_id, AuditEntry.user_id
    )
    renumber_slots(session, run.event_id)


def _delete(session: Session, table: type[Any], ids: list[int]) -> None:
    session.execute(sa.delete(table).where(table.id.in_(ids)).execution_options(synchronize_session=False))


def _delete_unused(session: Session, table: type[Any], ids: list[int], *references: Any) -> None:
    unused = [~sa.select(reference).where(reference == table.id).exists() for reference in references]
    session.execute(sa.delete(table).where(table.id.in_(ids), *unused).execution_options(synchronize_session=False))
