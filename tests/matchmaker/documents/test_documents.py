"""What people print, put in their calendar and open in a spreadsheet."""

import io
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar
from pypdf import PdfReader
from python_calamine import load_workbook

from matchmaker.agenda import Agenda, agendas_of, slots_between
from matchmaker.documents import (
    Edition,
    agenda_ics,
    agenda_pdf,
    agendas_pdf,
    matches_csv,
    matches_workbook,
    schedule_workbook,
    template,
)
from matchmaker.documents.agenda_pdf import joined
from matchmaker.documents.template import example
from matchmaker.event import Event, EventPlace, PlaceKind
from matchmaker.intake import read_workbook
from matchmaker.locale import LANGUAGES
from matchmaker.matching.embedding import embedder_named
from matchmaker.matching.match import strength
from matchmaker.matching.score import rank
from matchmaker.report import report
from matchmaker.scheduling.candidates import problem_of
from tests.make import meeting, schedule
from tests.matchmaker.events import at, event, person, request

EDITION = Edition(version=3, at=datetime(2026, 10, 1, 6, 30, tzinfo=UTC))
ANN = person("ann", language="en", job_title="CEO")
BOB = person("bob", language="fr", last_name="Dubois; fils, \\ associés", country="FR")
CARL = person("carl", language="nl")
EVENT = event(ANN, BOB, CARL, requests=[request("ann", "bob"), request("carl", "ann"), request("bob", "carl")])
SCHEDULE = schedule(meeting(0, 2, 1, 0, 1), meeting(1, 0, 0, 2, 0))
REASONS = {0: {"ann@example.org": {"en": "Your need “a test” is met by their offer “un test”."}}}


def agendas(event: Event = EVENT) -> tuple[Agenda, ...]:
    return agendas_of(event, SCHEDULE, REASONS)


def words(pdf: bytes) -> str:
    """The text of a PDF, on one line."""
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


def test_an_agenda_on_paper_says_who_meets_whom_where_when_and_why_and_which_version_it_is() -> None:
    said = words(agenda_pdf(EVENT, agendas()[0], EDITION))
    for expected in (
        "Partnering Day",
        "Ann Peeters",
        "CEO · Ann NV · Belgium",
        "2 meetings",
        "Thursday 15 October 2026",
        "09:00–09:20",
        "Table 1",
        "Carl Peeters",
        "09:40–10:00",
        "Table 2",
        "Bob Dubois; fils",
        "France",
        "Your need “a test” is met by their offer “un test”.",
        "09:20–09:40",
        "free",
        "Version 3 of 1 October 2026, 08:30",
        "Europe/Brussels",
        "Page 1 of 1",
    ):
        assert expected in said, expected


def test_an_agenda_is_in_its_readers_language_unless_another_is_asked_for() -> None:
    assert "1 rendez-vous" in words(agenda_pdf(EVENT, agendas()[1], EDITION))
    assert "jeudi 15 octobre 2026" in words(agenda_pdf(EVENT, agendas()[1], EDITION))
    assert "donderdag 15 oktober 2026" in words(agenda_pdf(EVENT, agendas()[1], EDITION, "nl"))
    german = agendas(replace(EVENT, people=(replace(ANN, language="de"), BOB, CARL)))[0]
    in_german = words(agenda_pdf(EVENT, german, EDITION))
    assert "2 Termine" in in_german
    assert "Donnerstag, 15. Oktober 2026" in in_german
    polish = agendas(replace(EVENT, people=(replace(ANN, language="pl"), BOB, CARL)))[0]
    assert "2 meetings" in words(agenda_pdf(EVENT, polish, EDITION)), "there is no Polish catalogue"


def test_a_draft_says_that_it_is_one() -> None:
    assert "Draft of version 3" in words(agenda_pdf(EVENT, agendas()[0], replace(EDITION, draft=True)))


def test_somebody_without_a_meeting_is_told_so() -> None:
    (alone,) = agendas_of(event(ANN), schedule())
    assert "No meeting is scheduled for you." in words(agenda_pdf(EVENT, alone, EDITION))


def test_all_agendas_stand_in_one_document_by_name_each_on_its_own_page_and_in_its_own_language() -> None:
    pages = [
        " ".join(p.extract_text().split()) for p in PdfReader(io.BytesIO(agendas_pdf(EVENT, agendas(), EDITION))).pages
    ]
    assert len(pages) == 3
    assert "Bob Dubois" in pages[0]
    assert "Agenda de rendez-vous" in pages[0]
    assert "Meeting agenda" in pages[1]
    assert "Afsprakenagenda" in pages[2]
    assert all("1" in page.split()[-1] for page in pages), "each starts at page 1 of 1"


def test_an_agenda_of_many_meetings_goes_on_on_a_second_page_with_the_headings_again() -> None:
    long = event(
        ANN,
        BOB,
        slots=slots_between("Day", at(8), at(20), 20),
        places=tuple(EventPlace(name=f"Table {i}") for i in range(30)),
    )
    full, _ = agendas_of(long, schedule(*(meeting(i, i, i, 0, 1) for i in range(30))))
    pages = PdfReader(io.BytesIO(agenda_pdf(long, full, EDITION))).pages
    assert len(pages) > 1
    assert all("With" in page.extract_text() for page in pages)
    assert f"Page 1 of {len(pages)}" in " ".join(pages[0].extract_text().split())


def long_agenda(meetings: int, reason: str) -> list[str]:
    """The text of each page of an agenda of so many meetings, each of which ends with `END`."""
    day = event(
        ANN,
        BOB,
        slots=slots_between("Day", at(8), at(20), 20),
        places=tuple(EventPlace(name=f"Table {i}") for i in range(30)),
    )
    why = {i: {"ann@example.org": {"en": f"{reason} END"}} for i in range(meetings)}
    full, _ = agendas_of(day, schedule(*(meeting(i, i, i, 0, 1) for i in range(meetings))), why)
    return [page.extract_text() for page in PdfReader(io.BytesIO(agenda_pdf(day, full, EDITION))).pages]


def test_a_meeting_is_never_split_over_two_pages() -> None:
    pages = long_agenda(20, "A reason of three lines, as some people write them. " * 5)
    assert len(pages) > 1
    assert [page.count("Table ") for page in pages] == [page.count("END") for page in pages]


def test_an_agenda_a_little_longer_than_a_page_is_set_closer_instead_of_leaving_a_line_on_the_next() -> None:
    assert len(long_agenda(8, "A reason of three lines, as some people write them. " * 5)) == 1


def test_agendas_made_some_at_a_time_are_joined_in_their_order() -> None:
    parts = [agendas_pdf(EVENT, [agenda], EDITION) for agenda in agendas()]
    pages = PdfReader(io.BytesIO(joined(parts))).pages
    whose = [next(a for a in agendas() if f"{a.person.name} · " in page.extract_text()) for page in pages]
    assert whose == list(agendas())


def test_a_printed_agenda_is_tagged_for_screen_readers_with_title_language_and_embedded_fonts() -> None:
    reader = PdfReader(io.BytesIO(agenda_pdf(EVENT, agendas()[1], EDITION)))
    catalog = reader.trailer["/Root"]
    assert catalog["/MarkInfo"]["/Marked"]
    assert catalog["/Lang"] == "fr"
    assert "/StructTreeRoot" in catalog
    assert b"pdfuaid" in catalog["/Metadata"].get_data()
    assert reader.metadata is not None
    assert reader.metadata.title == "Agenda de rendez-vous – Bob Dubois; fils, \\ associés"
    fonts = [f.get_object() for f in reader.pages[0]["/Resources"]["/Font"].values()]
    assert fonts
    for font in fonts:
        descriptor = font["/DescendantFonts"][0].get_object()["/FontDescriptor"]
        assert {"/FontFile2", "/FontFile3"} & set(descriptor)


@pytest.mark.parametrize(
    "name", ["#let x = 1", "*bold* $x$ <label> @ref", "\\ // `code`", "王小明", "Jo😀", "a\x07b", "\ufffe"]
)
def test_no_name_stops_the_printing_or_is_taken_for_an_instruction(name: str) -> None:
    (alone,) = agendas_of(event(replace(ANN, first_name=name)), schedule())
    said = words(agenda_pdf(EVENT, alone, EDITION))
    assert "Peeters" in said
    if name.isascii() and name.isprintable():
        assert name in said


def appointments(ics: bytes) -> list[Mapping[str, object]]:
    return list(Calendar.from_ical(ics).walk("VEVENT"))


def test_a_calendar_holds_every_meeting_with_its_local_time_place_and_partner() -> None:
    first, second = appointments(agenda_ics(EVENT, agendas()[0], EDITION))
    assert first.decoded("dtstart") == at(9)  # type: ignore[attr-defined]
    assert second.decoded("dtend") == at(10)  # type: ignore[attr-defined]
    assert second["location"] == "Table 2"
    assert second["summary"] == "Meeting with Bob Dubois; fils, \\ associés (Bob NV)"
    assert "Your need “a test”" in str(second["description"])
    assert second["sequence"] == 3
    assert second.decoded("dtstamp") == EDITION.at  # type: ignore[attr-defined]


def test_a_calendar_defines_its_time_zone_and_escapes_its_texts() -> None:
    ics = agenda_ics(EVENT, agendas()[0], EDITION)
    assert b"BEGIN:VTIMEZONE\r\nTZID:Europe/Brussels" in ics
    assert b"DTSTART;TZID=Europe/Brussels:20261015T090000" in ics
    unfolded = ics.replace(b"\r\n ", b"")
    assert "Dubois\\; fils\\, \\\\ associés".encode() in unfolded
    assert all(len(line) <= 75 for line in ics.split(b"\r\n"))


def test_a_meeting_keeps_its_uid_when_it_moves_and_has_the_same_for_both() -> None:
    before = {a["uid"] for a in appointments(agenda_ics(EVENT, agendas()[0], EDITION))}
    moved = agendas_of(EVENT, schedule(meeting(0, 1, 0, 0, 1), meeting(1, 2, 0, 2, 0)))
    after = appointments(agenda_ics(EVENT, moved[0], replace(EDITION, version=4)))
    assert {a["uid"] for a in after} == before
    assert {a["sequence"] for a in after} == {4}
    assert {a["uid"] for a in appointments(agenda_ics(EVENT, agendas()[1], EDITION))} <= before


@pytest.mark.parametrize("zone", ["Europe/Brussels", "America/New_York", "Australia/Sydney"])
def test_the_time_zone_of_a_calendar_changes_when_clocks_do(zone: str) -> None:
    known = replace(EVENT, time_zone=zone)
    calendar = Calendar.from_ical(agenda_ics(known, agendas_of(known, SCHEDULE)[0], EDITION))
    changes = 0
    for observance in calendar.walk("VTIMEZONE")[0].subcomponents:
        before, after = observance["TZOFFSETFROM"].td, observance["TZOFFSETTO"].td
        if before != after:
            moment = (observance["DTSTART"].dt - before).replace(tzinfo=UTC)  # RFC 5545, 3.6.5: by the clock before
            assert (moment - timedelta(seconds=1)).astimezone(ZoneInfo(zone)).utcoffset() == before
            assert moment.astimezone(ZoneInfo(zone)).utcoffset() == after
            changes += 1
    assert changes == 2
    if zone == "Europe/Brussels":
        assert b"BEGIN:DAYLIGHT\r\nDTSTART:20260329T020000" in calendar.to_ical()


def test_a_virtual_room_is_said_to_be_online() -> None:
    rooms = replace(EVENT, places=tuple(replace(p, kind=PlaceKind.VIRTUAL) for p in EVENT.places))
    (first, _) = appointments(agenda_ics(rooms, agendas(rooms)[0], EDITION))
    assert first["location"] == "Table 1 (online)"
    assert "(online)" not in str(appointments(agenda_ics(EVENT, agendas()[0], EDITION))[0]["location"])


def test_a_calendar_tells_no_ones_e_mail_address() -> None:
    for agenda in agendas():
        assert b"example.org" not in agenda_ics(EVENT, agenda, EDITION)


def test_two_events_of_one_name_have_different_uids() -> None:
    one, other = (appointments(agenda_ics(EVENT, agendas()[0], EDITION, key=key))[0]["uid"] for key in ("1", "2"))
    assert one != other


@settings(max_examples=15, deadline=None)
@given(st.sets(st.integers(0, 2), max_size=3), st.sampled_from(["Asia/Kolkata", "America/New_York", "UTC"]))
def test_what_a_calendar_says_is_what_the_schedule_says(slots: set[int], zone: str) -> None:
    known = replace(EVENT, time_zone=zone)
    found = schedule(*(meeting(i, slot, 0, 0, 1) for i, slot in enumerate(sorted(slots))))
    agenda = agendas_of(known, found)[0]
    times = [(a.decoded("dtstart"), a.decoded("dtend")) for a in appointments(agenda_ics(known, agenda, EDITION))]  # type: ignore[attr-defined]
    assert times == [(known.slots[s].starts, known.slots[s].ends) for s in sorted(slots)]
    assert all(ends - starts == timedelta(minutes=20) for starts, ends in times)


def sheets(data: bytes) -> dict[str, list[list[object]]]:
    book = load_workbook(io.BytesIO(data))
    return {name: [list(row) for row in book.get_sheet_by_name(name).to_python()] for name in book.sheet_names}


def test_the_schedule_workbook_shows_it_by_time_by_person_and_by_place_with_the_unplaced_and_the_figures() -> None:
    problem, _ = problem_of(EVENT, lambda _a, _b: 0.5)
    why = {2: "Never free in the same slot."}
    helps = {2: "Possible at 09:20 if Bob opens it."}
    figures = report(EVENT, problem, SCHEDULE, 200)
    made = schedule_workbook(EVENT, problem, SCHEDULE, figures, EDITION, why, fixes=helps)
    found = sheets(made)
    assert list(found) == ["By time", "By person", "By place", "Not scheduled", "Figures"]
    by_time = [row[:6] for row in found["By time"][1:]]
    assert by_time == [
        [date(2026, 10, 15), time(9), time(9, 20), "Morning", "Table 1", "Carl Peeters"],
        [date(2026, 10, 15), time(9, 40), time(10), "Morning", "Table 2", "Ann Peeters"],
    ]
    assert [(row[0], row[3], row[8]) for row in found["By person"][1:]] == [
        (BOB.name, 1, "Ann Peeters"),
        (ANN.name, 2, "Carl Peeters"),
        (ANN.name, 2, BOB.name),
        (CARL.name, 1, "Ann Peeters"),
    ]
    assert found["By place"][1][3] == "Carl Peeters – Ann Peeters"
    assert found["By place"][3][4] == f"Ann Peeters – {BOB.name}"
    assert [(row[0], row[2], row[5], row[6]) for row in found["Not scheduled"][1:]] == [
        (BOB.name, CARL.name, "Never free in the same slot.", "Possible at 09:20 if Bob opens it.")
    ]
    assert found["Figures"][1][0] == "Version 3 of 1 October 2026, 08:30"
    assert ["meetings placed", 2, pytest.approx(2 / 3)] in found["Figures"], "figures are numbers, to reckon with"
    french = schedule_workbook(EVENT, problem, SCHEDULE, report(EVENT, problem, SCHEDULE), EDITION, why, "fr")
    assert sheets(french)["Non planifiés"][0][5] == "Motif"
    assert sheets(french)["Par heure"][1][3] == "Matin", "a common name of a session is translated"


def test_a_request_that_a_never_excludes_is_listed_with_its_reason() -> None:
    problem, _ = problem_of(EVENT, lambda _a, _b: 0.5)
    without = replace(problem, candidates=problem.candidates[:2])
    why = {2: "One of the two has asked not to meet the other."}
    made = schedule_workbook(EVENT, without, SCHEDULE, report(EVENT, without, SCHEDULE), EDITION, why)
    assert [row[5] for row in sheets(made)["Not scheduled"][1:]] == [why[2]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_template_reads_back_as_its_example_and_explains_every_sheet(language: str) -> None:
    made = template(language)
    assert read_workbook(made, "template.xlsx", language) == example()
    notes, *others = sheets(made).items()
    assert [row[0] for row in notes[1] if row[0]] == [name for name, _ in others]


def test_the_matches_of_everybody_are_listed_best_first_with_their_reasons() -> None:
    known = example()
    ranking = rank(known.people, embedder_named("characters"))
    rows = sheets(matches_workbook(known, ranking, "fr", top=2))["Recommandations"]
    words = [
        [word for match in ranking.of(p.email) if (word := strength(match.forward, match.backward))][:2]
        for p in known.people
    ]
    french = {"strong": "Forte affinité", "good": "Bonne affinité", "possible": "Affinité possible"}
    assert [row[7] for row in rows[1:]] == [french[word] for each in words for word in each]
    assert [row[3] for row in rows[1:]] == [place for each in words for place in range(1, len(each) + 1)]
    assert len(rows) < 1 + 2 * len(known.people), "who is no match is not listed"
    assert float(str(rows[1][8])) > 0
    lines = matches_csv(known, ranking, "fr", top=2).decode("utf-8-sig").splitlines()
    assert len(lines) == len(rows)


def test_a_csv_of_matches_holds_no_formula() -> None:
    known = replace(example(), people=tuple(replace(p, first_name="=1+1") for p in example().people))
    made = matches_csv(known, rank(known.people, embedder_named("characters"))).decode("utf-8-sig")
    assert "'=1+1" in made
    assert not any(line.startswith("=") or ",=" in line for line in made.splitlines())
