"""Who is looked for, as dependencies of the routes that list people."""

from typing import Annotated

import sqlalchemy as sa
from fastapi import Depends, Request

from api.models import Organisation
from api.participants.search import ParticipantFilter, ParticipantSearch
from api.participants.semantic_search import SemanticSearch
from api.participants.word_search import WordSearch
from api.web.dependencies import Transaction, inline
from api.web.permissions import EventMember
from matchmaker.matching.search import Filter

ParticipantFilterParams = Annotated[ParticipantFilter, Depends(inline(ParticipantFilter))]


async def _participant_search(
    request: Request, member: EventMember, session: Transaction, participant_filter: ParticipantFilterParams
) -> ParticipantSearch:
    words = WordSearch.of(participant_filter.search, by_email=member.organises)
    if not words.terms:
        return ParticipantSearch(words, {})
    organisation = None
    if participant_filter.organisation_id is not None:
        organisation = await session.scalar(
            sa.select(Organisation.name).where(Organisation.id == participant_filter.organisation_id)
        )
    criteria = Filter(
        countries=frozenset(filter(None, [participant_filter.country])),
        types=frozenset(filter(None, [participant_filter.type])),
        themes=frozenset(filter(None, [participant_filter.theme])),
        organisation=organisation,
    )
    semantic_search: SemanticSearch = request.app.state.semantic_search
    semantic_hits = await semantic_search.hits(member.event, participant_filter.search, criteria)
    return ParticipantSearch(await words.weighed(session, member.event.id), semantic_hits)


ParticipantSearchParams = Annotated[ParticipantSearch, Depends(_participant_search)]
"""Whom the parameter `search` finds, by words and by meaning."""
