"""What can be bought for some rides, written down straight from the rules of a tariff.

Shares no code with the flat form that the engines read: pieces are told one by one, and riders are given
places one category at a time. CP-SAT, in a process of its own, finds the cheapest of them.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ticketing.domain.products import Product, Ride, Validity, instant_s, period
from ticketing.domain.tariff import Owned, Tariff, TariffBook

Problem = dict[str, Any]


def problem(book: TariffBook, rides: Sequence[Ride], owned: Sequence[Owned] = ()) -> Problem:
    """The covering problem as plain values.

    Each of ``pieces`` is cents, places as (count, categories), the rides that it covers, and perhaps the most
    that may be bought; ``carnets`` have uses as well. ``riders`` are by ride and category.
    """
    pieces: list[dict[str, Any]] = []
    carnets: list[dict[str, Any]] = []
    numbers = [book.number(book.versions[0].service_day(ride)) for ride in rides]
    for version, tariff in enumerate(book.versions):
        mine = [at for at, number in enumerate(numbers) if number == version]
        for product in tariff.products:
            if product.validity is Validity.CARNET:
                fitting = [at for at in mine if tariff.fits(product, rides[at])]
                places = [(place.count, sorted(place.categories)) for place in product.places]
                carnets.append(
                    {"cents": product.price_cents, "uses": product.uses, "places": places, "rides": fitting}
                )
                continue
            told = set()
            for start in (rides[at] for at in mine):
                if not _covers(tariff, product, start, start) or not _has_room(product, start):
                    continue
                covered = tuple(at for at, ride in enumerate(rides) if _covers(tariff, product, start, ride))
                cents = product.cents(start)
                if (cents, covered) not in told and cents is not None:
                    told.add((cents, covered))
                    pieces.append(_piece(product, cents, covered))
    for held in owned:
        for version, tariff in enumerate(book.versions):
            for product in tariff.ownable:
                if product.id == held.product:
                    shown = [
                        at
                        for at, ride in enumerate(rides)
                        if numbers[at] == version
                        and held.first <= tariff.service_day(ride) <= held.last
                        and tariff.fits(product, ride)
                    ]
                    pieces.append(_piece(product, 0, shown) | {"most": 1})
    return {"pieces": pieces, "carnets": carnets, "riders": [dict(ride.riders) for ride in rides]}


def _piece(product: Product, cents: int, rides: Sequence[int]) -> dict[str, Any]:
    places = [(place.count, sorted(place.categories)) for place in product.places]
    return {"cents": cents, "places": places, "rides": list(rides)}


def _has_room(product: Product, ride: Ride) -> bool:
    return product.room(frozenset(category for category, _ in ride.riders)) > 0


def _covers(tariff: Tariff, product: Product, start: Ride, ride: Ride) -> bool:
    """Whether what is bought for one ride is good for another one."""
    if not tariff.fits(product, ride):
        return False
    first, day = tariff.service_day(start), tariff.service_day(ride)
    match product.validity:
        case Validity.RIDE:
            return start is ride
        case Validity.WINDOW:
            begins = instant_s(start.departure)
            ends = begins + product.minutes * 60
            return begins <= instant_s(ride.departure) and instant_s(ride.arrival) <= ends
        case Validity.DAYS:
            return first <= day < first + timedelta(days=product.days)
        case _:
            begin, after = period(product.validity, first)
            return max(begin, tariff.valid_from) <= day < after


class CpSat:
    """CP-SAT in another process: OR-Tools and HiGHS cannot be loaded into one."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("price_cp_sat.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate()

    def least_cents(self, told: Problem) -> int | None:
        """The proven optimum, or None where riders are left without a place."""
        cents, proven = self.solve(told)
        assert proven, cents
        return cents

    def solve(self, told: Problem) -> tuple[int | None, bool]:
        """What CP-SAT found, and whether that is proven."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(told) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        return answer["cents"], answer["proven"]
