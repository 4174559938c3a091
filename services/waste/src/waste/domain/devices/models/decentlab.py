"""Decentlab DL-MBX (ultrasonic) and DL-LID (laser): millimetres.

A frame begins with the protocol's version and the device's number; then come flags, one bit for each group of
values that follows. Values are numbers of two bytes, high byte first. A DL-MBX with no valid sample has no
distance, whatever number stands there.
"""

from collections.abc import Sequence

from waste.domain.devices.frame import (
    BadFrame,
    BadFrameReason,
    Cursor,
    Decode,
    Decoded,
    Device,
    Fields,
    Vector,
)
from waste.domain.readings import Fault, Measurement, SensorKind

VENDOR = "decentlab"
PROTOCOL = 2
LASER = (
    "distance_average",
    "distance_minimum",
    "distance_maximum",
    "distance_median",
    "distance_10th_percentile",
    "distance_25th_percentile",
    "distance_75th_percentile",
    "distance_90th_percentile",
    "distance_most_frequent_value",
    "number_of_samples",
    "total_acquisition_time",
)
ULTRASONIC = ("distance", "number_of_valid_samples")


def decoder(measured: Sequence[str], distance: str, samples: str) -> Decode:
    """Return a decoder: the first group are the values ``measured``, the second is the battery."""

    def decode(port: int, payload: bytes) -> Decoded:  # noqa: ARG001 - the port can be set
        cursor = Cursor(payload)
        version = cursor.unsigned(1, "protocol_version")
        if version != PROTOCOL:
            raise BadFrame(
                BadFrameReason.UNKNOWN_VERSION, f"protocol_version is {version}, {PROTOCOL} is known"
            )
        fields: Fields = {"protocol_version": version, "device_id": cursor.unsigned(2, "device_id")}
        flags = cursor.unsigned(2, "flags")
        if flags > 3:
            raise BadFrame(BadFrameReason.UNKNOWN_FIELD, f"flags are {flags:#x}, two groups are known")
        if flags & 1:
            for name in measured:
                value = cursor.unsigned(2, name)
                fields[name] = value / 1.024 if name == "total_acquisition_time" else value
        if flags & 2:
            fields["battery_voltage"] = cursor.unsigned(2, "battery_voltage") / 1000
        cursor.end()
        return Decoded(fields, _measurement(fields, distance, samples))

    return decode


def _measurement(fields: Fields, distance: str, samples: str) -> Measurement:
    seen, valid, battery = fields.get(distance), fields.get(samples), fields.get("battery_voltage")
    fault = Fault.INVALID_READING if isinstance(seen, int) and valid == 0 else None
    return Measurement(
        distance_mm=seen if isinstance(seen, int) and fault is None else None,
        battery_v=battery if isinstance(battery, float) else None,
        fault=fault,
    )


DEVICES = (
    Device(
        VENDOR,
        "DL-MBX",
        SensorKind.FILL,
        decoder(ULTRASONIC, "distance", "number_of_valid_samples"),
        (
            Vector(
                1,
                "02012F000304D200010BB1",
                {
                    "protocol_version": 2,
                    "device_id": 303,
                    "distance": 1234,
                    "number_of_valid_samples": 1,
                    "battery_voltage": 2.993,
                },
                Measurement(distance_mm=1234, battery_v=2.993),
            ),
            Vector(
                1,
                "02012F00020BB1",
                {"protocol_version": 2, "device_id": 303, "battery_voltage": 2.993},
                Measurement(battery_v=2.993),
            ),
            Vector(
                1,
                "02012F000304D200000BB1",
                {
                    "protocol_version": 2,
                    "device_id": 303,
                    "distance": 1234,
                    "number_of_valid_samples": 0,
                    "battery_voltage": 2.993,
                },
                Measurement(battery_v=2.993, fault=Fault.INVALID_READING),
            ),
        ),
        also=("DL-MBX-001", "DL-MBX-002", "DL-MBX-003"),
    ),
    Device(
        VENDOR,
        "DL-LID",
        SensorKind.FILL,
        # The median: one thing thrown in while it measures does not move it.
        decoder(LASER, "distance_median", "number_of_samples"),
        (
            Vector(
                1,
                "0211C4000300830079008E00830080008100850088008300140400" + "0C1E",
                {
                    "protocol_version": 2,
                    "device_id": 4548,
                    "distance_average": 131,
                    "distance_minimum": 121,
                    "distance_maximum": 142,
                    "distance_median": 131,
                    "distance_10th_percentile": 128,
                    "distance_25th_percentile": 129,
                    "distance_75th_percentile": 133,
                    "distance_90th_percentile": 136,
                    "distance_most_frequent_value": 131,
                    "number_of_samples": 20,
                    "total_acquisition_time": 1000.0,
                    "battery_voltage": 3.102,
                },
                Measurement(distance_mm=131, battery_v=3.102),
            ),
        ),
    ),
)
