"""A worker: does the jobs, of which it computes a long and a quick one at a time, each in a child process."""

import asyncio
import importlib
import signal
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from multiprocessing import parent_process

import procrastinate
import psycopg
import structlog

from api.core import background
from api.core.database import open_engine, open_job_engine, open_sessions
from api.jobs.app import COMPUTE, QUICK, app
from api.jobs.child import Child
from api.jobs.recovery import take_over_repeatedly
from api.jobs.retry import is_transient
from api.jobs.work import WorkerContext
from api.proposals import jobs as proposals
from api.schedules import jobs as schedules
from api.settings import Settings

_OTHERS = 4  # jobs at a time that are not computations
_RECONNECT_EVERY = 1.0  # seconds
_WARM = ("api.matching.ranking_job", "api.schedules.solving")
_WARM_QUICK = ("api.matching.ranking_job",)
CLOSERS = (schedules.close_orphans, proposals.close_orphans)

log = structlog.get_logger()


def work(url: str, settings: Settings) -> None:
    """Do jobs until SIGTERM or SIGINT, or until the process that started this one ends.

    A job that is interrupted goes back into the queue. While the database is away, the worker waits for it.
    """
    child, quick = Child(*_WARM), Child(*_WARM_QUICK)
    child.start()
    importlib.import_module("solver.explain.sentences")  # takes a second, for which a cancelled schedule cannot wait
    try:
        engine = open_job_engine(url)
        asyncio.run(_work(WorkerContext(url, settings, engine, open_sessions(open_engine(url)), child), quick))
    finally:
        child.kill()
        quick.kill()
        background.end()


async def _work(worker: WorkerContext, quick: Child) -> None:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    threading.Thread(target=_follow_parent, args=(loop, stop), daemon=True).start()
    while not stop.is_set():
        try:
            await _do_jobs(worker, quick, stop)
        except Exception as error:
            if not is_transient(error):
                raise
            log.warning("the database is away", reason=type(error).__name__)
        if not stop.is_set():
            await asyncio.sleep(_RECONNECT_EVERY)
            await _until_connected(worker.url, stop)


async def _do_jobs(worker: WorkerContext, quick: Child, stop: asyncio.Event) -> None:
    """Do jobs until told to stop, or until the connection to the database is lost."""
    queues = ((COMPUTE, 1, worker), (QUICK, 1, replace(worker, child=quick)), ("default", _OTHERS, worker))
    async with _connected(worker.url):
        workers = [
            asyncio.create_task(
                app.run_worker_async(
                    name=queue,
                    queues=[queue],
                    concurrency=concurrency,
                    shutdown_graceful_timeout=0.5,
                    additional_context={"worker": context},
                )
            )
            for queue, concurrency, context in queues
        ]
        recovery = asyncio.create_task(take_over_repeatedly(worker, CLOSERS))
        ending = asyncio.create_task(stop.wait())
        log.info("the worker is ready")
        # a queue's worker that loses its connection ends without an error
        await asyncio.wait([ending, recovery, *workers], return_when=asyncio.FIRST_COMPLETED)
        tasks = [*workers, recovery, ending]
        for task in tasks:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
    for error in ended:
        if isinstance(error, Exception):
            raise error


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator[None]:
    connector = procrastinate.PsycopgConnector(conninfo=url, min_size=1, max_size=8)
    with app.replace_connector(connector):
        async with app.open_async():
            yield


async def _until_connected(url: str, stop: asyncio.Event) -> None:
    """Wait until the database answers, or until told to stop."""
    while not stop.is_set():
        try:
            async with await psycopg.AsyncConnection.connect(url):
                return
        except psycopg.OperationalError:
            await asyncio.sleep(_RECONNECT_EVERY)


def _follow_parent(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        loop.call_soon_threadsafe(stop.set)
