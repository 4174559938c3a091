"""Figures of days: by the district's clock, a container once a day."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from waste.domain.day_figures import DayFigures, day_figures
from waste.domain.measured import Lift, LiftSource

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY, TUESDAY = date(2026, 11, 16), date(2026, 11, 17)


def lift(at: datetime, before_share: float | None) -> Lift:
    return Lift("box", at, LiftSource.REPORTED, before_share, 0.0, 50.0)


def test_days_are_those_of_the_clock_on_the_wall() -> None:
    late = datetime(2026, 11, 16, 23, 30, tzinfo=UTC)  # half past midnight of Tuesday there
    found = day_figures(MONDAY, TUESDAY, BERLIN, [lift(late, 0.9)], [("box", late)])
    assert found == [DayFigures(MONDAY, 0, 0, 0, 0.0), DayFigures(TUESDAY, 1, 0, 1, 50.0)]


def test_a_container_overflows_once_a_day_however_often_it_is_measured() -> None:
    full = [(name, datetime(2026, 11, 16, hour, tzinfo=UTC)) for name in ("a", "b") for hour in (8, 9, 10)]
    (monday,) = day_figures(MONDAY, MONDAY, BERLIN, [], full)
    assert monday.overflow_count == 2


def test_only_what_is_known_not_to_be_half_full_counts_as_a_needless_way() -> None:
    noon = datetime(2026, 11, 16, 12, tzinfo=UTC)
    lifts = [lift(noon, share) for share in (0.1, 0.49, 0.5, 1.0, None)]
    (monday,) = day_figures(MONDAY, MONDAY, BERLIN, lifts, [])
    assert (monday.emptied_count, monday.half_empty_count, monday.weight_kg) == (5, 2, 250.0)
