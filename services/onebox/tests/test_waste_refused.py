"""``landlinie waste refused`` and ``read-again``, on what a service has kept."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from onebox.main import app
from service_kit.database import open_engine
from service_kit.migrations import migrate
from typer.testing import CliRunner
from waste.adapters.frame_store import SqlFrameStore
from waste.application.ports_frames import Unreadable
from waste.domain.frames import FrameRead, FrameState
from waste.domain.uplinks import Network, Uplink

NOW = datetime(2026, 3, 2, 6, 5, tzinfo=UTC)
EM310 = "a840410001810000"


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    engine = open_engine(f"sqlite:///{tmp_path}/waste_frames.sqlite")
    migrate(engine, "waste.adapters.frame_migrations")
    with SqlFrameStore(engine).writing() as writer:
        writer.keep([Uplink(Network.TTS, EM310, "s", 7, NOW, 85, b"\x03\x82")], NOW)
        writer.keep_unreadable([Unreadable("topic", b"{\xff", "BODY_NOT_UTF8", "body: at 1")] * 2, NOW)
        [frame] = writer.waiting(9)
        writer.settle(
            [(frame, FrameRead(FrameState.REFUSED, (), "FRAME_TOO_SHORT", "2 bytes [are] missing"))]
        )
    engine.dispose()
    return tmp_path


def run(data_dir: Path, *arguments: str) -> str:
    result = CliRunner().invoke(app, ["waste", *arguments, "--data-dir", str(data_dir)])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_reasons_are_counted_and_messages_listed(data_dir: Path) -> None:
    assert run(data_dir, "refused") == "BODY_NOT_UTF8  2\nFRAME_TOO_SHORT  1\n"
    [line] = run(data_dir, "refused", "--reason", "FRAME_TOO_SHORT", "--json").splitlines()
    told = json.loads(line)
    assert (told["device_id"], told["counter"], told["payload"]) == (EM310, 7, "0382")
    assert told["detail"] == "2 bytes [are] missing"
    [line] = run(data_dir, "refused", "--reason", "BODY_NOT_UTF8", "--json").splitlines()
    assert (json.loads(line)["body"], json.loads(line)["times"]) == ("{\ufffd", 2)
    assert "[are] missing" in run(data_dir, "refused", "--device", EM310)
    assert run(data_dir, "refused", "--device", "other") == ""


def test_where_nothing_was_refused_that_is_said_beside_the_output(data_dir: Path) -> None:
    result = CliRunner().invoke(
        app, ["waste", "refused", "--device", "other", "--json", "--data-dir", str(data_dir)]
    )
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "nothing was refused\n")


def test_refused_frames_are_read_again(data_dir: Path) -> None:
    assert "1 frames will be read again" in run(data_dir, "read-again", EM310)
    assert run(data_dir, "refused") == "BODY_NOT_UTF8  2\n"


def test_a_folder_without_frames_is_told(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["waste", "refused", "--data-dir", str(tmp_path)])
    assert result.exit_code == 2
    assert "no service has run with this data folder" in result.stderr
