"""Decoders: every vector, every name, and ten thousand frames that no device ever sent."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from waste.domain.devices import models
from waste.domain.devices.frame import BadFrame, BadFrameReason, Device, Vector
from waste.domain.devices.registry import DEVICES, decode, find_device
from waste.domain.readings import Fault, Measurement

VECTORS = [
    pytest.param(device, vector, id=f"{device.name}-{vector.hex}")
    for device in DEVICES
    for vector in device.vectors
]


def decoded(name: str, port: int, frame: str) -> tuple[dict[str, object], Measurement]:
    device = find_device(name)
    assert device is not None
    result = decode(device, port, bytes.fromhex(frame))
    return result.fields, result.measurement


@pytest.mark.parametrize(("device", "vector"), VECTORS)
def test_a_vector_is_decoded_exactly(device: Device, vector: Vector) -> None:
    result = decode(device, vector.port, bytes.fromhex(vector.hex))
    assert result.fields == vector.fields
    assert result.measurement == vector.measurement
    json.dumps(result.fields, allow_nan=False)


def test_every_file_of_models_is_in_the_registry_and_every_device_has_a_vector() -> None:
    folder = Path(next(iter(models.__path__)))
    files = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    assert {device.decode.__module__.rpartition(".")[2] for device in DEVICES} - {"milesight_channels"} == (
        files - {"milesight_em310_udl", "milesight_em400"}
    )
    assert all(device.vectors for device in DEVICES)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("pepperl-fuchs WILSEN.sonic.level", "WILSEN.sonic.level"),
        ("Pepperl+Fuchs wilsen sonic level", "WILSEN.sonic.level"),
        ("EM400-MUD", "EM400-MUD"),
        ("milesight em400 mud", "EM400-MUD"),
        ("milesight-iot em400-mud", "EM400-MUD"),
        ("Milesight IoT EM400-MUD", "EM400-MUD"),
        ("dl-mbx", "DL-MBX"),
        ("teneo-iot filling-degree-sensor", "filling-degree-sensor"),
        ("terabee lora-lm-xl", "LoRa LM XL"),
    ],
)
def test_a_device_is_found_by_the_names_people_use(said: str, meant: str) -> None:
    device = find_device(said)
    assert device is not None
    assert device.model == meant


def test_a_device_nobody_makes_is_not_found() -> None:
    assert find_device("milesight") is None
    assert find_device("") is None
    assert find_device("EM400") is None


@pytest.mark.parametrize(
    ("name", "port", "frame", "distance_mm"),
    [
        ("WILSEN.sonic.level", 1, "040B010031", 490),
        ("WILSEN.sonic.level", 1, "040B020031", 49),
        ("filling-degree-sensor", 1, "0C001E", 300),
        ("EM310-UDL", 85, "03821E00", 30),
        ("LLDS12", 2, "0CF000000B0503D8001601", 2821),
        ("LDDS75", 2, "0D0A0B0500000001", 2821),
    ],
)
def test_distances_are_millimetres_whatever_the_device_writes(
    name: str, port: int, frame: str, distance_mm: int
) -> None:
    assert decoded(name, port, frame)[1].distance_mm == distance_mm


@pytest.mark.parametrize(
    ("name", "port", "frame", "share"),
    [
        ("WILSEN.sonic.level", 1, "030B065D", 0.93),
        ("WS201", 85, "04D645", 0.31),
        ("WS201", 85, "04D664", 0.0),
        ("LoRa LM XL", 1, "07D0320BB800", 0.5),
    ],
)
def test_percent_full_and_percent_left_are_both_a_filling(
    name: str, port: int, frame: str, share: float
) -> None:
    assert decoded(name, port, frame)[1].fill_share == share


@pytest.mark.parametrize(
    ("name", "port", "frame", "reason", "told"),
    [
        ("EM310-UDL", 85, "", BadFrameReason.EMPTY, "no bytes"),
        ("EM310-UDL", 85, "0382", BadFrameReason.TOO_SHORT, "channel 03 at byte 2 needs 2 bytes, 0 are left"),
        ("EM310-UDL", 85, "01", BadFrameReason.TOO_SHORT, "channel type"),
        ("EM310-UDL", 85, "01756403670101", BadFrameReason.UNKNOWN_FIELD, "channel 03 of type 67 at byte 3"),
        ("EM310-UDL", 85, "017565", BadFrameReason.IMPOSSIBLE_VALUE, "battery is 101 %"),
        ("EM310-UDL", 256, "017564", BadFrameReason.UNKNOWN_PORT, "port is 256"),
        ("EM310-UDL", 85, "017564" * 81, BadFrameReason.TOO_LONG, "243 bytes"),
        ("WILSEN.sonic.level", 1, "030B0100", BadFrameReason.WRONG_LENGTH, "proxx at byte 0 has 1 bytes"),
        ("WILSEN.sonic.level", 1, "01", BadFrameReason.WRONG_LENGTH, "length at byte 0 is 1"),
        ("WILSEN.sonic.level", 1, "040B01", BadFrameReason.TOO_SHORT, "field 0B01"),
        ("WILSEN.sonic.level", 1, "03AAAA00", BadFrameReason.UNKNOWN_FIELD, "AAAA"),
        ("WILSEN.sonic.level", 1, "0602017FC00000", BadFrameReason.IMPOSSIBLE_VALUE, "temp is nan"),
        ("WILSEN.sonic.level", 1, "030B0665", BadFrameReason.IMPOSSIBLE_VALUE, "fillinglvl is 101 %"),
        (
            "WILSEN.sonic.level",
            1,
            "06500107FFFFFF0650020081336D",
            BadFrameReason.IMPOSSIBLE_VALUE,
            "latitude_deg is 134.217727",
        ),
        ("DL-MBX", 1, "01012F000304D200010BB1", BadFrameReason.UNKNOWN_VERSION, "protocol_version is 1"),
        ("DL-MBX", 1, "02012F000304D200010BB1FF", BadFrameReason.TOO_LONG, "1 bytes are left"),
        ("DL-MBX", 1, "02012F000704D200010BB1", BadFrameReason.UNKNOWN_FIELD, "flags are 0x7"),
        ("filling-degree-sensor", 4, "0C001E", BadFrameReason.UNKNOWN_PORT, "port is 4"),
        ("LDDS75", 5, "0D0A07E900000001", BadFrameReason.UNKNOWN_PORT, "port is 5, known: 2"),
        ("LoRa LM XL", 1, "07D0650BB800", BadFrameReason.IMPOSSIBLE_VALUE, "levelPercentage is 101 %"),
        ("PCR2", 14, "BE0105", BadFrameReason.UNKNOWN_VERSION, "version is 5"),
        ("TPS110", 7, "01", BadFrameReason.UNKNOWN_PORT, "port is 7"),
    ],
)
def test_a_bad_frame_says_what_is_wrong_with_it(
    name: str, port: int, frame: str, reason: BadFrameReason, told: str
) -> None:
    with pytest.raises(BadFrame) as caught:
        decoded(name, port, frame)
    assert caught.value.reason is reason
    assert told in str(caught.value)


def test_a_frame_with_a_fault_has_battery_and_tilt_but_no_distance() -> None:
    _, measurement = decoded("EM310-UDL", 85, "01755C0382FFFF040001")
    assert measurement == Measurement(battery_share=0.92, tilted=True, fault=Fault.NO_TARGET)
    assert not measurement.measures


def test_what_a_device_kept_comes_with_its_instants() -> None:
    device = find_device("EM500-UDL")
    assert device is not None
    result = decode(device, 85, bytes.fromhex("20CE9E0D4A65E80320CECA0E4A65DA03"))
    assert [(at.isoformat(), each.distance_mm) for at, each in result.earlier] == [
        ("2023-11-07T10:12:46+00:00", 1000),
        ("2023-11-07T10:17:46+00:00", 986),
    ]


FRAMES = st.one_of(
    st.binary(max_size=64),
    # Frames that begin like real ones reach deeper than noise does.
    st.builds(
        lambda vector, cut, tail: bytes.fromhex(vector.hex)[:cut] + tail,
        st.sampled_from([vector for device in DEVICES for vector in device.vectors]),
        st.integers(0, 40),
        st.binary(max_size=20),
    ),
)


WINDOWS = 20
"""Frames that are cut out of one example, at every place: 500 of them are 10,000 frames."""


@settings(max_examples=500, deadline=None)
@given(
    device=st.sampled_from(DEVICES),
    port=st.one_of(st.sampled_from([1, 2, 3, 14, 85, 190]), st.integers(-1, 300)),
    told=FRAMES,
    noise=st.binary(min_size=WINDOWS, max_size=WINDOWS),
)
def test_whatever_comes_is_decoded_or_refused_with_a_reason(
    device: Device, port: int, told: bytes, noise: bytes
) -> None:
    for cut in range(WINDOWS):
        why = ""
        try:
            result = decode(device, port, told[: len(told) - cut // 2] + noise[:cut])
        except BadFrame as error:
            why = error.why
            result = None
        if result is None:
            assert why
            continue
        json.dumps(result.fields, allow_nan=False)
        assert result.measurement.distance_mm is None or result.measurement.fault is None
