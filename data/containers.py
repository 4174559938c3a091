"""The demo district's recycling: real places of the extract; containers, trucks and figures are invented."""

import math
import random
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import osmium.filter
from osmium.osm import Node

from data.places import Places, Spot

SEED = 2021
YARD = "n132765314"
"""The recycling yard: where trucks are kept, and textiles are unloaded."""
PAPER_DEALER = "n780296463"
GLASS_BAY = Spot("w99609262", "Glasumschlag Lindenhof", 53.510027, 13.310761)
"""Beside the closed landfill; the extract has no glass works."""
HOMES_WITHIN_M = 500.0
FEWEST_HOMES = 15
LITRES_PER_HOME_A_DAY: Mapping[str, float] = {
    "glass_white": 0.42,
    "glass_green": 0.24,
    "glass_brown": 0.18,
    "paper": 1.3,
    "textile": 0.33,
}
"""Addresses stand for several flats each, of which some bring things here."""
BUSY_SIGMA = 0.45
LEAST_SHARE_A_DAY, MOST_SHARE_A_DAY = 0.015, 0.12
"""Depots put up one more container where one would be full after a week."""


class Model(NamedTuple):
    """A kind of container: litres, kilograms of a litre, seconds of a lift."""

    volume_l: int
    kg_per_l: float
    lift_s: int


MODELS: Mapping[str, Model] = {
    "glass_white": Model(1600, 0.30, 150),
    "glass_green": Model(1100, 0.30, 150),
    "glass_brown": Model(1100, 0.30, 150),
    "paper": Model(3200, 0.06, 180),
    "textile": Model(1500, 0.17, 240),
}
GLASS = ("glass_white", "glass_green", "glass_brown")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")
PLANT_HOURS = {day: [["06:30", "16:00"]] for day in WEEKDAYS}

KINDS: Mapping[str, Mapping[str, Any]] = {
    "crane_truck": {"roads": "roads_truck"},
    "van": {"roads": "roads"},
    "autonomous": {
        "roads": "roads_truck",
        "top_kmh": 30.0,
        "closed_highways": ["motorway", "motorway_link", "trunk", "trunk_link", "primary", "primary_link"],
    },
}


def _truck(truck_id: str, name: str, kind: str, chambers: Mapping[str, int]) -> dict[str, Any]:
    return {
        "id": truck_id,
        "name": name,
        "kind": kind,
        "chambers": [{"fraction": fraction, "volume_l": volume} for fraction, volume in chambers.items()],
        "payload_kg": 11000,
        "weekdays": list(WEEKDAYS),
        "shift": ["06:00", "14:30"],
        "break": {"earliest": "09:00", "latest": "11:30", "minutes": 45},
        "cents_per_km": 95.0,
        "cents_per_hour": 4200.0,
        "cents_per_tour": 3000.0,
        "litres_per_100_km": 44.0,
        "litres_per_lift": 0.25,
        "reserve": False,
    }


TRUCKS = (
    _truck(
        *("glas-1", "Kran 1 (Glas)", "crane_truck"),
        {"glass_white": 18000, "glass_green": 12000, "glass_brown": 10000},
    ),
    _truck("papier-1", "Kran 2 (Papier)", "crane_truck", {"paper": 60000}),
    {
        **_truck("textil-1", "Transporter (Textil)", "van", {"textile": 14000}),
        "payload_kg": 1200,
        "cents_per_km": 38.0,
        "cents_per_tour": 1500.0,
        "litres_per_100_km": 11.0,
        "litres_per_lift": 0.0,
    },
    {
        **_truck("papier-auto", "Fahrerloser Sammler (Papier)", "autonomous", {"paper": 16000}),
        "payload_kg": 2500,
        "shift": ["05:00", "20:00"],
        "break": None,
        "cents_per_km": 40.0,
        "cents_per_hour": 900.0,
        "litres_per_100_km": 0.0,
        "litres_per_lift": 0.0,
        "reserve": True,
    },
)


def read_recycling(extract: Path) -> list[tuple[Spot, frozenset[str]]]:
    """Recycling places that are mapped as points, with what may be put in as the map says."""
    found = []
    wanted = osmium.filter.KeyFilter("amenity")
    for entity in osmium.FileProcessor(str(extract)).with_locations().with_filter(wanted):
        if isinstance(entity, Node) and entity.tags.get("amenity") == "recycling":
            tags = dict(entity.tags)
            spot = Spot(f"n{entity.id}", tags.get("name", ""), round(entity.lat, 6), round(entity.lon, 6))
            accepted = {
                key.partition(":")[2] for key, value in tags.items() if key.startswith("recycling:")
            } - {key.partition(":")[2] for key, value in tags.items() if value == "no"}
            found.append((spot, frozenset(accepted)))
    return found


def collection(recycling: Iterable[tuple[Spot, frozenset[str]]], places: Places) -> dict[str, Any]:
    """``waste.json``: depot, plants, trucks, places and containers, always the same for the same extract."""
    draw = random.Random(SEED)
    spots = dict(recycling)
    by_id = {spot.osm_id: spot for spot in spots}
    sites, containers = [], []
    numbers: Counter[str] = Counter()
    for spot, accepted in spots.items():
        if spot.osm_id in (YARD, PAPER_DEALER):
            continue
        settlement = min(places.settlements, key=lambda item: spot.distance_m(item.centre)).centre.name
        numbers[settlement] += 1
        site_id = f"site-{spot.osm_id}"
        sites.append(
            {
                "id": site_id,
                "name": f"{settlement} {numbers[settlement]}",
                **_position(spot),
                # Cranes reach over the pavement, not over the road.
                "curb_side": True,
                "opening_hours": None,
                "truck_kinds": None,
            }
        )
        homes = max(FEWEST_HOMES, _homes_around(spot, places))
        containers += [_container(site_id, fraction, homes, draw) for fraction in _fractions(accepted)]
    return {
        "depot": {"id": "yard", **_named(by_id[YARD])},
        "plants": [
            _plant("glass-bay", GLASS_BAY, GLASS, 1500),
            _plant("paper-dealer", by_id[PAPER_DEALER], ("paper",), 1200),
            _plant("yard", by_id[YARD], ("textile", "paper"), 900),
        ],
        "vehicle_kinds": KINDS,
        "trucks": TRUCKS,
        "sites": sites,
        "containers": containers,
    }


def _fractions(accepted: frozenset[str]) -> list[str]:
    """What stands there; where the map tells nothing, glass and paper do, as at most places."""
    if not accepted:
        return [*GLASS, "paper"]
    fractions: list[str] = []
    if accepted & {"glass", "glass_bottles"}:
        fractions += GLASS
    if accepted & {"paper", "cartons", "cardboard", "newspaper"}:
        fractions.append("paper")
    if "clothes" in accepted:
        fractions.append("textile")
    return fractions


def _container(site_id: str, fraction: str, homes: int, draw: random.Random) -> dict[str, Any]:
    model = MODELS[fraction]
    share = LITRES_PER_HOME_A_DAY[fraction] * homes / model.volume_l * math.exp(draw.gauss(0.0, BUSY_SIGMA))
    share = min(MOST_SHARE_A_DAY, max(LEAST_SHARE_A_DAY, share))
    return {
        "id": f"{site_id.removeprefix('site-')}-{fraction}",
        "site_id": site_id,
        "fraction": fraction,
        "volume_l": model.volume_l,
        "kg_per_l": model.kg_per_l,
        "lift_s": model.lift_s,
        "usual_l_per_day": round(share * model.volume_l, 1),
    }


def _homes_around(spot: Spot, places: Places) -> int:
    return sum(
        1
        for settlement in places.settlements
        for home in settlement.homes
        if spot.distance_m(home) <= HOMES_WITHIN_M
    )


def _plant(plant_id: str, spot: Spot, fractions: tuple[str, ...], unloading_s: int) -> dict[str, Any]:
    return {
        "id": plant_id,
        **_named(spot),
        "fractions": list(fractions),
        "unloading_s": unloading_s,
        "opening_hours": PLANT_HOURS,
    }


def _named(spot: Spot) -> dict[str, Any]:
    return {"name": spot.name, **_position(spot)}


def _position(spot: Spot) -> dict[str, float]:
    return {"latitude_deg": spot.latitude_deg, "longitude_deg": spot.longitude_deg}
