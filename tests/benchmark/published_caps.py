"""Published capping examples, priced as tariffs: ``./dev run python tests/benchmark/published_caps.py FILE``.

The file holds the cases (TigerCard, ClamCard, LeetCode 983, FAIRTIQ, eezy, TfL) with what their authors
charge. A cap is a pass that is bought by itself; what a ride is charged is what it makes the bill dearer.
Prints one line for each case, and ends with 1 if one differs.
"""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from ticketing.bootstrap import best_price
from ticketing.domain.products import ANY_DAY, Band, Distance, Product, Ride, Validity
from ticketing.domain.tariff import Tariff, TariffBook

MONDAY = datetime(2025, 3, 3)  # noqa: DTZ001 - local times of the tariff
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
WORKING, WEEKEND = frozenset(range(5)), frozenset({5, 6})
Case = tuple[str, object, object]


@dataclass(frozen=True, slots=True)
class Priced:
    """What rides cost in the order in which they were made."""

    total: int
    charged: list[int]


def priced(products: Sequence[Product], rides: Sequence[Ride], day_starts_min: int = 0) -> Priced:
    """The bill of all rides, and what each one adds to those before it."""
    tariffs = TariffBook((Tariff(tuple(products), day_starts_min),))
    totals = [best_price().bill(tariffs, rides[:count]).total_cents for count in range(len(rides) + 1)]
    return Priced(totals[-1], [after - before for before, after in pairwise(totals)])


def _at(text: str) -> datetime:
    """``Mon 10:20``, or ``Mon+7`` a week later."""
    day, _, clock = text.partition(" ")
    name, _, later = day.partition("+")
    hours, minutes = map(int, (clock or "12:00").split(":"))
    return MONDAY + timedelta(days=DAYS.index(name) + int(later or 0), hours=hours, minutes=minutes)


def _ride(number: int, departs: datetime, zones: Sequence[object], *marks: str, level: int = 0) -> Ride:
    touched = frozenset(map(str, zones))
    return Ride(
        f"r{number:03}", departs, departs, zones=touched, networks=frozenset(("all", *marks)), level=level
    )


def _tigercard(told: Mapping[str, Any]) -> Iterator[Case]:
    products = []
    bands = tuple(
        Band(days, *(int(clock[:2]) * 60 + int(clock[3:]) for clock in stretch))
        for days, name in ((WORKING, "mon_fri"), (WEEKEND, "sat_sun"))
        for stretch in told["peak"][name]
    )
    evening = (Band(WORKING, 17 * 60, 20 * 60), Band(WEEKEND, 18 * 60, 22 * 60))
    for pair in told["day_cap"]:
        zones, peak, low = (
            frozenset(pair.split("-")),
            told["single"]["peak"][pair],
            told["single"]["off_peak"],
        )
        space: dict[str, Any] = {"zones": zones, "networks": frozenset({"all", "into-1"})}
        products += [
            Product(f"peak {pair}", Validity.RIDE, peak, **space),
            Product(f"low {pair}", Validity.RIDE, low[pair], bands=_outside(bands), **space),
            Product(f"day {pair}", Validity.DAY, told["day_cap"][pair], cap=True, **space),
            Product(f"week {pair}", Validity.WEEK, told["week_cap_mon_sun"][pair], cap=True, **space),
        ]
        inbound = space | {"levels": frozenset({1})}
        products.append(Product(f"back {pair}", Validity.RIDE, low[pair], bands=evening, **inbound))
    for case in told["cases"]:
        if "rides" in case:
            rides = [
                _ride(number, _at(when), (start, end), level=int(end == 1 and start != 1))
                for number, (when, start, end) in enumerate(case["rides"])
            ]
            found = priced(products, rides)
            yield f"tigercard {case['id']}", (case["charged"], case["total"]), (found.charged, found.total)
        else:
            yield _tigercard_days(case, products)


def _outside(bands: Sequence[Band]) -> tuple[Band, ...]:
    """The rest of each day."""
    rest = []
    for days in (WORKING, WEEKEND):
        edges = sorted((band.from_min, band.until_min) for band in bands if band.days == days)
        begins = [0, *(until for _, until in edges)]
        ends = [*(begin for begin, _ in edges), 1440]
        rest += [Band(days, begin, end) for begin, end in zip(begins, ends, strict=True)]
    return tuple(rest)


def _tigercard_days(case: Mapping[str, Any], products: Sequence[Product]) -> Case:
    """Days told by what they cost before the week's cap: one ride each, at that price."""
    rides: list[Ride] = []
    extra: list[Product] = []
    for when, pair, amount in case["daily_before_week_cap"]:
        name = f"{when} {amount}"
        extra.append(Product(name, Validity.RIDE, amount, networks=frozenset({"all", name})))
        rides.append(_ride(len(rides), _at(when), pair.split("-"), name))
    # Only the day's own price and the caps of the week apply to it.
    weeks = [
        Product(it.id, it.validity, it.price_cents, zones=it.zones, cap=True)
        for it in products
        if it.validity is Validity.WEEK
    ]
    found = priced([*extra, *weeks], rides)
    mark = " (disputed)" if "caution" in case else ""
    wanted = case["charged_per_day"], case["total"]
    return f"tigercard {case['id']}{mark}", wanted, (found.charged, found.total)


def _clamcard(told: Mapping[str, Any]) -> Iterator[Case]:
    kinds = {"single": Validity.RIDE, "day": Validity.DAY, "week": Validity.WEEK, "month": Validity.MONTH}
    products = [
        Product(
            f"{kind} {zone}",
            validity,
            round(told["prices"][zone][kind] * 100),
            zones=frozenset({"A"} if zone == "A" else {"A", "B"}),
            cap=validity is not Validity.RIDE,
        )
        for zone in told["zones"]
        for kind, validity in kinds.items()
    ]
    zone_of = {stop: zone for zone, stops in told["zones"].items() for stop in stops}
    for case in told["cases"]:
        rides = [
            _ride(number, MONDAY + timedelta(hours=8 + number), [zone_of[stop] for stop in stops])
            for number, stops in enumerate(case["rides"])
        ]
        wanted = [round(pounds * 100) for pounds in case["charged"]]
        yield f"clamcard {case['id']}", wanted, priced(products, rides).charged


def _leetcode(told: Mapping[str, Any]) -> Iterator[Case]:
    for number, case in enumerate(told["cases"]):
        products = [
            Product(name, Validity.DAYS, cost, days=int(name[:-1])) for name, cost in case["costs"].items()
        ]
        rides = [_ride(day, MONDAY + timedelta(days=day), ()) for day in case["days"]]
        yield f"leetcode983 {number}", case["min"], priced(products, rides).total


def _fairtiq(told: Mapping[str, Any]) -> Iterator[Case]:
    products = [
        Product(it["id"], Validity.WINDOW, round(it["price"] * 100), minutes=it["minutes"])
        for it in told["products"]
    ]
    rides = [
        Ride(f"r{number}", _at(f"Mon {it['dep']}"), _at(f"Mon {it['arr']}"))
        for number, it in enumerate(told["rides"])
    ]
    wanted = [round(francs * 100) for francs in told["charged"]]
    yield "fairtiq", wanted, priced(products, rides).charged


def _eezy(told: Mapping[str, Any]) -> Iterator[Case]:
    for case in told["cases"]:
        tariff = told["tariffs"][case["tariff"]]
        factor = tariff["class1_factor"] if case.get("cls") == 1 else 1
        base, per_km = (round(tariff[name] * 100 * factor) for name in ("base", "per_started_km"))
        product = Product("ride", Validity.RIDE, base, distance=Distance(per_km))
        # Metres are whole: a part of one has begun the next.
        metres = -(-round(case["km"] * 10_000) // 10)
        found = priced([product], [Ride("r", MONDAY, MONDAY, airline_m=metres)]).total
        yield f"eezy {case['tariff']} {case['km']} km", round(case["price"] * 100), found


def _tfl(told: Mapping[str, Any]) -> Iterator[Case]:
    cap = round(told["rules"]["zones_cap_adult_day_2024"]["1-2"] * 100)
    single = Product("single", Validity.RIDE, 280)
    starts = 4 * 60 + 30
    caps = [
        Product("day", Validity.DAY, cap, bands=(Band(ANY_DAY),), cap=True),
        Product("week", Validity.WEEK, 5 * cap, cap=True),
    ]
    day = [_ride(number, _at(f"Tue {10 + number}:00"), ()) for number in range(4)]
    night = [_ride(9, _at("Wed 04:29"), ())], [_ride(9, _at("Wed 04:30"), ())]
    found = [priced([single, *caps], [*day, *last], starts).charged[-1] for last in night]
    yield "tfl day_boundary", [0, 280], found
    weeks = [
        _ride(d * 10 + n, MONDAY + timedelta(days=3 + d, hours=9 + n), ()) for d in range(7) for n in range(4)
    ]
    yield "tfl week_boundary", 7 * cap, priced([single, *caps], weeks, starts).total


def main(path: Path) -> int:
    """Print every case; how many differ."""
    told = json.loads(path.read_text(encoding="utf-8"))
    differ = count = 0
    for name, read in (
        ("tigercard", _tigercard),
        ("clamcard", _clamcard),
        ("leetcode983", _leetcode),
        ("fairtiq_example", _fairtiq),
        ("eezy", _eezy),
        ("tfl", _tfl),
    ):
        for case, wanted, found in read(told[name]):
            same = json.dumps(wanted) == json.dumps(found)
            differ += not same
            count += 1
            print(f"{'same  ' if same else 'DIFFERS'} {case}: {json.dumps(found)}", end="")
            print("" if same else f" instead of {json.dumps(wanted)}")
    print(f"{count} cases, {differ} differ")
    return differ


if __name__ == "__main__":
    sys.exit(min(1, main(Path(sys.argv[1]))))
