"""Milesight EM400-MUD, EM400-TLD and EM400-UDL: by light or by sound, with temperature, tilt and alarms.

The three write alike; the TLD also tells when it is taken off. Distances are millimetres.
"""

from waste.domain.devices.frame import Device, Fields, Vector
from waste.domain.devices.milesight_channels import (
    ALARM,
    CONDITION,
    DEVICE,
    ENABLE,
    TILT,
    VENDOR,
    Channel,
    choice,
    decoder,
    fraction,
    low_first,
    low_first_signed,
    number,
    said,
)
from waste.domain.readings import Measurement, SensorKind


def _temperature_alarm(value: bytes) -> Fields:
    return {
        "temperature": low_first_signed(value[:2]) / 10,
        "temperature_alarm": ALARM.get(value[2], "unknown"),
    }


def _distance_alarm(value: bytes) -> Fields:
    return {"distance": low_first(value[:2]), "distance_alarm": ALARM.get(value[2], "unknown")}


def _alarm_settings(value: bytes) -> Fields:
    mode = {1: "standard_mode_alarm_config", 2: "bin_mode_alarm_config"}.get(value[0] >> 3 & 7)
    settings = {
        "condition": CONDITION.get(value[0] & 7, "unknown"),
        "alarm_release_enable": ENABLE[value[0] >> 7],
        "threshold_min": low_first(value[1:3]),
        "threshold_max": low_first(value[3:5]),
    }
    return {mode: settings} if mode else {}


CHANNELS = {
    **DEVICE,
    (0x03, 0x67): fraction("temperature", 10),
    (0x04, 0x82): number("distance", 2),
    (0x05, 0x00): choice("position", TILT),
    (0x83, 0x67): Channel(3, _temperature_alarm),
    (0x84, 0x82): Channel(3, _distance_alarm),
    (0x88, 0x00): choice("disassembly_alarm", {1: "device_abnormal_movement"}),
}
for _number in (0xFE, 0xFF):
    CHANNELS |= {
        (_number, 0x06): Channel(9, _alarm_settings),
        (_number, 0x13): choice("install_height_enable", ENABLE),
        (_number, 0x56): choice("tof_detection_enable", ENABLE),
        (_number, 0x70): number("people_existing_height", 2),
        (_number, 0x71): choice("working_mode", {0: "standard", 1: "bin", 2: "parking"}),
        (_number, 0x77): number("install_height", 2),
        (_number, 0xA1): choice("tilt_report_enable", ENABLE),
        (_number, 0xA5): said("tilt_calibration", "yes"),
    }

_VECTORS = (
    Vector(
        85,
        "01755C0367010104824408050001",
        {"battery": 92, "temperature": 25.7, "distance": 2116, "position": "tilt"},
        Measurement(distance_mm=2116, battery_share=0.92, temperature_c=25.7, tilted=True),
    ),
    Vector(
        85,
        "8367E800018482410601",
        {
            "temperature": 23.2,
            "temperature_alarm": "threshold_alarm",
            "distance": 1601,
            "distance_alarm": "threshold_alarm",
        },
        Measurement(distance_mm=1601, temperature_c=23.2),
    ),
    Vector(
        85,
        "8367F6FF00",
        {"temperature": -1.0, "temperature_alarm": "threshold_alarm_release"},
        Measurement(temperature_c=-1.0),
    ),
    Vector(85, "017514", {"battery": 20}, Measurement(battery_share=0.2)),
    Vector(
        85,
        "FE03B004FF7101",
        {"report_interval": 1200, "working_mode": "bin"},
        Measurement(),
    ),
)
DEVICES = tuple(
    Device(VENDOR, model, SensorKind.FILL, decoder(CHANNELS), _VECTORS)
    for model in ("EM400-MUD", "EM400-TLD", "EM400-UDL")
)
