"""A payment provider behind HTTP: one address per payment and step, keys that make repetitions harmless."""

import http.client
import json
import ssl
from urllib.parse import quote, urlsplit

from ticketing.application.payments import Declined, ProviderAway
from ticketing.domain.payment import Step

MAX_ANSWER_BYTES = 64_000
REASON_LENGTH = 200


class HttpPayments:
    """The port ``Provider``, by ``POST {url}/v1/payments/{id}/{step}``.

    Parameters
    ----------
    url
        ``https://…``, or ``http://`` for a sandbox on this machine.
    secret
        Sent as bearer token, never logged.
    timeout_s
        For connecting, and for every wait on the answer.
    """

    def __init__(self, url: str, secret: str, *, timeout_s: float = 5.0) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError(f"payments url {url!r} is no http or https address")
        if parts.scheme == "http" and parts.hostname not in {"127.0.0.1", "::1", "localhost"}:
            raise ValueError(f"payments url {url!r}: without TLS only for this machine")
        self._secure = parts.scheme == "https"
        self._host, self._port = parts.hostname, parts.port
        self._path = parts.path.rstrip("/")
        self._secret = secret
        self._timeout_s = timeout_s

    def carry_out(self, step: Step, payment_id: str, cents: int, currency: str, key: str) -> None:
        """Ask for one step and wait for the answer."""
        body = json.dumps({"amount_cents": cents, "currency": currency}).encode()
        headers = {
            "Authorization": f"Bearer {self._secret}",
            "Content-Type": "application/json",
            "Idempotency-Key": key,
        }
        path = f"{self._path}/v1/payments/{quote(payment_id, safe='')}/{step.value}"
        connection = self._connection()
        try:
            connection.request("POST", path, body, headers)
            answer = connection.getresponse()
            text = answer.read(MAX_ANSWER_BYTES)
        except (OSError, http.client.HTTPException) as error:
            raise ProviderAway(f"{step.value}: {error!r}") from error
        finally:
            connection.close()
        if answer.status == http.client.PAYMENT_REQUIRED:
            raise Declined(text.decode(errors="replace")[:REASON_LENGTH])
        # Anything else unexpected says nothing about the payer; somebody will put it right.
        if answer.status != http.client.OK:
            raise ProviderAway(f"{step.value}: status {answer.status}")

    def _connection(self) -> http.client.HTTPConnection:
        if self._secure:
            context = ssl.create_default_context()
            return http.client.HTTPSConnection(
                self._host, self._port, timeout=self._timeout_s, context=context
            )
        return http.client.HTTPConnection(self._host, self._port, timeout=self._timeout_s)
