"""Products of a tariff, rides of an account, and which of them fit together."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from ticketing.domain.errors import WrongFieldError

MAX_PRICE_CENTS = 10_000_000
MAX_PERSONS = 100
SATURDAY = 5


class Validity(StrEnum):
    """For what time one bought product counts."""

    RIDE = "ride"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    WINDOW = "window"
    CARNET = "carnet"


CALENDAR = (Validity.DAY, Validity.WEEK, Validity.MONTH)


@dataclass(frozen=True, slots=True)
class Ride:
    """One ride of one account, perhaps of several persons.

    Instants are local times of the tariff's time zone. ``zones`` is ``None`` where no zones were recorded:
    such a ride fits only products that ask for none.
    """

    id: str
    departure: datetime
    arrival: datetime
    stops: int = 0
    level: int = 0
    zones: frozenset[str] | None = None
    persons: int = 1

    def __post_init__(self) -> None:
        if self.arrival < self.departure:
            raise WrongFieldError(f"ride {self.id}: arr {self.arrival} is before dep {self.departure}")
        if self.stops < 0:
            raise WrongFieldError(f"ride {self.id}: stops {self.stops} is negative")
        if not 1 <= self.persons <= MAX_PERSONS:
            raise WrongFieldError(f"ride {self.id}: persons {self.persons} is not within 1..{MAX_PERSONS}")


@dataclass(frozen=True, slots=True)
class Product:
    """One product of a tariff.

    ``persons`` may use it on every ride that it covers. ``minutes`` is the length of a window, from the
    departure of any ride; an arrival at its very end is inside. ``uses`` are the person-rides of a carnet.
    ``not_before_min``, minutes after midnight, holds from Monday to Friday; rides of the service day that
    depart after midnight are late, not early. ``max_stops``, ``levels`` and ``zones`` limit the ride itself.
    """

    id: str
    validity: Validity
    price_cents: int
    persons: int = 1
    minutes: int = 0
    uses: int = 0
    max_stops: int | None = None
    levels: frozenset[int] | None = None
    zones: frozenset[str] | None = None
    not_before_min: int | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.price_cents <= MAX_PRICE_CENTS:
            raise WrongFieldError(
                f"product {self.id}: price {self.price_cents} is not within 0..{MAX_PRICE_CENTS} cents"
            )
        if not 1 <= self.persons <= MAX_PERSONS:
            raise WrongFieldError(f"product {self.id}: persons {self.persons} is not within 1..{MAX_PERSONS}")
        if (self.validity is Validity.WINDOW) != (self.minutes > 0):
            raise WrongFieldError(
                f"product {self.id}: minutes {self.minutes} with kind {self.validity}; a window has some,"
                " nothing else does"
            )
        if (self.validity is Validity.CARNET) != (self.uses > 0):
            raise WrongFieldError(
                f"product {self.id}: uses {self.uses} with kind {self.validity}; a carnet has some,"
                " nothing else does"
            )
        if self.validity is Validity.CARNET and self.persons != 1:
            raise WrongFieldError(
                f"product {self.id}: persons {self.persons}; a use of a carnet is one person-ride"
            )

    def fits(self, ride: Ride, day: date, day_starts_min: int) -> bool:
        """Whether the product may be used on the ride at all, whenever it was bought."""
        if self.max_stops is not None and ride.stops > self.max_stops:
            return False
        if self.levels is not None and ride.level not in self.levels:
            return False
        if self.zones is not None and (ride.zones is None or not ride.zones <= self.zones):
            return False
        if self.not_before_min is None or day.weekday() >= SATURDAY:
            return True
        midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - local times of the tariff
        return ride.departure >= midnight + timedelta(minutes=max(self.not_before_min, day_starts_min))


@dataclass(frozen=True, slots=True)
class Tariff:
    """Products sold together; the service day starts so many minutes after midnight, local time."""

    products: tuple[Product, ...]
    day_starts_min: int

    def __post_init__(self) -> None:
        if not 0 <= self.day_starts_min < 24 * 60:
            raise WrongFieldError(f"service_day_starts {self.day_starts_min} min is not a time of day")
        seen: set[str] = set()
        for product in self.products:
            if product.id in seen:
                raise WrongFieldError(f"product {product.id}: the id stands there twice")
            seen.add(product.id)

    def service_day(self, ride: Ride) -> date:
        """The service day on which the ride departs."""
        return (ride.departure - timedelta(minutes=self.day_starts_min)).date()


def period(validity: Validity, day: date) -> tuple[date, date]:
    """First service day of the calendar period around a service day, and the first one after it."""
    if validity is Validity.WEEK:
        first = day - timedelta(days=day.weekday())
        return first, first + timedelta(days=7)
    if validity is Validity.MONTH:
        return day.replace(day=1), (day.replace(day=28) + timedelta(days=4)).replace(day=1)
    return day, day + timedelta(days=1)
