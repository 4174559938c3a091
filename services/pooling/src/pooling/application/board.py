"""What is going on now, as the events tell it: follows the plan by moments, never ahead of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from routing_core.fleet.model import Load

from pooling.domain.offers import RefusalCode
from pooling.domain.places import Point


@dataclass(frozen=True, slots=True)
class LiveVehicle:
    """A vehicle where it was last reported, None before the first report, and who is in it."""

    vehicle_id: str
    zone_id: str
    point: Point | None
    report_time: datetime | None
    aboard: Load
    aboard_ride_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DayFigures:
    """What a service day has come to so far; ``refused_by_reason`` counts each refusal by its main reason.

    Waits run from the start of the promised window to boarding.
    """

    zone_id: str
    service_date: date
    request_count: int = 0
    refused_count: int = 0
    booked_count: int = 0
    cancelled_count: int = 0
    no_show_count: int = 0
    boarded_count: int = 0
    completed_count: int = 0
    total_wait_s: int = 0
    total_ride_s: int = 0
    total_direct_s: int = 0
    broken_promise_count: int = 0
    refused_by_reason: Mapping[RefusalCode, int] = field(default_factory=dict)


class Board(Protocol):
    """The read model."""

    def live_vehicles(self, zone_id: str | None, after: str, count: int) -> list[LiveVehicle]:
        """At most ``count`` by id, after an id, of a zone or all."""
        ...

    def day_figures(self, zone_id: str | None, service_date: date) -> DayFigures:
        """Of a zone, or of all together; zeros where nothing happened."""
        ...
