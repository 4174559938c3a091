"""Service days where the clocks change, rides around three in the morning, and the rules of a zone."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pooling.domain.audit import audit, points_of
from pooling.domain.offers import Answer, RefusalCode, Span
from pooling.domain.places import Point
from pooling.domain.service_day import ServiceDay, service_day_of
from pooling.domain.zone import Policy
from routing_core.fleet.model import Load
from town import BERLIN, ISLAND, OTHER_ZONE, ROAD, ZONE, Town

SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)
"""On these the clocks go forward from two to three, and back from three to two."""
HOUR_S = 3600
HALF_SECOND = timedelta(milliseconds=500)


def utc(day: date, hours: int, minutes: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hours, minutes, tzinfo=UTC)


# The service day


@pytest.mark.parametrize(
    ("day", "hours"),
    [
        (date(2026, 3, 27), 24),
        (date(2026, 3, 28), 23),
        (SPRING, 24),
        (date(2026, 10, 23), 24),
        (date(2026, 10, 24), 25),
        (AUTUMN, 24),
    ],
)
def test_the_day_before_the_clocks_change_is_shorter_or_longer(day: date, hours: int) -> None:
    service_day = ServiceDay(day, BERLIN)
    assert service_day.end - service_day.start == timedelta(hours=hours)
    assert service_day.seconds(service_day.end) == hours * HOUR_S
    assert service_day.start.astimezone(BERLIN).strftime("%H:%M") == "03:00"


@pytest.mark.parametrize(
    ("instant", "local", "day", "seconds"),
    [
        # Spring: half past one is followed by half past three, an hour later.
        (utc(SPRING, 0, 30), "01:30", date(2026, 3, 28), 22 * HOUR_S + 1800),
        (utc(SPRING, 0, 59), "01:59", date(2026, 3, 28), 23 * HOUR_S - 60),
        (utc(SPRING, 1), "03:00", SPRING, 0),
        (utc(SPRING, 1, 30), "03:30", SPRING, 1800),
        (utc(SPRING, 2), "04:00", SPRING, HOUR_S),
        # Autumn: half past two comes twice, and both times it is still the day before.
        (utc(AUTUMN, 0, 30), "02:30", date(2026, 10, 24), 23 * HOUR_S + 1800),
        (utc(AUTUMN, 1, 30), "02:30", date(2026, 10, 24), 24 * HOUR_S + 1800),
        (utc(AUTUMN, 1, 59), "02:59", date(2026, 10, 24), 25 * HOUR_S - 60),
        (utc(AUTUMN, 2), "03:00", AUTUMN, 0),
        (utc(AUTUMN, 3), "04:00", AUTUMN, HOUR_S),
    ],
)
def test_instants_around_the_change(instant: datetime, local: str, day: date, seconds: int) -> None:
    assert instant.astimezone(BERLIN).strftime("%H:%M") == local
    service_day = service_day_of(instant, BERLIN)
    assert (service_day.date, service_day.seconds(instant)) == (day, seconds)
    assert service_day.instant(seconds) == instant


def test_seconds_round_down_before_the_start_as_well() -> None:
    service_day = ServiceDay(SPRING, BERLIN)
    assert service_day.seconds(service_day.start + HALF_SECOND) == 0
    assert service_day.seconds(service_day.start - HALF_SECOND) == -1


@given(
    st.integers(0, 3 * 365 * 24 * HOUR_S * 2).map(
        lambda half_s: utc(date(2025, 1, 1), 0) + half_s * HALF_SECOND
    )
)
def test_every_instant_lies_in_exactly_one_service_day(instant: datetime) -> None:
    service_day = service_day_of(instant, BERLIN)
    assert service_day.start <= instant < service_day.end
    assert service_day == service_day_of(instant.astimezone(BERLIN), BERLIN)
    assert timedelta(0) <= instant - service_day.instant(service_day.seconds(instant)) < timedelta(seconds=1)
    following = service_day_of(service_day.end, BERLIN)
    assert (following.date, following.start) == (service_day.date + timedelta(days=1), service_day.end)


# Rides around three in the morning


@pytest.fixture
def night(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Town]:
    """The town in the evening before the clocks change, on duty until five, and again from three on."""
    town = Town(tmp_path, "20:00", day=request.param)
    town.add_bus("late", ("22:00", "29:00"), base=1)
    town.add_bus("early", ("27:00", "35:00"), base=1)
    yield town
    town.close()


def ask_from(town: Town, earliest: datetime, minutes: float) -> Answer:
    question = town.question(1, 3, count=1)
    span = Span(earliest, earliest + timedelta(minutes=minutes))
    question = replace(question, ask=replace(question.ask, pickup_span=span))
    answer: Answer = town.answer(town.request_offers(town.call("RequestOffers"), question))
    return answer


@pytest.mark.parametrize(
    ("night", "instant", "vehicle_id"),
    [
        (date(2026, 3, 28), utc(SPRING, 0, 30), "late"),  # 01:30; there is no 02:30
        (date(2026, 3, 28), utc(SPRING, 1), "early"),  # 03:00, at once after 01:59:59
        (date(2026, 3, 28), utc(SPRING, 2), "early"),  # 04:00
        (date(2026, 10, 24), utc(AUTUMN, 0, 30), "late"),  # 02:30
        (date(2026, 10, 24), utc(AUTUMN, 1, 30), "late"),  # 02:30 again, an hour later
        (date(2026, 10, 24), utc(AUTUMN, 2), "early"),  # 03:00
        (date(2026, 10, 24), utc(AUTUMN, 3), "early"),  # 04:00
    ],
    indirect=["night"],
)
def test_a_ride_lasts_as_long_while_the_clocks_change(
    night: Town, instant: datetime, vehicle_id: str
) -> None:
    (offer,) = ask_from(night, instant, 20).offers
    assert (offer.planned_pickup, offer.promise.pickup.earliest) == (instant, instant)
    assert offer.promise.pickup.latest == instant + timedelta(minutes=15)
    ride = night.book(offer)
    assert (ride.vehicle_id, ride.service_date) == (vehicle_id, service_day_of(instant, BERLIN).date)
    night.clock.advance_to(instant + timedelta(seconds=30))
    night.board(ride.id, vehicle_id=vehicle_id)
    night.clock.advance_to(instant + timedelta(seconds=650))
    done = night.alight(ride.id, vehicle_id=vehicle_id)
    assert (done.pickup_time, done.dropoff_time) == (instant, instant + timedelta(seconds=630))
    facts = night.facts()
    points = points_of(facts)
    as_of = instant + timedelta(hours=30)
    assert audit(facts, points, night.roads.travel_matrix(points), as_of).findings == ()


@pytest.mark.parametrize("night", [date(2026, 3, 28), date(2026, 10, 24)], indirect=True)
def test_shifts_over_the_change_are_as_long_as_they_last(night: Town) -> None:
    shift = night.duty("late").shift
    frame = night.desk.frame(night.plan(), night.clock.now())
    (core,) = (tour.shift for tour in frame.tours)
    expected_s = {date(2026, 3, 28): 6, date(2026, 10, 24): 8}[night.day] * HOUR_S
    assert core.end_s - core.start_s == expected_s
    assert shift.service_date == night.day


# Windows in two service days


@pytest.mark.parametrize(
    ("shifts", "service_day_offset"),
    [([("22:00", "28:00")], 0), ([("27:00", "30:00")], 1), ([("22:00", "28:00"), ("28:00", "30:00")], 0)],
)
def test_a_window_over_three_in_the_morning_asks_both_service_days(
    tmp_path: Path, shifts: list[tuple[str, str]], service_day_offset: int
) -> None:
    town = Town(tmp_path, "20:00")
    town.add_bus("bus", *shifts, base=1)
    (offer,) = town.ask(1, 3, "26:45", minutes=30).offers
    assert offer.service_date == town.day + timedelta(days=service_day_offset)
    assert town.at("26:45") <= offer.planned_pickup <= town.at("27:15")
    ride = town.book(offer)
    assert ride.id in town.plan(day=offer.service_date).tasks
    town.close()


def test_offers_of_both_service_days_let_go_of_each_other(tmp_path: Path) -> None:
    town = Town(tmp_path, "20:00")
    town.add_bus("late", ("22:00", "28:00"), base=1)
    town.add_bus("early", ("27:00", "30:00"), base=1)
    offers = town.ask(1, 3, "26:30", minutes=60).offers
    assert {offer.service_date for offer in offers} == {town.day, town.day + timedelta(days=1)}
    best = town.book(offers[0])
    left = {*town.plan().tasks, *town.plan(day=town.day + timedelta(days=1)).tasks}
    assert left == {best.id}
    town.close()


def test_the_alternative_may_be_in_the_next_service_day(tmp_path: Path) -> None:
    town = Town(tmp_path, "20:00")
    town.add_bus("bus", ("28:00", "30:00"), base=1)
    answer = town.ask(1, 3, "25:30", minutes=20)
    assert answer.offers == ()
    assert [reason.code for reason in answer.reasons] == [RefusalCode.OUTSIDE_SERVICE_HOURS]
    assert answer.alternative is not None
    assert town.at("28:00") <= answer.alternative.planned_pickup <= town.at("28:20")
    town.close()


# The rules of a zone


def test_a_ride_may_take_half_as_long_again_or_ten_minutes_more() -> None:
    policy = Policy()
    assert policy.max_ride_s(600) == 1200
    assert policy.max_ride_s(1200) == 1800
    assert policy.max_ride_s(1202) == 1803
    assert Policy(ride_percent=100, ride_extra_s=0).max_ride_s(777) == 777


@given(direct_s=st.integers(0, 10**6), percent=st.integers(100, 400), extra_s=st.integers(0, 7200))
def test_nobody_is_promised_less_than_the_direct_way(direct_s: int, percent: int, extra_s: int) -> None:
    policy = Policy(ride_percent=percent, ride_extra_s=extra_s)
    assert policy.max_ride_s(direct_s) >= direct_s
    assert policy.max_ride_s(direct_s + 1) >= policy.max_ride_s(direct_s)


@pytest.mark.parametrize(
    ("load", "board_s", "alight_s"),
    [
        (Load(1), 30, 20),
        (Load(3), 60, 20),
        (Load(0, 1), 120, 90),
        (Load(0, 2), 240, 180),
        (Load(2, 1), 165, 110),
        (Load(0), 0, 0),
    ],
)
def test_wheelchairs_and_parties_take_their_time(load: Load, board_s: int, alight_s: int) -> None:
    assert (Policy().board_duration_s(*load), Policy().alight_duration_s(*load)) == (board_s, alight_s)


def test_a_zone_promises_by_its_own_rules(tmp_path: Path) -> None:
    policy = Policy(pickup_window_s=240, pickup_before_s=0, ride_percent=120, ride_extra_s=60, hold_s=30)
    town = Town(tmp_path, zones=[replace(ZONE, policy=policy)])
    town.add_bus()
    (offer,) = town.ask(1, 3, "08:00").offers
    assert offer.promise.pickup == Span(town.at("08:00"), town.at("08:04"))
    assert offer.promise.max_ride_s == 720
    assert offer.expire_time == town.clock.now() + timedelta(seconds=30)
    town.close()


def test_a_zone_ends_at_its_boundary_which_belongs_to_it() -> None:
    assert [number for number, place in enumerate(ROAD) if OTHER_ZONE.covers(place)] == [3, 4, 5]
    assert ZONE.covers(ISLAND)
    corner, below = Point(53.55, 12.9), Point(53.549999, 12.9)
    assert (OTHER_ZONE.covers(corner), OTHER_ZONE.covers(below)) == (True, False)
