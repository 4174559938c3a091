"""A provider's messages: signed, fresh, once; over real HTTP."""

import http.client
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError
from service_kit.clock import SimulatedClock
from service_kit.database import open_engine
from service_kit.migrations import migrate
from service_kit.signed_bodies import SIGNATURE_HEADER, signature
from ticketing.adapters.payment_store import SqlPaymentStore
from ticketing.adapters.store import SqlRideStore
from ticketing.application.money import PostMoney
from ticketing.application.webhooks import (
    CHARGED_BACK,
    HOLD_EXPIRED,
    Webhooks,
)
from ticketing.bootstrap import DATABASES
from ticketing.domain.errors import WrongFieldError
from ticketing.domain.journal import balance_cents
from ticketing.domain.payment import Ending, Payment, PaymentState
from ticketing.entrypoints.webhook_port import PATH, WebhookPort
from ticketing.settings import TicketingSettings

SECRET = "a secret of the provider"  # noqa: S105 - of nobody
NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)


class Desk:
    """Two payments, and who hears of them."""

    def __init__(self, folder: Path) -> None:
        self.engines = [
            open_engine(f"sqlite:///{folder / name}.sqlite") for name in ("ticketing", "ticketing_payments")
        ]
        for engine, name in zip(self.engines, ("ticketing", "ticketing_payments"), strict=True):
            migrate(engine, DATABASES[name])
        self.clock = SimulatedClock(NOW)
        self.rides = SqlRideStore(self.engines[0], "demo")
        self.payments = SqlPaymentStore(self.engines[1])
        money = PostMoney(self.rides, self.clock.now)
        self.webhooks = Webhooks(self.payments, money, SECRET, self.clock.now)
        with self.payments.writing() as rows:
            captured = Payment("r1", "rider", "2026-W47", 500, "EUR", PaymentState.CAPTURED, Ending.ALIGHTED)
            rows.add(_with(captured, 500), NOW, None)
            rows.add(Payment("r2", "rider", "2026-W47", 500, "EUR", PaymentState.HELD), NOW, None)

    def tell(self, **told: object) -> bool:
        body = json.dumps(told).encode()
        return self.webhooks.take(signature(SECRET, body, self.clock.now()), body)

    def state(self, name: str) -> Payment:
        with self.payments.reading() as rows:
            kept = rows.payment(name)
        assert kept is not None
        return kept.payment

    def owed_cents(self) -> int:
        with self.rides.reading() as reader:
            return balance_cents(reader.entries("rider"))


def _with(payment: Payment, cents: int) -> Payment:
    return Payment(
        payment.id,
        payment.rider,
        payment.period_id,
        payment.amount_cents,
        payment.currency,
        payment.state,
        payment.ending,
        take_cents=cents,
        captured_cents=cents,
    )


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    opened = Desk(tmp_path)
    yield opened
    for engine in opened.engines:
        engine.dispose()


def test_a_chargeback_is_owed_again_once(desk: Desk) -> None:
    told = {"id": "m1", "type": CHARGED_BACK, "payment_id": "r1", "amount_cents": 500}
    assert desk.tell(**told)
    assert not desk.tell(**told)
    assert desk.state("r1").returned_cents == 500
    assert desk.owed_cents() == 500
    with pytest.raises(WrongFieldError, match="returned_cents 501"):
        desk.tell(**{**told, "id": "m2", "amount_cents": 1})
    assert desk.owed_cents() == 500


def test_a_hold_that_expired_is_left_to_the_statement(desk: Desk) -> None:
    assert desk.tell(id="m1", type=HOLD_EXPIRED, payment_id="r2")
    assert desk.state("r2").state is PaymentState.BY_STATEMENT
    assert desk.tell(id="m2", type=HOLD_EXPIRED, payment_id="r1")
    assert desk.state("r1").state is PaymentState.CAPTURED


def test_what_is_of_no_concern_passes_by(desk: Desk) -> None:
    assert not desk.tell(id="m1", type="payment.settled", payment_id="r1")
    assert not desk.tell(id="m2", type=HOLD_EXPIRED, payment_id="unknown")


@pytest.mark.parametrize(
    ("told", "named"),
    [
        ({"type": CHARGED_BACK, "payment_id": "r1"}, "^id: 'None'"),
        ({"id": "", "type": CHARGED_BACK, "payment_id": "r1"}, "^id: ''"),
        ({"id": "m", "type": 7, "payment_id": "r1"}, "^type: '7'"),
        ({"id": "m", "type": CHARGED_BACK, "payment_id": "r" * 65}, "^payment_id"),
        ({"id": "m", "type": CHARGED_BACK, "payment_id": "r1", "amount_cents": "5"}, "^amount_cents: '5'"),
        ({"id": "m", "type": CHARGED_BACK, "payment_id": "r1", "amount_cents": 0}, "charge back 0 cents"),
    ],
)
def test_bad_messages_are_named(desk: Desk, told: dict[str, object], named: str) -> None:
    with pytest.raises(WrongFieldError, match=named):
        desk.tell(**told)
    assert desk.owed_cents() == 0


@pytest.mark.network
def test_over_http(desk: Desk) -> None:
    port = WebhookPort("127.0.0.1:0", desk.webhooks)
    body = json.dumps({"id": "m1", "type": CHARGED_BACK, "payment_id": "r1", "amount_cents": 500}).encode()

    def post(path: str, sent: bytes, header: str, length: int | None = None) -> int:
        connection = http.client.HTTPConnection(port.address, timeout=5)
        headers = {SIGNATURE_HEADER: header}
        if length is not None:
            headers["Content-Length"] = str(length)
        connection.request("POST", path, sent, headers)
        status = connection.getresponse().status
        connection.close()
        return status

    try:
        good = signature(SECRET, body, NOW)
        assert post(PATH, body, good) == 200
        assert post(PATH, body, good) == 200
        assert desk.owed_cents() == 500
        assert post(PATH, body + b" ", good) == 401
        assert post(PATH, b"", "") == 401
        assert post("/", body, good) == 404
        assert post(PATH, b"", good, length=64_001) == 413
        assert post(PATH, b"[]", signature(SECRET, b"[]", NOW)) == 400
        desk.clock.advance_to(NOW + timedelta(minutes=6))
        assert post(PATH, body, good) == 401
    finally:
        port.close()


def test_a_port_without_a_secret_is_not_opened() -> None:
    with pytest.raises(ValidationError, match="fewer than 16 places"):
        TicketingSettings(payments_webhook_address="127.0.0.1:0", payments_webhook_secret=SecretStr("short"))
