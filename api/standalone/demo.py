"""What `run` finds or makes for somebody who tries the program out: the sample event and ways to sign in."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from api.accounts.service import make_link
from api.core.database import open_engine, open_sessions
from api.imports.service import store_event
from api.jobs import enqueue
from api.models import Event, MeetingRequest, Membership, Participant, User
from api.schedules.schemas import ScheduleIn
from api.schedules.service import start_schedule
from api.settings import Settings

ORGANISER = "organiser@biowin-day.example"


@dataclass(frozen=True)
class Welcome:
    """The address, and for the sample event a link for its organiser and one for an attendee; each works once."""

    address: str
    organiser: str | None = None
    attendee: str | None = None


async def welcome(url: str, settings: Settings) -> Welcome:
    """Load the sample event into a database without events and have it ranked and scheduled; new links every time."""
    engine = open_engine(url)
    try:
        async with open_sessions(engine).begin() as session:
            await session.execute(sa.text("LOCK TABLE events IN SHARE ROW EXCLUSIVE MODE"))
            if await session.scalar(sa.select(Event.id).limit(1)) is None:
                await _load_sample(session)
            people = await _people_of_sample(session)
            if people is None:
                return Welcome(settings.origin)
            organiser, attendee = [await make_link(session, user, settings) for user in people]
            return Welcome(settings.origin, organiser, attendee)
    finally:
        await engine.dispose()


async def invite(url: str, settings: Settings, email: str) -> str:
    """A sign-in link for the address, whose account is made if there is none, and may create events."""
    engine = open_engine(url)
    try:
        async with open_sessions(engine).begin() as session:
            address = email.strip().lower()
            invited = insert(User).values(email=address, creates_events=True)
            again = invited.on_conflict_do_update(index_elements=[User.email], set_={"creates_events": True})
            user = (await session.scalars(again.returning(User.id))).one()
            return await make_link(session, user, settings)
    finally:
        await engine.dispose()


async def _load_sample(session: AsyncSession) -> None:
    from matchmaker.sample import biowin_day

    owner = User(email=ORGANISER, name="Claire Lejeune", language="en")
    session.add(owner)
    await session.flush()
    event = await session.run_sync(store_event, biowin_day(), owner.id)
    await enqueue(session, "rank_event", event_id=event.id)
    await start_schedule(session, event.id, ScheduleIn(), owner.id)


async def _people_of_sample(session: AsyncSession) -> tuple[int, int] | None:
    """The organiser of the sample event, and the attendee with most requests."""
    owner = (
        await session.execute(
            sa.select(Membership.event_id, User.id).join(User).where(User.email == ORGANISER).limit(1)
        )
    ).one_or_none()
    if owner is None:
        return None
    attendee = await session.scalar(
        sa.select(Participant.user_id)
        .join(MeetingRequest, MeetingRequest.sender_id == Participant.id)
        .where(Participant.event_id == owner[0])
        .group_by(Participant.id)
        .order_by(sa.func.count().desc(), Participant.id)
        .limit(1)
    )
    return None if attendee is None else (owner[1], attendee)
