"""What drivers report, in time and late, in order and not."""

from datetime import timedelta

import pytest
from pooling.application.driving import Report
from pooling.domain.facts import (
    BrokenPromise,
    PassengerAlighted,
    PassengerBoarded,
    PassengerNotShown,
    PromiseBroken,
    VehicleArrived,
)
from pooling.domain.offers import OfferState, RefusalCode
from pooling.domain.rides import RideState
from pooling.domain.zone_day import stop_id
from routing_core.fleet.model import Action
from service_kit.errors import FailedPrecondition, InvalidInput, NotFound
from town import PHONE_DESK, Town


def pickup_of(ride_id: str) -> str:
    return f"{ride_id}.pickup"


def dropoff_of(ride_id: str) -> str:
    return f"{ride_id}.dropoff"


def test_a_ride_driven_as_planned(town: Town) -> None:
    town.add_bus()
    ride = town.ride(1, 3, "08:00")
    town.arrive(pickup_of(ride.id), "08:00")
    assert town.board(ride.id, "08:00:30").state is RideState.ABOARD
    town.arrive(dropoff_of(ride.id), "08:10:30")
    done = town.alight(ride.id, "08:10:50")
    assert (done.state, done.pickup_time, done.dropoff_time) == (
        RideState.COMPLETED,
        town.at("08:00"),
        town.at("08:10:30"),
    )
    assert town.queries.ride(ride.id, PHONE_DESK)[0] == done
    assert all(stop.done for stop in town.stops())
    assert town.violations() == []
    assert [fact.is_pickup for fact in town.facts(VehicleArrived)] == [True, False]
    assert len(town.facts(PassengerBoarded)) == len(town.facts(PassengerAlighted)) == 1
    assert town.audit().findings == ()


def test_the_audit_agrees_without_told_arrivals(town: Town) -> None:
    town.add_bus()
    ride = town.ride(1, 3, "08:00")
    town.board(ride.id, "08:00:30")
    done = town.alight(ride.id, "08:10:50")
    assert (done.pickup_time, done.dropoff_time) == (town.at("08:00"), town.at("08:10:30"))
    assert town.audit().findings == ()


def test_early_is_too_early(town: Town) -> None:
    town.add_bus()
    ride = town.ride(1, 3, "08:00")
    town.arrive(pickup_of(ride.id), "07:55")
    with pytest.raises(FailedPrecondition, match="TOO_EARLY"):
        town.board(ride.id, "07:59:59")
    town.board(ride.id, "08:00")
    assert town.audit("08:01").findings == ()


def test_the_future_has_not_happened(town: Town) -> None:
    town.add_bus()
    ride = town.ride(1, 3, "08:00")
    town.advance("08:00")
    before = town.row_counts()
    report = Report("bus", town.clock.now() + timedelta(seconds=1))
    with pytest.raises(InvalidInput) as raised:
        town.driving.board(town.call("BoardPassenger"), report, ride.id)
    assert raised.value.violations[0].field == "event_time"
    assert town.row_counts() == before


def test_only_what_fits_the_ride_s_state(town: Town) -> None:
    town.add_bus()
    town.add_bus("other", base=5)
    ride = town.ride(1, 3, "08:00", count=1)
    with pytest.raises(FailedPrecondition, match="NOT_ABOARD"):
        town.alight(ride.id, "08:00")
    with pytest.raises(FailedPrecondition, match="OTHER_VEHICLE"):
        town.board(ride.id, "08:00", vehicle_id="other")
    with pytest.raises(NotFound, match="VEHICLE_NOT_FOUND"):
        town.board(ride.id, "08:00", vehicle_id="ghost")
    with pytest.raises(NotFound, match="RIDE_NOT_FOUND"):
        town.board("ghost")
    with pytest.raises(NotFound, match="STOP_NOT_FOUND"):
        town.arrive("ghost.pickup")
    town.board(ride.id, "08:00:30")
    with pytest.raises(FailedPrecondition, match="RIDE_UNDER_WAY"):
        town.board(ride.id, "08:00:31")
    with pytest.raises(FailedPrecondition, match="RIDE_UNDER_WAY"):
        town.no_show(ride.id, "08:11")
    town.alight(ride.id, "08:12")
    with pytest.raises(FailedPrecondition, match="RIDE_OVER"):
        town.alight(ride.id, "08:13")


def test_stops_are_driven_in_the_order_of_the_plan(town: Town) -> None:
    town.add_bus()
    first = town.ride(1, 4, "08:00", minutes=5)
    second = town.ride(3, 5, "08:00", minutes=30)
    town.advance("08:12")
    with pytest.raises(FailedPrecondition, match="STOP_NOT_NEXT") as raised:
        town.board(second.id)
    assert raised.value.metadata == {"next_stop_id": pickup_of(first.id)}
    with pytest.raises(FailedPrecondition, match="STOP_NOT_NEXT"):
        town.arrive(pickup_of(second.id))


def test_at_one_place_people_get_on_in_any_order(town: Town) -> None:
    town.add_bus()
    rides = [town.ride(1, 3, "08:00", minutes=5), town.ride(1, 4, "08:00", minutes=5)]
    planned = [stop.subject for stop in town.stops() if stop.action is Action.PICKUP]
    assert sorted(planned) == sorted(ride.id for ride in rides)
    town.board(planned[1], "08:01")
    town.board(planned[0], "08:01:30")
    assert [stop.subject for stop in town.stops()[:2]] == planned[::-1]
    assert town.violations() == []


def test_who_sits_gets_off_before_others_take_the_seat(town: Town) -> None:
    town.add_bus(layouts=[(1, 0)])
    first = town.ride(1, 3, "08:00", minutes=5)
    second = town.ride(3, 5, "08:00", minutes=30)
    town.board(first.id, "08:00:30")
    town.advance("08:12")
    before = town.row_counts()
    with pytest.raises(FailedPrecondition, match="NO_SEAT_LEFT"):
        town.board(second.id)
    assert town.row_counts() == before
    town.alight(first.id)
    town.board(second.id, "08:12:30")


# Late


def test_a_late_vehicle_breaks_each_promise_once(town: Town) -> None:
    town.add_bus()
    first = town.ride(1, 5, "08:00", minutes=10)
    second = town.ride(2, 5, "08:00", minutes=20)
    town.board(first.id, "08:20")
    broken = town.facts(PromiseBroken)
    assert (first.id, BrokenPromise.PICKUP_LATE) in [(fact.ride_id, fact.what) for fact in broken]
    told = [(fact.ride_id, fact.what) for fact in broken]
    late = next(fact for fact in broken if fact.ride_id == first.id)
    assert late.by_s == 570  # 08:19:30, not 08:10
    town.board(second.id, "08:30")
    told_after = [(fact.ride_id, fact.what) for fact in town.facts(PromiseBroken)]
    assert len(told_after) == len(set(told_after))
    assert told_after[: len(told)] == told
    # The audit finds, from what was reported alone, nothing else than what was told.
    town.alight(first.id, "08:50")
    town.alight(second.id, "08:50:30")
    judged = {(finding.subject, finding.rule) for finding in town.audit().broken_promises}
    assert (first.id, "pickup_window") in judged
    assert {subject for subject, _ in judged} <= {ride_id for ride_id, _ in told_after}


def test_a_late_tour_takes_nobody_else(town: Town) -> None:
    town.add_bus()
    town.add_bus("other", base=5)
    first = town.ride(1, 5, "08:00", minutes=10, count=1)
    late = next(duty.vehicle.id for duty in town.plan().duties if duty.stops)
    town.advance("08:12")
    answer = town.ask(1, 3, "08:15", minutes=60)
    assert answer.offers
    assert all(offer.vehicle_id != late for offer in answer.offers)
    town.board(first.id, "08:40", vehicle_id=late)
    assert town.facts(PromiseBroken)


def test_a_late_only_tour_says_so(town: Town) -> None:
    town.add_bus()
    town.ride(1, 5, "08:00", minutes=10)
    town.advance("08:12")
    answer = town.ask(1, 3, "08:15", minutes=10)
    assert [reason.code for reason in answer.reasons] == [RefusalCode.VEHICLE_UNAVAILABLE]


def test_arrival_in_time_reported_late_breaks_nothing(town: Town) -> None:
    """A phone without coverage reports when it can."""
    town.add_bus()
    ride = town.ride(1, 3, "08:00", minutes=10)
    latest = ride.promise.pickup.latest
    assert latest == town.at("08:10")
    town.advance("08:10:40")
    town.arrive(pickup_of(ride.id), "08:09")
    town.board(ride.id, "08:10:30")
    assert town.facts(PromiseBroken) == []
    stored, _ = town.queries.ride(ride.id, PHONE_DESK)
    assert stored.pickup_time == town.at("08:09")
    assert town.audit("08:11").findings == ()


def test_a_passenger_who_dawdles_breaks_no_promise_of_ours(town: Town) -> None:
    town.add_bus()
    ride = town.ride(1, 3, "08:00", minutes=10)
    town.arrive(pickup_of(ride.id), "08:09")
    town.board(ride.id, "08:11:30")
    assert town.facts(PromiseBroken) == []
    assert town.board_time(ride.id) == town.at("08:09")


def test_who_waits_at_a_stop_still_takes_others(town: Town) -> None:
    town.add_bus()
    ride = town.ride(1, 3, "08:00", minutes=10)
    town.arrive(pickup_of(ride.id), "07:50")
    town.advance("07:52")
    answer = town.ask(3, 5, "08:10", minutes=30)
    assert len(answer.offers) == 1
    # The bus stands in village 1 and leaves it with its passenger.
    assert next(stop_id(stop) for stop in town.stops()) == pickup_of(ride.id)
    assert town.stops()[0].start_s == town.desk.service_day(town.day).seconds(town.at("08:00"))


def test_reports_come_in_the_order_things_happened(town: Town) -> None:
    town.add_bus()
    ride = town.ride(1, 3, "08:00")
    town.board(ride.id, "08:05")
    town.advance("08:20")
    before = town.row_counts()
    with pytest.raises(FailedPrecondition, match="EVENT_OUT_OF_ORDER"):
        town.arrive(dropoff_of(ride.id), "08:04:59")
    with pytest.raises(FailedPrecondition, match="EVENT_OUT_OF_ORDER"):
        town.alight(ride.id, "08:04:59")
    assert town.row_counts() == before
    town.arrive(dropoff_of(ride.id), "08:15")
    with pytest.raises(FailedPrecondition, match="EVENT_OUT_OF_ORDER"):
        town.alight(ride.id, "08:14")


def test_arriving_twice_is_told_once(town: Town) -> None:
    town.add_bus()
    ride = town.ride(1, 3, "08:00")
    town.arrive(pickup_of(ride.id), "08:00")
    version = town.plan().version
    town.arrive(pickup_of(ride.id), "08:00:10")
    assert town.plan().version == version
    assert [fact.time for fact in town.facts(VehicleArrived)] == [town.at("08:00")]


# No-show


def test_nobody_comes_and_the_seat_is_free(town: Town) -> None:
    town.add_bus(layouts=[(1, 0)])
    ride = town.ride(1, 4, "08:00", minutes=10)
    town.arrive(pickup_of(ride.id), "08:01")
    with pytest.raises(FailedPrecondition, match="TOO_EARLY"):
        town.no_show(ride.id, "08:09:59")
    gone = town.no_show(ride.id, "08:10")
    assert gone.state is RideState.NO_SHOW
    assert [stop.action for stop in town.stops()] == [Action.NO_SHOW]
    assert len(town.facts(PassengerNotShown)) == 1
    assert town.violations() == []
    assert len(town.ask(2, 4, "08:15", minutes=10).offers) == 1
    assert town.audit().findings == ()


# Breaks, holds, cancelled stops


def test_a_break_is_over_once_the_next_stop_is_reached(town: Town) -> None:
    town.add_bus(breaks=[("07:00", "08:00", 1800)])
    ride = town.ride(1, 3, "08:40")
    town.arrive(pickup_of(ride.id), "08:40")
    assert [(stop.action, stop.done) for stop in town.stops()[:2]] == [
        (Action.BREAK, True),
        (Action.PICKUP, False),
    ]
    with pytest.raises((FailedPrecondition, NotFound)):
        town.arrive(town.stops()[0].subject)


def test_a_held_stop_that_is_driven_past_is_withdrawn(town: Town) -> None:
    town.add_bus()
    ride = town.ride(3, 5, "08:00", minutes=20)
    town.advance("07:40")
    (offer,) = town.ask(1, 4, "07:50", minutes=10).offers
    assert next(stop.subject for stop in town.stops()) == offer.id
    town.arrive(pickup_of(ride.id), "07:40:30")
    assert offer.id not in town.plan().tasks
    with pytest.raises(FailedPrecondition, match="OFFER_WITHDRAWN"):
        town.book(offer)
    with town.store.reading() as reader:
        stored = reader.offer(offer.id)
        assert stored is not None
        assert stored.state is OfferState.WITHDRAWN


def test_an_arrival_for_a_cancelled_ride_says_nothing_about_the_next(town: Town) -> None:
    town.add_bus()
    first = town.ride(1, 4, "08:00", minutes=5)
    second = town.ride(3, 5, "08:00", minutes=40)
    town.arrive(pickup_of(first.id), "08:00")
    town.cancel(first.id)
    town.arrive(pickup_of(second.id), "08:12")
    told = [(fact.ride_id, fact.time) for fact in town.facts(VehicleArrived)]
    assert told == [(first.id, town.at("08:00")), (second.id, town.at("08:12"))]
    town.board(second.id, "08:13")
    assert town.board_time(second.id) == town.at("08:12")


def test_a_vehicle_on_its_way_comes_in_vain(town: Town) -> None:
    """Where it turned round nobody knows: until it is seen elsewhere it counts as coming all the same."""
    town.add_bus()
    ride = town.ride(4, 5, "08:00", minutes=5)
    town.advance("07:50")
    town.cancel(ride.id)
    assert town.violations() == []
    # From village 4, where the bus would be at 08:00, it takes twenty minutes to village 0.
    assert town.ask(0, 1, "08:00", minutes=19).offers == ()
    (offer,) = town.ask(0, 1, "08:00", minutes=21).offers
    assert offer.planned_pickup >= town.at("08:20")
    # It turned round early, and says so by being somewhere.
    other = town.book(offer)
    town.arrive(pickup_of(other.id), "07:59")
    assert [stop.action for stop in town.stops()] == [Action.PICKUP, Action.DROPOFF]
    assert town.violations() == []


def test_a_night_s_last_ride_belongs_to_the_evening(town: Town) -> None:
    town.add_bus("bus", ("18:00", "25:30"))
    ride = town.ride(1, 3, "24:20")
    assert ride.service_date == town.day
    town.arrive(pickup_of(ride.id), "24:20")
    town.board(ride.id, "24:20:30")
    town.alight(ride.id, "24:31")
    assert town.audit("27:00").findings == ()
