"""What is told in real time of our own vehicles, as plain values.

:mod:`timetable.live.writing` makes messages of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class OutCall:
    """When a vehicle comes to a stop, Unix seconds; ``skipped`` where it does not."""

    stop_id: str
    sequence: int
    arrival_s: int
    departure_s: int
    skipped: bool = False


@dataclass(frozen=True, slots=True)
class OutRun:
    """One run of the published timetable, as it is now.

    Parameters
    ----------
    trip_id, route_id
        As the published feed has them.
    day
        The service day.
    vehicle_id
        The vehicle on it; empty where that is not known.
    calls
        What is known of its calls, in the order of travel; empty for a run that is canceled.
    canceled
        Whether it does not run.
    added
        Whether the published timetable does not have it.
    """

    trip_id: str
    route_id: str
    day: date
    vehicle_id: str
    calls: tuple[OutCall, ...]
    canceled: bool = False
    added: bool = False


@dataclass(frozen=True, slots=True)
class OutVehicle:
    """Where a vehicle is; ``run`` where it is on one. Nothing of who sits in it."""

    vehicle_id: str
    label: str
    lat: float
    lon: float
    at_s: int
    bearing_degrees: float | None = None
    speed_m_per_s: float | None = None
    run: OutRun | None = None


@dataclass(frozen=True, slots=True)
class OutAlert:
    """Something that passengers of some routes should know, Unix seconds.

    ``cause`` and ``effect`` are the standard's names, ``header`` is a text by language.
    """

    alert_id: str
    route_ids: tuple[str, ...]
    from_s: int
    until_s: int
    cause: str
    effect: str
    header: Mapping[str, str]
