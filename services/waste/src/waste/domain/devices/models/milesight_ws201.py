"""Milesight WS201: in dispensers and bins; distance in millimetres and what is LEFT, in percent.

The percentage is that of a paper roll or a stack: 100 is full of what is dispensed. In a bin it is the room
that remains, so that the filling is the rest of it.
"""

from waste.domain.devices.frame import Decoded, Device, Fields, Vector, percent_share
from waste.domain.devices.milesight_channels import (
    DEVICE,
    ENABLE,
    VENDOR,
    Channel,
    low_first,
    measured,
    number,
    read_channels,
)
from waste.domain.readings import Measurement, SensorKind


def _alarm_settings(value: bytes) -> Fields:
    return {
        "remaining_alarm_config": [
            {
                "index": value[0] >> 3 & 7,
                "enable": ENABLE[value[0] >> 6 & 1],
                "alarm_release_enable": ENABLE[value[0] >> 7],
                "threshold": low_first(value[3:5]),
            }
        ]
    }


CHANNELS = {
    **DEVICE,
    (0x03, 0x82): number("distance", 2),
    (0x04, 0xD6): number("remaining", 1),
}
for _number in (0xFE, 0xFF):
    CHANNELS |= {(_number, 0x06): Channel(9, _alarm_settings), (_number, 0x76): number("depth", 2)}


def decode(port: int, payload: bytes) -> Decoded:  # noqa: ARG001 - the port can be set
    """Decode a frame; the filling is what does not remain."""
    fields = read_channels(CHANNELS, payload)
    now = measured(fields, fields.get("distance"))
    remaining = fields.get("remaining")
    # Where the distance failed, so did what the sensor made of it.
    if isinstance(remaining, int) and now.fault is None:
        left = percent_share(remaining, "remaining")
        now = Measurement(
            distance_mm=now.distance_mm, battery_share=now.battery_share, fill_share=round(1 - left, 2)
        )
    return Decoded(fields, now)


DEVICES = (
    Device(
        VENDOR,
        "WS201",
        SensorKind.FILL,
        decode,
        (
            Vector(
                85,
                "01756403823E0004D645",
                {"battery": 100, "distance": 62, "remaining": 69},
                Measurement(distance_mm=62, battery_share=1.0, fill_share=0.31),
            ),
            Vector(85, "04D600", {"remaining": 0}, Measurement(fill_share=1.0)),
        ),
    ),
)
