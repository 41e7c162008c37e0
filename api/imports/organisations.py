"""The organisations of a workbook, each once."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from api.models import Organisation
from matchmaker.event import Event
from matchmaker.text import fold


def store_organisations(session: Session, event_id: int, event: Event) -> dict[str, Organisation]:
    """Organisations by key; names that differ in case, accents or punctuation only are one."""
    known = {
        key_of(o.name): o for o in session.scalars(sa.select(Organisation).where(Organisation.event_id == event_id))
    }
    names = [person.organisation for person in event.people]
    names += [place.organisation for place in event.places if place.organisation]
    for name in names:
        if (key := key_of(name)) not in known:
            known[key] = Organisation(event_id=event_id, name=name, key=key)
            session.add(known[key])
    session.flush()
    return known


def key_of(name: str) -> str:
    return fold(name) or name
