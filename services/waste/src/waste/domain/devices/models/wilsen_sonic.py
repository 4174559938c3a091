"""Pepperl+Fuchs WILSEN.sonic.level and WILSEN.sonic.distance: ultrasonic, for containers.

Frames are fields one after another: a byte with the length of what follows, two with the field's number, then
its value, high byte first. The same fields come on every port. A level sensor tells its distance in cm or in
mm and the filling it makes of it in percent full; a distance sensor tells mm and the strength of the echo.
Answers to settings come as fields of the same kind.
"""

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from struct import unpack

from waste.domain.devices.frame import (
    BadFrame,
    BadFrameReason,
    Cursor,
    Decoded,
    Device,
    Fields,
    Vector,
    percent_share,
)
from waste.domain.readings import Fault, Measurement, Position, SensorKind

VENDOR = "pepperl-fuchs"
NO_ECHO = 0xFFFF
MM_PER_CM = 10
WARMEST_C = 1_000
"""Beyond this, and where it is no number at all, the four bytes are no temperature."""

Read = Callable[[bytes], object]


def _number(value: bytes) -> int:
    return int.from_bytes(value, "big")


def _tenths(value: bytes) -> float:
    return _number(value) / 10


def _degrees(value: bytes) -> float:
    return int.from_bytes(value, "big", signed=True) / 1_000_000


def _celsius(value: bytes) -> float:
    (number,) = unpack(">f", value)
    if not abs(number) < WARMEST_C:
        raise BadFrame(BadFrameReason.IMPOSSIBLE_VALUE, f"temp is {number}")
    return float(Decimal(number).quantize(Decimal("0.1"), ROUND_HALF_UP))


def _text(value: bytes) -> str:
    return value.split(b"\0")[0].decode("latin-1")


def _yes(value: bytes) -> bool:
    return value == b"\1"


def _done(_value: bytes) -> str:
    return "done"


def _version(value: bytes) -> str:
    return ".".join(str(_number(value[at : at + 2])) for at in (0, 2, 4))


def _one_of(names: dict[int, str], *, numbers: bool = False) -> Read:
    def read(value: bytes) -> object:
        number = _number(value)
        return names.get(number, number if numbers else "Invalid")

    return read


ANY_LENGTH = -1
FIELDS: dict[int, tuple[str, int, Read]] = {
    0x0201: ("temp", 4, _celsius),
    0x0B01: ("proxx", 2, _number),
    0x0B02: ("proxx_mm", 2, _number),
    0x0B06: ("fillinglvl", 1, _number),
    0x0B07: ("amplitude", 1, _number),
    0x2A25: ("serial_nr", ANY_LENGTH, _text),
    0x3101: ("lora_count", 2, _number),
    0x3102: ("gps_count", 2, _number),
    0x3103: ("us_sensor_count", 4, _number),
    0x5001: ("latitude", 4, _degrees),
    0x5002: ("longitude", 4, _degrees),
    0x5101: ("battery_vol", 1, _tenths),
    # The device itself, as it is set.
    0xF101: ("ble_enable", 1, _yes),
    0xF102: ("device_name", ANY_LENGTH, _text),
    0xF103: ("reset_counter", ANY_LENGTH, _done),
    0xF104: ("factory_reset", ANY_LENGTH, _done),
    0xF105: ("change_password", ANY_LENGTH, _done),
    0xF108: ("device_name_1", ANY_LENGTH, _text),
    0xF109: ("device_name_2", ANY_LENGTH, _text),
    0xF201: ("gps_acquisition_active", 1, _yes),
    0xF202: ("gps_acquisition_interval", 4, _number),
    0xF203: ("gps_next_acquisition", 4, _number),
    0xF301: ("lora_message_type", 1, _one_of({0: "Unconfirmed", 1: "Confirmed"})),
    0xF302: ("lora_number_of_transmission", 1, _number),
    0xF303: ("lora_spreading_factor", 1, _one_of({255: "ADR"}, numbers=True)),
    0xF304: ("lora_data_transmission_active", 1, _yes),
    0xF305: ("lora_transmission_interval", 4, _number),
    0xF306: ("lora_next_transmission", 4, _number),
    0xF307: ("lora_downlink_config", 1, _yes),
    0xF308: ("lora_downlink_config_ack", 1, _yes),
    0xF309: ("lora_sub_band", 1, _number),
    0xF401: ("us_beam_width", 1, _one_of({254: "Small", 253: "Medium", 252: "Wide", 55: "User-defined"})),
    0xF402: (
        "us_user_defined_burst_length",
        1,
        _one_of({5: "Normal", 3: "Short", 16: "Very short"}, numbers=True),
    ),
    0xF403: (
        "us_user_defined_transmitting_power",
        1,
        _one_of({63: "High", 40: "Medium", 12: "Low"}, numbers=True),
    ),
    0xF404: (
        "us_user_defined_sensitivity",
        1,
        _one_of(
            {63: "Maximum", 51: "Very high", 48: "High", 38: "Medium", 27: "Low", 15: "Minimum"},
            numbers=True,
        ),
    ),
    0xF405: ("us_full_distance", 2, _number),
    0xF406: ("us_empty_distance", 2, _number),
    0xF407: ("us_measurement_sequence_active", 1, _yes),
    0xF408: ("us_evaluation_method", 1, _one_of({1: "Average value"})),
    0xF409: ("us_measurements_per_sequence", 1, _number),
    0xF40A: ("us_at_intervals_of", 2, _number),
    0xF40B: ("us_application_filter_active", 1, _yes),
    0xF40C: ("us_post_processing_filter", 1, _one_of({1: "Container filling"})),
    0xF40D: ("us_additional_measurement", 1, _number),
    0xF501: ("part_number", 4, _number),
    0xF502: ("hardware_revision", 6, _version),
    0xF503: ("firmware_revision", 6, _version),
}


def decode(port: int, payload: bytes) -> Decoded:  # noqa: ARG001 - the fields say what they are
    """Decode a frame; fields of which the number is not known are passed over by their length."""
    cursor = Cursor(payload)
    fields: Fields = {}
    unknown: list[str] = []
    while cursor.left:
        start = cursor.at
        length = cursor.unsigned(1, "length")
        if length < 2:
            raise BadFrame(
                BadFrameReason.WRONG_LENGTH, f"length at byte {start} is {length}, at least 2 for the number"
            )
        number = cursor.unsigned(2, "field number")
        value = cursor.take(length - 2, f"field {number:04X}")
        if number not in FIELDS:
            unknown.append(f"{number:04X}")
            continue
        name, wanted, read = FIELDS[number]
        if wanted not in {ANY_LENGTH, len(value)}:
            raise BadFrame(
                BadFrameReason.WRONG_LENGTH, f"{name} at byte {start} has {len(value)} bytes, not {wanted}"
            )
        fields[name] = read(value)
    if not fields:
        raise BadFrame(BadFrameReason.UNKNOWN_FIELD, f"none of the fields {', '.join(unknown)} is known")
    return Decoded(fields, _measured(fields))


def _measured(fields: Fields) -> Measurement:
    distance, fault = _distance(fields)
    fill = fields.get("fillinglvl")
    position = None
    if isinstance(latitude := fields.get("latitude"), float) and isinstance(
        longitude := fields.get("longitude"), float
    ):
        position = Position(latitude, longitude)
    battery, temperature = fields.get("battery_vol"), fields.get("temp")
    return Measurement(
        distance_mm=distance,
        fill_share=percent_share(fill, "fillinglvl") if isinstance(fill, int) and fault is None else None,
        battery_v=battery if isinstance(battery, float) else None,
        temperature_c=temperature if isinstance(temperature, float) else None,
        position=position,
        fault=fault,
    )


def _distance(fields: Fields) -> tuple[int | None, Fault | None]:
    for name, mm in (("proxx_mm", 1), ("proxx", MM_PER_CM)):
        distance = fields.get(name)
        if isinstance(distance, int):
            return (None, Fault.NO_TARGET) if distance == NO_ECHO else (distance * mm, None)
    return None, None


_STATUS = Vector(
    1,
    "102A25343830303030303036333036383204310102C004310200000631030000017303510124",
    {
        "serial_nr": "48000000630682",
        "lora_count": 704,
        "gps_count": 0,
        "us_sensor_count": 371,
        "battery_vol": 3.6,
    },
    Measurement(battery_v=3.6),
)
_PLACE = Position(49.545327, 8.467309)
DEVICES = (
    Device(
        VENDOR,
        "WILSEN.sonic.level",
        SensorKind.FILL,
        decode,
        (
            Vector(
                1,
                "040B010031030B065D06020141A6666603510122",
                {"proxx": 49, "fillinglvl": 93, "temp": 20.8, "battery_vol": 3.4},
                Measurement(distance_mm=490, fill_share=0.93, temperature_c=20.8, battery_v=3.4),
            ),
            Vector(
                1,
                "040B0206B6030B063C06020141B5999A0351012406500102F4006F0650020081336D",
                {
                    "proxx_mm": 1718,
                    "fillinglvl": 60,
                    "temp": 22.7,
                    "battery_vol": 3.6,
                    "latitude": 49.545327,
                    "longitude": 8.467309,
                },
                Measurement(
                    distance_mm=1718, fill_share=0.6, temperature_c=22.7, battery_v=3.6, position=_PLACE
                ),
            ),
            _STATUS,
            Vector(
                1,
                "04F4050014" + "04F4060096" + "03F40C01" + "03F303FF" + "08F503000100020003",
                {
                    "us_full_distance": 20,
                    "us_empty_distance": 150,
                    "us_post_processing_filter": "Container filling",
                    "lora_spreading_factor": "ADR",
                    "firmware_revision": "1.2.3",
                },
                Measurement(),
            ),
            Vector(
                1,
                "040B02FFFF030B0600",
                {"proxx_mm": 65535, "fillinglvl": 0},
                Measurement(fault=Fault.NO_TARGET),
            ),
        ),
    ),
    Device(
        VENDOR,
        "WILSEN.sonic.distance",
        SensorKind.FILL,
        decode,
        (
            Vector(
                1,
                "040B0206B9030B07FF06020141B9999A03510124",
                {"proxx_mm": 1721, "amplitude": 255, "temp": 23.2, "battery_vol": 3.6},
                Measurement(distance_mm=1721, temperature_c=23.2, battery_v=3.6),
            ),
            _STATUS,
        ),
    ),
)
