"""Sensors that change place or owner: what comes in late belongs where, and to whom, it was measured."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from district import NOON, Office, container, depot_of, device, reading
from waste.application.ports_containers import Span
from waste.application.watching import Watch
from waste.domain.measured import Level
from waste.domain.readings import Measurement, Reading

HOUR = timedelta(hours=1)


@pytest.fixture
def moving(office: Office) -> Office:
    """A sub-account with two containers and a sensor on the first, and another sub-account."""
    office.settle("east")
    office.settle("west")
    office.registry.add_container(office.call(), container("east-new", "east-site"))
    return office


def levels(office: Office, container_id: str, whose: str = "east") -> list[Level]:
    return office.levels.levels(container_id, depot_of(whose), Span(), 99)


def readings(office: Office, whose: str) -> list[datetime]:
    return [each.at for each in office.levels.readings("east-0", depot_of(whose), Span(), 99)]


def move(office: Office, container_id: str) -> None:
    office.registry.change_device(office.call(), device("east-0", "", container_id))


def handed_over(office: Office) -> None:
    office.registry.remove_device(office.call(), "east-0")
    now = office.clock.now()
    office.registry.add_device(
        office.call(), replace(device("east-0", "west", "west-box"), registered_at=now)
    )


def test_what_comes_late_from_before_a_move_is_no_level_of_the_new_place(moving: Office) -> None:
    moving.levels.take([reading("east-0", NOON, 1500)])
    moved_at = moving.pass_time(hours=2)
    move(moving, "east-new")
    late, first = reading("east-0", NOON + HOUR, 400), reading("east-0", moved_at, 1800)
    taken = moving.levels.take([late, first])
    assert len(taken.new) == 2
    assert [level.at for level in levels(moving, "east-new")] == [moved_at]
    assert [level.at for level in levels(moving, "east-box")] == [NOON]
    assert readings(moving, "east") == [NOON, NOON + HOUR, moved_at]


def test_a_change_that_moves_nothing_keeps_what_comes_late(moving: Office) -> None:
    moving.pass_time(hours=2)
    moving.registry.change_device(moving.call(), replace(device("east-0", "", "east-box"), model="EM310-UDL"))
    moving.levels.take([reading("east-0", NOON + HOUR, 1500)])
    assert [level.at for level in levels(moving, "east-box")] == [NOON + HOUR]


def test_a_sensor_that_watched_nothing_brings_its_past_along(moving: Office) -> None:
    moving.registry.add_device(moving.call(), device("spare", "east", ""))
    moving.pass_time(hours=2)
    moving.registry.change_device(moving.call(), device("spare", "", "east-new"))
    moving.levels.take([reading("spare", NOON + HOUR, 1500)])
    assert [level.at for level in levels(moving, "east-new")] == [NOON + HOUR]


def test_one_that_lost_its_container_does_not_bring_it_to_the_next(moving: Office) -> None:
    moving.pass_time(hours=2)
    moving.registry.remove_container(moving.call(), "east-box")
    moving.pass_time(hours=1)
    move(moving, "east-new")
    moving.levels.take([reading("east-0", NOON + HOUR, 1500), reading("east-0", NOON + 2.5 * HOUR, 1500)])
    assert levels(moving, "east-new") == []
    now = moving.clock.now()
    moving.levels.take([reading("east-0", now, 1500)])
    assert [level.at for level in levels(moving, "east-new")] == [now]


def test_a_tilt_on_the_way_is_none_of_the_new_container(moving: Office) -> None:
    fallen = Measurement(distance_mm=1500, tilted=True, temperature_c=80.0)
    moving.levels.take([Reading("east-0", NOON, NOON, fallen)])
    moving.pass_time(minutes=10)
    watch = Watch(moving.store, moving.clock)
    before = watch.look("east-box", thorough=False)
    move(moving, "east-new")
    after = watch.look("east-new", thorough=False)
    assert before is not None
    assert after is not None
    assert (before.condition.tilted, before.condition.temperature_c) == (True, 80.0)
    assert (after.condition.tilted, after.condition.temperature_c) == (None, None)


def test_what_was_measured_for_another_stays_there_however_late_it_comes(moving: Office) -> None:
    moving.levels.take([reading("east-0", NOON, 1500)])
    handed_at = moving.pass_time(hours=2)
    handed_over(moving)
    taken = moving.levels.take([reading("east-0", NOON + HOUR, 400), reading("east-0", handed_at, 1800)])
    assert [each.at for _, each in taken.new] == [handed_at]
    assert taken.known_count == 0
    assert readings(moving, "west") == [handed_at]
    assert [level.at for level in levels(moving, "west-box", "west")] == [handed_at]


def test_a_sensor_that_was_nobodys_is_read_from_before_it_was_registered(moving: Office) -> None:
    now = moving.pass_time(hours=2)
    moving.registry.add_device(moving.call(), replace(device("new", "east", "east-new"), registered_at=now))
    moving.levels.take([reading("new", NOON + HOUR, 1500)])
    assert [level.at for level in levels(moving, "east-new")] == [NOON + HOUR]
