"""The `matchmaker` command.

Everything heavy is imported inside the commands, so that `matchmaker --help` answers at once.
"""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from api.cli import service, terminal
from matchmaker.locale import LANGUAGES, SOURCE

if TYPE_CHECKING:
    from matchmaker.event import Event
    from matchmaker.matching.embedding import Embedder
    from matchmaker.matching.rules import Rules
    from matchmaker.matching.score import Ranking

app = typer.Typer(
    help="Arranges the one-to-one meetings of a networking event.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
    add_completion=False,
)
app.add_typer(service.app)


def _show_version(requested: bool) -> None:
    if requested:
        from importlib.metadata import version

        terminal.say(f"matchmaker {version('matchmaker')}")
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    pass


if TYPE_CHECKING:
    Language = str
else:
    Language = Literal[LANGUAGES]


_Workbook = Annotated[
    Path,
    typer.Argument(
        metavar="EVENT.xlsx",
        exists=True,
        dir_okay=False,
        readable=True,
        show_default=False,
        help="The event: an .xlsx workbook or a .zip of .csv files (see `matchmaker template`).",
    ),
]
_Target = Annotated[
    Path, typer.Argument(metavar="FILE.xlsx", dir_okay=False, show_default=False, help="The file to write.")
]
_Language = Annotated[Language, typer.Option(help="The language of what is written.")]
_Embedder = Annotated[
    str,
    typer.Option(
        metavar="NAME",
        envvar="MATCHMAKER_EMBEDDER",
        show_default="what comes with the program",
        help="What reads offers and needs: e5+words, e5, use, characters (keywords only), "
        "sentence-transformers:MODEL, fastembed:MODEL or server:MODEL@URL (its key in MATCHMAKER_EMBEDDER_KEY).",
    ),
]
_Force = Annotated[bool, typer.Option("--force", help="Replace what is there.")]


@app.command()
def schedule(
    event: _Workbook,
    out: Annotated[
        Path, typer.Option(metavar="DIR", file_okay=False, show_default=False, help="The folder to write into.")
    ],
    time_limit: Annotated[float, typer.Option(min=0.1, metavar="SECONDS", help="How long to search.")] = 20.0,
    seed: Annotated[
        int,
        typer.Option(
            min=0, help="Another seed searches another way. Two runs of one seed may differ: the clock takes part."
        ),
    ] = 0,
    language: _Language = SOURCE,
    embedder: _Embedder = "",
    force: _Force = False,
) -> None:
    """Rank and schedule an event: a workbook, everybody's agenda (PDF, ICS) and the report.

    Ctrl-C ends the search early and keeps the best schedule found.
    """
    from api.cli import offline
    from solver.result import Options
    from solver.solve import is_warm

    if not force and (existing := offline.would_replace(out)):
        terminal.fail(f"{out} already holds {', '.join(existing)}. Use --force to replace them.")
    event_data = _read(event, language)
    if not event_data.slots:
        terminal.fail(f"{event.name} holds no slots: a schedule needs the whole workbook (see `matchmaker template`).")
    ranking = _rank(event_data, embedder, language)
    if not is_warm():
        terminal.warn(
            "The search is being compiled, once for this installation: this schedule may be a quick plan only."
        )
    if not offline.has_candidates(event_data):
        terminal.fail(
            f"{event.name} holds no meeting to schedule: no request is accepted, and no two people asked each other. "
            "`matchmaker propose` adds meetings."
        )
    plan = terminal.search(
        lambda stop, progress: offline.plan(
            event_data, ranking, Options(time_limit=time_limit, seed=seed, stop=stop, progress=progress)
        ),
        time_limit,
    )
    try:
        with terminal.bar("Writing documents") as progress, offline.all_or_nothing(out) as folder:
            offline.write(plan, folder, language, lambda step, of: progress("", step, of))
    except OSError as wrong:
        terminal.fail(f"{out} cannot be written: {wrong.strerror or wrong}. Nothing was written.")
    terminal.say(plan.report.text(language))
    for shortfall in plan.shortfalls:
        terminal.warn(shortfall)
    terminal.say(f"Written to {out}: {', '.join(offline.WRITTEN)}")


@app.command()
def rank(
    event: _Workbook,
    out: Annotated[
        Path, typer.Option(metavar="FILE", dir_okay=False, show_default=False, help="The .xlsx or .csv file to write.")
    ],
    top: Annotated[int, typer.Option(min=1, max=50, help="Matches for each person.")] = 10,
    language: _Language = SOURCE,
    embedder: _Embedder = "",
    force: _Force = False,
) -> None:
    """Rank everybody for everybody by what they offer and need, with the reasons.

    Left out: who is never available, pairs who asked each other already, and pairs of whom one noted "never".
    """
    from api.cli import offline

    if out.suffix.lower() not in (".xlsx", ".csv"):
        terminal.fail(f"{out}: expected a name that ends in .xlsx or .csv.")
    _free(out, force)
    event_data = offline.open_to_proposals(_read(event, language))
    ranking = _rank(event_data, embedder, language, offline.rules_between_strangers(event_data))
    from matchmaker.documents.matches_workbook import matches_csv, matches_workbook

    render = matches_csv if out.suffix.lower() == ".csv" else matches_workbook
    _write(out, render(event_data, ranking, language, top))


@app.command()
def propose(
    event: _Workbook,
    out: Annotated[
        Path, typer.Option(metavar="FILE.xlsx", dir_okay=False, show_default=False, help="The workbook to write.")
    ],
    minimum: Annotated[int, typer.Option(min=0, help="Meetings to reach for each person.")] = 3,
    maximum: Annotated[int, typer.Option(min=1, help="Meetings for each person at most.")] = 8,
    language: _Language = SOURCE,
    embedder: _Embedder = "",
    force: _Force = False,
) -> None:
    """Add the best meetings nobody asked for, as accepted requests: a workbook that `schedule` takes."""
    if maximum < minimum:
        terminal.fail(f"--maximum {maximum} is below --minimum {minimum}.")
    from api.cli import offline

    _free(out, force)
    event_data = _read(event, language)
    ranking = _rank(event_data, embedder, language, offline.rules_between_strangers(event_data))
    proposals = offline.proposals(event_data, ranking, minimum, maximum)
    from matchmaker.documents.event_workbook import workbook_of

    _write(out, workbook_of(offline.with_requests(event_data, proposals.requests), language))
    terminal.say(f"Meetings proposed: {len(proposals.requests)}")
    for short in proposals.short:
        terminal.warn(f"{short.email}: {short.text(language)}")


@app.command()
def template(file: _Target, language: _Language = SOURCE, force: _Force = False) -> None:
    """Write a workbook to fill in, with an example and notes."""
    _free(file, force)
    from matchmaker.documents.template import template as render

    _write(file, render(language))


@app.command()
def sample(file: _Target, language: _Language = SOURCE, force: _Force = False) -> None:
    """Write the workbook of the sample event, BioWin Day: 400 attendees of the health field."""
    _free(file, force)
    from matchmaker.documents.event_workbook import workbook_of
    from matchmaker.sample import biowin_day

    _write(file, workbook_of(biowin_day(), language))


@app.command()
def evaluate(
    pairs: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.json",
            exists=True,
            dir_okay=False,
            help="A JSON list of {need, need_lang, offer, offer_lang}; without it, the program's own.",
        ),
    ] = None,
    event: Annotated[
        str,
        typer.Option(
            metavar="sample|brokerage|FILE",
            help="A whole event in the place of pairs: one of the two sample events, or a workbook.",
        ),
    ] = "",
    text_only: Annotated[
        bool, typer.Option("--text-only", help="Of an event: leave out whom each text is for, and its kind.")
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Of a sample event: only offers of a need's own topic are right.")
    ] = False,
    embedder: _Embedder = "",
    language: _Language = SOURCE,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Measure the matching: how high the offer that answers a need ranks among all offers."""
    from matchmaker.matching.embedding import EmbeddingError

    if event and pairs:
        terminal.fail("Give either --pairs or --event.")
    try:
        if event:
            _evaluate_event(event, embedder, language, text_only=text_only, strict=strict, as_json=as_json)
        else:
            _evaluate_pairs(pairs, embedder, as_json=as_json)
    except (ValueError, OSError, EmbeddingError) as wrong:
        terminal.fail(str(wrong))


def _evaluate_pairs(pairs: Path | None, embedder: str, *, as_json: bool) -> None:
    from matchmaker.matching.corpus import pairs as own_pairs
    from matchmaker.matching.evaluation import evaluate_pairs, read_pairs

    pairs_read = read_pairs(pairs) if pairs else own_pairs("held-out")
    model = _model(embedder)
    terminal.show_evaluations([evaluate_pairs(pairs_read, model), evaluate_pairs(pairs_read, model, "cosine")], as_json)


def _evaluate_event(
    name: str, embedder: str, language: Language, *, text_only: bool, strict: bool, as_json: bool
) -> None:
    from matchmaker.matching.event_evaluation import evaluate_event, without_ticks
    from matchmaker.sample import biowin_day, brokerage_day

    samples = {"sample": biowin_day, "brokerage": brokerage_day}
    whole = samples[name]() if name in samples else _read(Path(name), language)
    measured = evaluate_event(without_ticks(whole) if text_only else whole, _model(embedder), strict=strict)
    terminal.show_event_evaluation(measured, as_json)


def _read(path: Path, language: Language) -> "Event":
    """The event of a file; ends the command with every error in it if there are any."""
    from matchmaker.intake import IntakeErrors, read_file

    try:
        reading = read_file(path.read_bytes(), path.name, language, keep_examples=True)
    except IntakeErrors as wrong:
        terminal.show_errors(path.name, wrong.errors, language)
        raise typer.Exit(2) from wrong
    for notice in reading.notices:
        terminal.warn(": ".join(filter(None, [notice.sheet, notice.column, notice.text])))
    return reading.event


def _rank(event: "Event", embedder: str, language: Language, rules: "Rules | None" = None) -> "Ranking":
    from matchmaker.matching.embedding import EmbeddingError
    from matchmaker.matching.score import rank as ranked

    try:
        with terminal.bar("Ranking") as progress:
            ranking = ranked(event.people, _model(embedder), rules=rules, progress=progress)
    except (ValueError, EmbeddingError) as wrong:
        terminal.fail(str(wrong))
    for notice in ranking.notices:
        terminal.warn(notice.text(language))
    return ranking


def _model(embedder: str) -> "Embedder":
    from matchmaker.matching.embedding import embedder_named

    return embedder_named(embedder, key=os.environ.get("MATCHMAKER_EMBEDDER_KEY"))


def _free(path: Path, force: bool) -> None:
    if path.exists() and not force:
        terminal.fail(f"{path} exists. Use --force to replace it.")


def _write(path: Path, data: bytes) -> None:
    """Writes a file whole, or not at all."""
    part = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(data)
        part.replace(path)
    except OSError as wrong:
        terminal.fail(f"{path} cannot be written: {wrong.strerror or wrong}.")
    finally:
        part.unlink(missing_ok=True)
    terminal.say(f"Written: {path}")
