"""Planned journeys in the service's database."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from service_kit.answers import transaction, view
from service_kit.database import UtcDateTime
from service_kit.once import Overtaken

from journeys.application.planned import Planned
from journeys.application.question import Travellers

_planned = sa.Table(
    "planned_journeys",
    sa.MetaData(),
    sa.Column("journey_id", sa.String, primary_key=True),
    sa.Column("search_id", sa.String, nullable=False, index=True),
    sa.Column("client_id", sa.String, nullable=False),
    sa.Column("asked_by", sa.String, nullable=False),
    sa.Column("expires_at", UtcDateTime, nullable=False, index=True),
    sa.Column("seated_count", sa.Integer, nullable=False),
    sa.Column("wheelchair_count", sa.Integer, nullable=False),
    sa.Column("bicycle_count", sa.Integer, nullable=False),
    sa.Column("journey", sa.LargeBinary, nullable=False),
)


class SqlPlannedJourneys:
    """See :class:`.PlannedJourneys`."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def add(self, planned: Sequence[Planned]) -> None:
        with transaction(self._engine) as connection:
            connection.execute(
                sa.insert(_planned),
                [
                    {
                        "journey_id": each.journey_id,
                        "search_id": each.search_id,
                        "client_id": each.client_id,
                        "asked_by": each.asked_by,
                        "expires_at": each.expires_at,
                        "seated_count": each.travellers.seated,
                        "wheelchair_count": each.travellers.wheelchairs,
                        "bicycle_count": each.travellers.bicycles,
                        "journey": each.wire,
                    }
                    for each in planned
                ],
            )

    def find(self, journey_id: str) -> Planned | None:
        with view(self._engine) as connection:
            row = connection.execute(
                sa.select(_planned).where(_planned.c.journey_id == journey_id)
            ).one_or_none()
        return None if row is None else _of(row)

    def of_search(self, search_id: str) -> Sequence[Planned]:
        with view(self._engine) as connection:
            rows = connection.execute(
                sa.select(_planned).where(_planned.c.search_id == search_id).order_by(_planned.c.journey_id)
            ).all()
        return [_of(row) for row in rows]

    def purge(self, expired_before: datetime) -> int:
        try:
            with transaction(self._engine) as connection:
                gone = sa.delete(_planned).where(_planned.c.expires_at < expired_before)
                return connection.execute(gone).rowcount
        except Overtaken:
            # Another replica is at it.
            return 0


def _of(row: "sa.Row[tuple[object, ...]]") -> Planned:
    return Planned(
        row.journey_id,
        row.search_id,
        row.client_id,
        row.asked_by,
        row.expires_at,
        Travellers(row.seated_count, row.wheelchair_count, row.bicycle_count),
        row.journey,
    )
