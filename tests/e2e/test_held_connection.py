"""A train is late: the ride on demand at its end waits as long as it may, and the passenger is told."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from google.transit import gtfs_realtime_pb2 as wire
from journey_desk import BERLIN, VILLAGE, Desk, desk_at, eventually
from landlinie.journeys.v1 import booking_pb2, journey_pb2
from onebox.day.server_process import ServerProcess, start

from conftest import DISTRICT

pytestmark = [pytest.mark.slow, pytest.mark.network]

EVENING = datetime(2021, 6, 14, 18, 0, tzinfo=UTC)


class Railway:
    """Tells of trains in a file that the services read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.tell()

    def tell(self, leg: journey_pb2.Leg | None = None, delay: timedelta = timedelta()) -> None:
        """Everything is as planned, but for one train where it is told."""
        feed = wire.FeedMessage()
        feed.header.gtfs_realtime_version = "2.0"
        feed.header.timestamp = round(EVENING.timestamp())
        if leg is not None:
            update = feed.entity.add(id="late").trip_update
            update.trip.trip_id = leg.transit.trip_id
            update.trip.start_date = leg.transit.service_date.replace("-", "")
            change = update.stop_time_update.add(stop_id=leg.to.stop_id)
            change.arrival.delay = change.departure.delay = round(delay.total_seconds())
        whole = self.path.with_suffix(".new")
        whole.write_bytes(feed.SerializeToString())
        whole.replace(self.path)


@pytest.fixture(scope="module")
def railway(tmp_path_factory: pytest.TempPathFactory) -> Railway:
    return Railway(tmp_path_factory.mktemp("railway") / "trains.pb")


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory, railway: Railway) -> Iterator[ServerProcess]:
    path = railway.path
    server = start(
        DISTRICT,
        tmp_path_factory.mktemp("held") / "var",
        EVENING,
        seed_days=2,
        environment={
            "LANDLINIE_JOURNEYS_REALTIME": path.as_uri(),
            "LANDLINIE_JOURNEYS_REALTIME_EVERY_S": "0.5",
        },
    )
    yield server
    server.kill()


@pytest.fixture
def desk(district: ServerProcess) -> Iterator[Desk]:
    with desk_at(district.address, district.credential()) as found:
        yield found


def test_the_ride_waits_as_long_as_it_may(desk: Desk, railway: Railway) -> None:
    journey = desk.plan(BERLIN, VILLAGE, EVENING + timedelta(minutes=5))
    (train,) = [leg for leg in journey.legs if leg.mode == journey_pb2.MODE_TRANSIT]
    booked = desk.book(journey.journey_id, "evening")
    assert booked.state == booking_pb2.BOOKING_STATE_BOOKED
    (ride_id,) = [leg.reference for leg in booked.legs if leg.reference]
    promised = desk.ride(ride_id).promise

    def state() -> int:
        connections = desk.booking(booked.booking_id).connections
        return connections[0].state if connections else booking_pb2.CONNECTION_STATE_UNSPECIFIED

    railway.tell(train, timedelta(minutes=20))
    eventually(lambda: state() == booking_pb2.CONNECTION_STATE_WAITS)
    (waits,) = desk.booking(booked.booking_id).connections
    late = train.arrival_time.ToDatetime(UTC) + timedelta(minutes=20)
    assert waits.arrival_time.ToDatetime(UTC) == late
    ride = desk.ride(ride_id)
    assert ride.promise.pickup_window.earliest.ToDatetime(UTC) > late
    assert ride.promise.pickup_window.earliest.seconds > promised.pickup_window.earliest.seconds
    assert ride.pickup_time == waits.departure_time

    # The shift ends at one in the morning: so long nobody waits.
    railway.tell(train, timedelta(hours=2, minutes=30))
    eventually(lambda: state() == booking_pb2.CONNECTION_STATE_MISSED)
    (missed,) = desk.booking(booked.booking_id).connections
    assert "too late for your ride" in missed.message
    assert "way on" in missed.message
    assert desk.cancel(booked.booking_id).state == booking_pb2.BOOKING_STATE_CANCELLED
    assert desk.booked_rides() == set()
