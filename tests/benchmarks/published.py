"""The published instances: this scheduler, RC2 on the paper's encoding, and a plain CP-SAT model, in one run.

`python -m tests.benchmarks.published [FOLDER] [--only NAME] [--limit SECONDS] [--plain-limit SECONDS] [--no-plain]`
writes docs/benchmark-published.md. RC2 (Ignatiev, Morgado, Marques-Silva, "RC2: an efficient MaxSAT solver", 2019) gets
the clauses of the paper with implied constraints 1 and 2. Seconds are those inside the process, imports aside;
"process" is the whole of `python -m solver`.
"""

import argparse
import csv
import json
import os
import subprocess
import sys
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
FOLDER = Path(os.environ.get("MATCHMAKER_BENCHMARKS", ROOT.parent / "shared")) / "jair2022"
TABLE = ROOT / "docs" / "benchmark-published.md"

RC2 = """
import sys; from pathlib import Path; from time import perf_counter
from pysat.examples.rc2 import RC2; from pysat.formula import WCNF
from solver.breaks.clauses import encode; from solver.files.dzn import read_dzn
problem = read_dzn(Path(sys.argv[1]).read_text())
began = perf_counter()
encoding, formula = encode(problem, 2), WCNF()
formula.extend(encoding.clauses)
formula.extend([[-hole] for hole in encoding.holes], weights=[1] * len(encoding.holes))
with RC2(formula) as rc2:
    found = rc2.compute()
    print("UNSAT" if found is None else rc2.cost, perf_counter() - began)
"""

PLAIN = """
import sys; from pathlib import Path; from time import perf_counter
from solver.files.dzn import read_dzn; from solver.exact.optimise import solve_exactly
from solver.result import Goal, Options, SolveStatus
problem = read_dzn(Path(sys.argv[1]).read_text())
began = perf_counter()
options = Options(goals=(Goal.BREAKS,), complete=True, fairness=2, time_limit=float(sys.argv[2]), threads=2)
result = solve_exactly(problem, options)
done = {SolveStatus.OPTIMAL: lambda: result.goals[0].value, SolveStatus.INFEASIBLE: lambda: "UNSAT"}
print(done.get(result.status, lambda: "-")(), perf_counter() - began)
"""


NOTE = 'Seconds are those inside the process, imports aside; "-" is no proof in the limit (decision 0121).'


class Run(NamedTuple):
    """What a solver proved ("-": nothing in the limit), its seconds, and those of its whole process."""

    answer: str
    seconds: float
    process: float


def ours(path: Path, limit: float) -> Run:
    wanted = ["--objective", "breaks", "--complete", "--fairness", "2", "--time-limit", str(limit), "--threads", "2"]
    began = perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "solver", str(path), *wanted, "--json"], capture_output=True, text=True, cwd=ROOT
    )
    process = perf_counter() - began
    result = json.loads(done.stdout)
    if result["status"] == "optimal":
        return Run(str(result["goals"][0]["value"]), result["seconds"], process)
    return Run("UNSAT" if result["status"] == "infeasible" else "-", result["seconds"], process)


def other(script: str, path: Path, limit: float) -> Run:
    command = [sys.executable, "-c", script, str(path), str(limit)]
    began = perf_counter()
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=limit + 5, cwd=ROOT, check=True)
    except subprocess.TimeoutExpired:
        return Run("-", limit, limit)
    answer, seconds = done.stdout.split()
    return Run(answer, float(seconds), perf_counter() - began)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    parser.add_argument("--only", default="", help="instances whose name holds this")
    parser.add_argument("--limit", type=float, default=120.0, help="seconds for each solver and instance")
    parser.add_argument("--plain-limit", type=float, default=20.0, help="seconds for the plain CP-SAT model")
    parser.add_argument("--no-plain", action="store_true", help="leave out the plain CP-SAT model")
    given = parser.parse_args()
    if not given.folder.is_dir():
        sys.stderr.write(f"benchmark folder absent: {given.folder}\n")
        return 1
    expected = {
        row["instance"]: row["optimum_breaks_or_UNSAT"]
        for row in csv.DictReader((given.folder / "optima.csv").read_text().splitlines())
    }
    runs: dict[str, dict[str, Run]] = {}
    for path in sorted(path for path in given.folder.glob("*.dzn") if given.only in path.stem):
        runs[path.stem] = {"ours": ours(path, given.limit), "RC2": other(RC2, path, given.limit)}
        if not given.no_plain:
            runs[path.stem]["plain CP-SAT"] = other(PLAIN, path, given.plain_limit)
        say([line(path.stem, runs[path.stem], expected[path.stem])])
        if runs[path.stem]["ours"].answer not in (expected[path.stem], "-"):
            raise SystemExit(f"{path.stem}: {runs[path.stem]['ours'].answer} is not the published optimum")
    say(summary(runs))
    if not given.only:
        limits = f"{given.limit:.0f} s for each solver and instance ({given.plain_limit:.0f} s for plain CP-SAT)"
        write(runs, expected, limits)
    return 0


def line(name: str, row: dict[str, Run], optimum: str) -> str:
    cells = [f"{r.seconds:.2f} s" + ("" if r.answer == optimum else f" ({r.answer})") for r in row.values()]
    return f"| {name} | {optimum} | {' | '.join(cells)} | {row['ours'].process:.1f} s |"


def summary(runs: dict[str, dict[str, Run]]) -> list[str]:
    rows = runs.values()
    both = [r for r in rows if "-" not in (r["ours"].answer, r["RC2"].answer)]
    faster = sum(r["ours"].seconds < r["RC2"].seconds for r in both)
    share = sum(r["ours"].seconds for r in both) / max(1e-9, sum(r["RC2"].seconds for r in both))
    slowest = max(r["ours"].process for r in rows)
    lines = [
        f"- proven by ours: {proven(runs, 'ours')} of {len(runs)}, the slowest process {slowest:.1f} s",
        f"- proven by RC2: {proven(runs, 'RC2')}",
        f"- of the {len(both)} that both proved, ours was faster on {faster}; all of them in {share:.2f} of RC2's time",
    ]
    if all("plain CP-SAT" in r for r in rows):
        lines.append(f"- proven by plain CP-SAT: {proven(runs, 'plain CP-SAT')}")
    return lines


def proven(runs: dict[str, dict[str, Run]], solver: str) -> int:
    return sum(row[solver].answer != "-" for row in runs.values())


def write(runs: dict[str, dict[str, Run]], expected: dict[str, str], limits: str) -> None:
    """The table in docs/."""
    solvers = list(next(iter(runs.values())))
    head = ["| instance | optimum | " + " | ".join(solvers) + " | ours, process |", "|---" * (len(solvers) + 3) + "|"]
    title = ["# The published benchmark", "", f"`python -m tests.benchmarks.published`, {limits}, 2 cores.", NOTE, ""]
    lines = [line(name, row, expected[name]) for name, row in sorted(runs.items())]
    TABLE.write_text("\n".join([*title, *summary(runs), "", *head, *lines, ""]))


def say(lines: list[str]) -> None:
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
