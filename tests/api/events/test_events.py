"""Events as their members see them."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from api.models import Event, Membership, Organisation, Schedule, ScheduleState, TeamRole, User

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'
Browser = Callable[[str], TestClient]


def statements_of(call: Callable[[], object]) -> list[str]:
    """The statements that the call sends to the database."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        call()
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)
    return statements


def test_a_member_sees_the_event_with_their_part_in_it(signed_in: Browser, event_id: int) -> None:
    event = signed_in("bob@example.org").get(f"/api/v1/events/{event_id}").json()
    assert event["slug"] == "journee-d-ete"
    assert event["starts"] == "2026-12-08T10:00:00+01:00"
    assert event["ends"] == "2026-12-08T14:40:00+01:00"
    assert event["types"] == ["exhibitor", "investor", "start-up"]
    assert event["countries"] == ["BE", "FR", "NL"]
    assert [theme["code"] for theme in event["themes"]] == ["therapies", "devices"]
    assert event["membership"]["role"] is None
    assert event["membership"]["participant_id"] is not None
    assert event["published_schedule_id"] is None


def test_the_published_schedule_is_the_one_in_that_state(signed_in: Browser, event_id: int, db: Session) -> None:
    states = (ScheduleState.SUPERSEDED, ScheduleState.PUBLISHED, ScheduleState.DRAFT)
    for version, state in enumerate(states, start=1):
        db.add(
            Schedule(event_id=event_id, version=version, state=state, options={}, progress={}, goals=[], measures={})
        )
    db.commit()
    published = db.scalar(sa.select(Schedule.id).where(Schedule.state == ScheduleState.PUBLISHED))
    event = signed_in("bob@example.org").get(f"/api/v1/events/{event_id}").json()
    assert event["published_schedule_id"] == published


def test_the_organisations_are_those_from_which_people_take_part(
    signed_in: Browser, event_id: int, db: Session
) -> None:
    db.add(Organisation(event_id=event_id, name="Nobody's", key="nobody's"))
    db.commit()
    found = signed_in("ann@example.org").get(f"/api/v1/events/{event_id}/organisations").json()
    assert [each["name"] for each in found] == ["Aurora Therapeutics", "Meuse Capital", "Sambre Devices"]


def test_to_strangers_an_event_does_not_exist(signed_in: Browser, event_id: int, client: TestClient) -> None:
    stranger = signed_in("stranger@example.org")
    for path in (
        "",
        "/slots",
        "/places",
        "/organisations",
        "/logo",
        "/participants",
        "/requests",
        "/matches",
        "/workbook.xlsx",
    ):
        assert stranger.get(f"/api/v1/events/{event_id}{path}").status_code == 404
        assert client.get(f"/api/v1/events/{event_id}{path}").status_code == 401
    assert stranger.get("/api/v1/events").json()["items"] == []


def test_the_list_holds_my_events_only(signed_in: Browser, event_id: int) -> None:
    for email in ("organiser@example.org", "cleo@example.org"):
        page = signed_in(email).get("/api/v1/events").json()
        assert [event["id"] for event in page["items"]] == [event_id]
        assert page["total"] == 1


def test_a_list_of_events_costs_the_same_at_any_length(signed_in: Browser, event_id: int, db: Session) -> None:
    browser = signed_in("organiser@example.org")
    one = statements_of(lambda: browser.get("/api/v1/events"))
    user = db.scalars(sa.select(User).where(User.email == "organiser@example.org")).one()
    for n in range(12):
        event = Event(
            slug=f"more-{n}",
            name=f"More {n}",
            time_zone="Europe/Brussels",
            languages=["en"],
            colour="#000000",
            themes={},
        )
        db.add(event)
        db.flush()
        db.add(Membership(event_id=event.id, user_id=user.id, role=TeamRole.OWNER))
    db.commit()
    many = statements_of(lambda: browser.get("/api/v1/events"))
    page = browser.get("/api/v1/events").json()
    assert (len(page["items"]), page["total"]) == (13, 13)
    assert page["items"][-1] == browser.get(f"/api/v1/events/{event_id}").json()
    assert page["items"][0]["types"] == page["items"][0]["countries"] == []
    assert len(many) == len(one) == 2, "the session and the list"


def test_slots_and_places_are_in_order(signed_in: Browser, event_id: int) -> None:
    browser = signed_in("ann@example.org")
    slots = browser.get(f"/api/v1/events/{event_id}/slots").json()
    assert [(slot["position"], slot["session"], slot["starts"][11:16]) for slot in slots] == [
        (0, "Morning", "10:00"),
        (1, "Morning", "10:20"),
        (2, "Afternoon", "14:00"),
        (3, "Afternoon", "14:20"),
    ]
    places = browser.get(f"/api/v1/events/{event_id}/places").json()
    assert [(place["name"], place["kind"], place["capacity"]) for place in places] == [
        ("Table 1", "table", 1),
        ("Table 2", "table", 1),
        ("Stand 1", "stand", 2),
    ]
    assert places[2]["organisation"]["name"] == "Sambre Devices"


def test_an_organiser_changes_the_event_and_nobody_else(signed_in: Browser, event_id: int, db: Session) -> None:
    helper = User(email="helper@example.org")
    db.add(helper)
    db.flush()
    db.add(Membership(event_id=event_id, user_id=helper.id, role=TeamRole.HELPER))
    db.commit()
    change = {"name": "Jour d'été", "colour": "#AA0033", "languages": ["fr"]}
    for email in ("ann@example.org", "helper@example.org"):
        answer = signed_in(email).patch(f"/api/v1/events/{event_id}", json=change)
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    event = signed_in("organiser@example.org").patch(f"/api/v1/events/{event_id}", json=change).json()
    assert (event["name"], event["colour"], event["languages"]) == ("Jour d'été", "#aa0033", ["fr"])


@pytest.mark.parametrize(
    ("data", "media_type"), [(PNG, "image/png"), (b"\xff\xd8\xff\xe0", "image/jpeg"), (SVG, "image/svg+xml")]
)
def test_a_logo_is_served_as_what_it_is(signed_in: Browser, event_id: int, data: bytes, media_type: str) -> None:
    browser = signed_in("organiser@example.org")
    event = browser.put(f"/api/v1/events/{event_id}/logo", files={"file": ("logo.txt", data)}).json()
    answer = browser.get(event["logo_url"])
    assert (answer.content, answer.headers["content-type"]) == (data, media_type)
    assert "sandbox" in answer.headers["content-security-policy"]


def test_what_is_no_image_or_too_large_is_no_logo(signed_in: Browser, event_id: int, db: Session) -> None:
    browser = signed_in("organiser@example.org")
    html = browser.put(f"/api/v1/events/{event_id}/logo", files={"file": ("a.png", b"<html><script>1</script>")})
    assert (html.status_code, html.json()["code"]) == (422, "invalid")
    huge = browser.put(f"/api/v1/events/{event_id}/logo", files={"file": ("a.png", PNG + bytes(600 * 1024))})
    assert huge.status_code == 413
    assert browser.get(f"/api/v1/events/{event_id}").json()["logo_url"] is None
    assert db.scalar(sa.select(Event.logo)) is None
