"""Detected legs as JSON: one line each, with what else it may have been and what to ask the rider."""

import json
from datetime import datetime, tzinfo

from ticketing.domain.detection import Call, DetectedLeg, Detection, Reading

QUESTIONS = {
    "alighting": {"en": "Where did you get off?", "de": "Wo sind Sie ausgestiegen?"},
    "boarding": {"en": "Where did you get on?", "de": "Wo sind Sie eingestiegen?"},
    "ride": {"en": "Which ride was it?", "de": "Welche Fahrt war es?"},
    "vehicle": {"en": "Did you go by bus or train?", "de": "Sind Sie mit Bus oder Bahn gefahren?"},
}
"""By what the plausible readings differ in."""


def leg_lines(device: str, detection: Detection, zone: tzinfo | None, *, scheduled: bool) -> list[str]:
    """One line of JSON for every leg.

    Parameters
    ----------
    zone
        That times are told in; without one as they were written, and without an offset.
    scheduled
        Whether there is a timetable: only legs on its trips are told then, else rides in any vehicle.
    """
    legs = detection.legs if scheduled else tuple(DetectedLeg(ride) for ride in detection.unmatched)
    return [json.dumps(_leg(device, leg, zone), ensure_ascii=False) for leg in legs]


def _leg(device: str, leg: DetectedLeg, zone: tzinfo | None) -> dict[str, object]:
    line: dict[str, object] = {"device": device, **_reading(leg.reading, zone)}
    line["confidence"] = round(leg.confidence, 3)
    line["alternatives"] = [
        {**_reading(other, zone), "probability": round(other.probability, 3)} for other in leg.alternatives
    ]
    line["question"] = None
    if leg.asks:
        kind = _differs_in(leg)
        line["question"] = {
            "about": kind,
            **QUESTIONS[kind],
            "readings": [_reading(reading, zone) for reading in leg.plausible],
            "billed_until_answered": _reading(leg.favourable, zone),
        }
    return line


def _differs_in(leg: DetectedLeg) -> str:
    readings = leg.plausible
    if any(not reading.trip_id for reading in readings):
        return "vehicle"
    if len({reading.route_id for reading in readings}) > 1:
        return "ride"
    if len({reading.board.stop_id for reading in readings}) > 1:
        return "boarding"
    return "alighting"


def _reading(reading: Reading, zone: tzinfo | None) -> dict[str, object]:
    return {
        "trip_id": reading.trip_id or None,
        "route_id": reading.route_id or None,
        "route": reading.route_name or None,
        "service_day": None if reading.service_day is None else reading.service_day.isoformat(),
        "board": _call(reading.board, zone),
        "alight": _call(reading.alight, zone),
        "stop_count": reading.stop_count,
        "delay_s": reading.delay_s,
    }


def _call(call: Call, zone: tzinfo | None) -> dict[str, object]:
    return {
        "stop_id": call.stop_id or None,
        "stop": call.stop_name or None,
        "time": _written(call.time, zone),
        "lon": round(call.lon, 6),
        "lat": round(call.lat, 6),
    }


def _written(time: datetime, zone: tzinfo | None) -> str:
    if zone is None:
        return time.replace(tzinfo=None).isoformat(timespec="seconds")
    return time.astimezone(zone).isoformat(timespec="seconds")
