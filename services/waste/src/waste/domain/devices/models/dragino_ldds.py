"""Dragino LDDS75 and LDDS45: ultrasonic; millimetres on port 2.

Battery, distance, interrupt, temperature of a probe that may not be there, and whether the sensor is. The
first firmwares sent four or five bytes; four are sent without a sensor. A distance of 0 is no sensor either;
20 is how later firmwares write that it was below the shortest they measure.
"""

from waste.domain.devices.frame import Cursor, Decode, Decoded, Device, Fields, Vector, unknown_port
from waste.domain.readings import Fault, Measurement, SensorKind

VENDOR = "dragino"
PORT = 2
MILLIVOLTS = 0x3FFF
"""The upper two bits of the battery's number mean something else."""
NO_PROBE = (0, 0x7FFF)


def decoder(shortest_mm: int) -> Decode:
    """Return a decoder of a model that measures from ``shortest_mm`` on."""

    def decode(port: int, payload: bytes) -> Decoded:
        if port != PORT:
            raise unknown_port(port, str(PORT))
        cursor = Cursor(payload)
        battery = (cursor.unsigned(2, "Bat") & MILLIVOLTS) / 1000
        distance = cursor.unsigned(2, "Distance")
        if not cursor.left:
            return Decoded({"distance": "No Sensor"}, Measurement(battery_v=battery, fault=Fault.NO_SENSOR))
        fields: Fields = {
            "Bat": battery,
            "Distance": distance,
            "Interrupt_flag": cursor.unsigned(1, "Interrupt_flag"),
        }
        temperature = None
        sensor = 1
        if cursor.left:
            raw = cursor.signed(2, "TempC_DS18B20")
            temperature = None if raw in NO_PROBE else raw / 10
            sensor = cursor.unsigned(1, "Sensor_flag")
            fields |= {"TempC_DS18B20": f"{raw / 10:.2f}", "Sensor_flag": sensor}
        cursor.end()
        fault = None
        if distance == 0 or not sensor:
            fields["Distance"], fault = "No Sensor", Fault.NO_SENSOR
        elif distance < shortest_mm:
            fields["Distance"], fault = "Invalid Reading", Fault.TOO_CLOSE
        return Decoded(
            fields,
            Measurement(
                distance_mm=distance if fault is None else None,
                battery_v=battery,
                temperature_c=temperature,
                fault=fault,
            ),
        )

    return decode


_VECTORS = (
    Vector(
        PORT,
        "0D0A07E900000001",
        {
            "Bat": 3.338,
            "Distance": 2025,
            "Interrupt_flag": 0,
            "TempC_DS18B20": "0.00",
            "Sensor_flag": 1,
        },
        Measurement(distance_mm=2025, battery_v=3.338),
    ),
    Vector(
        PORT,
        "0E1C0B05",
        {"distance": "No Sensor"},
        Measurement(battery_v=3.612, fault=Fault.NO_SENSOR),
    ),
    Vector(
        PORT,
        "0E1C0B0501",
        {"Bat": 3.612, "Distance": 2821, "Interrupt_flag": 1},
        Measurement(distance_mm=2821, battery_v=3.612),
    ),
    Vector(
        PORT,
        "0D0A001400FFD301",
        {
            "Bat": 3.338,
            "Distance": "Invalid Reading",
            "Interrupt_flag": 0,
            "TempC_DS18B20": "-4.50",
            "Sensor_flag": 1,
        },
        Measurement(battery_v=3.338, temperature_c=-4.5, fault=Fault.TOO_CLOSE),
    ),
    Vector(
        PORT,
        "0D0A000000000000",
        {
            "Bat": 3.338,
            "Distance": "No Sensor",
            "Interrupt_flag": 0,
            "TempC_DS18B20": "0.00",
            "Sensor_flag": 0,
        },
        Measurement(battery_v=3.338, fault=Fault.NO_SENSOR),
    ),
)
DEVICES = (
    Device(VENDOR, "LDDS75", SensorKind.FILL, decoder(280), _VECTORS),
    Device(VENDOR, "LDDS45", SensorKind.FILL, decoder(30), _VECTORS),
)
