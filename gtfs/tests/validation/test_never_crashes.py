"""Whatever is missing or spoilt: findings, and no exception."""

import random
import tempfile
from datetime import date
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from timetable.validation.columns import TABLES
from timetable.validation.validate import validate
from whole_feed import whole_feed

TODAY = date(2026, 6, 1)
SPOILT = (
    "",
    "x",
    "-1",
    "0",
    "9",
    "99999999999",
    "ä\ufffd",
    '"',
    "25:00:00",
    "20260230",
    "1e400",
    "nan",
    "dorf",
    "b1",
)


def spoil(files: dict[str, str], rng: random.Random) -> None:
    for _ in range(rng.randint(1, 4)):
        name = rng.choice(sorted(files))
        lines = files[name].splitlines()
        deed = rng.random()
        if deed < 0.2 and len(files) > 1:
            del files[name]
        elif deed < 0.35:
            files[name] = "\n".join(lines[: rng.randint(0, len(lines))])
        elif deed < 0.5:
            files[name] = files[name][: rng.randint(0, len(files[name]))]
        else:
            row = rng.randrange(len(lines)) if lines else 0
            values = lines[row].split(",") if lines else [""]
            values[rng.randrange(len(values))] = rng.choice(SPOILT)
            lines[row : row + 1] = [",".join(values)]
            files[name] = "\n".join(lines)


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 2**32))
def test_a_spoilt_feed_is_judged(seed: int) -> None:
    files = whole_feed()
    spoil(files, random.Random(seed))
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            (Path(folder) / name).write_text(content, encoding="utf-8", newline="")
        report = validate(Path(folder), TODAY)
    assert all(found.file in TABLES or found.file == "locations.geojson" for found in report)
