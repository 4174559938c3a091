"""A depot as planning knows it, and the situation it is in on a day.

Containers, sites, plants and trucks have local hours; planning reckons in seconds since the beginning of the
first day. Where clocks change, a day has more or fewer of them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from routing_core.collection.model import Lunch, Window
from routing_core.travel import TravelMatrix

from waste.domain.containers import OpeningSpan
from waste.domain.errors import WrongFieldError
from waste.domain.tours import Outlook, Pickup, PlantStop, Prices, Situation, Told, TruckShift

DAYS_A_WEEK = 7


@dataclass(frozen=True, slots=True)
class DepotSite:
    """Where containers stand; ``hours`` empty: always open, ``truck_kinds`` None: all get there."""

    site_id: str
    name: str
    latitude_deg: float
    longitude_deg: float
    curb_side: bool = False
    hours: tuple[OpeningSpan, ...] = ()
    truck_kinds: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class DepotContainer:
    """What stands at a site; ``usual_share_per_day`` is what the depot's books say is brought."""

    container_id: str
    site_id: str
    fraction: str
    volume_l: int
    kg_per_l: float
    lift_s: int
    usual_share_per_day: float


@dataclass(frozen=True, slots=True)
class DepotPlant:
    """Where trucks unload; ``hours`` empty: always open."""

    plant_id: str
    name: str
    latitude_deg: float
    longitude_deg: float
    fractions: frozenset[str]
    unloading_s: int
    hours: tuple[OpeningSpan, ...] = ()


@dataclass(frozen=True, slots=True)
class Rest:
    """A driver's rest: begins between two minutes of the day."""

    earliest_min: int
    latest_min: int
    minutes: int


@dataclass(frozen=True, slots=True)
class DepotTruck:
    """A vehicle of the depot; ``weekdays`` are ISO, a reserve drives only when it is asked for by name."""

    truck_id: str
    name: str
    kind: str
    chambers: Mapping[str, int]
    payload_kg: int
    weekdays: frozenset[int]
    begins_min: int
    ends_min: int
    rest: Rest | None
    cents_per_km: float
    cents_per_hour: float
    cents_per_tour: float
    litres_per_100_km: float
    litres_per_lift: float
    reserve: bool = False


@dataclass(frozen=True)
class Depot:
    """All that a depot plans with.

    Its yard is place 0 of the travel matrices, then come the sites and the plants in their order.
    """

    depot_id: str
    name: str
    latitude_deg: float
    longitude_deg: float
    timezone: ZoneInfo
    sites: tuple[DepotSite, ...]
    containers: tuple[DepotContainer, ...]
    plants: tuple[DepotPlant, ...]
    trucks: tuple[DepotTruck, ...]
    free_days: frozenset[date] = field(default_factory=frozenset)
    """Days on which nobody drives: holidays."""

    def __post_init__(self) -> None:
        sites = {site.site_id for site in self.sites}
        for container in self.containers:
            if container.site_id not in sites:
                raise WrongFieldError(
                    "container.site_id", container.site_id, "must be one of the depot's sites"
                )

    @property
    def reserves(self) -> frozenset[str]:
        """Trucks that drive only when they are asked for."""
        return frozenset(truck.truck_id for truck in self.trucks if truck.reserve)

    def place_of(self, name: str | None) -> int:
        """The row of a site or plant in the travel matrices; None is the yard."""
        if name is None:
            return 0
        places = self._site_places()
        places |= {plant.plant_id: 1 + len(self.sites) + index for index, plant in enumerate(self.plants)}
        if name not in places:
            raise WrongFieldError("place", name, "must be one of the depot's sites or plants")
        return places[name]

    def _site_places(self) -> dict[str, int]:
        return {site.site_id: 1 + index for index, site in enumerate(self.sites)}

    def shifts(
        self, first: date, day_count: int, reserves: frozenset[str] = frozenset()
    ) -> tuple[TruckShift, ...]:
        """All trucks on all days on which they drive, reserves that are named among them."""
        days = [first + timedelta(days=number) for number in range(day_count)]
        unknown = reserves - {truck.truck_id for truck in self.trucks}
        if unknown:
            raise WrongFieldError("reserves", min(unknown), "must be a truck of the depot")
        return tuple(
            self._shift(truck, number, day, first)
            for number, day in enumerate(days)
            if day not in self.free_days
            for truck in self.trucks
            if day.isoweekday() in truck.weekdays and (not truck.reserve or truck.truck_id in reserves)
        )

    def _shift(self, truck: DepotTruck, number: int, day: date, first: date) -> TruckShift:
        def at(minute: int) -> int:
            return seconds_at(first, day, minute, self.timezone)

        rest = truck.rest
        lunch = (
            None
            if rest is None
            else Lunch(Window(at(rest.earliest_min), at(rest.latest_min)), rest.minutes * 60)
        )
        return TruckShift(
            truck.truck_id,
            truck.kind,
            number,
            0,
            0,
            Window(at(truck.begins_min), at(truck.ends_min)),
            truck.chambers,
            truck.payload_kg,
            lunch,
            truck.cents_per_km,
            truck.cents_per_hour,
            truck.cents_per_tour,
            truck.litres_per_100_km,
            truck.litres_per_lift,
        )

    def situation(
        self,
        first: date,
        day_count: int,
        outlooks: Mapping[str, Outlook],
        drives: Mapping[str, TravelMatrix],
        *,
        prices: Prices | None = None,
        urgent: Iterable[str] = (),
        shifts: Sequence[TruckShift] | None = None,
        told: Told | None = None,
    ) -> Situation:
        """What planning is to solve on a day.

        Parameters
        ----------
        outlooks
            By container; those without one are not planned for.
        shifts
            Those there are; by default all trucks but reserves.
        """
        wanted = frozenset(urgent)
        places = self._site_places()
        sites = {site.site_id: site for site in self.sites}
        # Without a window a site would count as open at any time: one that stays shut has its next one.
        hours = {
            site.site_id: self._windows(site.hours, first, day_count)
            or self._windows(site.hours, first, day_count + DAYS_A_WEEK)
            for site in self.sites
        }
        pickups = tuple(
            Pickup(
                container.container_id,
                container.site_id,
                places[container.site_id],
                container.fraction,
                container.volume_l,
                container.kg_per_l,
                container.lift_s,
                outlooks[container.container_id],
                hours[container.site_id],
                sites[container.site_id].truck_kinds,
                container.container_id in wanted,
            )
            for container in self.containers
            if container.container_id in outlooks
        )
        first_plant = 1 + len(self.sites)
        plants = tuple(
            PlantStop(
                plant.plant_id,
                first_plant + index,
                plant.fractions,
                plant.unloading_s,
                self._windows(plant.hours, first, day_count),
            )
            for index, plant in enumerate(self.plants)
            if self._is_ever_open(plant.hours, first, day_count)
        )
        return Situation(
            pickups,
            plants,
            self.shifts(first, day_count) if shifts is None else tuple(shifts),
            drives,
            day_count,
            prices or Prices(),
            told,
        )

    def _windows(self, hours: Sequence[OpeningSpan], first: date, day_count: int) -> tuple[Window, ...]:
        windows = []
        for day in (first + timedelta(days=number) for number in range(day_count)):
            for span in sorted(hours, key=lambda span: span.opens_min):
                if day.isoweekday() in span.weekdays:
                    opens_s = seconds_at(first, day, span.opens_min, self.timezone)
                    windows.append(Window(opens_s, seconds_at(first, day, span.closes_min, self.timezone)))
        return tuple(windows)

    def _is_ever_open(self, hours: Sequence[OpeningSpan], first: date, day_count: int) -> bool:
        return not hours or bool(self._windows(hours, first, day_count))


def seconds_at(first: date, day: date, minute: int, zone: ZoneInfo) -> int:
    """Seconds that have passed since the first day began, at a minute of a day's local clock."""
    clock = datetime.combine(day, time(), zone) + timedelta(minutes=minute)
    return round(clock.timestamp() - datetime.combine(first, time(), zone).timestamp())


def instant(first: date, seconds: int, zone: ZoneInfo) -> datetime:
    """The instant so many seconds after the first day began."""
    begin = datetime.combine(first, time(), zone)
    return datetime.fromtimestamp(begin.timestamp() + seconds, zone)
