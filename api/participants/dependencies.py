"""Who is looked for, as dependencies of the routes that list people."""

from typing import Annotated

import sqlalchemy as sa
from fastapi import Depends, Request

from api import models
from api.participants.search import ParticipantFilter
from api.participants.semantic_search import SemanticSearch
from api.web.dependencies import Transaction, inline
from api.web.permissions import EventMember
from matchmaker.matching.search import Filter

ParticipantFilterParams = Annotated[ParticipantFilter, Depends(inline(ParticipantFilter))]


async def _semantic_hits(
    request: Request, member: EventMember, session: Transaction, participant_filter: ParticipantFilterParams
) -> dict[int, str]:
    if not participant_filter.search:
        return {}
    semantic_search: SemanticSearch = request.app.state.semantic_search
    organisation = None
    if participant_filter.organisation_id is not None:
        organisation = await session.scalar(
            sa.select(models.Organisation.name).where(models.Organisation.id == participant_filter.organisation_id)
        )
    criteria = Filter(
        countries=frozenset(filter(None, [participant_filter.country])),
        types=frozenset(filter(None, [participant_filter.type])),
        themes=frozenset(filter(None, [participant_filter.theme])),
        organisation=organisation,
    )
    return await semantic_search.hits(member.event, participant_filter.search, criteria)


SemanticHits = Annotated[dict[int, str], Depends(_semantic_hits)]
"""Whoever has an offer or a need that means what the parameter `search` says, by id, best first: that text."""
