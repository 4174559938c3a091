"""The board: live vehicles and the day's figures, as the events tell them; it follows the plan by moments."""

import hashlib
import json
from datetime import date

import sqlalchemy as sa
from landlinie.pooling.v1 import board_pb2
from routing_core.fleet.model import NOBODY, Load
from service_kit.database import reading
from service_kit.events import Event
from service_kit.migrations import migrate

from pooling import messages
from pooling.adapters import board_events, board_figures
from pooling.adapters.board_tables import days, driven, refusals, rides, vehicles
from pooling.domain.emissions import Emissions
from pooling.domain.places import Point

GROUP = "pooling-board"
"""The consumer group that keeps it."""


class Board:
    """The read model in a database of its own, which is brought to the shape this program knows."""

    def __init__(self, engine: sa.Engine, emissions: Emissions) -> None:
        migrate(engine, "pooling.adapters.board_migrations")
        self._engine = engine
        self._emissions = emissions

    def take(self, connection: sa.Connection, event: Event) -> None:
        """Put one event on the board; see :func:`pooling.adapters.board_events.take`."""
        board_events.take(connection, event)

    def live_vehicles(self, zone_id: str | None, after: str, count: int) -> list[board_pb2.LiveVehicle]:
        """At most ``count`` vehicles by id, after an id, of a zone or all."""
        query = (
            sa.select(vehicles)
            .where(vehicles.c.is_registered, vehicles.c.vehicle_id > after)
            .order_by(vehicles.c.vehicle_id)
            .limit(count)
        )
        if zone_id is not None:
            query = query.where(vehicles.c.zone_id == zone_id)
        with reading(self._engine) as connection:
            found = connection.execute(query).all()
            inside = connection.execute(
                sa.select(rides)
                .where(rides.c.vehicle_id.in_([row.vehicle_id for row in found]))
                .order_by(rides.c.board_time, rides.c.ride_id)
            ).all()
        return [_live(row, [ride for ride in inside if ride.vehicle_id == row.vehicle_id]) for row in found]

    def figures(self, zone_id: str | None, first: date, last: date) -> list[board_pb2.DayFigures]:
        """Figures of every day, of a zone or of all zones together; zeros where nothing happened."""
        with reading(self._engine) as connection:
            return board_figures.figures(connection, zone_id, first, last, self._emissions)

    def emission_factors(self) -> list[board_pb2.EmissionFactor]:
        """What figures reckon a kilometre with; the car's comes last, without a kind."""
        by_kind = self._emissions.g_per_km
        return [
            *(
                board_pb2.EmissionFactor(kind=messages.KINDS[kind], co2_g_per_km=by_kind[kind])
                for kind in by_kind
            ),
            board_pb2.EmissionFactor(co2_g_per_km=self._emissions.car_g_per_km),
        ]

    def digest(self) -> str:
        """SHA-256 over everything on the board: equal for boards that show the same."""
        content = []
        with reading(self._engine) as connection:
            for table in (vehicles, rides, days, refusals, driven):
                # Databases do not agree on the order of texts.
                rows = connection.execute(sa.select(table))
                content.append(sorted(json.dumps(list(row), default=str) for row in rows))
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def _live(row: sa.Row[tuple[object, ...]], aboard: list[sa.Row[tuple[object, ...]]]) -> board_pb2.LiveVehicle:
    load = NOBODY
    for ride in aboard:
        load = load.plus(Load(ride.seated_count, ride.wheelchair_count))
    message = board_pb2.LiveVehicle(
        vehicle_id=row.vehicle_id,
        zone_id=row.zone_id,
        aboard=messages.party(load),
        aboard_ride_ids=[ride.ride_id for ride in aboard],
    )
    if row.report_time is not None:
        message.position.CopyFrom(messages.position(Point(row.latitude_deg, row.longitude_deg)))
        message.report_time.CopyFrom(messages.stamp(row.report_time))
    return message
