"""The vehicle-routing problem in the field's words: requests, shifts, tours, plans.

All instants are integer seconds since the start of the service horizon, durations integer seconds,
lengths integer metres. A *place* is an index into the travel matrix of the plan at hand.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple


class TimeWindow(NamedTuple):
    """A closed span of seconds in which something may begin."""

    earliest_s: int
    latest_s: int

    def __contains__(self, instant_s: object) -> bool:
        return isinstance(instant_s, int) and self.earliest_s <= instant_s <= self.latest_s


class Load(NamedTuple):
    """Passengers by the kind of place they take."""

    seated_count: int
    wheelchair_count: int = 0

    def plus(self, other: "Load") -> "Load":
        return Load(self.seated_count + other.seated_count, self.wheelchair_count + other.wheelchair_count)

    def minus(self, other: "Load") -> "Load":
        return Load(self.seated_count - other.seated_count, self.wheelchair_count - other.wheelchair_count)


NOBODY = Load(0, 0)


class Layout(NamedTuple):
    """One way to set up a vehicle's places."""

    seat_count: int
    wheelchair_place_count: int = 0


@dataclass(frozen=True, slots=True)
class Capacity:
    """Convertible capacity: folding seats and wheelchair places that exclude each other are several layouts.

    A load fits when one layout has room for all of it (reconfigurable vehicles in the sense of Tellez et al.
    2018, with changes of layout at every stop and for free).
    """

    layouts: tuple[Layout, ...]

    def __post_init__(self) -> None:
        if not self.layouts:
            raise ValueError("a vehicle needs at least one layout")

    def fits(self, load: Load) -> bool:
        return any(
            load.seated_count <= layout.seat_count and load.wheelchair_count <= layout.wheelchair_place_count
            for layout in self.layouts
        )


@dataclass(frozen=True, slots=True)
class Request:
    """A ride from one place to another.

    ``max_ride_s`` bounds the time from the end of service at the pickup to the start of service at the
    dropoff. Windows bound the start of service. Only shifts that have all of its ``skills`` may serve it.
    """

    id: str
    pickup_place: int
    dropoff_place: int
    pickup_window: TimeWindow
    dropoff_window: TimeWindow
    max_ride_s: int
    load: Load
    pickup_service_s: int = 0
    dropoff_service_s: int = 0
    skills: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Break:
    """A driver's rest: begins in the window, wherever the vehicle stands, with nobody aboard."""

    id: str
    start_window: TimeWindow
    duration_s: int


@dataclass(frozen=True, slots=True)
class Shift:
    """One vehicle and driver on duty from ``start_s`` to ``end_s``; ends at ``end_place``.

    ``max_duration_s`` bounds the time on the road: from leaving ``start_place`` for the first stop, as late
    as that stop's time allows, to being back. A break before anything else is the first stop.
    """

    id: str
    capacity: Capacity
    start_place: int
    end_place: int
    start_s: int
    end_s: int
    breaks: tuple[Break, ...] = ()
    skills: frozenset[str] = frozenset()
    max_duration_s: int | None = None


class Action(Enum):
    PICKUP = "pickup"
    DROPOFF = "dropoff"
    BREAK = "break"
    NO_SHOW = "no_show"
    """The vehicle goes to the pickup in vain: always done, takes the place of both stops."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Something a tour does at a place.

    ``subject`` is the id of the request, or of the break. ``start_s`` is when service begins, planned or,
    when ``done``, as it happened; ``departure_s`` when service ends.
    """

    action: Action
    subject: str
    start_s: int
    departure_s: int
    done: bool = False


@dataclass(frozen=True, slots=True)
class Tour:
    """A shift with its stops in driving order; done stops come first.

    ``not_before_s`` is the earliest the vehicle can set off from where it stands (now, for a plan under
    way). ``locked_count`` stops from the front keep their order and position: the done ones, and the one
    the vehicle is on its way to, or at: ``arrived_s`` is then when it came there.
    """

    shift: Shift
    stops: tuple[Stop, ...] = ()
    not_before_s: int = 0
    locked_count: int = 0
    arrived_s: int | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """All tours of a dispatch area's day, with the requests they serve."""

    tours: tuple[Tour, ...]
    requests: Mapping[str, Request] = field(default_factory=dict)

    def tour_of(self, request_id: str) -> int | None:
        """Index of the tour that serves the request."""
        for index, tour in enumerate(self.tours):
            if any(stop.subject == request_id for stop in tour.stops):
                return index
        return None
