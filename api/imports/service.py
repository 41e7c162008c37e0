"""An event from a workbook becomes rows; a later workbook changes them.

The registration tool exports again every week, while people edit their profiles here. So what was imported last is
kept beside each participant: only what a workbook says otherwise than the one before is taken over, and an edit stays.
Nothing is ever deleted by an import, and what a file tells of nobody (one CSV of participants knows no
slots) is left alone.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from api.imports.changes import Changes, OverlapError
from api.imports.organisations import key_of, store_organisations
from api.imports.people import EventRows, store_people
from api.imports.programme import store_places, store_slots
from api.models import Event, MeetingRequest, Membership, Participant, TeamRole
from matchmaker import event as domain

__all__ = ["Changes", "OverlapError", "key_of", "store_event", "update_event"]


def store_event(session: Session, event: domain.Event, owner_id: int) -> Event:
    """A new event, owned by a user. Its row, flushed; the caller commits."""
    row = Event(
        slug=_free_slug(session, event.name),
        name=event.name,
        time_zone=event.time_zone,
        languages=list(event.languages),
        colour=event.colour,
        themes={},
    )
    session.add(row)
    session.flush()
    session.add(Membership(event_id=row.id, user_id=owner_id, role=TeamRole.OWNER))
    update_event(session, row, event)
    return row


def update_event(session: Session, row: Event, event: domain.Event) -> Changes:
    """Take a workbook over into an event that stands; one such update at a time. Name, colour and zone stay.

    Raises `OverlapError` when a new slot overlaps one that the event has.
    """
    session.execute(sa.select(Event.id).where(Event.id == row.id).with_for_update())
    changes = Changes()
    row.themes = row.themes | {code: dict(labels) for code, labels in event.themes.items()}
    slots = store_slots(session, row.id, event.slots, changes)
    organisations = store_organisations(session, row.id, event)
    places = store_places(session, row.id, event.places, organisations, changes)
    people = store_people(session, row.id, event, EventRows(organisations, places, slots), changes)
    _requests(session, row.id, event.requests, people, changes)
    session.flush()
    return changes


def _free_slug(session: Session, name: str) -> str:
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", ascii_name).strip("-")[:60] or "event"
    taken = set(session.scalars(sa.select(Event.slug).where(Event.slug.like(f"{slug}%"))))
    return next(s for s in (slug, *(f"{slug}-{n}" for n in range(2, len(taken) + 3))) if s not in taken)


def _requests(
    session: Session,
    event_id: int,
    wanted: tuple[domain.Request, ...],
    people: Mapping[str, Participant],
    changes: Changes,
) -> None:
    """New requests, and answers to those that wait here; what was answered here stays."""
    known = {
        (r.sender_id, r.recipient_id): r
        for r in session.scalars(sa.select(MeetingRequest).where(MeetingRequest.event_id == event_id))
    }
    now = datetime.now(UTC)  # not the database's: rows that hold an expression are inserted one by one
    for request in wanted:
        pair = people[request.sender].id, people[request.recipient].id
        answered = None if request.status is domain.RequestStatus.PENDING else now
        if row := known.get(pair):
            answers = row.status is domain.RequestStatus.PENDING and request.status is not domain.RequestStatus.PENDING
            changes.keep(updated=answers)
            if answers:
                row.status, row.answered_at = request.status, answered
        else:
            session.add(
                MeetingRequest(
                    event_id=event_id,
                    sender_id=pair[0],
                    recipient_id=pair[1],
                    status=request.status,
                    preference=request.preference,
                    message=request.message,
                    answered_at=answered,
                )
            )
            changes.add()
