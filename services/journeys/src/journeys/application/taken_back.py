"""Legs of booked journeys that whoever has them takes back, and what passengers are told of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import structlog
from service_kit.clock import Clock
from service_kit.once import Overtaken

from journeys.application.booking_steps import told_of
from journeys.application.ports_booking import BookingStore, BookingWriter, StoredBooking
from journeys.application.ports_connection import WayOn
from journeys.domain.booking import LegState
from journeys.domain.booking_facts import BookingFact, ConnectionChanged
from journeys.domain.connection import Connection, ConnectionState

_log = structlog.get_logger(__name__)

MOST_AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class Loss:
    """What is told of a leg that is not to be had any more, by its reference.

    Parameters
    ----------
    reason
        For programs.
    message
        One sentence for the passenger, in English.
    """

    reference: str
    reason: str
    message: str


class TakeBack:
    """Notes that a leg is gone, in somebody else's transaction.

    Told again it changes nothing, and nothing where the booking gave the leg back itself.

    Parameters
    ----------
    wall_s
        The machine's clock, in Unix seconds.
    """

    def __init__(self, clock: Clock, wall_s: Callable[[], float]) -> None:
        self._clock = clock
        self._wall_s = wall_s

    def all_of(self, writer: BookingWriter, loss: Loss) -> None:
        """Note it for every leg with this reference; raises Overtaken."""
        for booking_id, number in writer.legs_of(loss.reference):
            found = writer.booking(booking_id)
            if found is not None:
                self.leg(writer, found, number, loss)

    def leg(self, writer: BookingWriter, found: StoredBooking, number: int, loss: Loss) -> bool:
        """Note it for one leg; whether that is new. Raises Overtaken."""
        booking = found.booking.withdrawn(number, loss.reason, loss.message)
        if booking == found.booking:
            return False
        facts: list[BookingFact] = []
        changed = replace(found, booking=booking, retry_at_s=self._wall_s())
        if booking.legs[number].state is LegState.RELEASED:
            changed = replace(changed, connections=_missed(changed, number, loss), way_on_due=True)
            facts.append(ConnectionChanged(found.id, self._clock.now(), number, ConnectionState.MISSED))
        stored = writer.put_booking(changed)
        if booking.over and booking.state is not found.booking.state:
            facts.append(told_of(stored, self._clock))
        writer.publish_booking(facts)
        return True


class TellWayOn:
    """Tells passengers whose leg was taken back how they could go on.

    Parameters
    ----------
    committed
        Told of every booking that was stored.
    """

    def __init__(
        self, store: BookingStore, way_on: WayOn, clock: Clock, committed: Callable[[Sequence[str]], None]
    ) -> None:
        self._store = store
        self._way_on = way_on
        self._clock = clock
        self._committed = committed

    def __call__(self) -> int:
        """Look for a way for everybody who is still to be told one; how many bookings changed."""
        with self._store.reading() as reader:
            found = reader.way_on_due(MOST_AT_ONCE)
        return sum(self._told(stored) for stored in found)

    def _told(self, stored: StoredBooking) -> bool:
        connections = stored.connections
        try:
            connections = tuple(self._with_way_on(stored, each) for each in connections)
        except Exception:
            # Who cannot be told another way is told what happened, and keeps nobody else waiting.
            _log.exception("way_on_not_searched_for", booking_id=stored.id)
        try:
            with self._store.writing() as writer:
                writer.put_booking(replace(stored, connections=connections, way_on_due=False))
        except Overtaken:
            # It stays due, as it is now.
            return False
        self._committed([stored.id])
        return True

    def _with_way_on(self, stored: StoredBooking, connection: Connection) -> Connection:
        leg = stored.booking.legs[connection.leg_number]
        shown = stored.journey.legs[connection.leg_number]
        untold = leg.state is LegState.RELEASED and connection.message == leg.message
        if not untold or shown.start is None or stored.arrive_time < self._clock.now():
            return connection
        sentence = self._way_on.from_point(stored, shown.start, shown.depart_s)
        return replace(connection, message=f"{connection.message} {sentence}".strip())


def _missed(stored: StoredBooking, number: int, loss: Loss) -> tuple[Connection, ...]:
    """The connections, with the one to a leg that is gone."""
    depart_s = stored.journey.legs[number].depart_s
    gone = Connection(number, ConnectionState.MISSED, depart_s, depart_s, loss.message)
    others = [each for each in stored.connections if each.leg_number != number]
    return tuple(sorted([*others, gone], key=lambda each: each.leg_number))
