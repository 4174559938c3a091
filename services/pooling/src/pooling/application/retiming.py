"""New times for running plans, once the roads have changed."""

from collections.abc import Callable, Sequence
from datetime import date, datetime

from service_kit.errors import Aborted

from pooling.application.desk import MAX_ATTEMPTS, RETRY_AFTER_S, Desk
from pooling.application.ports import PlanChanged
from pooling.domain.broken import newly_broken
from pooling.domain.facts import BreakCause, Fact, PromiseBroken
from pooling.domain.facts import PlanChanged as PlanChangedFact
from pooling.domain.zone_day import ZoneDay


class RetimePlans:
    """Gives every stop that is ahead the time at which it can be reached now.

    Parameters
    ----------
    committed
        Told which zone days have been stored.
    """

    def __init__(self, desk: Desk, committed: Callable[[Sequence[ZoneDay]], None]) -> None:
        self._desk = desk
        self._committed = committed

    def __call__(self, zone_id: str, service_date: date) -> list[PromiseBroken]:
        """Retime one zone's day; what it breaks is told, as it happened on the road.

        Raises
        ------
        Aborted
            ``PLAN_CHANGED``, after several writers in a row were quicker.
        """
        for _ in range(MAX_ATTEMPTS):
            now = self._desk.clock.now()
            with self._desk.store.reading() as reader:
                before = reader.zone_day(zone_id, service_date)
            day, broken = self._retimed(before, now)
            if day == before:
                return []
            facts: list[Fact] = [*broken]
            try:
                with self._desk.store.writing() as writer:
                    stored = writer.put_zone_day(day)
                    facts.append(PlanChangedFact(zone_id, now, service_date, stored.version))
                    writer.publish(facts)
            except PlanChanged:
                continue
            self._desk.watch.stored(facts)
            self._committed([stored])
            return broken
        raise Aborted(
            "PLAN_CHANGED", "the plan changed again and again meanwhile", retry_after_s=RETRY_AFTER_S
        )

    def _retimed(self, day: ZoneDay, now: datetime) -> tuple[ZoneDay, list[PromiseBroken]]:
        frame = self._desk.frame(day, now)
        for index, duty in enumerate(day.duties):
            if not all(stop.done for stop in duty.stops):
                day = frame.put_back(day, index, frame.rescheduled(index)[0])
        return newly_broken(day, self._desk.frame(day, now), now, BreakCause.ROADS)
