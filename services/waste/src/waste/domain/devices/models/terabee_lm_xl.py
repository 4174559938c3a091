"""Terabee LoRa Level Monitoring XL: by light; millimetres, and the filling in percent full.

Six bytes: distance, filling, battery in millivolts, faults as bits. Some numbers are words.
"""

from waste.domain.devices.frame import Cursor, Decoded, Device, Fields, Vector, percent_share
from waste.domain.readings import Fault, Measurement, SensorKind

WORDS = {
    0: ("TARGET_TOO_CLOSE", Fault.TOO_CLOSE),
    1: ("INVALID_READING", Fault.INVALID_READING),
    0xFFFF: ("TARGET_TOO_FAR", Fault.TOO_FAR),
}
LEVEL_ERROR = 255
FAILED = ("unexpected_reset", "no_sleep", "battery_not_read", "distance_sensor_silent")
"""What the bits of the last byte say, the lowest first."""
BATTERY_NOT_READ, SENSOR_SILENT = 4, 8


def decode(port: int, payload: bytes) -> Decoded:  # noqa: ARG001 - there is one kind of frame
    """Decode a frame."""
    cursor = Cursor(payload)
    distance = cursor.unsigned(2, "distance")
    level = cursor.unsigned(1, "levelPercentage")
    battery = cursor.unsigned(2, "batteryVoltage")
    failed = cursor.unsigned(1, "errors")
    cursor.end()
    word, fault = WORDS.get(distance, (None, None))
    if failed & SENSOR_SILENT:
        fault = Fault.SENSOR_FAILED
    fields: Fields = {
        "distance": word or distance,
        "levelPercentage": "LEVEL_ERROR" if level == LEVEL_ERROR else level,
        "batteryVoltage": battery,
    }
    if failed:
        fields["errors"] = [name for bit, name in enumerate(FAILED) if failed >> bit & 1]
    return Decoded(
        fields,
        Measurement(
            distance_mm=distance if fault is None else None,
            fill_share=percent_share(level, "levelPercentage")
            if fault is None and level != LEVEL_ERROR
            else None,
            battery_v=None if failed & BATTERY_NOT_READ else battery / 1000,
            fault=fault,
        ),
    )


DEVICES = (
    Device(
        "terabee",
        "LoRa LM XL",
        SensorKind.FILL,
        decode,
        (
            Vector(
                1,
                "05DC000E1000",
                {"distance": 1500, "levelPercentage": 0, "batteryVoltage": 3600},
                Measurement(distance_mm=1500, fill_share=0.0, battery_v=3.6),
            ),
            Vector(
                1,
                "07D0320BB800",
                {"distance": 2000, "levelPercentage": 50, "batteryVoltage": 3000},
                Measurement(distance_mm=2000, fill_share=0.5, battery_v=3.0),
            ),
            Vector(
                1,
                "FFFFFF0BB800",
                {"distance": "TARGET_TOO_FAR", "levelPercentage": "LEVEL_ERROR", "batteryVoltage": 3000},
                Measurement(battery_v=3.0, fault=Fault.TOO_FAR),
            ),
            Vector(
                1,
                "07D0320BB80C",
                {
                    "distance": 2000,
                    "levelPercentage": 50,
                    "batteryVoltage": 3000,
                    "errors": ["battery_not_read", "distance_sensor_silent"],
                },
                Measurement(fault=Fault.SENSOR_FAILED),
            ),
        ),
        also=("LM XL", "LoRa Level Monitoring XL"),
    ),
)
