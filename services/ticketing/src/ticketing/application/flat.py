"""An account and a tariff as flat arrays, which is what the engines read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import numpy as np
import numpy.typing as npt

from ticketing.domain.errors import NoPriceError, WrongFieldError
from ticketing.domain.products import CALENDAR, Product, Ride, Tariff, Validity, period

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

EPOCH = datetime(2000, 1, 1)  # noqa: DTZ001 - local times of the tariff
SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Flat:
    """Rides in order of departure, products by how they are bought.

    ``rides`` are sorted by all they are, so that the order of arrival plays no part. ``departs_s`` (rides).
    A pass is a calendar product or a window: bought at ride r it is over after ``pass_ends_s`` (passes,
    rides), and covers a later ride q if ``pass_fits`` (passes, rides) and ``pass_clock_s`` (passes, rides)
    of q – its departure, or for windows its arrival – is not later.
    """

    rides: tuple[Ride, ...]
    days: tuple[date, ...]
    departs_s: Ints
    demand: Ints
    singles: tuple[Product, ...]
    single_fits: Bools
    passes: tuple[Product, ...]
    pass_fits: Bools
    pass_clock_s: Ints
    pass_ends_s: Ints
    carnets: tuple[Product, ...]
    carnet_fits: Bools


def flatten(tariff: Tariff, rides: Sequence[Ride]) -> Flat:
    """Sort the rides and work out which product covers which of them.

    Raises
    ------
    WrongFieldError
        If two rides have one id.
    NoPriceError
        If no product covers some ride.
    """
    ordered = tuple(sorted(rides, key=_by_all))
    if len({ride.id for ride in ordered}) < len(ordered):
        ids = [ride.id for ride in ordered]
        twice = next(name for name in ids if ids.count(name) > 1)
        raise WrongFieldError(f"ride {twice}: the id stands there twice")
    days = tuple(map(tariff.service_day, ordered))
    departs_s = np.array([(ride.departure - EPOCH) // SECOND for ride in ordered], dtype=np.int64)
    arrives_s = np.array([(ride.arrival - EPOCH) // SECOND for ride in ordered], dtype=np.int64)
    singles = tuple(product for product in tariff.products if product.validity is Validity.RIDE)
    carnets = tuple(product for product in tariff.products if product.validity is Validity.CARNET)
    passes = tuple(product for product in tariff.products if product not in singles + carnets)
    clock = np.empty((len(passes), len(ordered)), dtype=np.int64)
    ends = np.empty_like(clock)
    for row, product in enumerate(passes):
        if product.validity in CALENDAR:
            clock[row] = departs_s
            ends[row] = [_last_second(product.validity, day, tariff.day_starts_min) for day in days]
        else:
            clock[row] = arrives_s
            ends[row] = departs_s + product.minutes * 60
    flat = Flat(
        rides=ordered,
        days=days,
        departs_s=departs_s,
        demand=np.array([ride.persons for ride in ordered], dtype=np.int64),
        singles=singles,
        single_fits=_fits(tariff, singles, ordered, days),
        passes=passes,
        # A window shorter than the ride covers it from nowhere.
        pass_fits=_fits(tariff, passes, ordered, days) & (clock <= ends),
        pass_clock_s=clock,
        pass_ends_s=ends,
        carnets=carnets,
        carnet_fits=_fits(tariff, carnets, ordered, days),
    )
    for number, ride in enumerate(ordered):
        if not any(fits[:, number].any() for fits in (flat.single_fits, flat.pass_fits, flat.carnet_fits)):
            raise NoPriceError(
                f"ride {ride.id}: no product covers it (stops {ride.stops}, level {ride.level},"
                f" zones {sorted(ride.zones) if ride.zones is not None else None})"
            )
    return flat


def _by_all(ride: Ride) -> tuple[datetime, datetime, int, int, tuple[str, ...], int, str]:
    zones = () if ride.zones is None else tuple(sorted(ride.zones))
    return ride.departure, ride.arrival, ride.stops, ride.level, zones, ride.persons, ride.id


def _last_second(validity: Validity, day: date, day_starts_min: int) -> int:
    after = datetime.combine(period(validity, day)[1], time()) + timedelta(minutes=day_starts_min)
    return (after - EPOCH) // SECOND - 1


def _fits(tariff: Tariff, products: Sequence[Product], rides: Sequence[Ride], days: Sequence[date]) -> Bools:
    table = np.empty((len(products), len(rides)), dtype=np.bool_)
    for row, product in enumerate(products):
        table[row] = [
            product.fits(ride, day, tariff.day_starts_min) for ride, day in zip(rides, days, strict=True)
        ]
    return table
