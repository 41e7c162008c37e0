"""The organiser's rules of matching, and what they are told of the ranking in use."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session, aliased

from api.imports.service import store_event
from api.matching import ranking_job, rankings
from api.models import Event, Match, Meeting, MeetingAttendee, Participant, Place, Slot, User
from api.models.schedules import ScheduleState
from matchmaker.event import Request, RequestStatus
from matchmaker.sample import biowin_day
from tests.api.drafts import queued
from tests.api.small_event import SLOTS, small_event

Browser = Callable[[str], TestClient]
ORGANISER = "organiser@example.org"
job = sa.table("procrastinate_jobs", *map(sa.column, ("id", "status", "task_name", "queueing_lock")))


@pytest.fixture
def path(event_id: int) -> str:
    return f"/api/v1/events/{event_id}/matching"


def rank(url: str, event_id: int) -> None:
    assert ranking_job.run(url, event_id, lambda: False)


def partners(db: Session, number: int) -> list[int]:
    """Whom somebody is proposed, the best first."""
    mine = sa.select(Match.other_id).where(Match.participant_id == number)
    return list(db.scalars(mine.order_by(Match.standing.desc())))


def kinds(browser: TestClient, event_id: int, other_id: int) -> list[str]:
    """The reasons for which the browser's person should meet another."""
    matches = browser.get(f"/api/v1/events/{event_id}/matches").json()["items"]
    return [r["kind"] for match in matches if match["participant"]["id"] == other_id for r in match["reasons"]]


def test_matching_is_the_organisers(signed_in: Browser, client: TestClient, path: str) -> None:
    for method, address, body in (("GET", path, None), ("PATCH", path, {}), ("POST", f"{path}/ranking", None)):
        assert client.request(method, address, json=body).status_code == 401
        for email, status in (("stranger@example.org", 404), ("ann@example.org", 403)):
            assert signed_in(email).request(method, address, json=body).status_code == status
        assert signed_in(ORGANISER).request(method, address, json=body).status_code in (200, 202)


def test_new_rules_stand_and_ask_for_a_new_ranking(signed_in: Browser, path: str, db: Session) -> None:
    organiser = signed_in(ORGANISER)
    before = organiser.get(path).json()
    assert (before["state"], before["ranking"], before["rules"]["country_bonus"]) == ("current", None, 0)
    assert organiser.patch(path, json={"theme_bonus": before["rules"]["theme_bonus"]}).json()["state"] == "current"
    after = organiser.patch(path, json={"country_bonus": 15, "learning": False}).json()
    assert after["rules"] == before["rules"] | {"country_bonus": 15, "learning": False}
    assert after["state"] == "queued"
    assert db.scalars(sa.select(job.c.task_name)).all() == ["rank_event"]


def test_rules_that_make_no_sense_are_refused_by_name(signed_in: Browser, path: str) -> None:
    organiser = signed_in(ORGANISER)
    for wrong in ({"country_bonus": 101}, {"may_not_meet": [["investor"]]}, {"bonus": 1}):
        assert organiser.patch(path, json=wrong).status_code == 422
    answer = organiser.patch(path, json={"may_not_meet": [["start-up", "start-up"], ["investor", "astronaut"]]}).json()
    assert answer["errors"] == [
        {"loc": ["body", "may_not_meet", 1], "message": "not a participation type of this event: astronaut"}
    ]
    assert organiser.get(path).json()["rules"]["may_not_meet"] == [["investor", "investor"]]


def test_investors_do_not_meet_investors_until_the_organiser_decides_otherwise(
    signed_in: Browser, path: str, db: Session
) -> None:
    organiser = signed_in(ORGANISER)
    assert organiser.get(path).json()["rules"]["may_not_meet"] == [["investor", "investor"]]
    assert organiser.patch(path, json={"country_bonus": 5}).json()["rules"]["may_not_meet"] == [
        ["investor", "investor"]
    ]
    assert organiser.patch(path, json={"may_not_meet": []}).json()["rules"]["may_not_meet"] == []
    event = db.scalars(sa.select(Event)).first()
    assert event is not None
    db.refresh(event)
    assert event.matching["may_not_meet"] == []


def test_a_type_that_nobody_has_any_more_does_not_lock_the_rules(signed_in: Browser, path: str, db: Session) -> None:
    organiser, gone = signed_in(ORGANISER), [["hospital", "astronaut"]]
    event = db.scalars(sa.select(Event)).first()
    assert event is not None
    event.matching = {"may_not_meet": gone}
    db.commit()
    kept = organiser.patch(path, json={"country_bonus": 10, "may_not_meet": gone})
    assert kept.status_code == 200
    assert kept.json()["rules"]["may_not_meet"] == gone
    assert organiser.patch(path, json={"may_not_meet": [["hospital", "cosmonaut"]]}).status_code == 422


def test_types_kept_apart_are_neither_matched_nor_asked(
    signed_in: Browser, path: str, db: Session, database_url: str, event_id: int, person: Callable[[str], int]
) -> None:
    rank(database_url, event_id)
    assert person("bob") in partners(db, person("ann"))
    assert signed_in(ORGANISER).patch(path, json={"may_not_meet": [["investor", "start-up"]]}).status_code == 200
    rank(database_url, event_id)
    db.expire_all()
    assert partners(db, person("ann")) == []
    assert partners(db, person("bob")) == [person("cleo")]
    asked = signed_in("dan@example.org").post(
        f"/api/v1/events/{event_id}/requests", json={"recipient_id": person("bob")}
    )
    assert (asked.status_code, asked.json()["code"]) == (409, "not-allowed")


def test_a_bonus_for_two_countries_raises_scores_and_is_told(
    signed_in: Browser, path: str, db: Session, database_url: str, event_id: int, person: Callable[[str], int]
) -> None:
    def of_bob() -> Match:
        rank(database_url, event_id)
        db.expire_all()
        found = sa.select(Match).where(Match.participant_id == person("ann"), Match.other_id == person("bob"))
        return db.scalars(found).one()

    plain = of_bob().score
    signed_in(ORGANISER).patch(path, json={"country_bonus": 50})
    match = of_bob()
    assert match.score > plain
    assert "country" in kinds(signed_in("ann@example.org"), event_id, person("bob"))


def test_the_figures_are_those_of_the_ranking_in_use(
    signed_in: Browser, path: str, database_url: str, event_id: int, person: Callable[[str], int]
) -> None:
    rank(database_url, event_id)
    answer = signed_in(ORGANISER).get(path).json()
    assert answer["state"] == "current"
    figures = answer["ranking"]
    assert figures["people"] == 4
    assert 0 <= figures["exposure"]["gini"] <= 1
    assert figures["exposure"]["never_shown"] == 0
    assert [p["id"] for p in figures["insufficient_text"]] == [person("dan")]
    assert figures["notices"] == []
    assert figures["learning"]["text"].startswith("Non utilisé\u00a0: trop peu")
    signed_in(ORGANISER).patch(path, json={"learning": False})
    assert signed_in(ORGANISER).get(path).json()["ranking"]["learning"] is not None, "true of the ranking in use"
    rank(database_url, event_id)
    assert signed_in(ORGANISER).get(path).json()["ranking"]["learning"] is None


@pytest.mark.parametrize(
    ("named", "told"),
    [("server:bge-m3@http://127.0.0.1:9/v1", "the embedding server failed"), ("bge-m3", "unknown embedder 'bge-m3'")],
)
def test_a_model_that_cannot_be_had_is_told_to_the_organiser(
    signed_in: Browser,
    path: str,
    database_url: str,
    event_id: int,
    monkeypatch: pytest.MonkeyPatch,
    named: str,
    told: str,
) -> None:
    monkeypatch.setenv("MATCHMAKER_EMBEDDER", named)
    rankings.embedder.cache_clear()
    ranking_job.warm()
    rank(database_url, event_id)
    rankings.embedder.cache_clear()
    (notice,) = signed_in(ORGANISER).get(path).json()["ranking"]["notices"]
    assert notice["kind"] == "fallback"
    assert told in notice["text"]


def test_a_ranking_that_failed_is_told_until_one_is_made(
    signed_in: Browser, path: str, database_url: str, event_id: int, db: Session
) -> None:
    organiser = signed_in(ORGANISER)
    assert organiser.post(f"{path}/ranking").json()["state"] == "queued"
    for status in ("doing", "failed"):
        db.execute(
            sa.text("UPDATE procrastinate_jobs SET status = CAST(:status AS procrastinate_job_status)"),
            {"status": status},
        )
    db.commit()
    assert organiser.get(path).json()["state"] == "failed"
    rank(database_url, event_id)
    assert organiser.get(path).json()["state"] == "current"


def earlier(db: Session, requests: tuple[Request, ...] = ()) -> int:
    """The same owner's event of the year before, in whose published schedule Ann met Bob."""
    owner = db.scalars(sa.select(User).where(User.email == ORGANISER)).one()
    year = timedelta(days=365)
    slots = tuple(replace(slot, starts=slot.starts - year, ends=slot.ends - year) for slot in SLOTS)
    event = store_event(db, small_event(name="The year before", slots=slots, requests=requests), owner.id)
    two = db.scalars(
        sa.select(Participant.id)
        .join(Participant.user)
        .where(Participant.event_id == event.id, User.email.in_(("ann@example.org", "bob@example.org")))
    )
    schedule = queued(db, event.id, state=ScheduleState.PUBLISHED)
    slot, place = (db.scalars(sa.select(of.id).where(of.event_id == event.id)).first() for of in (Slot, Place))
    attendees = [MeetingAttendee(participant_id=number) for number in two]
    db.add(Meeting(schedule_id=schedule.id, slot_id=slot, place_id=place, attendees=attendees))
    db.commit()
    return event.id


def test_who_met_at_an_earlier_event_is_proposed_lower(
    signed_in: Browser, path: str, db: Session, database_url: str, event_id: int, person: Callable[[str], int]
) -> None:
    rank(database_url, event_id)
    one = sa.select(Match).where(Match.participant_id == person("ann"), Match.other_id == person("bob"))
    plain = db.scalars(one).one().score
    before = earlier(db)
    rank(database_url, event_id)
    match = db.scalars(one.execution_options(populate_existing=True)).one()
    assert match.score < plain
    assert "met_before" in kinds(signed_in("ann@example.org"), event_id, person("bob"))
    assert signed_in(ORGANISER).get(path).json()["ranking"]["pairs_met_before"] == 1
    signed_in(ORGANISER).patch(path, json={"met_before_penalty": 0})
    rank(database_url, event_id)
    assert db.scalars(one.execution_options(populate_existing=True)).one().score == plain
    assert db.get_one(Event, before).ranked_at is None


def answered(db: Session) -> int:
    """An event whose people say yes to nearly all who share their theme, and no to nearly all others."""
    owner = db.scalars(sa.select(User).where(User.email == ORGANISER)).one()
    sample = biowin_day(people=40)
    people = tuple(replace(p, themes=(list(sample.themes)[i % 2],)) for i, p in enumerate(sample.people))
    requests = tuple(
        Request(
            sender=people[i].email,
            recipient=people[(i + step) % len(people)].email,
            status=RequestStatus.ACCEPTED if (step % 2 == 0) == ((i * step) % 11 > 0) else RequestStatus.DECLINED,
        )
        for i in range(len(people))
        for step in range(1, 9)
    )
    event = store_event(db, replace(sample, people=people, requests=requests), owner.id)
    db.commit()
    return event.id


def alike(db: Session, event_id: int) -> float:
    """How many of the first five of all lists share the theme of the one whose list it is."""
    one, other = aliased(Participant), aliased(Participant)
    shares = sa.select(sa.func.avg(sa.cast(one.themes == other.themes, sa.Integer)))
    place = sa.func.row_number().over(partition_by=Match.participant_id, order_by=Match.standing.desc())
    listed = sa.select(Match.participant_id, Match.other_id, place.label("place")).subquery()
    found = (
        shares.select_from(listed)
        .join(one, one.id == listed.c.participant_id)
        .join(other, other.id == listed.c.other_id)
        .where(one.event_id == event_id, listed.c.place <= 5)
    )
    return float(db.scalar(found) or 0)


@pytest.mark.usefixtures("event_id")
def test_answers_are_learned_from_once_they_beat_the_plain_score(
    signed_in: Browser, db: Session, database_url: str
) -> None:
    number = answered(db)
    organiser, path = signed_in(ORGANISER), f"/api/v1/events/{number}/matching"
    assert organiser.patch(path, json={"theme_bonus": 0, "learning": False}).status_code == 200
    rank(database_url, number)
    assert organiser.get(path).json()["ranking"]["learning"] is None
    plain = alike(db, number)
    organiser.patch(path, json={"learning": True})
    rank(database_url, number)
    learned = organiser.get(path).json()["ranking"]["learning"]
    assert learned["applied"], learned
    assert learned["auc"] > learned["baseline_auc"] + 0.2
    assert learned["text"].startswith("Utilisé\u00a0: appris de")
    assert alike(db, number) > plain + 0.2


def test_the_answers_of_earlier_events_are_learned_from(
    signed_in: Browser, path: str, db: Session, database_url: str, event_id: int
) -> None:
    def outcomes() -> int:
        rank(database_url, event_id)
        return int(signed_in(ORGANISER).get(path).json()["ranking"]["learning"]["outcomes"])

    own = outcomes()
    earlier(db, (Request(sender="ann@example.org", recipient="cleo@example.org", status=RequestStatus.DECLINED),))
    assert outcomes() == own + 1
