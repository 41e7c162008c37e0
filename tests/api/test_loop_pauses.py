"""No route computes on the event loop, where it would keep everybody waiting."""

import asyncio
import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from api.matching import ranking_job
from api.models import Schedule
from matchmaker.documents.event_workbook import workbook_of
from tests.api.drafts import drafted
from tests.api.small_event import small_event

Browser = Callable[[str], TestClient]
LONGEST = 0.014  # seconds: 0.002 to 0.007 are usual, and 0.020 to 0.035 where the work itself is done on the loop


class Turns:
    """The most processor time that the running loop's thread used between two turns of a task, in seconds.

    Not the time that passed, which on a busy machine is anything.
    """

    def __init__(self) -> None:
        self.longest = 0.0

    async def watch(self) -> None:
        while True:
            began = time.thread_time()
            await asyncio.sleep(0.002)
            self.longest = max(self.longest, time.thread_time() - began)


@contextmanager
def watched(browser: TestClient) -> Iterator[Turns]:
    """The turns of the loop that serves a browser; the collector of garbage, which is nobody's doing, is off."""
    assert browser.portal is not None
    turns = Turns()
    gc.disable()
    watching = browser.portal.start_task_soon(turns.watch)
    try:
        yield turns
    finally:
        watching.cancel()
        gc.enable()


@pytest.fixture
def draft(db: Session, database_url: str, event_id: int) -> Schedule:
    return drafted(db, database_url, event_id)


@pytest.mark.parametrize(
    "work", ["agenda", "workbook", "schedule workbook", "publication", "import", "preview", "gaps"]
)
def test_the_loop_only_waits_while_something_is_made_of_a_whole_event(
    work: str,
    app: FastAPI,
    event_id: int,
    draft: Schedule,
    database_url: str,
    signed_in: Browser,
    person: Callable[[str], int],
) -> None:
    organiser = signed_in("organiser@example.org")
    event, schedule = f"/api/v1/events/{event_id}", f"/api/v1/schedules/{draft.id}"
    agenda = f"{event}/participants/{person('bob')}/agenda"
    file = workbook_of(small_event(), "en")
    requests: dict[str, Callable[[], httpx.Response]] = {
        "agenda": lambda: organiser.get(f"{agenda}.pdf?schedule_id={draft.id}"),
        "workbook": lambda: organiser.get(f"{event}/workbook.xlsx"),
        "schedule workbook": lambda: organiser.get(f"{schedule}/workbook.xlsx"),
        "publication": lambda: organiser.post(f"{schedule}/publish"),
        "preview": lambda: organiser.post(
            f"{event}/participants/{person('bob')}/statements/preview", json={"role": "need", "text": "Sterile devices"}
        ),
        "gaps": lambda: organiser.get(f"{event}/matching/gaps"),
        "import": lambda: organiser.post(f"{event}/imports", files={"file": ("event.xlsx", file)}),
    }
    if work in ("preview", "gaps"):
        assert ranking_job.run(database_url, event_id, lambda: False)
        requests[work]()  # compiles the queries, and has the ranking read
    app.openapi()  # builds the routes, as the server does before its first request
    organiser.get(f"{agenda}?schedule_id={draft.id}")  # compiles the queries
    with watched(organiser) as turns:
        assert requests[work]().status_code == 200
    assert turns.longest <= LONGEST
