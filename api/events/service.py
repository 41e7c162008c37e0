"""Rows of an event -> what its members read."""

from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
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


def event_details() -> tuple[sa.ColumnElement[Any], ...]:
    """The columns of a query of events that `event_of` reads, besides those of the event itself."""
    event, people, slots = models.Event, models.Participant, models.Slot
    of_event = slots.event_id == event.id
    texts = postgresql.ARRAY(sa.Text)
    types = sa.select(people.type).where(people.event_id == event.id, people.type != "").distinct()
    countries = sa.select(people.country).where(people.event_id == event.id).distinct()
    return (
        sa.select(sa.func.min(slots.starts)).where(of_event).correlate(event).scalar_subquery().label("starts"),
        sa.select(sa.func.max(slots.ends)).where(of_event).correlate(event).scalar_subquery().label("ends"),
        sa.func.array(types.order_by(people.type).correlate(event).scalar_subquery(), type_=texts).label("types"),
        sa.func.array(countries.order_by(people.country).correlate(event).scalar_subquery(), type_=texts).label(
            "countries"
        ),
        event.published_schedule_id.label("published_schedule_id"),
    )


async def load_event(session: AsyncSession, member: Member) -> Event:
    """The event as `member` sees it."""
    row = (await session.execute(sa.select(*event_details()).where(models.Event.id == member.event.id))).one()
    return event_of(member, row)


def event_of(member: Member, details: sa.Row[*tuple[Any, ...]]) -> Event:
    """The event as `member` sees it, `details` having the columns of `event_details`."""
    event = member.event
    zone = ZoneInfo(event.time_zone)
    return Event(
        id=event.id,
        slug=event.slug,
        name=event.name,
        time_zone=event.time_zone,
        languages=event.languages,
        colour=event.colour,
        logo_url=f"/api/v1/events/{event.id}/logo" if event.logo_type else None,
        starts=details.starts and details.starts.astimezone(zone),
        ends=details.ends and details.ends.astimezone(zone),
        themes=[Theme(code=code, labels=labels) for code, labels in event.themes.items()],
        types=details.types,
        countries=details.countries,
        published_schedule_id=details.published_schedule_id,
        membership=OwnMembership(role=member.role, participant_id=member.participant_id),
    )
