"""Lifts and seats in SQL; see ``application.lift_ports`` for what is promised."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

import sqlalchemy as sa
from service_kit.answers import transaction, view
from service_kit.once import Overtaken

from journeys.adapters.lift_documents import lift_of, lift_values, seat_of, seat_values
from journeys.adapters.lift_events import event_of
from journeys.adapters.lift_tables import (
    bench_hours,
    booked_seats,
    changes,
    lift_days,
    lift_reports,
    lifts,
    released_orders,
    seats,
)
from journeys.adapters.records import SqlRecords
from journeys.application.bench_ports import BenchHour
from journeys.application.lift_ports import SeatFilter, Whose
from journeys.domain.lifts import Lift, LiftReport, Party, ReportReason
from journeys.domain.lifts_facts import LiftFact
from journeys.domain.lifts_seats import Seat, SeatState, forgotten
from journeys.domain.lifts_tour import LiftDay

TAKING_UP = (SeatState.ASKED.value, SeatState.CONFIRMED.value)


class SqlLifts(SqlRecords):
    """One transaction: see ``application.lift_ports.LiftWriter`` and ``application.bench_ports``."""

    def __init__(self, connection: sa.Connection, tenant: str) -> None:
        super().__init__(connection)
        self._tenant = tenant

    def lift(self, lift_id: str) -> Lift | None:
        row = self._connection.execute(sa.select(lifts).where(lifts.c.lift_id == lift_id)).one_or_none()
        return None if row is None else lift_of(row)

    def lifts(self, whose: Whose, after: int, count: int) -> list[Lift]:
        query = sa.select(lifts).where(lifts.c.number > after, *_of(whose, lifts.c))
        return [lift_of(row) for row in self._connection.execute(query.order_by(lifts.c.number).limit(count))]

    def lifts_of_driver(self, driver: Party, last_day_from: date) -> list[Lift]:
        query = sa.select(lifts).where(
            lifts.c.client_id == driver.client_id,
            lifts.c.reference == driver.reference,
            lifts.c.last_day >= last_day_from,
        )
        found = [lift_of(row) for row in self._connection.execute(query)]
        return [lift for lift in found if not lift.withdrawn]

    def newest_change(self) -> int:
        newest: int = self._connection.execute(sa.select(changes.c.newest)).scalar_one()
        return newest

    def lifts_changed(self, since: int) -> list[Lift]:
        query = sa.select(lifts).where(lifts.c.changed > since).order_by(lifts.c.number)
        return [lift_of(row) for row in self._connection.execute(query)]

    def day(self, lift_id: str, day: date) -> LiftDay:
        query = sa.select(lift_days).where(lift_days.c.lift_id == lift_id, lift_days.c.day == day)
        row = self._connection.execute(query).one_or_none()
        return LiftDay(lift_id, day) if row is None else LiftDay(lift_id, day, _stops(row), row.version)

    def days(self, days: Sequence[date]) -> Mapping[tuple[str, date], tuple[tuple[str, str], ...]]:
        query = sa.select(lift_days).where(lift_days.c.day.in_(days))
        return {(row.lift_id, row.day): _stops(row) for row in self._connection.execute(query)}

    def seat(self, seat_id: str) -> Seat | None:
        found = self._seats(sa.select(seats).where(seats.c.seat_id == seat_id))
        return found[0] if found else None

    def seats_on(self, days: Sequence[date], lift_id: str | None = None) -> list[Seat]:
        query = sa.select(seats).where(seats.c.day.in_(days), seats.c.state.in_(TAKING_UP))
        if lift_id is not None:
            query = query.where(seats.c.lift_id == lift_id)
        return self._seats(query.order_by(seats.c.number))

    def seats_of_lift(self, lift_id: str) -> list[Seat]:
        return self._seats(sa.select(seats).where(seats.c.lift_id == lift_id))

    def seats_from(self, lift_id: str, first: date) -> list[Seat]:
        query = sa.select(seats).where(
            seats.c.lift_id == lift_id, seats.c.day >= first, seats.c.state.in_(TAKING_UP)
        )
        return self._seats(query.order_by(seats.c.number))

    def seats(self, chosen: SeatFilter, after: int, count: int) -> list[Seat]:
        query = sa.select(seats).where(seats.c.number > after, *_chosen(chosen))
        return self._seats(query.order_by(seats.c.number).limit(count))

    def seats_of_passenger(self, passenger: Party) -> list[Seat]:
        query = sa.select(seats).where(
            seats.c.passenger_client_id == passenger.client_id,
            seats.c.passenger_reference == passenger.reference,
            seats.c.state.in_(TAKING_UP),
        )
        return self._seats(query)

    def seats_changed(self, chosen: SeatFilter, since: int, count: int) -> tuple[int, list[Seat]]:
        newest = self.newest_change()
        query = sa.select(seats).where(seats.c.changed > since, *_chosen(chosen))
        rows = self._connection.execute(query.order_by(seats.c.changed).limit(count)).all()
        return rows[-1].changed if len(rows) == count else newest, [seat_of(row) for row in rows]

    def overdue(self, now_s: int, count: int) -> list[Seat]:
        query = sa.select(seats).where(seats.c.state == SeatState.ASKED.value, seats.c.answer_by_s <= now_s)
        return self._seats(query.order_by(seats.c.answer_by_s).limit(count))

    def reports(self, after: int, count: int) -> list[LiftReport]:
        query = sa.select(lift_reports).where(lift_reports.c.number > after)
        rows = self._connection.execute(query.order_by(lift_reports.c.number).limit(count))
        return [
            LiftReport(row.report_id, row.lift_id, row.at_s, ReportReason(row.reason), row.note, row.number)
            for row in rows
        ]

    def is_released(self, order: str) -> bool:
        query = sa.select(released_orders).where(released_orders.c.order_name == order)
        return self._connection.execute(query).one_or_none() is not None

    def put_lift(self, lift: Lift) -> Lift:
        values = {**lift_values(lift), "changed": self._changed()}
        self._put(lifts, lift.number, values)
        return lift

    def put_seat(self, seat: Seat) -> Seat:
        values = {**seat_values(seat), "changed": self._changed()}
        self._put(seats, seat.number, values)
        return seat

    def put_day(self, day: LiftDay) -> None:
        values = {"stops": [list(stop) for stop in day.stops], "version": day.version + 1}
        if day.version == 0:
            if not self.insert_new(lift_days, lift_id=day.lift_id, day=day.day, **values):
                raise Overtaken(f"lift {day.lift_id} on {day.day}")
            return
        as_read = (
            (lift_days.c.lift_id == day.lift_id)
            & (lift_days.c.day == day.day)
            & (lift_days.c.version == day.version)
        )
        changed = self._connection.execute(sa.update(lift_days).where(as_read).values(values))
        if changed.rowcount == 0:
            raise Overtaken(f"lift {day.lift_id} on {day.day}")

    def add_report(self, report: LiftReport) -> None:
        self._connection.execute(
            sa.insert(lift_reports).values(
                report_id=report.id,
                lift_id=report.lift_id,
                at_s=report.at_s,
                reason=report.reason.value,
                note=report.note,
            )
        )

    def release_order(self, order: str, now_s: int) -> None:
        self.insert_new(released_orders, order_name=order, released_s=now_s)

    def book_seat(self, seat_id: str, booking_id: str) -> None:
        self.put(
            booked_seats,
            {"seat_id": seat_id},
            booking_id=booking_id,
            told=SeatState.ASKED.value,
            told_until_s=0,
        )

    def unbook_seat(self, seat_id: str) -> None:
        self._connection.execute(sa.delete(booked_seats).where(booked_seats.c.seat_id == seat_id))

    def answered_bookings(self, now_s: int, count: int) -> list[tuple[str, Seat]]:
        new = (booked_seats.c.told != seats.c.state) | (booked_seats.c.told_until_s > now_s)
        query = (
            sa.select(seats, booked_seats.c.booking_id)
            .join(booked_seats, booked_seats.c.seat_id == seats.c.seat_id)
            .where(seats.c.state != SeatState.ASKED.value, new)
        )
        rows = self._connection.execute(query.order_by(seats.c.number).limit(count))
        return [(row.booking_id, seat_of(row)) for row in rows]

    def told_booking(self, seat: Seat, until_s: int) -> None:
        new = (booked_seats.c.seat_id == seat.id) & (booked_seats.c.told != seat.state.value)
        values = {"told": seat.state.value, "told_until_s": until_s}
        self._connection.execute(sa.update(booked_seats).where(new).values(values))

    def publish(self, facts: Sequence[LiftFact]) -> None:
        self.tell([event_of(fact, self._tenant) for fact in facts])

    def forget_places(self, dropoff_before_s: int) -> int:
        query = sa.select(seats).where(seats.c.exact, seats.c.dropoff_s < dropoff_before_s)
        over = self._seats(query)
        for seat in over:
            self._put(seats, seat.number, seat_values(forgotten(seat)))
        return len(over)

    def purge(self, over_before: date, reported_before_s: int) -> int:
        gone = 0
        for old in (
            sa.delete(seats).where(seats.c.day < over_before),
            sa.delete(booked_seats).where(booked_seats.c.seat_id.not_in(sa.select(seats.c.seat_id))),
            sa.delete(lift_days).where(lift_days.c.day < over_before),
            sa.delete(lifts).where(lifts.c.last_day < over_before),
            sa.delete(lift_reports).where(lift_reports.c.at_s < reported_before_s),
            sa.delete(released_orders).where(released_orders.c.released_s < reported_before_s),
        ):
            gone += self._connection.execute(old).rowcount
        return gone

    def bench_hours(self) -> list[BenchHour]:
        columns = [each for each in bench_hours.c]  # noqa: C416 - a collection of columns is no iterable
        return [BenchHour(*row) for row in self._connection.execute(sa.select(*columns))]

    def add_bench_hour(self, more: BenchHour) -> None:
        keys = {"bench_id": more.bench_id, "destination": more.destination, "hour": more.hour}
        sums = {
            "waited_s": more.waited_s,
            "observed_count": more.observed_count,
            "taken_count": more.taken_count,
        }
        insert = self.insert(bench_hours).values(**keys, **sums)
        added = {name: bench_hours.c[name] + value for name, value in sums.items()}
        self._connection.execute(insert.on_conflict_do_update(index_elements=list(keys), set_=added))

    def _changed(self) -> int:
        self._connection.execute(sa.update(changes).values(newest=changes.c.newest + 1))
        return self.newest_change()

    def _put(self, table: sa.Table, number: int, values: dict[str, Any]) -> None:
        if number == 0:
            self._connection.execute(sa.insert(table).values(values))
        else:
            self._connection.execute(sa.update(table).where(table.c.number == number).values(values))

    def _seats(self, query: sa.Select[Any]) -> list[Seat]:
        return [seat_of(row) for row in self._connection.execute(query)]


class SqlLiftStore:
    """See ``application.lift_ports.LiftStore``."""

    def __init__(self, engine: sa.Engine, tenant: str) -> None:
        self._engine = engine
        self._tenant = tenant

    @contextmanager
    def reading(self) -> Iterator[SqlLifts]:
        with view(self._engine) as connection:
            yield SqlLifts(connection, self._tenant)

    @contextmanager
    def writing(self) -> Iterator[SqlLifts]:
        with transaction(self._engine) as connection:
            yield SqlLifts(connection, self._tenant)


def _stops(row: Any) -> tuple[tuple[str, str], ...]:
    return tuple((action, seat_id) for action, seat_id in row.stops)


def _of(whose: Whose, columns: Any) -> Iterator[sa.ColumnElement[bool]]:
    if whose.client_id is not None:
        yield columns.client_id == whose.client_id
    if whose.reference is not None:
        yield columns.reference == whose.reference


def _chosen(chosen: SeatFilter) -> Iterator[sa.ColumnElement[bool]]:
    if chosen.lift_id is not None:
        yield seats.c.lift_id == chosen.lift_id
    whose = chosen.whose
    sides = []
    for client_id, reference in (
        (seats.c.driver_client_id, seats.c.driver_reference),
        (seats.c.passenger_client_id, seats.c.passenger_reference),
    ):
        side: sa.ColumnElement[bool] = sa.true()
        if whose.client_id is not None:
            side = side & (client_id == whose.client_id)
        if whose.reference is not None:
            side = side & (reference == whose.reference)
        sides.append(side)
    yield sa.or_(*sides)
