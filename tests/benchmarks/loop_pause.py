"""How long the event loop of a server stands still while events are imported, published and downloaded.

`python -m tests.benchmarks.loop_pause [--before FOLDER] [--people N] [--large N] [--downloads N]` writes
docs/benchmark-loop.md. FOLDER holds an older source tree, which serves the same database in the same run. Server,
clients and a loop that does nothing are processes of their own; what that idle loop waits for is the machine's doing.
"""

import argparse
import asyncio
import platform
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter

import httpx
import sqlalchemy as sa
from sqlalchemy.orm import Session

from api.core.database import psycopg_url
from api.models import Document, ImportRun, Meeting, Schedule
from api.models.schedules import ScheduleState
from api.schedules import solving
from matchmaker.documents.event_workbook import workbook_of
from tests.benchmarks.service import (
    ROOT,
    attendees,
    cookies,
    crowd,
    database,
    load,
    owner_token,
    server_url,
    serving,
)
from tests.benchmarks.watched_server import Pauses

TABLE = ROOT / "docs" / "benchmark-loop.md"
CLIENTS = 4


def drafted(url: str, event_id: int) -> tuple[int, int]:
    """A draft of the event, found in ten seconds: its id, and how many meetings it has."""
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
        count = session.scalar(sa.select(sa.func.count()).where(Meeting.schedule_id == row.id))
        return row.id, count or 0


def reset(url: str, schedule_id: int) -> None:
    """Make the schedule a draft again, of which nothing is printed, and let a file be imported once more."""
    with Session(sa.create_engine(psycopg_url(url))) as session:
        session.execute(sa.update(Schedule).where(Schedule.id == schedule_id).values(state=ScheduleState.DRAFT))
        session.execute(sa.delete(Document))
        session.execute(sa.update(ImportRun).values(created_at=ImportRun.created_at - timedelta(hours=1)))
        session.commit()


def ask(method: str, url: str, token: str, file: bytes | None = None) -> None:
    """Send a request and read the answer; runs in a process of the clients."""
    files = None if file is None else {"file": ("event.xlsx", file)}
    with httpx.Client(verify=False, timeout=600, cookies=cookies(token)) as client:
        answer = client.request(method, url, files=files)
    assert answer.status_code < 300, answer.text


@asynccontextmanager
async def idle_loop() -> AsyncIterator[Pauses]:
    """The pauses of this loop, which does nothing in the block but wait."""
    pauses = Pauses()
    watching = asyncio.create_task(pauses.watch())
    yield pauses
    watching.cancel()


async def measure(
    url: str, address: str, event_id: int, schedule_id: int, large: bytes, downloads: int
) -> Sequence[tuple[str, float, float, float]]:
    """Of each kind of work: its name, seconds, the longest pause of the server's loop and that of an idle one."""
    people, owner = attendees(url, event_id)[:downloads], owner_token(url)
    clients = ProcessPoolExecutor(CLIENTS, get_context("spawn"))
    loop = asyncio.get_running_loop()

    async def send(method: str, path: str, token: str = owner, file: bytes | None = None) -> None:
        await loop.run_in_executor(clients, ask, method, f"{address}/api/v1{path}", token, file)

    async def fetch_agendas() -> None:
        paths = [(f"/events/{event_id}/participants/{id_}/agenda", token) for id_, token in people]
        await asyncio.gather(*(send("GET", path + kind, token) for path, token in paths for kind in (".pdf", ".ics")))

    async def publish() -> None:
        await send("POST", f"/schedules/{schedule_id}/publish")

    async def import_large() -> None:
        await send("POST", "/imports", file=large)

    async def publish_and_fetch() -> None:
        await publish()
        await fetch_agendas()

    async def everything() -> None:
        await asyncio.gather(import_large(), publish_and_fetch())

    works: dict[str, Callable[[], Awaitable[None]]] = {
        "nothing": lambda: asyncio.sleep(3),
        "publication": publish,
        f"{downloads} agendas, PDF and ICS": fetch_agendas,
        "grid": lambda: send("GET", f"/schedules/{schedule_id}/grid"),
        "schedule workbook": lambda: send("GET", f"/schedules/{schedule_id}/workbook.xlsx"),
        "event workbook": lambda: send("GET", f"/events/{event_id}/workbook.xlsx"),
        "import": import_large,
        "import, publication and agendas at once": everything,
    }
    await asyncio.gather(*(send("GET", "/me") for _ in range(2 * CLIENTS)))  # starts the clients
    rows = []
    async with httpx.AsyncClient() as meter:

        async def longest() -> float:
            return float((await meter.get(f"{address}/pauses")).text)

        for name, work in works.items():
            if work in (publish, everything):
                await asyncio.to_thread(reset, url, schedule_id)
            await longest()
            began = perf_counter()
            async with idle_loop() as idle:
                await work()
            rows.append((name, perf_counter() - began, await longest(), idle.longest))
    clients.shutdown()
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--before", type=Path)
    parser.add_argument("--people", type=int, default=400)
    parser.add_argument("--large", type=int, default=6000)
    parser.add_argument("--downloads", type=int, default=50)
    options = parser.parse_args()
    large = workbook_of(crowd(options.large), "en")
    lines = []
    with server_url() as server, database(server, "benchmark_pause") as url:
        event_id = load(url, options.people)
        with Session(sa.create_engine(psycopg_url(url))) as session:
            session.execute(sa.text("UPDATE users SET creates_events = true WHERE email = 'owner@example.org'"))
            session.commit()
        schedule_id, meetings = drafted(url, event_id)
        trees = {"before": options.before.absolute(), "now": ROOT} if options.before else {"now": ROOT}
        for name, tree in trees.items():
            script = ["-P", str(Path(__file__).with_name("watched_server.py"))]
            with serving(url, tree, script) as (_, address):
                rows = asyncio.run(measure(url, address, event_id, schedule_id, large, options.downloads))
            for work, seconds, pause, idle in rows:
                lines.append(f"| {name} | {work} | {seconds:.1f} s | {1000 * pause:.0f} ms | {1000 * idle:.0f} ms |")
                print(lines[-1], flush=True)  # noqa: T201
    TABLE.write_text("\n".join([
        "# How long the server's loop stands still",
        "",
        f"Written by `tests/benchmarks/loop_pause.py`; Python {platform.python_version()}. Import: {options.large} "
        f"people; publication: {meetings} meetings at an event of {options.people}. Clients and database share the "
        "machine; the idle loop belongs to another process at the same time and tells what the machine adds.",
        "",
        "| tree | work | takes | longest pause | of an idle loop |",
        "|---|---|---|---|---|",
        *lines,
    ]) + "\n")  # fmt: skip


if __name__ == "__main__":
    main()
