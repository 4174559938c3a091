"""The rest of a day: trucks as they are on the road, and what their drivers were told."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from routing_core.collection.model import Window
from routing_core.travel import TravelMatrix

from waste.domain.errors import WrongFieldError
from waste.domain.tours import (
    MOVE_CENTS,
    ORDER_CENTS,
    Outlook,
    Prices,
    Situation,
    Told,
    TruckShift,
)
from waste.domain.tours_depot import Depot


@dataclass(frozen=True, slots=True)
class UnderWay:
    """A truck in the middle of its day.

    Parameters
    ----------
    at
        The site or plant where it is free next – that of the stop it drives to or works at, or of its last
        locked stop; None: the yard.
    free_s
        When it is done there, in seconds since the day began.
    ahead
        Containers still to be emptied after that, in the order the driver was told.
    aboard_l, aboard_kg
        What it holds then.
    rested
        Whether the driver has had the rest.
    left_yard
        Whether it is on the road at all.
    broken
        It does not go on; what it had ahead is for others.
    """

    truck_id: str
    at: str | None
    free_s: int
    ahead: tuple[str, ...] = ()
    aboard_l: Mapping[str, int] = field(default_factory=dict)
    aboard_kg: int = 0
    rested: bool = False
    left_yard: bool = True
    broken: bool = False


def rest_of_day(
    depot: Depot,
    day: date,
    trucks: Sequence[UnderWay],
    outlooks: Mapping[str, Outlook],
    drives: Mapping[str, TravelMatrix],
    *,
    urgent: Iterable[str] = (),
    locked: Iterable[str] = (),
    prices: Prices | None = None,
    move_cents: float = MOVE_CENTS,
    order_cents: float = ORDER_CENTS,
) -> Situation:
    """What planning is to solve when something comes up in the middle of a day.

    Parameters
    ----------
    trucks
        Those that have tours, broken ones too; trucks that are not named stay in the yard.
    outlooks
        Of the containers that may be on a tour: those ahead, and urgent ones.
    urgent
        Containers that must get on a tour today if that is possible at all.
    locked
        Containers ahead that must stay with their truck.

    Raises
    ------
    WrongFieldError
        For a truck, place or container that the depot does not know.
    """
    shifts = {shift.truck_id: shift for shift in depot.shifts(day, 1, depot.reserves)}
    remaining = []
    for truck in trucks:
        if truck.truck_id not in shifts:
            raise WrongFieldError("trucks.truck_id", truck.truck_id, f"drives not on {day}")
        if not truck.broken:
            remaining.append(_remaining(depot, shifts[truck.truck_id], truck))
    told = Told(
        {truck.truck_id: truck.ahead for truck in trucks if not truck.broken},
        frozenset(locked),
        move_cents,
        order_cents,
    )
    known = {container.container_id for container in depot.containers}
    wanted = frozenset(urgent)
    for name in [*sorted(wanted), *(name for truck in trucks for name in truck.ahead)]:
        if name not in known or name not in outlooks:
            raise WrongFieldError("container_id", name, "must be one of the depot's, with an outlook")
    return depot.situation(
        day, 1, outlooks, drives, prices=prices, urgent=wanted, shifts=remaining, told=told
    )


def _remaining(depot: Depot, shift: TruckShift, truck: UnderWay) -> TruckShift:
    return replace(
        shift,
        start_place=depot.place_of(truck.at),
        # Whoever is late already may still come home.
        window=Window(truck.free_s, max(truck.free_s, shift.window.latest_s)),
        rest=None if truck.rested else shift.rest,
        aboard_l=truck.aboard_l,
        aboard_kg=truck.aboard_kg,
        on_road=truck.left_yard,
    )
