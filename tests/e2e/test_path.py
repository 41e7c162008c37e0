"""The main job in a browser: import, request, accept, schedule, publish, download."""

import io
import re
from contextlib import suppress
from pathlib import Path

from icalendar import Calendar
from playwright.sync_api import Browser, BrowserContext, Page, expect
from playwright.sync_api import TimeoutError as NotYet
from pypdf import PdfReader

from api.standalone.demo import ORGANISER
from matchmaker.documents.event_workbook import workbook_of
from matchmaker.event import Event, Profile, RequestStatus
from matchmaker.sample import biowin_day
from tests.e2e.conftest import Installation, enter

SECOND = 1_000  # milliseconds


def with_time(event: Event) -> list[Profile]:
    """Those who read English and have time for one more meeting, the least asked for first."""
    accepted = [p for r in event.requests if r.status is RequestStatus.ACCEPTED for p in (r.sender, r.recipient)]
    english = [p for p in event.people if p.language == "en" and not p.remote and not p.place]
    free = [p for p in english if p.available is None and p.maximum is None and p.needs]
    return sorted(free, key=lambda p: accepted.count(p.email))


def best_match(page: Page, among: list[Profile]) -> Profile:
    """The first on the page of matches who is one of `among`; the ranking of a new event takes a while."""
    buttons = page.get_by_role("button", name=re.compile("^Ask to meet: "))
    for _ in range(60):
        page.reload()
        expect(page.get_by_role("main").get_by_role("heading").first).to_be_visible()
        with suppress(NotYet):
            buttons.first.wait_for(timeout=3 * SECOND)
            known = {f"Ask to meet: {p.name}": p for p in among}
            while True:
                names = [button.get_attribute("aria-label") for button in buttons.all()]
                if found := [known[name] for name in names if name in known]:
                    return found[0]
                page.get_by_role("button", name="Show more").click()
                expect(buttons).not_to_have_count(len(names))
    raise AssertionError("no matches: was the event ranked?")


def sign_in_by_mail(page: Page, matchmaker: Installation, address: str) -> None:
    page.goto("/")
    page.get_by_label("E-mail address").fill(address)
    page.get_by_role("button", name="Send me a link").click()
    expect(page.get_by_role("heading", name="Look in your mailbox")).to_be_visible()
    enter(page, matchmaker.link_for(address))


def of_event(page: Page, name: str) -> None:
    """Chooses the event where the person has several."""
    if re.search(r"/events$", page.url):
        page.get_by_role("link", name=re.compile(name)).click()
    page.wait_for_url(re.compile(r"/events/\d+/"))


def test_from_a_workbook_to_an_agenda(
    chromium: Browser, context: BrowserContext, matchmaker: Installation, tmp_path: Path
) -> None:
    event = biowin_day(seed=7)
    a, *others = with_time(event)
    book = tmp_path / "event.xlsx"
    book.write_bytes(workbook_of(event))

    organiser = context.new_page()
    sign_in_by_mail(organiser, matchmaker, ORGANISER)
    organiser.goto("/events/new")
    organiser.locator("input[type=file]").set_input_files(book)
    organiser.get_by_role("button", name="Import now").click(timeout=60 * SECOND)
    organiser.get_by_role("link", name="Open the event").click(timeout=60 * SECOND)
    organiser.wait_for_url(re.compile(r"/events/\d+/organise"))
    (number,) = re.findall(r"/events/(\d+)/", organiser.url)

    asking = chromium.new_context(base_url=matchmaker.address, locale="en-GB", accept_downloads=True).new_page()
    sign_in_by_mail(asking, matchmaker, a.email)
    asking.goto(f"/events/{number}/matches")
    b = best_match(asking, others)
    asking.get_by_role("button", name=f"Ask to meet: {b.name}").click()
    asking.get_by_role("radio", name="I must meet them").check(force=True)
    asking.get_by_label("Message").fill("Shall we talk about a pilot next spring?")
    asking.get_by_role("button", name="Send the request").click()
    expect(asking.get_by_text(f"Your request to {b.name} is sent")).to_be_visible()

    answering = chromium.new_context(base_url=matchmaker.address, locale="en-GB").new_page()
    sign_in_by_mail(answering, matchmaker, b.email)
    answering.goto(f"/events/{number}/requests")
    expect(answering.get_by_text("Shall we talk about a pilot next spring?")).to_be_visible()
    answering.get_by_role("button", name=f"Accept the request of {a.name}").click()
    expect(answering.get_by_text(f"Meeting with {a.name} accepted")).to_be_visible()

    organiser.goto(f"/events/{number}/organise/schedules")
    streams: list[str] = []
    organiser.on("request", lambda request: streams.append(request.url) if "/progress" in request.url else None)
    organiser.get_by_role("button", name="Start").click()
    organiser.wait_for_url(re.compile(r"/schedules/\d+"))
    organiser.get_by_role("button", name="Publish", exact=True).click(timeout=300 * SECOND)
    organiser.get_by_role("dialog").get_by_role("button", name=re.compile("^Publish")).click()
    expect(organiser.get_by_text(re.compile(r"Version \d+ is published"))).to_be_visible()
    assert 1 <= len(streams) <= 3, "one stream on each page that shows the run"

    asking.goto(f"/events/{number}/agenda")
    expect(asking.get_by_role("main")).to_contain_text(b.name)
    with asking.expect_download() as pdf:
        asking.get_by_role("link", name="Download as PDF").click()
    text = "".join(page.extract_text() for page in PdfReader(pdf.value.path()).pages)
    assert b.name in " ".join(text.split())
    with asking.expect_download() as ics:
        asking.get_by_role("link", name="Download the calendar file").click()
    calendar = Calendar.from_ical(Path(ics.value.path()).read_bytes())
    assert any(b.name in str(meeting) for e in calendar.events for meeting in (e["SUMMARY"], e.get("DESCRIPTION", "")))
    assert io.BytesIO(Path(ics.value.path()).read_bytes()).readline() == b"BEGIN:VCALENDAR\r\n"
