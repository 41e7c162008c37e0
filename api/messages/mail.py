"""Mail: what it says, and the way out."""

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import format_datetime, localtime, make_msgid

import structlog
from jinja2 import Environment, PackageLoader, StrictUndefined

from api.settings import Settings
from matchmaker.locale import catalogue

SECONDS = 20
texts = Environment(loader=PackageLoader("api.messages", "templates"), undefined=StrictUndefined, autoescape=False)  # noqa: S701 - plain text
log = structlog.get_logger("mail")


def compose(template: str, language: str, *, sender: str, to: str, **values: object) -> EmailMessage:
    """The message of `api/messages/templates/<template>.txt` in a language; its first line is the subject."""
    translated = catalogue(language)
    subject, _, body = (
        texts.get_template(f"{template}.txt")
        .render(values, gettext=translated.gettext, ngettext=translated.ngettext)
        .partition("\n")
    )
    message = EmailMessage()
    message["Subject"] = subject
    message["From"] = sender
    message["To"] = to
    message["Date"] = format_datetime(localtime())
    message["Message-ID"] = make_msgid(domain="matchmaker.invalid")
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(body.lstrip())  # removes every Content- header that is there before
    message["Content-Language"] = translated.language
    return message


class MailError(Exception):
    """The mail server did not take a message. The address, which its answer may quote, is not in here."""


def deliver(settings: Settings, message: EmailMessage) -> None:
    """Hand the message to the mail server; without one, show it on the console of the machine it is tried out on.

    Raises `MailError` when the server does not take it: try again later.
    """
    if settings.smtp_host is None:
        if settings.local:
            log.info("not sent: no mail server", to=message["To"], text=message.get_content())
        else:
            log.error("not sent: set MATCHMAKER_SMTP_HOST to a mail server")
        return
    failure = _send(settings, settings.smtp_host, message)
    if failure is not None:  # raised out here, so that what a server answered is not its context
        log.warning("not sent", server=settings.smtp_host, reason=failure)
        raise MailError(failure)


def _send(settings: Settings, host: str, message: EmailMessage) -> str | None:
    """What went wrong, without what the server answered: that may quote an address, its status code does not."""
    try:
        with smtplib.SMTP(host, settings.smtp_port, timeout=SECONDS) as server:
            if settings.smtp_starttls:
                server.starttls(context=ssl.create_default_context())
            if settings.smtp_user is not None and settings.smtp_password is not None:
                server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
            server.send_message(message)
    except smtplib.SMTPRecipientsRefused as error:
        return f"SMTPRecipientsRefused {' '.join(sorted({str(code) for code, _ in error.recipients.values()}))}"
    except smtplib.SMTPResponseException as error:
        return f"{type(error).__name__} {error.smtp_code}"
    except smtplib.SMTPException as error:
        return type(error).__name__
    except OSError as error:  # of the network: its message is the system's
        return str(error)
    return None
