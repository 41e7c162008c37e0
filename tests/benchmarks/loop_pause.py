"""How long the event loop of a server stands still while events are imported, published and downloaded.

`python -m tests.benchmarks.loop_pause [--people N] [--large N] [--downloads N]` prints a line for each kind of work.
The server runs in this process; a task of its loop wakes every 5 ms and notes by how much it came too late. A machine
that does other work adds to that: the first line is the pause while nothing is asked.
"""

import argparse
import asyncio
import io
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

import httpx
import sqlalchemy as sa
import uvicorn
from sqlalchemy.orm import Session

from api.app import create_app
from api.core.database import psycopg_url
from api.models import Schedule
from api.models.schedules import ScheduleState
from api.schedules import solving
from api.settings import Settings
from matchmaker.documents.event_workbook import workbook_of
from tests.benchmarks.service import attendees, cookies, crowd, database, load, owner_token, server_url

TICK = 0.005
CLIENTS = ThreadPoolExecutor(64)  # not the server's own threads, which would wait for themselves


class Pauses:
    """The longest time by which a task of the running loop woke too late."""

    def __init__(self) -> None:
        self.longest = 0.0

    async def watch(self) -> None:
        """Note pauses until cancelled."""
        while True:
            began = time.perf_counter()
            await asyncio.sleep(TICK)
            self.longest = max(self.longest, time.perf_counter() - began - TICK)


@asynccontextmanager
async def watched() -> AsyncIterator[Pauses]:
    """The pauses of the loop inside the block."""
    pauses = Pauses()
    watching = asyncio.create_task(pauses.watch())
    yield pauses
    watching.cancel()


def drafted(url: str, event_id: int) -> int:
    """A draft of the event, found in ten seconds; its number."""
    with Session(sa.create_engine(psycopg_url(url))) as session:
        row = Schedule(
            event_id=event_id,
            version=1,
            state=ScheduleState.QUEUED,
            options={"time_limit": 10, "goals": ["coverage", "value"]},
            progress={"stage": "queued", "seconds": 0, "meetings": 0, "goals": []},
            goals=[],
            measures={},
        )
        session.add(row)
        session.commit()
        solving.run(url, row.id, lambda: False)
        return row.id


async def measure(url: str, event_id: int, schedule_id: int, large: bytes, downloads: int) -> None:
    """Ask a server in this loop for each kind of work, and say how long the loop stood still."""
    app = create_app(Settings(database_url=url, origin="http://127.0.0.1"))
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, lifespan="on"))
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.05)
    port = server.servers[0].sockets[0].getsockname()[1]
    people, api = attendees(url, event_id)[:downloads], f"http://127.0.0.1:{port}/api/v1"
    organiser = cookies(owner_token(url))

    # a client's own work, such as packing a large body, must not count: it is done in a thread
    async def ask(method: str, path: str, token: str | None = None, **kind: object) -> None:
        def call() -> httpx.Response:
            with httpx.Client(verify=False, timeout=600, cookies=cookies(token) if token else organiser) as own:
                return own.request(method, f"{api}{path}", **kind)  # type: ignore[arg-type]

        answer = await asyncio.get_running_loop().run_in_executor(CLIENTS, call)
        assert answer.status_code < 300, answer.text

    async def import_large() -> None:
        await ask("POST", "/imports", files={"file": ("large.xlsx", io.BytesIO(large))})

    async def fetch_agendas() -> None:
        where = f"/events/{event_id}/participants"
        await asyncio.gather(*(ask("GET", f"{where}/{id_}/agenda.pdf", token) for id_, token in people))
        await asyncio.gather(*(ask("GET", f"{where}/{id_}/agenda.ics", token) for id_, token in people))

    works: dict[str, Callable[[], Awaitable[None]]] = {
        "nothing": lambda: asyncio.sleep(3),
        "publication": lambda: ask("POST", f"/schedules/{schedule_id}/publish"),
        f"{downloads} agendas, PDF and ICS": fetch_agendas,
        "grid": lambda: ask("GET", f"/schedules/{schedule_id}/grid"),
        "schedule workbook": lambda: ask("GET", f"/schedules/{schedule_id}/workbook.xlsx"),
        "event workbook": lambda: ask("GET", f"/events/{event_id}/workbook.xlsx"),
        "import of the large event": import_large,
    }
    await ask("GET", "/me")
    for name, work in works.items():
        began = time.perf_counter()
        async with watched() as pauses:
            await work()
        seconds = time.perf_counter() - began
        sys.stdout.write(f"| {name} | {seconds:.1f} s | {1000 * pauses.longest:.0f} ms |\n")
        sys.stdout.flush()
    server.should_exit = True
    await serving


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=400)
    parser.add_argument("--large", type=int, default=6000)
    parser.add_argument("--downloads", type=int, default=50)
    wanted = parser.parse_args()
    large = workbook_of(crowd(wanted.large), "en")
    with server_url() as server, database(server, "benchmark_pause") as url:
        event_id = load(url, wanted.people)
        with Session(sa.create_engine(psycopg_url(url))) as session:
            session.execute(sa.text("UPDATE users SET creates_events = true WHERE email = 'owner@example.org'"))
            session.commit()
        asyncio.run(measure(url, event_id, drafted(url, event_id), large, wanted.downloads))


if __name__ == "__main__":
    main()
