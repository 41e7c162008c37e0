"""Mail, sent to a real server."""

import asyncio
import email.policy
import socket
from collections.abc import Iterator
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
from api.messages.mail import compose, deliver
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


@pytest.fixture
def inbox() -> Iterator[tuple[Inbox, int]]:
    inbox = Inbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    controller = Controller(inbox, hostname="127.0.0.1", port=port)
    controller.start()
    yield inbox, port
    controller.stop()


def send(settings: Settings, user_id: int, language: str | None) -> None:
    async def run() -> None:
        engine = open_engine(settings.database_url or "")
        await send_link(open_sessions(engine), settings, user_id, language)
        await engine.dispose()

    asyncio.run(run())


@pytest.mark.parametrize(
    ("chosen", "language", "greeting"),
    [(None, "nl", "Beste Ann"), ("fr", "fr", "Bonjour Ann"), ("en", "en", "Dear Ann")],
)
def test_the_link_of_the_mail_signs_in(
    client: TestClient,
    db: Session,
    settings: Settings,
    inbox: tuple[Inbox, int],
    chosen: str | None,
    language: str,
    greeting: str,
) -> None:
    user = User(email="ann@example.org", name="Ann", language="nl")
    db.add(user)
    db.commit()
    server = {"smtp_host": "127.0.0.1", "smtp_port": inbox[1], "smtp_starttls": False}
    send(settings.model_copy(update=server), user.id, chosen)
    (message,) = inbox[0].messages
    assert (message["To"], message["Content-Language"]) == ("ann@example.org", language)
    text = message.get_content()
    assert greeting in text
    link = next(line for line in text.splitlines() if line.startswith(settings.origin))
    answer = client.post("/api/v1/sign-in/sessions", json={"token": link.partition("token=")[2]})
    assert answer.status_code == 201


def test_a_mail_holds_no_link_but_its_own_whatever_a_workbook_calls_its_reader(
    db: Session, settings: Settings, inbox: tuple[Inbox, int]
) -> None:
    user = User(email="ann@example.org", name="Ann, you won: www.evil.example", language="en")
    db.add(user)
    db.commit()
    server = {"smtp_host": "127.0.0.1", "smtp_port": inbox[1], "smtp_starttls": False}
    send(settings.model_copy(update=server), user.id, "en")
    (message,) = inbox[0].messages
    assert message.get_content().startswith("Hello,")
    assert "evil" not in message.get_content()


def test_nobody_gets_no_mail(db: Session, settings: Settings, inbox: tuple[Inbox, int]) -> None:
    server = {"smtp_host": "127.0.0.1", "smtp_port": inbox[1], "smtp_starttls": False}
    send(settings.model_copy(update=server), 999, "en")
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
    with pytest.raises(OSError, match="refused"):
        deliver(settings.model_copy(update={"smtp_host": "127.0.0.1", "smtp_port": 1}), message)
    out = "".join(capsys.readouterr())
    assert "not sent" in out
    assert "127.0.0.1" in out
    assert "c@d.be" not in out
