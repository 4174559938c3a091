"""Milesight EM500-UDL: ultrasonic, in tanks and deep containers; distance in millimetres.

The alarm of a sudden change writes its distances in tenths of a unit the data sheet does not name. They are
told as they come, and no measurement is made of them: the regular report follows.
"""

from datetime import UTC, datetime

from waste.domain.devices.frame import Decoded, Device, Fields, Vector
from waste.domain.devices.milesight_channels import (
    DEVICE,
    VENDOR,
    Channel,
    low_first,
    measured,
    number,
    read_channels,
)
from waste.domain.readings import Measurement, SensorKind

ALARM = {0: "normal", 1: "threshold_alarm", 2: "mutation_alarm"}


def _mutation(value: bytes) -> Fields:
    return {
        "distance": low_first(value[:2]) / 10,
        "distance_mutation": low_first(value[2:4]) / 10,
        "distance_alarm": ALARM.get(value[4], "unknown"),
    }


def _history(value: bytes) -> Fields:
    return {"history": [{"timestamp": low_first(value[:4]), "distance": low_first(value[4:6])}]}


CHANNELS = {
    **DEVICE,
    (0x03, 0x82): number("distance", 2),
    (0x83, 0xE9): Channel(5, _mutation),
    (0x20, 0xCE): Channel(6, _history),
}


def decode(port: int, payload: bytes) -> Decoded:  # noqa: ARG001 - the port can be set
    """Decode a frame."""
    fields = read_channels(CHANNELS, payload)
    history = fields.get("history")
    earlier = tuple(
        (datetime.fromtimestamp(entry["timestamp"], UTC), measured({}, entry["distance"]))
        for entry in (history if isinstance(history, list) else [])
    )
    return Decoded(fields, measured(fields, fields.get("distance")), earlier)


DEVICES = (
    Device(
        VENDOR,
        "EM500-UDL",
        SensorKind.FILL,
        decode,
        (
            Vector(
                85,
                "01756403821E00",
                {"battery": 100, "distance": 30},
                Measurement(distance_mm=30, battery_share=1.0),
            ),
            Vector(
                85,
                "0175FF03821E00",
                {"battery": 255, "distance": 30},
                Measurement(distance_mm=30),
            ),
            Vector(
                85,
                "83E91405640002",
                {"distance": 130.0, "distance_mutation": 10.0, "distance_alarm": "mutation_alarm"},
                Measurement(),
            ),
            Vector(
                85,
                "20CE9E0D4A65E80320CECA0E4A65DA03",
                {
                    "history": [
                        {"timestamp": 1699351966, "distance": 1000},
                        {"timestamp": 1699352266, "distance": 986},
                    ]
                },
                Measurement(),
            ),
        ),
    ),
)
