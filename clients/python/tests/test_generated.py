"""What is generated is as the description is now."""

import subprocess
import sys
from pathlib import Path

GENERATE = Path(__file__).resolve().parents[1] / "generate.py"


def test_types_and_methods_are_fresh() -> None:
    checked = subprocess.run(
        [sys.executable, GENERATE, "--check"], capture_output=True, text=True, timeout=120, check=False
    )

    assert checked.returncode == 0, checked.stderr
