"""What pooling's events mean for what is published of rides on demand, and what is kept of it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import sqlalchemy as sa
from google.protobuf.timestamp_pb2 import Timestamp
from landlinie.pooling.events.v1 import ride_events_pb2, vehicle_events_pb2
from landlinie.pooling.v1 import fleet_pb2
from service_kit import inbox
from service_kit.answers import SqlAnswers, transaction, view
from service_kit.event_payload import unpack
from service_kit.events import Event

from journeys.adapters.open_tables import delays, parties, shifts, vehicles
from journeys.domain.open_rides import Delay, Seen, Shift

GROUP = "journeys-open-data"
TOPICS = ("landlinie.pooling.ride.v1", "landlinie.pooling.vehicle.v1")
TENANT_HEADER = "ce_tenant"
KEEP = timedelta(days=2)
"""How long shifts that are over, and what was told of rides, stay."""
KEEP_SEEN = timedelta(days=30)
"""How long ids of events are known."""

_LATE = frozenset({ride_events_pb2.BROKEN_PROMISE_PICKUP_LATE, ride_events_pb2.BROKEN_PROMISE_ARRIVAL_LATE})
_OVER: dict[str, type[ride_events_pb2.PassengerAlighted | ride_events_pb2.RideCancelled]] = {
    kind.DESCRIPTOR.full_name: kind
    for kind in (ride_events_pb2.PassengerAlighted, ride_events_pb2.RideCancelled)
}
_BOARDED = ride_events_pb2.PassengerBoarded.DESCRIPTOR.full_name
_INTERRUPTED = ride_events_pb2.RideInterrupted.DESCRIPTOR.full_name
_NOT_SHOWN = ride_events_pb2.PassengerNotShown.DESCRIPTOR.full_name
_BROKEN = ride_events_pb2.PromiseBroken.DESCRIPTOR.full_name
_SCHEDULED = vehicle_events_pb2.ShiftScheduled.DESCRIPTOR.full_name
_UPDATED = vehicle_events_pb2.ShiftUpdated.DESCRIPTOR.full_name
_CANCELLED = vehicle_events_pb2.ShiftCancelled.DESCRIPTOR.full_name
_ARRIVED = vehicle_events_pb2.VehicleArrived.DESCRIPTOR.full_name
_REMOVED = vehicle_events_pb2.VehicleRemoved.DESCRIPTOR.full_name


class OpenFacts(SqlAnswers):
    """One transaction: see ``application.open_rides.RideFacts``."""

    def shifts(self, first: date, last: date) -> Sequence[Shift]:
        query = sa.select(shifts).where(shifts.c.service_date.between(first, last))
        return [
            Shift(
                row.shift_id,
                row.zone_id,
                row.vehicle_id,
                row.service_date,
                row.starts_at,
                row.ends_at,
                row.cancelled,
            )
            for row in self._connection.execute(query)
        ]

    def delays(self, since: datetime) -> Sequence[Delay]:
        query = sa.select(delays).where(delays.c.told_at >= since)
        return [Delay(row.zone_id, row.late_s, row.told_at) for row in self._connection.execute(query)]

    def seen(self, since: datetime) -> Sequence[Seen]:
        aboard = (
            sa.select(sa.func.count())
            .where(parties.c.vehicle_id == vehicles.c.vehicle_id, parties.c.boarded_at >= since - KEEP)
            .scalar_subquery()
        )
        query = sa.select(vehicles, aboard.label("party_count")).where(vehicles.c.arrived_at >= since)
        return [
            Seen(
                row.vehicle_id,
                row.zone_id,
                row.virtual_stop_id,
                row.shift_id,
                row.arrived_at,
                row.party_count,
            )
            for row in self._connection.execute(query.order_by(vehicles.c.vehicle_id))
        ]

    def take(self, event: Event) -> None:
        """Keep what an event tells; told again, or after later ones of the other topic, it comes to the same.

        Raises
        ------
        MalformedEvent
            When the event cannot be read.
        """
        name = event.type
        if name == _SCHEDULED:
            self._scheduled(unpack(event, vehicle_events_pb2.ShiftScheduled).shift)
        elif name == _UPDATED:
            self._changed(unpack(event, vehicle_events_pb2.ShiftUpdated).shift)
        elif name == _CANCELLED:
            cancelled = unpack(event, vehicle_events_pb2.ShiftCancelled)
            self._connection.execute(
                sa.update(shifts).where(shifts.c.shift_id == cancelled.shift_id).values(cancelled=True)
            )
        elif name == _ARRIVED:
            self._arrived(unpack(event, vehicle_events_pb2.VehicleArrived))
        elif name == _REMOVED:
            removed = unpack(event, vehicle_events_pb2.VehicleRemoved)
            self._connection.execute(sa.delete(vehicles).where(vehicles.c.vehicle_id == removed.vehicle_id))
        else:
            self._ride(event)

    def forget(self, before: datetime) -> int:
        """Delete what is over; how many rows went."""
        return sum(
            self._connection.execute(sa.delete(table).where(column < before)).rowcount
            for table, column in (
                (shifts, shifts.c.ends_at),
                (vehicles, vehicles.c.arrived_at),
                (parties, parties.c.boarded_at),
                (delays, delays.c.told_at),
            )
        )

    def _ride(self, event: Event) -> None:
        name = event.type
        if name == _BOARDED:
            boarded = unpack(event, ride_events_pb2.PassengerBoarded)
            self.put(
                parties,
                {"ride_id": boarded.ride_id},
                vehicle_id=boarded.vehicle_id,
                boarded_at=_instant(boarded.event_time),
            )
        elif name == _BROKEN:
            broken = unpack(event, ride_events_pb2.PromiseBroken)
            if broken.what in _LATE:
                self.put(
                    delays,
                    {"ride_id": broken.ride_id},
                    zone_id=broken.zone_id,
                    late_s=broken.by.seconds,
                    told_at=_instant(broken.event_time),
                )
        elif name == _INTERRUPTED:
            interrupted = unpack(event, ride_events_pb2.RideInterrupted)
            self._connection.execute(sa.delete(parties).where(parties.c.ride_id == interrupted.ride_id))
        elif name in _OVER:
            self._over(unpack(event, _OVER[name]).ride_id)
        elif name == _NOT_SHOWN:
            self._over(unpack(event, ride_events_pb2.PassengerNotShown).ride_id)

    def _over(self, ride_id: str) -> None:
        for table in (parties, delays):
            self._connection.execute(sa.delete(table).where(table.c.ride_id == ride_id))

    def _scheduled(self, shift: fleet_pb2.Shift) -> None:
        self.put(
            shifts,
            {"shift_id": shift.shift_id},
            zone_id=shift.zone_id,
            vehicle_id=shift.vehicle_id,
            service_date=date.fromisoformat(shift.service_date),
            starts_at=_instant(shift.start_time),
            ends_at=_instant(shift.end_time),
            cancelled=False,
        )

    def _changed(self, shift: fleet_pb2.Shift) -> None:
        """The hours it had fall out, as if they had been another shift's: they may be published already."""
        row = self._connection.execute(
            sa.select(shifts).where(shifts.c.shift_id == shift.shift_id)
        ).one_or_none()
        if row is not None and (row.starts_at, row.ends_at) != (
            _instant(shift.start_time),
            _instant(shift.end_time),
        ):
            self.put(
                shifts,
                {"shift_id": f"{row.shift_id} {row.starts_at.isoformat()}/{row.ends_at.isoformat()}"},
                zone_id=row.zone_id,
                vehicle_id=row.vehicle_id,
                service_date=row.service_date,
                starts_at=row.starts_at,
                ends_at=row.ends_at,
                cancelled=True,
            )
        self._scheduled(shift)

    def _arrived(self, told: vehicle_events_pb2.VehicleArrived) -> None:
        self.put(
            vehicles,
            {"vehicle_id": told.vehicle_id},
            zone_id=told.zone_id,
            virtual_stop_id=told.stop.point.virtual_stop_id,
            shift_id=told.shift_id,
            arrived_at=_instant(told.event_time),
        )


class OpenFactStore:
    """See ``application.open_rides.RideFactStore``."""

    def __init__(self, engine: sa.Engine, tenant: str) -> None:
        self._engine = engine
        self._tenant = tenant

    @contextmanager
    def facts(self) -> Iterator[OpenFacts]:
        with view(self._engine) as connection:
            yield OpenFacts(connection)

    def handle(self, connection: sa.Connection, event: Event) -> None:
        """Take one event; others' pass by, as on a bus that districts share."""
        if event.extra_headers.get(TENANT_HEADER, self._tenant) == self._tenant:
            OpenFacts(connection).take(event)

    def forget(self, before: datetime, seen_before: datetime) -> int:
        """Delete what is over, and ids of events from before ``seen_before``; how many rows went."""
        with transaction(self._engine) as connection:
            return OpenFacts(connection).forget(before) + inbox.purge(connection, seen_before)


def _instant(message: Timestamp) -> datetime:
    return message.ToDatetime(tzinfo=UTC)
