"""The board behind ``application.board.Board``."""

from datetime import date

import sqlalchemy as sa
from routing_core.fleet.model import NOBODY, Load
from service_kit.database import reading

from pooling.adapters.board_tables import days, refusals, rides, vehicles
from pooling.application.board import DayFigures, LiveVehicle
from pooling.domain.offers import RefusalCode
from pooling.domain.places import Point

_COUNTED = [column.name for column in days.columns if not column.primary_key]


class StoredBoard:
    """Reads what the consumer wrote."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def live_vehicles(self, zone_id: str | None, after: str, count: int) -> list[LiveVehicle]:
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
            aboard = connection.execute(
                sa.select(rides)
                .where(rides.c.vehicle_id.in_([row.vehicle_id for row in found]))
                .order_by(rides.c.board_time, rides.c.ride_id)
            ).all()
        inside: dict[str, list[sa.Row[tuple[object, ...]]]] = {row.vehicle_id: [] for row in found}
        for ride in aboard:
            inside[ride.vehicle_id].append(ride)
        return [
            LiveVehicle(
                row.vehicle_id,
                row.zone_id,
                None if row.report_time is None else Point(row.latitude_deg, row.longitude_deg),
                row.report_time,
                _together(inside[row.vehicle_id]),
                tuple(ride.ride_id for ride in inside[row.vehicle_id]),
            )
            for row in found
        ]

    def day_figures(self, zone_id: str | None, service_date: date) -> DayFigures:
        totals = [sa.func.coalesce(sa.func.sum(days.c[name]), 0).label(name) for name in _COUNTED]
        counted = sa.select(*totals).where(days.c.service_date == service_date)
        refused = (
            sa.select(refusals.c.code, sa.func.sum(refusals.c["count"]))
            .where(refusals.c.service_date == service_date)
            .group_by(refusals.c.code)
        )
        if zone_id is not None:
            counted = counted.where(days.c.zone_id == zone_id)
            refused = refused.where(refusals.c.zone_id == zone_id)
        with reading(self._engine) as connection:
            row = connection.execute(counted).one()
            by_reason = {RefusalCode(code): int(count) for code, count in connection.execute(refused)}
        figures = {name: int(row._mapping[name]) for name in _COUNTED}  # noqa: SLF001 - its public name
        return DayFigures(zone_id or "", service_date, **figures, refused_by_reason=by_reason)


def _together(aboard: list[sa.Row[tuple[object, ...]]]) -> Load:
    load = NOBODY
    for ride in aboard:
        load = load.plus(Load(ride.seated_count, ride.wheelchair_count))
    return load
