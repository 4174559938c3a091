"""Where reservations of shared cars are kept."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from service_kit.answers import transaction, view
from service_kit.database import UtcDateTime

from journeys.adapters.car_events import event_of
from journeys.adapters.car_tables import reservations, turns
from journeys.adapters.records import SqlRecords
from journeys.application.car_ports import Position, ReservationFilter
from journeys.domain.car_facts import CarFact
from journeys.domain.cars import GRACE, Reservation, ReservationState, Window

_COLUMNS = reservations.c


class SqlCars(SqlRecords):
    """One transaction: see ``application.car_ports.CarWriter``."""

    def __init__(self, connection: sa.Connection, tenant: str) -> None:
        super().__init__(connection)
        self._tenant = tenant

    def reservation(self, reservation_id: str) -> Reservation | None:
        found = self._read(sa.select(reservations).where(_COLUMNS.reservation_id == reservation_id))
        return found[0] if found else None

    def touching(self, around: Window, now: datetime, car_id: str | None = None) -> list[Reservation]:
        not_back = (_COLUMNS.state == ReservationState.RESERVED.value) & (_COLUMNS.ends_at > now - GRACE)
        query = sa.select(reservations).where(
            _COLUMNS.state != ReservationState.CANCELLED.value,
            _COLUMNS.starts_at < around.end,
            (_COLUMNS.ready_at > around.start) | not_back,
        )
        return self._read(query if car_id is None else query.where(_COLUMNS.car_id == car_id))

    def last_taken(self, now: datetime) -> dict[str, datetime]:
        begun = sa.select(_COLUMNS.car_id, sa.func.max(_COLUMNS.starts_at, type_=UtcDateTime)).where(
            _COLUMNS.state != ReservationState.CANCELLED.value, _COLUMNS.starts_at <= now
        )
        rows = self._connection.execute(begun.group_by(_COLUMNS.car_id))
        return {row[0]: row[1] for row in rows}

    def reservations(
        self, chosen: ReservationFilter, after: Position | None, count: int
    ) -> list[Reservation]:
        query = sa.select(reservations)
        for column, value in (
            (_COLUMNS.car_id, chosen.car_id),
            (_COLUMNS.client_id, chosen.client_id),
            (_COLUMNS.passenger_reference, chosen.passenger_reference),
        ):
            if value is not None:
                query = query.where(column == value)
        if after is not None:
            same = (_COLUMNS.starts_at == after.start) & (_COLUMNS.reservation_id > after.reservation_id)
            query = query.where((_COLUMNS.starts_at > after.start) | same)
        return self._read(query.order_by(_COLUMNS.starts_at, _COLUMNS.reservation_id).limit(count))

    def open_count(self, client_id: str, passenger_reference: str, now: datetime) -> int:
        query = sa.select(sa.func.count()).where(
            _COLUMNS.client_id == client_id,
            _COLUMNS.passenger_reference == passenger_reference,
            _COLUMNS.state == ReservationState.RESERVED.value,
            _COLUMNS.ends_at > now,
        )
        return self._connection.execute(query).scalar_one()

    def take_turn(self, car_id: str) -> None:
        insert = self.insert(turns).values(car_id=car_id, number=1)
        self._connection.execute(
            insert.on_conflict_do_update(index_elements=[turns.c.car_id], set_={"number": turns.c.number + 1})
        )

    def put_reservation(self, reservation: Reservation) -> None:
        self.put(
            reservations,
            {"reservation_id": reservation.id},
            car_id=reservation.car_id,
            starts_at=reservation.window.start,
            ends_at=reservation.window.end,
            ready_at=reservation.ready,
            distance_m=reservation.distance_m,
            state=reservation.state.value,
            client_id=reservation.client_id,
            passenger_reference=reservation.passenger_reference,
            returned_at=reservation.returned,
        )

    def tell_cars(self, facts: Sequence[CarFact]) -> None:
        self.tell([event_of(fact, self._tenant) for fact in facts])

    def forget_reservations(self, over_before: datetime) -> int:
        over = (_COLUMNS.ends_at < over_before) & (_COLUMNS.ready_at < over_before)
        return self._connection.execute(sa.delete(reservations).where(over)).rowcount

    def _read(self, query: "sa.Select[Any]") -> list[Reservation]:
        return [_reservation(row) for row in self._connection.execute(query)]


class SqlCarStore:
    """See ``application.car_ports.CarStore``."""

    def __init__(self, engine: sa.Engine, tenant: str) -> None:
        self._engine = engine
        self._tenant = tenant

    @contextmanager
    def reading(self) -> Iterator[SqlCars]:
        with view(self._engine) as connection:
            yield SqlCars(connection, self._tenant)

    @contextmanager
    def writing(self) -> Iterator[SqlCars]:
        with transaction(self._engine) as connection:
            yield SqlCars(connection, self._tenant)


def _reservation(row: "sa.Row[Any]") -> Reservation:
    return Reservation(
        row.reservation_id,
        row.car_id,
        Window(row.starts_at, row.ends_at),
        row.ready_at,
        row.distance_m,
        ReservationState(row.state),
        row.client_id,
        row.passenger_reference,
        row.returned_at,
    )
