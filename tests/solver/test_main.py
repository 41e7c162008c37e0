"""Claims about `python -m solver`."""

import json
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from matchmaker.scheduling.checks import violations
from matchmaker.scheduling.codec import problem_from_json, problem_to_json
from matchmaker.scheduling.domain import Meeting, Participant, Pin, Schedule, Slot
from solver.__main__ import main
from solver.files.events import event_problem
from solver.search.bits import is_compiled, jit
from solver.solve import is_warm, warm
from tests.make import candidate, problem, random_problem
from tests.solver.large_event import large_event

EVENT = {
    "slots": 4,
    "sessions": [[0, 2], [2, 4]],
    "tables": 2,
    "participants": [{"id": i, "available": [0, 1, 2, 3], "min": 0, "max": 4} for i in range(4)],
    "requests": [{"id": 7, "people": [0, 1], "value": 3}, {"id": 8, "people": [2, 3], "value": 4}],
}
DZN = """nBusiness = 3; nMeetings = 2; nTables = 1; nTotalSlots = 3; nMorningSlots = 2;
requested = [| 1, 2, 1 | 2, 3, 2 |];
forbidden = [{}, {0}, {3}];
"""


def run(capsys: pytest.CaptureFixture[str], path: Path, *arguments: str) -> tuple[int, Any, str]:
    status = main([str(path), "--time-limit", "3", "--json", *arguments])
    out, err = capsys.readouterr()
    return status, json.loads(out) if out else None, err


def test_an_event_is_scheduled(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "event.json").write_text(json.dumps(EVENT))
    status, answer, _ = run(capsys, tmp_path / "event.json")
    assert (status, answer["status"]) == (0, "optimal")
    assert {m["id"] for m in answer["meetings"]} == {7, 8}
    assert {g["name"]: (g["value"], g["bound"], g["proven"]) for g in answer["goals"]} == {
        "coverage": (0, 0, True),
        "value": (7, 7, True),
        "breaks": (0, 0, True),
        "idle": (0, 0, True),
    }
    meetings = (
        Meeting(candidate=m["id"], slot=m["slot"], place=m["place"], attendees=tuple(m["attendees"]))
        for m in answer["meetings"]
    )
    assert violations(event_problem(EVENT), Schedule(tuple(meetings))) == []


def test_a_published_instance_counts_from_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.dzn").write_text(DZN.replace("{3}", "{1}"))
    status, answer, _ = run(capsys, tmp_path / "a.dzn", "--objective", "breaks", "--complete", "--fairness", "2")
    assert (status, answer["status"]) == (0, "optimal")
    assert sorted((m["id"], m["place"]) for m in answer["meetings"]) == [(1, 1), (2, 1)]
    assert next(m["slot"] for m in answer["meetings"] if m["id"] == 2) == 3
    assert [(g["name"], g["value"]) for g in answer["goals"]] == [("breaks", 0)]


def test_the_own_json_is_scheduled(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = random_problem(Random(3))
    (tmp_path / "problem.json").write_text(json.dumps(problem_to_json(case)))
    status, answer, _ = run(capsys, tmp_path / "problem.json", "--seed", "4", "--threads", "1")
    assert problem_from_json(json.loads((tmp_path / "problem.json").read_text())) == case
    assert (status == 0) == (answer["status"] in ("optimal", "feasible"))


def test_what_cannot_all_take_place_exits_with_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = problem(candidate(0, 1, 2), candidate(1, 1, 3), sessions=(1,))
    (tmp_path / "full.json").write_text(json.dumps(problem_to_json(case)))
    status, answer, _ = run(capsys, tmp_path / "full.json", "--complete")
    assert (status, answer["status"], answer["meetings"]) == (1, "infeasible", [])
    _, answer, _ = run(capsys, tmp_path / "full.json", "--complete", "--explain")
    assert any("meeting 0 and meeting 1" in sentence for sentence in answer["why"])


def test_what_is_left_out_is_explained(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = problem(candidate(0, 1, 2, value=2), candidate(1, 1, 3), sessions=(1,))
    (tmp_path / "full.json").write_text(json.dumps(problem_to_json(case)))
    _, answer, _ = run(capsys, tmp_path / "full.json", "--explain")
    assert [m["id"] for m in answer["meetings"]] == [0]
    (why,) = answer["why"]
    assert why.startswith("meeting 1: participant 1: the possible slots went to meetings worth at least as much")


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.json", "{", "line 1, column 2: not JSON"),
        ("a.json", "[]", "problem: expected an object"),
        ("a.json", json.dumps(EVENT | {"tables": "two"}), "tables: expected a whole number of at least 0, found 'two'"),
        (
            "a.json",
            json.dumps(EVENT | {"sessions": [[0, 9]]}),
            "sessions[0]: expected [first slot, after the last slot]",
        ),
        (
            "a.json",
            json.dumps(EVENT | {"requests": [{"id": 1, "people": [0, 99]}]}),
            "requests[0].people: there is no participant 99",
        ),
        ("a.dzn", DZN.replace("nTables = 1;", ""), "nTables is missing"),
        ("a.dzn", DZN.replace("| 2, 3, 2", "| 2, 9, 2"), "row 2: expected two different participants of 1 to 3"),
    ],
)
def test_a_bad_file_exits_with_two_and_says_where(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, text: str, message: str
) -> None:
    (tmp_path / name).write_text(text)
    status, answer, error = run(capsys, tmp_path / name)
    assert (status, answer) == (2, None)
    assert message in error
    assert str(tmp_path / name) in error


def test_a_missing_file_and_an_unknown_goal_exit_with_two(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, tmp_path / "none.json")[0] == 2
    (tmp_path / "event.json").write_text(json.dumps(EVENT))
    status, _, error = run(capsys, tmp_path / "event.json", "--objective", "value,fun")
    assert status == 2
    assert "coverage, value, breaks, idle, moves, stability" in error


def test_stability_needs_the_schedule_that_it_compares_with(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    event, published = tmp_path / "event.json", tmp_path / "published.json"
    event.write_text(json.dumps(EVENT))
    status, answer, error = run(capsys, event, "--objective", "stability,value")
    assert (status, answer) == (2, None)
    assert "--baseline" in error
    _, answer, _ = run(capsys, event)
    published.write_text(json.dumps(answer))
    status, answer, _ = run(capsys, event, "--objective", "stability,value", "--baseline", str(published))
    assert (status, answer["goals"][0]["value"], answer["measures"]["changed"]) == (0, 0, 0)
    published.write_text('{"meetings": [{"candidate": 7}]}')
    status, _, error = run(capsys, event, "--baseline", str(published))
    assert status == 2
    assert error.splitlines()[0] == f"{published}: meetings[0]: slot is missing"


def test_a_published_schedule_is_repaired(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    named = replace(
        problem(candidate(0, 1, 2, value=5), candidate(1, 3, 4, value=5), sessions=(3,)),
        slots=(Slot(id=70), Slot(id=80), Slot(id=90)),
    )
    before, now, published = tmp_path / "before.json", tmp_path / "now.json", tmp_path / "published.json"
    before.write_text(json.dumps(problem_to_json(replace(named, pins=(Pin(candidate=0, slot=1),)))))
    _, answer, _ = run(capsys, before)
    assert next(m["slot"] for m in answer["meetings"] if m["id"] == 0) == 80, "slots go by their ids"
    published.write_text(json.dumps(answer))
    away = Participant(id=1, available=frozenset({2}))
    now.write_text(json.dumps(problem_to_json(replace(named, participants=(away, *named.participants[1:])))))
    status, repaired, _ = run(capsys, now, "--repair", str(published))
    assert (status, repaired["goals"][0]["name"], repaired["goals"][0]["value"]) == (0, "stability", 2)
    moved = {m["id"]: m["slot"] for m in repaired["meetings"]}
    assert moved == {m["id"]: m["slot"] for m in answer["meetings"]} | {0: 90}
    status, refused, _ = run(capsys, now, "--repair", str(published), "--now", "90")
    assert (status, refused["status"], refused["blocked"]) == (1, "infeasible", [0])
    assert run(capsys, now, "--repair", str(published), "--now", "7")[2].endswith("--now: there is no slot 7\n")


def test_ctrl_c_ends_the_search_with_the_best_schedule_found(tmp_path: Path) -> None:
    (tmp_path / "large.json").write_text(json.dumps(problem_to_json(large_event(200, 600, tables=30, stands=5))))
    command = [sys.executable, "-m", "solver", str(tmp_path / "large.json"), "--time-limit", "60", "--json"]
    search = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while "numba" not in Path(f"/proc/{search.pid}/maps").read_text():  # imported at last
        time.sleep(0.05)
    time.sleep(0.5)
    search.send_signal(signal.SIGINT)
    out, err = search.communicate(timeout=50)
    assert out, (search.returncode, err)
    answer = json.loads(out)
    assert (search.returncode, answer["status"]) == (0, "feasible")
    assert "Traceback" not in err
    assert len(answer["meetings"]) > 400


def test_who_stops_reading_hears_no_complaint(tmp_path: Path) -> None:
    (tmp_path / "event.json").write_text(json.dumps(EVENT))
    command = f"{sys.executable} -m solver {tmp_path / 'event.json'} --time-limit 5 --explain"
    shown = subprocess.run(["sh", "-c", f"{command} | true"], capture_output=True, text=True, timeout=120)
    assert "BrokenPipe" not in shown.stderr


def test_the_table_is_for_people(tmp_path: Path) -> None:
    (tmp_path / "event.json").write_text(json.dumps(EVENT))
    command = [sys.executable, "-m", "solver", str(tmp_path / "event.json"), "--time-limit", "5"]
    shown = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout
    assert shown.startswith("optimal: 2 meetings")
    assert "proven" in shown


def test_a_search_that_never_ran_is_known_not_to_be_compiled() -> None:
    def never() -> int:
        return 1

    warm()
    assert is_warm()
    assert not is_compiled(jit(never))
