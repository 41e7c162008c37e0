"""Fifty clients at once: no 5xx, nothing lost, nothing twice."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import sqlalchemy as sa
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from api.app import create_app
from api.core.membership import token_hash_of
from api.imports.service import store_event
from api.models import (
    Event,
    Meeting,
    MeetingAttendee,
    MeetingRequest,
    Offer,
    Participant,
    Place,
    Schedule,
    ScheduleState,
    Slot,
    User,
    UserSession,
)
from api.settings import Settings
from api.web.permissions import COOKIE
from matchmaker import event as domain
from matchmaker.documents import workbook_of
from matchmaker.sample import biowin_day
from tests.api.conftest import ORIGIN

ORGANISER = "organiser@example.org"
GUESTS = 40
Client = Callable[[str, str, str], Awaitable[httpx.Response]]


def sign_in_everybody(db: Session) -> None:
    expires = datetime.now(UTC) + timedelta(hours=1)
    for user in db.scalars(sa.select(User)):
        db.add(UserSession(user_id=user.id, token_hash=token_hash_of(user.email), expires_at=expires))


def an_event(db: Session) -> tuple[domain.Event, int]:
    """An event of 40 guests, all signed in, in which nobody has asked anybody."""
    event = replace(biowin_day(people=GUESTS), requests=())
    owner = User(email=ORGANISER)
    db.add(owner)
    db.flush()
    row = store_event(db, event, owner.id)
    db.execute(sa.update(Event).values(matching={"may_not_meet": []}))
    sign_in_everybody(db)
    db.commit()
    return event, row.id


def pairs_of(db: Session, event_id: int) -> list[tuple[Participant, Participant]]:
    """Disjoint pairs of people of two organisations."""
    people = list(db.scalars(sa.select(Participant).where(Participant.event_id == event_id).order_by(Participant.id)))
    pairs = []
    while people:
        one = people.pop()
        other = next((p for p in people if p.organisation_id != one.organisation_id), None)
        if other is not None:
            people.remove(other)
            pairs.append((one, other))
    return pairs


def a_draft(db: Session, event_id: int, version: int, request: MeetingRequest) -> int:
    """A draft with the meeting of one accepted request, in the first slot."""
    slot = db.scalars(sa.select(Slot).where(Slot.event_id == event_id).order_by(Slot.position)).first()
    place = db.scalars(sa.select(Place).where(Place.event_id == event_id, Place.kind == "table")).first()
    assert slot is not None
    assert place is not None
    attendees = [MeetingAttendee(participant_id=i) for i in (request.sender_id, request.recipient_id)]
    meeting = Meeting(request_id=request.id, slot_id=slot.id, place_id=place.id, attendees=attendees)
    row = Schedule(
        event_id=event_id,
        version=version,
        state=ScheduleState.DRAFT,
        options={"time_limit": 5, "goals": ["coverage"]},
        progress={"stage": "draft", "seconds": 1, "meetings": 1, "goals": []},
        goals=[],
        measures={},
        meetings=[meeting],
    )
    db.add(row)
    db.flush()
    return row.id


def test_fifty_clients_edit_ask_accept_import_and_publish_at_once(
    client: TestClient, settings: Settings, db: Session
) -> None:
    event, event_id = an_event(db)
    emails = dict(db.execute(sa.select(Participant.id, User.email).join(Participant.user)).all())
    pairs = pairs_of(db, event_id)
    assert len(pairs) >= 16
    mutual, waiting, planned = pairs[:6], pairs[6:12], pairs[12:15]

    def request(sender: Participant, recipient: Participant, **fields: Any) -> MeetingRequest:
        row = MeetingRequest(event_id=event_id, sender_id=sender.id, recipient_id=recipient.id, **fields)
        db.add(row)
        db.flush()
        return row

    pending = [request(*pair) for pair in waiting]
    accepted = [request(*pair, status="accepted", answered_at=sa.func.now()) for pair in planned]
    # nobody in these pairs has marked the first slot as busy
    db.execute(sa.text("DELETE FROM blocked_slots"))
    drafts = [a_draft(db, event_id, version, row) for version, row in enumerate(accepted, start=1)]
    db.commit()
    newcomer = replace(event.people[0], email="newcomer@example.org", first_name="New", last_name="Comer")
    workbook = workbook_of(replace(event, people=(*event.people, newcomer)), "en")

    base = f"/api/v1/events/{event_id}"
    answers: list[httpx.Response] = []
    offers: dict[int, str] = {}

    async def work(app: Any) -> None:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url=ORIGIN, timeout=60) as browser:

            async def call(email: str, method: str, path: str, **body: Any) -> httpx.Response:
                answer = await browser.request(method, path, headers={"Cookie": f"{COOKIE}={email}"}, **body)
                answers.append(answer)
                return answer

            async def edit(participant_id: int) -> None:
                path = f"{base}/participants/{participant_id}"
                for turn in range(2):
                    text = f"Offer {turn} of {participant_id}"
                    saved = await call(emails[participant_id], "PUT", f"{path}/offers", json=[{"text": text}])
                    if saved.status_code == 200:
                        offers[participant_id] = text
                await call(emails[participant_id], "PATCH", path, json={"job_title": "Edited"})

            async def ask(sender: Participant, recipient: Participant) -> None:
                await call(emails[sender.id], "POST", f"{base}/requests", json={"recipient_id": recipient.id})

            async def accept(row: MeetingRequest) -> None:
                await call(emails[row.recipient_id], "POST", f"/api/v1/requests/{row.id}/accept")

            async def import_workbook() -> None:
                await call(ORGANISER, "POST", f"{base}/imports", files={"file": ("event.xlsx", workbook)})

            async def publish(schedule_id: int) -> None:
                await call(ORGANISER, "POST", f"/api/v1/schedules/{schedule_id}/publish")

            async def withdraw(row: MeetingRequest) -> None:
                await call(emails[row.sender_id], "POST", f"/api/v1/requests/{row.id}/withdraw")

            await asyncio.gather(
                *(edit(person.id) for pair in [*mutual, *waiting] for person in pair),
                *(ask(one, other) for one, other in mutual),
                *(ask(other, one) for one, other in mutual),
                *(accept(row) for row in pending),
                *(import_workbook() for _ in range(3)),
                *(publish(schedule_id) for schedule_id in drafts),
                *(withdraw(row) for row in accepted[:2]),
            )

    patient = create_app(settings.model_copy(update={"lock_timeout": 30}))
    with TestClient(patient, base_url=ORIGIN) as server:
        assert server.portal is not None
        server.portal.call(work, patient)

    db.expire_all()
    refused = {(a.status_code, a.json().get("code")) for a in answers if a.status_code >= 400}
    assert not [a for a in answers if a.status_code >= 500], refused
    assert {code for _, code in refused} <= {"already-requested", "conflict", "in-use", "schedule-outdated"}, refused
    # nothing lost
    assert offers
    for participant_id, text in offers.items():
        assert db.scalars(sa.select(Offer.text).where(Offer.participant_id == participant_id)).all() == [text]
    assert {row.status for row in pending} == {"accepted"}
    # nothing twice
    people = sa.select(sa.func.count()).where(Participant.event_id == event_id)
    imported = [a for a in answers if a.request.url.path.endswith("/imports") and a.status_code == 200]
    assert imported
    assert db.scalar(people) == GUESTS + 1
    for one, other in mutual:
        ids = (one.id, other.id)
        between = sa.select(MeetingRequest.id).where(
            MeetingRequest.sender_id.in_(ids), MeetingRequest.recipient_id.in_(ids)
        )
        assert len(db.scalars(between).all()) == 1
    published = db.scalars(sa.select(Schedule).where(Schedule.state == ScheduleState.PUBLISHED)).all()
    assert len(published) == 1
    # and no meeting is published of a request that was withdrawn in the same moment
    withdrawn = (
        sa.select(Meeting.id)
        .join(MeetingRequest, MeetingRequest.id == Meeting.request_id)
        .where(Meeting.schedule_id.in_([row.id for row in published]), MeetingRequest.status == "withdrawn")
    )
    assert db.scalars(withdrawn).all() == []
