"""Messages on the wire: a real mail server with TLS and log-in, a real web server that checks signatures."""

import json
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from alarm_desk import SECRET
from service_kit.free_port import free_port
from service_kit.identity.certificates import write_certificates
from service_kit.signed_bodies import SIGNATURE_HEADER, NotSigned, check_signature
from waste.adapters.alarm_webhook import ID_HEADER, AlarmWebhook
from waste.adapters.smtp_mail import MailServer, SmtpMail, SmtpSecurity
from waste.application.ports_alarms import Message, NotTaken, Refused
from waste.domain.alarm_contacts import Channel, Contact
from waste.domain.alarm_words import Words
from waste.domain.errors import WrongFieldError

pytestmark = [
    pytest.mark.network,
    # The sink does not know that a connection encrypted from its beginning is.
    pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS"),
]
NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
PASSWORD = "opens a test's sink"  # noqa: S105 - nothing else


class Sink:
    """Keeps mail; recipients called ``nobody`` are not known, those called ``full`` have no room."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []

    async def handle_RCPT(  # noqa: N802 - as aiosmtpd calls it
        self, _server: SMTP, _session: Any, envelope: Any, address: str, _options: list[str]
    ) -> str:
        if address.startswith("nobody@"):
            return "550 no such mailbox"
        if address.startswith("full@"):
            return "452 mailbox full"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Any, envelope: Any) -> str:  # noqa: N802 - as above
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return "250 OK"


def knows(_server: SMTP, _session: Any, _envelope: Any, _mechanism: str, told: LoginPassword) -> AuthResult:
    return AuthResult(success=(told.login, told.password) == (b"landlinie", PASSWORD.encode()), handled=False)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    made = write_certificates(tmp_path_factory.mktemp("tls"), ["localhost"], timedelta(days=1))
    return {path.name: path for path in made}


@pytest.fixture(params=[SmtpSecurity.STARTTLS, SmtpSecurity.TLS])
def mail(request: pytest.FixtureRequest, certificates: dict[str, Path]) -> Iterator[tuple[Sink, MailServer]]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates["server.pem"], certificates["server-key.pem"])
    sink, tls, port = Sink(), request.param is SmtpSecurity.TLS, free_port()
    controller = Controller(
        sink,
        hostname="localhost",
        port=port,
        ssl_context=context if tls else None,
        tls_context=None if tls else context,
        require_starttls=not tls,
        auth_required=True,
        auth_require_tls=not tls,
        authenticator=knows,
        auth_exclude_mechanism=["LOGIN"],
    )
    controller.start()
    server = MailServer(
        "localhost",
        port,
        "waste@landlinie.example",
        request.param,
        "landlinie",
        PASSWORD,
        str(certificates["ca.pem"]),
    )
    yield sink, server
    controller.stop()


def message(contact: Contact) -> Message:
    words = Words("Container c1 (Grünglas), Markt: Ampel rot", "Seit 15.06.2026, 14:00 Uhr.\n")
    return Message("a1.raised.desk", "a1", contact, words, {"specversion": "1.0", "id": "ä1"}, NOW)


def to(address: str) -> Message:
    return message(Contact("desk", Channel.EMAIL, address))


def test_mail_goes_out_encrypted_and_logged_in(mail: tuple[Sink, MailServer]) -> None:
    sink, server = mail
    SmtpMail(server).send(to("desk@example.org"), NOW)
    SmtpMail(server).send(to("desk@example.org"), NOW + timedelta(hours=1))
    first, second = sink.mails
    assert first["Subject"] == "Container c1 (Grünglas), Markt: Ampel rot"
    assert (first["To"], first["From"]) == ("desk@example.org", "waste@landlinie.example")
    assert first["Message-ID"] == second["Message-ID"] == "<a1.raised.desk@landlinie.example>"
    assert first["Auto-Submitted"] == "auto-generated"
    assert first.get_content().strip() == "Seit 15.06.2026, 14:00 Uhr."


def test_only_a_mailbox_that_is_none_is_given_up(mail: tuple[Sink, MailServer]) -> None:
    sink, server = mail
    with pytest.raises(Refused, match="550 no such mailbox"):
        SmtpMail(server).send(to("nobody@example.org"), NOW)
    with pytest.raises(NotTaken, match="452 mailbox full"):
        SmtpMail(server).send(to("full@example.org"), NOW)
    assert sink.mails == []


def test_a_server_that_cannot_be_trusted_is_told_nothing(mail: tuple[Sink, MailServer]) -> None:
    _, server = mail
    stranger = MailServer(server.host, server.port, server.sender, server.security, "landlinie", PASSWORD)
    with pytest.raises(NotTaken, match="CERTIFICATE_VERIFY_FAILED"):
        SmtpMail(stranger).send(to("desk@example.org"), NOW)


def test_wrong_credentials_can_be_put_right(mail: tuple[Sink, MailServer]) -> None:
    _, server = mail
    wrong = MailServer(
        server.host, server.port, server.sender, server.security, "landlinie", "wrong", server.ca_file
    )
    with pytest.raises(NotTaken, match="535"):
        SmtpMail(wrong).send(to("desk@example.org"), NOW)


def test_a_mail_server_that_is_away_is_tried_again() -> None:
    server = MailServer("127.0.0.1", 9, "waste@landlinie.example", SmtpSecurity.NONE)
    with pytest.raises(NotTaken, match="ConnectionRefusedError"):
        SmtpMail(server, timeout_s=2).send(to("desk@example.org"), NOW)


class _Receiver(BaseHTTPRequestHandler):
    status: ClassVar[int] = 204
    got: ClassVar[list[tuple[str, dict[str, str], bytes]]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        _Receiver.got.append((self.path, dict(self.headers.items()), body))
        self.send_response(_Receiver.status)
        self.send_header("Location", "/elsewhere")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the library calls it
        """Say nothing."""


@pytest.fixture
def receiver() -> Iterator[str]:
    _Receiver.got, _Receiver.status = [], 204
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Receiver)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/alarms?for=us"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_webhook_gets_a_signed_cloud_event(receiver: str) -> None:
    AlarmWebhook().send(message(Contact("p", Channel.WEBHOOK, receiver, secret=SECRET)), NOW)
    ((path, headers, body),) = _Receiver.got
    assert path == "/alarms?for=us"
    assert headers["Content-Type"] == "application/cloudevents+json; charset=utf-8"
    assert headers[ID_HEADER] == "a1.raised.desk"
    assert json.loads(body) == {"specversion": "1.0", "id": "ä1"}
    check_signature(SECRET, headers[SIGNATURE_HEADER], body, NOW + timedelta(minutes=4))
    with pytest.raises(NotSigned):
        check_signature("another secret of length", headers[SIGNATURE_HEADER], body, NOW)


@pytest.mark.parametrize(
    ("status", "error"), [(500, NotTaken), (404, NotTaken), (302, NotTaken), (429, NotTaken), (410, Refused)]
)
def test_only_one_that_is_gone_is_given_up(receiver: str, status: int, error: type[Exception]) -> None:
    _Receiver.status = status
    with pytest.raises(error, match=f"status {status}"):
        AlarmWebhook().send(message(Contact("p", Channel.WEBHOOK, receiver, secret=SECRET)), NOW)
    assert len(_Receiver.got) == 1


def test_a_webhook_that_is_away_is_tried_again() -> None:
    contact = Contact("p", Channel.WEBHOOK, "http://127.0.0.1:9/", secret=SECRET)
    with pytest.raises(NotTaken, match="ConnectionRefusedError"):
        AlarmWebhook(timeout_s=2).send(message(contact), NOW)


@pytest.mark.parametrize(
    ("channel", "address", "secret", "words"),
    [
        (Channel.EMAIL, "desk", "", "email_address is 'desk'"),
        (Channel.EMAIL, "a@b\r\nBcc: c@d", "", "email_address is"),
        (Channel.EMAIL, "a b@example.org", "", "email_address is"),
        (Channel.EMAIL, "a@-example.org", "", "email_address is"),
        (Channel.EMAIL, "a@example..org", "", "email_address is"),
        (Channel.EMAIL, "ä@example.org", "", "email_address is"),
        (Channel.WEBHOOK, "http://example.org/", SECRET, "url is 'http://example.org/'"),
        (Channel.WEBHOOK, "ftp://example.org/", SECRET, "url is"),
        (Channel.WEBHOOK, "https://", SECRET, "url is"),
        (Channel.WEBHOOK, "https://a:99999/", SECRET, "url is"),
        (Channel.WEBHOOK, "https://user:pass@example.org/", SECRET, "without credentials"),
        (Channel.WEBHOOK, "https://example.org/", "short", "secret is '5 places'"),
    ],
)
def test_contacts_that_cannot_be_told_are_refused(
    channel: Channel, address: str, secret: str, words: str
) -> None:
    with pytest.raises(WrongFieldError, match=words):
        Contact("c", channel, address, secret=secret)


def test_contacts_have_plain_names() -> None:
    with pytest.raises(WrongFieldError, match="contact_id is"):
        Contact("a b", Channel.EMAIL, "desk@example.org")
