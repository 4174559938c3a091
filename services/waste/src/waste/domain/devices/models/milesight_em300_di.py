"""Milesight EM300-DI: counts the pulses of a contact, such as that of an induction loop's detector.

The number is that of all pulses since the counter was set to 0.
"""

from dataclasses import replace

from waste.domain.devices.frame import Decoded, Device, Vector
from waste.domain.devices.milesight_channels import (
    DEVICE,
    VENDOR,
    Channel,
    choice,
    fraction,
    measured,
    number,
    read_channels,
)
from waste.domain.readings import Measurement, SensorKind

LEVEL = {0: "low", 1: "high"}
ALARM = {0: "gpio alarm release", 1: "gpio alarm"}
CHANNELS = {
    **DEVICE,
    (0x03, 0x67): fraction("temperature", 10),
    (0x04, 0x68): Channel(1, lambda value: {"humidity": value[0] / 2}),
    (0x05, 0x00): choice("gpio", LEVEL),
    (0x05, 0xC8): number("pulse", 4),
    (0x85, 0x00): Channel(
        2,
        lambda value: {"gpio": LEVEL.get(value[0], "unknown"), "gpio_alarm": ALARM.get(value[1], "unknown")},
    ),
}


def decode(port: int, payload: bytes) -> Decoded:  # noqa: ARG001 - the port can be set
    """Decode a frame; a contact that is not counted says whether something stands on the loop."""
    fields = read_channels(CHANNELS, payload)
    pulse = fields.get("pulse")
    occupied = {"high": True, "low": False}.get(str(fields.get("gpio")))
    now = replace(
        measured(fields, None), count_in=pulse if isinstance(pulse, int) else None, occupied=occupied
    )
    return Decoded(fields, now)


DEVICES = (
    Device(
        VENDOR,
        "EM300-DI",
        SensorKind.COUNTER,
        decode,
        (
            Vector(
                85,
                "01755C0367010104687105C8F3210000",
                {"battery": 92, "temperature": 25.7, "humidity": 56.5, "pulse": 8691},
                Measurement(battery_share=0.92, temperature_c=25.7, count_in=8691),
            ),
            Vector(85, "050001", {"gpio": "high"}, Measurement(occupied=True)),
            Vector(
                85,
                "85000000",
                {"gpio": "low", "gpio_alarm": "gpio alarm release"},
                Measurement(occupied=False),
            ),
        ),
    ),
)
