"""When exports are due: as cron has it, in local time, with days of 23 and 25 hours."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from waste.domain.cron import cron_of
from waste.domain.errors import WrongFieldError

BERLIN = ZoneInfo("Europe/Berlin")


def after(cron: str, local: str) -> str:
    found = cron_of(cron).next_after(datetime.fromisoformat(local).replace(tzinfo=BERLIN), BERLIN)
    assert found is not None
    return found.astimezone(BERLIN).strftime("%Y-%m-%d %H:%M %Z")


@pytest.mark.parametrize(
    ("cron", "local", "due"),
    [
        ("30 6 * * 1-5", "2026-03-06 06:29", "2026-03-06 06:30 CET"),
        ("30 6 * * 1-5", "2026-03-06 06:30", "2026-03-09 06:30 CET"),
        ("*/15 * * * *", "2026-03-06 06:31", "2026-03-06 06:45 CET"),
        ("0 0 1 * *", "2026-12-01 00:00", "2027-01-01 00:00 CET"),
        ("0 12 13 * 5", "2026-03-06 12:00", "2026-03-13 12:00 CET"),
        ("0 12 14 * 5", "2026-03-13 12:00", "2026-03-14 12:00 CET"),
        ("0 9 * * 0", "2026-03-06 00:00", "2026-03-08 09:00 CET"),
        ("0 9 * * 7", "2026-03-06 00:00", "2026-03-08 09:00 CET"),
        ("5-7/2,30 8 * 3 *", "2026-03-06 08:05", "2026-03-06 08:07 CET"),
        ("0 0 29 2 *", "2026-03-06 00:00", "2028-02-29 00:00 CET"),
        # Skipped by the clocks: as much later. Repeated by them: once.
        ("30 2 * * *", "2026-03-28 12:00", "2026-03-29 03:30 CEST"),
        ("30 2 * * *", "2026-10-24 12:00", "2026-10-25 02:30 CEST"),
        ("30 2 * * *", "2026-10-25 02:30", "2026-10-26 02:30 CET"),
        ("30 * * * *", "2026-10-25 02:30", "2026-10-25 02:30 CET"),
    ],
)
def test_when_it_is_due(cron: str, local: str, due: str) -> None:
    assert after(cron, local) == due


@pytest.mark.parametrize(
    "text",
    ["", "* * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 8", "5-3 * * * *",
     "*/0 * * * *", "a * * * *", "1,, * * * *", "0 0 30 2 *", "-1 * * * *", "* * * * mon", "1-2-3 * * * *"],
)  # fmt: skip
def test_what_is_no_schedule_is_refused(text: str) -> None:
    with pytest.raises(WrongFieldError, match="cron is "):
        cron_of(text)


@given(
    st.integers(0, 59),
    st.integers(0, 23),
    st.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1)),  # noqa: DTZ001 - in UTC below
)
def test_a_daily_time_is_due_once_a_day(minute: int, hour: int, at: datetime) -> None:
    cron, now = cron_of(f"{minute} {hour} * * *"), at.replace(tzinfo=UTC)
    first = cron.next_after(now, BERLIN)
    assert first is not None
    second = cron.next_after(first, BERLIN)
    assert second is not None
    assert now < first <= now + timedelta(hours=25)
    assert timedelta(hours=22) <= second - first <= timedelta(hours=26)
