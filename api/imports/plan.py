"""A workbook compared with an event: what an import would add and change, without writing anything.

The registration tool exports again every week, while people edit their profiles here. So what was imported last is
kept beside each participant: only what a workbook says otherwise than the one before is taken over, and an edit stays.
Nothing is ever deleted by an import, and what a file tells of nobody (one CSV of participants knows no slots) is left
alone.
"""

import itertools
from collections import Counter
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from api.imports.changes import Changes, OverlapError, SheetChanges
from api.imports.state import EventState
from matchmaker.event import Event, EventPlace, Profile, Request, RequestStatus, TimeSlot
from matchmaker.text import fold

SIDES = ("offers", "needs")
COLUMNS = ("first_name", "last_name", "country", "language", "type", "job_title", "remote", "minimum", "maximum")


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import writes. People and their fields are by e-mail address (new) or participant id (known)."""

    new_slots: tuple[TimeSlot, ...]
    changed_slots: Mapping[int, TimeSlot]
    organisations: Mapping[str, str]  # the names of the new ones, by key
    new_places: tuple[EventPlace, ...]
    changed_places: Mapping[int, EventPlace]
    new_people: Mapping[str, Mapping[str, Any]]
    changed_people: Mapping[int, Mapping[str, Any]]
    new_requests: tuple[Request, ...]
    answered_requests: Mapping[int, RequestStatus]
    changes: Changes = field(default_factory=Changes)
    missing_people: tuple[str, ...] = ()  # the names of participants of the event whom the file does not have
    kept_answers: tuple[tuple[str, str], ...] = ()  # whose requests were answered here otherwise than the file says


def organisation_key(name: str) -> str:
    """Names that differ in case, accents or punctuation only are of one organisation."""
    return fold(name) or name


def plan_import(state: EventState, event: Event) -> Plan:
    """What importing `event` would write. Raises `OverlapError` where a slot overlaps one that the event has."""
    changes = Changes()
    new_slots, changed_slots = _slots(state, event.slots, changes.slots)
    new_places, changed_places = _places(state, event.places, changes.places)
    new_people, changed_people = _people(state, event, changes)
    new_requests, answered, kept_answers = _requests(state, event, changes.requests)
    names = [person.organisation for person in event.people]
    names += [place.organisation for place in event.places if place.organisation]
    organisations: dict[str, str] = {}
    for name in names:
        if (key := organisation_key(name)) not in state.organisations:
            organisations.setdefault(key, name)
    in_file = {person.email for person in event.people}
    return Plan(
        new_slots=new_slots,
        changed_slots=changed_slots,
        organisations=organisations,
        new_places=new_places,
        changed_places=changed_places,
        new_people=new_people,
        changed_people=changed_people,
        new_requests=new_requests,
        answered_requests=answered,
        changes=changes,
        missing_people=tuple(person.name for email, person in state.people.items() if email not in in_file),
        kept_answers=kept_answers,
    )


def _slots(
    state: EventState, slots: tuple[TimeSlot, ...], changes: SheetChanges
) -> tuple[tuple[TimeSlot, ...], dict[int, TimeSlot]]:
    """The new slots, and those whose end or session is another; a slot is known by its start."""
    new: list[TimeSlot] = []
    changed: dict[int, TimeSlot] = {}
    ends = {starts: slot.ends for starts, slot in state.slots.items()}
    for slot in slots:
        ends[slot.starts] = slot.ends
        if (known := state.slots.get(slot.starts)) is None:
            new.append(slot)
            changes.added += 1
            continue
        updated = (known.ends, known.session) != (slot.ends, slot.session)
        changes.keep(updated=updated)
        if updated:
            changed[known.id] = slot
    clash = {start for a, b in itertools.pairwise(sorted(ends)) if b < ends[a] for start in (a, b)}
    if clash:
        raise OverlapError(tuple(i for i, slot in enumerate(slots) if slot.starts in clash))
    return tuple(new), changed


def _places(
    state: EventState, places: tuple[EventPlace, ...], changes: SheetChanges
) -> tuple[tuple[EventPlace, ...], dict[int, EventPlace]]:
    new: list[EventPlace] = []
    changed: dict[int, EventPlace] = {}
    for place in places:
        if (known := state.places.get(place.name)) is None:
            new.append(place)
            changes.added += 1
            continue
        owner = organisation_key(place.organisation) if place.organisation else None
        updated = (known.kind, known.capacity, known.organisation) != (place.kind, place.capacity, owner)
        changes.keep(updated=updated)
        if updated:
            changed[known.id] = place
    return tuple(new), changed


def _people(
    state: EventState, event: Event, changes: Changes
) -> tuple[dict[str, Mapping[str, Any]], dict[int, Mapping[str, Any]]]:
    """The fields of new people, and the changed fields of known ones."""
    fields_by_email = {person.email: imported_fields(person, event.slots) for person in event.people}
    present = {
        name for fields in fields_by_email.values() for name, value in fields.items() if value != _ABSENT.get(name)
    }
    new: dict[str, Mapping[str, Any]] = {}
    changed: dict[int, Mapping[str, Any]] = {}
    for email, fields in fields_by_email.items():
        known = state.people.get(email)
        before: Mapping[str, Any] = NOT_SAID if known is None else {**NOT_SAID, **known.imported}
        _count_statements(before, fields, present, changes.offers_and_needs)
        if known is None:
            new[email] = fields
            changes.participants.added += 1
            continue
        otherwise = {name: fields[name] for name in present if before.get(name) != fields[name]}
        changes.participants.keep(updated=bool(otherwise.keys() - {*SIDES, *NOT_SAID}))
        if otherwise:
            changed[known.id] = otherwise
    return new, changed


def _count_statements(
    before: Mapping[str, Any], fields: Mapping[str, Any], present: Set[str], changes: SheetChanges
) -> None:
    after = {**before, **{name: fields[name] for name in present}}
    for side in set(SIDES).intersection(present):
        earlier, now = Counter(before.get(side, ())), Counter(fields[side])
        kept = now & earlier
        updated = sum(n for text, n in kept.items() if said_of(text, side, before) != said_of(text, side, after))
        changes.added += (now - earlier).total()
        changes.updated += updated
        changes.unchanged += kept.total() - updated
        changes.removed += (earlier - now).total()


def _requests(
    state: EventState, event: Event, changes: SheetChanges
) -> tuple[tuple[Request, ...], dict[int, RequestStatus], tuple[tuple[str, str], ...]]:
    """The new requests, the answers to those that wait here, and whose answers given here stay."""
    names = {person.email: person.name for person in event.people}
    new: list[Request] = []
    answered: dict[int, RequestStatus] = {}
    kept: list[tuple[str, str]] = []
    for request in event.requests:
        if (known := state.requests.get((request.sender, request.recipient))) is None:
            new.append(request)
            changes.added += 1
            continue
        answers = known.status is RequestStatus.PENDING and request.status is not RequestStatus.PENDING
        if request.status is not RequestStatus.ACCEPTED and known.id in state.scheduled_requests:
            answers = False  # the meeting is published: whoever cancels it says so, and a file does not
        changes.keep(updated=answers)
        if answers:
            answered[known.id] = request.status
        elif request.status not in (known.status, RequestStatus.PENDING):
            kept.append((names[request.sender], names[request.recipient]))
    return tuple(new), answered, tuple(kept)


def imported_fields(person: Profile, slots: tuple[TimeSlot, ...]) -> dict[str, Any]:
    """What a workbook says of somebody, as JSON; blocked slots by their start.

    `audience` and `kind` are by side and text, of the offers and needs of which the workbook says it.
    """
    statements = {side: getattr(person, side) for side in SIDES}
    free = range(len(slots)) if person.available is None else person.available
    return {
        **{name: getattr(person, name) for name in (*COLUMNS, "organisation", "place")},
        "themes": list(person.themes),
        **{side: [each.text for each in statements[side]] for side in SIDES},
        "audience": {side: {s.text: sorted(s.audience) for s in statements[side] if s.audience} for side in SIDES},
        "kind": {side: {s.text: s.kind.value for s in statements[side] if s.kind} for side in SIDES},
        "blocked": [instant(slot.starts) for i, slot in enumerate(slots) if i not in free],
    }


def said_of(text: str, side: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The audience and the kind that `imported_fields` hold of an offer or a need."""
    return {"audience": fields["audience"][side].get(text, []), "kind": fields["kind"][side].get(text)}


# What a file says of somebody when it says nothing: where it says so of everybody, it does not have the column at all.
_ABSENT = imported_fields(Profile(email="", first_name="", last_name="", organisation="", country=""), ())
NOT_SAID = {name: _ABSENT[name] for name in ("audience", "kind")}
"""What of offers and needs nothing is kept of where the last workbook was imported before 0014."""


def instant(moment: datetime) -> str:
    """A moment as `Participant.imported` keeps it."""
    return moment.astimezone(UTC).isoformat()
