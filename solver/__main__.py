"""`python -m solver FILE`: solves a file and prints a table, or JSON.

FILE is a published `.dzn` instance, a synthetic event or a problem in the project's own JSON. Slots of a `.dzn` count
from 1 in the answer, as in the file; those of the others from 0. `--explain` adds why each meeting left out was, with
what would place it, or the rules that contradict one another where there is no schedule. Exit status 0: a schedule;
1: there is none, or none was found; 2: the file or an argument is wrong.
"""

import argparse
import json
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matchmaker.scheduling.domain import Problem
    from solver.result import Options, Result

STARTED = perf_counter()
LEAVING = 0.4  # of the time to come in (imports, reading) is what it takes to write the answer and to leave


def main(arguments: list[str] | None = None) -> int:
    began = STARTED if arguments is None else perf_counter()
    options = _parser().parse_args(arguments)
    from matchmaker.scheduling.checks import measures
    from solver.result import Goal, Options, Status
    from solver.solve import is_warm, solve, warm

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that no process of a proof stays behind

    try:
        goals = tuple(Goal(name.strip()) for name in options.objective.split(","))
    except ValueError as error:
        print(f"--objective: {error}; goals are {', '.join(Goal)}", file=sys.stderr)  # noqa: T201
        return 2
    try:
        problem, first = _read(options.file)
    except (OSError, ValueError) as error:
        print(f"{options.file}: {error}", file=sys.stderr)  # noqa: T201
        return 2
    read = perf_counter() - began
    if not is_warm():
        print("compiling the search, once for this installation: about half a minute", file=sys.stderr)  # noqa: T201
        warm()
    asked = Options(
        time_limit=options.time_limit,
        used=min((1 + LEAVING) * read, options.time_limit - 0.1),
        seed=options.seed,
        threads=options.threads,
        goals=goals,
        fairness=options.fairness,
        complete=options.complete,
    )
    result = solve(problem, asked)
    found = measures(problem, result.schedule)
    answer: dict[str, Any] = {
        "status": result.status,
        "meetings": [
            {"id": m.candidate, "slot": m.slot + first, "place": m.place, "attendees": list(m.attendees)}
            for m in result.schedule.meetings
        ],
        "goals": [
            {"name": g.goal, "value": g.value, "bound": g.bound, "gap": g.gap, "proven": g.proven, "seconds": g.seconds}
            for g in result.goals
        ],
        "measures": {name: getattr(found, name) for name in found.__slots__},
        "seconds": result.seconds,
    }
    if options.explain:
        answer["why"] = _why(problem, asked, result, first)
    print(json.dumps(answer) if options.json else _table(answer))  # noqa: T201
    return 0 if result.status in (Status.OPTIMAL, Status.FEASIBLE) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m solver", description="Schedules the meetings of an event.")
    parser.add_argument("file", type=Path, help=".dzn, event JSON or Matchmaker JSON")
    parser.add_argument("--objective", default="coverage,value,breaks,idle", help="goals, the most important first")
    parser.add_argument("--complete", action="store_true", help="every meeting must take place")
    parser.add_argument("--fairness", type=int, help="most difference between the breaks of two participants")
    parser.add_argument("--time-limit", type=float, default=20.0, help="seconds of the whole process")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--explain", action="store_true", help="say why meetings are left out, in as much time again")
    parser.add_argument("--json", action="store_true", help="print the whole answer as JSON")
    return parser


def _read(path: Path) -> tuple[Any, int]:
    """The problem in the file and the number of its first slot. Raises ValueError with what is wrong where."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".dzn":
        from solver.files.dzn import read_dzn

        return read_dzn(text), 1
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"line {error.lineno}, column {error.colno}: not JSON: {error.msg}") from None
    read: Callable[[Any], Any]
    if isinstance(content, dict) and "requests" in content:
        from solver.files.events import event_problem as read
    else:
        from matchmaker.scheduling.codec import problem_from_json as read
    return read(content), 0


def _why(problem: "Problem", asked: "Options", result: "Result", first: int) -> list[str]:
    """Sentences on each meeting that was left out, or on the rules that leave no schedule."""
    from solver.explain.conflict import conflict
    from solver.explain.reasons import explain
    from solver.explain.sentences import Names, conflict_text, fix_text, reason_text
    from solver.result import Status

    names = Names(
        person=lambda p: f"participant {p}",
        place=lambda k: f"place {k}",
        when=lambda slots: f"in slot {', '.join(str(t + first) for t in slots)}",
        meeting=lambda c: f"meeting {c}",
    )
    if result.status is Status.INFEASIBLE:
        found = conflict(problem, asked)
        return ["no small set of rules was found in time"] if found is None else conflict_text(found, "en", names)
    if result.status is Status.UNKNOWN:
        return ["no schedule was found in time"]
    lines = []
    for each in explain(problem, result.schedule):
        fix = "" if each.fix is None else " " + fix_text(each.fix, "en", names)
        lines.append(f"{names.name_of(each.candidate)}: {reason_text(each.reason, 'en', names)}{fix}")
    return lines


def _table(answer: dict[str, Any]) -> str:
    lines = [f"{answer['status']}: {len(answer['meetings'])} meetings in {answer['seconds']:.1f} s"]
    for goal in answer["goals"]:
        gap = f", gap {goal['gap']:.2%}" if goal["bound"] else ""  # of nothing there is no share
        proof = "proven" if goal["proven"] else f"bound {goal['bound']}{gap}"
        lines.append(f"  {goal['name']:10} {goal['value']:>10}  {proof}")
    lines += [f"  {name:15} {value:>10}" for name, value in answer["measures"].items()]
    lines += answer.get("why", [])
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
