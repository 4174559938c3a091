"""The figures of service days, read from the board."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, timedelta

import sqlalchemy as sa
from landlinie.pooling.v1 import board_pb2

from pooling import messages
from pooling.adapters.board_tables import days, driven, refusals, vehicles
from pooling.domain.emissions import Emissions
from pooling.domain.fleet import VehicleKind
from pooling.domain.offers import RefusalCode

_COUNTS = tuple(column.name for column in days.columns if column.name.endswith("_count"))
_SUMS = (*_COUNTS, "total_wait_s", "total_ride_s", "total_direct_s", "direct_m")
_UNKNOWN_KIND = VehicleKind.BUERGERBUS
"""Of vehicles that were registered before the board kept kinds: the one that most districts begin with."""


def figures(
    connection: sa.Connection, zone_id: str | None, first: date, last: date, emissions: Emissions
) -> list[board_pb2.DayFigures]:
    """Figures of every day from the first to the last, of a zone or of all together."""
    found = [
        board_pb2.DayFigures(zone_id=zone_id or "", service_date=(first + timedelta(days=after)).isoformat())
        for after in range((last - first).days + 1)
    ]
    by_day = {each.service_date: each for each in found}
    _put_counts(connection, zone_id, by_day)
    _put_refusals(connection, zone_id, by_day)
    _put_distances(connection, zone_id, by_day, emissions)
    for each in found:
        each.car_co2_g = emissions.replaced_g(each.direct_distance_m)
    return found


def _put_counts(
    connection: sa.Connection, zone_id: str | None, by_day: dict[str, board_pb2.DayFigures]
) -> None:
    sums = (sa.func.sum(days.c[name]).label(name) for name in _SUMS)
    query = sa.select(days.c.service_date, *sums).group_by(days.c.service_date)
    for row in connection.execute(_within(query, days, zone_id, by_day)):
        each = by_day[row.service_date.isoformat()]
        for name in _COUNTS:
            setattr(each, name, int(getattr(row, name)))
        each.total_wait_duration.CopyFrom(messages.duration(int(row.total_wait_s)))
        each.total_ride_duration.CopyFrom(messages.duration(int(row.total_ride_s)))
        each.total_direct_duration.CopyFrom(messages.duration(int(row.total_direct_s)))
        each.direct_distance_m = int(row.direct_m)


def _put_refusals(
    connection: sa.Connection, zone_id: str | None, by_day: dict[str, board_pb2.DayFigures]
) -> None:
    query = (
        sa.select(refusals.c.service_date, refusals.c.code, sa.func.sum(refusals.c["count"]).label("refused"))
        .group_by(refusals.c.service_date, refusals.c.code)
        .order_by(refusals.c.service_date, refusals.c.code)
    )
    for row in connection.execute(_within(query, refusals, zone_id, by_day)):
        by_day[row.service_date.isoformat()].refused_by_reason.add(
            code=messages.CODES[RefusalCode(row.code)], count=int(row.refused)
        )


def _put_distances(
    connection: sa.Connection,
    zone_id: str | None,
    by_day: dict[str, board_pb2.DayFigures],
    emissions: Emissions,
) -> None:
    sums = (sa.func.sum(driven.c[name]).label(name) for name in ("driven_m", "empty_m", "home_m"))
    query = (
        sa.select(driven.c.service_date, vehicles.c.kind, *sums)
        .select_from(driven.outerjoin(vehicles, vehicles.c.vehicle_id == driven.c.vehicle_id))
        .group_by(driven.c.service_date, vehicles.c.kind)
    )
    lengths: defaultdict[str, Counter[VehicleKind]] = defaultdict(Counter)
    for row in connection.execute(_within(query, driven, zone_id, by_day)):
        each = by_day[row.service_date.isoformat()]
        length_m = int(row.driven_m) + int(row.home_m)
        each.driven_distance_m += length_m
        each.empty_distance_m += int(row.empty_m) + int(row.home_m)
        lengths[each.service_date][VehicleKind(row.kind) if row.kind else _UNKNOWN_KIND] += length_m
    for day, by_kind in lengths.items():
        by_day[day].co2_g = sum(emissions.driven_g(kind, length_m) for kind, length_m in by_kind.items())


def _within(
    query: "sa.Select[tuple[object, ...]]", table: sa.Table, zone_id: str | None, among: Iterable[str]
) -> "sa.Select[tuple[object, ...]]":
    wanted = sorted(among)
    query = query.where(
        table.c.service_date.between(date.fromisoformat(wanted[0]), date.fromisoformat(wanted[-1]))
    )
    return query if zone_id is None else query.where(table.c.zone_id == zone_id)
