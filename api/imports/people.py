"""The people of a workbook become participants of an event."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, selectinload, undefer

from api.imports.changes import Changes
from api.imports.organisations import key_of
from api.models import BlockedSlot, Need, Offer, Organisation, Participant, Place, Slot, User
from api.participants.statements import rewrite
from matchmaker.event import Event, Profile
from matchmaker.locale import LANGUAGES, SOURCE
from matchmaker.matching.language import detect

PLAIN = ("first_name", "last_name", "country", "language", "type", "job_title", "remote", "minimum", "maximum")


@dataclass(frozen=True)
class EventRows:
    """What the rows of people refer to: organisations by key, places by name, slots in the workbook's order."""

    organisations: Mapping[str, Organisation]
    places: Mapping[str, Place]
    slots: tuple[Slot, ...]


def store_people(
    session: Session, event_id: int, event: Event, known: EventRows, changes: Changes
) -> dict[str, Participant]:
    """The participants of the event by e-mail address."""
    users = _users(session, event.people)
    rows = {
        p.user_id: p
        for p in session.scalars(
            sa.select(Participant)
            .where(Participant.event_id == event_id)
            .options(
                selectinload(Participant.offers),
                selectinload(Participant.needs),
                selectinload(Participant.blocked),
                undefer(Participant.imported),
            )
        )
    }
    said_of = {person.email: _said(person, known.slots) for person in event.people}
    told = {field for said in said_of.values() for field, value in said.items() if value != NOTHING.get(field)}
    language = _languages(event.people)
    by_email = {}
    for email, said in said_of.items():
        row = rows.get(users[email])
        if row is None:
            row = Participant(
                event_id=event_id, user_id=users[email], imported={}, themes=[], offers=[], needs=[], blocked=[]
            )
            session.add(row)
            changes.add()
            _take_over(row, said, known, language)
            row.imported = said
        else:
            news = {field: said[field] for field in told if row.imported.get(field) != said[field]}
            changes.keep(updated=bool(news))
            _take_over(row, news, known, language)
            row.imported = row.imported | news
        by_email[email] = row
    session.flush()
    return by_email


def _users(session: Session, people: Iterable[Profile]) -> dict[str, int]:
    """The accounts of `people` by e-mail address; those without one get one."""
    accounts = [
        {
            "email": person.email.lower(),
            "name": person.name,
            "language": person.language if person.language in LANGUAGES else SOURCE,
        }
        for person in people
    ]
    if accounts:
        session.execute(insert(User).on_conflict_do_nothing(index_elements=[User.email]), accounts)
    emails = [account["email"] for account in accounts]
    ids: dict[str, int] = dict(session.execute(sa.select(User.email, User.id).where(User.email.in_(emails))).all())
    return {person.email: ids[person.email.lower()] for person in people}


def _languages(people: Iterable[Profile]) -> dict[str, str | None]:
    texts = list({text for person in people for text in (*person.offers, *person.needs)})
    return dict(zip(texts, detect(texts), strict=True))


def _said(person: Profile, slots: tuple[Slot, ...]) -> dict[str, Any]:
    """What a workbook says of somebody, as JSON."""
    free = range(len(slots)) if person.available is None else person.available
    return {
        **{field: getattr(person, field) for field in (*PLAIN, "organisation", "place")},
        **{field: list(getattr(person, field)) for field in ("themes", "offers", "needs")},
        "blocked": [_instant(slot) for i, slot in enumerate(slots) if i not in free],
    }


# what a file says of somebody when it says nothing: where it says so of everybody, it does not hold the column at all
NOTHING = _said(Profile(email="", first_name="", last_name="", organisation="", country=""), ())


def _take_over(row: Participant, news: Mapping[str, Any], known: EventRows, language: Mapping[str, str | None]) -> None:
    for field, value in news.items():
        if field == "organisation":
            row.organisation_id = known.organisations[key_of(value)].id
        elif field == "place":
            row.place_id = known.places[value].id if value is not None else None
        elif field == "offers":
            rewrite(row.offers, value, lambda text: Offer(text=text, language=language[text]))
        elif field == "needs":
            rewrite(row.needs, value, lambda text: Need(text=text, language=language[text]))
        elif field == "blocked":
            _block(row, set(value), known.slots)
        else:
            setattr(row, field, value)
    if row.maximum is not None and row.maximum < row.minimum:
        row.minimum = row.maximum  # one of the two was edited here, and the other comes from the workbook


def _block(row: Participant, starts: set[str], slots: tuple[Slot, ...]) -> None:
    """Block the slots that start at `starts` and free the workbook's others."""
    of_workbook = {slot.id: _instant(slot) in starts for slot in slots}
    row.blocked[:] = [b for b in row.blocked if of_workbook.pop(b.slot_id, True)]
    row.blocked += [BlockedSlot(slot_id=slot_id) for slot_id, blocked in of_workbook.items() if blocked]


def _instant(slot: Slot) -> str:
    return slot.starts.astimezone(UTC).isoformat()
