"""Looking after the roads: changes take effect when they begin, end, are reported, or are lifted."""

import threading
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Protocol

import structlog
from service_kit.errors import ServiceError

from pooling.application.desk import Desk
from pooling.application.retiming import RetimePlans
from pooling.application.road_changes import RoadBook
from pooling.domain.road_changes import RoadChange

LOOK_EVERY_S = 0.5
"""Between looks for what others of the same service have stored, and for what begins or ends by the clock."""

_log = structlog.get_logger(__name__)


class ChangingRoads(Protocol):
    """Roads that can be told how they are."""

    def change(self, changes: Sequence[RoadChange]) -> None:
        """Drive by the roads with these changes, instead of those before."""
        ...


class RoadWatch:
    """Keeps the roads as the changes say, and the plans as the roads are.

    A change counts as soon as it holds at any later time of the running service day, so that nothing is
    promised today that a closure known beforehand would break. Plans of later days are made by today's roads.
    """

    def __init__(self, desk: Desk, book: RoadBook, roads: ChangingRoads, retime: RetimePlans) -> None:
        self._desk, self._book, self._roads, self._retime = desk, book, roads, retime
        self._holding: tuple[RoadChange, ...] = ()
        self._to_retime: dict[tuple[str, date], int] = {}
        self._poked = threading.Event()

    def poke(self) -> None:
        """Look now."""
        self._poked.set()

    def run(self, stopping: threading.Event) -> None:
        """Go on until told to stop; ``poke`` makes that quick."""
        while not stopping.is_set():
            try:
                self.look()
            except ServiceError as error:
                _log.warning("roads_not_looked_at", error=repr(error))
            self._poked.wait(LOOK_EVERY_S)
            self._poked.clear()

    def look(self) -> None:
        """One look at all changes; raises ServiceError, and the next look does what this one could not."""
        now = self._desk.clock.now()
        today = self._desk.service_day_of(now)
        holding = tuple(
            change for change in self._book.changes(now, "", None) if change.holds_between(now, today.end)
        )
        if holding != self._holding:
            self._roads.change(holding)
            self._holding = holding
            _log.info("roads_changed", road_change_ids=[change.id for change in holding])
            self._plan_retiming(today.date)
        self._retime_plans()

    def _plan_retiming(self, today: date) -> None:
        with self._desk.store.reading() as reader:
            for zone_id in self._desk.zones:
                for day in reader.days_from(zone_id, today - timedelta(days=1)):
                    # Twice: who measured by the roads before may store just after the first time.
                    self._to_retime[zone_id, day] = 2

    def _retime_plans(self) -> None:
        for (zone_id, day), times in list(self._to_retime.items()):
            broken = self._retime(zone_id, day)
            if broken:
                _log.warning(
                    "promises_broken_by_roads",
                    zone_id=zone_id,
                    service_date=day.isoformat(),
                    ride_ids=[fact.ride_id for fact in broken],
                )
            if times > 1:
                self._to_retime[zone_id, day] = times - 1
            else:
                del self._to_retime[zone_id, day]
