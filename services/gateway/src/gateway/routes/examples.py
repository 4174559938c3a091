"""Bodies that can be sent as they stand: to the demo district, on the day they name."""

from collections.abc import Mapping
from typing import Any

_TROLLENHAGEN = {"position": {"latitude_deg": 53.606631, "longitude_deg": 13.290617}, "label": "Trollenhagen"}
_FLIEGERHORST = {"position": {"latitude_deg": 53.5766608, "longitude_deg": 13.2989309}}
_MORNING = {"earliest": "2026-11-24T09:30:00Z", "latest": "2026-11-24T10:00:00Z"}

EXAMPLES: Mapping[str, Any] = {
    "requestOffers": {
        "pickup": _TROLLENHAGEN,
        "dropoff": _FLIEGERHORST,
        "pickup_window": _MORNING,
        "party": {"seated_count": 2},
    },
    "createVehicle": {
        "vehicle": {
            "vehicle_id": "taxi-1",
            "zone_id": "nord",
            "kind": "VEHICLE_KIND_TAXI",
            "name": "Taxi Meier",
            "layouts": [{"seat_count": 4}, {"seat_count": 2, "wheelchair_place_count": 1}],
        }
    },
    "reportRoadChange": {
        "road_change": {
            "path": [
                {"latitude_deg": 53.5781, "longitude_deg": 13.2961},
                {"latitude_deg": 53.5752, "longitude_deg": 13.3012},
            ],
            "speed_share": 0.0,
            "end_time": "2026-11-24T18:00:00Z",
            "note": "Vollsperrung",
        }
    },
    "searchPlaces": {"text": "neubrandenb bahnhof", "max_result_count": 3},
    "describePosition": {"position": {"latitude_deg": 53.5578, "longitude_deg": 13.2611}},
    "planJourneys": {
        "from": _TROLLENHAGEN,
        "to": _FLIEGERHORST,
        "depart_at": "2026-11-24T09:30:00Z",
        "modes": ["MODE_WALK", "MODE_POOLED_RIDE"],
    },
    "listFreeCars": {"window": {"earliest": "2026-11-24T09:30:00Z", "latest": "2026-11-24T12:00:00Z"}},
    "findLifts": {
        "from": _TROLLENHAGEN,
        "to": _FLIEGERHORST,
        "earliest_departure": "2026-11-24T06:00:00Z",
        "latest_departure": "2026-11-24T09:00:00Z",
    },
    "openAccount": {"passenger_reference": "passenger-7", "profile": {"rider_category": "adult"}},
    "registerSubAccount": {"sub_account": {"sub_account_id": "museum", "name": "Museum"}},
}
"""By operation."""
