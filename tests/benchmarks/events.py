"""Synthetic events: this scheduler, people who book their slots themselves, and a plain CP-SAT model, in one run.

`python -m tests.benchmarks.events [FOLDER] [--only FAMILY] [--seeds 0,1] [--scale SHARE]` writes
docs/benchmark-events.md. FOLDER holds `generate.py` (makes an event) and `verify.py` (judges a schedule with no code
of the project's). Booking: the requests in random order, each in the first slot where all are free and a table is left,
the mean of five orders. The plain model is `tests.benchmarks.plain`, with the same time limit and CP-SAT's default
settings. Every schedule is judged twice, by `verify.py` and by `matchmaker.scheduling.checks`. Seconds and
memory are those of the whole process; those of repair and explain begin with everything loaded.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from random import Random
from statistics import mean
from time import perf_counter
from typing import Any, NamedTuple

from matchmaker.scheduling.checks import measures, violations
from matchmaker.scheduling.domain import Meeting, Problem, Schedule
from solver.explain.fixes import apply
from solver.explain.reasons import explain
from solver.files.events import event_problem
from solver.incidents import Absence
from solver.repair import repair
from solver.result import Options
from solver.solve import warm

ROOT = Path(__file__).parents[2]
FOLDER = Path(os.environ.get("MATCHMAKER_BENCHMARKS", ROOT.parent / "shared")) / "events"
TABLE = ROOT / "docs" / "benchmark-events.md"
LIMITS = {"biowin": 10, "biowin-tight": 20, "investors": 15, "bio-europe": 60, "bio-international": 120}  # seconds
ORDERS = 5
REPAIRED = ("biowin", "bio-europe")
EXPLAINED = ("biowin-tight",)


class Run(NamedTuple):
    """What a process printed as JSON (None: it printed nothing), the seconds it took and the most memory in GB."""

    answer: dict[str, Any] | None
    seconds: float
    memory: float


class Verdict(NamedTuple):
    """What a schedule is worth."""

    meetings: float
    value: float
    below: float
    breaks: float
    idle: float


def run(module: str, *arguments: str) -> Run:
    began = perf_counter()
    with tempfile.TemporaryFile("w+") as out:
        process = subprocess.Popen([sys.executable, "-m", module, *arguments], stdout=out, cwd=ROOT)
        _, status, used = os.wait4(process.pid, 0)
        seconds = perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        text = out.read()
    return Run(json.loads(text) if text and process.returncode == 0 else None, seconds, used.ru_maxrss / 1e6)


def judged(folder: Path, event: Path, problem: Problem, rows: list[dict[str, Any]]) -> tuple[Verdict, Schedule]:
    """The worth of a schedule; SystemExit where either judge finds a rule broken, or they do not agree."""
    people = {c.id: c.people for c in problem.candidates}
    schedule = Schedule(
        tuple(Meeting(candidate=r["id"], slot=r["slot"], place=r["place"], attendees=people[r["id"]]) for r in rows)
    )
    result = event.with_suffix(".result")
    result.write_text(json.dumps({"meetings": rows}))
    judge = [sys.executable, str(folder / "verify.py"), str(event), str(result)]
    said = json.loads(subprocess.run(judge, capture_output=True, text=True).stdout)
    found = measures(problem, schedule)
    wrong = said["violations"] or violations(problem, schedule)
    verdict = Verdict(len(rows), said["value"], said["below_minimum"], said["breaks"], said["idle"])
    if wrong or verdict[1:] != (found.value, found.below_minimum, found.breaks, found.idle):
        raise SystemExit(f"{event.stem}: {wrong[:3]} {verdict} {found}")
    return verdict, schedule


def booked(problem: Problem, seed: int) -> list[dict[str, Any]]:
    """First come, first served: each request, in random order, in the first slot that all have free."""
    slots, random = range(len(problem.slots)), Random(seed)
    free = {p.id: set(slots) if p.available is None else set(p.available) for p in problem.participants}
    room = {p.id: len(slots) if p.maximum is None else p.maximum for p in problem.participants}
    used: Counter[int] = Counter()
    rows = []
    for c in random.sample(problem.candidates, len(problem.candidates)):
        for t in slots:
            if used[t] < len(problem.places) and all(t in free[p] and room[p] > 0 for p in c.people):
                rows.append({"id": c.id, "slot": t, "place": problem.places[used[t]].id})
                used[t] += 1
                for p in c.people:
                    free[p].remove(t)
                    room[p] -= 1
                break
    return rows


def cells(name: str, limit: str, verdict: Verdict | None, ours: Verdict, bound: int, work: Run | None) -> str:
    """A row of the table; "value" and "idle" each also as the ratio of ours to it."""
    cost = ["-", "-"] if work is None else [f"{work.seconds:.1f} s", f"{work.memory:.2f} GB"]
    if verdict is None:
        return f"| {name} | {limit} | no schedule | - | - | - | - | - | {cost[0]} | {cost[1]} |"
    value = f"{verdict.value:,.0f} ({verdict.value / bound:.2%} of the bound)"
    more = f"{ours.value / max(1, verdict.value):.3f}"
    fewer = f"{ours.idle / max(1, verdict.idle):.2f}"
    counts = f"{verdict.below:,.0f} | {verdict.breaks:,.0f} | {verdict.idle:,.0f}"
    return f"| {name} | {limit} | {value} | {more} | {counts} | {fewer} | {cost[0]} | {cost[1]} |"


HEAD = [
    "| event, solver | limit | value | ours : it | below minimum | breaks | idle | ours : it | process | memory |",
    "|---" * 10 + "|",
]


def compare(folder: Path, event: Path, limit: float) -> tuple[list[str], Problem, Schedule]:
    """The rows of one event, and our schedule of it."""
    problem = event_problem(json.loads(event.read_text()))
    own = run("solver", str(event), "--json", "--time-limit", f"{limit:g}", "--threads", "2")
    if own.answer is None:
        raise SystemExit(f"{event.stem}: no schedule")
    ours, schedule = judged(folder, event, problem, own.answer["meetings"])
    bound = next(g["bound"] for g in own.answer["goals"] if g["name"] == "value")
    lines = [cells(f"{event.stem}, ours", f"{limit:g} s", ours, ours, bound, own)]
    orders = [judged(folder, event, problem, booked(problem, seed))[0] for seed in range(ORDERS)]
    mean_order = Verdict(*(mean(column) for column in zip(*orders, strict=True)))
    lines.append(cells("booking by the people", "-", mean_order, ours, bound, None))
    plain = run("tests.benchmarks.plain", str(event), f"{limit:g}")
    found = plain.answer["meetings"] if plain.answer else []
    verdict = judged(folder, event, problem, found)[0] if found else None
    lines.append(cells("plain CP-SAT", f"{limit:g} s", verdict, ours, bound, plain))
    return lines, problem, schedule


def repaired(name: str, problem: Problem, schedule: Schedule) -> str:
    """A line on the absence, all day, of the person with most meetings."""
    (busiest, meetings), *_ = Counter(p for m in schedule.meetings for p in m.attendees).most_common(1)
    began = perf_counter()
    found = repair(problem, schedule, [Absence(participant=busiest)], Options(threads=2))
    seconds = perf_counter() - began
    if violations(found.problem, found.result.schedule):
        raise SystemExit(f"{name}: the repaired schedule is not legal")
    touched = found.result.goals[0]
    proof = "proven least" if touched.proven else f"at least {touched.bound}"
    return (
        f"- {name}: a person with {meetings} meetings is absent; {touched.value} agendas touched ({proof}), "
        f"{len(found.changes)} named in the preview, {seconds:.1f} s"
    )


def explained(name: str, problem: Problem, schedule: Schedule) -> str:
    """A line on the meetings that do not take place; every fix is made here once more and judged as a whole."""
    began = perf_counter()
    found = explain(problem, schedule)
    seconds = perf_counter() - began
    good = 0
    for explanation in found:
        if explanation.fix is not None:
            changed, after = apply(problem, schedule, explanation.fix)
            good += explanation.candidate in after.by_candidate and not violations(changed, after)
    causes = ", ".join(f"{n} {cause}" for cause, n in Counter(str(e.reason.cause) for e in found).most_common())
    return f"- {name}: {len(found)} meetings left out, {good} with a fix that places them ({causes}), {seconds:.1f} s"


def machine() -> str:
    info = Path("/proc/cpuinfo")
    names = info.read_text().splitlines() if info.exists() else []
    model = next(
        (line.partition(":")[2].strip() for line in names if line.startswith("model name")), platform.machine()
    )
    return f"{os.cpu_count()} cores ({model}), Python {platform.python_version()}"


def say(lines: Iterable[str]) -> None:
    for line in lines:
        sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    parser.add_argument("--only", choices=LIMITS, help="one family; the table is then printed, not written")
    parser.add_argument("--seeds", default="0", help="of the events, with commas")
    parser.add_argument("--scale", type=float, default=1.0, help="of the time limits")
    given = parser.parse_args()
    if not given.folder.is_dir():
        sys.stderr.write(f"benchmark folder absent: {given.folder}\n")
        return 1
    warm()
    table, repairs, explanations = list(HEAD), ["Repair of one absence:"], ["Explaining:"]
    say(HEAD)
    with tempfile.TemporaryDirectory() as scratch:
        for family in [given.only] if given.only else LIMITS:
            for seed in given.seeds.split(","):
                event = Path(scratch) / f"{family}-{seed}.json"
                made = [sys.executable, str(given.folder / "generate.py"), family, seed]
                event.write_text(subprocess.run(made, capture_output=True, text=True, check=True).stdout)
                lines, problem, schedule = compare(given.folder, event, LIMITS[family] * given.scale)
                say(lines)
                table += lines
                if family in REPAIRED:
                    repairs.append(repaired(event.stem, problem, schedule))
                    say(repairs[-1:])
                if family in EXPLAINED:
                    explanations.append(explained(event.stem, problem, schedule))
                    say(explanations[-1:])
    if not given.only and given.scale == 1.0:
        command = f"`python -m tests.benchmarks.events --seeds {given.seeds}`, {machine()}."
        heading = ["# Synthetic events", "", command, ""]
        notes = ["", *repairs[:1], "", *repairs[1:], "", *explanations[:1], "", *explanations[1:], ""]
        TABLE.write_text("\n".join([*heading, *table, *notes]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
