"""``landlinie waste decode``: JSON, or exit code 2 with the reason."""

import json

import pytest
from onebox.main import app
from typer.testing import CliRunner


def test_a_frame_is_told_in_the_makers_words_and_in_ours() -> None:
    result = CliRunner().invoke(app, ["waste", "decode", "milesight WS201", "85", "017564 03823E00 04D645"])
    assert result.exit_code == 0
    assert json.loads(result.stdout) == {
        "device": "milesight WS201",
        "decoded": {"battery": 100, "distance": 62, "remaining": 69},
        "reading": {"distance_mm": 62, "fill_share": 0.31, "battery_share": 1.0},
    }


@pytest.mark.parametrize(
    "frame",
    ["01755c", "0x01755C", "0X01755c", "01 75 5C", "01:75:5c", "01-75-5C", "0x01, 0x75, 0x5c", " 01755C\n"],
)
def test_bytes_are_taken_as_people_copy_them(frame: str) -> None:
    result = CliRunner().invoke(app, ["waste", "decode", "EM310-UDL", "85", frame])
    assert result.exit_code == 0
    assert json.loads(result.stdout)["decoded"] == {"battery": 92}


def test_what_was_kept_is_told_with_its_instants() -> None:
    result = CliRunner().invoke(app, ["waste", "decode", "em500-udl", "85", "20CE9E0D4A65E803"])
    assert json.loads(result.stdout)["earlier"] == [{"at": "2023-11-07T10:12:46+00:00", "distance_mm": 1000}]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["EM310-UDL", "85", "0382"], "FRAME_TOO_SHORT: channel 03 at byte 2 needs 2 bytes"),
        (["EM310-UDL", "85", ""], "FRAME_EMPTY: "),
        (["EM310-UDL", "85", "03XX"], "FRAME_NOT_HEX: payload is '03XX'"),
        (["EM999", "85", "0382"], "DEVICE_UNKNOWN: device is 'EM999', known: pepperl-fuchs WILSEN"),
    ],
)
def test_a_bad_frame_ends_with_2_and_its_reason(arguments: list[str], told: str) -> None:
    result = CliRunner().invoke(app, ["waste", "decode", *arguments])
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith(told)
