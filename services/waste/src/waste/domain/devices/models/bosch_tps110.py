"""Bosch Parking Lot Sensor TPS110: whether something stands on a parking space.

The port says which frame it is: 1 a change, 2 a sign of life every day, 3 a start; 4 to 6 are for the maker.
"""

from waste.domain.devices.frame import Cursor, Decoded, Device, Fields, Vector, unknown_port
from waste.domain.readings import Measurement, SensorKind

FOR_THE_MAKER = {4: "device information", 5: "device usage", 6: "debug"}
RESETS = {1: "watchdog", 2: "power on", 3: "system request", 4: "other"}


def decode(port: int, payload: bytes) -> Decoded:
    """Decode a frame."""
    cursor = Cursor(payload)
    if port in FOR_THE_MAKER:
        return Decoded({"type": FOR_THE_MAKER[port], "bytes": payload.hex()}, Measurement())
    if port == 1:
        fields: Fields = {"type": "parking status"}
        occupied = _occupied(cursor)
        temperature = None
    elif port == 2:
        fields = {"type": "heartbeat"}
        occupied = _occupied(cursor)
        temperature = cursor.signed(1, "temperature") if cursor.left else None
    elif port == 3:
        fields = _startup(cursor)
        occupied = _occupied(cursor)
        temperature = None
    else:
        raise unknown_port(port, "1 to 6")
    cursor.end()
    fields["occupied"] = occupied
    if temperature is not None:
        fields["temperature"] = temperature
    return Decoded(
        fields,
        Measurement(occupied=occupied, temperature_c=None if temperature is None else float(temperature)),
    )


def _occupied(cursor: Cursor) -> bool:
    return bool(cursor.unsigned(1, "occupied") & 1)


def _startup(cursor: Cursor) -> Fields:
    codes = [int.from_bytes(cursor.take(4, "debugCodes")[:2], "little") & 0xFFF for _ in range(3)]
    version = ".".join(str(part) for part in cursor.take(3, "firmwareVersion"))
    cause = cursor.unsigned(1, "resetCause")
    return {
        "type": "startup",
        "debugCodes": [code for code in codes if code],
        "firmwareVersion": version,
        "resetCause": RESETS.get(cause),
    }


DEVICES = (
    Device(
        "bosch",
        "TPS110",
        SensorKind.PARKING,
        decode,
        (
            Vector(1, "01", {"type": "parking status", "occupied": True}, Measurement(occupied=True)),
            Vector(
                2,
                "00FF",
                {"type": "heartbeat", "occupied": False, "temperature": -1},
                Measurement(occupied=False, temperature_c=-1.0),
            ),
            Vector(
                3,
                "2403000075030000000000000" + "01D020301",
                {
                    "type": "startup",
                    "debugCodes": [804, 885],
                    "firmwareVersion": "0.29.2",
                    "resetCause": "system request",
                    "occupied": True,
                },
                Measurement(occupied=True),
            ),
        ),
        also=("TPS110-0292", "TPS110 EU", "Parking Lot Sensor"),
    ),
)
