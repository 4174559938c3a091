"""What is offered, held, refused, and offered instead."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from pooling.domain.facts import OffersMade, RideRefused
from pooling.domain.fleet import VehicleKind
from pooling.domain.offers import Answer, RefusalCode
from service_kit.errors import FailedPrecondition, InvalidInput
from town import BEYOND, CHURCH, ISLAND, OTHER_ZONE, PHONE_DESK, ROAD, ZONE, Town


def codes(answer: Answer) -> list[RefusalCode]:
    return [reason.code for reason in answer.reasons]


def test_an_offer_promises_a_window_within_what_was_asked(town: Town) -> None:
    town.add_bus()
    (offer,) = town.ask(1, 3, "08:00", minutes=30).offers
    assert (offer.pickup.point, offer.dropoff.point) == (ROAD[1], ROAD[3])
    assert offer.promise.pickup.earliest == town.at("08:00")
    assert offer.promise.pickup.latest == town.at("08:15")
    assert offer.planned_pickup == town.at("08:00")
    assert offer.planned_dropoff == town.at("08:10:30")
    assert (offer.direct_s, offer.promise.max_ride_s) == (600, 1200)
    # The end of the window, boarding, the longest ride; in whole minutes.
    assert offer.promise.latest_arrival == town.at("08:36")
    assert offer.expire_time == town.clock.now() + timedelta(seconds=60)
    assert town.violations() == []
    (made,) = town.facts(OffersMade)
    assert made.offer_ids == (offer.id,)


def test_a_promise_leaves_room_on_both_sides_of_the_planned_pickup(town: Town) -> None:
    town.add_bus(base=3)
    town.ride(3, 5, "07:50")
    (offer,) = town.ask(5, 3, "07:45", minutes=60).offers
    planned = offer.planned_pickup
    assert planned > town.at("07:50")
    promised = offer.promise.pickup
    assert timedelta(0) <= planned - timedelta(minutes=5) - promised.earliest < timedelta(minutes=1)
    assert promised.latest - promised.earliest == timedelta(minutes=15)


def test_a_narrow_window_is_promised_as_asked(town: Town) -> None:
    town.add_bus()
    (offer,) = town.ask(1, 3, "08:00", minutes=4).offers
    assert offer.promise.pickup.latest == town.at("08:04")


def test_who_asks_by_arrival_arrives_in_time(town: Town) -> None:
    town.add_bus()
    (offer,) = town.ask(1, 4, "08:00", minutes=20, arrive=True).offers
    assert town.at("08:00") <= offer.planned_dropoff <= offer.promise.latest_arrival <= town.at("08:20")
    assert offer.promise.pickup.latest + timedelta(seconds=30 + offer.direct_s) <= town.at("08:20")


def test_a_window_that_has_begun_starts_now(town: Town) -> None:
    town.add_bus()
    town.advance("08:20")
    (offer,) = town.ask(1, 3, "08:00", minutes=40).offers
    assert offer.promise.pickup.earliest > town.at("08:20")


def test_offers_come_from_different_tours(town: Town) -> None:
    for number in range(4):
        town.add_bus(f"bus{number}", base=number)
    offers = town.ask(1, 3, "08:00").offers
    assert len({offer.shift_id for offer in offers}) == len(offers)
    assert len(town.plan().tasks) == len(offers)
    assert town.violations() == []


@pytest.mark.parametrize("count", [1, 2])
def test_no_more_offers_than_asked_for(town: Town, count: int) -> None:
    town.add_bus("bus")
    town.add_bus("car", kind=VehicleKind.DOERPSMOBIL)
    assert len(town.ask(1, 3, count=count).offers) <= count


def test_walking_to_a_stop_is_offered_where_the_door_is_out_of_reach(town: Town) -> None:
    town.add_bus(base=5)
    # The bus needs 20 minutes to the door and a quarter of a minute less to the church.
    (offer,) = town.ask(1, 3, "06:01", minutes=18.75, walk_m=500).offers
    assert (offer.pickup.label, offer.dropoff.virtual_stop_id) == ("Kirche", "")
    assert offer.pickup.walk_m == 145  # 111 m as the crow flies
    assert offer.pickup.walk_s == 121
    assert offer.planned_pickup == town.at("06:19:45")
    assert town.ask(1, 3, "06:01", minutes=18.75, walk_m=144).offers == ()


def test_a_virtual_stop_can_be_asked_for(town: Town) -> None:
    town.add_bus()
    (offer,) = town.ask("church", 3).offers
    assert (offer.pickup.virtual_stop_id, offer.pickup.point) == ("church", CHURCH.point)
    assert offer.pickup.label == "Kirche"


# Held seats


def test_a_held_seat_is_nobody_elses_until_its_time_is_over(town: Town) -> None:
    town.add_bus(layouts=[(1, 0)])
    first = town.ask(1, 3, "08:00", minutes=5)
    second = town.ask(1, 3, "08:00", minutes=5)
    assert len(first.offers) == 1
    assert second.offers == ()
    town.clock.advance_to(first.offers[0].expire_time - timedelta(seconds=1))
    assert town.ask(1, 3, "08:00", minutes=5).offers == ()
    town.clock.advance_to(first.offers[0].expire_time)
    third = town.ask(1, 3, "08:00", minutes=5)
    assert len(third.offers) == 1
    assert first.offers[0].id not in town.plan().tasks
    with pytest.raises(FailedPrecondition, match="OFFER_EXPIRED"):
        town.book(first.offers[0])


def test_a_hold_that_ran_out_is_not_shown(town: Town) -> None:
    town.add_bus()
    (offer,) = town.ask(1, 3).offers
    day, _ = town.queries.plan("nord", town.day, PHONE_DESK)
    assert [stop.subject for stop in day.duties[0].stops] == [offer.id, offer.id]
    town.clock.advance_to(offer.expire_time)
    day, _ = town.queries.plan("nord", town.day, PHONE_DESK)
    assert day.duties[0].stops == ()


def test_rides_booked_before_keep_their_promises(town: Town) -> None:
    town.add_bus(layouts=[(3, 0)])
    rides = []
    for origin, destination in ((1, 4), (2, 5), (0, 3), (4, 1), (3, 0)):
        answer = town.ask(origin, destination, "08:00", minutes=45)
        if answer.offers:
            rides.append(town.book(answer.offers[0]))
        assert town.violations() == []
    assert len(rides) >= 4
    for ride in rides:
        now, _ = town.queries.ride(ride.id, PHONE_DESK)
        assert ride.promise.pickup.earliest <= now.pickup_time <= ride.promise.pickup.latest
        assert now.dropoff_time <= ride.promise.latest_arrival
        assert now.promise == ride.promise


# Refusals


def test_a_place_without_road_is_named(town: Town) -> None:
    town.add_bus()
    before = town.row_counts()
    with pytest.raises(InvalidInput) as raised:
        town.ask(ISLAND, "nowhere")
    assert [(fault.field, fault.reason) for fault in raised.value.violations] == [
        ("pickup.position", "NO_ROAD_NEARBY"),
        ("dropoff.virtual_stop_id", "VIRTUAL_STOP_NOT_FOUND"),
    ]
    assert town.row_counts() == before


def test_refused_without_asking_any_shift(town: Town) -> None:
    town.add_bus()
    for answer, code in (
        (town.ask(1, BEYOND), RefusalCode.OUTSIDE_SERVICE_AREA),
        (town.ask(2, 2), RefusalCode.SAME_PLACE),
    ):
        assert (answer.offers, answer.alternative) == ((), None)
        assert [(reason.code, reason.shift_count) for reason in answer.reasons] == [(code, 0)]
    refused = town.facts(RideRefused)
    assert [fact.zone_id for fact in refused] == ["", "nord"]


def test_outside_the_hours_the_nearest_shift_is_offered(town: Town) -> None:
    town.add_bus("bus", ("10:00", "12:00"))
    answer = town.ask(1, 2, "08:00", minutes=30)
    assert codes(answer) == [RefusalCode.OUTSIDE_SERVICE_HOURS]
    assert answer.alternative is not None
    assert town.at("10:00") <= answer.alternative.planned_pickup <= town.at("10:20")
    assert town.book(answer.alternative).id == answer.alternative.id
    assert town.violations() == []


def test_no_alternative_where_nothing_runs_for_hours(town: Town) -> None:
    town.add_bus("bus", ("16:00", "18:00"))
    answer = town.ask(1, 2, "08:00")
    assert (codes(answer), answer.alternative) == ([RefusalCode.OUTSIDE_SERVICE_HOURS], None)


def test_the_alternative_may_be_earlier(town: Town) -> None:
    town.add_bus("bus", ("06:00", "08:00"))
    answer = town.ask(1, 2, "08:30", minutes=20)
    assert codes(answer) == [RefusalCode.OUTSIDE_SERVICE_HOURS]
    assert answer.alternative is not None
    assert town.at("07:30") <= answer.alternative.planned_pickup < town.at("08:00")


@pytest.mark.parametrize(
    ("load", "code"),
    [
        ((9, 0), RefusalCode.NO_SEAT),
        ((0, 2), RefusalCode.NO_WHEELCHAIR_PLACE),
        # Seven seats are there, but not with the wheelchair.
        ((7, 1), RefusalCode.NO_WHEELCHAIR_PLACE),
    ],
)
def test_parties_that_fit_no_layout(town: Town, load: tuple[int, int], code: RefusalCode) -> None:
    town.add_bus(layouts=[(8, 0), (6, 1)])
    answer = town.ask(1, 3, load=load)
    assert (answer.offers, answer.alternative) == ((), None)
    assert [(reason.code, reason.shift_count) for reason in answer.reasons] == [(code, 1)]


def test_a_taken_seat_is_free_again_a_little_later(town: Town) -> None:
    town.add_bus(layouts=[(1, 0)])
    town.ride(1, 4, "08:00", minutes=5)
    answer = town.ask(1, 4, "08:00", minutes=5)
    assert answer.offers == ()
    assert codes(answer) == [RefusalCode.NO_SEAT]
    assert answer.alternative is not None
    assert answer.alternative.planned_pickup != town.at("08:00")
    town.book(answer.alternative)
    assert town.violations() == []


def test_reasons_are_counted_over_shifts(town: Town) -> None:
    town.add_bus("small", layouts=[(1, 0)])
    town.add_bus("tiny", layouts=[(1, 0)])
    town.add_bus("idle", ("12:00", "14:00"), layouts=[(8, 0)])
    answer = town.ask(1, 3, "08:00", minutes=5, load=(2, 0))
    assert [(reason.code, reason.shift_count) for reason in answer.reasons] == [(RefusalCode.NO_SEAT, 2)]


def test_who_cannot_be_reached_in_time(town: Town) -> None:
    town.add_bus(base=0)
    answer = town.ask(5, 4, "06:00", minutes=10)
    assert codes(answer) == [RefusalCode.PICKUP_TOO_LATE]
    assert answer.alternative is not None
    assert answer.alternative.planned_pickup >= town.at("06:25")


def test_a_break_is_kept(town: Town) -> None:
    town.add_bus("bus", ("08:00", "12:00"), breaks=[("09:00", "09:00", 3600)])
    answer = town.ask(1, 4, "08:50", minutes=10)
    assert codes(answer) == [RefusalCode.BREAK]


def test_vehicles_out_of_service_are_not_offered(town: Town) -> None:
    bus = town.add_bus()
    town.fleet.update_vehicle(town.call("UpdateVehicle"), replace(bus, out_of_service=True))
    assert codes(town.ask(1, 3)) == [RefusalCode.VEHICLE_UNAVAILABLE]


# Several zones


def test_offers_of_overlapping_zones_are_merged(tmp_path: Path) -> None:
    town = Town(tmp_path, zones=(ZONE, OTHER_ZONE))
    town.add_bus("bus", base=0)
    town.add_bus("taxi", base=3, zone_id="ost", kind=VehicleKind.TAXI)
    best, *others = town.ask(3, 5, "08:00").offers
    assert best.vehicle_id == "taxi"
    (offer,) = town.ask(1, 5, "08:00", count=1).offers
    assert offer.zone_id == "nord"
    town.book(best)
    assert set(town.plan("ost").tasks) == {best.id}
    assert not {other.id for other in others} & town.plan("nord").tasks.keys()
    assert town.violations() == []
    town.close()
