"""The whole of Matchmaker as its users meet it: `matchmaker run`, a mail server, a real Chromium."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from queue import SimpleQueue

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.e2e.browser import ARGUMENTS, find_chromium

ROOT = Path(__file__).parents[2]
SECONDS = 120.0  # for the database, the sample event and its schedule, on a slow machine


@dataclass
class Mailbox:
    """Keeps what the mail server is given."""

    messages: SimpleQueue[EmailMessage] = field(default_factory=SimpleQueue)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        self.messages.put(message_from_bytes(envelope.content, policy=policy.default))  # type: ignore[arg-type]
        return "250 kept"


@dataclass
class Installation:
    """A running Matchmaker: its address, the links it printed, the mail it sent."""

    address: str
    organiser: str
    attendee: str
    mailbox: Mailbox

    def link_for(self, address: str) -> str:
        """The sign-in link in the next message, which has to be to `address`."""
        message = self.mailbox.messages.get(timeout=30)
        assert message["To"] == address
        found = re.search(r"http://\S+", message.get_content())
        assert found, message.get_content()
        return found[0]


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture(scope="session")
def matchmaker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    folder, mailbox = tmp_path_factory.mktemp("matchmaker"), Mailbox()
    mail = Controller(mailbox, hostname="127.0.0.1", port=free_port())
    mail.start()
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MATCHMAKER_")} | {
        "MATCHMAKER_SMTP_HOST": mail.hostname,
        "MATCHMAKER_SMTP_PORT": str(mail.port),
        "MATCHMAKER_SMTP_STARTTLS": "false",
        "MATCHMAKER_EMBEDDER": "use",  # sooner than the default
    }
    command = [
        str(Path(sys.executable).with_name("matchmaker")),
        "run",
        "--data",
        str(folder / "data"),
        "--port",
        str(port),
    ]
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert process.stdout is not None
    said = ""
    while len(links := re.findall(r"http://\S+sign-in\?token=\S+", said)) < 2:
        line = process.stdout.readline()
        assert line, f"matchmaker run ended:\n{said}"
        said += line
    log = (folder / "log").open("w")
    drain = subprocess.Popen(["cat"], stdin=process.stdout, stdout=log)
    yield Installation(f"http://127.0.0.1:{port}", *links, mailbox=mailbox)
    process.send_signal(signal.SIGINT)
    process.wait(60)
    drain.wait(10)
    log.close()
    mail.stop()


@pytest.fixture(scope="module")  # Playwright's event loop runs while it is open: other tests need their own
def chromium() -> Iterator[Browser]:
    path = find_chromium()
    assert path, "no Chromium: `make browser` installs one"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture
def context(chromium: Browser, matchmaker: Installation) -> Iterator[BrowserContext]:
    made = chromium.new_context(base_url=matchmaker.address, locale="en-GB", accept_downloads=True)
    made.set_default_timeout(30_000)
    yield made
    made.close()


def enter(page: Page, link: str) -> None:
    """Follows a sign-in link, to the page that the person sees first."""
    page.goto(link)
    page.get_by_role("main").get_by_role("button").click()
    page.wait_for_url(re.compile(r"/events(/|$)"))
