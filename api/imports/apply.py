"""Writes a plan, in bulk and in one order (event, programme, accounts by address, participants by id, requests).

What comes back is the undo record: the ids of what was added, and the earlier values of what was changed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from api.imports.plan import COLUMNS, NOT_SAID, Plan, instant, organisation_key, said_of
from api.imports.rows import PersonRows, StatementRow, load_people, renumber_slots, write_people
from api.imports.state import EventState
from api.models import EventSession, MeetingRequest, Organisation, Participant, Place, Slot, User
from matchmaker.event import Event, RequestStatus
from matchmaker.locale import LANGUAGES, SOURCE

Undo = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Ids:
    """The ids of what people refer to: organisations by key, places by name, the file's slots by start."""

    organisations: Mapping[str, int]
    places: Mapping[str, int]
    slots: Mapping[str, int]


def apply_plan(
    session: Session,
    event_id: int,
    state: EventState,
    event: Event,
    plan: Plan,
    text_languages: Mapping[str, str | None],
) -> Undo:
    """Write `plan`, which was made of `state` and `event` while the event's row was locked; the undo record."""
    undo: Undo = {}
    organisations = _add_organisations(session, event_id, state, plan, undo)
    ids = _Ids(
        organisations=organisations,
        places=_write_places(session, event_id, state, plan, organisations, undo),
        slots=_write_slots(session, event_id, state, event, plan, undo),
    )
    people = {email: person.id for email, person in state.people.items()}
    people |= _add_people(session, event_id, event, plan, ids, text_languages, undo)
    _change_people(session, plan, ids, text_languages, undo)
    _write_requests(session, event_id, plan, people, undo)
    return undo


def _add_organisations(session: Session, event_id: int, state: EventState, plan: Plan, undo: Undo) -> Mapping[str, int]:
    rows = [{"event_id": event_id, "key": key, "name": name} for key, name in sorted(plan.organisations.items())]
    added = _insert(session, insert(Organisation).returning(Organisation.key, Organisation.id), rows)
    undo["organisations"] = list(added.values())
    return {**state.organisations, **added}


def _write_places(
    session: Session, event_id: int, state: EventState, plan: Plan, organisations: Mapping[str, int], undo: Undo
) -> Mapping[str, int]:
    def owner(name: str | None) -> int | None:
        return organisations[organisation_key(name)] if name else None

    rows = [
        {
            "event_id": event_id,
            "name": place.name,
            "kind": place.kind,
            "capacity": place.capacity,
            "organisation_id": owner(place.organisation),
        }
        for place in plan.new_places
    ]
    added = _insert(session, insert(Place).returning(Place.name, Place.id), rows)
    changed = [
        {"id": id_, "kind": place.kind, "capacity": place.capacity, "organisation_id": owner(place.organisation)}
        for id_, place in sorted(plan.changed_places.items())
    ]
    undo["places"] = list(added.values())
    undo["changed_places"] = [
        {
            "id": place.id,
            "kind": place.kind.value,
            "capacity": place.capacity,
            "organisation_id": None if place.organisation is None else state.organisations[place.organisation],
        }
        for place in state.places.values()
        if place.id in plan.changed_places
    ]
    if changed:
        session.execute(sa.update(Place), changed)
    return {**{name: place.id for name, place in state.places.items()}, **added}


def _write_slots(
    session: Session, event_id: int, state: EventState, event: Event, plan: Plan, undo: Undo
) -> Mapping[str, int]:
    names = dict.fromkeys(slot.session for slot in event.slots if slot.session not in state.sessions)
    # positions are set below; until the commit, two may be the same
    blocks = [{"event_id": event_id, "name": name, "position": 0} for name in names]
    added_sessions = _insert(session, insert(EventSession).returning(EventSession.name, EventSession.id), blocks)
    sessions = {**state.sessions, **added_sessions}
    rows = [
        {
            "event_id": event_id,
            "session_id": sessions[slot.session],
            "position": 0,
            "starts": slot.starts,
            "ends": slot.ends,
        }
        for slot in plan.new_slots
    ]
    added = _insert(session, insert(Slot).returning(Slot.starts, Slot.id), rows)
    undo["sessions"], undo["slots"] = list(added_sessions.values()), list(added.values())
    undo["changed_slots"] = [
        {"id": slot.id, "ends": instant(slot.ends), "session_id": state.sessions[slot.session]}
        for slot in state.slots.values()
        if slot.id in plan.changed_slots
    ]
    if plan.changed_slots:
        values = [
            {"id": id_, "ends": slot.ends, "session_id": sessions[slot.session]}
            for id_, slot in sorted(plan.changed_slots.items())
        ]
        session.execute(sa.update(Slot), values)
    if rows or plan.changed_slots:
        renumber_slots(session, event_id)
    known = {starts: slot.id for starts, slot in state.slots.items()} | added
    return {instant(slot.starts): known[slot.starts] for slot in event.slots}


def _add_people(
    session: Session,
    event_id: int,
    event: Event,
    plan: Plan,
    ids: _Ids,
    text_languages: Mapping[str, str | None],
    undo: Undo,
) -> Mapping[str, int]:
    """The new participants by e-mail address, with an account for each who has none."""
    names = {person.email: person.name for person in event.people}
    accounts = [
        {
            "email": email,
            "name": names[email],
            "language": fields["language"] if fields["language"] in LANGUAGES else SOURCE,
        }
        for email, fields in sorted(plan.new_people.items())  # sorted: two imports wait for each other in one order
    ]
    added_users = _insert(
        session,
        insert(User).on_conflict_do_nothing(index_elements=[User.email]).returning(User.email, User.id),
        accounts,
    )
    users: dict[str, int] = dict(
        session.execute(
            sa.select(User.email, User.id).where(User.email == sa.func.any(sa.literal(list(plan.new_people), _TEXTS)))
        ).all()
    )
    rows = [
        {
            **{name: fields[name] for name in (*COLUMNS, "themes")},
            "event_id": event_id,
            "user_id": users[email],
            "organisation_id": ids.organisations[organisation_key(fields["organisation"])],
            "place_id": None if fields["place"] is None else ids.places[fields["place"]],
            "imported": dict(fields),
            "search_text": "",  # written with the offers and needs
        }
        for email, fields in plan.new_people.items()
    ]
    by_user = _insert(session, insert(Participant).returning(Participant.user_id, Participant.id), rows)
    added = {email: by_user[users[email]] for email in plan.new_people}
    undo["users"], undo["participants"] = list(added_users.values()), list(added.values())
    write_people(
        session,
        [
            PersonRows(
                id=added[email],
                offers=_statements("offers", PersonRows(id=added[email]), fields, text_languages),
                needs=_statements("needs", PersonRows(id=added[email]), fields, text_languages),
                blocked=[ids.slots[starts] for starts in fields["blocked"]],
            )
            for email, fields in plan.new_people.items()
        ],
    )
    return added


_TEXTS = sa.ARRAY(sa.Text())


def _change_people(
    session: Session, plan: Plan, ids: _Ids, text_languages: Mapping[str, str | None], undo: Undo
) -> None:
    """Take the changed fields over, and keep what they were."""
    of_file = set(ids.slots.values())
    before = load_people(session, sorted(plan.changed_people))
    after: list[PersonRows] = []
    for person in before:
        fields = plan.changed_people[person.id]
        values = {name: value for name, value in fields.items() if name in (*COLUMNS, "themes")}
        if "organisation" in fields:
            values["organisation_id"] = ids.organisations[organisation_key(fields["organisation"])]
        if "place" in fields:
            values["place_id"] = None if fields["place"] is None else ids.places[fields["place"]]
        values["imported"] = {**person.values["imported"], **fields}
        limits = {**person.values, **values}
        if limits["maximum"] is not None and limits["maximum"] < limits["minimum"]:
            # one of the two was edited here, and the other comes from the workbook
            values["minimum"] = limits["maximum"]
        blocked = None
        if "blocked" in fields:
            blocked = [slot for slot in person.blocked or () if slot not in of_file]
            blocked += [ids.slots[starts] for starts in fields["blocked"]]
        after.append(
            PersonRows(
                id=person.id,
                values=values,
                offers=_statements("offers", person, fields, text_languages),
                needs=_statements("needs", person, fields, text_languages),
                blocked=blocked,
            )
        )
    undo["changed_participants"] = [old.limited_to(new).as_json() for old, new in zip(before, after, strict=True)]
    write_people(session, after)


def _statements(
    side: Literal["offers", "needs"], person: PersonRows, fields: Mapping[str, Any], languages: Mapping[str, str | None]
) -> list[StatementRow] | None:
    """What is to stand there after the import; None: what does.

    The audience and the kind of a text that stays are those of the file only where it says otherwise than the one
    before: what was ticked here outlives a file that does not have these columns.
    """
    stored: dict[str, StatementRow] = {row.text: row for row in getattr(person, side) or ()}
    before = {**NOT_SAID, **person.values.get("imported", {})}
    after = {**before, **fields}
    rows: list[StatementRow] = []
    for text in dict.fromkeys(fields.get(side, stored)):
        said, earlier = said_of(text, side, after), said_of(text, side, before)
        if text in stored:
            rows.append(stored[text]._replace(**{name: said[name] for name in said if said[name] != earlier[name]}))
        else:
            rows.append(StatementRow(text=text, language=languages.get(text), **said))
    return None if rows == list(stored.values()) else rows


def _write_requests(session: Session, event_id: int, plan: Plan, people: Mapping[str, int], undo: Undo) -> None:
    now = datetime.now(UTC)
    rows = [
        {
            "event_id": event_id,
            "sender_id": people[request.sender],
            "recipient_id": people[request.recipient],
            "status": request.status,
            "preference": request.preference,
            "message": request.message,
            "answered_at": None if request.status is RequestStatus.PENDING else now,
        }
        for request in plan.new_requests
    ]
    # somebody may have asked in the meantime: theirs stays
    table = insert(MeetingRequest).on_conflict_do_nothing(index_elements=["sender_id", "recipient_id"])
    added = _insert(session, table.returning(MeetingRequest.id, MeetingRequest.status), rows)
    undo["requests"] = [[id_, status.value] for id_, status in added.items()]
    answered: list[list[Any]] = []
    for status in sorted(set(plan.answered_requests.values())):
        ids = sorted(id_ for id_, answer in plan.answered_requests.items() if answer is status)
        changed = session.scalars(
            sa.update(MeetingRequest)
            .where(MeetingRequest.id.in_(ids), MeetingRequest.status == RequestStatus.PENDING)
            .values(status=status, answered_at=now)
            .returning(MeetingRequest.id)
            .execution_options(synchronize_session=False)
        )
        answered += [[id_, status.value] for id_ in changed]
    undo["answered_requests"] = answered


def _insert(session: Session, statement: Any, rows: Sequence[Mapping[str, Any]]) -> dict[Any, Any]:
    """Insert `rows`; what the statement returns of each, as a mapping of the first column to the second."""
    # with nulls, for rows are otherwise sent in as many statements as there are changes between null and not
    statement = statement.execution_options(render_nulls=True)
    return dict(session.execute(statement, rows).all()) if rows else {}
