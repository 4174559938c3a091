"""``kill -9`` while clients book: nothing acknowledged is lost, nothing happens twice."""

import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from landlinie.common.v1 import geo_pb2
from landlinie.pooling.events.v1 import ride_events_pb2
from landlinie.pooling.v1 import board_pb2, fleet_pb2, offer_pb2
from onebox.day.server_process import ServerProcess
from onebox.replay import digest_of, replayed
from onebox.settings import bus_path
from ride_calls import (
    CALL_S,
    Outcome,
    all_rides,
    ask_and_book,
    seats_taken_beyond_layouts,
    stops_of,
    stub_for,
    trip,
)
from service_kit.embedded_bus import EmbeddedBus
from service_kit.event_payload import unpack
from service_kit.identity.local_issuer import tenant_of

from conftest import Starter

CLIENT_COUNT = 8
TRIPS_EACH = 12
MORNING = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
BOOKED = ride_events_pb2.RideBooked.DESCRIPTOR.full_name


def _trips(ends: list[geo_pb2.Position], client: int) -> list[offer_pb2.RequestOffersRequest]:
    return [
        trip(
            f"client{client}-{number}",
            ends[(client + number) % len(ends)],
            ends[(client + number * 3 + 7) % len(ends)],
            MORNING + timedelta(minutes=45 * number),
            minutes=30,
        )
        for number in range(TRIPS_EACH)
    ]


def _book_until_gone(
    server: ServerProcess, requests: list[offer_pb2.RequestOffersRequest]
) -> dict[str, Outcome]:
    """Outcomes of the calls that were answered; stops at the first that finds nobody there."""
    outcomes = {}
    with stub_for(server) as stub:
        for request in requests:
            outcome = ask_and_book(stub, request)
            if outcome.error_reason in {"UNAVAILABLE", "CANCELLED", "UNKNOWN", "INTERNAL", "SHUTTING_DOWN"}:
                break
            outcomes[request.request_id] = outcome
    return outcomes


def _rides_in_log(path: Path) -> tuple[list[str], Counter[str]]:
    """Ride ids booked by the log once each event is taken once, and how often each event is in it."""
    bus = EmbeddedBus(path)
    times = Counter[str]()
    rides = []
    for delivery in bus.read(["landlinie.pooling.ride.v1"]):
        event = delivery.event
        times[f"{event.source} {event.id}"] += 1
        if times[f"{event.source} {event.id}"] == 1 and event.type == BOOKED:
            rides.append(unpack(event, ride_events_pb2.RideBooked).ride_id)
    bus.close()
    return rides, times


@pytest.mark.slow
@pytest.mark.network
@pytest.mark.parametrize("lives_s", [0.4, 1.1, 2.3])
def test_killed_in_the_middle_and_started_again(start_services: Starter, lives_s: float) -> None:
    first = start_services()
    with stub_for(first) as stub:
        zone = stub.ListZones(fleet_pb2.ListZonesRequest()).zones[0]
        ends = [stop.position for stop in stops_of(stub, zone.zone_id)]
    killer = threading.Timer(lives_s, first.kill)
    killer.start()
    with ThreadPoolExecutor(CLIENT_COUNT) as crowd:
        parts = crowd.map(lambda client: _book_until_gone(first, _trips(ends, client)), range(CLIENT_COUNT))
        before = {key: outcome for part in parts for key, outcome in part.items()}
    killer.join()

    second = start_services()
    acknowledged = {key: outcome.ride for key, outcome in before.items() if outcome.ride}
    with stub_for(second) as stub:
        kept = {ride.ride_id for ride in all_rides(stub)}
        assert {ride.ride_id for ride in acknowledged.values()} <= kept

    with ThreadPoolExecutor(CLIENT_COUNT) as crowd:
        parts = crowd.map(lambda client: _book_until_gone(second, _trips(ends, client)), range(CLIENT_COUNT))
        after = {key: outcome for part in parts for key, outcome in part.items()}
    assert len(after) == CLIENT_COUNT * TRIPS_EACH
    for key, ride in acknowledged.items():
        again = after[key].ride
        assert again is not None
        assert again.ride_id == ride.ride_id, "the same request id must bring the same ride"

    with stub_for(second) as stub:
        rides = [ride.ride_id for ride in all_rides(stub)]
        assert len(rides) == len(set(rides))
        assert set(rides) == {outcome.ride.ride_id for outcome in after.values() if outcome.ride}
        for zone in stub.ListZones(fleet_pb2.ListZonesRequest()).zones:
            assert seats_taken_beyond_layouts(stub, zone.zone_id, "2026-11-24") == []
    _wait_for_log(bus_path(second.data_dir), set(rides))
    in_log, _ = _rides_in_log(bus_path(second.data_dir))
    assert sorted(in_log) == sorted(rides)
    assert _booked_on_board(second, len(rides)) == len(rides)
    with closing(EmbeddedBus(bus_path(second.data_dir))) as bus:
        folder = second.data_dir
        _, replay = replayed(bus, folder / "again.sqlite", "another-group", tenant_of(folder))
    assert _reached(second.data_dir, replay)


def _booked_on_board(server: ServerProcess, expected: int) -> int:
    """Rides booked on the day as the read model counts them, once it has caught up."""
    give_up = time.monotonic() + 20
    with stub_for(server) as board:
        while True:
            figures = board.GetDayFigures(
                board_pb2.GetDayFiguresRequest(service_date="2026-11-24"), timeout=CALL_S
            ).figures
            if figures.booked_count == expected or time.monotonic() > give_up:
                return figures.booked_count
            time.sleep(0.1)


def _reached(data_dir: Path, digest: str) -> bool:
    """Whether the read model comes to this state, within the time a consumer may lag behind."""
    give_up = time.monotonic() + 20
    while digest_of(data_dir) != digest and time.monotonic() < give_up:
        time.sleep(0.1)
    return digest_of(data_dir) == digest


def _wait_for_log(path: Path, rides: set[str]) -> None:
    """The relay sends what is committed within moments."""
    give_up = time.monotonic() + 20
    while set(_rides_in_log(path)[0]) != rides and time.monotonic() < give_up:
        time.sleep(0.1)
