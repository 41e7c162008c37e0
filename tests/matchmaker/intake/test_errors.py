"""What is said about a workbook that is wrong."""

from datetime import datetime

import pytest

from matchmaker.intake import IntakeErrors, read_workbook
from matchmaker.locale import LANGUAGES
from tests.matchmaker.events import at, sheets, workbook
from tests.matchmaker.intake.workbooks import Rows, errors, people, the_error

# What is wrong, and what is said of it: sheet, row, column, value, and a word of what was expected.
WRONG: dict[str, tuple[dict[str, Rows | None], tuple[str, int | None, str, str, str]]] = {
    "a missing sheet": ({"slots": None}, ("slots", None, "", "", "session, start, end")),
    "a missing column": (
        {"places": [["kind"], ["table"]]},
        ("places", 1, "name", "", "this column"),
    ),
    "a column that comes twice": (
        {"places": [["name", "Place"], ["T1", "T1"]]},
        ("places", 1, "Place", "", "only once"),
    ),
    "a text that is too long": (
        {"places": [["name"], ["T" * 201]]},
        ("places", 2, "name", "T" * 100, "at most 200 characters; there are 201"),
    ),
    "a text that turns its neighbours around": (
        {"places": [["name"], ["T\u202e1"]]},
        ("places", 2, "name", "T\ufffd1", "U+202E"),
    ),
    "a name that nobody sees": (
        {"places": [["name"], ["\u200b"]]},
        ("places", 2, "name", "\ufffd", "invisible"),
    ),
    "a place with too many seats": (
        {"places": [["name", "capacity"], ["T1", 10_001]]},
        ("places", 2, "capacity", "10001", "from 1 to 10000"),
    ),
    "more slots than an event has": (
        {"slots": [["session", "start", "end", "minutes"], ["Morning", at(9), datetime(2199, 12, 31), 1]]},
        ("slots", 2, "minutes", "1", "at most 2000 slots"),
    ),
    "a time at the end of the calendar": (
        {"slots": [["session", "start", "end", "minutes"], ["Morning", at(9), "9999-12-31 00:00", 1]]},
        ("slots", 2, "end", "9999-12-31 00:00", "date and time"),
    ),
    "more offers than one person makes": (
        {"offers_and_needs": [["email", "kind", "text"], *[["ann@example.org", "offer", "Help"]] * 52]},
        ("offers and needs", 52, "text", "Help", "at most 50 offers and 50 needs of one person (1 more"),
    ),
    "an empty cell of a required column": (
        {"places": [["name", "kind"], ["", "table"]]},
        ("places", 2, "name", "", "required"),
    ),
    "a bad e-mail address": (
        {
            "participants": people(
                ["ann@example.org", "Ann", "P", "A", "BE"],
                ["bob@example.org", "Bob", "D", "B", "BE"],
                ["carl at home", "Carl", "E", "C", "BE"],
            )
        },
        ("participants", 4, "email", "carl at home", "e-mail address"),
    ),
    "a duplicated person": (
        {
            "participants": people(
                ["ann@example.org", "Ann", "P", "A", "BE"],
                ["bob@example.org", "Bob", "D", "B", "BE"],
                ["Ann@Example.org", "Ann", "P", "A", "BE"],
            )
        },
        ("participants", 4, "email", "Ann@Example.org", "row 2"),
    ),
    "a request to nobody": (
        {"requests": [["from", "to"], ["ann@example.org", "rob@example.org"]]},
        ("requests", 2, "to", "rob@example.org", "bob@example.org"),
    ),
    "a request to oneself": (
        {"requests": [["from", "to"], ["ann@example.org", "ann@example.org"]]},
        ("requests", 2, "to", "ann@example.org", "somebody other"),
    ),
    "a request made twice": (
        {"requests": [["from", "to"], *[["ann@example.org", "bob@example.org"]] * 2]},
        ("requests", 3, "to", "bob@example.org", "row 2"),
    ),
    "an unknown status": (
        {"requests": [["from", "to", "status"], ["ann@example.org", "bob@example.org", "maybe"]]},
        ("requests", 2, "status", "maybe", "pending, accepted, declined, withdrawn, expired"),
    ),
    "an unknown preference": (
        {"requests": [["from", "to", "preference"], ["ann@example.org", "bob@example.org", "love"]]},
        ("requests", 2, "preference", "love", "must, like, never"),
    ),
    "a slot that ends before it starts": (
        {"slots": [["session", "start", "end"], ["Morning", at(9, 20), at(9)]]},
        ("slots", 2, "end", "2026-10-15 09:00:00", "after the start, 2026-10-15 09:20"),
    ),
    "overlapping slots": (
        {"slots": [["session", "start", "end"], ["Morning", at(9), at(9, 20)], ["Morning", at(9, 10), at(9, 30)]]},
        ("slots", 3, "start", "2026-10-15 09:10:00", "2026-10-15 09:20"),
    ),
    "a time that is none": (
        {"slots": [["session", "start", "end"], ["Morning", "nine", at(9, 20)]]},
        ("slots", 2, "start", "nine", "date and time"),
    ),
    "a month where the day should be": (
        {"slots": [["session", "start", "end"], ["Morning", "10/15/2026 09:00", at(9, 20)]]},
        ("slots", 2, "start", "10/15/2026 09:00", "15/10/2026"),
    ),
    "a time that the clock skips": (
        {"slots": [["session", "start", "end"], ["Night", datetime(2026, 3, 29, 2, 30), datetime(2026, 3, 29, 4, 0)]]},
        ("slots", 2, "start", "2026-03-29 02:30:00", "clock skips"),
    ),
    "slots longer than their session": (
        {"slots": [["session", "start", "end", "minutes"], ["Morning", at(9), at(9, 20), 30]]},
        ("slots", 2, "minutes", "30", "20 minutes"),
    ),
    "an unknown time zone": (
        {"event": [["name", "time zone"], ["Day", "Brussels"]]},
        ("event", 2, "time zone", "Brussels", "Europe/Brussels"),
    ),
    "two events": (
        {"event": [["name", "time zone"], ["Day", "UTC"], ["Night", "UTC"]]},
        ("event", 3, "", "", "one row"),
    ),
    "no event": ({"event": [["name", "time zone"]]}, ("event", None, "", "", "one row")),
    "a colour that is none": (
        {"event": [["name", "time zone", "colour"], ["Day", "UTC", "teal"]]},
        ("event", 2, "colour", "teal", "#0f766e"),
    ),
    "an unknown country": (
        {
            "participants": people(
                ["ann@example.org", "Ann", "P", "A", "Wallonia"], ["bob@example.org", "Bob", "D", "B", "BE"]
            )
        },
        ("participants", 2, "country", "Wallonia", "ISO 3166"),
    ),
    "an unknown language": (
        {
            "participants": people(
                ["ann@example.org", "Ann", "P", "A", "BE", "Brusseleir"],
                ["bob@example.org", "Bob", "D", "B", "BE", "fr"],
                extra=["language"],
            )
        },
        ("participants", 2, "language", "Brusseleir", "ISO 639"),
    ),
    "an unknown theme": (
        {
            "themes": [["code"], ["dx"]],
            "participants": people(
                ["ann@example.org", "Ann", "P", "A", "BE", "dx; gx"],
                ["bob@example.org", "Bob", "D", "B", "BE"],
                extra=["themes"],
            ),
        },
        ("participants", 2, "themes", "dx; gx", "“themes”: dx"),
    ),
    "a stand that is a table": (
        {
            "participants": people(
                ["ann@example.org", "Ann", "P", "A", "BE", "Table 1"],
                ["bob@example.org", "Bob", "D", "B", "BE"],
                extra=["stand"],
            )
        },
        ("participants", 2, "stand", "Table 1", "stand in the sheet “places”"),
    ),
    "a number that is a word": (
        {"places": [["name", "capacity"], ["T1", "two"]]},
        ("places", 2, "capacity", "two", "whole number from 1 to 10000"),
    ),
    "a number with a fraction": (
        {"places": [["name", "capacity"], ["T1", 1.5]]},
        ("places", 2, "capacity", "1.5", "whole number"),
    ),
    "a place that comes twice": (
        {"places": [["name"], ["T1"], ["T1"]]},
        ("places", 3, "name", "T1", "row 2"),
    ),
    "a maximum below the minimum": (
        {
            "participants": people(
                ["ann@example.org", "Ann", "P", "A", "BE", 5, 3],
                ["bob@example.org", "Bob", "D", "B", "BE"],
                extra=["minimum", "maximum"],
            )
        },
        ("participants", 2, "maximum", "3", "minimum, 5"),
    ),
    "availability outside the slots": (
        {"availability": [["email", "from", "until"], ["ann@example.org", at(12), at(13)]]},
        ("availability", 2, "from", "2026-10-15 12:00:00", "at least one slot"),
    ),
    "availability without an end": (
        {"availability": [["email", "from", "until"], ["ann@example.org", at(9), ""]]},
        ("availability", 2, "until", "", "both times"),
    ),
    "a sheet that is nearly called availability": (
        {"avialability": [["email", "from", "until"], ["ann@example.org", at(9), at(10)]]},
        ("avialability", None, "", "", "“availability”"),
    ),
    "an offer of nobody": (
        {"offers_and_needs": [["email", "kind", "text"], ["x@y.example.org", "offer", "Help"]]},
        ("offers and needs", 2, "email", "x@y.example.org", "participant"),
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_every_fault_is_named_with_its_place_and_what_was_expected(case: str) -> None:
    changed, (sheet, row, column, value, expected) = WRONG[case]
    found = the_error(**changed)
    assert (found.sheet, found.row, found.column, found.value) == (sheet, row, column, value)
    assert expected in found.expected


def test_all_faults_of_a_workbook_are_named_at_once_in_order_of_sheet_and_row() -> None:
    found = errors(
        places=[["name", "capacity"], ["T1", "two"]],
        requests=[["from", "to"], ["nobody", "bob@example.org"], ["ann@example.org", "ann@example.org"]],
        participants=people(
            ["ann@example.org", "Ann", "P", "A", "Wallonia"],
            ["bob@example.org", "", "D", "B", "Belgium"],
            ["carl", "Carl", "E", "C", ""],
        ),
        event=None,
    )
    assert [(e.sheet, e.row, e.column) for e in found] == [
        ("event", None, ""),
        ("participants", 2, "country"),
        ("participants", 3, "first name"),
        ("participants", 4, "country"),
        ("participants", 4, "email"),
        ("requests", 2, "from"),
        ("requests", 3, "to"),
        ("places", 2, "capacity"),
    ]


def test_what_is_wrong_with_a_workbook_is_told_in_the_readers_language() -> None:
    data = workbook(sheets(places=[["name", "capacity"], ["T1", "two"]]))
    expected = {}
    for language in LANGUAGES:
        with pytest.raises(IntakeErrors) as caught:
            read_workbook(data, "event.xlsx", language)
        expected[language] = caught.value.errors[0].expected
    assert expected == {
        "en": "a whole number from 1 to 10000",
        "de": "eine ganze Zahl von 1 bis 10000",
        "fr": "un nombre entier de 1 à 10000",
        "nl": "een geheel getal van 1 tot 10000",
    }


def test_an_address_unknown_to_many_cells_is_one_error() -> None:
    wrong = "anna@example.org"
    found = errors(
        offers_and_needs=[["email", "kind", "text"], *[[wrong, "offer", f"Help {i}"] for i in range(5)]],
        requests=[["from", "to"], [wrong, "bob@example.org"]],
    )
    assert [(e.sheet, e.row, e.value) for e in found] == [("offers and needs", 2, wrong)]
    assert "perhaps ann@example.org" in found[0].expected
    assert "5 more cells" in found[0].expected


def test_what_follows_from_a_misspelt_address_of_a_participant_is_counted_there() -> None:
    found = errors(
        participants=people(
            ["ann(at)example.org", "Ann", "P", "A", "BE"], ["anne@example.com", "Anne", "D", "B", "BE"]
        ),
        offers_and_needs=[["email", "kind", "text"], *[["ann@example.org", "offer", f"Help {i}"] for i in range(3)]],
        requests=None,
    )
    assert [(e.sheet, e.row) for e in found] == [("requests", None), ("participants", 2)]
    assert "3 more cells" in found[1].expected


def test_two_sessions_that_clash_are_one_error_at_the_later_row() -> None:
    head = ["session", "start", "end", "minutes"]
    clash = the_error(slots=[head, ["Early", at(9), at(11), 20], ["Late", at(10, 10), at(12), 30]])
    assert (clash.sheet, clash.row) == ("slots", 3)
