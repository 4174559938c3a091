"""A device's message as it is kept: raw, for as long as there may be a reason to read it again."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from waste.domain.devices.frame import BadFrame
from waste.domain.devices.registry import decode, find_device
from waste.domain.readings import Measurement, Reading
from waste.domain.uplinks import Uplink

AHEAD = timedelta(minutes=10)
"""So far a message's instant may lie after ours: clocks differ."""
HELD_BACK = timedelta(days=366)
"""What a device kept for longer than this it has dated with a clock that was never set."""
NOT_REGISTERED = "DEVICE_NOT_REGISTERED"
NO_MODEL = "MODEL_UNKNOWN"
IN_FUTURE = "INSTANT_IN_FUTURE"


class FrameState(StrEnum):
    """What became of a message."""

    WAITING = "waiting"
    READ = "read"
    """There were values in it."""
    ALIVE = "alive"
    """There were none: it says that the device is there, and perhaps how it is set."""
    REFUSED = "refused"
    """It could not be understood; it stays, with the reason."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A message that is kept.

    Parameters
    ----------
    number
        Grows with every message that is new.
    received_at
        When it came to us.
    reason, detail
        Of one that was refused: a word for programs, a sentence for people.
    """

    number: int
    uplink: Uplink
    received_at: datetime
    state: FrameState = FrameState.WAITING
    reason: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class FrameRead:
    """What a frame turned out to be."""

    state: FrameState
    readings: tuple[Reading, ...] = ()
    reason: str = ""
    detail: str = ""


def read_frame(frame: Frame, model: str | None) -> FrameRead:
    """Read a frame.

    Parameters
    ----------
    model
        As the device is registered, None where it is not. Where no decoder is called so, its network's word
        counts.
    """
    uplink = frame.uplink
    if uplink.at > frame.received_at + AHEAD:
        detail = f"at is {uplink.at.isoformat()}, it came at {frame.received_at.isoformat()}"
        return FrameRead(FrameState.REFUSED, reason=IN_FUTURE, detail=detail)
    if uplink.measurement is None and not uplink.payload:
        return FrameRead(FrameState.ALIVE)
    if model is None:
        return FrameRead(
            FrameState.REFUSED, reason=NOT_REGISTERED, detail=f"device {uplink.device_id} is nobody's"
        )
    if uplink.measurement is not None:
        return _told(_reading(frame, uplink.at, uplink.measurement))
    device = find_device(model) or find_device(uplink.model or "")
    if device is None:
        detail = (
            f"device {uplink.device_id} is registered as {model!r}, its network calls it {uplink.model!r}"
        )
        return FrameRead(FrameState.REFUSED, reason=NO_MODEL, detail=detail)
    try:
        decoded = decode(device, uplink.port, uplink.payload)
    except BadFrame as error:
        return FrameRead(FrameState.REFUSED, reason=error.reason.value, detail=error.why)
    earliest = frame.received_at - HELD_BACK
    earlier = [
        _reading(frame, at, then) for at, then in decoded.earlier if earliest <= at <= frame.received_at
    ]
    return _told(*earlier, _reading(frame, uplink.at, decoded.measurement))


def _reading(frame: Frame, at: datetime, measurement: Measurement) -> Reading:
    return Reading(frame.uplink.device_id, at, frame.received_at, measurement)


def _told(*readings: Reading) -> FrameRead:
    telling = tuple(reading for reading in readings if reading.measurement != Measurement())
    return FrameRead(FrameState.READ if telling else FrameState.ALIVE, telling)
