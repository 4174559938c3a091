"""Tariffs in seven families, and accounts that ride by them, drawn from a seed."""

from datetime import datetime, timedelta
from random import Random

from ticketing.application.ride_table import Ridden
from ticketing.domain.products import ADULT, ANY_DAY, Band, Place, Product, Ride, Validity
from ticketing.domain.tariff import Tariff, TariffBook

FIRST_MONDAY = datetime(2025, 3, 3)  # noqa: DTZ001 - local times of the tariff
NIGHT_MIN = 180
WEEKDAYS = frozenset(range(5))
NINE = (Band(WEEKDAYS, 9 * 60), Band(ANY_DAY - WEEKDAYS))
ZONES = "ABCD"


def _pass(name: str, validity: Validity, cents: int, **told: object) -> Product:
    return Product(name, validity, cents, **told)  # type: ignore[arg-type]  # the fields of Product, by name


def _up_to(level: int) -> frozenset[int]:
    return frozenset(range(level + 1))


def _zoned(name: str, validity: Validity, base: int, per_zone: int) -> list[Product]:
    """One product for every stretch of neighbouring zones."""
    return [
        _pass(
            f"{name}{ZONES[first:after]}",
            validity,
            base + per_zone * (after - first),
            zones=frozenset(ZONES[first:after]),
        )
        for first in range(4)
        for after in range(first + 1, 5)
    ]


SINGLE = Product("single", Validity.RIDE, 290)
SHORT = Product("short", Validity.RIDE, 170, max_stops=4)
DAY = Product("day", Validity.DAY, 610)
WEEK = Product("week", Validity.WEEK, 2300)
MONTH = Product("month", Validity.MONTH, 6300)
PRODUCTS: dict[str, tuple[Product, ...]] = {
    "calendar": (SINGLE, DAY, WEEK, MONTH),
    "hours": (SINGLE, SHORT, DAY, _pass("nine", Validity.DAY, 480, bands=NINE), WEEK, MONTH),
    "windows": (
        _pass("m90", Validity.WINDOW, 290, minutes=90),
        _pass("h24", Validity.WINDOW, 680, minutes=24 * 60),
        _pass("d7", Validity.WINDOW, 2500, minutes=7 * 24 * 60),
    ),
    "groups": (SINGLE, DAY, _pass("group", Validity.DAY, 1290, places=(Place(5),)), WEEK),
    "carnets": (SINGLE, SHORT, DAY, _pass("eight", Validity.CARNET, 1900, uses=8), WEEK),
    "levels": (
        *(_pass(f"s{level}", Validity.RIDE, 290 + 190 * level, levels=_up_to(level)) for level in (0, 1)),
        *(_pass(f"d{level}", Validity.DAY, 610 + 280 * level, levels=_up_to(level)) for level in (0, 1)),
        *(_pass(f"w{level}", Validity.WEEK, 2300 + 900 * level, levels=_up_to(level)) for level in (0, 1)),
        MONTH,
    ),
    "zones": (
        *_zoned("s", Validity.RIDE, 200, 95),
        *_zoned("d", Validity.DAY, 420, 165),
        *_zoned("w", Validity.WEEK, 1500, 610),
    ),
}
STRUCTURED = ("calendar", "hours", "windows")
"""Families in which a pass covers every ride of a stretch: the plain interval programme is exact there."""


def book(family: str) -> TariffBook:
    """The family's tariff."""
    return TariffBook((Tariff(PRODUCTS[family], NIGHT_MIN, id=family),))


def accounts(family: str, count: int, seed: int) -> list[Ridden]:
    """So many accounts of four weeks; 20 rides on average, from once in a while to a commuter's."""
    random = Random(f"{family} {seed}")
    return [Ridden(_rides(family, random)) for _ in range(count)]


def _rides(family: str, random: Random) -> list[Ride]:
    wanted = random.choice((2, 6, 12, 20, 28, 52)) if random.random() < 0.98 else 1
    days = random.sample(range(28), min(28, max(1, wanted // 2)))
    rides = []
    home = random.randrange(4)
    for number in range(wanted):
        commuting = random.random() < 0.6
        hour = random.choice((7, 8, 16, 17)) if commuting else random.randrange(5, 26)
        departs = FIRST_MONDAY + timedelta(
            days=days[number % len(days)], hours=hour, minutes=random.randrange(60)
        )
        other = home if random.random() < 0.5 else random.randrange(4)
        zones = ZONES[min(home, other) : max(home, other) + 1]
        persons = random.choice((1, 1, 1, 2, 3, 5)) if family == "groups" else 1
        rides.append(
            Ride(
                f"r{number}",
                departs,
                departs + timedelta(minutes=random.randrange(8, 55)),
                stops=random.randrange(1, 25),
                level=int(random.random() < 0.3) if family == "levels" else 0,
                zones=frozenset(zones) if family == "zones" else None,
                riders=((ADULT, persons),),
            )
        )
    return rides
