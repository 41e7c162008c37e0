"""Changing a profile. The participant is locked before anything is read that is rewritten.

Every edit counts in `Participant.version`. Who names the version they have seen (`If-Match`) overwrites no other.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import sqlalchemy as sa
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from api import models
from api.core.audit import record_action
from api.core.errors import Forbidden, Invalid, VersionConflict
from api.core.membership import PROFILE, ProfileView
from api.jobs import enqueue
from api.participants.schemas import Availability, Participant, ParticipantPatch, StatementIn
from api.participants.service import availability_of, participant_of, participation_types, slot_ids
from api.participants.statements import rewrite
from matchmaker.matching.language import detect

LIMITS = {"minimum", "maximum"}


def etag_of(version: int) -> str:
    """The version of a participant as an entity tag (RFC 9110)."""
    return f'"{version}"'


async def update_profile(
    session: AsyncSession, profile: ProfileView, patch: ParticipantPatch, if_match: str | None
) -> None:
    """Change the fields of `patch`. Raises `Forbidden`, `Invalid` or `VersionConflict`."""
    # null clears the maximum; for all else it means what an absent field means
    values = {k: v for k, v in patch.model_dump(exclude_unset=True).items() if v is not None or k == "maximum"}
    if LIMITS & values.keys() and not profile.viewer.organises:
        raise Forbidden("Only an organiser sets how many meetings somebody has.")
    if unknown := sorted(set(values.get("themes", [])) - profile.viewer.event.themes.keys()):
        expected = f"not a theme of this event: {', '.join(unknown)}"
        raise Invalid("Not a theme of this event.", errors=[{"loc": ["body", "themes"], "message": expected}])
    await _lock(session, profile, if_match, _participant)
    row = profile.participant
    for field, value in values.items():
        setattr(row, field, value)
    if profile.own and "language" in values:
        row.user.language = row.language  # one language for page, mail, agenda and calendar
    if row.maximum is not None and row.maximum < row.minimum:
        expected = "the maximum is at least the minimum"
        raise Invalid("The limits contradict each other.", errors=[{"loc": ["body", "maximum"], "message": expected}])
    record_action(session, profile.viewer, "profile changed", row.id)
    if "themes" in values:
        await enqueue(session, "rank_participant", event_id=row.event_id, participant_id=row.id)


async def replace_offers(
    session: AsyncSession, profile: ProfileView, offers: Sequence[StatementIn], if_match: str | None
) -> None:
    """Put `offers` in the place of all that there are. Raises `Invalid` or `VersionConflict`."""
    language = await _languages(offers)
    await _lock(session, profile, if_match, _participant)
    rows = profile.participant.offers
    await _require_known_types(session, profile, rows, offers)
    rewrite(rows, offers, lambda text: models.Offer(text=text, language=language[text]))
    await _record_texts(session, profile, "offers changed")


async def replace_needs(
    session: AsyncSession, profile: ProfileView, needs: Sequence[StatementIn], if_match: str | None
) -> None:
    """Put `needs` in the place of all that there are. Raises `Invalid` or `VersionConflict`."""
    language = await _languages(needs)
    await _lock(session, profile, if_match, _participant)
    rows = profile.participant.needs
    await _require_known_types(session, profile, rows, needs)
    rewrite(rows, needs, lambda text: models.Need(text=text, language=language[text]))
    await _record_texts(session, profile, "needs changed")


async def replace_availability(
    session: AsyncSession, profile: ProfileView, free: set[int], if_match: str | None
) -> Availability:
    """Block all slots but those that are `free`. Raises `Invalid` or `VersionConflict`."""
    await _lock(session, profile, if_match, _availability)
    row = profile.participant
    slots = await slot_ids(session, row.event_id)
    if unknown := sorted(free - set(slots)):
        errors = [
            {"loc": ["body", "slot_ids"], "message": f"not a slot of this event: {slot}"} for slot in unknown[:20]
        ]
        raise Invalid("These are not slots of this event.", errors=errors)
    known = {blocked.slot_id: blocked for blocked in row.blocked}
    row.blocked[:] = [known.get(s) or models.BlockedSlot(slot_id=s) for s in slots if s not in free]
    record_action(session, profile.viewer, "availability changed", row.id)
    return availability_of(profile, slots)


async def _lock(
    session: AsyncSession,
    profile: ProfileView,
    if_match: str | None,
    current: Callable[[AsyncSession, ProfileView], Awaitable[BaseModel]],
) -> None:
    """Lock the participant, read everything of them again, and count the edit.

    Raises `VersionConflict` with what is stored (`current`) if `if_match` names another version.
    """
    row = await session.scalar(
        sa.select(models.Participant)
        .where(models.Participant.id == profile.participant.id)
        .options(*PROFILE)
        .with_for_update(key_share=True, of=models.Participant)
        .execution_options(populate_existing=True)
    )
    assert row is profile.participant
    # a compressed answer has a weak tag (W/"4"): the same version
    if if_match is not None and if_match.strip().removeprefix("W/") not in ("*", etag_of(row.version)):
        stored = await current(session, profile)
        raise VersionConflict(
            "Somebody else changed this in the meantime; `current` is what is stored now.",
            headers={"ETag": etag_of(row.version)},
            extensions={"current": stored.model_dump(mode="json")},
        )
    row.version += 1


async def _participant(session: AsyncSession, profile: ProfileView) -> Participant:
    return participant_of(profile, await slot_ids(session, profile.participant.event_id))


async def _availability(session: AsyncSession, profile: ProfileView) -> Availability:
    return availability_of(profile, await slot_ids(session, profile.participant.event_id))


async def _require_known_types(
    session: AsyncSession,
    profile: ProfileView,
    rows: Sequence[models.Offer] | Sequence[models.Need],
    statements: Sequence[StatementIn],
) -> None:
    """Raises `Invalid` unless each audience is of types that the event has, or had when it was ticked."""
    if not any(each.audience for each in statements):
        return
    known = set(await participation_types(session, profile.participant.event_id))
    known.update(name for row in rows for name in row.audience)
    errors = [
        {"loc": ["body", i, "audience", j], "message": f"not a participation type of this event: {name}"}
        for i, each in enumerate(statements)
        for j, name in enumerate(each.audience)
        if name not in known
    ]
    if errors:
        raise Invalid("These are not participation types of this event.", errors=errors[:20])


async def _languages(statements: Sequence[StatementIn]) -> dict[str, str | None]:
    texts = [each.text for each in statements]
    return dict(zip(texts, await asyncio.to_thread(detect, texts), strict=True))


async def _record_texts(session: AsyncSession, profile: ProfileView, action: str) -> None:
    await session.flush()
    record_action(session, profile.viewer, action, profile.participant.id)
    row = profile.participant
    await enqueue(session, "rank_participant", event_id=row.event_id, participant_id=row.id)
