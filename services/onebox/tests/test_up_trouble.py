"""What keeps ``landlinie up`` from starting is one sentence."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

DEMO = Path(__file__).parents[3] / "data" / "demo"
FREE = ("--address", "127.0.0.1:0", "--http", "none")
"""Unless a test names others: services may run on this machine."""


def up(*options: str, **settings: str) -> str:
    """What was said by a start that failed."""
    ended = subprocess.run(
        [sys.executable, "-m", "onebox", "up", "--district", str(DEMO), *FREE, *options],
        env={**os.environ, "COLUMNS": "1000", **settings},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    said = ended.stdout + ended.stderr
    assert ended.returncode in {1, 2}, said
    assert "Traceback" not in said
    return said


def test_a_wrong_setting_is_named(tmp_path: Path) -> None:
    said = up("--data-dir", str(tmp_path), LANDLINIE_POOLING_IMPROVE_EVERY_S="often")
    assert "Cannot start: LANDLINIE_POOLING_IMPROVE_EVERY_S: Input should be a valid number" in said


@pytest.mark.parametrize("option", ["--address", "--http"])
def test_what_is_no_address_is_refused_before_anything_is_made(tmp_path: Path, option: str) -> None:
    data_dir = tmp_path / "var"
    said = up("--data-dir", str(data_dir), option, "127.0.0.1:99999")
    assert f"{option}: '127.0.0.1:99999' is not host:port" in said
    assert not data_dir.exists()


@pytest.mark.network
@pytest.mark.parametrize("option", ["--address", "--http"])
def test_an_address_that_is_taken_is_told_before_anything_is_made(tmp_path: Path, option: str) -> None:
    data_dir = tmp_path / "var"
    places = {"--address": "127.0.0.1:0", "--http": "127.0.0.1:0"}
    with socket.create_server(("127.0.0.1", 0)) as taken:
        places[option] = f"127.0.0.1:{taken.getsockname()[1]}"
        said = up("--data-dir", str(data_dir), *(word for pair in places.items() for word in pair))
    assert f"Cannot listen at {places[option]}: Address already in use. Name another with {option}" in said
    assert not data_dir.exists()


def test_a_data_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    below = tmp_path / "file" / "var"
    assert f"Cannot start: {below}: Not a directory" in up("--data-dir", str(below))


@pytest.mark.parametrize("name", ["events.sqlite", "identity/keys.sqlite"])
def test_a_damaged_file_is_named(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(mode=0o700, exist_ok=True)
    path.write_bytes(b"no database " * 1000)
    said = up("--data-dir", str(tmp_path))
    assert "Cannot start: " in said
    assert f"{path}: file is not a database" in said
