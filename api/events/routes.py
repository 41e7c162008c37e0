"""Events, their logo, times and places."""

from zoneinfo import ZoneInfo

import sqlalchemy as sa
from fastapi import APIRouter, Response, UploadFile
from sqlalchemy.orm import joinedload

from api import models
from api.core.audit import record_action
from api.core.errors import Forbidden, Invalid, NotFound, NotSignedIn, documented
from api.core.membership import Member
from api.core.pagination import page_of
from api.events.schemas import Event, EventPatch, Events, OrganisationBrief, Place, Slot
from api.events.service import event_details, event_of, load_event, place_of, slot_of
from api.web.dependencies import Paginated, Transaction
from api.web.permissions import EventMember, EventOrganiser, SignedIn
from api.web.uploads import LOGO_BYTES, UploadRoute

# A browser must be told the true type and no other: the first bytes decide, not the name.
LOGO_TYPES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
SVG = "image/svg+xml"

router = APIRouter(prefix="/events", tags=["events"], responses=documented(NotSignedIn), route_class=UploadRoute)


@router.get("")
async def list_events(user: SignedIn, session: Transaction, page: Paginated) -> Events:
    """The events in which I take part, the newest first."""
    mine = (
        sa.select(models.Event, models.Membership.role, models.Participant.id, *event_details())
        .outerjoin(
            models.Membership,
            sa.and_(models.Membership.event_id == models.Event.id, models.Membership.user_id == user.id),
        )
        .outerjoin(
            models.Participant,
            sa.and_(models.Participant.event_id == models.Event.id, models.Participant.user_id == user.id),
        )
        .where(sa.or_(models.Membership.role.is_not(None), models.Participant.id.is_not(None)))
    )
    rows, total = await page_of(session, mine.order_by(models.Event.id.desc()), page)
    items = [event_of(Member(user=user, event=row[0], role=row[1], participant_id=row[2]), row) for row in rows]
    return Events(items=items, total=total, limit=page.limit, offset=page.offset)


@router.get("/{event_id}", responses=documented(NotFound))
async def read_event(member: EventMember, session: Transaction) -> Event:
    """One event."""
    return await load_event(session, member)


@router.patch("/{event_id}", responses=documented(Forbidden, NotFound))
async def update_event(patch: EventPatch, member: EventOrganiser, session: Transaction) -> Event:
    """Change the name, the colour or the languages of an event."""
    for field, value in patch.model_dump(exclude_none=True).items():
        setattr(member.event, field, value)
    record_action(session, member, "event changed")
    return await load_event(session, member)


@router.put("/{event_id}/logo", responses=documented(Forbidden, NotFound, Invalid), max_body_size=LOGO_BYTES + 4096)
async def put_logo(file: UploadFile, member: EventOrganiser, session: Transaction) -> Event:
    """Give an event its logo: PNG, JPEG or SVG, of at most 512 kB."""
    data = await file.read()
    member.event.logo, member.event.logo_type = data, _logo_type(data)
    record_action(session, member, "logo changed")
    return await load_event(session, member)


@router.get(
    "/{event_id}/logo",
    response_class=Response,
    responses={200: {"content": {"image/*": {}}, "description": "The logo"}, **documented(NotFound)},
)
async def read_logo(member: EventMember, session: Transaction) -> Response:
    """The logo of an event."""
    logo = await session.scalar(sa.select(models.Event.logo).where(models.Event.id == member.event.id))
    if logo is None or member.event.logo_type is None:
        raise NotFound("This event has no logo.")
    # an SVG may hold scripts: opened by itself it must not run any
    headers = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox"}
    return Response(logo, media_type=member.event.logo_type, headers=headers)


@router.get("/{event_id}/slots", responses=documented(NotFound))
async def list_slots(member: EventMember, session: Transaction) -> list[Slot]:
    """All slots of an event, in order of time."""
    slots = await session.scalars(
        sa.select(models.Slot)
        .where(models.Slot.event_id == member.event.id)
        .options(joinedload(models.Slot.session))
        .order_by(models.Slot.position)
    )
    return [slot_of(slot, ZoneInfo(member.event.time_zone)) for slot in slots]


@router.get("/{event_id}/places", responses=documented(NotFound))
async def list_places(member: EventMember, session: Transaction) -> list[Place]:
    """All places of an event."""
    places = await session.scalars(
        sa.select(models.Place)
        .where(models.Place.event_id == member.event.id)
        .options(joinedload(models.Place.organisation))
        .order_by(models.Place.id)
    )
    return [place_of(place) for place in places]


@router.get("/{event_id}/organisations", responses=documented(NotFound))
async def list_organisations(member: EventMember, session: Transaction) -> list[OrganisationBrief]:
    """The organisations from which people take part, by name."""
    organisation, people = models.Organisation, models.Participant
    rows = await session.scalars(
        sa.select(organisation)
        .where(
            organisation.event_id == member.event.id,
            sa.exists().where(people.organisation_id == organisation.id),
        )
        .order_by(organisation.key, organisation.id)
    )
    return [OrganisationBrief.model_validate(row) for row in rows]


def _logo_type(data: bytes) -> str:
    for start, media_type in LOGO_TYPES.items():
        if data.startswith(start):
            return media_type
    if b"<svg" in data[:1024] and data.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
        return SVG
    expected = "expected a PNG, JPEG or SVG image of at most 512 kB"
    raise Invalid("This is not a logo.", errors=[{"loc": ["body", "file"], "message": expected}])
