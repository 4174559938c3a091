"""Bookings gone on with in the background: what waits is taken up again, whatever fails meanwhile."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace

import sqlalchemy as sa
from google.protobuf.message import Message
from journeys.adapters.booking_events import event_of, of_tenant
from journeys.application.ports_booking import StoredBooking
from journeys.application.taken_back import Loss
from journeys.domain.booking_facts import BookingBegun, BookingCompleted, ConnectionChanged
from journeys.domain.connection import ConnectionState
from journeys.entrypoints.booking_listener import listener
from journeys.entrypoints.booking_worker import BookingWorker
from journeys.entrypoints.connection_watch import ConnectionWatch
from journeys.entrypoints.lift_sweeper import LiftSweeper
from landlinie.journeys.events.v1 import car_events_pb2
from landlinie.pooling.events.v1 import ride_events_pb2
from service_kit.clock import SystemClock
from service_kit.errors import Unavailable
from service_kit.event_payload import pack
from service_kit.events import Event

PATIENCE_S = 50.0


class Making:
    """Bookings that are due until they have been gone on with so often."""

    def __init__(self, **times: int) -> None:
        self.left = dict(times)
        self.lock = threading.Lock()
        self.at_work: set[str] = set()
        self.together = False
        self.fails = 2
        self.looks = 0

    def due(self, count: int) -> list[str]:
        assert count > 0
        with self.lock:
            self.looks += 1
            if self.looks <= 2:
                raise Unavailable("DATABASE_UNAVAILABLE", "busy")
            return [name for name, times in self.left.items() if times]

    def next_due_s(self) -> float | None:
        with self.lock:
            return 0.0 if any(self.left.values()) else None

    def run_for(self, booking_id: str, seconds: float) -> StoredBooking | None:
        assert seconds > 0
        with self.lock:
            self.together |= booking_id in self.at_work
            self.at_work.add(booking_id)
            self.fails -= 1
            fails = self.fails >= 0
        try:
            if fails:
                raise ConnectionError("gone")
            with self.lock:
                self.left[booking_id] -= 1
        finally:
            with self.lock:
                self.at_work.discard(booking_id)
        return None


def eventually(condition: Callable[[], bool]) -> bool:
    give_up_s = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > give_up_s:
            return False
        time.sleep(0.01)
    return True


def test_everything_due_is_gone_on_with_and_nothing_twice_at_once() -> None:
    making = Making(a=3, b=1, c=2)
    worker = BookingWorker(making)  # type: ignore[arg-type]  # as far as the worker asks
    worker.start()
    try:
        assert eventually(lambda: not any(making.left.values()))
    finally:
        worker.stop()
    assert not making.together


def test_it_ends_before_it_began() -> None:
    BookingWorker(Making()).stop()  # type: ignore[arg-type]


def test_the_watch_goes_on_after_what_failed_and_looks_when_woken() -> None:
    looks = threading.Semaphore(0)
    failures = iter([Unavailable("DATABASE_UNAVAILABLE", "busy"), KeyError("of nobody knows what")])

    def look() -> int:
        looks.release()
        if failure := next(failures, None):
            raise failure
        return 1

    watch = ConnectionWatch(look, every_s=3600.0)
    watch.start()
    try:
        for _ in range(3):
            assert looks.acquire(timeout=PATIENCE_S)
        watch.wake()
        assert looks.acquire(timeout=PATIENCE_S)
    finally:
        watch.stop()


def test_the_districts_own_events_are_taken_for_what_they_are() -> None:
    woken: list[str] = []
    changed: list[str] = []
    gone: list[Loss] = []
    take = of_tenant(
        "amt", listener(lambda: woken.append("once"), changed.append, lambda _, loss: gone.append(loss))
    )
    connection = sa.create_engine("sqlite://").connect()
    now = SystemClock().now()
    begun = event_of(BookingBegun("b1", now), "amt")
    for event in (
        begun,
        begun,
        event_of(BookingBegun("b2", now), "other"),
        event_of(BookingCompleted("b1", now, ()), "amt"),
        event_of(ConnectionChanged("b3", now, 1, ConnectionState.MISSED), "amt"),
        _foreign(ride_events_pb2.RideCancelled(ride_id="r1")),
        _foreign(ride_events_pb2.RideCancelled(ride_id="r2"), "other"),
        _foreign(ride_events_pb2.PassengerNotShown(ride_id="r3")),
        _foreign(ride_events_pb2.PassengerBoarded(ride_id="r4")),
        _foreign(car_events_pb2.CarReservationCancelled(reservation_id="c1")),
        _foreign(car_events_pb2.CarReserved(reservation_id="c2")),
    ):
        take(connection, event)
    connection.close()
    assert woken == ["once", "once"]
    assert changed == ["b3"]
    assert [(loss.reference, loss.reason) for loss in gone] == [
        ("r1", "RIDE_CANCELLED"),
        ("r3", "RIDE_NO_SHOW"),
        ("c1", "RESERVATION_CANCELLED"),
    ]


def _foreign(message: Message, tenant: str = "amt") -> Event:
    event = pack(message, source="elsewhere", topic="t", key="k", time=SystemClock().now())
    return replace(event, extra_headers={**event.extra_headers, "ce_tenant": tenant})


class Offering:
    """Seats to sweep, which fails in an unforeseen way."""

    def __init__(self) -> None:
        self.swept = threading.Semaphore(0)

    def sweep(self) -> int:
        self.swept.release()
        raise KeyError("of nobody knows what")


def test_bookings_hear_of_their_seats_whatever_becomes_of_sweeping() -> None:
    told, offering = threading.Semaphore(0), Offering()
    failures = iter([ValueError("nobody knows what")])

    def tell() -> None:
        told.release()
        if failure := next(failures, None):
            raise failure

    sweeper = LiftSweeper(offering, tell)  # type: ignore[arg-type]  # as far as the sweeper asks
    sweeper.start()
    try:
        for _ in range(2):
            assert offering.swept.acquire(timeout=PATIENCE_S)
            assert told.acquire(timeout=PATIENCE_S)
            sweeper.wake()
    finally:
        sweeper.stop()
