"""Tours as they are driven: real loads, a plant when the truck is full, home before the shift ends."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from routing_core.collection.model import Window
from routing_core.travel import TravelMatrix

from waste.domain.tours import Pickup, PlannedTour, PlantStop, Prices, TruckShift
from waste.domain.tours_demand import brought_by

DAY_S = 24 * 3600


@dataclass
class Ledger:
    """What came of a way of planning, added up over days."""

    tours: int = 0
    metres: int = 0
    lifts: int = 0
    missed: int = 0
    """Stops that were planned, but not reached in time."""
    overflow_days: int = 0
    """Days on which a container was more than full, each container counted."""
    overflows: int = 0
    """Times a container came to be more than full."""
    lifted_share: float = 0.0
    """Levels at which containers were emptied, added up."""
    weight_kg: float = 0.0
    work_s: int = 0
    fuel_l: float = 0.0


@dataclass
class Containers:
    """The real state: by container the level when the day begins, and what is brought on it."""

    level_share: dict[str, float]
    brought_share: Mapping[str, float] = field(default_factory=dict)
    emptied_at: dict[str, float] = field(default_factory=dict)
    """By container, where it was emptied today: which share of the day's amount was there."""

    def level_at(self, container_id: str, seconds: int) -> float:
        """At a time of the day, before it is emptied."""
        return self.level_share[container_id] + brought_by(seconds) * self.brought_share[container_id]

    def end_day(self, ledger: Ledger, *, counted: bool) -> None:
        """Night falls: what was brought is there, and what is more than full is counted."""
        for container_id, level in self.level_share.items():
            brought = self.brought_share[container_id]
            since = self.emptied_at.get(container_id)
            evening = level + brought if since is None else (1.0 - since) * brought
            before = level if since is None else level + since * brought
            if counted and max(before, evening) > 1.0:
                ledger.overflow_days += 1
                ledger.overflows += 1 if level <= 1.0 else 0
            self.level_share[container_id] = evening
        self.emptied_at.clear()


class Drive:
    """One truck's day on the road."""

    def __init__(
        self,
        shift: TruckShift,
        travel: TravelMatrix,
        pickups: Mapping[str, Pickup],
        plants: Mapping[str, PlantStop],
        prices: Prices,
    ) -> None:
        self._shift = shift
        self._travel = travel
        self._pickups = pickups
        self._plants = plants
        self._site_s = prices.site_s
        self._place = shift.start_place
        self._site = ""
        self._aboard = dict.fromkeys(shift.chambers, 0.0)
        self._aboard_kg = 0.0
        self._now_s = 0
        self._metres = 0

    def follow(self, tour: PlannedTour, containers: Containers, ledger: Ledger, *, counted: bool) -> set[str]:
        """Drive the tour; which containers were emptied."""
        self._now_s = tour.leaves_s
        emptied: set[str] = set()
        weight_kg = lifted = 0.0
        for position, stop in enumerate(tour.stops):
            if stop.plant_id is not None:
                if self._aboard_kg > 0:
                    self._unload(self._plants[stop.plant_id])
            else:
                pickup = self._pickups[stop.container_id or ""]
                level = containers.level_at(pickup.container_id, self._now_s % DAY_S)
                litres = level * pickup.volume_l
                if not self._fits(pickup, litres):
                    self._unload(self._nearest_plant(self._place, pickup.place))
                if self._too_late(pickup):
                    ledger.missed += 1 if counted else 0
                    continue
                self._go(pickup.place, pickup.windows, pickup.site_id)
                self._now_s += pickup.lift_s
                self._aboard[pickup.fraction] += litres
                self._aboard_kg += litres * pickup.kg_per_l
                weight_kg += litres * pickup.kg_per_l
                lifted += level
                containers.emptied_at[pickup.container_id] = brought_by(self._now_s % DAY_S)
                emptied.add(pickup.container_id)
            if tour.rest is not None and tour.rest.after == position:
                self._now_s += tour.rest.duration_s
        if self._aboard_kg > 0:
            self._unload(self._nearest_plant(self._place, self._shift.end_place))
        self._go(self._shift.end_place, ())
        if counted:
            ledger.tours += 1
            ledger.metres += self._metres
            ledger.lifts += len(emptied)
            ledger.lifted_share += lifted
            ledger.weight_kg += weight_kg
            ledger.work_s += self._now_s - tour.leaves_s
            ledger.fuel_l += self._metres / 100_000.0 * self._shift.litres_per_100_km
            ledger.fuel_l += len(emptied) * self._shift.litres_per_lift
        return emptied

    def _fits(self, pickup: Pickup, litres: float) -> bool:
        room = self._shift.chambers[pickup.fraction] - self._aboard[pickup.fraction]
        kg = self._aboard_kg + litres * pickup.kg_per_l
        # A container that is fuller than any truck is emptied all the same, into an empty one.
        return self._aboard_kg == 0 or (litres <= room and kg <= self._shift.payload_kg)

    def _too_late(self, pickup: Pickup) -> bool:
        """Whether the truck would not be home in time."""
        plant = self._nearest_plant(pickup.place, self._shift.end_place)
        done_s = self._arrival(pickup.place, pickup.windows, pickup.site_id) + pickup.lift_s
        at_plant_s = _open_from(plant.windows, done_s + self._seconds(pickup.place, plant.place))
        if at_plant_s is None:
            return True
        home_s = at_plant_s + plant.unloading_s + self._seconds(plant.place, self._shift.end_place)
        return home_s > self._shift.window.latest_s

    def _unload(self, plant: PlantStop) -> None:
        self._go(plant.place, plant.windows)
        self._now_s += plant.unloading_s
        self._aboard = dict.fromkeys(self._aboard, 0.0)
        self._aboard_kg = 0.0

    def _nearest_plant(self, at: int, onward: int) -> PlantStop:
        fractions = self._shift.chambers.keys()
        able = [plant for plant in self._plants.values() if fractions <= plant.fractions]
        return min(
            able, key=lambda plant: self._seconds(at, plant.place) + self._seconds(plant.place, onward)
        )

    def _go(self, place: int, windows: tuple[Window, ...], site: str = "") -> None:
        self._metres += int(self._travel.metres[self._place, place])
        self._now_s = self._arrival(place, windows, site)
        self._place, self._site = place, site

    def _arrival(self, place: int, windows: tuple[Window, ...], site: str) -> int:
        arrives_s = self._now_s + self._seconds(self._place, place)
        arrives_s += self._site_s if site and site != self._site else 0
        opens_s = _open_from(windows, arrives_s)
        return arrives_s if opens_s is None else opens_s

    def _seconds(self, before: int, after: int) -> int:
        return int(self._travel.seconds[before, after])


def _open_from(windows: tuple[Window, ...], from_s: int) -> int | None:
    if not windows:
        return from_s
    return next((max(from_s, window.earliest_s) for window in windows if from_s <= window.latest_s), None)
