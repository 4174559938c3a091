"""Which lifts take a passenger along, by how far the driver goes out of the way.

A lift on a day is a vehicle's tour, those who ride already are its requests, and the passenger is one more:
the insertion engine finds where the tour takes them up with the least additional driving, exactly. Before it
is asked, bounds leave out what cannot fit: a driver who starts, stops twice and ends is on the road at least
as long as without anybody else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt
from routing_core.fleet.model import Load, Request, TimeWindow, Tour
from routing_core.insertion.best import Insertion, Weights, insert
from routing_core.insertion.fleet import Fleet
from routing_core.roads.snap import RoadPoint
from routing_core.travel import UNREACHABLE, TravelMatrix

from journeys.application.lift_roads import LiftRoads, Meeting
from journeys.application.ports import Span
from journeys.domain.lifts_tour import Going, checked, rescheduled, tour_of
from journeys.domain.places import Point

LEAST_DETOUR = Weights(drive=1000, passenger=1)
"""A second of driving weighs more than everybody's arrival."""
MOST_EMPTY, MOST_RIDDEN = 40, 60
"""So many lifts without and with passengers are tried: the nearest by the bound."""
NEW = "new"
ALL_DAY_S = 36 * 3600

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Wish:
    """What a passenger wants.

    Parameters
    ----------
    pickups, dropoffs
        Where they could get on and off.
    leave
        When they would set out on foot.
    arrive_by_s
        When they have to be there, the walk included.
    not_before_s
        They are not picked up earlier.
    """

    pickups: Sequence[Meeting]
    dropoffs: Sequence[Meeting]
    seat_count: int
    leave: Span
    arrive_by_s: int | None = None
    not_before_s: int = 0


@dataclass(frozen=True, slots=True)
class Match:
    """A lift that takes the passenger along.

    Parameters
    ----------
    detour_s
        How much more the driver drives, or how much later they are there if that is more.
    tour
        It serves ``NEW``; in seconds since ``base_s``.
    """

    going: Going
    pickup: Meeting
    dropoff: Meeting
    pickup_s: int
    dropoff_s: int
    detour_s: int
    longest_ride_s: int
    tour: Tour
    base_s: int

    @property
    def walk_m(self) -> int:
        return self.pickup.walk_m + self.dropoff.walk_m

    @property
    def effort_s(self) -> int:
        """What it takes of both: the driver's detour, and the passenger's walk."""
        return self.detour_s + self.pickup.walk_s + self.dropoff.walk_s


def longest_ride_s(direct_s: int) -> int:
    """So long a passenger rides at most, where the way takes so long without anybody else."""
    return direct_s + direct_s // 2 + 600


def matches(roads: LiftRoads, goings: Sequence[Going], wish: Wish) -> list[Match]:
    """Every lift that takes the passenger along, least detour first, then least walking.

    Returns
    -------
    For each lift, and each group of pickups and dropoffs, the pair of places with the least effort.
    """
    if not (goings and wish.pickups and wish.dropoffs):
        return []
    tried = _nearest(roads, goings, wish)
    if not tried:
        return []
    found = _Asked(roads, tried, wish).matches()
    return sorted(found, key=lambda match: (match.detour_s, match.walk_m, match.pickup_s))


def _nearest(roads: LiftRoads, goings: Sequence[Going], wish: Wish) -> list[Going]:
    """Those that the bounds leave, of each kind the nearest."""
    ends = [(roads.snap(going.lift.start), roads.snap(going.lift.end)) for going in goings]
    there = [at for at, (start, end) in enumerate(ends) if start is not None and end is not None]
    known = [pair for pair in ends if pair[0] is not None and pair[1] is not None]
    if not there:
        return []
    starts: list[RoadPoint] = [start for start, _ in known if start is not None]
    finals: list[RoadPoint] = [end for _, end in known if end is not None]
    pickups, dropoffs = ([meeting.road for meeting in side] for side in (wish.pickups, wish.dropoffs))
    to_pickup = _wide(roads.seconds(starts, pickups))
    between = _wide(roads.seconds(pickups, dropoffs))
    to_end = _wide(roads.seconds(dropoffs, finals)).T
    lift_s = np.array([goings[at].lift.longest_s for at in there], dtype=np.int64)
    direct_s = np.array([goings[at].lift.direct_s for at in there], dtype=np.int64)
    depart_s = np.array([goings[at].depart_s for at in there], dtype=np.int64)
    seats = np.array([goings[at].lift.seat_count for at in there], dtype=np.int64)
    # (lift, pickup, dropoff)
    whole = to_pickup[:, :, None] + between[None, :, :] + to_end[:, None, :]
    walk_in = np.array([meeting.walk_s for meeting in wish.pickups], dtype=np.int64)
    walk_out = np.array([meeting.walk_s for meeting in wish.dropoffs], dtype=np.int64)
    earliest = depart_s[:, None] + to_pickup
    in_time = earliest <= wish.leave.latest_s + walk_in[None, :]
    # However late the driver may come by: those who leave home earliest have to be there.
    in_time &= depart_s[:, None] + lift_s[:, None] >= wish.leave.earliest_s + walk_in[None, :]
    fits = (whole <= lift_s[:, None, None]) & in_time[:, :, None] & (seats >= wish.seat_count)[:, None, None]
    if wish.arrive_by_s is not None:
        arrives = earliest[:, :, None] + between[None, :, :] + walk_out[None, None, :]
        fits &= arrives <= wish.arrive_by_s
    effort = whole - direct_s[:, None, None] + walk_in[None, :, None] + walk_out[None, None, :]
    least = np.where(fits, effort, UNREACHABLE).reshape(len(there), -1).min(axis=1)
    order = [int(at) for at in np.argsort(least, kind="stable") if least[at] < UNREACHABLE]
    empty = [goings[there[at]] for at in order if not goings[there[at]].seats][:MOST_EMPTY]
    ridden = [goings[there[at]] for at in order if goings[there[at]].seats][:MOST_RIDDEN]
    return empty + ridden


def _wide(seconds: npt.NDArray[np.int32]) -> Ints:
    return seconds.astype(np.int64)


class _Asked:
    """The lifts that are tried, as a fleet over one travel matrix."""

    def __init__(self, roads: LiftRoads, goings: Sequence[Going], wish: Wish) -> None:
        self._wish = wish
        self._base_s = min(*(going.depart_s for going in goings), wish.leave.earliest_s)
        index: dict[RoadPoint, int] = {}
        place: dict[Point, int] = {}

        def placed(road: RoadPoint | None) -> int:
            if road is None:
                raise KeyError("a seat away from all roads")
            return index.setdefault(road, len(index))

        kept = []
        for going in goings:
            try:
                place |= {point: placed(roads.snap(point)) for point in going.points()}
            except KeyError:
                continue
            kept.append(going)
        self._kept = kept
        self._pickups = [placed(meeting.road) for meeting in wish.pickups]
        self._dropoffs = [placed(meeting.road) for meeting in wish.dropoffs]
        self._travel: TravelMatrix = roads.matrix(list(index))
        self._tours: list[Tour] = []
        self._requests: dict[str, Request] = {}
        for going in kept:
            tour, requests = tour_of(going, place.__getitem__, self._base_s)
            self._tours.append(tour)
            self._requests |= requests
        self._fleet = Fleet(self._tours, self._requests, self._travel)

    def matches(self) -> list[Match]:
        """The best pair of places for every lift, and every pair of groups."""
        best: dict[tuple[int, int, int], tuple[int, int, int, Insertion, Request]] = {}
        for (at_in, pickup), (at_out, dropoff) in product(
            enumerate(self._wish.pickups), enumerate(self._wish.dropoffs)
        ):
            request = self._request(at_in, at_out)
            if request is None:
                continue
            walk_s = pickup.walk_s + dropoff.walk_s
            for found in insert(request, self._fleet, LEAST_DETOUR).candidates:
                key = (found.tour_index, pickup.group, dropoff.group)
                effort_s = found.added_drive_s + walk_s
                if key not in best or effort_s < best[key][0]:
                    best[key] = (effort_s, at_in, at_out, found, request)
        return [self._told(*each[1:]) for each in best.values()]

    def _request(self, at_in: int, at_out: int) -> Request | None:
        wish = self._wish
        pickup, dropoff = wish.pickups[at_in], wish.dropoffs[at_out]
        direct_s = int(self._travel.seconds[self._pickups[at_in], self._dropoffs[at_out]])
        if direct_s >= UNREACHABLE or direct_s == 0:
            return None
        window = TimeWindow(
            max(wish.leave.earliest_s + pickup.walk_s, wish.not_before_s) - self._base_s,
            wish.leave.latest_s + pickup.walk_s - self._base_s,
        )
        latest_s = window.latest_s + ALL_DAY_S
        if wish.arrive_by_s is not None:
            latest_s = wish.arrive_by_s - dropoff.walk_s - self._base_s
        if min(latest_s, window.latest_s) < window.earliest_s:
            return None
        return Request(
            id=NEW,
            pickup_place=self._pickups[at_in],
            dropoff_place=self._dropoffs[at_out],
            pickup_window=window,
            dropoff_window=TimeWindow(window.earliest_s, latest_s),
            max_ride_s=longest_ride_s(direct_s),
            load=Load(wish.seat_count),
        )

    def _told(self, at_in: int, at_out: int, found: Insertion, request: Request) -> Match:
        going = self._kept[found.tour_index]
        own = {seat.id: self._requests[seat.id] for seat in going.seats} | {NEW: request}
        tour = checked(found.tour, own, self._travel)
        before = rescheduled(self._tours[found.tour_index], own, self._travel)
        # Who waits for somebody loses time without driving.
        later_s = self._there_s(tour, own) - self._there_s(before or tour, own)
        return Match(
            going,
            self._wish.pickups[at_in],
            self._wish.dropoffs[at_out],
            found.pickup_s + self._base_s,
            found.dropoff_s + self._base_s,
            max(found.added_drive_s, later_s),
            request.max_ride_s,
            tour,
            self._base_s,
        )

    def _there_s(self, tour: Tour, requests: Mapping[str, Request]) -> int:
        """When the driver is at the end of the lift."""
        shift = tour.shift
        if not tour.stops:
            return shift.start_s + int(self._travel.seconds[shift.start_place, shift.end_place])
        last = tour.stops[-1]
        return last.departure_s + int(
            self._travel.seconds[requests[last.subject].dropoff_place, shift.end_place]
        )
