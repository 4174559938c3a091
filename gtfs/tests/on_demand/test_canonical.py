"""The feed that we publish, before the canonical GTFS validator itself."""

from datetime import date
from pathlib import Path

import pytest
from canonical_validator import notices_about, require_validator
from own_services import FEED
from timetable.on_demand.writing import write_flex


@pytest.mark.slow
def test_what_we_publish_has_nothing_wrong_with_it_for_the_canonical_validator(tmp_path: Path) -> None:
    require_validator()
    feed = tmp_path / "flex.zip"
    write_flex(FEED, feed)
    assert notices_about(feed, date(2026, 6, 1), tmp_path / "report") == []


@pytest.mark.slow
def test_the_canonical_validator_does_find_what_is_wrong(tmp_path: Path) -> None:
    require_validator()
    feed = tmp_path / "flex.zip"
    write_flex(FEED, feed)
    found = {notice["code"] for notice in notices_about(feed, date(2036, 6, 1), tmp_path / "report")}
    assert "expired_calendar" in found
