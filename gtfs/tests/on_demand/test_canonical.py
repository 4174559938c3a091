"""The feed that we publish, before the canonical GTFS validator itself, where it has been fetched."""

import json
import shutil
import subprocess
from datetime import date
from pathlib import Path

import pytest
from own_services import FEED
from timetable.on_demand.writing import write_flex

JUDGE = Path(__file__).parent / "canonical"
WAIT_S = 120


@pytest.fixture(scope="module")
def classpath(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Where the validator's parts lie on this machine; nothing is fetched."""
    if not (shutil.which("java") and shutil.which("mvn")):
        pytest.skip("needs Java and Maven")
    found = tmp_path_factory.mktemp("maven") / "classpath"
    command = ["mvn", "-o", "-q", "-B", "dependency:build-classpath", f"-Dmdep.outputFile={found}"]
    built = subprocess.run(command, cwd=JUDGE, capture_output=True, text=True, timeout=WAIT_S, check=False)
    if built.returncode or not found.exists():
        pytest.skip(
            f"the canonical validator is not here: run 'mvn dependency:build-classpath' in {JUDGE.name}"
        )
    return found.read_text(encoding="utf-8")


@pytest.mark.slow
def test_what_we_publish_has_nothing_wrong_with_it_for_the_canonical_validator(
    classpath: str, tmp_path: Path
) -> None:
    feed, out = tmp_path / "flex.zip", tmp_path / "report"
    write_flex(FEED, feed)
    command = [
        "java",
        "-cp",
        classpath,
        str(JUDGE / "Judge.java"),
        str(feed),
        str(out),
        str(date(2026, 6, 1)),
    ]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=WAIT_S, check=False)
    assert ran.returncode == 0, ran.stderr[-2000:]
    assert json.loads((out / "report.json").read_text(encoding="utf-8"))["notices"] == []
