"""Alarms by e-mail, over SMTP with TLS."""

import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from enum import StrEnum

from waste.application.ports_alarms import Message, NotTaken, Refused

TIMEOUT_S = 20.0
NO_SUCH_RECIPIENT = frozenset({550, 551, 553, 554})


class SmtpSecurity(StrEnum):
    """How the connection is kept from others."""

    STARTTLS = "starttls"
    """Begun in the open, then encrypted; nothing is told before."""
    TLS = "tls"
    NONE = "none"
    """For a relay on this machine."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """Who takes our mail.

    Parameters
    ----------
    host, port
        Of the server.
    user, password
        Without a user nobody logs in.
    sender
        Address in ``From`` and of the envelope.
    ca_file
        Certificates to trust in place of the system's.
    """

    host: str
    port: int
    sender: str
    security: SmtpSecurity = SmtpSecurity.STARTTLS
    user: str = ""
    password: str = ""
    ca_file: str | None = None


class SmtpMail:
    """The port ``Notifier`` for e-mail."""

    def __init__(self, server: MailServer, *, timeout_s: float = TIMEOUT_S) -> None:
        self._server = server
        self._timeout_s = timeout_s

    def send(self, message: Message, now: datetime) -> None:
        """Hand one message to the server.

        It is refused only where the server says that there is no such recipient; everything else – no
        connection, wrong credentials, a full mailbox – may be put right, and is tried again.
        """
        try:
            with self._connected() as smtp:
                smtp.send_message(self._mail(message, now), self._server.sender, [message.contact.address])
        except smtplib.SMTPRecipientsRefused as error:
            code, text = next(iter(error.recipients.values()))
            why = f"recipient: {code} {_text(text)}"
            raise (Refused(why) if code in NO_SUCH_RECIPIENT else NotTaken(why)) from None
        except smtplib.SMTPResponseException as error:
            raise NotTaken(f"mail server: {error.smtp_code} {_text(error.smtp_error)}") from None
        except (OSError, smtplib.SMTPException) as error:
            raise NotTaken(f"mail server: {type(error).__name__}: {error}") from None

    def _connected(self) -> smtplib.SMTP:
        server = self._server
        context = ssl.create_default_context(cafile=server.ca_file)
        if server.security is SmtpSecurity.TLS:
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, timeout=self._timeout_s, context=context
            )
        else:
            smtp = smtplib.SMTP(server.host, server.port, timeout=self._timeout_s)
        try:
            if server.security is SmtpSecurity.STARTTLS:
                smtp.starttls(context=context)
            if server.user:
                smtp.login(server.user, server.password)
        except BaseException:
            with suppress(OSError):
                smtp.close()
            raise
        return smtp

    def _mail(self, message: Message, now: datetime) -> EmailMessage:
        mail = EmailMessage()
        mail["From"] = self._server.sender
        mail["To"] = message.contact.address
        mail["Subject"] = message.words.subject
        mail["Date"] = format_datetime(now)
        # The same whenever it is sent: who gets it twice can tell, as mail programs do.
        mail["Message-ID"] = f"<{message.id}@{self._server.sender.rpartition('@')[2]}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail["References"] = f"<{message.alarm_id}@{self._server.sender.rpartition('@')[2]}>"
        mail["Content-Language"] = message.contact.language.value
        mail.set_content(message.words.text)
        return mail


def _text(told: bytes | str) -> str:
    return (told.decode(errors="replace") if isinstance(told, bytes) else told)[:200]
