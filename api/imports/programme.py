"""The times and places of a workbook become those of an event."""

import itertools
from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Session

from api.imports.changes import Changes, OverlapError, assign
from api.imports.organisations import key_of
from api.models import EventSession, Organisation, Place, Slot
from matchmaker.event import EventPlace, TimeSlot


def store_slots(session: Session, event_id: int, wanted: tuple[TimeSlot, ...], changes: Changes) -> tuple[Slot, ...]:
    """The rows of the workbook's slots, in its order. A slot is known by its start."""
    sessions = {s.name: s for s in session.scalars(sa.select(EventSession).where(EventSession.event_id == event_id))}
    known = {s.starts: s for s in session.scalars(sa.select(Slot).where(Slot.event_id == event_id))}
    for slot in wanted:
        if slot.session not in sessions:
            sessions[slot.session] = EventSession(event_id=event_id, name=slot.session, position=len(sessions))
            session.add(sessions[slot.session])
    session.flush()
    rows = []
    for slot in wanted:
        block = sessions[slot.session]
        if found := known.get(slot.starts):
            changes.keep(updated=assign(found, ends=slot.ends, session_id=block.id))
        else:
            found = Slot(event_id=event_id, session_id=block.id, position=0, starts=slot.starts, ends=slot.ends)
            session.add(found)
            changes.add()
            known[slot.starts] = found
        rows.append(found)
    in_time = [known[starts] for starts in sorted(known)]
    clash = {id(s) for a, b in itertools.pairwise(in_time) if b.starts < a.ends for s in (a, b)}
    if clash:
        raise OverlapError(tuple(i for i, row in enumerate(rows) if id(row) in clash))
    for position, row in enumerate(in_time):
        assign(row, position=position)
    first: dict[int, int] = {}
    for row in in_time:
        first.setdefault(row.session_id, len(first))
    for block in sessions.values():
        assign(block, position=first.get(block.id, len(first)))
    session.flush()
    return tuple(rows)


def store_places(
    session: Session,
    event_id: int,
    wanted: tuple[EventPlace, ...],
    organisations: Mapping[str, Organisation],
    changes: Changes,
) -> dict[str, Place]:
    known = {p.name: p for p in session.scalars(sa.select(Place).where(Place.event_id == event_id))}
    for place in wanted:
        owner = organisations[key_of(place.organisation)].id if place.organisation else None
        values = {"kind": place.kind, "capacity": place.capacity, "organisation_id": owner}
        if place.name in known:
            changes.keep(updated=assign(known[place.name], **values))
        else:
            known[place.name] = Place(event_id=event_id, name=place.name, **values)
            session.add(known[place.name])
            changes.add()
    session.flush()
    return known
