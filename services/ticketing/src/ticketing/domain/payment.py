"""One payment through a provider: held before the ride, captured after it, given back when it must be.

What should become of a payment (its end, what to take, what to give back) and what did are kept apart: the
step that is due follows from both, whatever happened in which order, and is tried until it is answered.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from ticketing.domain.errors import TicketingError, WrongFieldError


class PaymentState(StrEnum):
    """Where a payment stands.

    ``ASKED``: the provider has not said yes or no. ``BY_STATEMENT``: it was away, or declined; the ride is
    not lost, its price comes with the next statement.
    """

    ASKED = "asked"
    HELD = "held"
    CAPTURED = "captured"
    RELEASED = "released"
    BY_STATEMENT = "by_statement"


class Ending(StrEnum):
    """What became of the ride."""

    UNKNOWN = "unknown"
    ALIGHTED = "alighted"
    GIVEN_UP = "given_up"


class Step(StrEnum):
    """What the provider is asked for."""

    HOLD = "hold"
    CAPTURE = "capture"
    RELEASE = "release"
    REFUND = "refund"


class WrongStateError(TicketingError):
    """The payment's state does not allow the step."""


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment, what shall become of it, and what became of it; every change gives a new value.

    Parameters
    ----------
    id
        The ride's id: one payment per ride, however often it is told of.
    rider, period_id
        Whose journal, and which period's.
    amount_cents
        Held: what was quoted.
    ending
        What became of the ride, as far as it is known.
    take_cents
        What to capture; None until it is settled.
    give_back_cents
        What to refund, altogether.
    unsure
        The provider may hold the amount without our knowing: it is told to let go.
    captured_cents, refunded_cents, returned_cents
        Taken of the amount held; given back by us; taken back by the payer's bank.
    """

    id: str
    rider: str
    period_id: str
    amount_cents: int
    currency: str
    state: PaymentState = PaymentState.ASKED
    ending: Ending = Ending.UNKNOWN
    take_cents: int | None = None
    give_back_cents: int = 0
    unsure: bool = False
    captured_cents: int = 0
    refunded_cents: int = 0
    returned_cents: int = 0

    def __post_init__(self) -> None:
        for name, cents, most in (
            ("amount_cents", self.amount_cents, self.amount_cents),
            ("take_cents", self.take_cents or 0, self.amount_cents),
            ("captured_cents", self.captured_cents, self.amount_cents),
            ("returned_cents", self.returned_cents, self.captured_cents),
            ("give_back_cents", self.give_back_cents, self.captured_cents - self.returned_cents),
            ("refunded_cents", self.refunded_cents, self.give_back_cents),
        ):
            if not 0 <= cents <= most:
                raise WrongFieldError(f"payment {self.id}: {name} {cents} is not within 0..{most}")

    @property
    def kept_cents(self) -> int:
        """What of the captured amount is still ours, and stays so."""
        return self.captured_cents - self.give_back_cents - self.returned_cents

    @property
    def step(self) -> tuple[Step, int] | None:
        """What the provider is to be asked for now, and how many cents; None while nothing is due."""
        if self.state is PaymentState.ASKED:
            given_up = self.ending is Ending.GIVEN_UP
            return (Step.RELEASE, 0) if given_up else (Step.HOLD, self.amount_cents)
        if self.state is PaymentState.HELD:
            if self.ending is Ending.GIVEN_UP or self.take_cents == 0:
                return Step.RELEASE, 0
            return None if self.take_cents is None else (Step.CAPTURE, self.take_cents)
        if self.state is PaymentState.BY_STATEMENT:
            return (Step.RELEASE, 0) if self.unsure else None
        owed_cents = self.give_back_cents - self.refunded_cents
        return (Step.REFUND, owed_cents) if owed_cents > 0 else None

    def given_up(self) -> "Payment":
        """The ride was cancelled, or nobody was there."""
        return replace(self, ending=Ending.GIVEN_UP)

    def alighted(self) -> "Payment":
        """The ride was ridden to its end, unless it was given up before."""
        return self if self.ending is Ending.GIVEN_UP else replace(self, ending=Ending.ALIGHTED)

    def to_take(self, cents: int) -> "Payment":
        """Have so much captured, and the rest let go.

        Raises
        ------
        WrongFieldError
            If that is more than was held.
        """
        self._expect("take", PaymentState.ASKED, PaymentState.HELD)
        return replace(self, take_cents=cents)

    def to_give_back(self, cents: int) -> "Payment":
        """Have so much refunded, besides what already was or will be.

        Raises
        ------
        WrongFieldError
            If that is nothing, or more than is left of what was captured.
        """
        self._expect("give back", PaymentState.CAPTURED)
        if cents <= 0:
            raise WrongFieldError(f"payment {self.id}: refund {cents} cents is not positive")
        return replace(self, give_back_cents=self.give_back_cents + cents)

    def done(self, step: Step, cents: int) -> "Payment":
        """The provider did a step that was due."""
        if step is Step.HOLD:
            self._expect("hold", PaymentState.ASKED)
            return replace(self, state=PaymentState.HELD)
        if step is Step.CAPTURE:
            self._expect("capture", PaymentState.HELD)
            return replace(self, state=PaymentState.CAPTURED, captured_cents=cents)
        if step is Step.REFUND:
            self._expect("refund", PaymentState.CAPTURED)
            return replace(self, refunded_cents=self.refunded_cents + cents)
        self._expect("release", PaymentState.ASKED, PaymentState.HELD, PaymentState.BY_STATEMENT)
        state = self.state if self.state is PaymentState.BY_STATEMENT else PaymentState.RELEASED
        return replace(self, state=state, unsure=False)

    def degraded(self, *, unsure: bool) -> "Payment":
        """The provider will not, or does not answer: the statement takes it."""
        self._expect("leave to the statement", PaymentState.ASKED, PaymentState.HELD)
        return replace(self, state=PaymentState.BY_STATEMENT, unsure=unsure)

    def refund_declined(self) -> "Payment":
        """What cannot be refunded stays the account's credit."""
        self._expect("give up the refund", PaymentState.CAPTURED)
        return replace(self, give_back_cents=self.refunded_cents)

    def charged_back(self, cents: int) -> "Payment":
        """The payer's bank took so much back, at most what was captured and not refunded."""
        self._expect("charge back", PaymentState.CAPTURED)
        if cents <= 0:
            raise WrongFieldError(f"payment {self.id}: charge back {cents} cents is not positive")
        # What the bank has taken need not be refunded any more.
        left_cents = self.captured_cents - self.returned_cents - cents
        give_back_cents = max(self.refunded_cents, min(self.give_back_cents, left_cents))
        return replace(self, returned_cents=self.returned_cents + cents, give_back_cents=give_back_cents)

    def _expect(self, step: str, *states: PaymentState) -> None:
        if self.state not in states:
            raise WrongStateError(f"payment {self.id}: cannot {step}, state is {self.state}")
