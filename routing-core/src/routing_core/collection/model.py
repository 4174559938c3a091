"""The problem model of collection: containers, plants, trucks, and the tours that answer it.

A tour leaves the start depot, visits stops and plants in order and ends at the end depot. What is aboard
is gone after a plant; a plant at the depot's own place is a reload of a delivery. Instants are integer
seconds of a day (or the ticks a benchmark file is scaled to), loads integers in units of the caller's.
"""

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class Window:
    """When work may begin, both ends included; seconds of the day."""

    earliest_s: int
    latest_s: int

    def __post_init__(self) -> None:
        if self.latest_s < self.earliest_s:
            raise ValueError(f"a window ends before it begins: {self.earliest_s} to {self.latest_s}")


ALL_DAY = Window(0, 2**40)


@dataclass(frozen=True, slots=True)
class Stop:
    """A container (or a group of them at one place) to be emptied.

    Parameters
    ----------
    load
        What is taken aboard at each visit, one number per dimension.
    windows
        Work begins in one of them; ascending and disjoint.
    prize
        What is lost when the stop is left out; None: it must be visited.
    release_s
        The truck may leave the depot or plant before this stop only from then on.
    patterns
        The sets of days it may be visited on, exactly one of which is chosen. Days count from 0.
    """

    stop_id: str
    place: int
    load: tuple[int, ...]
    service_s: int = 0
    windows: tuple[Window, ...] = (ALL_DAY,)
    prize: float | None = None
    release_s: int = 0
    patterns: tuple[tuple[int, ...], ...] = ((0,),)


@dataclass(frozen=True, slots=True)
class Plant:
    """Where trucks unload everything (an intermediate facility); work begins in one of its windows."""

    plant_id: str
    place: int
    service_s: int = 0
    windows: tuple[Window, ...] = (ALL_DAY,)


@dataclass(frozen=True, slots=True)
class Lunch:
    """A rest of ``duration_s`` that begins in the window, where the truck has just worked.

    A truck that is back by ``window.latest_s`` rests at the depot.
    """

    window: Window
    duration_s: int


@dataclass(frozen=True, slots=True)
class Truck:
    """Equal trucks, each with at most one tour a day.

    Parameters
    ----------
    capacity
        What fits aboard at once, per dimension of load.
    shift
        Leaves the start depot no earlier than its beginning and is back by its end.
    count
        How many there are; None: as many as wanted.
    daily_cap
        What may be taken in the whole day, per dimension, plants or not.
    stop_cap
        How many stops may be visited in the day.
    max_duration_s
        From leaving to being back.
    cost_per_tour, cost_per_distance, cost_per_driving_s
        In the caller's money: for driving out at all, per unit of the distance matrix, per second of driving.
    matrix
        Which of the problem's matrices holds for it.
    empty_at_end
        Nothing may be aboard when it is back.
    """

    truck_id: str
    start_place: int
    end_place: int
    capacity: tuple[int, ...]
    shift: Window = ALL_DAY
    count: int | None = None
    daily_cap: tuple[int, ...] | None = None
    stop_cap: int | None = None
    lunch: Lunch | None = None
    max_duration_s: int | None = None
    cost_per_tour: float = 0.0
    cost_per_distance: float = 1.0
    cost_per_driving_s: float = 0.0
    matrix: int = 0
    empty_at_end: bool = True


@dataclass(frozen=True)
class Matrix:
    """Driving from place to place: int64 seconds and float64 distance, both shape (places, places)."""

    seconds: npt.NDArray[np.int64]
    distance: npt.NDArray[np.float64]


@dataclass(frozen=True)
class CollectionProblem:
    """What is to be collected, by which trucks, on which days.

    Raises
    ------
    ValueError
        Naming the field: for shapes that do not match, unknown places or days, negative numbers.
    """

    stops: tuple[Stop, ...]
    plants: tuple[Plant, ...]
    trucks: tuple[Truck, ...]
    matrices: tuple[Matrix, ...]
    day_count: int = 1

    def __post_init__(self) -> None:
        if not self.trucks or not self.matrices:
            raise ValueError("trucks and matrices must not be empty")
        shape = self.matrices[0].seconds.shape
        for index, matrix in enumerate(self.matrices):
            if len(shape) != 2 or shape[0] != shape[1] or matrix.seconds.shape != shape:
                raise ValueError(f"matrices[{index}].seconds has shape {matrix.seconds.shape}, not {shape}")
            if matrix.distance.shape != shape:
                raise ValueError(f"matrices[{index}].distance has shape {matrix.distance.shape}, not {shape}")
            if matrix.seconds.min(initial=0) < 0:
                raise ValueError(f"matrices[{index}].seconds has a negative entry")
        for name, place in self._places():
            if not 0 <= place < shape[0]:
                raise ValueError(f"{name} is {place}, there are {shape[0]} places")
        for index, stop in enumerate(self.stops):
            self._check_stop(f"stops[{index}]", stop)
        for index, truck in enumerate(self.trucks):
            self._check_truck(f"trucks[{index}]", truck)

    @property
    def dimension_count(self) -> int:
        """How many dimensions loads have."""
        return len(self.trucks[0].capacity)

    def _places(self) -> list[tuple[str, int]]:
        named = [(f"stops[{index}].place", stop.place) for index, stop in enumerate(self.stops)]
        named += [(f"plants[{index}].place", plant.place) for index, plant in enumerate(self.plants)]
        for index, truck in enumerate(self.trucks):
            named.append((f"trucks[{index}].start_place", truck.start_place))
            named.append((f"trucks[{index}].end_place", truck.end_place))
        return named

    def _check_stop(self, name: str, stop: Stop) -> None:
        if len(stop.load) != self.dimension_count or min(stop.load) < 0:
            raise ValueError(f"{name}.load is {stop.load}, expected {self.dimension_count} numbers from 0")
        if not stop.windows:
            raise ValueError(f"{name}.windows is empty")
        if not stop.patterns or any(not pattern for pattern in stop.patterns):
            raise ValueError(f"{name}.patterns is {stop.patterns}: each must have a day")
        for pattern in stop.patterns:
            if list(pattern) != sorted(set(pattern)) or not 0 <= pattern[0] <= pattern[-1] < self.day_count:
                raise ValueError(f"{name}.patterns has {pattern}: ascending days below {self.day_count}")
        if stop.prize is not None and not (stop.prize >= 0 and math.isfinite(stop.prize)):
            raise ValueError(f"{name}.prize is {stop.prize}")

    def _check_truck(self, name: str, truck: Truck) -> None:
        for field, loads in (("capacity", truck.capacity), ("daily_cap", truck.daily_cap)):
            if loads is not None and (len(loads) != self.dimension_count or min(loads) < 0):
                raise ValueError(f"{name}.{field} is {loads}, expected {self.dimension_count} numbers from 0")
        if not 0 <= truck.matrix < len(self.matrices):
            raise ValueError(f"{name}.matrix is {truck.matrix}, there are {len(self.matrices)}")


@dataclass(frozen=True, slots=True)
class Visit:
    """Work at a stop or a plant: which one (its index in the problem) and when it begins."""

    index: int
    begins_s: int
    is_plant: bool = False


@dataclass(frozen=True, slots=True)
class Tour:
    """What one truck does in one day.

    ``lunch_after`` is the position in ``visits`` after which the driver rests from ``lunch_s`` on; both
    None without a rest on the way.
    """

    truck: int
    day: int
    leaves_s: int
    visits: tuple[Visit, ...]
    back_s: int
    lunch_after: int | None = None
    lunch_s: int | None = None


def tour_cost(problem: CollectionProblem, tour: Tour) -> float:
    """What one tour costs."""
    truck = problem.trucks[tour.truck]
    matrix = problem.matrices[truck.matrix]
    places = [truck.start_place, *(place_of(problem, visit) for visit in tour.visits), truck.end_place]
    legs = list(pairwise(places))
    distance = sum(float(matrix.distance[leg]) for leg in legs)
    driving_s = sum(int(matrix.seconds[leg]) for leg in legs)
    return truck.cost_per_tour + truck.cost_per_distance * distance + truck.cost_per_driving_s * driving_s


def place_of(problem: CollectionProblem, visit: Visit) -> int:
    """Where a visit is."""
    return problem.plants[visit.index].place if visit.is_plant else problem.stops[visit.index].place


def plan_cost(problem: CollectionProblem, tours: tuple[Tour, ...]) -> float:
    """What tours cost, with the prizes of the stops they leave out."""
    visited = {visit.index for tour in tours for visit in tour.visits if not visit.is_plant}
    lost = sum(stop.prize or 0.0 for index, stop in enumerate(problem.stops) if index not in visited)
    return sum(tour_cost(problem, tour) for tour in tours) + lost
