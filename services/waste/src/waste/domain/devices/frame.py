"""What every decoder is made of: a device, its decoded frames, and why a frame is no good."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from waste.domain.errors import WasteError
from waste.domain.readings import Measurement, SensorKind

Fields = dict[str, object]
"""What a frame says in its maker's words and units: JSON values."""


class BadFrameReason(StrEnum):
    """Why a frame tells nothing."""

    EMPTY = "FRAME_EMPTY"
    NOT_HEX = "FRAME_NOT_HEX"
    TOO_SHORT = "FRAME_TOO_SHORT"
    TOO_LONG = "FRAME_TOO_LONG"
    UNKNOWN_DEVICE = "DEVICE_UNKNOWN"
    UNKNOWN_PORT = "PORT_UNKNOWN"
    UNKNOWN_FIELD = "FIELD_UNKNOWN"
    UNKNOWN_VERSION = "VERSION_UNKNOWN"
    WRONG_LENGTH = "FIELD_LENGTH_WRONG"
    IMPOSSIBLE_VALUE = "VALUE_IMPOSSIBLE"


class BadFrame(WasteError):  # noqa: N818 - reads as what it is
    """A frame that tells nothing; the text names the field and its value.

    Parameters
    ----------
    reason
        For programs and for counting.
    why
        For people.
    """

    def __init__(self, reason: BadFrameReason, why: str) -> None:
        super().__init__(f"{reason.value}: {why}")
        self.reason = reason
        self.why = why


@dataclass(frozen=True, slots=True)
class Decoded:
    """A frame, understood.

    Parameters
    ----------
    fields
        In the maker's words and units.
    measurement
        In ours.
    earlier
        What the device measured before and sends only now, with its instants.
    """

    fields: Fields
    measurement: Measurement
    earlier: tuple[tuple[datetime, Measurement], ...] = ()


@dataclass(frozen=True, slots=True)
class Vector:
    """A frame of which it is known what it means."""

    port: int
    hex: str
    fields: Fields
    measurement: Measurement


Decode = Callable[[int, bytes], Decoded]
"""Takes a port from 0 to 255 and at least one byte; raises BadFrame or WrongFieldError."""


@dataclass(frozen=True, slots=True)
class Device:
    """A model of a maker.

    Parameters
    ----------
    vendor, model
        As they are written on it.
    kind
        What it is there for.
    decode
        Its decoder.
    vectors
        At least one.
    also
        Other names of the model.
    """

    vendor: str
    model: str
    kind: SensorKind
    decode: Decode
    vectors: tuple[Vector, ...]
    also: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.vendor} {self.model}"


class Cursor:
    """Reads a frame from its first byte to its last; a field that is cut off is a bad frame."""

    def __init__(self, payload: bytes) -> None:
        self._payload = payload
        self.at = 0

    @property
    def left(self) -> int:
        """Bytes that are not read yet."""
        return len(self._payload) - self.at

    def take(self, count: int, what: str) -> bytes:
        """Read the next ``count`` bytes, of the field ``what``."""
        if self.left < count:
            raise BadFrame(
                BadFrameReason.TOO_SHORT,
                f"{what} at byte {self.at} needs {count} bytes, {self.left} are left",
            )
        taken = self._payload[self.at : self.at + count]
        self.at += count
        return taken

    def unsigned(self, count: int, what: str) -> int:
        """Read an unsigned number, its high byte first."""
        return int.from_bytes(self.take(count, what), "big")

    def signed(self, count: int, what: str) -> int:
        """Read a signed number, its high byte first."""
        return int.from_bytes(self.take(count, what), "big", signed=True)

    def end(self) -> None:
        """Raise BadFrame unless everything was read."""
        if self.left:
            raise BadFrame(
                BadFrameReason.TOO_LONG, f"{self.left} bytes are left after the last field, at byte {self.at}"
            )


def percent_share(value: int, what: str) -> float:
    """Return a percentage as a share; more than 100 is a bad frame."""
    if not 0 <= value <= 100:
        raise BadFrame(BadFrameReason.IMPOSSIBLE_VALUE, f"{what} is {value} %")
    return value / 100


def unknown_port(port: int, known: str) -> BadFrame:
    """A frame on a port of which the device says nothing."""
    return BadFrame(BadFrameReason.UNKNOWN_PORT, f"port is {port}, known: {known}")
