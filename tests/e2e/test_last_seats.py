"""Fifty clients want the last seats at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from landlinie.pooling.v1 import fleet_pb2
from onebox.day.server_process import ServerProcess
from ride_calls import Outcome, all_rides, ask_and_book, seats_taken_beyond_layouts, stops_of, stub_for, trip

CLIENT_COUNT = 50


@pytest.mark.slow
@pytest.mark.network
def test_no_seat_is_sold_twice_and_every_loser_is_told_why(services: ServerProcess) -> None:
    with stub_for(services) as stub:
        zone = stub.ListZones(fleet_pb2.ListZonesRequest()).zones[0]
        stops = stops_of(stub, zone.zone_id)
    origin, destination = stops[0].position, stops[-1].position
    morning = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)

    def client(number: int) -> Outcome:
        with stub_for(services) as own:
            return ask_and_book(own, trip(f"rush-{number}", origin, destination, morning, seated_count=2))

    with ThreadPoolExecutor(CLIENT_COUNT) as crowd:
        outcomes = list(crowd.map(client, range(CLIENT_COUNT)))

    winners = [outcome.ride for outcome in outcomes if outcome.ride]
    losers = [outcome for outcome in outcomes if not outcome.ride]
    assert winners
    assert losers, "the fleet must be too small for all fifty, or nothing is shown here"
    for loser in losers:
        if loser.refusal:
            assert loser.refusal.reasons
            assert all(reason.code and reason.message for reason in loser.refusal.reasons)
        else:
            assert loser.error_reason in {"OFFER_EXPIRED", "PLAN_CHANGED"}
    with stub_for(services) as stub:
        booked = {ride.ride_id for ride in all_rides(stub)}
        assert booked == {ride.ride_id for ride in winners}
        for zone in stub.ListZones(fleet_pb2.ListZonesRequest()).zones:
            assert seats_taken_beyond_layouts(stub, zone.zone_id, "2026-11-24") == []
