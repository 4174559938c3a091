"""The collection side of a district's folder, ``waste.json``: depot, plants, trucks and containers."""

from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from routing_core.roads.graph import HIGHWAYS
from routing_core.travel import TravelMatrix
from service_kit.json_fields import Field, read_file

from waste.adapters.truck_roads import GraphRoads, VehicleKind
from waste.application.ports_planning import RoadPlace
from waste.domain.containers import MINUTES_OF_DAY, Fraction, OpeningSpan
from waste.domain.tours_depot import Depot, DepotContainer, DepotPlant, DepotSite, DepotTruck, Rest

FILE = "waste.json"
FRACTIONS = frozenset(fraction.value for fraction in Fraction)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MOST_L = 100_000
MOST_KG = 60_000
MOST_S = 4 * 3600
MOST_CENTS = 1_000_000


@dataclass(frozen=True)
class WasteDistrict:
    """A depot, and the roads its vehicles use."""

    depot: Depot
    roads: GraphRoads

    def drives(self, kinds: frozenset[str]) -> dict[str, TravelMatrix]:
        """Travel matrices of the depot's places, by kind of vehicle."""
        depot = self.depot
        places = [RoadPlace(depot.latitude_deg, depot.longitude_deg)]
        places += [RoadPlace(site.latitude_deg, site.longitude_deg, site.curb_side) for site in depot.sites]
        places += [RoadPlace(plant.latitude_deg, plant.longitude_deg) for plant in depot.plants]
        return {kind: self.roads.matrix(kind, places) for kind in sorted(kinds)}


def load_waste(folder: Path) -> WasteDistrict:
    """Read it.

    Raises
    ------
    FieldError
        Naming the file and the field that is missing or wrong.
    """
    timezone = ZoneInfo(read_file(folder / "district.json")["timezone"].text())
    about = read_file(folder / FILE)
    yard = about["depot"]
    fields = about["vehicle_kinds"]
    kinds = {name: _kind(fields[name], folder) for name in _names(fields)}
    sites = about["sites"].each(_site, at_least=1)
    site_ids = frozenset(site.site_id for site in sites)
    depot = Depot(
        yard["id"].text(),
        yard["name"].text(),
        *_position(yard),
        timezone,
        sites,
        about["containers"].each(lambda field: _container(field, site_ids), at_least=1),
        about["plants"].each(_plant, at_least=1),
        about["trucks"].each(lambda field: _truck(field, frozenset(kinds)), at_least=1),
    )
    return WasteDistrict(depot, GraphRoads(kinds))


def _names(field: Field) -> list[str]:
    if not isinstance(field.value, dict):
        raise field.error(f"is {field.value!r}, must be an object")
    return list(field.value)


def _kind(field: Field, folder: Path) -> VehicleKind:
    top, closed = field.get("top_kmh"), field.get("closed_highways")
    return VehicleKind(
        folder / field["roads"].text(),
        None if top is None else top.number(1.0, 130.0),
        frozenset() if closed is None else frozenset(closed.each(_highway)),
    )


def _highway(field: Field) -> str:
    return field.choice(frozenset(HIGHWAYS))


def _position(field: Field) -> tuple[float, float]:
    return field["latitude_deg"].degrees(90.0), field["longitude_deg"].degrees(180.0)


def _site(field: Field) -> DepotSite:
    return DepotSite(
        field["id"].text(),
        field["name"].text(),
        *_position(field),
        curb_side=field["curb_side"].yes_or_no(),
        hours=field["opening_hours"].optional(_hours) or (),
        truck_kinds=field["truck_kinds"].optional(lambda kinds: frozenset(kinds.each(Field.text))),
    )


def _hours(field: Field) -> tuple[OpeningSpan, ...]:
    spans = []
    for day in field.names(frozenset(WEEKDAYS)):
        for span in field[day].items():
            opens, closes = _minutes(span)
            spans.append(OpeningSpan(frozenset({1 + WEEKDAYS.index(day)}), opens, closes))
    return tuple(spans)


def _minutes(field: Field) -> tuple[int, int]:
    """From a pair of clock times."""
    clocks = list(field.items())
    if len(clocks) != 2:
        raise field.error(f"is {field.value!r}, must be two clock times")
    begins, ends = (clock.clock_s() // 60 for clock in clocks)
    if not begins < ends <= MINUTES_OF_DAY:
        raise clocks[1].error(
            f"is {clocks[1].value!r}, must be after {clocks[0].value!r}, and not after 24:00"
        )
    return begins, ends


def _container(field: Field, site_ids: frozenset[str]) -> DepotContainer:
    volume_l = field["volume_l"].integer(10, MOST_L)
    return DepotContainer(
        field["id"].text(),
        field["site_id"].choice(site_ids),
        field["fraction"].choice(FRACTIONS),
        volume_l,
        field["kg_per_l"].number(0.01, 5.0),
        field["lift_s"].integer(1, MOST_S),
        field["usual_l_per_day"].number(0.0, 10.0 * volume_l) / volume_l,
    )


def _plant(field: Field) -> DepotPlant:
    return DepotPlant(
        field["id"].text(),
        field["name"].text(),
        *_position(field),
        fractions=frozenset(field["fractions"].each(lambda item: item.choice(FRACTIONS), at_least=1)),
        unloading_s=field["unloading_s"].integer(1, MOST_S),
        hours=field["opening_hours"].optional(_hours) or (),
    )


def _truck(field: Field, kinds: frozenset[str]) -> DepotTruck:
    begins, ends = _minutes(field["shift"])
    chambers = {
        chamber["fraction"].choice(FRACTIONS): chamber["volume_l"].integer(1, MOST_L)
        for chamber in field["chambers"].items()
    }
    return DepotTruck(
        field["id"].text(),
        field["name"].text(),
        field["kind"].choice(kinds),
        chambers,
        field["payload_kg"].integer(1, MOST_KG),
        frozenset(field["weekdays"].each(lambda day: 1 + WEEKDAYS.index(day.choice(frozenset(WEEKDAYS))))),
        begins,
        ends,
        field["break"].optional(_rest),
        cents_per_km=field["cents_per_km"].number(0, MOST_CENTS),
        cents_per_hour=field["cents_per_hour"].number(0, MOST_CENTS),
        cents_per_tour=field["cents_per_tour"].number(0, MOST_CENTS),
        litres_per_100_km=field["litres_per_100_km"].number(0, 500),
        litres_per_lift=field["litres_per_lift"].number(0, 50),
        reserve=field["reserve"].yes_or_no(),
    )


def _rest(field: Field) -> Rest:
    earliest, latest = (field[name].clock_s() // 60 for name in ("earliest", "latest"))
    if latest < earliest:
        raise field["latest"].error(f"is {field['latest'].value!r}, must not be before earliest")
    return Rest(earliest, latest, field["minutes"].integer(1, 240))
