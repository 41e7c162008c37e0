"""Ranking the people of an event, in the child process: all of them, or one who was edited.

Either holds a lock of its own on the event's ranking, so that nobody else writes it, not even where a worker is wrongly
taken for dead.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import sqlalchemy as sa
from sqlalchemy.orm import Session

from api import models
from api.core.database import open_job_engine
from api.jobs.child import Stop
from api.jobs.retry import BusyError, TransientError
from api.matching import judgements, rankings, store
from api.matching.restoring import restored_ranking
from api.schedules import snapshot
from api.settings import Settings
from matchmaker.event import TextRole
from matchmaker.matching.embedding import EmbeddingError
from matchmaker.matching.embedding.server import Server


def warm() -> None:
    """Have the weights of the embedder read. A server has none, and might keep the first job waiting."""
    embedder = rankings.embedder()
    if not isinstance(embedder, Server):
        with suppress(EmbeddingError):  # the ranking that needs it tells
            embedder.embed(["warm"], TextRole.NEED)


def run(url: str, event_id: int, stop: Stop) -> bool:
    """Make a new ranking, which takes the place of the one in use at once; False if it had to stop before.

    Raises:
        BusyError: another process writes the ranking of this event.
    """
    with locked(url, event_id) as engine:
        with Session(engine) as session:
            read_at = session.scalar(sa.func.now())
        plan = snapshot.read(engine, event_id)
        ranked = rankings.ranking_of(engine, event_id, plan, stop)
        if ranked is None:
            return False
        with Session(engine) as session, session.begin():
            version = store.store_ranking(session, event_id, plan.people, plan.event.people, ranked.ranking)
            judge = judgements.reranker(Settings())
            if judge and rankings.rules_of(session, event_id).reranking:
                judgements.apply_judgements(session, event_id, version, judge.name)
            session.execute(
                sa.update(models.Event)
                .where(models.Event.id == event_id)
                .values(ranked_at=read_at, ranking=rankings.figures_of(plan, ranked), ranking_version=version)
            )
        with Session(engine) as session:
            store.delete_outdated(session, event_id, plan.people, version)
    return True


def rerank_participant(url: str, participant_id: int, stop: Stop) -> bool:  # noqa: ARG001 - over before anybody could stop it
    """Rank one participant again in the ranking in use; False if there is none that they could be ranked in.

    Raises:
        BusyError: another process writes the ranking of this event.
    """
    engine = open_job_engine(url)
    with Session(engine) as session:
        event_id = session.scalar(sa.select(models.Participant.event_id).where(models.Participant.id == participant_id))
    if event_id is None:
        return True
    with locked(url, event_id) as engine, Session(engine) as session, session.begin():
        with Session(engine.execution_options(isolation_level="AUTOCOMMIT")) as vectors:
            try:
                whole = restored_ranking(session, vectors, event_id)
            except (ValueError, EmbeddingError):  # another model is set, or it fails: a whole ranking finds its way
                return False
        if whole is None:
            return False
        stored, ids, people = whole.stored, whole.ids, whole.ranking.people
        if participant_id not in ids:
            return True
        email = people[ids.index(participant_id)].email
        store.rewrite_person(session, event_id, stored.version, ids, people, whole.ranking, email)
        stored.edits += 1
    return True


@contextmanager
def locked(url: str, event_id: int) -> Iterator[sa.Engine]:
    """An engine, while this process alone writes the event's ranking."""
    engine = open_job_engine(url)
    with engine.connect() as connection:
        if not store.lock(connection, event_id):
            raise BusyError
        try:
            yield engine
        except sa.exc.IntegrityError as error:  # somebody who is ranked was deleted meanwhile
            raise TransientError("the people of the event changed") from error
