"""What the reranker says of the pairs of an event: the pairs, the judgements kept, and the order that they give."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from api import models
from api.core.database import open_job_engine
from api.matching import store
from api.matching.schemas import RerankingEstimate
from api.settings import Settings
from matchmaker.locale import LANGUAGES, SOURCE
from matchmaker.matching.chat_server import USUAL_TOKENS, ChatServer, chat_server_named, input_tokens
from matchmaker.matching.match import likelihood
from matchmaker.matching.reranking import Judgement, TextPair, person_texts, standings_by_judgement


def reranker(settings: Settings) -> ChatServer | None:
    """The chat server of this installation; None where none is set."""
    key = settings.reranker_key
    if not settings.reranker:
        return None
    return chat_server_named(settings.reranker, key=key.get_secret_value() if key else None)


@dataclass(frozen=True, slots=True)
class ListedPair:
    """A row of `matches` in whose order a judgement may have a say: `pair` has the hash `key`."""

    match: sa.Row[*tuple[Any, ...]]
    pair: TextPair
    key: bytes


def listed_pairs(session: Session, event_id: int, version: int, judge: str) -> list[ListedPair]:
    """The pairs of all lists of a ranking in which both wrote something, list by list, best first.

    `judge` is the name of the one who is to read them.
    """
    ids, people = store.people_of(session, event_id)
    texts = {i: text for i, person in zip(ids, people, strict=True) if (text := person_texts(person))}
    languages = {i: p.language if p.language in LANGUAGES else SOURCE for i, p in zip(ids, people, strict=True)}
    match = models.Match
    rows = session.execute(
        sa.select(
            match.participant_id,
            match.other_id,
            match.standing,
            match.score,
            match.forward,
            match.backward,
            match.judgement_key,
            match.judged_standing,
        )
        .join(models.Participant, models.Participant.id == match.participant_id)
        .where(models.Participant.event_id == event_id, match.ranking_version == version)
        .order_by(match.participant_id, match.standing.desc(), match.other_id)
    )
    pairs = (
        (row, TextPair(texts[row.participant_id], texts[row.other_id], languages[row.participant_id]))
        for row in rows
        if row.participant_id in texts and row.other_id in texts
    )
    return [ListedPair(row, pair, pair.key(judge)) for row, pair in pairs]


def stored_judgements(session: Session, keys: Sequence[bytes]) -> Mapping[bytes, float | None]:
    """The judgements kept among `keys`: how probable a match each makes, None where the answer was none."""
    stored = models.StoredJudgement
    known = sa.select(stored.key, stored.fits).where(
        stored.key == sa.func.any(sa.cast(list(keys), sa.ARRAY(sa.LargeBinary)))
    )
    return {row.key: row.fits for row in session.execute(known)}


def store_judgement(session: Session, pair: TextPair, key: bytes, judgement: Judgement | None) -> None:
    """Keep an answer; None: it was no judgement."""
    session.execute(
        insert(models.StoredJudgement)
        .values(
            key=key,
            fits=judgement and judgement.fits,
            language=pair.language,
            reason=judgement and judgement.reason,
        )
        .on_conflict_do_nothing()
    )


def missing_pairs(listed: Sequence[ListedPair], known: Mapping[bytes, float | None]) -> dict[bytes, TextPair]:
    """What nobody has read yet, by key: the first of all lists, then the second of all, and so on."""
    return {each.key: each.pair for each in _across(listed) if each.key not in known}


def _across(listed: Sequence[ListedPair]) -> Iterator[ListedPair]:
    lists = [list(rows) for _, rows in groupby(listed, key=lambda each: each.match.participant_id)]
    for place in range(max(map(len, lists), default=0)):
        yield from (rows[place] for rows in lists if place < len(rows))


def apply_judgements(session: Session, event_id: int, version: int, judge: str) -> None:
    """Bring the order of all lists up to date with the judgements kept. Whoever calls holds the ranking's lock."""
    listed = listed_pairs(session, event_id, version, judge)
    known = stored_judgements(session, [each.key for each in listed])
    changed: list[tuple[int, int, bytes | None, float | None]] = []
    for _, group in groupby(listed, key=lambda each: each.match.participant_id):
        rows = list(group)
        standings = standings_by_judgement(
            [row.match.standing for row in rows],
            [row.match.score for row in rows],
            [likelihood(row.match.forward, row.match.backward) for row in rows],
            [known.get(row.key) for row in rows],
        )
        for row, standing in zip(rows, standings, strict=True):
            key = None if standing is None else row.key
            if (key, standing) != (row.match.judgement_key, row.match.judged_standing):
                changed.append((row.match.participant_id, row.match.other_id, key, standing))
    if changed:
        session.execute(
            sa.text(
                """UPDATE matches SET judgement_key = new.key, judged_standing = new.standing
                FROM unnest(CAST(:one AS bigint[]), CAST(:other AS bigint[]), CAST(:keys AS bytea[]),
                    CAST(:standings AS real[])) AS new(participant_id, other_id, key, standing)
                WHERE matches.participant_id = new.participant_id AND matches.other_id = new.other_id
                    AND matches.ranking_version = :version"""
            ),
            dict(zip(("one", "other", "keys", "standings"), map(list, zip(*changed, strict=True)), strict=True))
            | {"version": version},
        )


def estimate(url: str, event_id: int, judge: str, most: int) -> RerankingEstimate:
    """What reading the lists of an event would take, `most` pairs at most. For a process of its own."""
    with Session(open_job_engine(url)) as session:
        version = session.get_one(models.Event, event_id).ranking_version
        listed = [] if version is None else listed_pairs(session, event_id, version, judge)
        known = stored_judgements(session, [each.key for each in listed])
    questions = list(islice(missing_pairs(listed, known).values(), most))
    return RerankingEstimate(
        pairs=len(listed),
        cached=sum(each.key in known for each in listed),
        requests=len(questions),
        input_tokens=sum(map(input_tokens, questions)),
        output_tokens=USUAL_TOKENS * len(questions),
    )
