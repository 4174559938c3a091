"""How the vehicle comes, as those are told who wait for it."""

from pooling.domain.approach import Approach, Halt
from pooling.domain.rides import Ride
from service_kit.identity.principal import Principal, Role
from town import CHURCH, PHONE_DESK, Town


def approach(town: Town, ride: Ride, caller: Principal = PHONE_DESK) -> Approach | None:
    return town.queries.approach(town.queries.ride(ride.id, caller)[0], caller)


def test_a_vehicle_is_told_of_from_an_hour_before_until_the_ride_is_over(town: Town) -> None:
    town.add_bus()
    ride = town.ride(1, 3, "08:00")
    town.advance("06:59:59")
    assert approach(town, ride) is None
    town.advance("07:00")
    assert approach(town, ride) == Approach("Bus", stops_before=0, at_pickup=False)
    town.arrive(f"{ride.id}.pickup", "08:00")
    assert approach(town, ride) == Approach("Bus", stops_before=0, at_pickup=True)
    town.board(ride.id, "08:00:30")
    aboard = approach(town, ride)
    assert aboard is not None
    assert (aboard.stops_before, aboard.at_pickup) == (0, False)
    town.arrive(f"{ride.id}.dropoff", "08:10:30")
    town.alight(ride.id, "08:10:50")
    assert approach(town, ride) is None


def test_halts_for_others_are_counted_and_their_doors_are_not_told(town: Town) -> None:
    town.add_bus()
    first = town.ride(0, 4, "08:00")
    mine = town.ride(2, 4, "08:05", minutes=20)
    # Held for somebody who may never come.
    town.ask(1, 4, "08:00", minutes=30)
    town.advance("07:50")
    now = approach(town, mine)
    assert now is not None
    assert (now.stops_before, now.last) == (1, None)
    town.arrive(f"{first.id}.pickup", "08:00")
    town.board(first.id, "08:00:30")
    now = approach(town, mine)
    assert now is not None
    assert (now.stops_before, now.at_pickup, now.last) == (0, False, None)


def test_a_virtual_stop_is_a_place_that_may_be_told(town: Town) -> None:
    town.add_bus()
    first = town.book(town.ask(CHURCH.id, 4, "08:00").offers[0])
    mine = town.ride(4, 2, "08:20", minutes=30)
    town.arrive(f"{first.id}.pickup", "08:10")
    town.board(first.id, "08:10:30")
    now = approach(town, mine)
    assert now is not None
    assert now.last == Halt(CHURCH.id, town.at("08:10:30"))
    assert town.queries.stop_name(CHURCH.id) == CHURCH.name
    assert town.queries.stop_name("gone") == ""


def test_a_stop_whose_ride_was_cancelled_on_the_way_is_told_once_the_vehicle_has_been_there(
    town: Town,
) -> None:
    town.add_bus()
    cancelled = town.book(town.ask(CHURCH.id, 4, "08:00").offers[0])
    town.advance("07:58")
    town.cancel(cancelled.id)
    mine = town.ride(3, 2, "08:10", minutes=30)
    now = approach(town, mine)
    assert now is not None
    assert (now.stops_before, now.last) == (0, None)
    town.advance("08:12")
    now = approach(town, mine)
    assert now is not None
    assert now.last is not None
    assert now.last.virtual_stop_id == CHURCH.id
    assert now.last.left_time <= town.at("08:12")


def test_nobody_else_is_told(town: Town) -> None:
    town.add_bus()
    ride = town.ride(1, 3, "08:00")
    town.advance("07:30")
    driver = Principal(
        subject="driver",
        client_id="app",
        roles=frozenset({Role.DRIVER}),
        tenant="t",
        vehicle_ids=frozenset({"bus"}),
    )
    assert town.queries.ride(ride.id, driver)[0].id == ride.id
    assert town.queries.approach(ride, driver) is None
