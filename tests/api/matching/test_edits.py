"""An edit ranks one person again, and changes the lists of others only where that person enters, moves or leaves."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from api.imports.service import store_event
from api.jobs.app import NIGHT
from api.jobs.retry import BusyError
from api.matching import ranking_job, store
from api.matching.jobs import rank_edited_events
from api.models import Event, Match, MeetingRequest, Need, Offer, Participant, StoredRanking, User
from matchmaker.event import Preference
from matchmaker.sample import biowin_day
from tests.api.jobs.test_jobs import in_worker

Rows = dict[tuple[int, int], dict[str, Any]]


def go_on() -> bool:
    return False


@pytest.fixture
def crowd(db: Session, database_url: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """An event of 70 in which lists are cut at 12 and candidates at 20, ranked."""
    monkeypatch.setattr("matchmaker.matching.score.CANDIDATES", 20)
    for module in ("matchmaker.matching.score", "api.matching.store"):
        monkeypatch.setattr(f"{module}.TOP", 12)
    monkeypatch.setattr("matchmaker.matching.score.rank.__kwdefaults__", {**_defaults(), "top": 12})
    owner = User(email="organiser@example.org")
    db.add(owner)
    db.flush()
    event = store_event(db, replace(biowin_day(people=70), requests=()), owner.id)
    db.commit()
    monkeypatch.setattr("api.matching.rankings.ranking_of.__defaults__", (12, None))
    assert ranking_job.run(database_url, event.id, go_on)
    return event.id


def _defaults() -> dict[str, Any]:
    from matchmaker.matching.score import rank

    return cast(dict[str, Any], rank.__kwdefaults__)


def rows(db: Session) -> Rows:
    db.rollback()
    found = db.execute(sa.select(cast(sa.Table, Match.__table__))).mappings()
    return {(row["participant_id"], row["other_id"]): dict(row) for row in found}


def lists(db: Session) -> dict[int, list[int]]:
    by_person: dict[int, list[int]] = {}
    for (one, other), _ in sorted(rows(db).items(), key=lambda item: (item[0][0], -item[1]["standing"])):
        by_person.setdefault(one, []).append(other)
    return by_person


def test_ranking_somebody_again_who_changed_nothing_writes_nothing(db: Session, database_url: str, crowd: int) -> None:
    before = rows(db)
    written = sa.text("SELECT xmin::text || ctid::text FROM matches ORDER BY 1")
    places = db.scalars(written).all()
    tied = {one for (one, _), row in before.items() if row["score"] < 0.01}
    others = sorted({one for one, _ in before} - tied)[:10]
    assert len(others) == 10
    for person_id in others:
        assert ranking_job.rerank_participant(database_url, person_id, go_on)
    assert rows(db) == before
    assert db.scalars(written).all() == places
    assert db.scalars(sa.select(StoredRanking.edits)).one() == 10
    assert crowd


def test_an_edit_gives_what_a_whole_ranking_at_the_same_prices_would(
    db: Session, database_url: str, crowd: int
) -> None:
    """Without damping a whole ranking has no prices, so both must agree in every list."""
    event = db.get_one(Event, crowd)
    event.matching = {"popularity_damping": 0, "learning": False}
    db.commit()
    assert ranking_job.run(database_url, crowd, go_on)
    before, ids = lists(db), sorted(lists(db))
    sought = max(ids, key=lambda i: sum(i in listed for listed in before.values()))
    other = next(i for i in ids if i != sought and i not in before[sought])
    for table in (Need, Offer):
        texts = db.scalars(sa.select(table.text).where(table.participant_id == other)).all()
        db.execute(sa.delete(table).where(table.participant_id == sought))
        db.add_all(table(participant_id=sought, position=i, text=f"{text} today") for i, text in enumerate(texts))
    db.commit()
    assert ranking_job.rerank_participant(database_url, sought, go_on)
    edited = lists(db)
    assert edited != before
    assert {len(listed) for listed in edited.values()} <= {*range(13)}
    scores = {pair: row["score"] for pair, row in rows(db).items()}
    assert ranking_job.run(database_url, crowd, go_on)
    whole = lists(db)
    agreeing = [len({*edited[i]} & {*whole[i]}) / max(len(whole[i]), 1) for i in ids]
    assert min(agreeing) >= 0.8, "the curve of a new whole ranking differs a little, its lists hardly"
    assert sum(agreeing) / len(agreeing) > 0.97
    again = {pair: row["score"] for pair, row in rows(db).items()}
    differences = [abs(scores[pair] - again[pair]) for pair in scores.keys() & again.keys()]
    assert sum(differences) / len(differences) < 0.01
    mirrored = {(b, a) for a, b in scores} & scores.keys()
    assert all(scores[a, b] == pytest.approx(scores[b, a], abs=1e-4) for a, b in mirrored if sought in (a, b))


def test_who_has_nothing_to_say_any_more_leaves_the_lists_and_others_follow(
    db: Session, database_url: str, crowd: int
) -> None:
    before = lists(db)
    sought = max(before, key=lambda i: sum(i in listed for listed in before.values()))
    for table in (Need, Offer):
        db.execute(sa.delete(table).where(table.participant_id == sought))
    db.execute(sa.update(Participant).where(Participant.id == sought).values(themes=[]))
    db.commit()
    assert ranking_job.rerank_participant(database_url, sought, go_on)
    after = lists(db)
    assert sum(sought in listed for listed in after.values()) < sum(sought in listed for listed in before.values())
    assert all(len(after[i]) == len(before[i]) for i in before if i != sought), "no list is left with a gap"


def test_a_note_never_to_meet_takes_two_out_of_each_others_lists(
    db: Session, database_url: str, event_id: int, person: Callable[[str], int]
) -> None:
    assert ranking_job.run(database_url, event_id, go_on)
    pair = person("ann"), person("bob")
    assert {pair, pair[::-1]} <= rows(db).keys()
    asked = db.scalars(sa.select(MeetingRequest).where(MeetingRequest.sender_id == pair[0])).one()
    asked.preference = Preference.NEVER
    db.commit()
    assert ranking_job.rerank_participant(database_url, pair[0], go_on)
    assert not {pair, pair[::-1]} & rows(db).keys()


def test_events_with_edits_are_ranked_by_night(
    db: Session, database_url: str, event_id: int, person: Callable[[str], int]
) -> None:
    def by_night() -> list[tuple[str, int]]:
        in_worker(database_url, lambda context: rank_edited_events.func(context, timestamp=0))
        db.rollback()
        return [tuple(row) for row in db.execute(sa.text("SELECT task_name, priority FROM procrastinate_jobs"))]

    assert ranking_job.run(database_url, event_id, go_on)
    assert by_night() == [], "nobody was edited"
    assert ranking_job.rerank_participant(database_url, person("ann"), go_on)
    assert by_night() == [("rank_event", NIGHT)]


def test_a_participant_cannot_be_ranked_where_nobody_is_yet(
    database_url: str, event_id: int, person: Callable[[str], int]
) -> None:
    assert event_id
    assert not ranking_job.rerank_participant(database_url, person("ann"), go_on), (
        "a whole ranking has to be made first"
    )


def test_two_processes_never_write_one_ranking(
    db: Session, database_url: str, engine: sa.Engine, event_id: int, person: Callable[[str], int]
) -> None:
    assert ranking_job.run(database_url, event_id, go_on)
    before = rows(db)
    with engine.connect() as other:
        assert store.lock(other, event_id)
        with pytest.raises(BusyError):
            ranking_job.run(database_url, event_id, go_on)
        with pytest.raises(BusyError):
            ranking_job.rerank_participant(database_url, person("ann"), go_on)
        other.execute(sa.select(sa.func.pg_advisory_unlock_all()))
    assert rows(db) == before
    assert ranking_job.run(database_url, event_id, go_on), "what was done before is done again without harm"
    assert {(pair, row["score"]) for pair, row in rows(db).items()} == {(p, row["score"]) for p, row in before.items()}
    assert db.scalars(sa.select(StoredRanking.version)).all() == [2], "what an earlier ranking left is deleted"
    assert set(db.scalars(sa.select(Match.ranking_version))) == {2}
