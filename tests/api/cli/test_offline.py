"""The command line: an event in, a folder of documents out, without server and database."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import Result
from icalendar import Calendar
from python_calamine import load_workbook
from typer.testing import CliRunner

from api.cli.main import app
from matchmaker.documents import workbook_of
from matchmaker.documents.template import example
from matchmaker.event import PlaceKind, Preference, Request
from matchmaker.intake import read_workbook
from matchmaker.matching.embedding import default_embedder
from matchmaker.sample import biowin_day
from tests.matchmaker.events import sheets, workbook

DOCUMENTS = ["agendas.pdf", "calendars", "report.json", "report.txt", "schedule.xlsx"]


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def schedule(event: Path, out: Path, *more: object) -> Result:
    return run("schedule", event, "--out", out, "--embedder", "characters", "--time-limit", "1", *more)


@pytest.fixture
def event(tmp_path: Path) -> Path:
    path = tmp_path / "event.xlsx"
    path.write_bytes(workbook_of(example()))
    return path


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_workbook_becomes_a_schedule_agendas_calendars_and_a_report(event: Path, tmp_path: Path) -> None:
    done = schedule(event, tmp_path / "out")
    assert done.exit_code == 0, done.output
    out = tmp_path / "out"
    assert names(out) == DOCUMENTS
    figures = json.loads((out / "report.json").read_text(encoding="utf-8"))["schedule"]
    assert (figures["candidates"], figures["meetings"], figures["gap"]) == (3, 3, 0)
    assert (out / "report.txt").read_text(encoding="utf-8") in done.output
    rows = load_workbook(out / "schedule.xlsx").get_sheet_by_name("By time").to_python()
    assert len(rows) == 1 + 3
    assert names(out / "calendars") == ["anna-peeters.ics", "bram-visser.ics", "chloe-martin.ics", "dora-keller.ics"]
    anna = Calendar.from_ical((out / "calendars" / "anna-peeters.ics").read_bytes())
    assert len(list(anna.walk("VEVENT"))) == 3
    assert (out / "agendas.pdf").read_bytes().startswith(b"%PDF")


def test_the_documents_are_in_the_language_asked_for(event: Path, tmp_path: Path) -> None:
    done = schedule(event, tmp_path / "out", "--language", "nl")
    assert "geplaatste afspraken" in done.output
    assert "Per plaats" in load_workbook(tmp_path / "out" / "schedule.xlsx").sheet_names


def test_a_faulty_workbook_is_refused_with_every_fault_and_nothing_is_written(tmp_path: Path) -> None:
    bad = tmp_path / "bad.xlsx"
    bad.write_bytes(
        workbook(
            sheets(
                places=[["name", "capasity"], ["[bold]T1", 1], ["[bold]T1", 1]],
                requests=[["from", "to"], ["ann@example.org", "nobody@example.org"]],
            )
        )
    )
    done = schedule(bad, tmp_path / "out")
    assert done.exit_code == 2
    for expected in ("2 errors", "nobody@example.org", "[bold]T1", "row 2"):
        assert expected in done.stderr, expected
    assert done.stdout == ""
    assert names(tmp_path) == ["bad.xlsx"]


def test_what_of_a_workbook_is_ignored_is_said(tmp_path: Path) -> None:
    path = tmp_path / "event.xlsx"
    path.write_bytes(workbook(sheets(places=[["name", "telephone"], ["Table 1", 1]])))
    done = run("rank", path, "--out", tmp_path / "matches.csv", "--embedder", "characters")
    assert done.exit_code == 0
    assert "places: telephone: this column is not known, and is ignored" in done.stderr


def test_documents_that_are_there_are_named_and_kept_unless_forced(event: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (out / "calendars").mkdir(parents=True)
    (out / "calendars" / "old.ics").touch()
    (out / "report.txt").write_text("mine")
    (out / "notes.txt").write_text("mine too")
    refused = schedule(event, out)
    assert refused.exit_code == 2
    assert "calendars, report.txt" in refused.stderr
    assert (out / "report.txt").read_text() == "mine"
    assert schedule(event, out, "--force").exit_code == 0
    assert names(out) == sorted([*DOCUMENTS, "notes.txt"])
    assert (out / "notes.txt").read_text() == "mine too"
    assert "old.ics" not in names(out / "calendars")


def test_nothing_is_left_behind_when_writing_fails(
    event: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> bytes:
        raise OSError("disk full")

    monkeypatch.setattr("api.cli.offline.agendas_pdf", broken)
    done = schedule(event, tmp_path / "out")
    assert done.exit_code == 2
    assert "disk full" in done.stderr
    assert names(tmp_path) == ["event.xlsx"]


def test_a_list_of_participants_can_be_ranked_but_not_scheduled(tmp_path: Path) -> None:
    guests = tmp_path / "guests.csv"
    guests.write_text("email,first name,last name,organisation,country\nann@example.org,Ann,Peeters,Ann NV,BE\n")
    done = schedule(guests, tmp_path / "out")
    assert done.exit_code == 2
    assert "no slots" in done.stderr
    assert run("rank", guests, "--out", tmp_path / "m.csv", "--embedder", "characters").exit_code == 0


def test_people_of_one_name_have_calendars_of_their_own(tmp_path: Path) -> None:
    known = sheets()
    row = [*known["participants"][1]]
    twin = tmp_path / "twins.xlsx"
    twin.write_bytes(workbook(sheets(participants=[*known["participants"], ["ann2@example.org", *row[1:]]])))
    assert schedule(twin, tmp_path / "out").exit_code == 0
    assert names(tmp_path / "out" / "calendars") == ["ann-peeters-2.ics", "ann-peeters.ics", "bob-dubois.ics"]


def test_ranking_alone_writes_a_workbook_or_a_csv(event: Path, tmp_path: Path) -> None:
    for name in ("matches.xlsx", "matches.csv"):
        done = run("rank", event, "--out", tmp_path / name, "--embedder", "characters", "--top", "2")
        assert done.exit_code == 0, done.output
        assert (tmp_path / name).stat().st_size > 0
        again = run("rank", event, "--out", tmp_path / name, "--embedder", "characters")
        assert again.exit_code == 2
        assert "--force" in again.stderr
    assert run("rank", event, "--out", tmp_path / "matches.docx").exit_code == 2


def test_matching_is_measured_on_the_pairs_of_a_file(tmp_path: Path) -> None:
    file = tmp_path / "pairs.json"
    texts = [("a sepsis test", "Een sneltest: sepsis test"), ("seed capital", "Seed capital for start-ups")]
    keys = ("need", "need_lang", "offer", "offer_lang")
    file.write_text(json.dumps([dict(zip(keys, (n, "en", o, "nl"), strict=True)) for n, o in texts]))
    done = run("evaluate", "--pairs", file, "--embedder", "characters", "--json")
    assert done.exit_code == 0, done.output
    calibrated, cosine = json.loads(done.stdout)
    assert (calibrated["pairs"], cosine["mrr"], cosine["mrr_same"]) == (2, 1.0, None)
    assert "recall 5 cross" in run("evaluate", "--pairs", file, "--embedder", "characters").stdout
    file.write_text('[{"need": "a test"}]')
    refused = run("evaluate", "--pairs", file, "--embedder", "characters")
    assert refused.exit_code == 2
    assert "pair 1" in refused.stderr


def test_an_unknown_embedder_is_refused_with_those_there_are(event: Path, tmp_path: Path) -> None:
    done = run("rank", event, "--out", tmp_path / "m.csv", "--embedder", "oracle")
    assert done.exit_code == 2
    assert "oracle" in done.stderr
    assert "characters" in done.stderr


def test_the_template_and_the_sample_are_workbooks_that_read_back(tmp_path: Path) -> None:
    for command, people in (("template", 4), ("sample", 400)):
        path = tmp_path / f"{command}.xlsx"
        assert run(command, path, "--language", "fr").exit_code == 0
        assert len(read_workbook(path.read_bytes(), path.name).people) == people
        assert run(command, path).exit_code == 2, "a file that is there is kept"


def test_ctrl_c_ends_the_search_and_keeps_the_best_schedule(tmp_path: Path) -> None:
    event, out, log = tmp_path / "sample.xlsx", tmp_path / "out", tmp_path / "log"
    sample = biowin_day()
    few = [place for place in sample.places if place.kind is PlaceKind.TABLE][:12]
    stands = [place for place in sample.places if place.kind is not PlaceKind.TABLE]
    # with so few tables there is no schedule that is soon proven to be the best
    event.write_bytes(workbook_of(replace(sample, places=(*few, *stands))))
    command = [sys.executable, "-c", "from api.cli.main import app; app()", "schedule", str(event), "--out", str(out)]
    with log.open("wb") as stderr:
        process = subprocess.Popen(
            [*command, "--embedder", "characters", "--time-limit", "600"],
            stdout=subprocess.PIPE,
            stderr=stderr,
            env={**os.environ, "FORCE_COLOR": "1", "COLUMNS": "200"},
            start_new_session=True,
        )
        try:
            deadline = time.monotonic() + 120
            while b" meetings" not in log.read_bytes() and time.monotonic() < deadline and process.poll() is None:
                time.sleep(0.1)
            os.killpg(process.pid, signal.SIGINT)
            output, _ = process.communicate(timeout=120)
        finally:
            process.kill()
    assert process.returncode == 0, log.read_text()
    assert b"the best schedule found so far is kept" in log.read_bytes()
    assert json.loads((out / "report.json").read_text())["schedule"]["meetings"] > 100
    assert b"meetings placed" in output


def test_the_command_line_reads_by_the_default_model(tmp_path: Path) -> None:
    pairs = [{"need": "sterile vials", "need_lang": "en", "offer": "flacons stériles", "offer_lang": "fr"}] * 2
    (tmp_path / "pairs.json").write_text(json.dumps(pairs), encoding="utf-8")
    done = run("evaluate", "--pairs", tmp_path / "pairs.json", "--json")
    assert done.exit_code == 0, done.output
    assert default_embedder().name in done.output


def test_a_model_that_fails_is_told_and_another_takes_its_place(event: Path, tmp_path: Path) -> None:
    done = run("rank", event, "--out", tmp_path / "matches.csv", "--embedder", "server:bge@http://127.0.0.1:9/v1")
    assert done.exit_code == 0, done.output
    assert "another took its place" in done.output
    assert (tmp_path / "matches.csv").exists()


def test_rank_leaves_out_who_is_away_who_asked_already_and_who_must_not_meet(tmp_path: Path) -> None:
    event = example()
    away, asked, *_ = event.people
    event = replace(
        event,
        people=(replace(away, available=frozenset()), *event.people[1:]),
        requests=(Request(sender=asked.email, recipient=event.people[2].email, preference=Preference.NEVER),),
    )
    (tmp_path / "event.xlsx").write_bytes(workbook_of(event))
    done = run("rank", tmp_path / "event.xlsx", "--out", tmp_path / "matches.csv")
    assert done.exit_code == 0, done.output
    rows = list(csv.DictReader((tmp_path / "matches.csv").read_text("utf-8-sig").splitlines()))
    pairs = {frozenset((row["E-mail"], row["Their e-mail"])) for row in rows}
    assert pairs, "the others are ranked"
    assert not any(away.email in pair for pair in pairs)
    assert frozenset((asked.email, event.people[2].email)) not in pairs


def test_an_event_without_agreed_meetings_is_refused_and_proposals_make_it_schedulable(tmp_path: Path) -> None:
    empty, proposed = tmp_path / "empty.xlsx", tmp_path / "proposed.xlsx"
    empty.write_bytes(workbook_of(replace(example(), requests=())))
    refused = schedule(empty, tmp_path / "out")
    assert refused.exit_code == 2
    assert "no request is accepted" in refused.stderr
    assert not (tmp_path / "out").exists()
    done = run("propose", empty, "--out", proposed, "--minimum", "1", "--embedder", "characters")
    assert done.exit_code == 0, done.output
    assert schedule(proposed, tmp_path / "out").exit_code == 0
    figures = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))["schedule"]
    assert figures["meetings"] >= 1


def test_who_is_below_their_minimum_is_named(tmp_path: Path) -> None:
    event = example()
    event = replace(event, people=(replace(event.people[0], minimum=5, maximum=8), *event.people[1:]))
    (tmp_path / "event.xlsx").write_bytes(workbook_of(event))
    done = schedule(tmp_path / "event.xlsx", tmp_path / "out")
    assert done.exit_code == 0, done.output
    assert f"{event.people[0].name}: " in done.stderr
    assert "of 5 promised meetings" in done.stderr
