"""An outside opinion on feeds: a port of the canonical GTFS validator that is tested against the original."""

from collections import Counter
from datetime import date
from pathlib import Path

from broken_feeds import Case
from gtfs_validator.notices import NoticeContainer
from gtfs_validator.pipeline import run_validation
from gtfs_validator.report import build_report
from timetable.validation.codes import SEVERITIES
from timetable.validation.validate import validate

TODAY = date(2026, 6, 1)


def peer_counts(path: Path) -> Counter[str]:
    """How often the peer finds each rule broken; only rules that we check.

    Like the original it gives up on a rule where a feed is broken in a way that it did not expect.
    """
    notices, failures = NoticeContainer(), NoticeContainer()
    run_validation(path, notices, failures, validation_date=TODAY)
    found = build_report(notices)["notices"]
    counted = Counter({notice["code"]: notice["totalNotices"] for notice in found})
    for notice in found:
        if (severity := SEVERITIES.get(notice["code"])) is not None:
            assert notice["severity"] == severity.upper(), notice["code"]
    return Counter({code: count for code, count in counted.items() if code in SEVERITIES})


def assert_found(broken: Case, path: Path) -> None:
    """Assert that a broken feed brings its finding, and that the peer finds the same rules broken."""
    report = validate(path, TODAY)
    places = [(found.file, found.row, found.field) for found in report if found.code == broken.code]
    told = [str(found) for found in report]
    assert (broken.file, broken.row, broken.field) in places, told
    ours, theirs = set(report.counts()), set(peer_counts(path))
    assert ours ^ theirs == broken.disputed, (ours - theirs, theirs - ours, told)
