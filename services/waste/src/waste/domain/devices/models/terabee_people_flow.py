"""Terabee People Counting L-XL: counts who passes below, in both directions, since it was set to 0."""

from waste.domain.devices.frame import Cursor, Decoded, Device, Fields, Vector, unknown_port
from waste.domain.readings import Fault, Measurement, SensorKind

FLAGS = ("TPC_STOPPED", "TPC_STUCK", "MULTI_DEV_ISSUE", "WIFI_AP_ENABLED")
NOT_COUNTING = 3
"""The bits that say it stands still."""


def decode(port: int, payload: bytes) -> Decoded:
    """Decode a count; answers to settings come on other ports and count nothing."""
    if port != 1:
        raise unknown_port(port, "1 for counts")
    cursor = Cursor(payload)
    came, left = cursor.unsigned(4, "count_in"), cursor.unsigned(4, "count_out")
    flags = cursor.unsigned(1, "flags")
    cursor.end()
    names = {name: 1 for bit, name in enumerate(FLAGS) if flags >> bit & 1}
    fields: Fields = {"count_in": came, "count_out": left, "flags": names}
    fault = Fault.SENSOR_FAILED if flags & NOT_COUNTING else None
    return Decoded(fields, Measurement(count_in=came, count_out=left, fault=fault))


DEVICES = (
    Device(
        "terabee",
        "People Counting L-XL",
        SensorKind.COUNTER,
        decode,
        (
            Vector(
                1,
                "000000C8000001C800",
                {"count_in": 200, "count_out": 456, "flags": {}},
                Measurement(count_in=200, count_out=456),
            ),
            Vector(
                1,
                "000000C8000001C802",
                {"count_in": 200, "count_out": 456, "flags": {"TPC_STUCK": 1}},
                Measurement(count_in=200, count_out=456, fault=Fault.SENSOR_FAILED),
            ),
        ),
        also=("people-flow-counting-l-xl", "People Counting L", "People Counting XL"),
    ),
)
