"""Every page at phone and desk width, in three languages, light and dark: readable, accessible, nothing cut off.

The pictures are left in test-results/, to be looked at.
"""

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from tests.e2e.conftest import ROOT, Installation, enter

AXE = (ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js").read_text()
PICTURES = ROOT / "test-results"
LOOKS = [("en", "light", 1440), ("en", "dark", 390), ("fr", "light", 390), ("nl", "dark", 1440)]
ATTENDEE = ["day", "matches", "people", "requests", "agenda", "profile"]
ORGANISER = [
    "organise",
    "organise/participants",
    "organise/requests",
    "organise/schedules",
    "organise/schedules/1",
    "organise/matching",
    "organise/import",
    "organise/settings",
]


class Visit:
    """Somebody signed in, whose browser can take any look; keeps what the console complains of."""

    def __init__(self, browser: Browser, matchmaker: Installation, link: str | None) -> None:
        self.complaints: list[str] = []
        self.context = browser.new_context(base_url=matchmaker.address, locale="en-GB")
        self.page = self.context.new_page()
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.event = ""
        if link:
            enter(self.page, link)
            self.page.wait_for_url(re.compile(r"/events/\d+/"))
            self.event = re.findall(r"/events/\d+", self.page.url)[0]

    def _heard(self, message: ConsoleMessage) -> None:
        # Whoever is not signed in gets a 401, and the browser writes that into the console by itself.
        if message.type == "error" and "401" not in message.text:
            self.complaints.append(message.text)

    def see(self, path: str, language: str, scheme: str, width: int) -> Page:
        self.page.set_viewport_size({"width": width, "height": 900})
        self.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
        self.page.evaluate("language => localStorage.setItem('matchmaker.language', language)", language)
        self.page.goto(path)
        expect(self.page.locator("html")).to_have_attribute("lang", language)
        expect(self.page.get_by_role("heading", level=1).first).to_be_visible()
        expect(self.page.locator(".skeleton, [aria-busy=true]")).to_have_count(0, timeout=30_000)
        return self.page


@pytest.fixture(scope="module")
def attendee(chromium: Browser, matchmaker: Installation) -> Iterator[Visit]:
    visit = Visit(chromium, matchmaker, matchmaker.attendee)
    yield visit
    visit.context.close()


@pytest.fixture(scope="module")
def organiser(chromium: Browser, matchmaker: Installation) -> Iterator[Visit]:
    visit = Visit(chromium, matchmaker, matchmaker.organiser)
    # The pages are to be seen with matches and with a published schedule, which are made when the event is loaded.
    visit.page.goto(f"{visit.event}/organise/schedules/1")
    visit.page.get_by_role("button", name="Publish", exact=True).click(timeout=300_000)
    visit.page.get_by_role("dialog").get_by_role("button", name=re.compile("^Publish")).click()
    expect(visit.page.get_by_text("Version 1 is published")).to_be_visible(timeout=60_000)
    yield visit
    visit.context.close()


def expect_accessible(page: Page) -> None:
    page.evaluate(AXE)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    serious = [v for v in found["violations"] if v["impact"] in ("serious", "critical")]
    assert not serious, json.dumps([(v["id"], v["nodes"][0]["html"], v["nodes"][0]["failureSummary"]) for v in serious])


def check(visit: Visit, path: str, look: tuple[str, str, int], name: str) -> None:
    page = visit.see(path, *look)
    PICTURES.mkdir(exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}-{'-'.join(map(str, look))}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, "the page is wider than the screen"
    expect_accessible(page)
    assert not visit.complaints, visit.complaints


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_the_sign_in_page(chromium: Browser, matchmaker: Installation, look: tuple[str, str, int]) -> None:
    visit = Visit(chromium, matchmaker, None)
    visit.page.goto("/sign-in")
    check(visit, "/sign-in", look, "sign-in")
    visit.context.close()


@pytest.mark.parametrize("look", LOOKS, ids=str)
@pytest.mark.parametrize("path", ORGANISER)
def test_the_pages_of_an_organiser(organiser: Visit, path: str, look: tuple[str, str, int]) -> None:
    check(organiser, f"{organiser.event}/{path}", look, path.replace("/", "-"))


@pytest.mark.parametrize("look", LOOKS, ids=str)
@pytest.mark.parametrize("path", ATTENDEE)
@pytest.mark.usefixtures("organiser")
def test_the_pages_of_an_attendee(attendee: Visit, path: str, look: tuple[str, str, int]) -> None:
    check(attendee, f"{attendee.event}/{path}", look, path)


@pytest.mark.usefixtures("organiser")
def test_who_could_help_with_a_need_is_ticked_and_stays(attendee: Visit) -> None:
    page = attendee.see(f"{attendee.event}/profile", "en", "dark", 390)
    answers = page.get_by_role("group", name="Who could help? Need 1")
    investor = answers.get_by_role("button", name="Investor")
    expect(investor).to_have_attribute("aria-pressed", "false")
    sizes = [box for button in answers.get_by_role("button").all() if (box := button.bounding_box())]
    assert min(min(box["width"], box["height"]) for box in sizes) >= 44
    investor.click()
    page.get_by_role("combobox", name="Kind Need 1").select_option("Funding")
    with page.expect_response(lambda answer: answer.url.endswith("/needs")) as saved:
        page.get_by_role("heading", level=1).click()
    assert saved.value.ok
    page.reload()
    expect(investor).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("combobox", name="Kind Need 1").locator("option:checked")).to_have_text("Funding")
    assert not attendee.complaints, attendee.complaints


@pytest.mark.usefixtures("organiser")
def test_a_need_tells_whom_it_finds_while_it_is_written(attendee: Visit) -> None:
    page = attendee.see(f"{attendee.event}/profile", "en", "light", 390)
    page.get_by_role("button", name="Add a need").click()
    line = page.get_by_role("listitem").filter(has=page.get_by_role("textbox")).last
    box = line.get_by_role("textbox")
    box.fill("Networking")
    expect(line.get_by_text("Almost anybody could write this. Say for what, when and how much.")).to_be_visible()
    box.fill("An investor for a series A of 5 million euros in diagnostics")
    expect(line.get_by_text(re.compile(r"^\d+ (person fits|people fit)\.$"))).to_be_visible()
    line.get_by_role("link").first.click()
    page.wait_for_url(re.compile(r"/people/\d+$"))
    assert not attendee.complaints, attendee.complaints


@pytest.mark.parametrize("look", LOOKS, ids=str)
@pytest.mark.usefixtures("organiser")
def test_a_match_that_is_not_for_me_goes_and_comes_back(attendee: Visit, look: tuple[str, str, int]) -> None:
    page = attendee.see(f"{attendee.event}/matches", *look)
    first = page.get_by_role("article").first
    name = first.get_by_role("heading").inner_text()
    first.get_by_role("button").last.click()
    expect(first.get_by_role("radio")).to_have_count(4)
    expect(first.get_by_text(name).last).to_be_focused()
    expect_accessible(page)
    first.get_by_role("radio").first.check()
    expect(first.get_by_role("status")).not_to_be_empty()
    page.reload()
    expect(page.get_by_role("article").first).to_be_visible()
    expect(page.get_by_role("article").get_by_role("heading", name=name, exact=True)).to_have_count(0)
    page.get_by_role("searchbox").fill(name)
    again = page.get_by_role("article").filter(has=page.get_by_role("heading", name=name, exact=True))
    with page.expect_response(lambda answer: answer.url.endswith("/feedback")) as undone:
        again.get_by_role("button").click()
    assert undone.value.ok
    expect(again.get_by_role("radio")).to_have_count(0)
    attendee.see(f"{attendee.event}/matches", *look)
    expect(page.get_by_role("article").get_by_role("heading", name=name, exact=True)).to_be_visible()
