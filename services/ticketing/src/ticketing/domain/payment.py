"""One payment through a provider: held before the ride, captured after it, given back when it must be."""

from dataclasses import dataclass, replace
from enum import StrEnum

from ticketing.domain.errors import TicketingError, WrongFieldError


class PaymentState(StrEnum):
    """Where a payment stands.

    ``ASKED`` is said to the provider, not answered yet. ``BY_STATEMENT``: the provider was away, or
    declined; the ride is not lost, its price comes with the next statement.
    """

    ASKED = "asked"
    HELD = "held"
    CAPTURED = "captured"
    RELEASED = "released"
    BY_STATEMENT = "by_statement"


class WrongStateError(TicketingError):
    """The payment's state does not allow the step."""


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment and what became of it; every step gives a new value.

    Parameters
    ----------
    id
        The ride's id: one payment per ride, however often it is told of.
    amount_cents
        Held: what was quoted.
    reference
        The provider's name for it; empty until it answered.
    captured_cents, refunded_cents, returned_cents
        Taken of the amount held; given back by us; taken back by the payer's bank.
    """

    id: str
    account: str
    amount_cents: int
    currency: str
    state: PaymentState = PaymentState.ASKED
    reference: str = ""
    captured_cents: int = 0
    refunded_cents: int = 0
    returned_cents: int = 0

    def __post_init__(self) -> None:
        if self.amount_cents < 0:
            raise WrongFieldError(f"payment {self.id}: amount_cents {self.amount_cents} is negative")
        if not 0 <= self.captured_cents <= self.amount_cents:
            raise WrongFieldError(
                f"payment {self.id}: captured_cents {self.captured_cents} is not within"
                f" 0..{self.amount_cents}"
            )
        if min(self.refunded_cents, self.returned_cents) < 0 or self.kept_cents < 0:
            raise WrongFieldError(
                f"payment {self.id}: refunded_cents {self.refunded_cents} and returned_cents"
                f" {self.returned_cents} are more than captured_cents {self.captured_cents}"
            )

    @property
    def kept_cents(self) -> int:
        """What of the captured amount is still ours."""
        return self.captured_cents - self.refunded_cents - self.returned_cents

    def held(self, reference: str) -> "Payment":
        """The provider holds the amount."""
        self._expect("hold", PaymentState.ASKED)
        return replace(self, state=PaymentState.HELD, reference=reference)

    def degraded(self) -> "Payment":
        """The provider will not take it: the statement will."""
        self._expect("leave to the statement", PaymentState.ASKED, PaymentState.HELD)
        return replace(self, state=PaymentState.BY_STATEMENT)

    def captured(self, cents: int) -> "Payment":
        """So much of the amount is taken, the rest let go.

        Raises
        ------
        WrongFieldError
            If that is more than is held.
        """
        self._expect("capture", PaymentState.HELD)
        return replace(self, state=PaymentState.CAPTURED, captured_cents=cents)

    def released(self) -> "Payment":
        """All of it is let go; before the provider answered, too."""
        self._expect("release", PaymentState.ASKED, PaymentState.HELD)
        return replace(self, state=PaymentState.RELEASED)

    def refunded(self, cents: int) -> "Payment":
        """So much is given back, besides what already was.

        Raises
        ------
        WrongFieldError
            If nothing or more than is left would be given back.
        """
        self._expect("refund", PaymentState.CAPTURED)
        if cents <= 0:
            raise WrongFieldError(f"payment {self.id}: refund {cents} cents is not positive")
        return replace(self, refunded_cents=self.refunded_cents + cents)

    def charged_back(self, cents: int) -> "Payment":
        """The payer's bank took so much back."""
        self._expect("charge back", PaymentState.CAPTURED)
        if cents <= 0:
            raise WrongFieldError(f"payment {self.id}: charge back {cents} cents is not positive")
        return replace(self, returned_cents=self.returned_cents + cents)

    def _expect(self, step: str, *states: PaymentState) -> None:
        if self.state not in states:
            raise WrongStateError(f"payment {self.id}: cannot {step}, state is {self.state}")
