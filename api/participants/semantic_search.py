"""Finding participants by what they offer and need, in any language: the words of a search may be other ones.

A server process keeps the texts of the events searched lately, as vectors that ranking has stored. They are read in a
thread; until they are there, and for an event that has not been ranked yet, searches go by words alone.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from api import models
from api.core.database import open_job_engine
from api.matching import rankings
from api.participants.schemas import MatchedText
from api.schedules import snapshot
from matchmaker.matching.comparison import Comparison
from matchmaker.matching.embedding import EmbeddingError
from matchmaker.matching.search import Filter, SearchIndex

MIN_PROBABILITY = 0.25
"""A text that fits a search less probably is not found by it: it would be filler."""
MAX_HITS = 50
MIN_LETTERS = 4
"""A search with fewer letters has no meaning to go by."""
CACHED_EVENTS = 4
LOAD_TIMEOUT = 2.0  # seconds that a search waits for an event to be read

log = structlog.get_logger()


@dataclass(frozen=True)
class _LoadedEvent:
    """An event as its ranking has read it."""

    index: SearchIndex
    participant_ids: dict[str, int]  # by e-mail address

    def hits(self, search: str, criteria: Filter) -> dict[int, MatchedText]:
        if self.index.names_somebody(search):
            return {}
        hits = self.index.by_meaning(search, self.index.passing(criteria), MAX_HITS, MIN_PROBABILITY)
        return {self.participant_ids[hit.email]: MatchedText(role=hit.role, text=hit.text) for hit in hits}


class SemanticSearch:
    """Searches the events searched lately. It belongs to one event loop, and opens nothing until it is used."""

    def __init__(self, url: str) -> None:
        self._engine = open_job_engine(url)
        self._loading: dict[tuple[int, datetime], asyncio.Task[_LoadedEvent]] = {}

    async def hits(self, event: models.Event, search: str, criteria: Filter) -> dict[int, MatchedText]:
        """Participants (ids) whose offers or needs mean what is searched, best first, unless it is a name.

        Each comes with that offer or need. At most `MAX_HITS` of those who pass the filter as they were when the event
        was ranked.
        """
        if event.ranked_at is None or sum(c.isalpha() for c in search) < MIN_LETTERS:
            return {}
        key = (event.id, event.ranked_at)
        if key not in self._loading:
            self._evict(event.id)
            self._loading[key] = asyncio.create_task(asyncio.to_thread(self._load, event.id))
        loading = self._loading[key]
        await asyncio.wait({loading}, timeout=LOAD_TIMEOUT)
        if not loading.done():
            return {}
        if error := loading.exception():
            log.warning("an event cannot be searched by meaning", event_id=event.id, exc_info=error)
            if not isinstance(error, EmbeddingError):  # a model that cannot be had is not asked for again
                self._loading.pop(key, None)
            return {}
        try:
            return await asyncio.to_thread(loading.result().hits, search, criteria)
        except EmbeddingError as error:
            log.warning("a search cannot be read by its meaning", event_id=event.id, exc_info=error)
            return {}

    def _evict(self, event_id: int) -> None:
        """The same event as it was ranked before, and the longest known beyond `CACHED_EVENTS`."""
        others = [key for key in self._loading if key[0] != event_id]
        self._loading = {key: self._loading[key] for key in others[1 - CACHED_EVENTS :]}

    def _load(self, event_id: int) -> _LoadedEvent:
        loaded = snapshot.read(self._engine, event_id)
        people = loaded.event.people
        with Session(self._engine.execution_options(isolation_level="AUTOCOMMIT")) as session:
            comparison = Comparison(people, rankings.embedder(), rankings.StoredVectors(session))
        ids = {person.email: row for person, row in zip(people, loaded.people, strict=True)}
        return _LoadedEvent(SearchIndex(people, comparison), ids)
