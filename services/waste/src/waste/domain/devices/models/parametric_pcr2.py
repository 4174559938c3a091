"""Parametric PCR2: a radar at a gate or a queue; counts people and vehicles in both directions.

Port 14 has the counts, in the short form (since the last frame) or the long one (also since the start); port
190 how the device is set. Only the long form can be counted from: a lost frame loses nothing.
"""

from waste.domain.devices.frame import (
    BadFrame,
    BadFrameReason,
    Cursor,
    Decoded,
    Device,
    Fields,
    Vector,
    unknown_port,
)
from waste.domain.readings import Measurement, SensorKind

COUNTS, SETTINGS = 14, 190
LONG = b"\xbe\x01"
SHORT_FIELDS = {0x01: "TEMP", 0x0A: "LTR", 0x16: "RTL"}


def decode(port: int, payload: bytes) -> Decoded:
    """Decode a frame; left to right is in."""
    cursor = Cursor(payload)
    if port == SETTINGS:
        return _settings(cursor)
    if port != COUNTS:
        raise unknown_port(port, f"{COUNTS} and {SETTINGS}")
    if payload[:2] == LONG:
        return _long(cursor)
    return _short(cursor)


def _version(cursor: Cursor) -> int:
    begins = cursor.take(2, "head")
    if begins != LONG:
        raise BadFrame(BadFrameReason.UNKNOWN_VERSION, f"head is {begins.hex()}, {LONG.hex()} is known")
    return cursor.unsigned(1, "version")


def _long(cursor: Cursor) -> Decoded:
    version = _version(cursor)
    if version not in {3, 4}:
        raise BadFrame(BadFrameReason.UNKNOWN_VERSION, f"version is {version}, 3 and 4 are known")
    fields: Fields = {name: cursor.unsigned(2, name) for name in ("LTR", "RTL")}
    came, left = cursor.unsigned(2, "LTR_SUM"), cursor.unsigned(2, "RTL_SUM")
    fields |= {"LTR_SUM": came, "RTL_SUM": left}
    fields["SBX_BATT"] = cursor.unsigned(1 if version == 3 else 2, "SBX_BATT")
    fields["SBX_PV"] = cursor.unsigned(2, "SBX_PV")
    fields["DIFF"] = abs(came - left)
    fields["TEMP"] = temperature = cursor.signed(2, "TEMP") // 10
    cursor.end()
    return Decoded(fields, Measurement(count_in=came, count_out=left, temperature_c=float(temperature)))


def _short(cursor: Cursor) -> Decoded:
    fields: Fields = {}
    while cursor.left:
        start = cursor.at
        number = cursor.unsigned(1, "field number")
        name = SHORT_FIELDS.get(number)
        if name is None:
            raise BadFrame(BadFrameReason.UNKNOWN_FIELD, f"field {number:02X} at byte {start} is not known")
        fields[name] = cursor.signed(2, name) // 10 if name == "TEMP" else cursor.unsigned(2, name)
    temperature = fields.get("TEMP")
    return Decoded(
        fields, Measurement(temperature_c=float(temperature) if isinstance(temperature, int) else None)
    )


def _settings(cursor: Cursor) -> Decoded:
    version = _version(cursor)
    fields: Fields = {
        "PayloadVersion": version,
        "DeviceType": cursor.unsigned(1, "DeviceType"),
        "Firmware": ".".join(str(part) for part in cursor.take(3, "Firmware")),
        "bytes": cursor.take(cursor.left, "settings").hex(),
    }
    return Decoded(fields, Measurement())


DEVICES = (
    Device(
        "parametric",
        "PCR2",
        SensorKind.COUNTER,
        decode,
        (
            Vector(
                COUNTS,
                "BE010400010002000300041C200CE40139",
                {
                    "LTR": 1,
                    "RTL": 2,
                    "LTR_SUM": 3,
                    "RTL_SUM": 4,
                    "SBX_BATT": 7200,
                    "SBX_PV": 3300,
                    "DIFF": 1,
                    "TEMP": 31,
                },
                Measurement(count_in=3, count_out=4, temperature_c=31.0),
            ),
            Vector(
                COUNTS,
                "0A0005160007010139",
                {"LTR": 5, "RTL": 7, "TEMP": 31},
                Measurement(temperature_c=31.0),
            ),
            Vector(
                SETTINGS,
                "BE010501030A00000200",
                {"PayloadVersion": 5, "DeviceType": 1, "Firmware": "3.10.0", "bytes": "000200"},
                Measurement(),
            ),
        ),
        also=("PCR2-IN", "PCR2-OD", "PCR2-T", "PCR2-R"),
    ),
)
