"""Teneo filling degree sensor: centimetres, and the battery as tenths of a volt above 2.

Port 1 has a distance, with a status or without, and with climate or without; port 2 says that it could not be
measured; port 3 that the battery is being charged. Status 4 is an echo that never came: nothing in reach.
"""

from waste.domain.devices.frame import Cursor, Decoded, Device, Fields, Vector, unknown_port
from waste.domain.readings import Fault, Measurement, SensorKind

MM_PER_CM = 10
NOTHING_IN_REACH = 4
CLIMATE_BYTES = 4


def decode(port: int, payload: bytes) -> Decoded:
    """Decode a frame."""
    cursor = Cursor(payload)
    battery = (20 + cursor.unsigned(1, "battery")) / 10
    fields: Fields = {"battery": battery}
    if port == 1:
        return _distance(cursor, fields, battery)
    if port == 2:
        status = cursor.unsigned(1, "errorcode")
        cursor.end()
        return Decoded(fields | _status_fields(status), Measurement(battery_v=battery, fault=_fault(status)))
    if port == 3:
        return Decoded(fields | {"valid": False, "charging": True}, Measurement(battery_v=battery))
    raise unknown_port(port, "1, 2 and 3")


def _distance(cursor: Cursor, fields: Fields, battery: float) -> Decoded:
    distance = cursor.unsigned(2, "distance")
    fields["distance"] = distance
    fault = None
    if cursor.left in {1, 1 + CLIMATE_BYTES}:
        status = cursor.unsigned(1, "errorcode")
        if status:
            fault = _fault(status)
            fields |= _status_fields(status)
    temperature = None
    if cursor.left == CLIMATE_BYTES:
        fields["temperature"] = temperature = cursor.unsigned(2, "temperature") / 100
        fields["relativeHumidity"] = cursor.unsigned(2, "relativeHumidity") / 100
    cursor.end()
    return Decoded(
        fields,
        Measurement(
            distance_mm=distance * MM_PER_CM if fault is None else None,
            battery_v=battery,
            temperature_c=temperature,
            fault=fault,
        ),
    )


def _status_fields(status: int) -> Fields:
    if status == NOTHING_IN_REACH:
        return {"valid": True, "distance": -1}
    # Without a number nothing more is said than that it failed, which the port tells.
    return {"valid": False, "errorcode": status} if status else {}


def _fault(status: int) -> Fault:
    return Fault.NO_TARGET if status == NOTHING_IN_REACH else Fault.INVALID_READING


DEVICES = (
    Device(
        "teneo-iot",
        "filling-degree-sensor",
        SensorKind.FILL,
        decode,
        (
            Vector(
                1, "0C001E", {"battery": 3.2, "distance": 30}, Measurement(distance_mm=300, battery_v=3.2)
            ),
            Vector(
                2,
                "0D00",
                {"battery": 3.3},
                Measurement(battery_v=3.3, fault=Fault.INVALID_READING),
            ),
            Vector(
                2,
                "0D03",
                {"battery": 3.3, "valid": False, "errorcode": 3},
                Measurement(battery_v=3.3, fault=Fault.INVALID_READING),
            ),
            Vector(
                1,
                "0E0078040898125C",
                {
                    "battery": 3.4,
                    "distance": -1,
                    "valid": True,
                    "temperature": 22.0,
                    "relativeHumidity": 47.0,
                },
                Measurement(battery_v=3.4, temperature_c=22.0, fault=Fault.NO_TARGET),
            ),
            Vector(
                3,
                "0D",
                {"battery": 3.3, "valid": False, "charging": True},
                Measurement(battery_v=3.3),
            ),
        ),
    ),
)
