"""From messages to checked plain values: what was measured, and lifts that were seen by people."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from landlinie.waste.v1 import level_pb2
from service_kit.faults import NEVER, Faults

from waste.domain.errors import WrongFieldError
from waste.domain.readings import Measurement, Reading
from waste.domain.uplinks import device_id_of
from waste.messages import FAULTS

MOST_READINGS = 500
EARLY = timedelta(minutes=5)
"""So far ahead of ours a sensor's clock may be."""
LONGEST_DISTANCE_MM = 100_000
MOST_KG = 40_000.0
OPTIONAL = (
    "distance_mm",
    "fill_share",
    "occupied",
    "count_in",
    "count_out",
    "battery_v",
    "battery_share",
    "temperature_c",
    "tilted",
)


def readings_of(messages: Sequence[level_pb2.Reading], now: datetime, faults: Faults) -> list[Reading]:
    """Readings that came in at this instant."""
    if not 1 <= len(messages) <= MOST_READINGS:
        faults.add(
            "readings", f"has {len(messages)} entries, from 1 to {MOST_READINGS} are taken", "TOO_MANY"
        )
    found = []
    for number, message in enumerate(messages[:MOST_READINGS]):
        field = f"readings[{number}]"
        device_id = device_id_of(faults.identifier(message.device_id, f"{field}.device_id"))
        at = told_time(message, "measure_time", f"{field}.measure_time", now, faults, needed=True)
        measurement = _measurement(message, field, faults)
        if measurement is not None:
            found.append(Reading(device_id, at, now, measurement))
    return found


def told_time(
    request: Any, name: str, field: str, now: datetime, faults: Faults, *, needed: bool = False
) -> datetime:
    """An instant that something happened at: now where it may be left out; never in the future."""
    if not request.HasField(name):
        if needed:
            faults.add(field, "is missing", "FIELD_MISSING")
        return now
    at = faults.instant(getattr(request, name), field)
    if at is not NEVER and at > now + EARLY:
        faults.add(field, f"{at.isoformat()} is in the future", "TIME_IN_FUTURE")
    return at


def weight_of(weight_kg: float, field: str, faults: Faults) -> float:
    """Kilograms, 0 where it was not weighed."""
    if not 0 <= weight_kg <= MOST_KG:
        faults.add(field, f"{weight_kg:g} is not from 0 to {MOST_KG:g}", "VALUE_OUT_OF_RANGE")
        return 0.0
    return weight_kg


def _measurement(message: Any, field: str, faults: Faults) -> Measurement | None:
    told = {name: getattr(message, name) if message.HasField(name) else None for name in OPTIONAL}
    if message.fault:
        told["fault"] = faults.choice(message.fault, FAULTS, f"{field}.fault", None)
    distance_mm = told["distance_mm"]
    if distance_mm is not None and distance_mm > LONGEST_DISTANCE_MM:
        faults.add(
            f"{field}.distance_mm", f"{distance_mm} is more than {LONGEST_DISTANCE_MM}", "VALUE_OUT_OF_RANGE"
        )
    if all(value is None for value in told.values()):
        faults.add(field, "says nothing", "READING_EMPTY")
        return None
    try:
        return Measurement(**told)
    except WrongFieldError as error:
        faults.add(f"{field}.{error.field}", str(error), "VALUE_OUT_OF_RANGE")
        return None
