"""Vehicles that are at a stop sooner than the roads say, and passengers who then do not come."""

import pytest
from pooling.domain.rides import RideState
from routing_core.fleet.model import Action
from town import Town


@pytest.mark.parametrize("when", ["05:30", "06:02", "07:59"], ids=["before the shift", "too fast", "in time"])
def test_a_ride_can_be_cancelled_whenever_the_vehicle_came(town: Town, when: str) -> None:
    town.add_bus()
    gone, stays = town.ride(1, 3, "08:00"), town.ride(2, 3, "10:00")
    town.arrive(f"{gone.id}.pickup", when)

    assert town.cancel(gone.id).state is RideState.CANCELLED

    came, *planned = town.stops()
    assert (came.action, came.subject) == (Action.NO_SHOW, gone.id)
    assert [stop.subject for stop in planned] == [stays.id, stays.id]
