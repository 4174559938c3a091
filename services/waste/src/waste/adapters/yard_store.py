"""Yards and parking spaces in SQL; see ``application.ports_yards`` for what is promised."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from service_kit import audit_trail
from service_kit.answers import SqlAnswers, transaction, view
from service_kit.identity.audit import AuditEntry

from waste.adapters.open_tables import places
from waste.application.ports_yards import ParkingSpace, PlaceT, SensorRole, Yard
from waste.domain.access import Scope
from waste.domain.containers import OpeningSpan
from waste.domain.yard import YardPlan


class SqlYards(SqlAnswers):
    """One transaction: see ``application.ports_yards.YardWriter``."""

    def find(self, kind: type[PlaceT], place_id: str, scope: Scope) -> PlaceT | None:
        query = sa.select(places).where(places.c.kind == kind.__name__, places.c.id == place_id, *_in(scope))
        row = self._connection.execute(query).one_or_none()
        return _place(kind, row) if row else None

    def owner(self, kind: type[Yard | ParkingSpace], place_id: str) -> str | None:
        query = sa.select(places.c.sub_account_id).where(
            places.c.kind == kind.__name__, places.c.id == place_id
        )
        return self._connection.execute(query).scalar_one_or_none()

    def listed(self, kind: type[PlaceT], scope: Scope, after: str, count: int) -> list[PlaceT]:
        query = sa.select(places).where(places.c.kind == kind.__name__, places.c.id > after, *_in(scope))
        rows = self._connection.execute(query.order_by(places.c.id).limit(count))
        return [_place(kind, row) for row in rows]

    def keep(self, place: Yard | ParkingSpace) -> None:
        self.put(
            places,
            {"kind": type(place).__name__, "id": place.id},
            sub_account_id=place.sub_account_id,
            document=_document(place),
        )

    def record(self, entry: AuditEntry) -> None:
        audit_trail.append(self._connection, entry)


class SqlYardStore:
    """See ``application.ports_yards.YardStore``."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    @contextmanager
    def reading(self) -> Iterator[SqlYards]:
        with view(self._engine) as connection:
            yield SqlYards(connection)

    @contextmanager
    def writing(self) -> Iterator[SqlYards]:
        with transaction(self._engine) as connection:
            yield SqlYards(connection)


def _in(scope: Scope) -> list[sa.ColumnElement[bool]]:
    if scope.sub_account_ids is None:
        return []
    return [places.c.sub_account_id.in_(sorted(scope.sub_account_ids))]


def _document(place: Yard | ParkingSpace) -> dict[str, Any]:
    told: dict[str, Any] = {
        "name": place.name,
        "latitude_deg": place.latitude_deg,
        "longitude_deg": place.longitude_deg,
    }
    if isinstance(place, ParkingSpace):
        return told
    return told | {
        "zone": place.zone.key,
        "bay_count": place.plan.bay_count,
        "stay_duration_min": place.plan.stay_duration_min,
        "opening_hours": [
            [sorted(span.weekdays), span.opens_min, span.closes_min] for span in place.opening_hours
        ],
        "sensors": [[device_id, role.value] for device_id, role in place.sensors],
        "public": place.public,
    }


def _place(kind: type[PlaceT], row: Any) -> PlaceT:
    told = row.document
    common = (row.id, row.sub_account_id, told["name"], told["latitude_deg"], told["longitude_deg"])
    place: Yard | ParkingSpace
    if kind is ParkingSpace:
        place = ParkingSpace(*common)
    else:
        place = Yard(
            *common,
            ZoneInfo(told["zone"]),
            YardPlan(told["bay_count"], told["stay_duration_min"]),
            tuple(OpeningSpan(frozenset(days), *minutes) for days, *minutes in told["opening_hours"]),
            tuple((device_id, SensorRole(role)) for device_id, role in told["sensors"]),
            told["public"],
        )
    assert isinstance(place, kind)  # noqa: S101 - the row is of that kind
    return place
