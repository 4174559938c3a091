"""What was ridden, as it was read from a trace: legs with a confidence, and what else they may have been."""

from dataclasses import dataclass
from datetime import date, datetime

ASKED_BELOW = 0.8
"""The rider is asked about a leg that is less certain than this."""
PLAUSIBLE = 0.25
"""A reading counts as plausible from this share of the likeliest one's probability on."""


@dataclass(frozen=True, slots=True)
class Call:
    """Where and when somebody got on or off; ``stop_id`` and ``stop_name`` are empty without a timetable."""

    time: datetime
    lon: float
    lat: float
    stop_id: str = ""
    stop_name: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a stretch of a trace: from a boarding to an alighting in one vehicle.

    ``trip_id`` is empty and ``service_day`` is ``None`` for a vehicle that is in no timetable: a car, say.
    ``stop_count`` counts the stops after boarding, the last one included. ``length_m`` is straight from stop
    to stop. ``delay_s`` is how late the vehicle was at the alighting.
    """

    board: Call
    alight: Call
    probability: float
    length_m: float
    trip_id: str = ""
    route_id: str = ""
    route_name: str = ""
    service_day: date | None = None
    stop_count: int = 0
    delay_s: int = 0


@dataclass(frozen=True, slots=True)
class DetectedLeg:
    """A leg: its likeliest reading, and the others by falling probability."""

    reading: Reading
    alternatives: tuple[Reading, ...] = ()

    @property
    def confidence(self) -> float:
        """The probability of the likeliest reading, 0 to 1."""
        return self.reading.probability

    @property
    def asks(self) -> bool:
        """Whether the rider should say which reading is right."""
        return self.confidence < ASKED_BELOW and bool(self.alternatives)

    @property
    def plausible(self) -> tuple[Reading, ...]:
        """The likeliest reading, and the others that a question offers; billed is the cheapest of them.

        Before prices are known that is the shortest: see :attr:`favourable`.
        """
        least = PLAUSIBLE * self.confidence
        return self.reading, *(other for other in self.alternatives if other.probability >= least)

    @property
    def favourable(self) -> Reading:
        """The reading to bill while a question is open: of the plausible ones that with the shortest way.

        A vehicle in no timetable costs nothing, so that such a reading comes before all others.
        """
        if not self.asks:
            return self.reading
        return min(self.plausible, key=lambda reading: reading.length_m if reading.trip_id else -1.0)


@dataclass(frozen=True, slots=True)
class Detection:
    """All legs of a trace in the order of time.

    ``legs`` are on trips of the timetable; ``unmatched`` were in vehicles that are not in it, and are billed
    to nobody.
    """

    legs: tuple[DetectedLeg, ...]
    unmatched: tuple[Reading, ...]
