"""Another way for those who miss their connection, named in one sentence; nothing of it is held."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import structlog
from service_kit.clock import Clock
from service_kit.errors import ServiceError

from journeys.application.planning import Plan
from journeys.application.ports import Unavailable
from journeys.application.ports_booking import StoredBooking
from journeys.application.question import Question, Travellers
from journeys.application.scheduled import Scheduled
from journeys.domain.journey import UNDER_OWN_POWER, Journey, Mode, PooledOffer, Transit
from journeys.domain.places import Point

_log = structlog.get_logger(__name__)

NAMES = {
    Mode.POOLED_RIDE: "a ride on demand",
    Mode.SHARED_CAR: "a shared car",
    Mode.FOREIGN_ON_DEMAND: "a ride on demand of others",
}


class PlannedOnward:
    """See :class:`.Onward` and :class:`.WayOn`.

    Parameters
    ----------
    plan
        The search.
    release
        Gives back what the search holds.
    zone
        In which passengers are told times.
    """

    def __init__(
        self,
        plan: Callable[[Question], Plan],
        scheduled: Scheduled,
        release: Callable[[Sequence[PooledOffer]], None],
        *,
        clock: Clock,
        zone: ZoneInfo,
    ) -> None:
        self._plan = plan
        self._scheduled = scheduled
        self._release = release
        self._clock = clock
        self._zone = zone

    def sentence(self, booking: StoredBooking, stop_id: str, at_s: int) -> str:
        """See :class:`.Onward`."""
        start = self._scheduled.stop(stop_id)
        return "" if start is None else self.from_point(booking, start, at_s)

    def from_point(self, booking: StoredBooking, start: Point, at_s: int) -> str:
        """See :class:`.WayOn`."""
        journey = booking.journey
        now_s = int(self._clock.now().timestamp())
        travellers = Travellers(journey.seated_count, journey.wheelchair_count, journey.bicycle_count)
        question = Question(start, journey.goal, max(at_s, now_s), now_s, travellers=travellers)
        try:
            plan = self._plan(question)
        except (Unavailable, ServiceError) as error:
            _log.info("no_way_on_searched_for", booking_id=booking.id, error=repr(error))
            return ""
        self._release([offer for each in plan.journeys for offer in each.offers()])
        best = min(plan.journeys, key=lambda each: each.arrive_s, default=None)
        if best is None:
            return f"No other way on from {start.label} is found."
        return (
            f"The next way on: {_name(best)} from {start.label} at {self._told(best.depart_s)},"
            f" there at {self._told(best.arrive_s)}."
        )

    def _told(self, instant_s: int) -> str:
        return datetime.fromtimestamp(instant_s, UTC).astimezone(self._zone).strftime("%H:%M")


def _name(journey: Journey) -> str:
    """What the first vehicle is called."""
    for leg in journey.legs:
        if isinstance(leg.detail, Transit):
            return leg.detail.line or "a train or bus"
        if leg.mode not in UNDER_OWN_POWER:
            return NAMES.get(leg.mode, "another vehicle")
    return "on foot"
