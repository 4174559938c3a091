"""A district's day without services: every request at its time, its best insertion kept as promised.

The same questions, rules of promising and engine as in the services, and drivers who do what the plan says.
What is left out: offers that are held while a caller thinks, and alternatives at other times.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from onebox.box import area_of
from onebox.district import District, RideRequest, Window
from onebox.district import Shift as DistrictShift
from onebox.seeding import clock_instant
from pooling.adapters.roads import RoutedRoads
from pooling.application.request_offers import NEAREST_STOPS
from pooling.domain.fleet import Rest, Shift, Vehicle, VehicleKind
from pooling.domain.frame import core_request, core_shift
from pooling.domain.offers import Ask, Span
from pooling.domain.places import BoardingPoint, Point, point, walk_m
from pooling.domain.promising import Wish, promised, wished_task
from pooling.domain.service_day import ServiceDay
from pooling.domain.zone import SNAP_LIMIT_M, VirtualStop, Zone
from pooling.domain.zone_day import Duty, Task, task_of
from routing_core.fleet.check import check
from routing_core.fleet.model import Action, Capacity, Layout, Load, Plan, Request, Tour
from routing_core.fleet.model import Shift as CoreShift
from routing_core.fleet.progress import at
from routing_core.fleet.schedule import empty_tour
from routing_core.insertion.best import Insertion, best_insertions
from routing_core.roads.network import RoadNetwork
from routing_core.roads.router import Router

ONE_PARTY = Capacity((Layout(1),))


@dataclass(frozen=True)
class DayFigures:
    """What a day comes to; metres from the start to the end of every shift that served somebody."""

    request_count: int
    served_count: int
    occupied_m: int
    empty_m: int


@dataclass(frozen=True)
class Option:
    """One tour's best way for one pair of boarding points."""

    cost: int
    tour_index: int
    wish: Wish
    task: Task
    insertion: Insertion


class OfflineDay:
    """A day of a district.

    Parameters
    ----------
    alone
        Whether every party is driven alone: a tour then takes whom its vehicle has room for, one party at
        a time, and each party counts as one passenger.
    """

    def __init__(self, district: District, on: date, *, alone: bool) -> None:
        self._alone = alone
        self._requests = sorted(district.requests, key=lambda request: (request.call_s, request.id))
        self._zone = ZoneInfo(district.timezone)
        self._day = ServiceDay(on, self._zone)
        self._roads = RoutedRoads(Router(RoadNetwork.load(district.graph_path)))
        area = area_of(district)
        self._zones: Sequence[Zone] = area.zones
        self._stops: Sequence[VirtualStop] = [
            replace(stop, point=self._roads.snap(stop.point, SNAP_LIMIT_M)) for stop in area.virtual_stops
        ]
        self._duties = self._on_duty(district)
        self._wishes = {request.id: self._boarding_points(request) for request in self._requests}
        points = [end.point for ends in self._wishes.values() for side in ends for end in side]
        points += [end for duty in self._duties for end in (duty.shift.start_point, duty.shift.end_point)]
        self._places = {place: index for index, place in enumerate(dict.fromkeys(points))}
        self._travel = self._roads.travel_matrix(list(self._places))
        self._tours = [empty_tour(self._core_shift(duty)) for duty in self._duties]
        self._served: dict[str, Request] = {}

    def play(self) -> DayFigures:
        """Ask for everything, and measure what is driven; the checker has the last word."""
        for request in self._requests:
            self._ask(request)
        driving = [tour for tour in self._tours if any(stop.subject in self._served for stop in tour.stops)]
        violations = check(Plan(tuple(driving), self._served), self._travel)
        if violations:
            raise SystemExit(f"the day worked out breaks a rule: {violations[0].message}")
        occupied_m = empty_m = 0
        for tour in driving:
            for occupied, length_m in self._legs(tour):
                occupied_m += length_m * occupied
                empty_m += length_m * (not occupied)
        return DayFigures(len(self._requests), len(self._served), occupied_m, empty_m)

    def _ask(self, request: RideRequest) -> None:
        now = self._instant(request.call_s)
        options: list[Option] = []
        for zone in self._zones:
            options += self._options(request, zone, now)
        if not options:
            return
        best = min(options, key=lambda option: (option.cost, option.tour_index))
        duty = self._duties[best.tour_index]
        policy = next(zone.policy for zone in self._zones if zone.id == duty.shift.zone_id)
        offer = promised(
            best.task,
            best.insertion,
            offer_id=request.id,
            answer_id=request.id,
            duty=duty,
            wish=best.wish,
            policy=policy,
            day=self._day,
            now=now,
        )
        task = task_of(offer, seconds=self._day.seconds)
        self._served[request.id] = self._core_request(task)
        self._tours[best.tour_index] = best.insertion.tour

    def _options(self, request: RideRequest, zone: Zone, now: datetime) -> list[Option]:
        """Every way in which the tours of a zone can take the request."""
        pickups, dropoffs = self._wishes[request.id]
        if not (zone.covers(pickups[0].point) and zone.covers(dropoffs[0].point)):
            return []
        load = Load(request.seated_count, request.wheelchair_count)
        ask = Ask(
            pickups[0],
            dropoffs[0],
            load,
            self._span(request.pickup_window),
            self._span(request.dropoff_window),
        )
        now_s = self._day.seconds(now) + zone.policy.hold_s
        able = [
            index
            for index, duty in enumerate(self._duties)
            if duty.shift.zone_id == zone.id and duty.vehicle.capacity.fits(load)
        ]
        tours = [
            at(self._driven(self._tours[index], now_s), now_s, self._served, self._travel) for index in able
        ]
        options = []
        for wish in self._measured(pickups, dropoffs):
            task = wished_task(ask, wish, zone.policy, self._day, now)
            if task is None:
                continue
            asked = replace(self._core_request(task), id=request.id)
            answer = best_insertions(asked, tours, self._served, self._travel)
            walked = wish.walk_s * sum(asked.load)
            options += [
                Option(
                    found.cost + walked,
                    able[found.tour_index],
                    wish,
                    replace(task, id=request.id),
                    found,
                )
                for found in answer.candidates
            ]
        return options

    def _measured(self, pickups: Sequence[BoardingPoint], dropoffs: Sequence[BoardingPoint]) -> list[Wish]:
        return [
            Wish(
                pickup,
                dropoff,
                int(self._travel.seconds[self._places[pickup.point], self._places[dropoff.point]]),
            )
            for pickup in pickups
            for dropoff in dropoffs
            if pickup.point != dropoff.point
        ]

    def _driven(self, tour: Tour, now_s: int) -> Tour:
        """Every stop whose service has begun is done, as planned."""
        stops = tuple(replace(stop, done=stop.done or stop.start_s <= now_s) for stop in tour.stops)
        return replace(tour, stops=stops)

    def _legs(self, tour: Tour) -> list[tuple[bool, int]]:
        legs = []
        place, aboard_count = tour.shift.start_place, 0
        for stop in tour.stops:
            if stop.action is Action.BREAK:
                continue
            request = self._served[stop.subject]
            pickup = stop.action is Action.PICKUP
            there = request.pickup_place if pickup else request.dropoff_place
            legs.append((aboard_count > 0, int(self._travel.metres[place, there])))
            aboard_count += 1 if pickup else -1
            place = there
        return [*legs, (False, int(self._travel.metres[place, tour.shift.end_place]))]

    def _core_request(self, task: Task) -> Request:
        asked = core_request(task, self._places)
        return replace(asked, load=Load(1)) if self._alone else asked

    def _on_duty(self, district: District) -> list[Duty]:
        vehicles = {
            found.id: Vehicle(
                found.id, found.zone_id, VehicleKind(found.kind), found.name, tuple(found.layouts)
            )
            for found in district.vehicles
        }
        return [self._duty(shift, vehicles[shift.vehicle_id]) for shift in district.shifts]

    def _duty(self, shift: DistrictShift, vehicle: Vehicle) -> Duty:
        start_point, end_point = (
            self._snapped(place.position.latitude_deg, place.position.longitude_deg)
            for place in (shift.start, shift.end)
        )
        rests = tuple(
            Rest(
                rest.id,
                self._instant(rest.start_window.earliest_s),
                self._instant(rest.start_window.latest_s),
                rest.duration_s,
            )
            for rest in shift.breaks
        )
        duty_shift = Shift(
            shift.id,
            vehicle.id,
            vehicle.zone_id,
            self._day.date,
            self._instant(shift.start_s),
            self._instant(shift.end_s),
            start_point,
            end_point,
            rests,
        )
        return Duty(duty_shift, vehicle)

    def _core_shift(self, duty: Duty) -> CoreShift:
        shift = core_shift(duty.shift, duty.vehicle, self._day, self._places)
        return replace(shift, capacity=ONE_PARTY) if self._alone else shift

    def _boarding_points(self, request: RideRequest) -> tuple[list[BoardingPoint], list[BoardingPoint]]:
        """Where the passengers may get on and off: at the door first, then at virtual stops near by."""
        pickups, dropoffs = (
            self._near(self._snapped(place.position.latitude_deg, place.position.longitude_deg), request)
            for place in (request.pickup, request.dropoff)
        )
        return pickups, dropoffs

    def _near(self, door: Point, request: RideRequest) -> list[BoardingPoint]:
        by_walk = sorted((walk_m(door, stop.point), stop.id, stop.point) for stop in self._stops)
        return [
            BoardingPoint(door),
            *(
                BoardingPoint(place, "", stop_id, distance_m)
                for distance_m, stop_id, place in by_walk[:NEAREST_STOPS]
                if distance_m <= request.max_walk_m
            ),
        ]

    def _snapped(self, latitude_deg: float, longitude_deg: float) -> Point:
        return self._roads.snap(point(latitude_deg, longitude_deg), SNAP_LIMIT_M)

    def _span(self, window: Window | None) -> Span | None:
        if window is None:
            return None
        return Span(self._instant(window.earliest_s), self._instant(window.latest_s))

    def _instant(self, seconds: int) -> datetime:
        return clock_instant(self._day.date, seconds, self._zone)
