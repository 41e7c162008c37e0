"""The matches of an event in the database: vectors are made once, rankings are stored."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from api import models
from matchmaker.embedding import Embedder, Role, Vectors, default_embedder
from matchmaker.event import Event, Preference
from matchmaker.ranking.match import Match, Reason
from matchmaker.scoring import Ranking, Rules, rank

LANGUAGES = ("en", "fr", "nl")


@cache
def embedder() -> Embedder:
    """The embedder of this process, which reads its weights once."""
    return default_embedder()


class StoredVectors:
    """The cache of `matchmaker.embedding`, in the table `vectors`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def load(self, model: str, role: Role, hashes: Sequence[str]) -> Mapping[str, Vectors]:
        stored = models.StoredVector
        rows = self._session.execute(
            sa.select(stored.text_hash, stored.vector).where(
                stored.model == model,
                stored.role == role,
                stored.text_hash
                == sa.func.any(sa.cast([bytes.fromhex(key) for key in hashes], sa.ARRAY(sa.LargeBinary))),
            )
        )
        return {key.hex(): np.frombuffer(vector, dtype="<f4").astype(np.float32) for key, vector in rows}

    def save(self, model: str, role: Role, vectors: Mapping[str, Vectors]) -> None:
        rows = [
            {"model": model, "role": role, "text_hash": bytes.fromhex(key), "vector": vector.astype("<f4").tobytes()}
            for key, vector in vectors.items()
        ]
        self._session.execute(insert(models.StoredVector).on_conflict_do_nothing(), rows)


def ranking_of(engine: sa.Engine, event: Event, stop: Callable[[], bool], top: int = 50) -> Ranking | None:
    """The people of an event ranked, the `top` best of each, and the score of any two; None if `stop` turned true.

    Vectors are stored as they come, whatever becomes of the rest.
    """

    def go_on(*_: object) -> None:
        if stop():
            raise InterruptedError

    never = frozenset((r.sender, r.recipient) for r in event.requests if r.preference is Preference.NEVER)
    with Session(engine.execution_options(isolation_level="AUTOCOMMIT")) as session:
        vectors = StoredVectors(session)
        try:
            return rank(event.people, embedder(), rules=Rules(never=never), top=top, progress=go_on, cache=vectors)
        except InterruptedError:
            return None


def store(session: Session, event: Event, numbers: Sequence[int], ranking: Ranking) -> None:
    """Put a ranking in the place of the stored matches. `numbers` of participants are in the order of the people."""
    number = {person.email: i for person, i in zip(event.people, numbers, strict=True)}
    session.execute(sa.delete(models.Match).where(models.Match.participant_id.in_(numbers)))
    for person in event.people:
        rows = [_row(number, place, match, event.themes) for place, match in enumerate(ranking.of(person.email))]
        if rows:
            session.execute(sa.insert(models.Match), rows)


def _row(number: Mapping[str, int], rank: int, match: Match, themes: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    return {
        "participant_id": number[match.first],
        "other_id": number[match.second],
        "rank": rank,
        "score": round(100 * match.score),
        "forward": round(100 * match.forward),
        "backward": round(100 * match.backward),
        "reasons": [_reason(reason, themes) for reason in match.reasons],
    }


def _reason(reason: Reason, themes: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    return {
        "kind": reason.kind,
        "need": reason.need,
        "need_language": reason.need_language,
        "offer": reason.offer,
        "offer_language": reason.offer_language,
        "strength": round(100 * reason.strength),
        "themes": list(reason.themes),
        "text": {language: reason.text(language, themes) for language in LANGUAGES},
    }
