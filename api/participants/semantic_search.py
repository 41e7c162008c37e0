"""Finding participants by what they offer and need, in any language: the words of a search may be other ones.

A server process keeps the texts of the events searched lately, as vectors that ranking has stored. They are read in a
thread; until they are there, and for an event that has not been ranked yet, searches go by words alone.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import sqlalchemy as sa
import structlog
from fastapi import Depends, Request
from sqlalchemy.orm import Session

from api import models
from api.core.database import Transaction, open_job_engine
from api.matching import rankings
from api.participants.search import ParticipantFilterParams
from api.schedules import snapshot
from api.web.permissions import EventMember
from matchmaker.matching.comparison import Comparison
from matchmaker.matching.embedding import EmbeddingError
from matchmaker.matching.search import Filter, folded, found

ALIKE = 0.4
"""A text that fits a search less probably than this is not found by it."""
MOST = 50
LETTERS = 4
"""A search with fewer letters has no meaning to go by."""
KEPT = 4
PATIENCE = 2.0  # seconds

log = structlog.get_logger()


@dataclass(frozen=True)
class _Texts:
    """An event as its ranking has read it."""

    plan: snapshot.EventSnapshot
    comparison: Comparison

    def alike(self, search: str, wanted: Filter) -> dict[int, str]:
        words = folded(search).split()
        people = self.plan.event.people
        names = (f" {folded(person.name)}" for person in people)
        if any(all(f" {word}" in name for word in words) for name in names):
            return {}  # somebody was looked for by name
        number = {person.email: row for person, row in zip(people, self.plan.people, strict=True)}
        hits = found(people, self.comparison, search, wanted, MOST)
        return {number[hit.email]: hit.text for hit in hits if hit.text is not None and hit.score >= ALIKE}


class Meanings:
    """What the events searched lately say. `Meanings(url)` belongs to one event loop; it opens nothing until asked."""

    def __init__(self, url: str) -> None:
        self._engine = open_job_engine(url)
        self._reading: dict[tuple[int, datetime], asyncio.Task[_Texts]] = {}

    async def alike(self, event: models.Event, search: str, wanted: Filter) -> dict[int, str]:
        """Participants (numbers) whose offers or needs mean what is searched, best first, unless it is a name.

        Each comes with that offer or need. At most `MOST` of those who pass the filter as they were when the event was
        ranked.
        """
        if event.ranked_at is None or sum(c.isalpha() for c in search) < LETTERS:
            return {}
        key = (event.id, event.ranked_at)
        if key not in self._reading:
            self._forget(event.id)
            self._reading[key] = asyncio.create_task(asyncio.to_thread(self._read, event.id))
        reading = self._reading[key]
        await asyncio.wait({reading}, timeout=PATIENCE)
        if not reading.done():
            return {}
        if error := reading.exception():
            log.warning("an event cannot be searched by meaning", event_id=event.id, exc_info=error)
            if not isinstance(error, EmbeddingError):  # a model that cannot be had is not asked for again
                self._reading.pop(key, None)
            return {}
        try:
            return await asyncio.to_thread(reading.result().alike, search, wanted)
        except EmbeddingError as error:
            log.warning("a search cannot be read by its meaning", event_id=event.id, reason=str(error))
            return {}

    def _forget(self, event_id: int) -> None:
        """The same event as it was ranked before, and the longest known beyond `KEPT`."""
        others = [key for key in self._reading if key[0] != event_id]
        self._reading = {key: self._reading[key] for key in others[1 - KEPT :]}

    def _read(self, event_id: int) -> _Texts:
        plan = snapshot.read(self._engine, event_id)
        with Session(self._engine.execution_options(isolation_level="AUTOCOMMIT")) as session:
            vectors = rankings.StoredVectors(session)
            return _Texts(plan, Comparison(plan.event.people, rankings.embedder(), vectors))


async def _meant(
    request: Request, member: EventMember, session: Transaction, wanted: ParticipantFilterParams
) -> dict[int, str]:
    meanings: Meanings = request.app.state.meanings
    organisation = None
    if wanted.organisation_id is not None:
        organisation = await session.scalar(
            sa.select(models.Organisation.name).where(models.Organisation.id == wanted.organisation_id)
        )
    passing = Filter(
        countries=frozenset(filter(None, [wanted.country])),
        types=frozenset(filter(None, [wanted.type])),
        themes=frozenset(filter(None, [wanted.theme])),
        organisation=organisation,
    )
    return await meanings.alike(member.event, wanted.search, passing)


SemanticHits = Annotated[dict[int, str], Depends(_meant)]
"""Whoever has an offer or a need that means what the parameter `search` says, by number, best first: that text."""
