"""A worker: does the jobs, of which it computes one at a time, in a child process."""

import asyncio
import importlib
import signal
import threading
from multiprocessing import parent_process

import procrastinate
import structlog

from api.core import background
from api.core.database import open_engine, open_job_engine, open_sessions
from api.jobs.app import COMPUTE, app
from api.jobs.child import Child
from api.jobs.tasks import Tools
from api.settings import Settings

_OTHERS = 4  # jobs at a time that are not computations
log = structlog.get_logger()
_WARM = ("api.matching.ranking_job", "api.schedules.solving")


def work(url: str, settings: Settings) -> None:
    """Do jobs until SIGTERM or SIGINT, or until the process that started this one ends.

    A job that is interrupted goes back into the queue.
    """
    child = Child(*_WARM)
    child.start()
    importlib.import_module("solver.explain.sentences")  # takes a second, for which a cancelled schedule cannot wait
    try:
        asyncio.run(_work(Tools(url, settings, open_job_engine(url), open_sessions(open_engine(url)), child)))
    finally:
        child.kill()
        background.end()


async def _work(tools: Tools) -> None:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    threading.Thread(target=_follow_parent, args=(loop, stop), daemon=True).start()
    connector = procrastinate.PsycopgConnector(conninfo=tools.url, min_size=1, max_size=8)
    with app.replace_connector(connector):
        async with app.open_async():
            ending = asyncio.create_task(stop.wait())
            workers = [
                asyncio.create_task(
                    app.run_worker_async(
                        name=queue,
                        queues=[queue],
                        concurrency=concurrency,
                        shutdown_graceful_timeout=0.5,
                        additional_context={"tools": tools},
                    )
                )
                for queue, concurrency in ((COMPUTE, 1), ("default", _OTHERS))
            ]
            log.info("the worker is ready")
            await asyncio.wait([ending, *workers], return_when=asyncio.FIRST_COMPLETED)
            for worker in workers:
                worker.cancel()
            ended = await asyncio.gather(*workers, return_exceptions=True)
    for error in ended:
        if isinstance(error, Exception):
            raise error


def _follow_parent(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        loop.call_soon_threadsafe(stop.set)
