"""What a sensor told, in one vocabulary for all makes: the units of this room, and nothing guessed."""

from dataclasses import asdict, dataclass, fields
from datetime import datetime
from enum import StrEnum
from math import isfinite

from waste.domain.errors import WrongFieldError


class SensorKind(StrEnum):
    """What a sensor is there for."""

    FILL = "fill"
    """How full a container is."""
    PARKING = "parking"
    """Whether something stands on a space."""
    COUNTER = "counter"
    """How many passed: a loop, a light barrier, a radar at a gate."""


class Fault(StrEnum):
    """Why a sensor could not measure what it is there for, though its frame is in order."""

    NO_SENSOR = "no_sensor"
    NO_TARGET = "no_target"
    TOO_CLOSE = "too_close"
    TOO_FAR = "too_far"
    INVALID_READING = "invalid_reading"
    SENSOR_FAILED = "sensor_failed"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class Position:
    """Where a device says it is, WGS84 degrees."""

    latitude_deg: float
    longitude_deg: float

    def __post_init__(self) -> None:
        for name, value, bound in (
            ("latitude_deg", self.latitude_deg, 90),
            ("longitude_deg", self.longitude_deg, 180),
        ):
            if not abs(value) <= bound:
                raise WrongFieldError(name, value, f"from -{bound} to {bound}")


@dataclass(frozen=True, slots=True)
class Measurement:
    """What one frame says, as far as it says it; what it is silent about is None.

    Parameters
    ----------
    distance_mm
        From the sensor's face to what it sees.
    fill_share
        How full the device itself says the container is, 0 to 1.
    battery_v, battery_share
        Whichever of the two the device tells.
    temperature_c
        At the sensor.
    tilted
        Whether it hangs otherwise than it was mounted.
    position
        Where it is.
    occupied
        Whether something stands in front of it.
    count_in, count_out
        Passages since the device was started or its counter was set to 0: differences are what counts, and a
        number lower than the one before is a new beginning.
    fault
        Why what it is there for could not be measured. A frame with a fault has no distance and no fill.

    Raises
    ------
    WrongFieldError
        For a value that cannot be.
    """

    distance_mm: int | None = None
    fill_share: float | None = None
    battery_v: float | None = None
    battery_share: float | None = None
    temperature_c: float | None = None
    tilted: bool | None = None
    position: Position | None = None
    occupied: bool | None = None
    count_in: int | None = None
    count_out: int | None = None
    fault: Fault | None = None

    def __post_init__(self) -> None:
        for name in ("fill_share", "battery_share"):
            share = getattr(self, name)
            if share is not None and not 0 <= share <= 1:
                raise WrongFieldError(name, share, "a share from 0 to 1")
        for name in ("distance_mm", "battery_v", "count_in", "count_out"):
            amount = getattr(self, name)
            if amount is not None and not (amount >= 0 and isfinite(amount)):
                raise WrongFieldError(name, amount, "a finite amount from 0 on")
        if self.temperature_c is not None and not -60 <= self.temperature_c <= 150:
            raise WrongFieldError("temperature_c", self.temperature_c, "from -60 to 150")
        if self.fault is not None and (self.distance_mm is not None or self.fill_share is not None):
            raise WrongFieldError("fault", self.fault.value, "no distance and no fill beside a fault")

    @property
    def measures(self) -> bool:
        """Whether it tells what a sensor is there for, not only that the device is alive."""
        told = (self.distance_mm, self.fill_share, self.occupied, self.count_in, self.count_out)
        return any(each is not None for each in told)

    def told(self) -> dict[str, object]:
        """Return what it tells by name, without what it is silent about."""
        return {
            field.name: asdict(value) if isinstance(value, Position) else value
            for field in fields(self)
            if (value := getattr(self, field.name)) is not None
        }


@dataclass(frozen=True, slots=True)
class Reading:
    """A measurement with its device and its instant.

    Parameters
    ----------
    device_id
        The device's own id in its network: a DevEUI of 16 hexadecimal digits in lower case, a URN, a name.
    at
        When it was measured, aware.
    received_at
        When it came to us, aware; later than ``at`` for what a device or a network held back.
    measurement
        What was measured.
    """

    device_id: str
    at: datetime
    received_at: datetime
    measurement: Measurement

    def __post_init__(self) -> None:
        for name in ("at", "received_at"):
            instant: datetime = getattr(self, name)
            if instant.tzinfo is None:
                raise WrongFieldError(name, instant.isoformat(), "an instant with a time zone")
