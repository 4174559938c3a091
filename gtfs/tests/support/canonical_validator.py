"""The canonical GTFS validator of MobilityData, asked about a feed."""

import json
import os
import shutil
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__)
JUDGE = HERE.parent / "canonical" / "Judge.java"
JARS = HERE.parents[3] / "build" / "gtfs-validator"
WAIT_S = 120


def require_validator() -> None:
    """Skip the test where the validator could not be fetched; in CI (``CI=true``) that is an error."""
    if shutil.which("java") and (JARS / "made-from.xml").exists():
        return
    missing = "needs Java, and the canonical validator, which ./dev test fetches with Maven"
    assert os.environ.get("CI") != "true", missing
    pytest.skip(missing)


def notices_about(feed: Path, on: date, report: Path) -> list[dict[str, Any]]:
    """Return what the validator finds in a feed, looked at on a day; ``report`` is a folder of its own."""
    command = ["java", "-cp", f"{JARS}/*", str(JUDGE), str(feed), str(report), str(on)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=WAIT_S, check=False)
    assert ran.returncode == 0, ran.stderr[-2000:]
    notices: list[dict[str, Any]] = json.loads((report / "report.json").read_text(encoding="utf-8"))[
        "notices"
    ]
    return notices
