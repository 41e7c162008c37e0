"""What an event holds before an import: as little of it as the comparison with a workbook needs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from api.models import (
    EventSession,
    Meeting,
    MeetingRequest,
    Organisation,
    Participant,
    Place,
    Schedule,
    ScheduleState,
    Slot,
    User,
)
from matchmaker.event import PlaceKind, RequestStatus


@dataclass(frozen=True, slots=True)
class SlotState:
    """A slot of the event."""

    id: int
    session: str
    ends: datetime


@dataclass(frozen=True, slots=True)
class PlaceState:
    """A place of the event; `organisation` is the key of its owner."""

    id: int
    kind: PlaceKind
    capacity: int
    organisation: str | None


@dataclass(frozen=True, slots=True)
class PersonState:
    """A participant; `imported` is what the last workbook said of them."""

    id: int
    name: str
    imported: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RequestState:
    """A request between two participants."""

    id: int
    status: RequestStatus


@dataclass(frozen=True, slots=True)
class EventState:
    """Row ids by what a workbook names them with: start, name, key of an organisation, e-mail address."""

    sessions: Mapping[str, int]
    slots: Mapping[datetime, SlotState]
    organisations: Mapping[str, int]
    places: Mapping[str, PlaceState]
    people: Mapping[str, PersonState]
    requests: Mapping[tuple[str, str], RequestState]
    scheduled_requests: frozenset[int]


def load_state(session: Session, event_id: int) -> EventState:
    """The state of an event, by eight queries that lock nothing."""

    def rows(*columns: Any, model: Any) -> sa.Select[Any]:
        return sa.select(*columns).where(model.event_id == event_id)

    sessions: dict[str, int] = {
        name: id_ for id_, name in session.execute(rows(EventSession.id, EventSession.name, model=EventSession))
    }
    slots = rows(Slot.id, Slot.starts, Slot.ends, EventSession.name, model=Slot).join(Slot.session)
    places = rows(Place.id, Place.name, Place.kind, Place.capacity, Organisation.key, model=Place)
    people = rows(
        Participant.id, User.email, Participant.first_name, Participant.last_name, Participant.imported,
        model=Participant,
    ).join(Participant.user)  # fmt: skip
    people_by_email = {
        email: PersonState(id_, f"{first} {last}", imported)
        for id_, email, first, last, imported in session.execute(people.order_by(Participant.id))
    }
    emails = {person.id: email for email, person in people_by_email.items()}
    requests = rows(
        MeetingRequest.id, MeetingRequest.sender_id, MeetingRequest.recipient_id, MeetingRequest.status,
        model=MeetingRequest,
    )  # fmt: skip
    return EventState(
        sessions=sessions,
        slots={starts: SlotState(id_, name, ends) for id_, starts, ends, name in session.execute(slots)},
        organisations={
            key: id_ for id_, key in session.execute(rows(Organisation.id, Organisation.key, model=Organisation))
        },
        places={
            name: PlaceState(id_, kind, capacity, key)
            for id_, name, kind, capacity, key in session.execute(places.outerjoin(Place.organisation))
        },
        people=people_by_email,
        requests={
            (emails[sender], emails[recipient]): RequestState(id_, status)
            for id_, sender, recipient, status in session.execute(requests)
        },
        scheduled_requests=frozenset(
            session.scalars(
                sa.select(Meeting.request_id)
                .join(Schedule, Schedule.id == Meeting.schedule_id)
                .where(
                    Schedule.event_id == event_id,
                    Schedule.state == ScheduleState.PUBLISHED,
                    Meeting.request_id.is_not(None),
                )
            )
        ),
    )
