"""Mail, sent to a real server."""

import asyncio
import email.policy
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.parser import BytesParser

import pytest
import sqlalchemy as sa
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope
from aiosmtpd.smtp import Session as Connection
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from api.accounts.service import send_link
from api.core.database import open_engine, open_sessions
from api.messages.mail import MailError, compose, deliver
from api.models import SignInLink, User
from api.settings import Settings


class Inbox:
    """Takes every message."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []

    async def handle_DATA(self, _server: SMTP, _connection: Connection, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        message = BytesParser(policy=email.policy.default).parsebytes(envelope.content)
        assert isinstance(message, EmailMessage)
        self.messages.append(message)
        return "250 OK"


@contextmanager
def smtp_server(handler: object) -> Iterator[int]:
    """The port of a mail server on this machine."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    yield port
    controller.stop()


@pytest.fixture
def inbox() -> Iterator[tuple[Inbox, int]]:
    inbox = Inbox()
    with smtp_server(inbox) as port:
        yield inbox, port


def send(settings: Settings, user_id: int) -> None:
    async def run() -> None:
        engine = open_engine(settings.database_url or "")
        await send_link(open_sessions(engine), settings, user_id, request_id=1)
        await engine.dispose()

    asyncio.run(run())


@pytest.mark.parametrize(
    ("language", "greeting"), [("nl", "Beste Ann"), ("fr", "Bonjour Ann"), ("en", "Dear Ann"), ("de", "Guten Tag Ann")]
)
def test_link_and_code_of_the_mail_sign_in_and_it_is_in_the_language_of_the_account(
    client: TestClient, db: Session, settings: Settings, inbox: tuple[Inbox, int], language: str, greeting: str
) -> None:
    user = User(email="ann@example.org", name="Ann", language=language)
    db.add(user)
    db.commit()
    client.post("/api/v1/sign-in/links", json={"email": user.email})
    server = {"smtp_host": "127.0.0.1", "smtp_port": inbox[1], "smtp_starttls": False}
    send(settings.model_copy(update=server), user.id)
    (message,) = inbox[0].messages
    assert (message["To"], message["Content-Language"]) == ("ann@example.org", language)
    text = message.get_content()
    assert greeting in text
    link = next(line for line in text.splitlines() if line.startswith(settings.origin))
    (code,) = re.findall(r"\b\d{6}\b", text.replace(link, ""))
    assert client.post("/api/v1/sign-in/sessions", json={"email": user.email, "code": code}).status_code == 201
    db.execute(sa.update(SignInLink).values(used_at=None))
    db.commit()
    client.cookies.clear()
    answer = client.post("/api/v1/sign-in/sessions", json={"token": link.partition("token=")[2]})
    assert answer.status_code == 201


def test_a_mail_holds_no_link_but_its_own_whatever_a_workbook_calls_its_reader(
    db: Session, settings: Settings, inbox: tuple[Inbox, int]
) -> None:
    user = User(email="ann@example.org", name="Ann, you won: www.evil.example", language="en")
    db.add(user)
    db.commit()
    server = {"smtp_host": "127.0.0.1", "smtp_port": inbox[1], "smtp_starttls": False}
    send(settings.model_copy(update=server), user.id)
    (message,) = inbox[0].messages
    assert message.get_content().startswith("Hello,")
    assert "evil" not in message.get_content()


def test_nobody_gets_no_mail(db: Session, settings: Settings, inbox: tuple[Inbox, int]) -> None:
    server = {"smtp_host": "127.0.0.1", "smtp_port": inbox[1], "smtp_starttls": False}
    send(settings.model_copy(update=server), 999)
    assert inbox[0].messages == []
    assert db.scalars(sa.select(SignInLink)).all() == []


@pytest.mark.parametrize(("origin", "shown"), [("http://127.0.0.1:8000", True), ("https://meet.example.org", False)])
def test_without_a_mail_server_a_link_is_shown_on_this_machine_only(
    settings: Settings, capsys: pytest.CaptureFixture[str], origin: str, shown: bool
) -> None:
    link = f"{origin}/sign-in?token=secret"
    values = {"name": "Ann", "link": link, "code": "123456", "minutes": 30}
    message = compose("sign_in", "en", sender="a@example.org", to="ann@example.org", **values)
    deliver(Settings(origin=origin), message)
    out = "".join(capsys.readouterr())
    assert ("secret" in out) is shown
    assert ("123456" in out) is shown
    assert ("MATCHMAKER_SMTP_HOST" in out) is not shown


def test_a_server_that_is_down_is_told_in_the_log_and_tried_again(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    message = compose("sign_in", "en", sender="a@b.be", to="c@d.be", name="", link="x", code="1", minutes=1)
    with pytest.raises(MailError, match="refused"):
        deliver(settings.model_copy(update={"smtp_host": "127.0.0.1", "smtp_port": 1}), message)
    out = "".join(capsys.readouterr())
    assert "not sent" in out
    assert "127.0.0.1" in out
    assert "c@d.be" not in out


class Refusal:
    """Knows nobody, and quotes the address."""

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _connection: Connection, _envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        return f"550 <{address}> is not here"


LAST_ATTEMPT = """
import asyncio, sys
from api.core import logs
logs.configure()
import procrastinate
from api.core.database import open_engine, open_sessions
from api.jobs.app import app
from api.jobs.work import WorkerContext
from api.settings import Settings

async def main() -> None:
    settings = Settings()
    sessions = open_sessions(open_engine(settings.database_url))
    worker = WorkerContext(settings.database_url, settings, None, sessions, None)
    with app.replace_connector(procrastinate.PsycopgConnector(conninfo=settings.database_url)):
        async with app.open_async():
            await app.run_worker_async(queues=["default"], wait=False, additional_context={"worker": worker})
    async def lost() -> None:
        raise ValueError("ann@example.org")
    task = asyncio.ensure_future(lost())
    await asyncio.sleep(0)
    del task

asyncio.run(main())
"""


def test_an_address_that_is_refused_for_good_is_not_in_the_log(db: Session, database_url: str) -> None:
    user = User(email="ann@example.org", name="Ann")
    db.add(user)
    db.flush()
    db.execute(
        sa.text(
            "INSERT INTO procrastinate_jobs (task_name, queue_name, args, attempts)"
            " VALUES ('send_sign_in_link', 'default',"
            " jsonb_build_object('user_id', CAST(:id AS bigint), 'request_id', 1), 5)"
        ),
        {"id": user.id},
    )
    db.commit()
    with smtp_server(Refusal()) as port:
        settings = {"DATABASE_URL": database_url, "SMTP_HOST": "127.0.0.1", "SMTP_PORT": port, "SMTP_STARTTLS": False}
        environment = os.environ | {f"MATCHMAKER_{name}": str(value) for name, value in settings.items()}
        done = subprocess.run(
            [sys.executable, "-c", LAST_ATTEMPT], env=environment, capture_output=True, text=True, timeout=120
        )
    assert done.returncode == 0, done.stderr
    for expected in (
        "SMTPRecipientsRefused 550",
        "ended with status: Error",
        "api.messages.mail.MailError: ",
        "deliver",
    ):
        assert expected in done.stderr
    assert "Task exception was never retrieved" in done.stderr
    assert "builtins.ValueError" in done.stderr
    assert "ann@example.org" not in done.stderr + done.stdout
