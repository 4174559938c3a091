"""A statement: one period of an account's journal, with every cent explained."""

from dataclasses import dataclass
from datetime import date, datetime

from ticketing.domain.errors import WrongFieldError
from ticketing.domain.products import Validity


@dataclass(frozen=True, slots=True)
class StatedRide:
    """One ride as its passenger knows it.

    Parameters
    ----------
    departure, arrival
        Local times of the tariff's zone, aware.
    origin, destination
        Names of the places; empty where only the tariff's zones are known.
    riders
        Who rode along, by category, in the order of the tariff: ``(("adult", 2), ("bicycle", 1))``.
    alone_cents
        What it would have cost as the only ride; None where nothing is sold for it alone.
    quoted_cents
        What was forecast before the ride; None where nobody asked.
    counted_cents
        What the period became dearer by it, rides taken in the order of their departures. The rides'
        sum is what the period's products cost together.
    """

    id: str
    departure: datetime
    arrival: datetime
    origin: str
    destination: str
    riders: tuple[tuple[str, int], ...]
    alone_cents: int | None
    quoted_cents: int | None
    counted_cents: int


@dataclass(frozen=True, slots=True)
class StatedLine:
    """Some pieces of one product, and why they were bought.

    Parameters
    ----------
    validity
        For what time a piece counts; None for what the tariff does not sell by time (a cap).
    at
        As in ``Bill``: the ride, the departure that starts a window, the service day, the week's Monday or
        the month.
    rides
        Ids of the rides that use it.
    alone_cents
        What those rides would have cost one by one; None where one of them is not sold alone.
    without_cents
        What the whole period would have cost without this product; None where its rides had no other.
    """

    product: str
    name: str
    validity: Validity | None
    at: str
    count: int
    cents: int
    rides: tuple[str, ...]
    alone_cents: int | None
    without_cents: int | None


@dataclass(frozen=True, slots=True)
class NextBest:
    """The cheapest bill that leaves out one of the products bought."""

    without: str
    cents: int
    products: tuple[tuple[str, int], ...]
    """Name and pieces."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the period's rides have come towards a product for a longer time.

    ``spent_cents`` is what the rides that it would cover were counted with; at ``price_cents`` the
    account has it, and further rides cost nothing.
    """

    product: str
    name: str
    at: str
    spent_cents: int
    price_cents: int

    @property
    def left_cents(self) -> int:
        """What is missing until further rides cost nothing."""
        return max(0, self.price_cents - self.spent_cents)


@dataclass(frozen=True, slots=True)
class Correction:
    """A difference posted in this period for another one, or for something that is no ride.

    ``reason`` is a word a program can act on: ``LATE_RIDES``, ``TARIFF_CORRECTED``, ``REFUND``,
    ``DEBIT_RETURNED``, ``RETURN_FEE``, ...
    """

    entry: str
    reason: str
    period: str
    cents: int


@dataclass(frozen=True, slots=True)
class StatedTariff:
    """The tariff version that priced some of the service days."""

    name: str
    version: str
    valid_from: date | None
    source: str


@dataclass(frozen=True, slots=True)
class Collection:
    """How the amount is paid.

    ``mandate`` is the SEPA mandate's reference, shortened for print; ``due`` the day of the debit. Without
    a mandate the amount was, or is, paid through the payment provider or waits for the next statement.
    """

    mandate: str = ""
    due: date | None = None
    paid_cents: int = 0


@dataclass(frozen=True, slots=True)
class Statement:
    """One period of one account.

    ``period`` names it: ``2026-W47`` or ``2026-11``; ``first`` and ``last`` are its service days.

    Raises
    ------
    WrongFieldError
        If the parts do not add up: a statement that cannot explain a cent is not made.
    """

    account: str
    period: str
    first: date
    last: date
    issued_at: datetime
    currency: str
    lines: tuple[StatedLine, ...]
    rides: tuple[StatedRide, ...]
    corrections: tuple[Correction, ...]
    singles_cents: int | None
    next_best: NextBest | None
    progress: tuple[Progress, ...]
    tariffs: tuple[StatedTariff, ...]
    proven: bool
    posted_cents: int
    collection: Collection = Collection()

    def __post_init__(self) -> None:
        explained = self.products_cents + self.corrections_cents
        if explained != self.posted_cents:
            raise WrongFieldError(
                f"statement {self.account} {self.period}: {self.posted_cents} cents posted,"
                f" {explained} explained"
            )
        counted = sum(ride.counted_cents for ride in self.rides)
        if counted != self.products_cents:
            raise WrongFieldError(
                f"statement {self.account} {self.period}: rides count {counted} cents,"
                f" products {self.products_cents}"
            )

    @property
    def products_cents(self) -> int:
        """What the period's rides cost."""
        return sum(line.cents for line in self.lines)

    @property
    def corrections_cents(self) -> int:
        """What was posted besides; negative in the passenger's favour."""
        return sum(correction.cents for correction in self.corrections)

    @property
    def total_cents(self) -> int:
        """What the account owes for the period; negative is a credit."""
        return self.posted_cents

    @property
    def saved_cents(self) -> int | None:
        """What the best price saved against single tickets; None where some ride has none."""
        return None if self.singles_cents is None else self.singles_cents - self.products_cents
