"""Dragino LLDS12: by light; the distance comes in tenths of a centimetre, which are millimetres.

Below a signal of 100 its data sheet calls a distance not to be relied on.
"""

from waste.domain.devices.frame import Cursor, Decoded, Device, Fields, Vector, unknown_port
from waste.domain.readings import Fault, Measurement, SensorKind

PORT = 2
WEAK_SIGNAL = 100
MILLIVOLTS = 0x3FFF
NO_PROBE = (0, 0x7FFF)


def decode(port: int, payload: bytes) -> Decoded:
    """Decode a frame."""
    if port != PORT:
        raise unknown_port(port, str(PORT))
    cursor = Cursor(payload)
    battery = (cursor.unsigned(2, "Bat") & MILLIVOLTS) / 1000
    probe = cursor.signed(2, "TempC_DS18B20")
    distance = cursor.unsigned(2, "Lidar_distance")
    signal = cursor.unsigned(2, "Lidar_signal")
    interrupt = cursor.unsigned(1, "Interrupt_flag")
    own_temperature = cursor.signed(1, "Lidar_temp")
    message = cursor.unsigned(1, "Message_type")
    cursor.end()
    fields: Fields = {
        "Bat": battery,
        "TempC_DS18B20": f"{probe / 10:.2f}",
        "Lidar_distance": distance / 10,
        "Lidar_signal": signal,
        "Lidar_temp": own_temperature,
        "Interrupt_flag": interrupt,
        "Message_type": message,
    }
    fault = Fault.INVALID_READING if signal < WEAK_SIGNAL else None
    return Decoded(
        fields,
        Measurement(
            distance_mm=distance if fault is None else None,
            battery_v=battery,
            temperature_c=float(own_temperature) if probe in NO_PROBE else probe / 10,
            fault=fault,
        ),
    )


DEVICES = (
    Device(
        "dragino",
        "LLDS12",
        SensorKind.FILL,
        decode,
        (
            Vector(
                PORT,
                "0CF000000B0503D8001601",
                {
                    "Bat": 3.312,
                    "TempC_DS18B20": "0.00",
                    "Lidar_distance": 282.1,
                    "Lidar_signal": 984,
                    "Lidar_temp": 22,
                    "Interrupt_flag": 0,
                    "Message_type": 1,
                },
                Measurement(distance_mm=2821, battery_v=3.312, temperature_c=22.0),
            ),
            Vector(
                PORT,
                "0CF0FFF60B05003200FB01",
                {
                    "Bat": 3.312,
                    "TempC_DS18B20": "-1.00",
                    "Lidar_distance": 282.1,
                    "Lidar_signal": 50,
                    "Lidar_temp": -5,
                    "Interrupt_flag": 0,
                    "Message_type": 1,
                },
                Measurement(battery_v=3.312, temperature_c=-1.0, fault=Fault.INVALID_READING),
            ),
        ),
    ),
)
