"""Tours under way as planning sees them: trucks somewhere on the road with something aboard."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta

from routing_core.collection.model import Lunch, Window

from waste.application.ports_planning import RoadPlace
from waste.domain.tour import Point, Stop, StopKind, Tour
from waste.domain.tours import TruckShift
from waste.domain.tours_depot import Depot, instant


def places_of(depot: Depot) -> list[RoadPlace]:
    """The yard, the sites and the plants, in the order of the depot's rows."""
    return [
        RoadPlace(depot.latitude_deg, depot.longitude_deg),
        *(RoadPlace(site.latitude_deg, site.longitude_deg, site.curb_side) for site in depot.sites),
        *(RoadPlace(plant.latitude_deg, plant.longitude_deg) for plant in depot.plants),
    ]


def place_of(point: Point) -> RoadPlace:
    """A point as a place on the road."""
    return RoadPlace(point.latitude_deg, point.longitude_deg)


def not_over(shifts: Iterable[TruckShift], depot: Depot, first: date, now: datetime) -> Iterable[TruckShift]:
    """The shifts that are not over, from now on."""
    now_s = _seconds(depot, first, now)
    for shift in shifts:
        if shift.window.latest_s > now_s:
            begins_s = max(shift.window.earliest_s, now_s)
            rest = shift.rest
            if rest is not None and rest.window.latest_s < begins_s:
                # Whoever begins after the time of the rest has had it.
                rest = None
            yield replace(shift, window=Window(begins_s, shift.window.latest_s), rest=rest)


def stood_at(tour: Tour) -> tuple[Stop, ...]:
    """The stop the truck is at, as planning cannot change it any more; empty on the way."""
    return tuple(stop for stop in tour.ahead if stop.id == tour.standing_at)


def movable(tour: Tour) -> tuple[Stop, ...]:
    """What is ahead and may change."""
    standing = {stop.id for stop in stood_at(tour)}
    return tuple(stop for stop in tour.ahead if stop.id not in standing)


def here(tour: Tour) -> Point:
    """Where the truck is, as far as is told."""
    known = (*tour.done, *stood_at(tour))
    return known[-1].point if known else tour.duty.start


def rest_of_shift(depot: Depot, tour: Tour, first: date, now: datetime, place: int) -> TruckShift:
    """What is left of a truck's day: from where it is, with what it has aboard.

    Parameters
    ----------
    first
        The first day of planning.
    place
        The row of where it is.
    """
    truck = next((one for one in depot.trucks if one.truck_id == tour.duty.truck_id), None)
    begins_s = _seconds(depot, first, _free_at(tour, now))
    # A truck that will be back late anyway is not called back for it.
    ends_s = _seconds(depot, first, max(tour.duty.shift.latest, tour.back))
    standing = stood_at(tour)
    emptying = any(stop.kind is StopKind.PLANT for stop in standing)
    held = () if emptying else (*tour.aboard, *standing)
    aboard: dict[str, int] = {}
    for stop in held:
        aboard[stop.fraction] = aboard.get(stop.fraction, 0) + stop.volume_l
    return TruckShift(
        tour.duty.truck_id,
        tour.duty.truck_kind,
        (tour.service_date - first).days,
        place if tour.reports else 0,
        0,
        Window(begins_s, max(begins_s, ends_s)),
        {fraction: chamber.volume_l for chamber in tour.duty.chambers for fraction in chamber.fractions},
        tour.duty.payload_kg,
        _rest_left(depot, tour, first, begins_s),
        truck.cents_per_km if truck else 0.0,
        truck.cents_per_hour if truck else 0.0,
        truck.cents_per_tour if truck else 0.0,
        truck.litres_per_100_km if truck else 0.0,
        truck.litres_per_lift if truck else 0.0,
        aboard_l=aboard,
        aboard_kg=sum(stop.weight_kg for stop in held),
        on_road=bool(tour.reports),
    )


def _free_at(tour: Tour, now: datetime) -> datetime:
    """When the truck can go on."""
    standing = stood_at(tour)
    if standing:
        arrived_at = tour.outcome(standing[0].id).arrived_at or now
        return max(now, arrived_at + timedelta(seconds=standing[0].service_s))
    free = max(now, tour.duty.shift.earliest)
    done, rule = tour.done, tour.duty.rest
    if done and rule is not None and tour.rest is not None and tour.rest.after_stop_id == done[-1].id:
        return max(free, tour.rest.begin + timedelta(seconds=rule.duration_s))
    return free


def _rest_left(depot: Depot, tour: Tour, first: date, begins_s: int) -> Lunch | None:
    rule = tour.duty.rest
    taken = tour.rest is not None and tour.rest.after_stop_id in {stop.id for stop in tour.done}
    if rule is None or taken:
        return None
    earliest_s = _seconds(depot, first, rule.span.earliest)
    # A rest that is overdue is due after the next stop.
    latest_s = max(_seconds(depot, first, rule.span.latest), begins_s + 3600)
    return Lunch(Window(earliest_s, latest_s), rule.duration_s)


def _seconds(depot: Depot, first: date, at: datetime) -> int:
    """Seconds since the first day began, as planning counts them."""
    return round(at.timestamp() - instant(first, 0, depot.timezone).timestamp())
