"""Whatever is missing or spoilt: findings, no exception, and nothing accepted that others find wrong."""

import random
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from gtfs_validator.notices import NoticeContainer
from gtfs_validator.pipeline import run_validation
from gtfs_validator.report import build_report
from timetable.findings import Severity
from timetable.validation.codes import SEVERITIES
from timetable.validation.columns import TABLES
from timetable.validation.validate import validate
from whole_feed import whole_feed

TODAY = date(2026, 6, 1)
SPOILT_COUNT = 1000
COMPARED_COUNT = 60
"""The peer takes as long for these as we do for all."""
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
TAKEN_FOR_ZERO = frozenset({"transfer_distance_too_large", "stop_too_far_from_shape"})
"""What the peer also says of stops that are not there: it takes their place for 0, 0."""


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


def spoilt(folder: Path, seed: int) -> Path:
    """A spoilt feed in a folder of its own."""
    files = whole_feed()
    spoil(files, random.Random(seed))
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_text(content, encoding="utf-8", newline="")
    return folder


@pytest.mark.parametrize("tenth", range(10))
def test_a_spoilt_feed_is_judged(tmp_path: Path, tenth: int) -> None:
    for seed in range(tenth, SPOILT_COUNT, 10):
        report = validate(spoilt(tmp_path / str(seed), seed), TODAY)
        strange = [found for found in report if found.file not in {*TABLES, "locations.geojson"}]
        assert strange == [], seed
        assert set(report.counts()) <= SEVERITIES.keys(), seed


def test_nothing_is_accepted_that_the_peer_finds_wrong(tmp_path: Path) -> None:
    overlooked: Counter[str] = Counter()
    for seed in range(COMPARED_COUNT):
        folder = spoilt(tmp_path / str(seed), seed)
        notices, failures = NoticeContainer(), NoticeContainer()
        run_validation(folder, notices, failures, validation_date=TODAY)
        theirs = {notice["code"]: notice["severity"] for notice in build_report(notices)["notices"]}
        report = validate(folder, TODAY)
        overlooked.update(theirs.keys() - report.counts().keys() - TAKEN_FOR_ZERO)
        if "ERROR" in theirs.values():
            assert report.count(Severity.ERROR), (seed, theirs)
    assert not overlooked


def test_every_rule_of_the_peer_has_its_name_here() -> None:
    """Those of the peer's files: a rule that it gains is one that we lack."""
    peer = Path(run_validation.__code__.co_filename).parent
    texts = (path.read_text(encoding="utf-8") for path in peer.rglob("*.py"))
    named = {part.split('"')[1] for text in texts for part in text.split("code=")[1:] if part.startswith('"')}
    assert len(named) > 40
    assert named <= SEVERITIES.keys()
