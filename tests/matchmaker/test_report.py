"""The figures of an event are counted from its data."""

import json

from hypothesis import given, settings

from matchmaker.event import Event, Preference, RequestStatus
from matchmaker.report import report
from matchmaker.scheduling.candidates import problem_of
from tests.make import meeting, schedule
from tests.matchmaker.events import event, events, person, request

PEOPLE = (person("ann"), person("bob", country="FR"), person("carl", organisation="Ann NV"), person("dora"))
REQUESTS = (
    request("ann", "bob"),
    request("ann", "carl"),
    request("ann", "dora"),
    request("bob", "dora", status=RequestStatus.DECLINED),
)


def test_the_report_counts_people_countries_requests_and_what_takes_place() -> None:
    known = event(*PEOPLE, requests=REQUESTS)
    problem, _ = problem_of(known, lambda _a, _b: 0.5)
    value = problem.candidates[0].value
    found = report(known, problem, schedule(meeting(0, 0, 0, 0, 1), meeting(1, 2, 0, 0, 2)), bound=3 * value)
    assert (found.participants, found.organisations, found.countries) == (4, 3, {"BE": 3, "FR": 1})
    assert (found.sent, found.requests[RequestStatus.ACCEPTED], found.requests[RequestStatus.DECLINED]) == (4, 3, 1)
    figures = found.schedule
    assert figures is not None
    assert (figures.candidates, figures.meetings, figures.people, figures.between_countries) == (3, 2, 3, 1)
    assert (figures.breaks, figures.idle) == (1, 1)
    assert figures.placed_share == 2 / 3
    assert figures.gap == 1 / 3


def test_an_event_without_a_schedule_is_reported_without_one() -> None:
    found = report(event(*PEOPLE, requests=REQUESTS))
    assert found.schedule is None
    assert found.as_data()["schedule"] is None


def test_the_text_names_the_figures_as_each_language_writes_them() -> None:
    known = event(*PEOPLE, requests=REQUESTS)
    problem, _ = problem_of(known, lambda _a, _b: 0.5)
    found = report(known, problem, schedule(meeting(0, 0, 0, 0, 1)), bound=12345)
    assert "meetings placed" in found.text("en")
    assert "1 (33.3%)" in found.text("en")
    assert "rendez-vous placés" in found.text("fr")
    assert "geplaatste afspraken" in found.text("nl")
    assert "12.345" in found.text("nl")
    assert "1 (33,3\u00a0%)" in found.text("de")
    assert "Belgique" in found.text("fr")


@settings(max_examples=30, deadline=None)
@given(events())
def test_the_parts_add_up_and_every_report_is_json(known: Event) -> None:
    found = report(known)
    assert sum(found.countries.values()) == found.participants
    assert found.sent == sum(request.preference is not Preference.NEVER for request in known.requests)
    assert json.loads(json.dumps(found.as_data()))["participants"] == len(known.people)
    labels = {language: [label for label, *_ in found.lines(language)] for language in ("en", "fr", "nl")}
    assert len({len(of_language) for of_language in labels.values()}) == 1
