"""Milesight EM410-RDL: radar; distance in millimetres, with the strength of the echo.

Alarms come as events; the distance of the newest one is the frame's. What the sensor kept while the network
was away comes with its instant.
"""

from datetime import UTC, datetime

from waste.domain.devices.frame import Decoded, Device, Fields, Vector
from waste.domain.devices.milesight_channels import (
    DEVICE,
    TILT,
    VENDOR,
    Channel,
    choice,
    fraction,
    low_first,
    low_first_signed,
    measured,
    number,
    read_channels,
    signed,
)
from waste.domain.readings import Fault, Measurement, SensorKind

ALARM = {0: "threshold alarm release", 1: "threshold alarm", 2: "mutation alarm"}
EXCEPTION = {0: "blind spot alarm release", 1: "blind spot alarm", 2: "no target", 3: "sensor exception"}
STATUS = {0xFFFD: "no target", 0xFFFE: "disabled", 0xFFFF: "sensor exception"}
FAULTS = {
    "blind spot alarm": Fault.TOO_CLOSE,
    "no target": Fault.NO_TARGET,
    "sensor exception": Fault.SENSOR_FAILED,
    "disabled": Fault.SENSOR_FAILED,
}
HISTORY_EVENTS = (
    "threshold alarm",
    "threshold alarm release",
    "blind spot alarm",
    "blind spot alarm release",
    "mutation alarm",
    "tilt alarm",
)


def _distance_alarm(value: bytes) -> Fields:
    distance = low_first_signed(value[:2])
    event = {"distance": distance, "distance_alarm": ALARM.get(value[2], "unknown")}
    return {"distance": distance, "event": [event]}


def _mutation_alarm(value: bytes) -> Fields:
    distance = low_first_signed(value[:2])
    event = {
        "distance": distance,
        "distance_mutation": low_first_signed(value[2:4]),
        "distance_alarm": ALARM.get(value[4], "unknown"),
    }
    return {"distance": distance, "event": [event]}


def _exception(value: bytes) -> Fields:
    event: Fields = {"distance_exception": EXCEPTION.get(value[2], "unknown")}
    if low_first(value[:2]) not in STATUS:
        event = {"distance": low_first_signed(value[:2])} | event
    return {"event": [event]}


def _history(value: bytes) -> Fields:
    entry: Fields = {"timestamp": low_first(value[:4])}
    raw = low_first(value[4:6])
    if raw in STATUS:
        entry["distance_sensor_status"] = STATUS[raw]
    else:
        entry["distance"] = low_first_signed(value[4:6])
    if low_first(value[6:8]) < 0xFFFE:
        entry["temperature"] = low_first_signed(value[6:8]) / 10
    events = [name for bit, name in enumerate(HISTORY_EVENTS) if value[10] >> bit & 1]
    if events:
        entry["event"] = events
    if "mutation alarm" in events:
        entry["distance_mutation"] = low_first_signed(value[8:10])
    return {"history": [entry]}


CHANNELS = {
    **DEVICE,
    (0x01, 0xB9): number("voltage", 2),
    (0x03, 0x67): fraction("temperature", 10),
    (0x04, 0x82): signed("distance"),
    (0x05, 0x00): choice("position", TILT),
    (0x06, 0xC7): fraction("radar_signal_rssi", 100),
    (0x84, 0x82): Channel(3, _distance_alarm),
    (0x94, 0x82): Channel(5, _mutation_alarm),
    (0xB4, 0x82): Channel(3, _exception),
    (0x20, 0xCE): Channel(11, _history),
}


def decode(port: int, payload: bytes) -> Decoded:  # noqa: ARG001 - the port can be set
    """Decode a frame; one with an exception has no distance that counts."""
    fields = read_channels(CHANNELS, payload)
    exceptions = [
        fault
        for event in _entries(fields, "event")
        if (fault := FAULTS.get(str(event.get("distance_exception"))))
    ]
    now = measured(fields, None if exceptions else fields.get("distance"))
    if exceptions:
        now = Measurement(
            battery_share=now.battery_share,
            temperature_c=now.temperature_c,
            tilted=now.tilted,
            fault=exceptions[-1],
        )
    return Decoded(fields, now, tuple(_earlier(entry) for entry in _entries(fields, "history")))


def _entries(fields: Fields, name: str) -> list[Fields]:
    entries = fields.get(name)
    return entries if isinstance(entries, list) else []


def _earlier(entry: Fields) -> tuple[datetime, Measurement]:
    at_s = entry["timestamp"]
    assert isinstance(at_s, int)  # noqa: S101 - as _history wrote it
    fault = FAULTS.get(str(entry.get("distance_sensor_status")))
    then = Measurement(fault=fault) if fault else measured(entry, entry.get("distance"))
    return datetime.fromtimestamp(at_s, UTC), then


DEVICES = (
    Device(
        VENDOR,
        "EM410-RDL",
        SensorKind.FILL,
        decode,
        (
            Vector(
                85,
                "0175640367100104822C0105000106C72003",
                {
                    "battery": 100,
                    "temperature": 27.2,
                    "distance": 300,
                    "position": "tilt",
                    "radar_signal_rssi": 8.0,
                },
                Measurement(distance_mm=300, battery_share=1.0, temperature_c=27.2, tilted=True),
            ),
            Vector(
                85,
                "84824E0401",
                {"distance": 1102, "event": [{"distance": 1102, "distance_alarm": "threshold alarm"}]},
                Measurement(distance_mm=1102),
            ),
            Vector(
                85,
                "94824E0438FF02",
                {
                    "distance": 1102,
                    "event": [
                        {"distance": 1102, "distance_mutation": -200, "distance_alarm": "mutation alarm"}
                    ],
                },
                Measurement(distance_mm=1102),
            ),
            Vector(
                85,
                "01755AB482FDFF02",
                {"battery": 90, "event": [{"distance_exception": "no target"}]},
                Measurement(battery_share=0.9, fault=Fault.NO_TARGET),
            ),
            Vector(
                85,
                "20CE80000A6864043201000000",
                {"history": [{"timestamp": 1745485952, "distance": 1124, "temperature": 30.6}]},
                Measurement(),
            ),
        ),
    ),
)
