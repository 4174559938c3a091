"""Whatever is asked, booked, cancelled, driven and taken off in whatever order: a promise is a promise."""

import itertools
from collections import defaultdict
from datetime import timedelta

import pytest
from driver import Drivers
from hypothesis import example, given, settings
from hypothesis import strategies as st
from life import Ask, Drive, Pick, Step, live
from town import PHONE_DESK, Town

asks = st.builds(
    Ask,
    st.integers(0, 5),
    st.integers(0, 5),
    st.integers(-5, 90),
    st.integers(5, 45),
    st.sampled_from([(1, 0), (1, 0), (2, 0), (3, 0), (0, 1), (1, 1)]),
    st.booleans(),
)
picks = st.builds(
    Pick,
    st.sampled_from(["book", "book", "book", "cancel", "cancel shift", "change vehicle", "change shift"]),
    st.integers(0, 20),
)
drives = st.builds(Drive, st.integers(1, 40))
days = st.lists(asks | picks | picks | drives, min_size=4, max_size=40)


@settings(max_examples=60, deadline=None)
@given(days, st.booleans())
def test_in_time_nothing_is_ever_broken(steps: list[Step], tells: bool) -> None:
    def drivers_of(town: Town) -> Drivers:
        return Drivers(town, tells_arrival=lambda: tells)

    live(steps, drivers_of)


@settings(max_examples=60, deadline=None)
@given(
    days,
    st.lists(st.sampled_from([0, 0, 0, 20, 90, 400, 1500]), min_size=5, max_size=12),
    st.lists(st.booleans(), min_size=3, max_size=7),
    st.lists(st.booleans(), min_size=3, max_size=7),
)
@example(
    # A vehicle that leaves a stop after the break that follows should have begun.
    steps=[
        Ask(4, 3, 87, 8, (2, 0), True),
        Pick("book", 16),
        Ask(0, 4, 47, 30, (1, 0), False),
        Pick("book", 15),
        Drive(18),
        Ask(1, 5, 0, 18, (2, 0), False),
    ],
    delays_s=[0, 400, 0, 1500, 0],
    tells=[True, True, True],
    absences=[False, False, True, True],
)
@example(
    # A driver who keeps every promise, and comes home late.
    steps=[
        Drive(21),
        Pick("book", 12),
        Drive(30),
        Drive(37),
        Drive(37),
        Drive(8),
        Pick("cancel shift", 13),
        Drive(38),
        Ask(3, 0, 37, 6, (3, 0), True),
        Pick("book", 13),
        Drive(30),
    ],
    delays_s=[0, 90, 20, 20, 90, 1500, 20],
    tells=[True, True, True, True, True, False, False],
    absences=[False, False, True, True],
)
def test_what_breaks_on_the_road_is_told(
    steps: list[Step], delays_s: list[int], tells: list[bool], absences: list[bool]
) -> None:
    """Late drivers, drivers who tell only some arrivals, and passengers who do not come."""

    def drivers_of(town: Town) -> Drivers:
        late, told, absent = itertools.cycle(delays_s), itertools.cycle(tells), itertools.cycle(absences)
        known: defaultdict[str, bool] = defaultdict(lambda: not next(absent))
        return Drivers(
            town,
            delay_s=lambda: next(late),
            tells_arrival=lambda: next(told),
            shows_up=lambda ride_id: known[ride_id],
        )

    live(steps, drivers_of)


@pytest.mark.parametrize("late_s", [20, 290, 1000])
def test_who_leaves_late_is_late_at_the_next_stop(town: Town, late_s: int) -> None:
    """The vehicle is not taken to be at the next stop when its old time comes."""
    town.add_bus()
    ride = town.ride(0, 1, "08:00", minutes=5)
    left = town.at("08:00:30") + timedelta(seconds=late_s)
    town.clock.advance_to(left)
    town.board(ride.id)
    assert town.queries.ride(ride.id, PHONE_DESK)[0].dropoff_time == left + timedelta(minutes=5)
    assert town.violations() == [] or town.plan().broken
