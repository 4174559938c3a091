"""The demo's yard: who drives in drives out, Saturdays are full, and the same whoever asks."""

from datetime import date, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st
from onebox.demo.yard_visits import BAY_COUNT, gate_counts

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = date(2026, 3, 16)


def fullest(day: date) -> int:
    return max(count.count_in - count.count_out for count in gate_counts(day, BERLIN))


@settings(max_examples=25, deadline=None)
@given(st.dates(date(2021, 1, 1), date(2035, 12, 31)))
def test_who_drives_in_drives_out(day: date) -> None:
    counts = list(gate_counts(day, BERLIN))
    assert bool(counts) is (day.isoweekday() != 7)
    if not counts:
        return
    assert counts[0].count_in == 0
    assert counts[-1].count_in == counts[-1].count_out > 0
    for before, after in pairwise(counts):
        assert before.count_in <= after.count_in
        assert before.count_out <= after.count_out <= after.count_in
    assert counts == list(gate_counts(day, BERLIN))


def test_saturdays_have_a_queue_and_most_days_have_none_in_the_morning() -> None:
    weeks = [MONDAY + timedelta(weeks=number) for number in range(8)]
    assert all(fullest(monday + timedelta(days=5)) > BAY_COUNT for monday in weeks)
    mornings = [
        count.count_in - count.count_out
        for monday in weeks
        for count in list(gate_counts(monday, BERLIN))[:12]
    ]
    assert sum(cars <= BAY_COUNT for cars in mornings) > 0.9 * len(mornings)
