"""Products of a tariff, rides of an account, and which of them fit together."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from ticketing.domain.errors import WrongFieldError

MAX_PRICE_CENTS = 10_000_000
MAX_PERSONS = 100
MAX_CATEGORIES = 6
"""On one ride."""
MAX_MINUTES = 400 * 24 * 60
ADULT = "adult"
"""The category of riders of whom nothing else is said."""
HOLIDAY = 7
"""A kind of day beside the weekdays 0 (Monday) to 6 (Sunday), and instead of them."""
ANY_DAY = frozenset(range(8))
METRES_PER_KM = 1000


class Validity(StrEnum):
    """For what time one bought product counts."""

    RIDE = "ride"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    DAYS = "days"
    WINDOW = "window"
    CARNET = "carnet"


CALENDAR = (Validity.DAY, Validity.WEEK, Validity.MONTH)


@dataclass(frozen=True, slots=True)
class Ride:
    """One ride of one account: what is priced.

    Departure and arrival are both local times without a zone, or both aware; aware ones are read on the
    tariff's clock, and the time between them is what really passed, also in the night of a changed clock.

    ``zones`` and ``networks`` are all that were touched. ``None`` – as for ``level`` and ``airline_m``, the
    metres between start and end as the crow flies – says that it was not recorded: such a ride fits only
    products that do not ask for it. ``riders`` are how many of which category travel on it. ``departs_s`` and
    ``arrives_s`` are departure and arrival on the scale of ``instant_s``.
    """

    id: str
    departure: datetime
    arrival: datetime
    stops: int = 0
    level: int | None = 0
    zones: frozenset[str] | None = None
    networks: frozenset[str] | None = None
    airline_m: int | None = None
    riders: tuple[tuple[str, int], ...] = ((ADULT, 1),)
    departs_s: int = field(init=False, repr=False, compare=False)
    arrives_s: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if (self.departure.tzinfo is None) != (self.arrival.tzinfo is None):
            raise WrongFieldError(
                f"ride {self.id}: arr {self.arrival} and dep {self.departure}: only one has an offset"
            )
        object.__setattr__(self, "departs_s", instant_s(self.departure))
        object.__setattr__(self, "arrives_s", instant_s(self.arrival))
        if self.arrives_s < self.departs_s:
            raise WrongFieldError(f"ride {self.id}: arr {self.arrival} is before dep {self.departure}")
        if self.stops < 0:
            raise WrongFieldError(f"ride {self.id}: stops {self.stops} is negative")
        if self.airline_m is not None and self.airline_m < 0:
            raise WrongFieldError(f"ride {self.id}: airline_m {self.airline_m} is negative")
        if len(dict(self.riders)) < len(self.riders) or any(count < 1 for _, count in self.riders):
            raise WrongFieldError(
                f"ride {self.id}: riders {self.riders}: every category once, with one person or more"
            )
        if len(self.riders) > MAX_CATEGORIES:
            raise WrongFieldError(
                f"ride {self.id}: riders {self.riders}: more than {MAX_CATEGORIES} categories"
            )
        if not 1 <= self.persons <= MAX_PERSONS:
            raise WrongFieldError(f"ride {self.id}: persons {self.persons} is not within 1..{MAX_PERSONS}")

    @property
    def persons(self) -> int:
        """All who travel, and all that needs a ticket like a person."""
        return sum(count for _, count in self.riders)


EPOCH = datetime(2000, 1, 1)  # noqa: DTZ001 - local times of the tariff
SECOND = timedelta(seconds=1)


def instant_s(moment: datetime) -> int:
    """Seconds on one scale: real ones for aware moments, those of the wall clock for local times."""
    # Two aware datetimes of one zone are subtracted as if its clock were never changed: not so timestamps.
    return (moment - EPOCH) // SECOND if moment.tzinfo is None else int(moment.timestamp())


@dataclass(frozen=True, slots=True)
class Place:
    """Room for ``count`` riders, each of one of the ``categories``, on every ride that a product covers."""

    count: int = 1
    categories: frozenset[str] = frozenset((ADULT,))


@dataclass(frozen=True, slots=True)
class Band:
    """Departures on some kinds of days, from one minute of the service day until before another.

    Minutes count from the midnight at which the service day's date begins and go on after the next one, so
    that a night belongs to the day before it.
    """

    days: frozenset[int] = ANY_DAY
    from_min: int = 0
    until_min: int = 2 * 24 * 60

    def __post_init__(self) -> None:
        if not self.days or not self.days <= ANY_DAY:
            raise WrongFieldError(f"days {sorted(self.days)} are not some of 0 to 7")
        if not 0 <= self.from_min < self.until_min <= 2 * 24 * 60:
            raise WrongFieldError(
                f"from {self.from_min} min until {self.until_min} min is no stretch of a day"
            )


@dataclass(frozen=True, slots=True)
class Distance:
    """What a ride costs beside the price: per started kilometre as the crow flies, or by steps.

    ``steps`` are (up to so many metres, cents), in order; a ride beyond the last one is not covered.
    """

    per_km_cents: int = 0
    steps: tuple[tuple[int, int], ...] = ()

    def __post_init__(self) -> None:
        if self.per_km_cents < 0 or any(cents < 0 for _, cents in self.steps):
            raise WrongFieldError(f"distance {self}: a price is negative")
        lengths = [metres for metres, _ in self.steps]
        if lengths != sorted(set(lengths)) or bool(lengths) == bool(self.per_km_cents):
            raise WrongFieldError(f"distance {self}: either a price per_km or rising steps")

    def cents(self, airline_m: int) -> int | None:
        """``None`` beyond the last step."""
        if not self.steps:
            return -(-airline_m // METRES_PER_KM) * self.per_km_cents
        return next((cents for metres, cents in self.steps if airline_m <= metres), None)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a price was published, and of which year it is."""

    text: str
    year: int


@dataclass(frozen=True, slots=True)
class Product:
    """One product of a tariff.

    On every ride that it covers it has room for the riders of its ``places``. ``minutes`` is the length of a
    window, from the departure of any ride; an arrival at its very end is inside. ``days`` are service days in
    a row, from that of the first use. ``uses`` are the person-rides of a carnet. ``max_stops``, ``levels``,
    ``zones`` and ``networks`` limit the ride itself, ``bands`` its departure: one of them has to hold.
    ``distance`` is paid beside the price, for a single ride. A ``cap`` is bought like a pass, and told as
    what it is: the most that its rides cost together. ``names`` are (language, name).
    """

    id: str
    validity: Validity
    price_cents: int
    places: tuple[Place, ...] = (Place(),)
    minutes: int = 0
    days: int = 0
    uses: int = 0
    max_stops: int | None = None
    levels: frozenset[int] | None = None
    zones: frozenset[str] | None = None
    networks: frozenset[str] | None = None
    bands: tuple[Band, ...] = ()
    distance: Distance | None = None
    cap: bool = False
    names: tuple[tuple[str, str], ...] = ()
    source: Source | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.price_cents <= MAX_PRICE_CENTS:
            raise self._wrong(f"price {self.price_cents} is not within 0..{MAX_PRICE_CENTS} cents")
        if not 1 <= self.persons <= MAX_PERSONS or any(place.count < 1 for place in self.places):
            raise self._wrong(f"persons {self.persons} is not within 1..{MAX_PERSONS}")
        for name, value, kind in (
            ("minutes", self.minutes, Validity.WINDOW),
            ("days", self.days, Validity.DAYS),
            ("uses", self.uses, Validity.CARNET),
        ):
            if (self.validity is kind) != (value > 0):
                raise self._wrong(
                    f"{name} {value} with kind {self.validity}; a {kind} has some, nothing else does"
                )
        if self.minutes > MAX_MINUTES or self.days * 24 * 60 > MAX_MINUTES:
            raise self._wrong(
                f"minutes {self.minutes} or days {self.days} are more than {MAX_MINUTES} minutes"
            )
        if self.validity is Validity.CARNET and self.persons != 1:
            raise self._wrong(f"persons {self.persons}; a use of a carnet is one person-ride")
        if self.distance is not None and self.validity is not Validity.RIDE:
            raise self._wrong(f"distance with kind {self.validity}; only a single ride has a length")
        if self.cap and self.validity in {Validity.RIDE, Validity.CARNET}:
            raise self._wrong(f"cap with kind {self.validity}; a cap holds for a time")

    def _wrong(self, what: str) -> WrongFieldError:
        return WrongFieldError(f"product {self.id}: {what}")

    @property
    def persons(self) -> int:
        """Riders for whom one piece has room."""
        return sum(place.count for place in self.places)

    def name(self, language: str) -> str:
        """The product's name in a language, or its id."""
        return dict(self.names).get(language, self.id)

    def room(self, categories: frozenset[str]) -> int:
        """How many riders of these categories one piece can carry at most."""
        return sum(place.count for place in self.places if place.categories & categories)

    def fits(self, ride: Ride, kind_of_day: int, departs_min: float) -> bool:
        """Whether the product may be used on a ride at all, whenever it was bought.

        Parameters
        ----------
        ride
            Its riders are not looked at.
        kind_of_day
            0 (Monday) to 6, or ``HOLIDAY``.
        departs_min
            Minutes from the midnight at which the service day's date begins.
        """
        return self.covers_space(ride) and (
            not self.bands
            or any(
                kind_of_day in band.days and band.from_min <= departs_min < band.until_min
                for band in self.bands
            )
        )

    def covers_space(self, ride: Ride) -> bool:
        """Whether the product is good for where the ride goes."""
        return (
            (self.max_stops is None or ride.stops <= self.max_stops)
            and (self.levels is None or ride.level in self.levels)
            and _within(ride.zones, self.zones)
            and _within(ride.networks, self.networks)
            and (self.distance is None or self.cents(ride) is not None)
        )

    def cents(self, ride: Ride) -> int | None:
        """What one piece costs on a ride; ``None`` if the ride's length has no price."""
        if self.distance is None:
            return self.price_cents
        further = None if ride.airline_m is None else self.distance.cents(ride.airline_m)
        return None if further is None else self.price_cents + further


def _within(touched: frozenset[str] | None, allowed: frozenset[str] | None) -> bool:
    return allowed is None or (touched is not None and touched <= allowed)


def period(validity: Validity, day: date) -> tuple[date, date]:
    """First service day of the calendar period around a service day, and the first one after it."""
    if validity is Validity.WEEK:
        first = day - timedelta(days=day.weekday())
        return first, first + timedelta(days=7)
    if validity is Validity.MONTH:
        return day.replace(day=1), (day.replace(day=28) + timedelta(days=4)).replace(day=1)
    return day, day + timedelta(days=1)
