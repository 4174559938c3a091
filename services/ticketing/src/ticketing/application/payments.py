"""Payments of booked rides: events say what should become of them, a worker asks the provider for it."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import structlog
from service_kit.once import Overtaken

from ticketing.application.money import Movement, PostMoney
from ticketing.domain.payment import Ending, Payment, PaymentState, Step

_log = structlog.get_logger(__name__)

PATIENCE = timedelta(minutes=2)
"""How long a hold may wait for the provider before the statement takes the ride instead."""
FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 600.0
AT_A_TIME = 50
UNKNOWN = ""
"""Rider of a ride whose end was told before its booking, or that nobody here pays for."""


class ProviderAway(Exception):  # noqa: N818 - reads as what it is
    """The provider cannot be reached, is late, or says that it failed: the same call may succeed later."""


class Declined(Exception):  # noqa: N818 - reads as what it is
    """The provider says no, and will say so again."""


class Provider(Protocol):
    """Moves money; every call may be repeated with its key and then does nothing again."""

    def carry_out(self, step: Step, payment_id: str, cents: int, currency: str, key: str) -> None:
        """Raises ProviderAway or Declined; letting go of what was never held is no error."""
        ...


@dataclass(frozen=True, slots=True)
class Kept:
    """A payment as it is kept, with what the worker needs.

    ``version`` counts changes; ``attempt_count`` those of the step due.
    """

    payment: Payment
    version: int
    booked_at: datetime
    attempt_count: int = 0


class PaymentRows(Protocol):
    """Payments within one transaction."""

    def payment(self, payment_id: str) -> Kept | None: ...

    def add(self, payment: Payment, now: datetime, due: datetime | None) -> None:
        """Raises Overtaken where there is one of this id."""
        ...

    def change(self, kept: Kept, payment: Payment, due: datetime | None, attempt_count: int = 0) -> None:
        """Raises Overtaken where it changed meanwhile."""
        ...

    def due(self, now: datetime, count: int) -> list[Kept]: ...

    def of_period(self, rider: str, period_id: str) -> list[Kept]: ...


class PaymentStore(Protocol):
    def reading(self) -> AbstractContextManager[PaymentRows]: ...

    def writing(self) -> AbstractContextManager[PaymentRows]: ...


def booked(rows: PaymentRows, payment: Payment, now: datetime) -> None:
    """Have a booked ride's quote held; twice told, or told after its end, it is held once or never."""
    known = rows.payment(payment.id)
    if known is None:
        rows.add(payment, now, now if payment.amount_cents else None)


def ended(rows: PaymentRows, ride_id: str, ending: Ending, now: datetime, *, at_once: bool) -> None:
    """Record what became of a ride; an end told before the booking is kept for it.

    Parameters
    ----------
    at_once
        Capture what is held without waiting for the period's settlement: there is no mandate to debit.
    """
    kept = rows.payment(ride_id)
    if kept is None:
        rows.add(Payment(ride_id, UNKNOWN, "", 0, "", PaymentState.BY_STATEMENT, ending), now, None)
        return
    payment = kept.payment.given_up() if ending is Ending.GIVEN_UP else kept.payment.alighted()
    waits = payment.state in {PaymentState.ASKED, PaymentState.HELD} and payment.take_cents is None
    if payment.ending is Ending.ALIGHTED and at_once and waits:
        payment = payment.to_take(payment.amount_cents)
    if payment != kept.payment:
        rows.change(kept, payment, now if payment.step else None)


class PaymentWorker:
    """Asks the provider for what is due. Several may run: keys and versions make each step count once."""

    def __init__(
        self,
        store: PaymentStore,
        provider: Provider,
        money: PostMoney,
        now: Callable[[], datetime],
        *,
        patience: timedelta = PATIENCE,
    ) -> None:
        self._store = store
        self._provider = provider
        self._money = money
        self._now = now
        self._patience = patience

    def work(self) -> int:
        """Try every step that is due once, and return how many were done."""
        with self._store.reading() as rows:
            waiting = rows.due(self._now(), AT_A_TIME)
        return sum(self._try(kept) for kept in waiting)

    def _try(self, kept: Kept) -> bool:
        payment = kept.payment
        if payment.step is None:
            self._store_change(kept, payment)
            return False
        step, cents = payment.step
        key = (
            f"{payment.id}:{step}:{payment.refunded_cents}" if step is Step.REFUND else f"{payment.id}:{step}"
        )
        try:
            self._provider.carry_out(step, payment.id, cents, payment.currency, key)
        except ProviderAway as error:
            return self._later(kept, step, error)
        except Declined as error:
            _log.info("payment_declined", payment_id=payment.id, step=step.value, error=str(error))
            return self._store_change(kept, _without(payment, step))
        # The journal first: told twice, it posts once; the other way round a crash would lose it.
        if step is Step.CAPTURE:
            self._money.post(payment.rider, payment.period_id, Movement.PAYMENT, -cents, payment.id)
        elif step is Step.REFUND:
            reference = f"{payment.id}/{payment.refunded_cents}"
            self._money.post(payment.rider, payment.period_id, Movement.REFUND, cents, reference)
        return self._store_change(kept, payment.done(step, cents))

    def _later(self, kept: Kept, step: Step, error: ProviderAway) -> bool:
        now = self._now()
        if step is Step.HOLD and now - kept.booked_at >= self._patience:
            _log.warning("payment_left_to_statement", payment_id=kept.payment.id, error=str(error))
            return self._store_change(kept, kept.payment.degraded(unsure=True))
        pause_s = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** min(kept.attempt_count, 16))
        _log.info("payment_waits", payment_id=kept.payment.id, step=step.value, pause_s=pause_s)
        self._store_change(kept, kept.payment, pause_s=pause_s, attempt_count=kept.attempt_count + 1)
        return False

    def _store_change(
        self, kept: Kept, payment: Payment, *, pause_s: float = 0.0, attempt_count: int = 0
    ) -> bool:
        due = self._now() + timedelta(seconds=pause_s) if payment.step else None
        try:
            with self._store.writing() as rows:
                rows.change(kept, payment, due, attempt_count)
        except Overtaken:
            # An event came meanwhile: the step is due again, and its key makes it count once.
            return False
        return True


def _without(payment: Payment, step: Step) -> Payment:
    if step is Step.REFUND:
        return payment.refund_declined()
    return payment.done(step, 0) if step is Step.RELEASE else payment.degraded(unsure=False)


def capture_for(payments: Sequence[Payment], open_cents: int) -> list[Payment]:
    """Take what is open of a settled period out of what is held, oldest ride first; the rest is let go."""
    changed = []
    for payment in payments:
        waits = payment.state in {PaymentState.ASKED, PaymentState.HELD} and payment.take_cents is None
        if waits and payment.ending is Ending.ALIGHTED:
            cents = min(payment.amount_cents, max(0, open_cents))
            open_cents -= cents
            changed.append(payment.to_take(cents))
    return changed


def give_back(payments: Sequence[Payment], credit_cents: int) -> list[Payment]:
    """Refund a credit out of what was captured, latest ride first; what is left stays a credit."""
    changed = []
    for payment in reversed(payments):
        cents = min(credit_cents, payment.kept_cents)
        if payment.state is PaymentState.CAPTURED and cents > 0:
            credit_cents -= cents
            changed.append(payment.to_give_back(cents))
    return changed
