"""What a workbook may be like, and the event that it becomes."""

from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from matchmaker.documents.event_workbook import workbook_of
from matchmaker.event import Event, PlaceKind, Preference, RequestStatus
from matchmaker.intake import read_workbook
from matchmaker.intake.layout import EXAMPLE_DOMAIN, SHEETS, Named
from matchmaker.locale import LANGUAGES
from matchmaker.text import fold
from tests.matchmaker.events import at, event, events, person, request, statements, workbook
from tests.matchmaker.intake.workbooks import people, read, reading


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(events(), st.sampled_from(LANGUAGES))
def test_a_workbook_made_of_an_event_reads_back_as_that_event(known: Event, language: str) -> None:
    again = read_workbook(workbook_of(known, language), "event.xlsx", language)
    assert again == known
    # Two times of one zone compare by the clock on the wall, which an autumn night shows twice.
    assert [s.starts.utcoffset() for s in again.slots] == [s.starts.utcoffset() for s in known.slots]


def test_a_small_workbook_becomes_the_event_that_it_describes() -> None:
    known = read()
    assert [p.name for p in known.people] == ["Ann Peeters", "Bob Dubois"]
    assert known.people[0].offers == statements("A rapid test")
    assert known.requests[0].status is RequestStatus.ACCEPTED
    assert known.requests[0].preference is Preference.LIKE
    assert known.slots[0].starts == at(9)
    assert known.people[0].available is None


def test_sheets_and_columns_are_found_by_their_french_and_dutch_names_in_any_case() -> None:
    known = read_workbook(
        workbook(
            {
                "ÉVÉNEMENT": [["NOM", "Fuseau horaire"], ["Journée", "Europe/Brussels"]],
                "Deelnemers": [
                    ["E-mailadres", "Voornaam", "Achternaam", "Organisatie", "Land", "Taal", "Op afstand"],
                    ["ann@example.org", "Ann", "Peeters", "Ann NV", "België", "Nederlands", "ja"],
                    ["bob@example.org", "Bob", "Dubois", "Bob SA", "Allemagne", "français", ""],
                ],
                "Offres et besoins": [["Courriel", "Nature", "Texte"], ["ann@example.org", "Besoin", "Un test"]],
                "Demandes": [["De", "À", "Statut"], ["ann@example.org", "bob@example.org", "Acceptée"]],
                "Tijdvakken": [["sessie", "begin", "einde"], ["Ochtend", at(9), at(9, 20)]],
                "Places": [["Name", "Kind"], ["Zoom 1", "virtuele ruimte"], ["T1", ""]],
            }
        ),
        "event.xlsx",
    )
    ann, bob = known.people
    assert (ann.country, ann.language, ann.remote, ann.needs) == ("BE", "nl", True, statements("Un test"))
    assert (bob.country, bob.language, bob.remote) == ("DE", "fr", False)
    assert [place.kind for place in known.places] == [PlaceKind.VIRTUAL, PlaceKind.TABLE]
    assert known.requests[0].status is RequestStatus.ACCEPTED


def test_no_two_columns_of_a_sheet_and_no_two_sheets_share_a_name() -> None:
    def distinct(named: Sequence[Named]) -> bool:
        names = [{fold(name) for name in one.names()} for one in named]
        return sum(map(len, names)) == len(set().union(*names))

    assert distinct(SHEETS)
    assert [sheet.field for sheet in SHEETS if not distinct(sheet.columns)] == []


@pytest.mark.parametrize(
    "written",
    [
        at(9),
        "2026-10-15 09:00",
        "2026-10-15T09:00:00",
        "15/10/2026 09:00",
        "15.10.2026 09:00",
        "15-10-2026 09:00",
        46310.375,
    ],
)
def test_a_time_may_be_a_date_cell_a_number_or_a_text(written: object) -> None:
    known = read(slots=[["session", "start", "end"], ["Morning", written, at(9, 20)]])
    assert known.slots[0].starts == at(9)


def test_a_session_with_minutes_becomes_slots() -> None:
    known = read(slots=[["session", "start", "end", "minutes"], ["Morning", at(9), at(10, 10), 20]])
    assert [slot.starts for slot in known.slots] == [at(9), at(9, 20), at(9, 40)]


def test_slots_are_put_in_order_of_time() -> None:
    known = read(slots=[["session", "start", "end"], ["Later", at(11), at(12)], ["Sooner", at(9), at(10)]])
    assert [slot.session for slot in known.slots] == ["Sooner", "Later"]


def test_somebody_is_available_in_the_slots_that_lie_within_their_times() -> None:
    times = [["email", "from", "until"], ["ann@example.org", at(9, 10), at(9, 50)], ["bob@example.org", "", ""]]
    ann, bob = read(availability=times).people
    assert ann.available == {1}
    assert bob.available == frozenset()


def test_themes_may_be_named_by_code_or_by_label_in_any_language() -> None:
    known = read(
        themes=[["code", "english", "french"], ["dx", "Diagnostics", "Diagnostic"], ["gx", "Genes, and cells", ""]],
        participants=people(
            ["ann@example.org", "Ann", "P", "A", "BE", "DX; genes, and cells"],
            ["bob@example.org", "Bob", "D", "B", "BE", "diagnostic"],
            extra=["themes"],
        ),
    )
    assert [p.themes for p in known.people] == [("dx", "gx"), ("dx",)]


def test_sheets_and_columns_of_the_organisers_own_are_ignored_with_a_notice() -> None:
    own = reading(
        todo=[["call", "the caterer"]],
        places=[["name", "telephone", "capasity", ""], ["Table 1", 1, 2, "here"], ["Table 2", 1, 2, "there"]],
    )
    assert own.event == read(places=[["name"], ["Table 1"], ["Table 2"]])
    assert [(n.sheet, n.column) for n in own.notices] == [
        ("places", "telephone"),
        ("places", "capasity"),
        ("places", "4"),
        ("todo", ""),
    ]
    assert "capacity" in own.notices[1].text
    assert "row 2" in own.notices[2].text


def test_the_people_of_the_template_are_left_out_with_a_notice() -> None:
    ann = f"ann@{EXAMPLE_DOMAIN}"
    own = reading(
        participants=people([ann, "Ann", "P", "A", "BE"], ["bob@example.org", "Bob", "D", "B", "BE"]),
        offers_and_needs=[["email", "kind", "text"], [ann, "offer", "Help"]],
        requests=[["from", "to"], ["bob@example.org", ann]],
    )
    assert [person.name for person in own.event.people] == ["Bob D"]
    assert own.event.requests == ()
    assert [(n.sheet, n.text.split()[0]) for n in own.notices] == [
        ("participants", "1"),
        ("offers and needs", "1"),
        ("requests", "1"),
    ]


def test_a_text_that_looks_like_a_formula_stays_a_text() -> None:
    known = event(person("ann", offers=statements("=1+1", "@SUM(A1)")))
    assert read_workbook(workbook_of(known), "event.xlsx").people[0].offers == statements("=1+1", "@SUM(A1)")


def test_a_text_longer_than_a_cell_holds_is_refused_rather_than_cut() -> None:
    with pytest.raises(ValueError, match="32767"):
        workbook_of(event(person("ann", offers=statements("x" * 40_000))))


def test_a_request_keeps_its_message_with_line_ends() -> None:
    known = event(person("ann"), person("bob"), requests=[request("ann", "bob", message="Hello\nBob")])
    assert read_workbook(workbook_of(known), "event.xlsx") == known
