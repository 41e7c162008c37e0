"""Rows of an event -> what its members read."""

from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from api import models
from api.core.membership import Member
from api.events.schemas import Event, OrganisationBrief, OwnMembership, Place, Slot, Theme


def slot_of(slot: models.Slot, zone: ZoneInfo) -> Slot:
    """A slot (its session loaded) with times in `zone`."""
    return Slot(
        id=slot.id,
        position=slot.position,
        session=slot.session.name,
        starts=slot.starts.astimezone(zone),
        ends=slot.ends.astimezone(zone),
    )


def place_of(place: models.Place) -> Place:
    """A place (its organisation loaded)."""
    owner = place.organisation
    return Place(
        id=place.id,
        name=place.name,
        kind=place.kind,
        capacity=place.capacity,
        organisation=OrganisationBrief(id=owner.id, name=owner.name) if owner else None,
    )


async def event_of(session: AsyncSession, member: Member) -> Event:
    """The event as `member` sees it."""
    event, people, slots = member.event, models.Participant, models.Slot
    starts = sa.select(sa.func.min(slots.starts)).where(slots.event_id == event.id)
    ends = sa.select(sa.func.max(slots.ends)).where(slots.event_id == event.id)
    times = sa.select(starts.scalar_subquery(), ends.scalar_subquery(), models.Event.published_schedule_id)
    first, last, published = (await session.execute(times.where(models.Event.id == event.id))).one()
    zone = ZoneInfo(event.time_zone)
    types = sa.select(people.type).where(people.event_id == event.id, people.type != "").distinct()
    countries = sa.select(people.country).where(people.event_id == event.id).distinct()
    return Event(
        id=event.id,
        slug=event.slug,
        name=event.name,
        time_zone=event.time_zone,
        languages=event.languages,
        colour=event.colour,
        logo_url=f"/api/v1/events/{event.id}/logo" if event.logo_type else None,
        starts=first and first.astimezone(zone),
        ends=last and last.astimezone(zone),
        themes=[Theme(code=code, labels=labels) for code, labels in event.themes.items()],
        types=list(await session.scalars(types.order_by(people.type))),
        countries=list(await session.scalars(countries.order_by(people.country))),
        published_schedule_id=published,
        membership=OwnMembership(role=member.role, participant_id=member.participant_id),
    )
