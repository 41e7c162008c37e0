"""Participants: the list, the profiles, what they offer and need, and when they are free."""

import asyncio
from collections.abc import Sequence
from typing import Annotated

import sqlalchemy as sa
from fastapi import APIRouter, Body
from sqlalchemy.ext.asyncio import AsyncSession

from api import models
from api.core.audit import record_action
from api.core.database import Transaction
from api.core.errors import Forbidden, Invalid, NotFound, NotSignedIn, documented
from api.core.pagination import Paginated, page_of
from api.jobs import enqueue
from api.participants.listing import load_participants
from api.participants.schemas import Availability, Participant, ParticipantPatch, Participants, StatementIn
from api.participants.search import ParticipantFilterParams
from api.participants.semantic_search import SemanticHits
from api.participants.service import participant_of, slot_ids
from api.participants.statements import rewrite
from api.web.permissions import EditableProfile, EventMember, ProfileView, VisibleParticipant
from matchmaker.matching.language import detect

LIMITS = {"minimum", "maximum"}
Statements = Annotated[list[StatementIn], Body(max_length=50)]

router = APIRouter(
    prefix="/events/{event_id}/participants", tags=["participants"], responses=documented(NotSignedIn, NotFound)
)


@router.get("")
async def list_participants(
    member: EventMember,
    session: Transaction,
    page: Paginated,
    participant_filter: ParticipantFilterParams,
    semantic_hits: SemanticHits,
) -> Participants:
    """The participants of an event by name; all filters apply together.

    A search finds those who have its words first, and after them those whose offers or needs mean the same, in any
    language, the likeliest first.
    """
    people = models.Participant
    ordered = (
        sa.select(people.id)
        .where(people.event_id == member.event.id, *participant_filter.conditions(semantic_hits))
        .order_by(*participant_filter.relevance_order(semantic_hits), people.last_name, people.first_name, people.id)
    )
    rows, total = await page_of(session, ordered, page)
    return Participants(
        items=await load_participants(session, member, [row.id for row in rows]),
        total=total,
        limit=page.limit,
        offset=page.offset,
    )


@router.get("/{participant_id}")
async def read_participant(participant: VisibleParticipant, session: Transaction) -> Participant:
    """One participant."""
    return (await load_participants(session, participant.viewer, [participant.id]))[0]


@router.patch("/{participant_id}", responses=documented(Forbidden, Invalid))
async def update_participant(patch: ParticipantPatch, profile: EditableProfile, session: Transaction) -> Participant:
    """Change a profile; its own person or an organiser."""
    row, member = profile.participant, profile.viewer
    # null clears the maximum; for all else it means what an absent field means
    values = {k: v for k, v in patch.model_dump(exclude_unset=True).items() if v is not None or k == "maximum"}
    if LIMITS & values.keys() and not member.organises:
        raise Forbidden("Only an organiser sets how many meetings somebody has.")
    if unknown := sorted(set(values.get("themes", [])) - member.event.themes.keys()):
        expected = f"not a theme of this event: {', '.join(unknown)}"
        raise Invalid("Not a theme of this event.", errors=[{"loc": ["body", "themes"], "message": expected}])
    for field, value in values.items():
        setattr(row, field, value)
    if row.maximum is not None and row.maximum < row.minimum:
        expected = "the maximum is at least the minimum"
        raise Invalid("The limits contradict each other.", errors=[{"loc": ["body", "maximum"], "message": expected}])
    record_action(session, member, "profile changed", row.id)
    if "themes" in values:
        await enqueue(session, "rank_event", event_id=row.event_id)
    return participant_of(profile, await slot_ids(session, row.event_id))


@router.put("/{participant_id}/offers", responses=documented(Forbidden))
async def replace_offers(offers: Statements, profile: EditableProfile, session: Transaction) -> Participant:
    """Write down what somebody offers, in any language, the most important first."""
    texts = [offer.text for offer in offers]
    language = await _languages(texts)
    rewrite(profile.participant.offers, texts, lambda text: models.Offer(text=text, language=language[text]))
    return await _rewritten(profile, session, "offers changed")


@router.put("/{participant_id}/needs", responses=documented(Forbidden))
async def replace_needs(needs: Statements, profile: EditableProfile, session: Transaction) -> Participant:
    """Write down what somebody needs, in any language, the most important first."""
    texts = [need.text for need in needs]
    language = await _languages(texts)
    rewrite(profile.participant.needs, texts, lambda text: models.Need(text=text, language=language[text]))
    return await _rewritten(profile, session, "needs changed")


@router.get("/{participant_id}/availability", responses=documented(Forbidden))
async def read_availability(profile: EditableProfile, session: Transaction) -> Availability:
    """The slots in which somebody is free."""
    blocked = {blocked.slot_id for blocked in profile.participant.blocked}
    slots = await slot_ids(session, profile.participant.event_id)
    return Availability(slot_ids=[slot for slot in slots if slot not in blocked])


@router.put("/{participant_id}/availability", responses=documented(Forbidden, Invalid))
async def replace_availability(free: Availability, profile: EditableProfile, session: Transaction) -> Availability:
    """Say in which slots somebody is free; in all others they are not."""
    row = profile.participant
    slots = await slot_ids(session, row.event_id)
    wanted = set(free.slot_ids)
    if unknown := sorted(wanted - set(slots)):
        errors = [
            {"loc": ["body", "slot_ids"], "message": f"not a slot of this event: {slot}"} for slot in unknown[:20]
        ]
        raise Invalid("These are not slots of this event.", errors=errors)
    known = {blocked.slot_id: blocked for blocked in row.blocked}
    row.blocked[:] = [known.get(s) or models.BlockedSlot(slot_id=s) for s in slots if s not in wanted]
    record_action(session, profile.viewer, "availability changed", row.id)
    return Availability(slot_ids=[slot for slot in slots if slot in wanted])


async def _languages(texts: Sequence[str]) -> dict[str, str | None]:
    return dict(zip(texts, await asyncio.to_thread(detect, texts), strict=True))


async def _rewritten(profile: ProfileView, session: AsyncSession, action: str) -> Participant:
    row = profile.participant
    await session.flush()
    record_action(session, profile.viewer, action, row.id)
    await enqueue(session, "rank_event", event_id=row.event_id)
    return participant_of(profile, await slot_ids(session, row.event_id))
