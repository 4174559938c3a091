"""Whether a tour may be driven in another order: judged by the routing core's one checker."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from routing_core.collection.check import check
from routing_core.collection.model import (
    ALL_DAY,
    CollectionProblem,
    Lunch,
    Matrix,
    Plant,
    Truck,
    Visit,
    Window,
)
from routing_core.collection.model import Stop as CoreStop
from routing_core.collection.model import Tour as CoreTour
from routing_core.collection.schedule import timed
from routing_core.travel import UNREACHABLE, TravelMatrix
from service_kit.errors import FailedPrecondition, FieldViolation

from waste.application.ports_planning import RoadPlace, TruckRoads
from waste.domain.tour import Point, Rest, Stop, StopKind, Tour
from waste.domain.tour_times import retimed, site_s

_PREFIX = re.compile(r"^tour \d+ \(truck .*?, day \d+\): ")
_INSTANT = re.compile(r"\b(at|by) (-?\d+) s\b")


@dataclass(frozen=True, slots=True)
class _Start:
    """From where and when the rest of a tour goes on, and whether the rest is still to be taken."""

    point: Point
    time: datetime
    rests: bool
    after: Stop | None
    standing: bool


class TourRules:
    """Puts what is ahead of a truck into an order, if it can be driven.

    Parameters
    ----------
    roads
        The ways of the district.
    zone
        In which the sentences about broken rules tell times.
    """

    def __init__(self, roads: TruckRoads, zone: ZoneInfo) -> None:
        self._roads = roads
        self._zone = zone

    def ordered(self, tour: Tour, ahead: Sequence[Stop], now: datetime) -> Tour:
        """The tour with these stops ahead, and their ways and times.

        Raises
        ------
        FailedPrecondition
            ``TOUR_RULES_BROKEN``, with every rule that would be broken as a violation.
        """
        start = _start(tour, now)
        if not ahead:
            return self.with_ways(tour, replace(tour, stops=tour.done, rest=None))
        points = [start.point, *(stop.point for stop in ahead), tour.duty.end]
        travel = self._roads.matrix(
            tour.duty.truck_kind,
            [
                _place(points[0]),
                *(replace(_place(stop.point), curb=stop.curb) for stop in ahead),
                _place(points[-1]),
            ],
        )
        midnight = datetime.combine(tour.service_date, datetime.min.time(), self._zone).astimezone(UTC)
        problem, order = _problem(tour, start, ahead, travel, midnight)
        found = timed(problem, 0, 0, order)
        planned = found or _hurried(problem, order)
        broken = [*_not_taken(tour, ahead, start), *check(problem, [planned])]
        if broken:
            raise FailedPrecondition(
                "TOUR_RULES_BROKEN",
                f"edit: tour {tour.id} could not be driven: {self._said(broken[0], midnight)}",
                violations=[
                    FieldViolation("edit", self._said(fault, midnight), "TOUR_RULE_BROKEN")
                    for fault in broken
                ],
            )
        return _planned(tour, ahead, travel, planned, midnight)

    def cheapest(self, tour: Tour, stop: Stop, now: datetime) -> Tour:
        """The tour with one more stop where it costs the least driving; raises FailedPrecondition."""
        ahead = tour.ahead
        refusal: FailedPrecondition | None = None
        best: Tour | None = None
        for position in range(tour.fixed_count, len(ahead) + 1):
            order = (*ahead[:position], stop, *ahead[position:])
            try:
                found = self.ordered(tour, order, now)
            except FailedPrecondition as error:
                refusal = refusal or error
                continue
            if best is None or (found.drive_s, found.back) < (best.drive_s, best.back):
                best = found
        if best is None:
            raise refusal or FailedPrecondition(
                "TOUR_RULES_BROKEN", f"edit: tour {tour.id} takes no more stop"
            )
        return best

    def with_ways(self, before: Tour, after: Tour) -> Tour:
        """The tour with the ways that are new since its order changed, and the times that follow.

        A way that no road allows is told as the one before: times stay sensible.
        """
        known = dict(_ways(before))
        fresh = [(way, stop) for way, stop in _ways(after) if way not in known]
        stops = {
            stop.id: replace(stop, drive_s=known[way].drive_s, drive_m=known[way].drive_m)
            for way, stop in _ways(after)
            if way in known
        }
        order = {stop.id: stop for stop in after.order}
        back = (after.back_drive_s, after.back_drive_m)
        for way, moved in fresh:
            stop = moved
            came_from = order[way[0]].point if way[0] else after.duty.start
            drive = self._roads.matrix(
                after.duty.truck_kind, [_place(came_from), replace(_place(stop.point), curb=stop.curb)]
            )
            if drive.seconds[0, 1] < UNREACHABLE:
                stop = replace(stop, drive_s=int(drive.seconds[0, 1]), drive_m=int(drive.metres[0, 1]))
            stops[stop.id] = stop
        if after.order and (not before.order or before.order[-1].id != after.order[-1].id):
            drive = self._roads.matrix(
                after.duty.truck_kind, [_place(after.order[-1].point), _place(after.duty.end)]
            )
            if drive.seconds[0, 1] < UNREACHABLE:
                back = int(drive.seconds[0, 1]), int(drive.metres[0, 1])
        return retimed(
            replace(
                after,
                stops=tuple(stops[stop.id] for stop in after.stops),
                back_drive_s=back[0],
                back_drive_m=back[1],
            )
        )

    def _said(self, fault: str, midnight: datetime) -> str:
        """The checker's sentence with times as the clock shows them."""

        def clock(found: re.Match[str]) -> str:
            instant = (midnight + timedelta(seconds=int(found[2]))).astimezone(self._zone)
            return f"{found[1]} {instant:%H:%M:%S}"

        return _INSTANT.sub(clock, _PREFIX.sub("", fault))


def _ways(tour: Tour) -> list[tuple[tuple[str, str], Stop]]:
    """Each stop with where the truck comes from: the stop before, or the depot (empty)."""
    order = tour.order
    return [
        ((before.id if before else "", stop.id), stop)
        for before, stop in zip((None, *order), order, strict=False)
    ]


def _place(point: Point) -> RoadPlace:
    return RoadPlace(point.latitude_deg, point.longitude_deg)


def _start(tour: Tour, now: datetime) -> _Start:
    done = tour.done
    rests = tour.duty.rest is not None
    if rests and tour.rest is not None:
        rests = tour.rest.after_stop_id not in {stop.id for stop in done}
    standing = next((stop for stop in tour.ahead if stop.id == tour.standing_at), None)
    if standing is not None:
        arrived_at = tour.outcome(standing.id).arrived_at or now
        return _Start(standing.point, arrived_at, rests, standing, True)
    if done:
        report = tour.outcome(done[-1].id).done
        time = report.time if report is not None else now
        if tour.duty.rest is not None and tour.rest is not None and tour.rest.after_stop_id == done[-1].id:
            time = max(time, tour.duty.rest.span.earliest) + timedelta(seconds=tour.duty.rest.duration_s)
        return _Start(done[-1].point, max(time, now), rests, done[-1], False)
    return _Start(tour.duty.start, max(tour.duty.shift.earliest, now), rests, None, False)


def _problem(
    tour: Tour, start: _Start, ahead: Sequence[Stop], travel: TravelMatrix, midnight: datetime
) -> tuple[CollectionProblem, list[tuple[int, bool]]]:
    """What is ahead as a problem of one truck, and its order; what is aboard is its first stop."""

    def seconds_of(time: datetime) -> int:
        return round((time - midnight).total_seconds())

    seconds = travel.seconds.astype(np.int64)
    before = start.after
    for number, stop in enumerate(ahead, 1):
        if not (start.standing and number == 1):
            # Only the way that is driven counts here, and that is the one from the stop before.
            seconds[number - 1, number] += site_s(tour.duty, before, stop)
        before = stop
    stops: list[CoreStop] = []
    plants: list[Plant] = []
    order: list[tuple[int, bool]] = []
    aboard = _load(tour, tour.aboard)
    first_s = seconds_of(start.time)
    if any(aboard):
        stops.append(CoreStop("aboard", 0, aboard, 0, (Window(first_s, first_s),)))
        order.append((0, False))
    for place, stop in enumerate(ahead, 1):
        windows = tuple(
            Window(seconds_of(span.earliest), seconds_of(span.latest))
            for span in stop.windows
            if not _is_late(tour, stop)
        )
        if start.standing and place == 1:
            windows = (Window(first_s, first_s),)
        if stop.kind is StopKind.PLANT:
            order.append((len(plants), True))
            plants.append(Plant(stop.name, place, stop.service_s, windows or (ALL_DAY,)))
        else:
            order.append((len(stops), False))
            stops.append(
                CoreStop(stop.name, place, _load(tour, [stop]), stop.service_s, windows or (ALL_DAY,))
            )
    rule = tour.duty.rest
    lunch = None
    if rule is not None and start.rests:
        window = Window(seconds_of(rule.span.earliest), max(seconds_of(rule.span.latest), first_s))
        lunch = Lunch(window, rule.duration_s)
    truck = Truck(
        tour.duty.truck_name,
        0,
        len(ahead) + 1,
        (*(chamber.volume_l for chamber in tour.duty.chambers), tour.duty.payload_kg),
        # A truck that will be back late anyway must not be back later for the change.
        Window(first_s, max(first_s, seconds_of(tour.duty.shift.latest), seconds_of(tour.back))),
        count=1,
        lunch=lunch,
    )
    matrix = Matrix(seconds, travel.metres.astype(np.float64))
    return CollectionProblem(tuple(stops), tuple(plants), (truck,), (matrix,)), order


def _is_late(tour: Tour, stop: Stop) -> bool:
    """Whether a stop comes too late for all of its windows as the tour is: no fault of any change."""
    kept = any(window.earliest <= stop.begin <= window.latest for window in stop.windows)
    return tour.approved_at is not None and stop in tour.stops and not kept


def _load(tour: Tour, stops: Sequence[Stop]) -> tuple[int, ...]:
    litres = [0] * len(tour.duty.chambers)
    for stop in stops:
        chamber = _chamber(tour, stop)
        if chamber is not None:
            litres[chamber] += stop.volume_l
    return (*litres, sum(stop.weight_kg for stop in stops))


def _chamber(tour: Tour, stop: Stop) -> int | None:
    return next(
        (number for number, chamber in enumerate(tour.duty.chambers) if stop.fraction in chamber.fractions),
        None,
    )


def _not_taken(tour: Tour, ahead: Sequence[Stop], start: _Start) -> list[str]:
    """What the checker's model does not know of: who takes which fraction, and what stands still."""
    faults: list[str] = []
    held = {stop.fraction for stop in tour.aboard}
    for stop in ahead:
        if stop.kind is StopKind.PLANT:
            faults += [
                f"{stop.name} does not take {fraction}" for fraction in sorted(held - {*stop.fractions})
            ]
            held = set()
        elif _chamber(tour, stop) is None:
            faults.append(f"truck {tour.duty.truck_name} does not take {stop.fraction} ({stop.name})")
        else:
            held.add(stop.fraction)
    if start.standing and start.after is not None and ahead[0].id != start.after.id:
        faults.append(f"the truck stands at {start.after.name}, which has to come first")
    loose = False
    for stop in ahead:
        loose = loose or not (stop.locked or stop.id == tour.standing_at)
        if stop.locked and loose:
            faults.append(f"{stop.name} is locked, and has to come before what is not")
    return faults


def _hurried(problem: CollectionProblem, order: Sequence[tuple[int, bool]]) -> CoreTour:
    """The order with times as early as can be, whatever rules that breaks: for the checker to tell which."""
    truck = problem.trucks[0]
    seconds = problem.matrices[0].seconds
    free_s, place = truck.shift.earliest_s, truck.start_place
    visits: list[Visit] = []
    lunch_after = lunch_s = None
    for position, (index, is_plant) in enumerate(order):
        site = problem.plants[index] if is_plant else problem.stops[index]
        there_s = free_s + int(seconds[place, site.place])
        begins_s = next(
            (max(there_s, window.earliest_s) for window in site.windows if there_s <= window.latest_s),
            there_s,
        )
        visits.append(Visit(index, begins_s, is_plant))
        free_s, place = begins_s + site.service_s, site.place
        lunch = truck.lunch
        if lunch is not None and lunch_s is None and lunch.window.earliest_s <= free_s:
            lunch_after, lunch_s = position, free_s
            free_s += lunch.duration_s
    back_s = free_s + int(seconds[place, truck.end_place])
    return CoreTour(0, 0, truck.shift.earliest_s, tuple(visits), back_s, lunch_after, lunch_s)


def _planned(
    tour: Tour, ahead: Sequence[Stop], travel: TravelMatrix, found: CoreTour, midnight: datetime
) -> Tour:
    skipped = len(found.visits) - len(ahead)
    placed = [
        replace(
            stop,
            begin=(midnight + timedelta(seconds=visit.begins_s)),
            drive_s=int(travel.seconds[number, number + 1]),
            drive_m=int(travel.metres[number, number + 1]),
        )
        for number, (stop, visit) in enumerate(zip(ahead, found.visits[skipped:], strict=True))
    ]
    rest = tour.rest if tour.rest and tour.rest.after_stop_id in {stop.id for stop in tour.done} else None
    if found.lunch_after is not None and found.lunch_s is not None:
        after = ahead[max(0, found.lunch_after - skipped)]
        rest = Rest(after.id, (midnight + timedelta(seconds=found.lunch_s)))
    changed = replace(
        tour,
        stops=(*tour.done, *placed),
        rest=rest,
        back=(midnight + timedelta(seconds=found.back_s)),
        back_drive_s=int(travel.seconds[len(ahead), len(ahead) + 1]),
        back_drive_m=int(travel.metres[len(ahead), len(ahead) + 1]),
    )
    return changed if tour.reports else replace(changed, leave=(midnight + timedelta(seconds=found.leaves_s)))
