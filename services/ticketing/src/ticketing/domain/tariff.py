"""A tariff in its versions, and what holds on a service day."""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from ticketing.domain.errors import NoPriceError, WrongFieldError
from ticketing.domain.products import ADULT, HOLIDAY, Product, Ride, Validity, instant_s, period

DAY_MIN = 24 * 60


@dataclass(frozen=True, slots=True)
class Relation:
    """The price level between two sets of zones, in both directions."""

    ends: frozenset[str]
    other_ends: frozenset[str]
    level: int

    def joins(self, origin: str, destination: str) -> bool:
        return (origin in self.ends and destination in self.other_ends) or (
            destination in self.ends and origin in self.other_ends
        )


@dataclass(frozen=True, slots=True)
class Category:
    """A category of riders, or of what needs a ticket like one; ``names`` are (language, name)."""

    id: str
    names: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Tariff:
    """One version of a tariff: products sold together from a service day on.

    Parameters
    ----------
    products
        What is sold, caps included.
    day_starts_min
        When the service day starts, minutes after midnight on the clock of ``timezone``.
    id, valid_from
        The version's name, and its first service day.
    ownable
        What passengers may have bought elsewhere and only show, such as a Deutschlandticket.
    settled
        WEEK or MONTH: the period that makes one bill.
    late_days
        So many days after a period its late rides still reopen it.
    transfer_min
        So many minutes between two legs they are one ride.
    holidays
        Service days that are of the kind ``HOLIDAY`` instead of their weekday.
    relations
        Price levels by zones; the first that joins the two ends holds.
    categories
        Of riders, of whom products may be for some only.
    timezone
        ``None`` for rides in local times without a zone.
    """

    products: tuple[Product, ...]
    day_starts_min: int
    id: str = ""
    valid_from: date = date.min
    ownable: tuple[Product, ...] = ()
    settled: Validity = Validity.MONTH
    late_days: int = 0
    transfer_min: int = 0
    holidays: frozenset[date] = frozenset()
    relations: tuple[Relation, ...] = ()
    timezone: ZoneInfo | None = None
    currency: str = "EUR"
    categories: tuple[Category, ...] = (Category(ADULT),)

    def __post_init__(self) -> None:
        if not 0 <= self.day_starts_min < DAY_MIN:
            raise WrongFieldError(f"service_day_starts {self.day_starts_min} min is not a time of day")
        if self.settled not in {Validity.WEEK, Validity.MONTH}:
            raise WrongFieldError(f"settled {self.settled}: bills are made for a week or a month")
        seen: set[str] = set()
        for product in (*self.products, *self.ownable):
            if product.id in seen:
                raise WrongFieldError(f"product {product.id}: the id stands there twice")
            seen.add(product.id)

    def product(self, name: str) -> Product:
        """The product or ownable of that id.

        Raises
        ------
        WrongFieldError
            If there is none.
        """
        for product in (*self.products, *self.ownable):
            if product.id == name:
                return product
        raise WrongFieldError(f"product {name!r} is not one of tariff {self.id!r}")

    def level(self, origin: str, destination: str) -> int | None:
        """The price level between two zones; ``None`` where the tariff has none."""
        return next((it.level for it in self.relations if it.joins(origin, destination)), None)

    def local(self, moment: datetime) -> datetime:
        """A moment on the tariff's clock, without its zone."""
        return moment if moment.tzinfo is None else moment.astimezone(self.timezone).replace(tzinfo=None)

    def starts_s(self, day: date) -> int:
        """The second, on the scale of ``instant_s``, at which a service day starts."""
        start = datetime.combine(day, time()) + timedelta(minutes=self.day_starts_min)
        return instant_s(start if self.timezone is None else start.replace(tzinfo=self.timezone))

    def service_day(self, ride: Ride) -> date:
        """The service day on which the ride departs."""
        return self.day_of(ride.departure)

    def day_of(self, moment: datetime) -> date:
        """The service day of a moment."""
        day = (self.local(moment) - timedelta(minutes=self.day_starts_min)).date()
        if moment.tzinfo is None:
            return day
        # Where the clock is put back across the start of the day, its start happens but once.
        at_s = instant_s(moment)
        if at_s < self.starts_s(day):
            return day - timedelta(days=1)
        return day + timedelta(days=1) if at_s >= self.starts_s(day + timedelta(days=1)) else day

    def kind_of_day(self, day: date) -> int:
        """0 (Monday) to 6, or ``HOLIDAY``."""
        return HOLIDAY if day in self.holidays else day.weekday()

    def fits(self, product: Product, ride: Ride) -> bool:
        """Whether the product may be used on the ride at all, whenever it was bought."""
        day = self.service_day(ride)
        since = self.local(ride.departure) - datetime.combine(day, time())
        return product.fits(ride, self.kind_of_day(day), since / timedelta(minutes=1))

    def period(self, day: date) -> tuple[date, date]:
        """First service day of the settled period around a service day, and the first one after it."""
        return period(self.settled, day)


@dataclass(frozen=True, slots=True)
class Owned:
    """What an account has of a tariff's ``ownable``, with its first and last service day."""

    product: str
    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise WrongFieldError(f"owned {self.product}: last {self.last} is before first {self.first}")


@dataclass(frozen=True)
class TariffBook:
    """All versions of one tariff.

    A ride is priced by the version of its service day. A pass costs what it costs on the service day of its
    first use, and then counts for as long as it lasts, also beyond a change of the tariff; a carnet's uses
    end with the version that sold it. So the price of a period that spans a change is that of one search over
    all its rides, in which every product can be begun only while its version holds.

    Versions share the time zone, the start of the service day, the currency and the settled period: a period
    that began must be able to end.
    """

    versions: tuple[Tariff, ...]
    id: str = ""
    names: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        if not self.versions:
            raise WrongFieldError("versions: there is none")
        object.__setattr__(self, "versions", tuple(sorted(self.versions, key=lambda it: it.valid_from)))
        first = self.versions[0]
        for older, newer in zip(self.versions, self.versions[1:], strict=False):
            if older.valid_from == newer.valid_from:
                raise WrongFieldError(
                    f"valid_from {newer.valid_from}: versions {older.id!r} and {newer.id!r} both begin then"
                )
            for name in ("timezone", "day_starts_min", "currency", "settled"):
                if getattr(newer, name) != getattr(first, name):
                    raise WrongFieldError(
                        f"version {newer.id!r}: {name} {getattr(newer, name)} is not that of"
                        f" {first.id!r}, {getattr(first, name)}"
                    )

    @cached_property
    def _begins(self) -> list[date]:
        return [version.valid_from for version in self.versions]

    def number(self, day: date) -> int:
        """Which of ``versions`` holds on a service day.

        Raises
        ------
        NoPriceError
            Before the first of them.
        """
        number = bisect_right(self._begins, day) - 1
        if number < 0:
            raise NoPriceError(
                f"service day {day}: the first version {self.versions[0].id!r} begins on {self._begins[0]}"
            )
        return number

    def version(self, day: date) -> Tariff:
        """The version that holds on a service day.

        Raises
        ------
        NoPriceError
            Before the first of them.
        """
        return self.versions[self.number(day)]

    def service_day(self, moment: datetime) -> date:
        """The service day of a moment, the same in all versions."""
        return self.versions[0].day_of(moment)
