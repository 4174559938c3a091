"""What planning tours needs to know, and what comes of it.

Instants are whole seconds since the beginning of the first day of the horizon (local midnight); days count
from 0. Places are rows of the travel matrices. Money is cents, as a share of which costs may be.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from routing_core.collection.model import Lunch, Window
from routing_core.travel import TravelMatrix

from waste.domain.errors import WrongFieldError
from waste.domain.tours_reasons import Reason

MOVE_CENTS, ORDER_CENTS = 1500.0, 300.0
"""What it usually costs to tell a driver something else: another truck's container, another order."""
OVERFLOW_DAY_CENTS = 15_000.0
"""What a day of overflow usually costs: two people and a small truck for about two hours."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """How full a container will be if nobody empties it.

    Parameters
    ----------
    level_share
        Now; None where no reading tells.
    mean_share
        Expected at the end of each day of the horizon and some more; never falls, may pass 1.
    overflow_probability
        That the level is above 1 at the end of each of these days.
    usual_share_per_day, deviation_share
        What is brought on a usual day, and its standard deviation: for days after those above, and for the
        container as it fills again once it is emptied.
    """

    level_share: float | None
    mean_share: tuple[float, ...]
    overflow_probability: tuple[float, ...]
    usual_share_per_day: float
    deviation_share: float

    def __post_init__(self) -> None:
        if not self.mean_share or len(self.mean_share) != len(self.overflow_probability):
            raise WrongFieldError(
                "outlook.overflow_probability",
                len(self.overflow_probability),
                f"must have an entry for each of the {len(self.mean_share)} days of mean_share, one at least",
            )
        if any(not 0 <= probability <= 1 for probability in self.overflow_probability):
            raise WrongFieldError(
                "outlook.overflow_probability", self.overflow_probability, "must be from 0 to 1"
            )
        for name in ("usual_share_per_day", "deviation_share"):
            if not getattr(self, name) >= 0:
                raise WrongFieldError(f"outlook.{name}", getattr(self, name), "must be 0 or more")


@dataclass(frozen=True, slots=True)
class Pickup:
    """A container that may be emptied.

    Parameters
    ----------
    windows
        When work may begin there; empty: at any time.
    truck_kinds
        Kinds of vehicle that get there; None: all.
    urgent
        Must be on a tour of the first day if any truck can do it.
    """

    container_id: str
    site_id: str
    place: int
    fraction: str
    volume_l: int
    kg_per_l: float
    lift_s: int
    outlook: Outlook
    windows: tuple[Window, ...] = ()
    truck_kinds: frozenset[str] | None = None
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class PlantStop:
    """Where trucks unload; takes these fractions, work begins in one of the windows (empty: at any time)."""

    plant_id: str
    place: int
    fractions: frozenset[str]
    unloading_s: int
    windows: tuple[Window, ...] = ()


@dataclass(frozen=True, slots=True)
class TruckShift:
    """One truck on one day, or what is left of its day.

    Parameters
    ----------
    kind
        Of vehicle: which travel matrix holds, and which sites it gets to.
    start_place, window
        It leaves there no earlier than the window begins, and is at ``end_place`` when it ends.
    chambers
        Litres that fit, by fraction; a fraction that is not named is not taken on this day.
    rest
        None for vehicles without a driver, and where the driver has rested.
    aboard_l, aboard_kg
        What it holds already, by fraction.
    on_road
        Whether it has left the depot: it has to come back, whatever is left to do.
    """

    truck_id: str
    kind: str
    day: int
    start_place: int
    end_place: int
    window: Window
    chambers: Mapping[str, int]
    payload_kg: int
    rest: Lunch | None = None
    cents_per_km: float = 0.0
    cents_per_hour: float = 0.0
    cents_per_tour: float = 0.0
    litres_per_100_km: float = 0.0
    litres_per_lift: float = 0.0
    stop_cap: int | None = None
    aboard_l: Mapping[str, int] = field(default_factory=dict)
    aboard_kg: int = 0
    on_road: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """What drivers know of their day, and what it costs to tell them something else.

    Parameters
    ----------
    orders
        By truck: the containers still to be emptied on the first day it drives, in the order it was told.
    locked
        Of these, containers that stay with their truck.
    move_cents
        For a container that goes to another truck, or is left out.
    order_cents
        For one that no longer follows the one it was told after.
    """

    orders: Mapping[str, tuple[str, ...]]
    locked: frozenset[str] = frozenset()
    move_cents: float = MOVE_CENTS
    order_cents: float = ORDER_CENTS


@dataclass(frozen=True, slots=True)
class Prices:
    """What planning weighs against each other.

    Parameters
    ----------
    overflow_day_cents
        For one day on which one container overflows: the way to clean up, and the complaints.
    lift_cents
        For wear and the container's handling, besides the crew's time.
    site_s
        To stop, secure and leave a site, once for all its containers.
    """

    overflow_day_cents: float = OVERFLOW_DAY_CENTS
    lift_cents: float = 150.0
    site_s: int = 120


@dataclass(frozen=True)
class Situation:
    """Everything that a plan is made from.

    Parameters
    ----------
    drives
        Travel matrices by kind of vehicle, over the same places.
    day_count
        Of the horizon; tours are made for each of its days, those after the first as a preview.
    """

    pickups: tuple[Pickup, ...]
    plants: tuple[PlantStop, ...]
    shifts: tuple[TruckShift, ...]
    drives: Mapping[str, TravelMatrix]
    day_count: int
    prices: Prices = field(default_factory=Prices)
    told: Told | None = None

    def __post_init__(self) -> None:
        if self.day_count < 1:
            raise WrongFieldError("day_count", self.day_count, "must be 1 or more")
        known: set[str] = set()
        for pickup in self.pickups:
            if pickup.container_id in known:
                raise WrongFieldError("pickups.container_id", pickup.container_id, "must be unique")
            known.add(pickup.container_id)
            if pickup.volume_l <= 0:
                raise WrongFieldError("pickups.volume_l", pickup.volume_l, "must be above 0")
            if len(pickup.outlook.mean_share) < self.day_count:
                raise WrongFieldError(
                    "pickups.outlook.mean_share",
                    len(pickup.outlook.mean_share),
                    f"must have the {self.day_count} days of the horizon for {pickup.container_id}",
                )
        days: set[tuple[str, int]] = set()
        for shift in self.shifts:
            if not 0 <= shift.day < self.day_count:
                raise WrongFieldError("shifts.day", shift.day, f"must be from 0 to {self.day_count - 1}")
            if (shift.truck_id, shift.day) in days:
                raise WrongFieldError("shifts.truck_id", shift.truck_id, f"is twice on day {shift.day}")
            days.add((shift.truck_id, shift.day))
            if shift.kind not in self.drives:
                raise WrongFieldError("shifts.kind", shift.kind, f"must be one of {sorted(self.drives)}")


@dataclass(frozen=True, slots=True)
class PlannedStop:
    """One stop of a tour: a container or a plant, exactly one of both is set.

    ``drive_s`` and ``driven_m`` are the way to it; volume and weight are what is expected to be taken.
    """

    container_id: str | None
    plant_id: str | None
    begins_s: int
    ends_s: int
    drive_s: int
    driven_m: int
    volume_l: int = 0
    weight_kg: int = 0
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class PlannedRest:
    """A rest after the stop at a position."""

    after: int
    begins_s: int
    duration_s: int


@dataclass(frozen=True, slots=True)
class PlannedTour:
    """What one truck is to do on one day; ``metres`` and ``driving_s`` include the way back."""

    truck_id: str
    day: int
    leaves_s: int
    back_s: int
    stops: tuple[PlannedStop, ...]
    rest: PlannedRest | None
    metres: int
    driving_s: int
    fuel_l: float

    @property
    def container_ids(self) -> tuple[str, ...]:
        """In the order they are emptied."""
        return tuple(stop.container_id for stop in self.stops if stop.container_id is not None)


@dataclass(frozen=True, slots=True)
class Left:
    """A container that no tour of the first day empties; ``day`` if the preview has it later."""

    container_id: str
    day: int | None
    reason: Reason


@dataclass(frozen=True, slots=True)
class TourPlan:
    """The answer: tours of all days, and why each container that is not on the first day's was left.

    ``faults`` are the rules it breaks, as the one checker tells them; empty for a plan that may be driven.
    """

    tours: tuple[PlannedTour, ...]
    left: tuple[Left, ...]
    faults: tuple[str, ...]

    def of_day(self, day: int) -> tuple[PlannedTour, ...]:
        """The tours of one day."""
        return tuple(tour for tour in self.tours if tour.day == day)
