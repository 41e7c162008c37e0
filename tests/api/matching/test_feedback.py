"""More like this, not for me: at once for the one who says it, and for nobody else to read."""

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from api.imports.service import store_event
from api.matching import ranking_job, rankings
from api.models import AuditEntry, Match, MatchFeedback, Participant, User
from matchmaker.matching.feedback import BONUS
from matchmaker.sample import biowin_day
from tests.api.matches import add_match

Browser = Callable[[str], TestClient]
Person = Callable[[str], int]
MORE, NOT = {"verdict": "more_like_this"}, {"verdict": "not_for_me"}


@pytest.fixture
def path(event_id: int) -> str:
    return f"/api/v1/events/{event_id}/matches"


@pytest.fixture
def ranked(db: Session, person: Person) -> None:
    """Ann and Bob, Bob and Cleo, Dan and Bob match each other."""
    for one, other, score in (("ann", "bob", 0.9), ("bob", "cleo", 0.6), ("dan", "bob", 0.5)):
        for first, second in ((one, other), (other, one)):
            add_match(db, person(first), person(second), score)
    db.commit()


def names(browser: TestClient, path: str, query: str = "") -> list[str]:
    return [match["participant"]["first_name"] for match in browser.get(path + query).json()["items"]]


@pytest.mark.usefixtures("ranked")
def test_who_is_not_for_me_leaves_my_list_at_once_and_is_back_when_i_undo_it(
    signed_in: Browser, path: str, person: Person
) -> None:
    bob, to = signed_in("bob@example.org"), f"{path}/{person('ann')}"
    assert names(bob, path) == ["Ann", "Cleo", "Dan"]
    assert bob.put(f"{to}/feedback", json=NOT).json() == NOT | {"reason": None}
    assert names(bob, path) == ["Cleo", "Dan"]
    given = bob.put(f"{to}/feedback", json=NOT | {"reason": "not_my_topic"})
    assert given.json() == NOT | {"reason": "not_my_topic"}
    read = bob.get(to).json()
    assert (read["strength"], read["reasons"], read["feedback"]) == (None, [], given.json())
    assert "Ann" in names(bob, path, "?everyone=true"), "they are still found by who looks for them"
    assert bob.delete(f"{to}/feedback").status_code == 204
    assert names(bob, path) == ["Ann", "Cleo", "Dan"]
    assert bob.get(to).json()["feedback"] is None
    assert bob.delete(f"{to}/feedback").status_code == 204, "undone twice is undone"


@pytest.mark.usefixtures("ranked")
def test_nobody_else_is_shown_what_i_say(
    signed_in: Browser, path: str, person: Person, event_id: int, db: Session
) -> None:
    ann, organiser = signed_in("ann@example.org"), signed_in("organiser@example.org")
    participants = f"/api/v1/events/{event_id}/participants"
    before = ann.get(path).json(), ann.get(f"{participants}/{person('bob')}").json(), organiser.get(participants).json()
    for given in (NOT | {"reason": "wrong_organisation"}, MORE):
        assert signed_in("bob@example.org").put(f"{path}/{person('ann')}/feedback", json=given).status_code == 200
        shown = ann.get(path).json(), ann.get(f"{participants}/{person('bob')}").json()
        assert (*shown, organiser.get(participants).json()) == before
    assert db.scalars(sa.select(AuditEntry.id)).all() == [], "organisers may read the log"


@pytest.mark.usefixtures("ranked")
def test_feedback_goes_with_either_person(signed_in: Browser, path: str, person: Person, db: Session) -> None:
    for one, other in (("bob", "ann"), ("ann", "bob"), ("bob", "cleo")):
        signed_in(f"{one}@example.org").put(f"{path}/{person(other)}/feedback", json=NOT)
    kept = person("bob"), person("cleo")
    db.execute(sa.delete(Participant).where(Participant.id == person("ann")))
    db.commit()
    assert db.execute(sa.select(MatchFeedback.participant_id, MatchFeedback.other_id)).all() == [kept]


def test_feedback_that_makes_no_sense_is_refused(signed_in: Browser, path: str, person: Person) -> None:
    ann, to = signed_in("ann@example.org"), f"{path}/{person('bob')}/feedback"
    for wrong in ({}, {"verdict": "never"}, MORE | {"reason": "other"}, NOT | {"reason": "I know her"}):
        assert ann.put(to, json=wrong).status_code == 422
    assert ann.put(f"{path}/{person('ann')}/feedback", json=NOT).status_code == 404
    assert ann.put(f"{path}/999999/feedback", json=NOT).status_code == 404
    assert signed_in("organiser@example.org").put(to, json=NOT).status_code == 403
    assert signed_in("stranger@example.org").delete(to).status_code == 404


@pytest.fixture
def crowd(db: Session, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """An event of 40, ranked by words: soon."""
    monkeypatch.setenv("MATCHMAKER_EMBEDDER", "characters")
    rankings.embedder.cache_clear()
    owner = User(email="organiser@example.org")
    db.add(owner)
    db.flush()
    event = store_event(db, replace(biowin_day(people=40), requests=()), owner.id)
    db.commit()
    assert ranking_job.run(database_url, event.id, lambda: False)
    monkeypatch.setattr("api.matching.matches_routes.IS_MATCH", sa.true())  # so that lists are long
    yield event.id
    rankings.embedder.cache_clear()


@pytest.fixture
def me(db: Session, crowd: int) -> tuple[int, str]:
    """Somebody with a long list: id and address."""
    found = db.execute(
        sa.select(Match.participant_id, User.email)
        .join(Participant, Participant.id == Match.participant_id)
        .join(User, User.id == Participant.user_id)
        .where(Participant.event_id == crowd)
        .group_by(Match.participant_id, User.email)
        .order_by(sa.func.sum(Match.score).desc())
    ).first()
    assert found is not None
    return found[0], found[1]


def listed(browser: TestClient, event_id: int) -> list[int]:
    items: list[dict[str, Any]] = browser.get(f"/api/v1/events/{event_id}/matches").json()["items"]
    return [match["participant"]["id"] for match in items]


def test_no_ranking_brings_back_who_is_not_for_me_until_i_undo_it(
    signed_in: Browser, db: Session, database_url: str, crowd: int, me: tuple[int, str]
) -> None:
    """A walk of clicks, edits and whole rankings, the same each time."""
    browser, rng = signed_in(me[1]), random.Random(7)
    path = f"/api/v1/events/{crowd}/matches"
    everybody = listed(browser, crowd)
    assert len(everybody) > 20
    hidden: set[int] = set()
    for step in range(40):
        other = rng.choice(everybody[:12])
        match rng.choice(("hide", "hide", "undo", "like", "rank me", "rank them")):
            case "hide":
                browser.put(f"{path}/{other}/feedback", json=NOT)
                hidden.add(other)
            case "undo":
                browser.delete(f"{path}/{other}/feedback")
                hidden.discard(other)
            case "like":
                browser.put(f"{path}/{other}/feedback", json=MORE)
                hidden.discard(other)
            case "rank me":
                assert ranking_job.rerank_participant(database_url, me[0], lambda: False)
            case "rank them":
                assert ranking_job.rerank_participant(database_url, other, lambda: False)
        if step == 20:
            assert ranking_job.run(database_url, crowd, lambda: False)
        shown = set(listed(browser, crowd))
        assert not shown & hidden
        assert len(shown) + len(hidden) >= len(everybody)
    for other in hidden:
        browser.delete(f"{path}/{other}/feedback")
    assert set(listed(browser, crowd)) >= hidden


def test_more_like_this_reorders_my_list_at_once_and_within_bounds(
    signed_in: Browser, db: Session, crowd: int, me: tuple[int, str]
) -> None:
    browser = signed_in(me[1])
    before = listed(browser, crowd)
    mine = sa.select(Match).where(Match.participant_id == me[0])
    standing = {match.other_id: match.standing for match in db.scalars(mine)}
    liked = before[len(before) // 2]
    browser.put(f"/api/v1/events/{crowd}/matches/{liked}/feedback", json=MORE)
    after = listed(browser, crowd)
    assert after != before
    assert sorted(after) == sorted(before)
    assert after.index(liked) < before.index(liked)
    for higher, lower in pairwise(after):
        assert standing[higher] + BONUS >= standing[lower] - 1e-5, "it reorders near equals only"
    browser.delete(f"/api/v1/events/{crowd}/matches/{liked}/feedback")
    assert listed(browser, crowd) == before


def test_who_is_not_for_me_is_recommended_to_less_by_the_next_ranking_and_taught_from(
    signed_in: Browser, db: Session, database_url: str, crowd: int, me: tuple[int, str]
) -> None:
    browser = signed_in(me[1])
    other = listed(browser, crowd)[0]
    mine = sa.select(Match.score).where(Match.participant_id == me[0], Match.other_id == other)
    theirs = sa.select(Match.score).where(Match.participant_id == other, Match.other_id == me[0])
    plain = db.scalars(mine).one()
    browser.put(f"/api/v1/events/{crowd}/matches/{other}/feedback", json=NOT)
    waiting = db.execute(sa.text("SELECT args ->> 'participant_id' FROM procrastinate_jobs")).scalars().all()
    assert waiting == [str(me[0])]
    assert ranking_job.rerank_participant(database_url, me[0], lambda: False)
    db.rollback()
    scores = [*db.scalars(mine), *db.scalars(theirs)]
    assert scores
    assert scores == pytest.approx([plain / 2] * len(scores), abs=1e-4)
    assert ranking_job.run(database_url, crowd, lambda: False)
    db.rollback()
    assert all(score < 0.75 * plain for score in [*db.scalars(mine), *db.scalars(theirs)])
    learning = signed_in("organiser@example.org").get(f"/api/v1/events/{crowd}/matching").json()["ranking"]["learning"]
    assert learning["outcomes"] == 1
