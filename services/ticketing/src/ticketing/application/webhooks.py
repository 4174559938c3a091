"""What a payment provider tells by itself: signed, fresh, and each thing once."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import structlog
from service_kit.once import Overtaken
from service_kit.signed_bodies import check_signature

from ticketing.application.money import Movement, PostMoney
from ticketing.application.payments import PaymentRows
from ticketing.domain.errors import WrongFieldError
from ticketing.domain.payment import Payment, PaymentState

_log = structlog.get_logger(__name__)

CHARGED_BACK = "payment.charged_back"
HOLD_EXPIRED = "payment.hold_expired"
TRIES = 20
NAME_LENGTH = 64


class HeardRows(PaymentRows, Protocol):
    """Payments, and which messages were heard, within one transaction."""

    def first_time(self, message_id: str) -> bool:
        """Remember a message; False where it was heard before."""
        ...


class HeardStore(Protocol):
    def writing(self) -> AbstractContextManager[HeardRows]: ...


@dataclass(frozen=True, slots=True)
class _Message:
    id: str
    kind: str
    payment_id: str
    cents: int


class Webhooks:
    """Takes a provider's messages."""

    def __init__(self, store: HeardStore, money: PostMoney, secret: str, now: Callable[[], datetime]) -> None:
        self._store = store
        self._money = money
        self._secret = secret
        self._now = now

    def take(self, header: str, body: bytes) -> bool:
        """Take one message; False where it was taken before, or is of no concern.

        Raises
        ------
        NotSigned, WrongFieldError
            Naming the field at fault.
        """
        check_signature(self._secret, header, body, self._now())
        message = _read(body)
        if message.kind not in {CHARGED_BACK, HOLD_EXPIRED}:
            return False
        for _ in range(TRIES):
            try:
                return self._noted(message)
            except Overtaken:
                continue
        raise Overtaken(f"payment {message.payment_id} changed again and again meanwhile")

    def _noted(self, message: _Message) -> bool:
        with self._store.writing() as rows:
            kept = rows.payment(message.payment_id)
            if kept is None or not rows.first_time(message.id):
                return False
            payment = _after(kept.payment, message)
            if message.kind == CHARGED_BACK:
                # Posted by the message's id: once, even if this fails afterwards and the message comes again.
                self._money.post(
                    payment.rider, payment.period_id, Movement.CHARGEBACK, message.cents, message.id
                )
            rows.change(kept, payment, self._now() if payment.step else None)
        _log.info("payment_told", payment_id=message.payment_id, kind=message.kind)
        return True


def _after(payment: Payment, message: _Message) -> Payment:
    if message.kind == CHARGED_BACK:
        return payment.charged_back(message.cents)
    held = payment.state in {PaymentState.ASKED, PaymentState.HELD}
    return payment.degraded(unsure=False) if held else payment


def _read(body: bytes) -> _Message:
    try:
        told = json.loads(body)
    except ValueError as error:
        raise WrongFieldError(f"message: no JSON: {error}") from error
    if not isinstance(told, dict):
        raise WrongFieldError(f"message: {type(told).__name__} instead of an object")
    texts = {}
    for name in ("id", "type", "payment_id"):
        value = told.get(name)
        if not isinstance(value, str) or not 0 < len(value) <= NAME_LENGTH:
            raise WrongFieldError(f"{name}: {str(value)[:NAME_LENGTH]!r} is no text of 1 to {NAME_LENGTH}")
        texts[name] = value
    cents = told.get("amount_cents", 0)
    if not isinstance(cents, int) or isinstance(cents, bool) or cents < 0:
        raise WrongFieldError(f"amount_cents: {str(cents)[:NAME_LENGTH]!r} is no amount")
    return _Message(texts["id"], texts["type"], texts["payment_id"], cents)
