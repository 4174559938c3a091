"""Cars in a recycling yard: counted by loops that drift, waiting, and the next hours."""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from statistics import fmean
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from waste.domain.containers import OpeningSpan
from waste.domain.errors import WrongFieldError
from waste.domain.yard import (
    NO_WAITING,
    Counter,
    Passage,
    YardPlan,
    exit_correction,
    occupancies,
    passages,
    queue_of_length,
    throughput_per_h,
    waiting,
    zeroed_at,
)
from waste.domain.yard_forecast import YardForecast
from waste.domain.yard_hours import OpeningHours

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = datetime(2026, 3, 2, 8, tzinfo=BERLIN)
MINUTE = timedelta(minutes=1)
WEEKDAYS = OpeningHours(
    BERLIN,
    (
        OpeningSpan(frozenset({1, 2, 3, 4, 5}), 9 * 60, 17 * 60),
        OpeningSpan(frozenset({6}), 9 * 60, 13 * 60),
    ),
)


def test_counters_tell_what_passed_and_begin_anew() -> None:
    told = [
        Counter(MONDAY, 100, 90),
        Counter(MONDAY + 2 * MINUTE, 103, None),
        Counter(MONDAY + MINUTE, 101, 90),
        Counter(MONDAY + 3 * MINUTE, 103, 95),
        Counter(MONDAY + 4 * MINUTE, 2, 1),
    ]
    assert passages(told) == [
        Passage(MONDAY + MINUTE, 1, 0),
        Passage(MONDAY + 2 * MINUTE, 2, 0),
        Passage(MONDAY + 3 * MINUTE, 0, 5),
        Passage(MONDAY + 4 * MINUTE, 2, 1),
    ]
    assert passages([]) == []


def test_at_night_the_yard_is_empty_whatever_was_counted() -> None:
    counted = [
        Passage(MONDAY, 10, 2),
        Passage(MONDAY + timedelta(hours=18), 0, 1),
        Passage(MONDAY + timedelta(hours=20), 3, 0),
    ]
    assert [cars for _, cars in occupancies(counted, BERLIN)] == [8.0, 7.0, 3.0]
    assert zeroed_at(MONDAY, BERLIN) == datetime(2026, 3, 2, 2, tzinfo=UTC)
    # Across the change of clocks the zero stays at three o'clock.
    assert zeroed_at(datetime(2026, 3, 29, 12, tzinfo=BERLIN), BERLIN) == datetime(2026, 3, 29, 1, tzinfo=UTC)


def test_what_came_in_has_gone_out_which_corrects_the_exit() -> None:
    counted = [Passage(MONDAY + day * timedelta(days=1), 110, 100) for day in range(10)]
    now = MONDAY + timedelta(days=12)
    assert exit_correction(counted, BERLIN, now) == pytest.approx(1.1)
    assert exit_correction(counted[:0], BERLIN, now) == 1.0
    today = [Passage(now, 500, 0)]
    assert exit_correction([*counted, *today], BERLIN, now + MINUTE) == pytest.approx(1.1)
    wild = [Passage(MONDAY, 500, 60)]
    assert exit_correction(wild, BERLIN, now) == 1.25


@given(st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 9), st.integers(0, 9)), max_size=60))
def test_there_are_never_fewer_than_none_and_never_more_than_came(told: list[tuple[int, int, int]]) -> None:
    counted = [Passage(MONDAY + minute * MINUTE, came, left) for minute, came, left in told]
    for at, cars in occupancies(counted, BERLIN):
        zero = zeroed_at(at, BERLIN)
        assert 0 <= cars <= sum(one.count_in for one in counted if zero <= one.at <= at)


def test_a_full_yard_lets_go_what_was_counted_and_an_idle_one_what_was_planned() -> None:
    plan = YardPlan(bay_count=4, stay_duration_min=12)
    assert plan.throughput_per_h == 20
    assert throughput_per_h([], [], plan, MONDAY) == 20
    counted = [Passage(MONDAY, 10, 0)]
    counted += [Passage(MONDAY + minute * MINUTE, 1, 1) for minute in range(6, 121, 6)]
    cars = list(occupancies(counted, BERLIN))
    # Ten an hour, for two hours; and half an hour of the plan's twenty.
    assert throughput_per_h(counted, cars, plan, MONDAY + 120 * MINUTE) == pytest.approx((20 + 10) / 2.5)


def test_who_comes_waits_for_everybody_before() -> None:
    assert waiting(0, 20, full=False) == NO_WAITING
    first = waiting(0, 20, full=True)
    assert first.expected == timedelta(minutes=3)
    # One departure: exponential, whose nine in ten is 2.302585 times the mean.
    assert first.upper_90 / first.expected == pytest.approx(2.302585, rel=1e-5)
    tenth = waiting(9, 20, full=True)
    assert tenth.expected == timedelta(minutes=30)
    # Ten departures: half a chi-square of 20 degrees, 28.412 at nine in ten.
    assert tenth.upper_90 / timedelta(minutes=3) == pytest.approx(28.41198 / 2, rel=1e-5)
    assert waiting(400, 20, full=True).upper_90 < 1.1 * waiting(400, 20, full=True).expected


@pytest.mark.parametrize(("length_m", "count"), [(0, 0), (6.5, 1), (6.6, 2), (65, 10)])
def test_a_queue_has_a_car_every_few_metres(length_m: float, count: int) -> None:
    assert queue_of_length(length_m) == count


def test_waiting_as_told_is_as_long_as_people_wait() -> None:
    """Simulated: who joins a queue before four bays, and what they would have been told."""
    chance = random.Random(5)
    free = [0.0] * 4
    starts: list[float] = []
    told, waited, covered = [], [], []
    clock = 0.0
    for _ in range(3000):
        clock += chance.expovariate(0.96 * 20 / 60)
        queue = sum(start > clock for start in starts[-200:])
        full = queue > 0 or min(free) > clock
        guess = waiting(queue, 20, full=full)
        bay = free.index(min(free))
        start = max(clock, free[bay])
        free[bay] = start + chance.expovariate(1 / 12)
        starts.append(start)
        told.append(guess.expected / MINUTE)
        waited.append(start - clock)
        if full:
            covered.append(start - clock <= guess.upper_90 / MINUTE)
    assert fmean(told) == pytest.approx(fmean(waited), rel=0.05)
    assert fmean(covered) == pytest.approx(0.9, abs=0.03)


def test_hours_are_local_and_holidays_are_none() -> None:
    assert WEEKDAYS.is_open(MONDAY) is False
    assert WEEKDAYS.is_open(MONDAY + timedelta(hours=1)) is True
    assert WEEKDAYS.is_open(MONDAY.replace(hour=17)) is False
    closed = OpeningHours(BERLIN, WEEKDAYS.spans, frozenset({date(2026, 3, 2)}))
    assert closed.is_open(MONDAY + timedelta(hours=1)) is False
    slots = list(WEEKDAYS.open_slots(MONDAY.replace(hour=16, minute=10), timedelta(minutes=30), 3))
    assert [slot.astimezone(BERLIN).strftime("%a %H:%M") for slot in slots] == [
        "Mon 16:30",
        "Tue 09:00",
        "Tue 09:30",
    ]
    never = OpeningHours(
        BERLIN, (OpeningSpan(frozenset({7}), 9 * 60, 10 * 60),), frozenset({date(2026, 3, 8)})
    )
    assert list(never.open_slots(MONDAY, timedelta(minutes=30), 3)) == []
    assert OpeningHours(BERLIN, (OpeningSpan(frozenset(range(1, 8)), 0, 24 * 60),)).is_open(
        MONDAY.replace(hour=23, minute=59)
    )


def days_of(count: int, seed: int) -> Iterator[tuple[datetime, float]]:
    """Days of a yard: busier at noon, some days more than others, Saturdays most."""
    chance = random.Random(seed)
    for day in range(count):
        begin = datetime(2026, 1, 5, 3, tzinfo=BERLIN) + timedelta(days=day)
        busy = chance.lognormvariate(0, 0.3) * (1.6 if begin.isoweekday() == 6 else 1.0)
        inside: list[datetime] = []
        yield begin, 0.0
        for minute in range(6 * 60, 14 * 60):
            at = begin + minute * MINUTE
            if not WEEKDAYS.is_open(at):
                continue
            per_minute = busy * (0.15 + 0.35 * max(0.0, 1 - abs(minute - 540) / 240))
            inside = [end for end in inside if end > at]
            inside += [
                at + chance.expovariate(1 / 14) * MINUTE for _ in range(9) if chance.random() < per_minute / 3
            ]
            yield at, float(len(inside))


def test_the_next_hours_lie_in_the_band_as_often_as_it_says() -> None:
    past = list(days_of(20 * 7, 1))
    split = past[0][0] + timedelta(days=14 * 7)
    forecast = YardForecast([each for each in past if each[0] < split], WEEKDAYS)
    counted = [each for each in past if each[0] >= split]
    later = dict(counted)
    inside, misses, plain = [], [], []
    for index, (at, _) in enumerate(counted):
        if not WEEKDAYS.is_open(at) or at.minute != 20:
            continue
        usual = {slot.at: slot.expected_cars for slot in forecast.ahead(at, (), 12)}
        for slot in forecast.ahead(at, counted[max(0, index - 400) : index + 1], 12):
            if slot.at in later:
                seen = later[slot.at.astimezone(BERLIN)]
                inside.append(slot.lower_80_cars - 1e-9 <= seen <= slot.upper_80_cars + 1e-9)
                misses.append(abs(slot.expected_cars - seen))
                plain.append(abs(usual[slot.at] - seen))
    assert len(inside) > 1500
    assert fmean(inside) == pytest.approx(0.8, abs=0.06)
    # Knowing how today differs is worth something.
    assert fmean(misses) < 0.96 * fmean(plain)


def test_what_is_not_known_is_not_forecast() -> None:
    assert YardForecast([], WEEKDAYS).ahead(MONDAY, [(MONDAY, 3.0)]) == []
    assert YardForecast(list(days_of(1, 1)), OpeningHours(BERLIN)).ahead(MONDAY, [(MONDAY, 3.0)], 3) != []


def test_forecasts_are_only_of_open_hours() -> None:
    forecast = YardForecast(list(days_of(28, 3)), WEEKDAYS)
    for slot in forecast.ahead(MONDAY.replace(hour=15), [(MONDAY.replace(hour=14), 9.0)]):
        assert WEEKDAYS.is_open(slot.at)
        assert 0 <= slot.lower_80_cars <= slot.upper_80_cars
    near, far = forecast.ahead(MONDAY.replace(hour=10), [(MONDAY.replace(hour=10), 60.0)], 8)[::7]
    usual_near, usual_far = forecast.ahead(MONDAY.replace(hour=10), (), 8)[::7]
    assert near.expected_cars > usual_near.expected_cars + 5
    assert far.expected_cars - usual_far.expected_cars < near.expected_cars - usual_near.expected_cars


@pytest.mark.parametrize(("bays", "stay_min"), [(0, 10), (1001, 10), (4, 0), (4, 241)])
def test_yards_without_sense_are_refused(bays: int, stay_min: int) -> None:
    with pytest.raises(WrongFieldError):
        YardPlan(bays, stay_min)
