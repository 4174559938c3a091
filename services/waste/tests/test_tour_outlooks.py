from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from district import NOON, Office, container, site
from waste.application.ports_outlook import ForecastStep, Outlook
from waste.application.tour_outlooks import TourOutlooks
from waste.domain.containers import Container, SubAccount
from waste.domain.measured import Level, Lift, LiftSource
from waste.domain.tours import Outlook as DayOutlook

BERLIN = ZoneInfo("Europe/Berlin")
TODAY = date(2026, 6, 15)


class Said:
    """Foretells what it is told to."""

    def __init__(self, hours: int) -> None:
        self._hours = hours

    def outlook(
        self,
        _one: Container,
        _levels: Sequence[Level],
        _lifts: Sequence[Lift],
        _now: datetime,
        _to: timedelta,
    ) -> Outlook | None:
        return None

    def hours(
        self, _one: Container, _levels: Sequence[Level], _lifts: Sequence[Lift], now: datetime, count: int
    ) -> list[ForecastStep]:
        return [
            ForecastStep(now + timedelta(hours=hour), 0.5 + hour / 1000, 0.4, 0.6, hour / 1000)
            for hour in range(1, min(count, self._hours) + 1)
        ]


@pytest.fixture
def box(office: Office) -> Container:
    with office.store.writing() as writer:
        writer.keep(SubAccount("town", "Town", NOON))
        writer.keep(site("place", "town"))
        box = container("box", "place", "town")
        writer.keep(box)
    return box


def told(office: Office, box: Container, said: Said | None = None, day_count: int = 3) -> DayOutlook:
    outlooks = TourOutlooks(office.store, said, BERLIN)
    return outlooks.ahead([box], NOON, TODAY, day_count)["box"]


def measured(office: Office, *levels: tuple[float, float]) -> None:
    with office.store.writing() as writer:
        writer.add_levels(
            [("box", "sensor", Level(NOON - timedelta(days=age), share)) for age, share in levels]
        )


def test_what_is_brought_is_learned_from_mornings(office: Office, box: Container) -> None:
    measured(office, *((age, 0.9 - 0.05 * age) for age in range(14, -1, -1)))
    found = told(office, box)
    assert found.level_share == pytest.approx(0.9)
    assert found.usual_share_per_day == pytest.approx(0.05, abs=0.015)
    assert list(found.mean_share) == sorted(found.mean_share)
    assert found.mean_share[0] == pytest.approx(0.9 + 10 / 24 * found.usual_share_per_day)
    assert list(found.overflow_probability) == sorted(found.overflow_probability)
    assert found.overflow_probability[-1] > 0.5


def test_the_newest_level_counts_not_that_of_the_morning(office: Office, box: Container) -> None:
    measured(office, (1, 0.3), (0.01, 0.95))
    assert told(office, box).level_share == 0.95


def test_a_lift_that_was_reported_counts_until_the_sensor_tells(office: Office, box: Container) -> None:
    measured(office, (1, 0.95))
    with office.store.writing() as writer:
        lift = Lift("box", NOON - timedelta(hours=1), LiftSource.REPORTED, 0.95, 0.0, 100.0)
        writer.put_lift(box, lift)
    found = told(office, box)
    assert found.level_share == 0.0
    assert found.overflow_probability[0] < 0.01


def test_of_what_was_never_measured_the_level_is_not_known(office: Office, box: Container) -> None:
    found = told(office, box)
    assert found.level_share is None
    assert found.mean_share[0] > 0.5


def test_what_was_learned_of_all_comes_first_as_far_as_it_goes(office: Office, box: Container) -> None:
    measured(office, (1, 0.3), (0.1, 0.4))
    # Noon in UTC: the day ends ten hours later.
    assert told(office, box, Said(200)).mean_share == pytest.approx((0.510, 0.534, 0.558))
    assert told(office, box, Said(200)).overflow_probability == pytest.approx((0.010, 0.034, 0.058))
    assert told(office, box, Said(20)).mean_share == told(office, box).mean_share
    assert told(office, box, Said(200), 9).mean_share == told(office, box, None, 9).mean_share
