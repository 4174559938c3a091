"""Alarms to programs: a CloudEvent in structured JSON, signed, by HTTP POST."""

import http.client
import json
import ssl
from datetime import datetime
from urllib.parse import urlsplit

from service_kit.signed_bodies import SIGNATURE_HEADER, signature

from waste.application.ports_alarms import Message, NotTaken, Refused
from waste.domain.cloud_events import CONTENT_TYPE

TIMEOUT_S = 10.0
ID_HEADER = "Landlinie-Message-Id"
GONE = frozenset({http.client.GONE})
MAX_ANSWER_BYTES = 4096


class AlarmWebhook:
    """The port ``Notifier`` for webhooks.

    Any status from 200 to 299 takes the message; 410 says that nobody wants any more. Redirects are not
    followed: what is signed for one place is not for another.
    """

    def __init__(self, *, timeout_s: float = TIMEOUT_S, ca_file: str | None = None) -> None:
        self._timeout_s = timeout_s
        self._ca_file = ca_file

    def send(self, message: Message, now: datetime) -> None:
        """Post one message."""
        body = json.dumps(message.event, ensure_ascii=False, separators=(",", ":")).encode()
        parts = urlsplit(message.contact.address)
        headers = {
            "Content-Type": f"{CONTENT_TYPE}; charset=utf-8",
            SIGNATURE_HEADER: signature(message.contact.secret, body, now),
            ID_HEADER: message.id,
        }
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection = self._connection(parts.scheme, parts.hostname or "", parts.port)
        try:
            connection.request("POST", path, body, headers)
            answer = connection.getresponse()
            answer.read(MAX_ANSWER_BYTES)
        except (OSError, http.client.HTTPException) as error:
            raise NotTaken(f"webhook: {type(error).__name__}: {error}") from None
        finally:
            connection.close()
        if answer.status in GONE:
            raise Refused(f"webhook: status {answer.status}")
        if not 200 <= answer.status < 300:
            raise NotTaken(f"webhook: status {answer.status}")

    def _connection(self, scheme: str, host: str, port: int | None) -> http.client.HTTPConnection:
        if scheme == "https":
            context = ssl.create_default_context(cafile=self._ca_file)
            return http.client.HTTPSConnection(host, port, timeout=self._timeout_s, context=context)
        return http.client.HTTPConnection(host, port, timeout=self._timeout_s)
