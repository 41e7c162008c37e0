"""`python -m solver FILE`: solves a file and prints a table, or JSON.

FILE is a published `.dzn` instance, a synthetic event or a problem in the project's own JSON (docs/solver-json.md).
Slots of a `.dzn` count from 1, as in the file; those of an event from 0; a problem names its own. `--repair SCHEDULE`
changes a published schedule as little as FILE, as it is now, demands. `--explain` adds why each meeting left out was,
with what would place it, or the rules that contradict one another where there is no schedule. Ctrl-C ends the search
with the best schedule found so far. Exit status 0: a schedule; 1: there is none, or none was found; 2: a file or an
argument is wrong.
"""

import argparse
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from time import perf_counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matchmaker.scheduling.domain import Problem, Schedule
    from solver.result import Options, Result

STARTED = perf_counter()
LEAVING = 0.4  # of the time to come in (imports, reading) is what it takes to write the answer and to leave


def main(arguments: list[str] | None = None) -> int:
    began = STARTED if arguments is None else perf_counter()
    parsed = _parser().parse_args(arguments)
    try:
        with _interruptible() as interrupted:
            status, answer = _answer(parsed, began, interrupted.is_set)
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 2
    try:
        print(json.dumps(answer) if parsed.json else _table(answer), flush=True)  # noqa: T201
    except BrokenPipeError:  # whoever read has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return status


def _answer(arguments: argparse.Namespace, began: float, interrupted: Callable[[], bool]) -> tuple[int, dict[str, Any]]:
    """The exit status and what is to be printed. Raises OSError and ValueError in words for whoever typed."""
    from matchmaker.scheduling.checks import measures
    from solver.repair import repair
    from solver.result import Goal, Options, SolveStatus
    from solver.solve import is_warm, solve

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that no process of a proof stays behind
    try:
        goals = tuple(Goal(name.strip()) for name in arguments.objective.split(","))
    except ValueError as error:
        raise ValueError(f"--objective: {error}; goals are {', '.join(Goal)}") from None
    if Goal.STABILITY in goals and arguments.baseline is None and arguments.repair is None:
        raise ValueError("--objective: stability compares with a published schedule; name its file with --baseline")
    problem = _read(arguments.file, _problem)
    baseline = arguments.baseline and _read(arguments.baseline, lambda path: _schedule(path, problem))
    published = arguments.repair and _read(arguments.repair, lambda path: _schedule(path, problem))
    reading = perf_counter() - began
    if not is_warm():
        text = "the search is being compiled, once for this installation; a quick plan comes first"
        print(text, file=sys.stderr)  # noqa: T201
    options = Options(
        time_limit=arguments.time_limit,
        used=min((1 + LEAVING) * reading, arguments.time_limit - 0.1),
        seed=arguments.seed,
        threads=arguments.threads,
        goals=goals,
        fairness=arguments.fairness,
        complete=arguments.complete,
        baseline=baseline,
        stop=interrupted,
    )
    blocked: tuple[int, ...] = ()
    if published is None:
        result = solve(problem, options)
    else:
        repaired = repair(problem, published, (), options, now=_now(arguments.now, problem), slack=arguments.slack)
        result, blocked, baseline = repaired.result, repaired.blocked, published
    ids = problem.slot_ids
    figures = measures(problem, result.schedule, baseline)
    answer: dict[str, Any] = {
        "status": result.status,
        "meetings": [
            {"id": m.candidate, "slot": ids[m.slot], "place": m.place, "attendees": list(m.attendees)}
            for m in result.schedule.meetings
        ],
        "goals": [
            {"name": g.goal, "value": g.value, "bound": g.bound, "gap": g.gap, "proven": g.proven, "seconds": g.seconds}
            for g in result.goals
        ],
        "measures": {name: getattr(figures, name) for name in figures.__slots__},
        "seconds": result.seconds,
    }
    if blocked:
        answer["blocked"] = list(blocked)
    if arguments.explain:
        answer["why"] = _why(problem, options, result)
    return (0 if result.status in (SolveStatus.OPTIMAL, SolveStatus.FEASIBLE) else 1), answer


@contextmanager
def _interruptible() -> Iterator[Event]:
    """While inside, the first Ctrl-C sets the event, and the second ends the program as ever."""
    interrupted = Event()

    def interrupt(*_: object) -> None:
        interrupted.set()
        signal.signal(signal.SIGINT, before)

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield interrupted
    finally:
        signal.signal(signal.SIGINT, before)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m solver", description="Schedules the meetings of an event.")
    parser.add_argument("file", type=Path, help=".dzn, event JSON or Matchmaker JSON (docs/solver-json.md)")
    parser.add_argument("--objective", default="coverage,value,breaks,idle", help="goals, the most important first")
    parser.add_argument("--complete", action="store_true", help="every meeting must take place")
    parser.add_argument("--fairness", type=int, help="most difference between the breaks of two participants")
    parser.add_argument("--baseline", type=Path, metavar="SCHEDULE", help="what the goal stability compares with: JSON")
    parser.add_argument(
        "--repair",
        type=Path,
        metavar="SCHEDULE",
        help="a published schedule (JSON) to change as little as FILE demands",
    )
    parser.add_argument("--now", type=int, metavar="SLOT", help="with --repair: what starts before this slot is past")
    parser.add_argument("--slack", type=int, default=0, help="with --repair: so many more agendas may change")
    parser.add_argument("--time-limit", type=float, default=20.0, help="seconds of the whole process")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--explain", action="store_true", help="say why meetings are left out, in as much time again")
    parser.add_argument("--json", action="store_true", help="print the whole answer as JSON")
    return parser


def _read(path: Path, read: Callable[[Path], Any]) -> Any:
    """What `read` makes of a file. Raises ValueError with the path, and what is wrong where."""
    try:
        return read(path)
    except OSError as error:
        raise ValueError(f"{path}: {error.strerror or error}") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"{path}: line {error.lineno}, column {error.colno}: not JSON: {error.msg}") from None
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None


def _problem(path: Path) -> "Problem":
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".dzn":
        from solver.files.dzn import read_dzn

        return read_dzn(text)
    content = json.loads(text)
    if isinstance(content, dict) and "requests" in content:
        from solver.files.events import event_problem

        return event_problem(content)
    from matchmaker.scheduling.codec import problem_from_json

    return problem_from_json(content)


def _schedule(path: Path, problem: "Problem") -> "Schedule":
    """A schedule as Matchmaker stores it, or an answer of this program."""
    from matchmaker.scheduling.codec import schedule_from_json

    content = json.loads(path.read_text(encoding="utf-8"))
    if isinstance(content, dict) and "status" in content:
        rows = content.get("meetings", [])
        content = {"meetings": [{("candidate" if k == "id" else k): v for k, v in row.items()} for row in rows]}
    return schedule_from_json(content, problem)


def _now(slot: int | None, problem: "Problem") -> int:
    """The position of a slot. Raises ValueError where there is none of that name."""
    if slot is None:
        return 0
    if slot not in problem.slot_ids:
        raise ValueError(f"--now: there is no slot {slot}")
    return problem.slot_ids.index(slot)


def _why(problem: "Problem", options: "Options", result: "Result") -> list[str]:
    """Sentences on each meeting that was left out, or on the rules that leave no schedule."""
    from solver.explain.conflict import conflict
    from solver.explain.reasons import explain
    from solver.explain.sentences import Names, conflict_text, fix_text, reason_text
    from solver.result import SolveStatus

    names = Names(
        person=lambda p: f"participant {p}",
        place=lambda k: f"place {k}",
        when=lambda slots: f"in slot {', '.join(str(problem.slot_ids[t]) for t in slots)}",
        meeting=lambda c: f"meeting {c}",
    )
    if result.status is SolveStatus.INFEASIBLE:
        found = conflict(problem, options)
        return ["no small set of rules was found in time"] if found is None else conflict_text(found, "en", names)
    if result.status is SolveStatus.UNKNOWN:
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
