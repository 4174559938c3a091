"""Milesight EM310-UDL: ultrasonic, for containers; distance in millimetres and tilt."""

from waste.domain.devices.frame import Device, Vector
from waste.domain.devices.milesight_channels import (
    DEVICE,
    TILT,
    VENDOR,
    alarm_settings,
    choice,
    decoder,
    number,
)
from waste.domain.readings import Fault, Measurement, SensorKind

CHANNELS = {
    **DEVICE,
    (0x03, 0x82): number("distance", 2),
    (0x04, 0x00): choice("position", TILT),
    (0xFE, 0x06): alarm_settings("distance_alarm_config"),
    (0xFF, 0x06): alarm_settings("distance_alarm_config"),
}
DEVICES = (
    Device(
        VENDOR,
        "EM310-UDL",
        SensorKind.FILL,
        decoder(CHANNELS),
        (
            Vector(
                85,
                "01755C03824408040001",
                {"battery": 92, "distance": 2116, "position": "tilt"},
                Measurement(distance_mm=2116, battery_share=0.92, tilted=True),
            ),
            Vector(
                85,
                "040000",
                {"position": "normal"},
                Measurement(tilted=False),
            ),
            Vector(
                85,
                "0382FFFF",
                {"distance": 65535},
                Measurement(fault=Fault.NO_TARGET),
            ),
            Vector(
                85,
                "FE0683C800D0073C000A00",
                {
                    "distance_alarm_config": {
                        "condition": "between",
                        "alarm_release_enable": "enable",
                        "threshold_min": 200,
                        "threshold_max": 2000,
                        "lock_time": 60,
                        "continue_time": 10,
                    }
                },
                Measurement(),
            ),
            Vector(
                85,
                "FF0BFFFFFF0101FF166713D51234567890FF090110FF0A0102FF0F00",
                {
                    "device_status": "on",
                    "tsl_version": "v1.1",
                    "sn": "6713d51234567890",
                    "hardware_version": "v1.1",
                    "firmware_version": "v1.2",
                    "lorawan_class": "Class A",
                },
                Measurement(),
            ),
        ),
    ),
)
