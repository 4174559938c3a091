"""Offers and rides over a real connection."""

import pytest
from live import Live

pytestmark = pytest.mark.network


def test_an_offer_is_held_and_booked(live: Live) -> None:
    live.add_bus()
    ride = live.ride(1, 3)
    assert ride.vehicle_id == "bus"
    assert live.facts()
    assert live.row_counts()["rides"] == 1
