"""Tours as they were driven, rebuilt from what happened and put in the core's words.

Instants are seconds since 1970 here: facts may tell of several service days.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from routing_core.fleet.model import Action, Break, Request, Stop, TimeWindow, Tour
from routing_core.fleet.model import Shift as CoreShift
from routing_core.travel import TravelMatrix

from pooling.domain.facts import AboardFact, RideBooked
from pooling.domain.fleet import Shift, Vehicle
from pooling.domain.history import History, RideHistory
from pooling.domain.places import Point

# At one place and moment people get off before others get on.
_ORDER = {Action.DROPOFF: 0, Action.NO_SHOW: 1, Action.PICKUP: 2}


def seconds(instant: datetime) -> int:
    """Whole seconds since 1970, rounded down."""
    return int(instant.timestamp() // 1)


def request_of(booked: RideBooked, places: Mapping[Point, int]) -> Request:
    """What was promised, as a request whose windows are the promise."""
    promise = booked.promise
    window = TimeWindow(seconds(promise.pickup.earliest), seconds(promise.pickup.latest))
    return Request(
        booked.ride_id,
        places[booked.pickup.point],
        places[booked.dropoff.point],
        window,
        TimeWindow(window.earliest_s, seconds(promise.latest_arrival)),
        promise.max_ride_s,
        booked.load,
        booked.pickup_service_s,
        booked.dropoff_service_s,
    )


def executed_tours(
    history: History, requests: Mapping[str, Request], places: Mapping[Point, int], travel: TravelMatrix
) -> list[Tour]:
    """The tours of all shifts that drove somebody, every stop done.

    Service at a pickup begins when the vehicle is there and the promised window has begun; where arrival is
    not told, as long before its end as it takes, but not before the vehicle can be there. At one place stops
    follow one another. Breaks leave no facts: each is put into the first pause that could hold it, and left
    out where there is none.
    """
    stops: defaultdict[str, list[_Told]] = defaultdict(list)
    for ride_id, ride in history.parts().items():
        if ride_id in requests:
            for shift_id, told in _stops_of(ride, requests[ride_id]):
                stops[shift_id].append(told)
    tours = []
    for shift_id, shift in sorted(history.shifts.items()):
        vehicle = history.vehicle_of(shift)
        if shift_id in stops and vehicle is not None:
            core = _core_shift(shift, vehicle, places)
            driven = _driven(core, sorted(stops[shift_id], key=_Told.order), requests, travel)
            tour = Tour(core, driven, locked_count=len(driven))
            tours.append(_with_breaks(tour, requests, travel))
    return tours


def place_of(stop: Stop, requests: Mapping[str, Request], standing: int) -> int:
    """Place of a stop; of a break, where the vehicle stands."""
    if stop.action is Action.BREAK:
        return standing
    request = requests[stop.subject]
    return request.dropoff_place if stop.action is Action.DROPOFF else request.pickup_place


@dataclass(frozen=True, slots=True)
class _Told:
    """A stop, and whether its start is told or only assumed."""

    stop: Stop
    is_start_told: bool

    def order(self) -> tuple[int, int, int, str]:
        stop = self.stop
        return stop.departure_s, stop.start_s, _ORDER[stop.action], stop.subject


def _stops_of(ride: RideHistory, request: Request) -> list[tuple[str, _Told]]:
    found = [
        (told.shift_id, _pickup(ride, told, request, action))
        for telling, action in ((ride.boarded, Action.PICKUP), (ride.not_shown, Action.NO_SHOW))
        for told in telling[:1]
    ]
    for told in ride.alighted[:1]:
        left_s = seconds(told.time)
        arrived = ride.arrival(told, at_pickup=False)
        start_s = left_s - request.dropoff_service_s if arrived is None else seconds(arrived)
        stop = Stop(Action.DROPOFF, request.id, start_s, left_s, done=True)
        found.append((told.shift_id, _Told(stop, arrived is not None)))
    return found


def _pickup(ride: RideHistory, told: AboardFact, request: Request, action: Action) -> _Told:
    left_s = seconds(told.time)
    arrived = ride.arrival(told, at_pickup=True)
    there_s = left_s - request.pickup_service_s if arrived is None else seconds(arrived)
    start_s = min(left_s, max(there_s, request.pickup_window.earliest_s))
    return _Told(Stop(action, request.id, start_s, left_s, done=True), arrived is not None)


def _driven(
    shift: CoreShift, told: Sequence[_Told], requests: Mapping[str, Request], travel: TravelMatrix
) -> tuple[Stop, ...]:
    """The stops in a row: a start that is only assumed, or at a place already reached, moves behind it."""
    stops: list[Stop] = []
    place, free_s = shift.start_place, shift.start_s
    for one in told:
        stop = one.stop
        there = place_of(stop, requests, place)
        if not one.is_start_told or (stops and there == place):
            there_s = free_s + int(travel.seconds[place, there])
            stop = replace(stop, start_s=min(stop.departure_s, max(stop.start_s, there_s)))
        stops.append(stop)
        place, free_s = there, stop.departure_s
    return tuple(stops)


def _core_shift(shift: Shift, vehicle: Vehicle, places: Mapping[Point, int]) -> CoreShift:
    return CoreShift(
        shift.id,
        vehicle.capacity,
        places[shift.start_point],
        places[shift.end_point],
        seconds(shift.start),
        seconds(shift.end),
        tuple(
            Break(rest.id, TimeWindow(seconds(rest.earliest), seconds(rest.latest)), rest.duration_s)
            for rest in shift.breaks
        ),
    )


def _with_breaks(tour: Tour, requests: Mapping[str, Request], travel: TravelMatrix) -> Tour:
    stops = list(tour.stops)
    for pause in sorted(tour.shift.breaks, key=lambda pause: pause.start_window):
        _put_in(stops, pause, tour.shift, requests, travel)
    return replace(tour, stops=tuple(stops), locked_count=len(stops))


def _put_in(
    stops: list[Stop],
    pause: Break,
    shift: CoreShift,
    requests: Mapping[str, Request],
    travel: TravelMatrix,
) -> None:
    """Insert the break where the vehicle first stood long enough with nobody aboard."""
    aboard: set[str] = set()
    place, free_s = shift.start_place, shift.start_s
    for position in range(len(stops) + 1):
        start_s = max(free_s, pause.start_window.earliest_s)
        last = position == len(stops)
        there = shift.end_place if last else place_of(stops[position], requests, place)
        wanted_s = shift.end_s if last else stops[position].start_s
        fits = start_s + pause.duration_s + int(travel.seconds[place, there]) <= wanted_s
        if fits and not aboard and start_s <= pause.start_window.latest_s:
            taken = Stop(Action.BREAK, pause.id, start_s, start_s + pause.duration_s, done=True)
            stops.insert(position, taken)
            return
        if not last:
            stop = stops[position]
            if stop.action is Action.PICKUP:
                aboard.add(stop.subject)
            elif stop.action is Action.DROPOFF:
                aboard.discard(stop.subject)
            place, free_s = there, stop.departure_s
