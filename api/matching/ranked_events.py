"""Rankings in the memory of a server process, for whoever writes an offer or a need, and for what an event lacks.

A ranking is read in a thread where it is first needed. It is read again when a new one is in use, and, at most once in
`REFRESH` seconds, when people were edited; until that is done the one before answers.
"""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

import structlog
from sqlalchemy.orm import Session

from api.core.background import Threads
from api.core.database import open_job_engine
from api.matching.restoring import restored_ranking
from matchmaker.event import Statement, TextRole
from matchmaker.matching.advice import Advice, advice
from matchmaker.matching.embedding import EmbeddingError
from matchmaker.matching.gaps import Gaps, gaps
from matchmaker.matching.language import detect
from matchmaker.matching.preview import Preview, PreviewIndex
from matchmaker.matching.score import Ranking

CACHED_EVENTS = 4
LOAD_TIMEOUT = 0.8  # seconds that a request waits for a ranking to be read
REFRESH = 60.0

Mark = tuple[int, int]
"""The version of a ranking, and how many people were ranked again in it."""

log = structlog.get_logger()


class StillReadingError(Exception):
    """The ranking is being read, or what was asked of it is being computed: the next request finds it."""


@dataclass
class RankedEvent:
    """A ranking that was read, with the participants' numbers by e-mail address. `gaps` are found when asked for."""

    version: int
    ranking: Ranking
    index: PreviewIndex
    participant_ids: dict[str, int]
    gaps: asyncio.Task[Gaps] | None = None


@dataclass
class _Entry:
    """The reading of a ranking at `mark`, and what the reading before gave, for as long as it lasts."""

    mark: Mark
    reading: asyncio.Task[RankedEvent | None]
    before: RankedEvent | None
    began: float = field(default_factory=monotonic)


class RankedEvents:
    """The rankings used lately. It belongs to one event loop, and opens nothing until it is used."""

    def __init__(self, url: str) -> None:
        self._engine = open_job_engine(url)
        self._entries: dict[int, _Entry] = {}
        self._readers, self._writers = Threads("rankings", 1), Threads("previews", 2)

    async def load(self, event_id: int, mark: Mark) -> RankedEvent | None:
        """The ranking of an event, of which `mark` is in use; None where it cannot be read: it is of another model.

        Raises:
            StillReadingError: it is being read, and none was before.
        """
        entry = self._entries.pop(event_id, None)
        if entry is None or _is_outdated(entry, mark):
            reading = asyncio.create_task(self._readers.run(self._read, event_id))
            entry = _Entry(mark, reading, before=_before(entry))
        self._entries = {**dict(list(self._entries.items())[1 - CACHED_EVENTS :]), event_id: entry}
        if entry.before is None:
            await _finished(entry.reading)
        try:
            return _result(entry)
        except (EmbeddingError, ValueError) as error:  # as it will be until there is another ranking
            log.warning("the ranking of an event cannot be used", event_id=event_id, exc_info=error)
            return None
        except Exception:
            self._entries.pop(event_id, None)
            raise

    async def preview(self, ranked: RankedEvent, author: str, role: TextRole, statement: Statement) -> Preview | None:
        """What a statement of `author` (e-mail address) finds; None where they are not ranked, or the model fails."""
        try:
            return await self._writers.run(ranked.index.preview, author, role, statement)
        except KeyError:
            return None
        except EmbeddingError as error:
            log.warning("a text cannot be compared while it is written", exc_info=error)
            return None

    async def advice(self, text: str, others: Collection[str]) -> tuple[Advice, ...]:
        """What to say of a text; `others` are the author's of the other side."""
        return await self._writers.run(_advice, text, others)

    async def gaps(self, ranked: RankedEvent, version: int) -> Gaps:
        """What the event lacks by the ranking of this `version`.

        Raises:
            StillReadingError: it is being computed, or that ranking is being read.
        """
        if ranked.version != version:
            raise StillReadingError
        if ranked.gaps is None:
            ranked.gaps = asyncio.create_task(self._readers.run(gaps, ranked.ranking))
        await _finished(ranked.gaps)
        return ranked.gaps.result()

    def _read(self, event_id: int) -> RankedEvent | None:
        autocommit = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        with Session(self._engine) as session, Session(autocommit) as vectors:
            restored = restored_ranking(session, vectors, event_id)
        if restored is None:
            return None
        ranking = restored.ranking
        ids = {person.email: i for person, i in zip(ranking.people, restored.ids, strict=True)}
        return RankedEvent(restored.stored.version, ranking, PreviewIndex(ranking), ids)


def _is_outdated(entry: _Entry, mark: Mark) -> bool:
    if not entry.reading.done() or entry.mark == mark:
        return False
    return entry.mark[0] != mark[0] or monotonic() > entry.began + REFRESH


def _result(entry: _Entry) -> RankedEvent | None:
    """What was read last. Raises what the reading raised."""
    if not entry.reading.done():
        return entry.before
    entry.before = None
    return entry.reading.result()


def _before(entry: _Entry | None) -> RankedEvent | None:
    """What may answer until a new reading is over."""
    return None if entry is None or entry.reading.exception() else entry.reading.result()


async def _finished(task: asyncio.Task[Any]) -> None:
    """Raises `StillReadingError` where the task takes longer than a request waits."""
    await asyncio.wait({task}, timeout=LOAD_TIMEOUT)
    if not task.done():
        raise StillReadingError


def _advice(text: str, others: Collection[str]) -> tuple[Advice, ...]:
    (language,) = detect([text])
    return advice(text, others, language)
