"""How late trips run, and in which vehicles: what a timetable does not know."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class TripDelay:
    """The delay of one trip.

    ``service_day`` is ``None`` where it holds on any day. ``from_sequence`` is the feed's number of the call
    from which on it holds, up to the next one told for the trip. ``vehicle`` is what the beacon aboard says,
    empty where that is not known.
    """

    trip_id: str
    delay_s: int
    service_day: date | None = None
    from_sequence: int = 0
    vehicle: str = ""


class Delays:
    """Delays by trip and service day."""

    def __init__(self, delays: Iterable[TripDelay] = ()) -> None:
        self._of: dict[tuple[str, date | None], list[TripDelay]] = {}
        for delay in delays:
            self._of.setdefault((delay.trip_id, delay.service_day), []).append(delay)
        for known in self._of.values():
            known.sort(key=lambda delay: delay.from_sequence)
        self.vehicles = frozenset(delay.vehicle for known in self._of.values() for delay in known) - {""}
        """All beacons whose trip is known."""

    def __bool__(self) -> bool:
        return bool(self._of)

    def of(self, trip_id: str, day: date) -> list[TripDelay]:
        """What is known of a trip on a service day, in the order of its calls."""
        return self._of.get((trip_id, day)) or self._of.get((trip_id, None)) or []
