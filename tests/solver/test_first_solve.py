"""Claims about an installation whose search is not compiled yet: a copy of the sources with no compiled code."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from matchmaker.scheduling.checks import violations
from matchmaker.scheduling.codec import schedule_from_json
from tests.solver.large_event import large_event

SOURCES = Path(__file__).parents[2]
SCRIPT = """
import json, sys
from matchmaker.scheduling.codec import schedule_to_json
from solver import compiling
from solver.result import Options
from solver.solve import is_warm, solve
from tests.make import candidate, problem
from tests.solver.large_event import large_event

stages = []
def answer(asked, seconds):
    result = solve(asked, Options(time_limit=seconds, progress=lambda p: stages.append(p.stage)))
    return {"status": result.status, "schedule": schedule_to_json(result.schedule, asked)}

small = answer(problem(candidate(0, 1, 2), candidate(1, 1, 3), candidate(2, 2, 3)), 20)
large = answer(large_event(200, 500, tables=30, stands=5), 2)
json.dump([small, large, stages, is_warm(), compiling.is_running()], sys.stdout)
"""


@pytest.fixture
def installation(tmp_path: Path) -> Path:
    for package in ("matchmaker", "solver", "tests"):
        shutil.copytree(SOURCES / package, tmp_path / package, ignore=shutil.ignore_patterns("compiled-*"))
    return tmp_path


def test_the_first_schedules_of_an_installation_do_not_wait_for_the_compiler(installation: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(installation)}
    try:
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT],
            cwd=installation,
            env=environment,
            capture_output=True,
            check=True,
            timeout=60,
        )
    finally:
        for compiler in _processes_in(installation):
            os.kill(compiler, signal.SIGKILL)
    small, large, stages, warm, compiling = json.loads(done.stdout)
    assert small["status"] == "optimal", "small problems need no search"
    assert len(small["schedule"]["meetings"]) == 3
    asked = large_event(200, 500, tables=30, stands=5)
    assert large["status"] == "feasible"
    made = schedule_from_json(large["schedule"], asked)
    assert violations(asked, made) == []
    assert len(made.meetings) > 400
    assert "quick plan" in stages
    assert (warm, compiling) == (False, True), "it is compiled in the background meanwhile"


def _processes_in(folder: Path) -> list[int]:
    """The processes whose working directory is `folder`."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if (entry / "cwd").resolve() == folder:
                found.append(int(entry.name))
        except OSError:
            continue
    return found
