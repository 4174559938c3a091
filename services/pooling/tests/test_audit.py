"""Days that went well and days that did not, told in facts and judged."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pooling.domain import facts as f
from pooling.domain.audit import Audit, audit, points_of
from pooling.domain.executed import seconds
from pooling.domain.fleet import Rest, Shift, Vehicle, VehicleKind
from pooling.domain.frame import core_shift
from pooling.domain.offers import Promise, RefusalCode, RefusalReason, Span
from pooling.domain.places import BoardingPoint, Point
from pooling.domain.service_day import ServiceDay
from routing_core.fleet.model import Action, Layout, Load, Request, TimeWindow, Tour
from routing_core.fleet.schedule import empty_tour
from routing_core.insertion.best import best_insertions
from routing_core.travel import TravelMatrix

DAY = date(2026, 3, 10)
MIDNIGHT = datetime(2026, 3, 10, tzinfo=UTC)
END = MIDNIGHT + timedelta(days=1)
# Villages along one road, 600 s and 10 km apart.
ROAD = tuple(Point(53.5 + number / 10, 13.0) for number in range(6))
APART_S, APART_M = 600, 10_000


def clock(text: str) -> datetime:
    hours, minutes, *rest = map(int, text.split(":"))
    return MIDNIGHT + timedelta(hours=hours, minutes=minutes, seconds=rest[0] if rest else 0)


def travel_over(points: Sequence[Point]) -> TravelMatrix:
    index = np.array([ROAD.index(point) for point in points])
    steps = np.abs(index[:, None] - index[None, :]).astype(np.int32)
    return TravelMatrix(steps * APART_S, steps * APART_M)


BUS = Vehicle("bus", "nord", VehicleKind.ANRUFBUS, "Bus", (Layout(2), Layout(1, 1)))
SHIFT = Shift(
    "early",
    "bus",
    "nord",
    DAY,
    clock("06:00"),
    clock("14:00"),
    ROAD[0],
    ROAD[0],
    (Rest("early.break1", clock("09:00"), clock("11:00"), 1800),),
)


ONE = Load(1)


@dataclass(frozen=True)
class Trip:
    """One ride as it was promised and driven; times as ``HH:MM[:SS]``."""

    id: str
    origin: int
    destination: int
    earliest: str
    arrived: str
    boarded: str
    reached: str
    alighted: str
    latest_arrival: str = "13:30"
    max_ride_s: int = 3600
    load: Load = ONE
    shift_id: str = "early"

    def booked(self) -> f.RideBooked:
        earliest = clock(self.earliest)
        return f.RideBooked(
            zone_id="nord",
            time=clock("05:00"),
            service_date=DAY,
            ride_id=self.id,
            vehicle_id="bus",
            shift_id=self.shift_id,
            load=self.load,
            pickup=BoardingPoint(ROAD[self.origin]),
            dropoff=BoardingPoint(ROAD[self.destination]),
            promise=Promise(
                Span(earliest, earliest + timedelta(minutes=10)), clock(self.latest_arrival), self.max_ride_s
            ),
            planned_pickup=earliest,
            planned_dropoff=clock(self.latest_arrival),
            direct_s=abs(self.origin - self.destination) * APART_S,
            pickup_service_s=60,
            dropoff_service_s=30,
        )

    def came(self, at: str, *, is_pickup: bool) -> f.VehicleArrived:
        where = BoardingPoint(ROAD[self.origin if is_pickup else self.destination])
        stop_id = f"{self.id}.{is_pickup}"
        return f.VehicleArrived(
            "nord", clock(at), DAY, "bus", self.shift_id, stop_id, self.id, is_pickup, where, self.load
        )

    def told(self, kind: type[f.AboardFact], at: str, **other: Any) -> f.AboardFact:
        return replace(kind("nord", clock(at), DAY, self.id, "bus", self.shift_id), **other)

    def driven(self) -> list[f.Fact]:
        return [
            self.booked(),
            self.came(self.arrived, is_pickup=True),
            self.told(f.PassengerBoarded, self.boarded),
            self.came(self.reached, is_pickup=False),
            self.told(f.PassengerAlighted, self.alighted),
        ]


FLEET: list[f.Fact] = [
    f.VehicleRegistered("nord", clock("04:00"), BUS),
    f.ShiftScheduled("nord", clock("04:00"), SHIFT),
]
# From village 1 to 4 with somebody from 2 to 3 on the way; the break fits in afterwards.
LONG = Trip("long", 1, 4, "07:00", "07:00", "07:01", "07:33", "07:33:30")
SHORT = Trip("short", 2, 3, "07:10", "07:11", "07:12", "07:22", "07:22:30")
GOOD_DAY = [
    *FLEET,
    f.OffersMade("nord", clock("05:00"), DAY, ("long", "other")),
    f.OffersMade("nord", clock("05:00"), DAY, ("short",)),
    f.RideRefused("nord", clock("05:00"), DAY, (RefusalReason(RefusalCode.NO_SEAT, 1),), ""),
    *LONG.driven(),
    *SHORT.driven(),
]


def judged(told: Sequence[f.Fact], as_of: datetime = END) -> Audit:
    points = points_of(told)
    return audit(told, points, travel_over(points), as_of)


def rules(told: Sequence[f.Fact], as_of: datetime = END) -> set[tuple[str, str]]:
    return {(finding.rule, finding.subject) for finding in judged(told, as_of).findings}


def test_a_good_day_has_no_findings_and_its_figures() -> None:
    result = judged(GOOD_DAY)
    assert result.findings == ()
    assert result.broken_promises == ()
    figures = result.figures
    assert (figures.request_count, figures.refused_count, figures.booked_count) == (3, 1, 2)
    assert dict(figures.refused_by_reason) == {RefusalCode.NO_SEAT: 1}
    assert (figures.served_count, figures.cancelled_count, figures.no_show_count) == (2, 0, 0)
    assert figures.pooled_share == 1.0
    assert figures.mean_wait_s == 30.0  # 0 s and 60 s
    # 07:01 to 07:33 and 07:12 to 07:22, of 40 minutes direct.
    assert figures.detour_factor == pytest.approx((32 + 10) / 40)
    assert (figures.occupied_m, figures.empty_m) == (30_000, 50_000)


def test_a_day_without_anything_told_is_empty() -> None:
    result = judged([])
    assert result.findings == ()
    assert (result.figures.pooled_share, result.figures.mean_wait_s, result.figures.detour_factor) == (
        0,
        0,
        0,
    )


def test_rides_one_after_the_other_are_not_pooled() -> None:
    later = replace(
        SHORT, earliest="08:10", arrived="08:10", boarded="08:11", reached="08:21", alighted="08:22"
    )
    assert judged([*FLEET, *LONG.driven(), *later.driven()]).figures.pooled_share == 0.0


BROKEN_DAYS: dict[str, tuple[Trip, set[tuple[str, str]]]] = {
    "pickup after the promised window": (
        replace(LONG, arrived="07:10:01", boarded="07:12", reached="07:42", alighted="07:43"),
        {("pickup_window", "long")},
    ),
    "boarded before the promised window": (
        replace(LONG, arrived="06:50", boarded="06:59", reached="07:30", alighted="07:31"),
        {("pickup_window", "long")},
    ),
    "arrival after the promise": (
        replace(LONG, latest_arrival="07:32"),
        {("dropoff_window", "long")},
    ),
    "aboard for too long": (replace(LONG, max_ride_s=1919), {("ride_time", "long")}),
    "more passengers than seats": (replace(LONG, load=Load(3)), {("capacity", "long")}),
    "a wheelchair and two seats": (replace(LONG, load=Load(2, 1)), {("capacity", "long")}),
    "driven faster than possible": (
        replace(LONG, reached="07:30:59"),
        {("travel_time", "long")},
    ),
    "there before it can be": (
        replace(LONG, earliest="06:11", arrived="06:09", boarded="06:12", reached="06:42", alighted="06:43"),
        {("arrived_too_soon", "long")},
    ),
    "picked up before the shift can be there": (
        replace(
            LONG, earliest="06:05", arrived="06:09:59", boarded="06:11", reached="06:41", alighted="06:42"
        ),
        {("travel_time", "long")},
    ),
    "back after the shift's end": (
        replace(
            LONG, earliest="12:49", arrived="12:49", boarded="12:50", reached="13:20", alighted="13:20:01"
        ),
        {("shift_end", "")},
    ),
    "no time for the break": (
        replace(LONG, earliest="08:20", arrived="08:20", boarded="08:21", reached="11:30", alighted="11:31"),
        {("break_missing", "early.break1"), ("ride_time", "long")},
    ),
}


@pytest.mark.parametrize("name", BROKEN_DAYS)
def test_what_went_wrong_is_found(name: str) -> None:
    trip, expected = BROKEN_DAYS[name]
    assert rules([*FLEET, *trip.driven()]) == expected


def test_one_second_within_every_limit_is_fine() -> None:
    fine = [
        replace(LONG, arrived="07:10", boarded="07:12", reached="07:42", alighted="07:43"),
        replace(LONG, latest_arrival="07:33"),
        replace(LONG, max_ride_s=1920),
        replace(LONG, load=Load(1, 1)),
        replace(LONG, reached="07:31"),
        replace(LONG, earliest="06:11", arrived="06:10", boarded="06:12", reached="06:42", alighted="06:43"),
        replace(LONG, earliest="12:49", arrived="12:49", boarded="12:50", reached="13:20", alighted="13:20"),
    ]
    assert [rules([*FLEET, *trip.driven()]) for trip in fine] == [set()] * len(fine)


def test_seats_are_counted_over_everybody_aboard() -> None:
    third = replace(SHORT, id="third", arrived="07:12", boarded="07:13", reached="07:23", alighted="07:23:30")
    assert ("capacity", "third") in rules([*GOOD_DAY, *third.driven()])


def test_a_ride_that_never_came_is_found_once_its_time_is_over() -> None:
    told = [*FLEET, LONG.booked()]
    assert rules(told, clock("13:30")) == set()
    assert rules(told, clock("13:31")) == {("not_served", "long")}
    assert [finding.subject for finding in judged(told).broken_promises] == ["long"]


def test_one_who_never_got_off_is_found_once_the_time_is_over() -> None:
    told = [*FLEET, *LONG.driven()[:3]]
    assert rules(told, clock("13:30")) == set()
    assert ("pairing", "long") in rules(told, clock("13:31"))


def test_given_up_and_not_shown_are_no_complaints() -> None:
    cancelled = f.RideCancelled("nord", clock("06:30"), DAY, "long")
    not_shown = SHORT.told(f.PassengerNotShown, "07:20")
    told = [*FLEET, LONG.booked(), cancelled, SHORT.booked(), SHORT.came("07:11", is_pickup=True), not_shown]
    result = judged(told)
    assert result.findings == ()
    assert (result.figures.cancelled_count, result.figures.no_show_count) == (1, 1)
    assert (result.figures.served_count, result.figures.occupied_m, result.figures.empty_m) == (0, 0, 40_000)


@pytest.mark.parametrize(
    ("extra", "expected"),
    [
        (LONG.told(f.PassengerBoarded, "07:02"), "told_twice"),
        (f.RideCancelled("nord", clock("06:30"), DAY, "long"), "driven_and_given_up"),
        (LONG.told(f.PassengerNotShown, "07:10"), "driven_and_given_up"),
        (replace(LONG, id="ghost").told(f.PassengerBoarded, "07:02"), "unknown_ride"),
    ],
)
def test_what_cannot_be_is_found(extra: f.Fact, expected: str) -> None:
    assert expected in {rule for rule, _ in rules([*GOOD_DAY, extra])}


def test_unknown_shifts_and_other_vehicles_are_found() -> None:
    nowhere = replace(LONG, shift_id="nowhere").driven()
    assert ("unknown_shift", "long") in rules([*FLEET, *nowhere])
    other = [LONG.booked(), LONG.told(f.PassengerBoarded, "07:01", vehicle_id="car")]
    assert ("unknown_shift", "long") in rules([*FLEET, *other])


def test_without_told_arrivals_the_benefit_of_the_doubt_is_given() -> None:
    quiet = [fact for fact in GOOD_DAY if not isinstance(fact, f.VehicleArrived)]
    assert rules(quiet) == set()
    # Boarding faster than planned is no faster driving.
    quick = replace(SHORT, boarded="07:11:05", reached="07:21:05", alighted="07:21:06")
    told = [
        fact for fact in [*FLEET, *LONG.driven(), *quick.driven()] if not isinstance(fact, f.VehicleArrived)
    ]
    assert rules(told) == set()


def test_the_vehicle_counts_as_it_was_at_its_shift() -> None:
    small = replace(BUS, layouts=(Layout(1),))
    before = f.VehicleUpdated("nord", clock("05:30"), small)
    after = f.VehicleUpdated("nord", clock("15:00"), small)
    assert rules([*GOOD_DAY, after]) == set()
    assert {rule for rule, _ in rules([*GOOD_DAY, before])} == {"capacity"}


@settings(deadline=None, max_examples=50)
@given(st.permutations(GOOD_DAY))
def test_the_order_of_the_facts_does_not_matter(told: list[f.Fact]) -> None:
    assert judged(told) == judged(GOOD_DAY)


REQUESTS = st.lists(
    st.tuples(
        st.integers(0, 5), st.integers(0, 5), st.integers(0, 7 * 60), st.integers(1, 2), st.integers(0, 60)
    ).filter(lambda asked: asked[0] != asked[1]),
    min_size=1,
    max_size=8,
)


def driven_as_planned(asked: Sequence[tuple[int, int, int, int, int]]) -> list[f.Fact]:
    """Let the engine plan what it can for the bus and its driver do exactly that."""
    points = list(ROAD)
    travel = travel_over(points)
    service_day = ServiceDay(DAY, SHIFT.start.tzinfo)  # type: ignore[arg-type] # UTC will do
    shift = core_shift(SHIFT, BUS, service_day, {point: index for index, point in enumerate(points)})
    tour: Tour = empty_tour(shift)
    requests: dict[str, Request] = {}
    offset = service_day.start
    for number, (origin, destination, minute, seated, extra_minutes) in enumerate(asked):
        direct_s = abs(origin - destination) * APART_S
        window = TimeWindow(shift.start_s + minute * 60, shift.start_s + minute * 60 + 600)
        max_ride_s = direct_s + 60 * extra_minutes
        request = Request(
            f"r{number}",
            origin,
            destination,
            window,
            TimeWindow(window.earliest_s, window.latest_s + max_ride_s + 60),
            max_ride_s,
            Load(seated),
            60,
            30,
        )
        answer = best_insertions(request, [tour], requests, travel)
        if answer.candidates:
            tour = answer.candidates[0].tour
            requests[request.id] = request
    told: list[f.Fact] = list(FLEET)
    at = {
        (stop.subject, stop.action): [
            (offset + timedelta(seconds=second)).strftime("%H:%M:%S")
            for second in (stop.start_s, stop.departure_s)
        ]
        for stop in tour.stops
    }
    for request in requests.values():
        (arrived, boarded), (reached, alighted) = (
            at[request.id, Action.PICKUP],
            at[request.id, Action.DROPOFF],
        )
        earliest, latest = (
            (offset + timedelta(seconds=second)).strftime("%H:%M:%S")
            for second in (request.pickup_window.earliest_s, request.dropoff_window.latest_s)
        )
        told += Trip(
            request.id,
            request.pickup_place,
            request.dropoff_place,
            earliest,
            arrived,
            boarded,
            reached,
            alighted,
            latest,
            request.max_ride_s,
            request.load,
        ).driven()
    return told


@settings(deadline=None, max_examples=60)
@given(REQUESTS)
def test_what_the_engine_plans_and_a_driver_drives_is_never_complained_about(
    asked: list[tuple[int, int, int, int, int]],
) -> None:
    assert judged(driven_as_planned(asked)).findings == ()


@settings(deadline=None, max_examples=60)
@given(REQUESTS, st.integers(601, 3000))
def test_a_vehicle_that_comes_after_the_window_is_always_found(
    asked: list[tuple[int, int, int, int, int]], late_s: int
) -> None:
    told = driven_as_planned(asked)
    booked = next((fact for fact in told if isinstance(fact, f.RideBooked)), None)
    if booked is None:
        return
    late = booked.promise.pickup.earliest + timedelta(seconds=late_s)
    told = [
        replace(fact, time=late)
        if isinstance(fact, f.VehicleArrived | f.PassengerBoarded)
        and fact.ride_id == booked.ride_id
        and getattr(fact, "is_pickup", True)
        else fact
        for fact in told
    ]
    found = [finding for finding in judged(told).broken_promises if finding.subject == booked.ride_id]
    assert any(
        finding.rule == "pickup_window"
        and finding.excess >= seconds(late) - seconds(booked.promise.pickup.latest)
        for finding in found
    )
