"""The best price of an account: the cheapest products that cover every ride."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from ticketing.application.flat import Flat, flatten
from ticketing.domain.bill import Bill, Line
from ticketing.domain.products import Product, Ride, Tariff, Validity, period


@dataclass(frozen=True, slots=True)
class Plan:
    """What to buy, by indices into a ``Flat``.

    ``passes``: (pass, ride it is bought at, pieces). ``singles``: (single, ride, pieces). ``carnets``:
    (carnet, pieces). ``carnet_uses``: (carnet, ride, person-rides).
    """

    passes: tuple[tuple[int, int, int], ...] = ()
    singles: tuple[tuple[int, int, int], ...] = ()
    carnets: tuple[tuple[int, int], ...] = ()
    carnet_uses: tuple[tuple[int, int, int], ...] = ()
    optimal: bool = True


class Engine(Protocol):
    """Finds a plan; ``None`` where the account is too hard for it."""

    def plan(self, flat: Flat) -> Plan | None: ...


@dataclass(frozen=True, slots=True)
class BestPrice:
    """Prices accounts with the first engine that can.

    The last engine always has a plan, proven or not.
    """

    engines: Sequence[Engine]

    def bill(self, tariff: Tariff, rides: Sequence[Ride]) -> Bill:
        """The cheapest bill for these rides; the order of the rides plays no part.

        Raises
        ------
        WrongFieldError
            If two rides have one id.
        NoPriceError
            If no product covers some ride.
        """
        if not rides:
            return Bill(0, optimal=True, lines=())
        flat = flatten(tariff, rides)
        for engine in self.engines:
            plan = engine.plan(flat)
            if plan is not None:
                return _bill(flat, plan)
        raise AssertionError("the last engine has a plan for everything")


@dataclass(slots=True)
class _Piece:
    product: Product
    at: str
    count: int
    rides: list[str] = field(default_factory=list)


def _bill(flat: Flat, plan: Plan) -> Bill:
    left = flat.demand.copy()
    for single, ride, count in plan.singles:
        left[ride] -= count * flat.singles[single].persons
    for _, ride, count in plan.carnet_uses:
        left[ride] -= count
    pieces: list[_Piece] = []
    for bought, start, count in sorted(plan.passes, key=lambda item: (item[1], item[0])):
        product = flat.passes[bought]
        piece = _Piece(product, _at(flat, product, start), count)
        ends_s = flat.pass_ends_s[bought, start]
        starts_s = flat.departs_s[start] if product.validity is Validity.WINDOW else 0
        for ride, told in enumerate(flat.rides):
            inside = starts_s <= flat.departs_s[ride] and flat.pass_clock_s[bought, ride] <= ends_s
            same = product.validity is Validity.WINDOW or flat.pass_ends_s[bought, ride] == ends_s
            if left[ride] > 0 and inside and same and flat.pass_fits[bought, ride]:
                left[ride] -= product.persons * count
                piece.rides.append(told.id)
        pieces.append(piece)
    for carnet, count in sorted(plan.carnets):
        used = sorted(ride for which, ride, _ in plan.carnet_uses if which == carnet)
        pieces.append(_Piece(flat.carnets[carnet], "", count, [flat.rides[ride].id for ride in used]))
    for single, ride, count in sorted(plan.singles, key=lambda item: (item[1], item[0])):
        name = flat.rides[ride].id
        pieces.append(_Piece(flat.singles[single], name, count, [name]))
    lines = tuple(
        Line(
            product=piece.product.id,
            at=piece.at,
            count=piece.count,
            cents=piece.count * piece.product.price_cents,
            rides=tuple(piece.rides),
        )
        for piece in pieces
    )
    return Bill(sum(line.cents for line in lines), plan.optimal, lines)


def _at(flat: Flat, product: Product, start: int) -> str:
    if product.validity is Validity.WINDOW:
        return flat.rides[start].departure.isoformat(timespec="minutes")
    first = period(product.validity, flat.days[start])[0]
    return first.strftime("%Y-%m") if product.validity is Validity.MONTH else first.isoformat()
