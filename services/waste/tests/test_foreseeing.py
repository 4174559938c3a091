"""Forecasts of single containers, by what was learned of all of them."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from district import NOON, Office, container, device
from waste.application.foreseeing import LEARN_AGAIN, LEARN_EVERY, Foreseeing
from waste.domain.access import EVERYTHING
from waste.domain.containers import Container
from waste.domain.fill_days import Calendar
from waste.domain.measured import Level, Lift, LiftSource

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CONTAINERS = ("east-box", "slow-box")


@pytest.fixture
def foreseeing(office: Office) -> Foreseeing:
    """Two containers over 40 days: one fills by a quarter a day and is emptied full, the other does not."""
    office.settle("east")
    office.registry.add_container(office.call(), container("slow-box", "east-site"))
    office.registry.add_device(office.call(), device("slow", "east", "slow-box"))
    hours = range(40 * 24)
    office.measure("east-0", [2200 - round(2000 * (hour % 96) / 96) for hour in hours], HOUR)
    office.measure("slow", [2200 - round(2000 * 0.2 * hour / len(hours)) for hour in hours], HOUR)
    return Foreseeing(office.store, Calendar(ZoneInfo("Europe/Berlin"), "DE", "MV"))


def box(office: Office, name: str) -> Container:
    return office.registry.find(Container, name, EVERYTHING)


def test_nothing_is_expected_before_something_was_learned(office: Office, foreseeing: Foreseeing) -> None:
    assert not foreseeing.is_due(NOON)
    levels = [Level(NOON, 0.5)]
    assert foreseeing.outlook(box(office, "east-box"), levels, (), NOON, DAY) is None
    assert foreseeing.is_due(NOON)
    assert foreseeing.learn(NOON) == 2 * (40 * 24 - 1)
    assert not foreseeing.is_due(NOON)
    assert foreseeing.is_due(NOON + LEARN_EVERY)
    # A container that was not there is learned of soon.
    office.registry.add_container(office.call(), container("new-box", "east-site"))
    assert foreseeing.outlook(box(office, "new-box"), levels, (), NOON, DAY) is None
    assert foreseeing.is_due(NOON + LEARN_AGAIN)


def test_each_container_is_expected_to_fill_as_it_did(office: Office, foreseeing: Foreseeing) -> None:
    foreseeing.learn(NOON)
    quick, slow = (
        foreseeing.outlook(box(office, name), [Level(NOON, 0.9)], (), NOON, DAY) for name in CONTAINERS
    )
    assert quick is not None
    assert slow is not None
    assert quick.overflow_probability > 0.5 > slow.overflow_probability
    assert quick.expected_full_at == NOON + DAY
    assert slow.expected_full_at is None or slow.expected_full_at > NOON + 2 * DAY
    emptied = Lift("east-box", NOON, LiftSource.REPORTED, 0.9, 0.0, 100.0)
    after = foreseeing.outlook(box(office, "east-box"), [Level(NOON - HOUR, 0.9)], [emptied], NOON, DAY)
    assert after is not None
    assert after.overflow_probability < 0.1


def test_hours_to_come_rise_within_their_bounds(office: Office, foreseeing: Foreseeing) -> None:
    foreseeing.learn(NOON)
    steps = foreseeing.hours(box(office, "east-box"), [Level(NOON, 0.2)], (), NOON, 48)
    assert [step.at for step in steps] == [NOON + HOUR * hour for hour in range(1, 49)]
    assert all(step.lower_80_share <= step.median_share <= step.upper_80_share for step in steps)
    medians = [step.median_share for step in steps]
    assert medians == sorted(medians)
    assert medians[-1] - medians[0] > 0.3


def test_from_old_levels_nothing_is_expected(office: Office, foreseeing: Foreseeing) -> None:
    foreseeing.learn(NOON)
    old = [Level(NOON - 15 * DAY, 0.5)]
    assert foreseeing.outlook(box(office, "east-box"), old, (), NOON, DAY) is None
    assert foreseeing.outlook(box(office, "east-box"), (), (), NOON, DAY) is None


def test_without_readings_nothing_is_learned(office: Office) -> None:
    office.settle("west")
    foreseeing = Foreseeing(office.store, Calendar(ZoneInfo("Europe/Berlin")))
    assert foreseeing.learn(NOON) == 0
    assert foreseeing.outlook(box(office, "west-box"), [Level(NOON, 0.5)], (), NOON, DAY) is None
