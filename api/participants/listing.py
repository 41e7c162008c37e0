"""Participants for lists, by one statement that reads the columns shown: the ORM's objects cost most of a request."""

from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.membership import Member
from api.events.schemas import OrganisationBrief, PlaceBrief
from api.models import BlockedSlot, Need, Offer, Organisation, Place, Slot, User
from api.models import Participant as Row
from api.participants.schemas import Participant, ParticipantBrief, Statement
from api.participants.search import ParticipantSearch
from matchmaker.event import StatementKind


def _statements(table: type[Offer] | type[Need]) -> sa.ScalarSelect[Any]:
    """The offers or needs of a participant as a JSON list, in their order (null: none)."""
    each = sa.func.json_build_array(table.id, table.text, table.language, table.audience, table.kind)
    return (
        sa.select(sa.func.json_agg(aggregate_order_by(each, table.position)))
        .where(table.participant_id == Row.id)
        .correlate(Row)
        .scalar_subquery()
    )


_IDS = Row.id == sa.any_(sa.bindparam("ids", type_=ARRAY(sa.BigInteger)))
_BRIEF = (
    sa.select(
        Row.id,
        Row.first_name,
        Row.last_name,
        Organisation.id.label("organisation_id"),
        Organisation.name.label("organisation"),
        Row.country,
        Row.type,
        Row.job_title,
    )
    .join(Organisation, Organisation.id == Row.organisation_id)
    .where(_IDS)
)
_FULL = (
    _BRIEF.add_columns(
        Row.language,
        Row.themes,
        Row.remote,
        Row.minimum,
        Row.maximum,
        Row.version,
        Place.id.label("place_id"),
        Place.name.label("place"),
        User.email,
        _statements(Offer).label("offers"),
        _statements(Need).label("needs"),
        (
            sa.select(sa.func.count()).where(Slot.event_id == Row.event_id).correlate(Row).scalar_subquery()
            - sa.select(sa.func.count()).where(BlockedSlot.participant_id == Row.id).correlate(Row).scalar_subquery()
        ).label("available_slots"),
    )
    .join(User, User.id == Row.user_id)
    .outerjoin(Place, Place.id == Row.place_id)
)


async def load_participants(
    session: AsyncSession,
    viewer: Member,
    participant_ids: Sequence[int],
    search: ParticipantSearch | None = None,
) -> list[Participant]:
    """The participants as `viewer` may see them, in the order of `participant_ids`, with how a search found them."""
    if search is not None and not search.words.terms:
        search = None
    query = _FULL.add_columns(*search.columns) if search else _FULL
    rows = await session.execute(query, {"ids": list(participant_ids)})
    by_id = {row.id: _participant(row, viewer.organises or row.id == viewer.participant_id, search) for row in rows}
    return [by_id[id_] for id_ in participant_ids if id_ in by_id]


async def load_briefs(session: AsyncSession, participant_ids: Collection[int]) -> dict[int, ParticipantBrief]:
    """The participants in short, by their id."""
    rows = await session.execute(_BRIEF, {"ids": list(participant_ids)})
    return {row.id: ParticipantBrief.model_construct(**_brief(row)) for row in rows}


def _brief(row: Any) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": f"{row.first_name} {row.last_name}",
        "organisation": OrganisationBrief.model_construct(id=row.organisation_id, name=row.organisation),
        "country": row.country,
        "type": row.type,
        "job_title": row.job_title,
    }


def _participant(row: Any, in_full: bool, search: ParticipantSearch | None) -> Participant:
    private: dict[str, Any] = {}
    if in_full:
        private = {
            "email": row.email,
            "minimum": row.minimum,
            "maximum": row.maximum,
            "version": row.version,
            "available_slots": row.available_slots,
            "profile_complete": bool(row.offers and row.needs and row.available_slots),
        }
    offers, needs = _read(row.offers), _read(row.needs)
    return Participant.model_construct(
        **_brief(row),
        first_name=row.first_name,
        last_name=row.last_name,
        language=row.language,
        themes=row.themes,
        offers=offers,
        needs=needs,
        place=None if row.place_id is None else PlaceBrief.model_construct(id=row.place_id, name=row.place),
        remote=row.remote,
        **(search.fields(row, offers, needs) if search else {}),
        **private,
    )


def _read(statements: list[tuple[int, str, str | None, list[str], str | None]] | None) -> list[Statement]:
    return [
        Statement.model_construct(
            id=id_, text=text, language=language, audience=audience, kind=None if kind is None else StatementKind(kind)
        )
        for id_, text, language, audience, kind in statements or ()
    ]
