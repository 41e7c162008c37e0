"""No sentence of the server is left outside the catalogues: all of them are read in a pseudo-language."""

import io
import re
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

import pytest
from babel import Locale
from icalendar import Calendar
from pypdf import PdfReader
from python_calamine import load_workbook

from api import models
from api.cli import terminal
from api.messages.mail import compose
from api.models.schedules import ScheduleState
from api.schedules import explanations
from api.schedules.schemas import ERRORS
from api.schedules.service import schedule_of
from matchmaker.agenda import agendas_of
from matchmaker.documents import (
    Edition,
    agenda_ics,
    agendas_pdf,
    matches_workbook,
    schedule_workbook,
    template,
)
from matchmaker.documents.template import example
from matchmaker.event import Event
from matchmaker.intake import IntakeError
from matchmaker.intake.errors import _COUNTED, _EXPECTED, expectation
from matchmaker.matching.agenda_reason import why
from matchmaker.matching.embedding import embedder_named
from matchmaker.matching.learning import verdict_text
from matchmaker.matching.match import NOTICES, SENTENCES, MatchReason, Notice
from matchmaker.matching.score import rank
from matchmaker.matching.shortfall import Shortfall
from matchmaker.report import report
from matchmaker.scheduling.candidates import problem_of
from matchmaker.scheduling.domain import Meeting
from solver.explain.conflict import Conflict, Demand, DemandKind
from solver.explain.fixes import (
    AddPlace,
    DropMeeting,
    Fix,
    FreeSlots,
    LiftRule,
    MoveMeeting,
    OpenPlace,
    RaiseLimit,
    Step,
    WidenPlace,
)
from solver.explain.reasons import Cause, Reason
from solver.explain.sentences import Names, conflict_text, fix_text, reason_text
from tests.make import meeting, schedule
from tests.pseudo import LANGUAGE, pseudo_catalogues, untranslated, words

ROOT = Path(__file__).parents[1]
EDITION = Edition(version=3, at=datetime(2026, 10, 1, 6, 30, tzinfo=UTC))
STEPS: tuple[Step, ...] = (
    FreeSlots(participant=1, slots=(0, 1)),
    *(RaiseLimit(participant=1, rule=rule, limit=1, to=2) for rule in (
        "maximum", "maximum_per_session", "maximum_per_day", "maximum_consecutive"
    )),
    AddPlace(place=9, slots=(0,)),
    OpenPlace(place=1, slots=(0,)),
    WidenPlace(place=1),
    MoveMeeting(meeting=Meeting(candidate=1, slot=0, place=9, attendees=(1, 2))),
    DropMeeting(candidate=1),
    *(LiftRule(rule=rule, candidate=1) for rule in ("slot", "place", "order", "pin")),
)  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def pseudo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pseudo_catalogues(tmp_path_factory.mktemp("locale")):
        yield


def the_event() -> Event:
    event = example()
    return replace(event, people=tuple(replace(person, language=LANGUAGE) for person in event.people))


def data_of(event: Event) -> set[str]:
    """The words of an event, and those that Babel gives: names of countries, languages, months and days."""
    locale = Locale.parse(LANGUAGE)
    named = [locale.territories[person.country] for person in event.people]
    named += [*locale.months["format"]["wide"].values(), *locale.days["format"]["wide"].values(), "Uhr"]
    named += [locale.languages[language].lower() for language in ("en", "fr", "nl", "de")]
    return set(words(" ".join(map(str, [*named, *texts_in(asdict(event))]))))


def texts_in(value: object) -> Iterator[str]:
    """Every text of an event that somebody wrote: no names of fields, no values to choose from."""
    if isinstance(value, dict):
        for each in value.values():
            yield from texts_in(each)
    elif isinstance(value, tuple | list):
        for each in value:
            yield from texts_in(each)
    elif isinstance(value, str) and not isinstance(value, StrEnum):
        yield value


def cells_of(workbook: bytes) -> list[str]:
    book = load_workbook(io.BytesIO(workbook))
    rows = (row for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python())
    return [*book.sheet_names, *(cell for row in rows for cell in row if isinstance(cell, str))]


def expect_translated(texts: list[str], data: set[str]) -> None:
    assert any("‹" in text for text in texts), "there is nothing in it"
    assert {text: left for text in texts if (left := untranslated(text, data))} == {}


def test_printed_agendas_and_calendars_are_translated() -> None:
    event = the_event()
    plan = schedule(meeting(0, 0, 0, 0, 1), meeting(1, 2, 2, 0, 2))
    reasons = {0: {event.people[0].email: why(None, "Anna", "", ["diagnostics"], event.themes)}}
    agendas = agendas_of(event, plan, reasons)
    for draft in (True, False):
        printed = PdfReader(io.BytesIO(agendas_pdf(event, agendas, replace(EDITION, draft=draft))))
        text = " ".join(" ".join(page.extract_text() for page in printed.pages).split())
        expect_translated([text], data_of(event))
    for agenda in agendas:
        for entry in Calendar.from_ical(agenda_ics(event, agenda, EDITION)).walk("VEVENT"):
            expect_translated([str(entry["summary"])], data_of(event))
            assert untranslated(str(entry["description"]), data_of(event)) == []


def test_workbooks_and_the_report_are_translated() -> None:
    event = the_event()
    problem, _ = problem_of(event, lambda _a, _b: 0.5)
    plan = schedule(meeting(0, 0, 0, 0, 1))
    unplaced = explanations.reasons(problem, plan, lambda slot: slot)
    for i, fix in explanations.fixes(problem, plan, list(unplaced), lambda slot: slot).items():
        unplaced[i]["fix"] = fix
    unplaced |= {3: dict(explanations.NEVER)}
    names = explanations.names_in(event, problem)
    reasons = {i: explanations.text_of(stored, LANGUAGE, names) for i, stored in unplaced.items()}
    fixes = {i: explanations.fix_text_of(stored, LANGUAGE, names) or "" for i, stored in unplaced.items()}
    assert len(reasons) > 1
    figures = report(event, problem, plan, bound=10**4)
    data = data_of(event)
    expect_translated(
        cells_of(schedule_workbook(event, problem, plan, figures, EDITION, reasons, LANGUAGE, fixes)), data
    )
    expect_translated(figures.text(LANGUAGE).splitlines(), data)
    ranking = rank(event.people, embedder_named("characters"))
    expect_translated(cells_of(matches_workbook(event, ranking, LANGUAGE)), data)
    expect_translated(cells_of(template(LANGUAGE)), data)


def test_errors_of_a_workbook_are_translated(capsys: pytest.CaptureFixture[str]) -> None:
    details = dict.fromkeys(
        ("megabytes", "reason", "columns", "suggestion", "row", "choices", "sheet", "themes", "least", "time_zone",
         "start", "end", "minutes", "minimum", "rows", "most", "length", "characters", "character", "to", "value"), "1",
    )  # fmt: skip
    expect_translated([expectation(code, LANGUAGE, **details) for code in _EXPECTED], set())
    counted = [expectation(c, LANGUAGE, n=2, **({"expected": "1"} if c == "repeated" else {})) for c in _COUNTED]
    expect_translated(counted, set())
    terminal.show_errors("1.xlsx", [IntakeError(sheet="1", expected="1")], LANGUAGE)
    shown = capsys.readouterr().err
    expect_translated([shown], {"xlsx"})


def test_matching_and_proposals_are_translated() -> None:
    reasons = [MatchReason(kind=kind, need="1", offer="1", strength=s) for kind in SENTENCES for s in (0.2, 0.9)]
    texts = [reason.text(LANGUAGE) for reason in reasons]
    texts += [Notice(kind=kind).text(LANGUAGE) for kind in NOTICES]
    texts += [Shortfall(email="", got=0, wanted=3, possible=n).text(LANGUAGE) for n in (0, 1, 2, 5)]
    texts += [verdict_text(LANGUAGE, 900, 450, auc, 0.5, used=used) for auc in (None, 0.6) for used in (True, False)]
    texts += why(None, "1", "1", [], {}).values()
    translated = [text for text in texts if "‹" in text]
    assert len(translated) == len(texts) - 3, "all but the sentence of `why` in the other three languages"
    expect_translated(translated, set())


def test_reasons_fixes_and_conflicts_are_translated() -> None:
    names = Names(person=str, place=str, when=lambda _: "1", people=lambda _: (1, 2))
    limits = ("maximum", "maximum_per_session", "maximum_per_day", "maximum_consecutive")
    texts = [
        reason_text(Reason(cause=cause, participants=people, slots=(0,), meetings=(7,), limit=limit), LANGUAGE, names)
        for cause in Cause for limit in limits for people in ((), (1, 2))
    ]  # fmt: skip
    spot = Meeting(candidate=0, slot=0, place=0, attendees=())
    texts += [
        fix_text(Fix(meeting=spot, steps=steps, effort=1, gain=gain), LANGUAGE, names)
        for steps in ((), STEPS, *((step,) for step in STEPS)) for gain in (-1, 0, 1)
    ]  # fmt: skip
    demands = tuple(
        Demand(kind=kind, candidates=(1, 2), participant=3, place=place, slots=slots, number=6, limit=limit)
        for kind in DemandKind for limit in limits for slots in ((), (5,)) for place in (None, 4)
    )  # fmt: skip
    texts += conflict_text(Conflict(demands=demands, minimal=True), LANGUAGE, names)
    expect_translated(texts, set())


def test_failures_of_schedules_and_mails_are_translated() -> None:
    for error in ERRORS:
        row = models.Schedule(
            id=1, event_id=1, version=1, state=ScheduleState.FAILED, cancelled=False, created_at=EDITION.at,
            error=error, options={"time_limit": 1, "goals": []}, goals=[], measures={},
            progress={"seconds": 0, "meetings": 0, "goals": []},
        )  # fmt: skip
        expect_translated([str(schedule_of(row, LANGUAGE).error_text)], set())
    for name in ("Ann", ""):
        mail = compose("sign_in", LANGUAGE, sender="a@b.be", to="c@d.be", name=name, link="1", code="1", minutes=15)
        expect_translated([str(mail["Subject"]), mail.get_content()], set())


def test_languages_are_listed_nowhere_but_in_their_folders() -> None:
    """In data they are (the sample event, the corpora), and where the language of a text is detected or counts."""
    data = ("matchmaker/sample", "matchmaker/matching/corpus", "matchmaker/matching/language.py",
            "matchmaker/matching/advice.py")  # fmt: skip
    named = [
        f"{path.relative_to(ROOT)}:{n}"
        for package in ("matchmaker", "solver", "api")
        for path in (ROOT / package).rglob("*.py")
        if not str(path.relative_to(ROOT)).startswith(data)
        for n, line in enumerate(path.read_text().splitlines(), start=1)
        if re.search(r"""["'](fr|nl|de)["']\s*[:,]|,\s*["'](fr|nl|de)["']""", line)
        if "language=" not in line and "examples=" not in line
    ]
    assert named == []
