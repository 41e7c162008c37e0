"""What the command line shows: progress, tables of errors, messages. Results go to stdout, all else to stderr."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, wait
from contextlib import contextmanager
from dataclasses import asdict
from math import isnan
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from matchmaker.locale import Message, catalogue

if TYPE_CHECKING:
    from matchmaker.intake import IntakeError
    from matchmaker.matching.evaluation import Evaluation
    from matchmaker.matching.event_evaluation import EventEvaluation
    from solver.result import Progress as Improvement

T = TypeVar("T")
_errors = Console(stderr=True)


def say(text: str) -> None:
    typer.echo(text)


def warn(text: str) -> None:
    """Something to know that is not a result."""
    _errors.print(Text(text, style="yellow"), soft_wrap=True)


def fail(message: str) -> NoReturn:
    """Ends the command: its arguments are at fault."""
    _errors.print(Text(message, style="red"), soft_wrap=True)
    raise typer.Exit(2)


def show_errors(file: str, errors: Sequence["IntakeError"], language: str) -> None:
    """Every error of a workbook, as a table."""
    translated = catalogue(language)
    count = translated.ngettext(
        "{file}: {n} error; nothing was done.",
        "{file}: {n} errors; nothing was done.",
        len(errors),
        file=file,
    )
    # Without a terminal there is no width to keep to: what goes to a log should not be broken up.
    console = _errors if _errors.is_terminal else Console(stderr=True, width=200)
    console.print(Text(count, style="red"))
    table = Table(*(heading.text(language) for heading in _HEADINGS))
    for error in errors:
        row = "" if error.row is None else str(error.row)
        table.add_row(*(Text(cell) for cell in (error.sheet, row, error.column, error.value, error.expected)))
    console.print(table)


_HEADINGS = (
    Message("errors", "Sheet"),
    Message("errors", "Row"),
    Message("errors", "Column"),
    Message("errors", "Value"),
    Message("errors", "Expected"),
)


def show_evaluations(measured: Sequence["Evaluation"], as_json: bool) -> None:
    """Measures of matching, a column for each; JSON has null where there was nothing to measure."""
    columns = [asdict(evaluation) for evaluation in measured]
    if as_json:
        say(json.dumps(_finite(columns), indent=2))
        return
    table = Table(
        "", *(f"{one['method']}" for one in columns), title=f"{columns[0]['embedder']}, {columns[0]['pairs']} pairs"
    )
    for name in columns[0]:
        if name not in ("embedder", "method", "pairs"):
            values = [one[name] for one in columns]
            form = ".0f" if name == "texts_per_second" else ".3f"
            table.add_row(name.replace("_", " "), *("–" if isnan(value) else f"{value:{form}}" for value in values))
    Console().print(table)


def show_event_evaluation(measured: "EventEvaluation", as_json: bool) -> None:
    """Measures of matching on an event; JSON has null where there was nothing to measure."""
    columns = asdict(measured)
    if as_json:
        say(json.dumps(_finite(columns), indent=2))
        return
    console = Console()
    table = Table("", "", title=f"{columns['embedder']}, truth by {columns['truth']}")
    for name, value in columns.items():
        if isinstance(value, int | float):
            form = "d" if isinstance(value, int) else ".3f"
            table.add_row(name.replace("_", " "), "–" if isnan(value) else f"{value:{form}}")
    console.print(table)
    for part in ("by_type", "by_language"):
        table = Table(part.replace("_", " "), "needs", "right at 1", "right in 5", "MRR")
        for name, ranks in columns[part].items():
            table.add_row(name, str(ranks["needs"]), *(f"{ranks[k]:.3f}" for k in ("right_at_1", "right_in_5", "mrr")))
        console.print(table)
    table = Table("likelihood", "pairs", "mean", "right")
    for each in columns["calibration"]:
        table.add_row(
            f"{each['low']:.2f} to {each['high']:.2f}",
            f"{each['pairs']:,}",
            f"{each['mean']:.3f}",
            f"{each['right']:.3f}",
        )
    console.print(table)


def _finite(value: Any) -> Any:
    """The same value with None for every NaN in it."""
    if isinstance(value, dict):
        return {key: _finite(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(each) for each in value]
    return None if isinstance(value, float) and isnan(value) else value


@contextmanager
def bar(title: str) -> Iterator[Callable[[str, int, int], None]]:
    """A progress bar; the function it yields takes a stage, what is done and the total."""
    with _progress() as progress_bar:
        task = progress_bar.add_task(title, total=None)

        def update(stage: str, done: int, total: int) -> None:
            progress_bar.update(task, description=f"{title} {stage}".strip(), completed=done, total=total)

        yield update


def search(run: Callable[[Callable[[], bool], Callable[["Improvement"], None]], T], seconds: float) -> T:
    """Runs a search that takes about `seconds`, and shows the best found so far.

    `run(stop, progress)` works in a thread of its own, so that Ctrl-C is heard at once: the first tells the search to
    stop and to keep what it has, a second one gives up.
    """
    stop = threading.Event()
    outcome: Future[T] = Future()
    with _progress() as progress_bar:
        task = progress_bar.add_task("Scheduling", total=seconds)

        def better(improvement: "Improvement") -> None:
            progress_bar.update(task, description=f"Scheduling {_best(improvement)}")

        def work() -> None:
            try:
                outcome.set_result(run(stop.is_set, better))
            except BaseException as wrong:
                outcome.set_exception(wrong)

        started = time.monotonic()
        threading.Thread(target=work, daemon=True).start()
        while not outcome.done():
            try:
                wait([outcome], timeout=0.1)
                progress_bar.update(task, completed=min(seconds, time.monotonic() - started))
            except KeyboardInterrupt:
                if stop.is_set():
                    raise
                stop.set()
                progress_bar.console.print("Interrupted: the best schedule found so far is kept.")
        progress_bar.update(task, completed=seconds)
    return outcome.result()


def _best(improvement: "Improvement") -> str:
    """The figures that an organiser watches: meetings, value against its bound, breaks."""
    parts = [f"{len(improvement.schedule.meetings):,} meetings"]
    for goal in improvement.goals:
        if goal.goal == "value":
            parts.append(f"value {goal.value:,} " + ("(the most)" if goal.proven else f"(at most {goal.bound:,})"))
        elif goal.goal in ("breaks", "idle"):
            parts.append(f"{goal.value:,} {'breaks' if goal.goal == 'breaks' else 'idle slots'}")
    return " · ".join(parts)


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=20),
        TimeElapsedColumn(),
        console=_errors,
        transient=False,
    )
