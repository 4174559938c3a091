"""What a driver's phone reports over a real connection, and what it is told back."""

from collections.abc import Callable
from typing import Any

import grpc
import pytest
from google.protobuf.duration_pb2 import Duration
from landlinie.pooling.v1 import board_pb2, driver_pb2, plan_pb2, ride_pb2
from live import Live, refusal
from pooling.domain.facts import (
    PassengerAlighted,
    PassengerBoarded,
    PassengerNotShown,
    PromiseBroken,
    VehicleArrived,
)

pytestmark = pytest.mark.network

Prepared = Callable[[Live], Callable[[], object]]


def arrive(live: Live, stop_id: str, when: str = "", vehicle_id: str = "bus") -> None:
    live.stub.ArriveAtStop(
        driver_pb2.ArriveAtStopRequest(
            request_id=live.new_id(), vehicle_id=vehicle_id, stop_id=stop_id, event_time=_time(live, when)
        )
    )


def board(live: Live, ride_id: str, when: str = "", vehicle_id: str = "bus") -> ride_pb2.Ride:
    return live.stub.BoardPassenger(
        driver_pb2.BoardPassengerRequest(
            request_id=live.new_id(), vehicle_id=vehicle_id, ride_id=ride_id, event_time=_time(live, when)
        )
    ).ride


def alight(live: Live, ride_id: str, when: str = "") -> ride_pb2.Ride:
    return live.stub.AlightPassenger(
        driver_pb2.AlightPassengerRequest(
            request_id=live.new_id(), vehicle_id="bus", ride_id=ride_id, event_time=_time(live, when)
        )
    ).ride


def no_show(live: Live, ride_id: str, when: str = "") -> ride_pb2.Ride:
    return live.stub.ReportNoShow(
        driver_pb2.ReportNoShowRequest(
            request_id=live.new_id(), vehicle_id="bus", ride_id=ride_id, event_time=_time(live, when)
        )
    ).ride


def _time(live: Live, when: str) -> Any:
    return live.stamp(when) if when else None


def test_the_plan_tells_since_when_a_vehicle_is_at_its_stop(live: Live) -> None:
    live.add_bus()
    ride = live.ride(1, 4)
    (tour,) = live.plan().tours
    assert not tour.HasField("arrived_time")
    live.advance("08:10")
    arrive(live, live.stops()[0].stop_id, "08:05")
    (tour,) = live.plan().tours
    assert tour.arrived_time == live.stamp("08:05")
    board(live, ride.ride_id)
    (tour,) = live.plan().tours
    assert not tour.HasField("arrived_time")


def test_a_ride_from_the_first_stop_to_the_last(live: Live) -> None:
    live.add_bus()
    booked = live.ride(1, 3)
    live.advance("08:00")
    arrive(live, f"{booked.ride_id}.pickup")
    live.advance("08:00:30")
    aboard = board(live, booked.ride_id)
    assert (aboard.state, aboard.pickup_time) == (ride_pb2.RIDE_STATE_ABOARD, live.stamp("08:00"))
    assert [stop.done for stop in live.stops()] == [True, False]
    live.advance("08:12")
    arrive(live, f"{booked.ride_id}.dropoff", "08:10:30")
    done = alight(live, booked.ride_id, "08:10:50")
    assert (done.state, done.dropoff_time) == (ride_pb2.RIDE_STATE_COMPLETED, live.stamp("08:10:30"))
    assert done.promise == booked.promise
    assert live.stored_ride(booked.ride_id) == done
    assert [(stop.action, stop.done) for stop in live.stops()] == [
        (plan_pb2.STOP_ACTION_PICKUP, True),
        (plan_pb2.STOP_ACTION_DROPOFF, True),
    ]
    told = live.facts(VehicleArrived, PassengerBoarded, PassengerAlighted)
    assert [type(fact) for fact in told] == [
        VehicleArrived,
        PassengerBoarded,
        VehicleArrived,
        PassengerAlighted,
    ]
    assert live.facts(PromiseBroken) == []


def test_nobody_comes(live: Live) -> None:
    live.add_bus(layouts=[(1, 0)])
    ride = live.ride(1, 3, minutes=10)
    live.advance("08:10")
    arrive(live, f"{ride.ride_id}.pickup", "08:01")
    gone = no_show(live, ride.ride_id)
    assert gone.state == ride_pb2.RIDE_STATE_NO_SHOW
    assert [stop.action for stop in live.stops()] == [plan_pb2.STOP_ACTION_PICKUP]
    assert [fact.ride_id for fact in live.facts(PassengerNotShown)] == [ride.ride_id]
    assert len(live.ask(2, 4, "08:15", minutes=10).offers) == 1


def test_the_board_follows_what_is_reported(live: Live) -> None:
    live.add_bus()
    ride = live.ride(1, 3)
    live.advance("08:01")
    arrive(live, f"{ride.ride_id}.pickup", "08:00")
    board(live, ride.ride_id, "08:00:30")

    def vehicles() -> list[board_pb2.LiveVehicle]:
        return list(live.stub.ListLiveVehicles(board_pb2.ListLiveVehiclesRequest(zone_id="nord")).vehicles)

    live.eventually(lambda: [list(found.aboard_ride_ids) for found in vehicles()] == [[ride.ride_id]])
    (bus,) = vehicles()
    assert (bus.vehicle_id, bus.aboard.seated_count) == ("bus", 1)
    figures = live.stub.GetDayFigures(board_pb2.GetDayFiguresRequest(zone_id="nord")).figures
    assert (figures.service_date, figures.request_count, figures.booked_count, figures.boarded_count) == (
        "2026-03-10",
        1,
        1,
        1,
    )


def test_figures_measure_what_was_driven(live: Live) -> None:
    live.add_bus()
    ride = live.ride(1, 3)
    live.advance("08:00")
    board(live, ride.ride_id, "08:00")
    live.advance("08:12")
    alight(live, ride.ride_id, "08:10:50")

    def figures() -> board_pb2.DayFigures:
        asked = board_pb2.ListDayFiguresRequest(
            zone_id="nord", first_service_date="2026-03-09", last_service_date="2026-03-10"
        )
        before, today = live.stub.ListDayFigures(asked).days
        assert before.driven_distance_m == 0
        return today

    live.eventually(lambda: figures().completed_count == 1)
    found = figures()
    boarded, alighted = live.facts(PassengerBoarded, PassengerAlighted)
    assert alighted.way.occupied
    assert not boarded.way.occupied
    assert found.direct_distance_m == alighted.direct_m == alighted.way.length_m > 0
    assert found.driven_distance_m == sum((boarded.way.length_m, alighted.way.length_m, alighted.way.home_m))
    assert found.empty_distance_m == boarded.way.length_m + alighted.way.home_m > 0
    assert found.pooled_count == 0
    assert found.co2_g > found.car_co2_g > 0


# Refusals


def before_the_window(live: Live) -> Callable[[], object]:
    ride = live.ride(1, 3)
    live.advance("07:59")
    return lambda: board(live, ride.ride_id)


def no_show_while_promised(live: Live) -> Callable[[], object]:
    ride = live.ride(1, 3, minutes=10)
    live.advance("08:09:59")
    return lambda: no_show(live, ride.ride_id)


def in_the_future(live: Live) -> Callable[[], object]:
    ride = live.ride(1, 3)
    live.advance("08:05")
    return lambda: board(live, ride.ride_id, "08:05:01")


def long_ago(live: Live) -> Callable[[], object]:
    ride = live.ride(1, 3)
    live.advance("80:00")
    return lambda: board(live, ride.ride_id, "08:00")


def not_aboard(live: Live) -> Callable[[], object]:
    ride = live.ride(1, 3)
    live.advance("08:00")
    return lambda: alight(live, ride.ride_id)


def aboard_already(live: Live) -> Callable[[], object]:
    ride = live.ride(1, 3)
    live.advance("08:01")
    board(live, ride.ride_id)
    return lambda: board(live, ride.ride_id)


def cancelled_while_aboard(live: Live) -> Callable[[], object]:
    ride = live.ride(1, 3)
    live.advance("08:01")
    board(live, ride.ride_id)
    return lambda: live.stub.CancelRide(
        ride_pb2.CancelRideRequest(request_id=live.new_id(), ride_id=ride.ride_id)
    )


def over_already(live: Live) -> Callable[[], object]:
    ride = live.ride(1, 3)
    live.advance("08:12")
    board(live, ride.ride_id, "08:00:30")
    alight(live, ride.ride_id)
    return lambda: alight(live, ride.ride_id)


def on_another_vehicle(live: Live) -> Callable[[], object]:
    ride = live.ride(1, 3)
    live.add_bus("other")
    live.advance("08:00")
    return lambda: board(live, ride.ride_id, vehicle_id="other")


def out_of_turn(live: Live) -> Callable[[], object]:
    live.ride(1, 4, minutes=5)
    second = live.ride(3, 5)
    live.advance("08:12")
    return lambda: board(live, second.ride_id)


def at_the_wrong_stop(live: Live) -> Callable[[], object]:
    live.ride(1, 4, minutes=5)
    second = live.ride(3, 5)
    live.advance("08:12")
    return lambda: arrive(live, f"{second.ride_id}.pickup")


def before_the_last_report(live: Live) -> Callable[[], object]:
    ride = live.ride(1, 3)
    live.advance("08:20")
    board(live, ride.ride_id, "08:05")
    return lambda: alight(live, ride.ride_id, "08:04:59")


def unknown_vehicle(live: Live) -> Callable[[], object]:
    ride = live.ride(1, 3)
    return lambda: board(live, ride.ride_id, vehicle_id="ghost")


def unknown_ride(live: Live) -> Callable[[], object]:
    return lambda: board(live, "ghost")


def unknown_stop(live: Live) -> Callable[[], object]:
    return lambda: arrive(live, "ghost.pickup")


def stop_done_already(live: Live) -> Callable[[], object]:
    ride = live.ride(1, 3)
    live.advance("08:01")
    board(live, ride.ride_id)
    return lambda: arrive(live, f"{ride.ride_id}.pickup")


def at_a_break(live: Live) -> Callable[[], object]:
    request = live.shift_request("bus", "20:00", "22:00")
    request.shift.breaks.add(start_window=live.window("20:30"), duration=Duration(seconds=1800))
    shift = live.stub.CreateShift(request).shift
    live.advance("20:30")
    return lambda: arrive(live, f"{shift.shift_id}.break1")


def an_offer_driven_past(live: Live) -> Callable[[], object]:
    ride = live.ride(3, 5, "08:00", minutes=20)
    live.advance("07:40")
    (offer,) = live.ask(1, 4, "07:50", minutes=10).offers
    live.advance("07:40:30")
    arrive(live, f"{ride.ride_id}.pickup")
    return lambda: live.book(offer)


def seat_not_free_yet(live: Live) -> Callable[[], object]:
    first = live.ride(1, 3, minutes=5, load=(8, 0))
    second = live.ride(3, 5)
    live.advance("08:05")
    board(live, first.ride_id)
    live.advance("08:16")
    return lambda: board(live, second.ride_id)


PRECONDITION, NOT_FOUND, INVALID = (
    grpc.StatusCode.FAILED_PRECONDITION,
    grpc.StatusCode.NOT_FOUND,
    grpc.StatusCode.INVALID_ARGUMENT,
)


@pytest.mark.parametrize(
    ("prepare", "code", "reason", "field"),
    [
        (before_the_window, PRECONDITION, "TOO_EARLY", "event_time"),
        (no_show_while_promised, PRECONDITION, "TOO_EARLY", "event_time"),
        (in_the_future, INVALID, "EVENT_TIME_IN_FUTURE", "event_time"),
        (long_ago, INVALID, "EVENT_TIME_TOO_OLD", "event_time"),
        (not_aboard, PRECONDITION, "NOT_ABOARD", "ride_id"),
        (aboard_already, PRECONDITION, "RIDE_UNDER_WAY", "ride_id"),
        (cancelled_while_aboard, PRECONDITION, "RIDE_UNDER_WAY", "ride_id"),
        (over_already, PRECONDITION, "RIDE_OVER", "ride_id"),
        (on_another_vehicle, PRECONDITION, "OTHER_VEHICLE", "vehicle_id"),
        (out_of_turn, PRECONDITION, "STOP_NOT_NEXT", "ride_id"),
        (at_the_wrong_stop, PRECONDITION, "STOP_NOT_NEXT", "stop_id"),
        (before_the_last_report, PRECONDITION, "EVENT_OUT_OF_ORDER", "event_time"),
        (unknown_vehicle, NOT_FOUND, "VEHICLE_NOT_FOUND", "vehicle_id"),
        (unknown_ride, NOT_FOUND, "RIDE_NOT_FOUND", "ride_id"),
        (unknown_stop, NOT_FOUND, "STOP_NOT_FOUND", "stop_id"),
        (stop_done_already, NOT_FOUND, "STOP_NOT_FOUND", "stop_id"),
        (at_a_break, PRECONDITION, "STOP_IS_BREAK", "stop_id"),
        (an_offer_driven_past, PRECONDITION, "OFFER_WITHDRAWN", "offer_id"),
        (seat_not_free_yet, PRECONDITION, "NO_SEAT_LEFT", "ride_id"),
    ],
)
def test_a_report_that_cannot_be(
    live: Live, prepare: Prepared, code: grpc.StatusCode, reason: str, field: str
) -> None:
    live.add_bus()
    report = prepare(live)
    before = live.row_counts()
    told, error = refusal(report)
    assert (told, error.reason) == (code, reason)
    assert error.message.startswith(f"{field}: ")
    assert live.row_counts() == before


def test_who_is_told_out_of_turn_learns_which_stop_is_next(live: Live) -> None:
    live.add_bus()
    first = live.ride(1, 4, minutes=5)
    second = live.ride(3, 5)
    live.advance("08:12")
    _, error = refusal(lambda: arrive(live, f"{second.ride_id}.pickup"))
    assert error.metadata == {"next_stop_id": f"{first.ride_id}.pickup"}
    arrive(live, error.metadata["next_stop_id"])
