"""Where and when a new district drives, and with what: written into its folder before services read it."""

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import shapely
from pooling.domain.service_day import DAY_STARTS
from pooling.domain.zone import SNAP_LIMIT_M
from routing_core.roads.errors import NoRoadNearby
from routing_core.roads.network import RoadNetwork

from onebox.district import WEEKDAYS, Place, load_district
from onebox.district_making import district_id

MOST_VEHICLES = 50
LEAST_RADIUS_KM, MOST_RADIUS_KM = 1.0, 100.0
KM_PER_DEGREE = 111.195
CIRCLE_CORNERS = 48
DAY_START_S = DAY_STARTS.hour * 3600
DAY_END_S = DAY_START_S + 24 * 3600


class CannotServe(ValueError):  # noqa: N818 - says what is the matter
    """A service that cannot be; ``field`` is the one at fault."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(f"{field}: {why}")
        self.field = field
        self.why = why


@dataclass(frozen=True, slots=True)
class Around:
    """The part of a map that is near to a place."""

    centre: Place
    radius_km: float


@dataclass(frozen=True, slots=True)
class NewVehicle:
    """``kind`` is one of the district's ``VEHICLE_KINDS``; it starts at its place and comes back there."""

    name: str
    kind: str
    seat_count: int
    wheelchair_place_count: int
    place: Place


@dataclass(frozen=True, slots=True)
class ServicePlan:
    """A district's service.

    Parameters
    ----------
    around
        The zone; all of the map when None.
    weekdays
        Numbers of days, 0 is Monday.
    start_s, end_s
        Hours of the vehicles, seconds after midnight; the end may be after the next one.
    """

    around: Around | None
    weekdays: frozenset[int]
    start_s: int
    end_s: int
    vehicles: tuple[NewVehicle, ...]


def write_service(folder: Path, plan: ServicePlan) -> None:
    """Write zone, virtual stops, vehicles and shifts into a district's folder, in place of those it has.

    Raises
    ------
    CannotServe
        Where the zone is empty, hours end before they begin, or a vehicle stands off the roads.
    FieldError
        Where the folder is no district's.
    """
    if not plan.weekdays:
        raise CannotServe("weekdays", "names no day")
    if plan.start_s < DAY_START_S:
        raise CannotServe(
            "start", f"is {_clock(plan.start_s)}, before {_clock(DAY_START_S)}, where days begin"
        )
    if not plan.start_s < plan.end_s <= DAY_END_S:
        latest = f"and not after {_clock(DAY_END_S)}, where the next day begins"
        raise CannotServe(
            "end", f"is {_clock(plan.end_s)}, must be after start {_clock(plan.start_s)} {latest}"
        )
    district = load_district(folder)
    zone = district.zones[0]
    whole = shapely.Polygon([(each.longitude_deg, each.latitude_deg) for each in zone.boundary])
    area = whole if plan.around is None else _near(whole, plan.around)
    shapely.prepare(area)
    roads = RoadNetwork.load(district.graph_path)
    for number, vehicle in enumerate(plan.vehicles):
        where = vehicle.place.position
        try:
            roads.snap(where.latitude_deg, where.longitude_deg, limit_m=SNAP_LIMIT_M)
        except NoRoadNearby:
            why = f"{vehicle.place.label!r} is farther than {SNAP_LIMIT_M:.0f} m from any road"
            raise CannotServe(f"vehicles[{number}].place", why) from None
    _reshape(folder / "zones.geojson", area)
    _keep_stops(folder / "virtual_stops.geojson", area)
    _write(folder / "fleet.json", _fleet(plan, zone.id))


def _near(whole: shapely.Polygon, around: Around) -> shapely.Polygon:
    centre = around.centre.position
    east_km = KM_PER_DEGREE * math.cos(math.radians(centre.latitude_deg))
    corners = (2 * math.pi * number / CIRCLE_CORNERS for number in range(CIRCLE_CORNERS))
    circle = shapely.Polygon(
        [
            (
                centre.longitude_deg + around.radius_km / east_km * math.cos(angle),
                centre.latitude_deg + around.radius_km / KM_PER_DEGREE * math.sin(angle),
            )
            for angle in corners
        ]
    )
    area = whole.intersection(circle)
    if not isinstance(area, shapely.Polygon) or area.is_empty:
        raise CannotServe("zone.centre", f"{around.centre.label!r} is not on the map")
    return area


def _reshape(path: Path, area: shapely.Polygon) -> None:
    zones = json.loads(path.read_text("utf-8"))
    ring = [[round(lon, 6), round(lat, 6)] for lon, lat in area.exterior.coords]
    zones["features"][0]["geometry"]["coordinates"] = [ring]
    _write(path, zones)


def _keep_stops(path: Path, area: shapely.Polygon) -> None:
    stops = json.loads(path.read_text("utf-8"))
    stops["features"] = [
        stop for stop in stops["features"] if area.covers(shapely.Point(stop["geometry"]["coordinates"]))
    ]
    _write(path, stops)


def _fleet(plan: ServicePlan, zone_id: str) -> dict[str, Any]:
    vehicles: list[dict[str, Any]] = []
    shifts: list[dict[str, Any]] = []
    for vehicle in plan.vehicles:
        known = {each["id"] for each in vehicles}
        name = district_id(vehicle.name)
        vehicle_id = next(
            each
            for each in (name, *(f"{name}-{n}" for n in range(2, MOST_VEHICLES + 2)))
            if each not in known
        )
        layout = {"seat_count": vehicle.seat_count, "wheelchair_place_count": vehicle.wheelchair_place_count}
        place = {
            "latitude_deg": vehicle.place.position.latitude_deg,
            "longitude_deg": vehicle.place.position.longitude_deg,
            "label": vehicle.place.label,
        }
        vehicles.append(
            {
                "id": vehicle_id,
                "zone_id": zone_id,
                "kind": vehicle.kind,
                "name": vehicle.name,
                "layouts": [layout],
            }
        )
        shifts.append(
            {
                "id": f"{vehicle_id}-day",
                "vehicle_id": vehicle_id,
                "start": _clock(plan.start_s),
                "end": _clock(plan.end_s),
                "weekdays": [WEEKDAYS[day] for day in sorted(plan.weekdays)],
                "start_place": place,
                "end_place": place,
                "breaks": [],
            }
        )
    return {"vehicles": vehicles, "shifts": shifts}


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds % 3600 // 60:02}"


def _write(path: Path, content: object) -> None:
    half = path.with_name(f".{path.name}.unfinished")
    half.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    half.replace(path)
