"""How Milesight's sensors write: channels one after another: number, type, value; low byte first.

What a channel means depends on the model; what it says about the device itself does not. The length of a
channel that a model does not have is not known, so a frame with one is bad from there on, and told as such.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from waste.domain.devices.frame import (
    BadFrame,
    BadFrameReason,
    Cursor,
    Decode,
    Decoded,
    Fields,
    percent_share,
)
from waste.domain.readings import Fault, Measurement

VENDOR = "milesight"
NOT_MEASURED = 0xFF
"""Of a battery, as LoRaWAN itself has it."""
NO_ECHO = 0xFFFD
"""From here on a distance is a word."""
ENABLE = {0: "disable", 1: "enable"}
TILT = {0: "normal", 1: "tilt"}
ALARM = {0: "threshold_alarm_release", 1: "threshold_alarm"}
CONDITION = {0: "disable", 1: "below", 2: "above", 3: "between", 4: "outside", 5: "mutation"}


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel's length in bytes, and what it adds to the fields."""

    length: int
    read: Callable[[bytes], Fields]


Channels = Mapping[tuple[int, int], Channel]
"""By the channel's number and type."""


def low_first(value: bytes) -> int:
    """Read an unsigned number, its low byte first."""
    return int.from_bytes(value, "little")


def low_first_signed(value: bytes) -> int:
    """Read a signed number, its low byte first."""
    return int.from_bytes(value, "little", signed=True)


def number(name: str, length: int) -> Channel:
    """An unsigned number."""
    return Channel(length, lambda value: {name: low_first(value)})


def signed(name: str) -> Channel:
    """A signed number of two bytes."""
    return Channel(2, lambda value: {name: low_first_signed(value)})


def fraction(name: str, parts: int) -> Channel:
    """A signed number of two bytes, in so many parts of the unit."""
    return Channel(2, lambda value: {name: low_first_signed(value) / parts})


def choice(name: str, names: Mapping[int, str]) -> Channel:
    """One of a few words."""
    return Channel(1, lambda value: {name: names.get(value[0], "unknown")})


def said(name: str, word: str) -> Channel:
    """A channel whose coming says it all."""
    return Channel(1, lambda _: {name: word})


def _version(name: str, nibble_minor: bool) -> Channel:
    return Channel(
        2, lambda value: {name: f"v{value[0]:x}.{value[1] >> 4 if nibble_minor else format(value[1], 'x')}"}
    )


def alarm_settings(name: str) -> Channel:
    """A threshold as it is set: condition, whether its end is told, lowest and highest value, waits."""
    return Channel(
        9,
        lambda value: {
            name: {
                "condition": CONDITION.get(value[0] & 7, "unknown"),
                "alarm_release_enable": ENABLE[value[0] >> 7],
                "threshold_min": low_first(value[1:3]),
                "threshold_max": low_first(value[3:5]),
                "lock_time": low_first(value[5:7]),
                "continue_time": low_first(value[7:9]),
            }
        },
    )


def _settings() -> dict[tuple[int, int], Channel]:
    by_type = {
        0x02: number("collection_interval", 2),
        0x03: number("report_interval", 2),
        0x10: said("reboot", "yes"),
        0x27: said("clear_history", "yes"),
        0x28: said("query_device_status", "yes"),
        0x3E: choice("tilt_linkage_distance_enable", ENABLE),
        0x4A: said("sync_time", "yes"),
        0x68: choice("history_enable", ENABLE),
        0x69: choice("retransmit_enable", ENABLE),
        0x1C: Channel(2, lambda value: {"recollection_config": {"counts": value[0], "interval": value[1]}}),
    }
    return {(number, kind): channel for kind, channel in by_type.items() for number in (0xFE, 0xFF)}


DEVICE: Channels = {
    **_settings(),
    (0x01, 0x75): number("battery", 1),
    (0xFF, 0x01): Channel(1, lambda value: {"ipso_version": f"v{value[0] >> 4}.{value[0] & 15}"}),
    (0xFF, 0x09): _version("hardware_version", nibble_minor=True),
    (0xFF, 0x0A): _version("firmware_version", nibble_minor=False),
    (0xFF, 0xFF): Channel(2, lambda value: {"tsl_version": f"v{value[0]}.{value[1]}"}),
    (0xFF, 0x16): Channel(8, lambda value: {"sn": value.hex()}),
    (0xFF, 0x0F): choice("lorawan_class", {0: "Class A", 1: "Class B", 2: "Class C", 3: "Class CtoB"}),
    (0xFF, 0xFE): said("reset_event", "reset"),
    (0xFF, 0x0B): said("device_status", "on"),
}
"""What every model says of itself."""


def read_channels(channels: Channels, payload: bytes) -> Fields:
    """Read a frame's fields; of a field that comes twice the last counts, lists are joined.

    Raises
    ------
    BadFrame
        For a channel the model does not have, and one that is cut off.
    """
    cursor = Cursor(payload)
    fields: Fields = {}
    while cursor.left:
        start = cursor.at
        key = (cursor.unsigned(1, "channel"), cursor.unsigned(1, "channel type"))
        channel = channels.get(key)
        if channel is None:
            raise BadFrame(
                BadFrameReason.UNKNOWN_FIELD,
                f"channel {key[0]:02X} of type {key[1]:02X} at byte {start} is none of this model",
            )
        for name, value in channel.read(cursor.take(channel.length, f"channel {key[0]:02X}")).items():
            before = fields.get(name)
            fields[name] = (
                [*before, *value] if isinstance(before, list) and isinstance(value, list) else value
            )
    return fields


def measured(fields: Fields, distance: object) -> Measurement:
    """What a distance sensor's fields say in our units.

    Parameters
    ----------
    distance
        In millimetres, where there is one that counts. None of these sensors sees what is at 0; and the
        highest values are how the firmware writes that there was no echo.
    """
    seen = distance if isinstance(distance, int) else None
    fault = None
    if seen == 0:
        fault = Fault.TOO_CLOSE
    elif seen is not None and not 0 < seen < NO_ECHO:
        fault = Fault.NO_TARGET
    battery, temperature = fields.get("battery"), fields.get("temperature")
    return Measurement(
        distance_mm=seen if fault is None else None,
        battery_share=percent_share(battery, "battery")
        if isinstance(battery, int) and battery != NOT_MEASURED
        else None,
        temperature_c=temperature if isinstance(temperature, float) else None,
        tilted={"tilt": True, "normal": False}.get(str(fields.get("position"))),
        fault=fault,
    )


def decoder(channels: Channels) -> Decode:
    """Return a decoder of distance sensors with these channels; their port can be set, so any will do."""

    def decode(port: int, payload: bytes) -> Decoded:  # noqa: ARG001
        fields = read_channels(channels, payload)
        return Decoded(fields, measured(fields, fields.get("distance")))

    return decode
