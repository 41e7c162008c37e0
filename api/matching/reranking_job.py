"""Having the reranker read the pairs of an event's lists, in the child process.

The ranking's lock is held only while the order is written: to read takes minutes, in which people are ranked again.
"""

import time
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from api import models
from api.core.database import open_job_engine
from api.jobs.child import Stop
from api.matching import judgements, rankings
from api.matching.ranking_job import locked
from api.settings import Settings
from matchmaker.matching.reranking import Judgement, Reading, TextPair, judge_pairs

_EVERY = 1.0  # seconds between two notes of how far it is


def run(url: str, event_id: int, stop: Stop) -> bool:
    """Have pairs judged that no judgement is kept of, then order the lists; False if it had to stop before.

    Nothing is done where the installation has no reranker, or the event's organiser has not turned it on.

    Raises:
        BusyError: another process writes the ranking of this event.
    """
    judge, engine = judgements.reranker(Settings()), open_job_engine(url)
    with Session(engine) as session:
        version = session.get_one(models.Event, event_id).ranking_version
        if judge is None or version is None or not rankings.rules_of(session, event_id).reranking:
            return True
        listed = judgements.listed_pairs(session, event_id, version, judge.name)
        keys = [each.key for each in listed]
        known = judgements.stored_judgements(session, keys)
    missing = judgements.missing_pairs(listed, known)
    if known:
        _apply(url, event_id, judge.name)
    questions = {pair: key for key, pair in islice(missing.items(), Settings().reranker_pairs)}
    counts = {
        "pairs": len(keys),
        "judgements": sum(key in known for key in keys),
        "total": len(questions),
    }
    noted = time.monotonic()
    with Session(engine.execution_options(isolation_level="AUTOCOMMIT")) as session:

        def save(pair: TextPair, judgement: Judgement | None) -> None:
            judgements.store_judgement(session, pair, questions[pair], judgement)

        def note(reading: Reading) -> None:
            nonlocal noted
            if time.monotonic() > noted + _EVERY:
                note_run(session, event_id, **counts, requests=reading.requests)
                noted = time.monotonic()

        note_run(session, event_id, **counts, requests=0, notice=None, detail="", finished_at=None)
        reading = judge_pairs(judge, questions, save, stop=stop, progress=note)
        if reading.stopped:
            return False
        if reading.judgements:
            _apply(url, event_id, judge.name)
        note_run(
            session,
            event_id,
            **counts | {"judgements": _kept(session, keys)},
            requests=reading.requests,
            notice=reading.notice,
            detail=reading.detail,
            finished_at=sa.func.now(),
        )
    return True


def note_run(session: Session, event_id: int, **values: Any) -> None:
    """Keep what is to be told of the last run (`models.Reranking`)."""
    table = models.Reranking
    session.execute(
        insert(table)
        .values({"event_id": event_id, **values})
        .on_conflict_do_update(index_elements=[table.event_id], set_=values)
    )


def _kept(session: Session, keys: list[bytes]) -> int:
    stored = judgements.stored_judgements(session, keys)
    return sum(key in stored for key in keys)


def _apply(url: str, event_id: int, judge: str) -> None:
    with locked(url, event_id) as engine, Session(engine) as session, session.begin():
        version = session.get_one(models.Event, event_id).ranking_version
        if version is not None and rankings.rules_of(session, event_id).reranking:
            judgements.apply_judgements(session, event_id, version, judge)
