"""A statement: one period of an account's journal, with every cent explained."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

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
class UnpricedRide:
    """A ride that no product covers: it is not billed, and somebody has to say what it was."""

    id: str
    departure: datetime
    origin: str
    destination: str


@dataclass(frozen=True, slots=True)
class StatedProduct:
    """What is said of a product: its names by language, and where its price was published.

    A ``cap`` is not sold: it is the most that its rides cost together.
    """

    id: str
    names: tuple[tuple[str, str], ...]
    validity: Validity
    cap: bool
    source: str

    def name(self, language: str) -> str:
        """The name in a language, or the id."""
        return dict(self.names).get(language, self.id)


@dataclass(frozen=True, slots=True)
class StatedLine:
    """Some pieces of one product, and why they were bought.

    Parameters
    ----------
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
    """Ids and pieces."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the period's rides have come towards a product for a longer time.

    ``spent_cents`` is what the rides that it would cover were counted with; at ``price_cents`` the
    account has it, and further rides cost nothing.
    """

    product: str
    at: str
    spent_cents: int
    price_cents: int

    @property
    def left_cents(self) -> int:
        """What is missing until further rides cost nothing."""
        return max(0, self.price_cents - self.spent_cents)


@dataclass(frozen=True, slots=True)
class Correction:
    """What rides of another period were found to cost more or less, posted in this one.

    Its ``period`` was past its cut-off; its own statement stays as it was.
    """

    period: str
    cents: int


@dataclass(frozen=True, slots=True)
class Revision:
    """A difference posted after the period's first settlement, before its cut-off; the lines have it in."""

    on: date
    cents: int


class Movement(StrEnum):
    """What moved money, or the debt."""

    PAYMENT = "payment"
    REFUND = "refund"
    CHARGEBACK = "chargeback"
    FEE = "fee"


@dataclass(frozen=True, slots=True)
class MoneyMoved:
    """A payment, what was given back of one, what a bank took back, or a fee; ``cents`` as the debt grows."""

    on: date
    kind: Movement
    cents: int
    reference: str = ""


@dataclass(frozen=True, slots=True)
class StatedTariff:
    """The tariff version that priced some of the service days."""

    version: str
    valid_from: date


@dataclass(frozen=True, slots=True)
class Collection:
    """By which mandate, its reference shortened for print, what is open is debited, and when."""

    mandate: str
    due: date


@dataclass(frozen=True, slots=True)
class Statement:
    """One period of one account.

    ``period`` names it: ``2026-W47`` or ``2026-11``; ``first`` and ``last`` are its service days. One that is
    not ``settled`` is a forecast: what it would be if nothing more came. ``rides`` are empty where they were
    put right after the cut-off: the bill stands, the difference is on a later statement. ``unpriced`` are in
    none of the sums.

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
    products: tuple[StatedProduct, ...]
    lines: tuple[StatedLine, ...]
    rides: tuple[StatedRide, ...]
    corrections: tuple[Correction, ...]
    singles_cents: int | None
    next_best: NextBest | None
    progress: tuple[Progress, ...]
    tariffs: tuple[StatedTariff, ...]
    proven: bool
    posted_cents: int
    settled: bool = True
    revisions: tuple[Revision, ...] = ()
    moved: tuple[MoneyMoved, ...] = ()
    collection: Collection | None = None
    unpriced: tuple[UnpricedRide, ...] = ()

    def __post_init__(self) -> None:
        told = {product.id for product in self.products}
        for line in self.lines:
            if line.product not in told:
                raise WrongFieldError(
                    f"statement {self.account} {self.period}: nothing is said of product {line.product}"
                )
        explained = self.products_cents + self.corrections_cents
        if explained != self.posted_cents:
            raise WrongFieldError(
                f"statement {self.account} {self.period}: {self.posted_cents} cents posted,"
                f" {explained} explained"
            )
        counted = sum(ride.counted_cents for ride in self.rides)
        if self.rides and counted != self.products_cents:
            raise WrongFieldError(
                f"statement {self.account} {self.period}: rides count {counted} cents,"
                f" products {self.products_cents}"
            )

    def product(self, name: str) -> StatedProduct:
        """What is said of a product that the statement names."""
        return next(product for product in self.products if product.id == name)

    @property
    def products_cents(self) -> int:
        """What the period's rides cost."""
        return sum(line.cents for line in self.lines)

    @property
    def corrections_cents(self) -> int:
        """What was posted for other periods; negative in the passenger's favour."""
        return sum(correction.cents for correction in self.corrections)

    @property
    def total_cents(self) -> int:
        """What the statement charges; negative is a credit."""
        return self.posted_cents

    @property
    def open_cents(self) -> int:
        """What is left to pay of it; negative is a credit."""
        return self.posted_cents + sum(movement.cents for movement in self.moved)

    @property
    def saved_cents(self) -> int | None:
        """What the best price saved against single tickets; None where some ride has none."""
        return None if self.singles_cents is None else self.singles_cents - self.products_cents
