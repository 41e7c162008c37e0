"""The commands that run the service: `run`, `serve`, `worker`, `migrate` and `invite`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli import terminal

if TYPE_CHECKING:
    from api.settings import Settings
    from api.standalone.demo import Welcome

app = typer.Typer()

_Port = Annotated[int, typer.Option(min=1, max=65535, help="The port to listen on.")]


@app.command()
def run(
    data: Annotated[
        Path | None, typer.Option(file_okay=False, help="Where the embedded PostgreSQL keeps its data.")
    ] = None,
    port: _Port = 8000,
) -> None:
    """Start everything on this machine: database, page, API and a worker, with the sample event.

    The database is the one that MATCHMAKER_DATABASE_URL names, or else an embedded PostgreSQL.
    """
    from api.core import logs
    from api.standalone import run

    logs.configure(requests=not sys.stderr.isatty())  # the links to sign in should stay in sight
    settings = _settings()
    if settings.database_url is not None:
        _connect(settings.database_url)
    try:
        run.run(settings, data or settings.data_folder, port, _greet)
    except run.PortTakenError as error:
        terminal.fail(str(error))
    except KeyboardInterrupt:
        terminal.say("Stopped. The data are kept.")


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: _Port = 8000,
    processes: Annotated[int, typer.Option(min=1, help="Server processes.")] = 1,
) -> None:
    """Serve page and API; the work is done by `matchmaker worker`."""
    from api.standalone import run

    _database()
    run.serve(host, port, processes)


@app.command()
def worker() -> None:
    """Do the jobs: schedules, matches, mail. Start as many as there are machines for."""
    from api.core import logs
    from api.jobs.worker import work

    settings, url = _database()
    _connect(url, tables=True)
    logs.configure()
    work(url, settings)


@app.command()
def migrate() -> None:
    """Make or update the tables of the database."""
    from api.core import database

    _, url = _database()
    _connect(url)
    database.migrate(url)
    terminal.say("The database is up to date.")


@app.command()
def invite(email: Annotated[str, typer.Argument(help="The address of somebody who is to organise an event.")]) -> None:
    """Let an organiser in: make their account if there is none, and print a link that signs them in once."""
    import asyncio

    from email_validator import EmailNotValidError, validate_email

    from api.standalone import demo

    settings, url = _database()
    try:
        address = validate_email(email, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError as error:
        terminal.fail(f"{email!r} is not an e-mail address: {error}")
    _connect(url, tables=True)
    terminal.say(asyncio.run(demo.invite(url, settings, address)))


def _settings() -> "Settings":
    """The settings; ends the command with every one of them that is wrong."""
    from pydantic import ValidationError

    from api.settings import Settings

    try:
        return Settings()
    except ValidationError as error:
        wrong = [(str(one["loc"][0]).upper(), one["msg"].removeprefix("Value error, ")) for one in error.errors()]
        terminal.fail("\n".join(f"MATCHMAKER_{name}: {message}" for name, message in wrong))


def _database() -> tuple["Settings", str]:
    """The settings and the database that they name; ends the command if they name none."""
    settings = _settings()
    if settings.database_url is None:
        terminal.fail("Set MATCHMAKER_DATABASE_URL to a PostgreSQL database, like postgresql://user@host/matchmaker.")
    return settings, settings.database_url


def _connect(url: str, tables: bool = False) -> None:
    """Ends the command if the database does not answer, or has no `tables` where it needs them."""
    import psycopg

    try:
        with psycopg.connect(url, connect_timeout=10) as connection:
            if tables:
                connection.execute("SELECT FROM alembic_version")
    except psycopg.errors.UndefinedTable:
        terminal.fail("The database has no tables yet: make them with `matchmaker migrate`.")
    except psycopg.Error as error:
        terminal.fail(f"The database cannot be reached: {error}")


def _greet(welcome: "Welcome") -> None:
    terminal.say(f"Matchmaker is at {welcome.address} (Ctrl-C stops it)")
    if welcome.organiser and welcome.attendee:
        terminal.say("Sign in to the sample event; each link works once:")
        terminal.say(f"  organiser  {welcome.organiser}")
        terminal.say(f"  attendee   {welcome.attendee}")
