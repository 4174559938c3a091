"""The demo's tours: proposed for the next day on which trucks drive, for somebody to look at and approve."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from landlinie.waste.v1 import tour_planning_pb2

from onebox.client import DEADLINE_S, Services
from onebox.district import District
from onebox.seeding import content_id

LAST_H = 11
"""Until then today's tours are proposed, later those of the next working day."""
TIME_LIMIT_S = 10
LOOKS_BEFORE = 3
"""What sensors told is judged first: both at once would make the first minute of the demo a slow one."""
MOST_TRIES = 3
SATURDAY = 5

_OVER = {
    tour_planning_pb2.TOUR_PROPOSAL_STATE_DONE,
    tour_planning_pb2.TOUR_PROPOSAL_STATE_FAILED,
    tour_planning_pb2.TOUR_PROPOSAL_STATE_CANCELLED,
}


def tour_day(now: datetime, zone: ZoneInfo) -> date:
    """The day whose tours are looked at next."""
    local = now.astimezone(zone)
    day = local.date() if local.hour < LAST_H else local.date() + timedelta(days=1)
    while day.weekday() >= SATURDAY:
        day += timedelta(days=1)
    return day


class DemoTours:
    """Has tours of a depot's next day worked out where there are none; again where that failed."""

    def __init__(self, district: District, depot_id: str) -> None:
        self._zone = ZoneInfo(district.timezone)
        self._depot_id = depot_id
        self._looks = 0
        self._tries: dict[str, int] = {}
        self._proposal_id = ""

    def look(self, services: Services, now: datetime) -> bool:
        """Begin a proposal, if one is wanted; whether that was so."""
        self._looks += 1
        day = tour_day(now, self._zone).isoformat()
        tried = self._tries.get(day, 0)
        if self._looks <= LOOKS_BEFORE or tried >= MOST_TRIES or self._has_tours(services, day):
            return False
        if tried and self._state(services) not in _OVER:
            return False
        self._tries = {day: tried + 1}
        request = tour_planning_pb2.ProposeToursRequest(
            # As often as services are started anew, the first try of a day is the same one.
            request_id=content_id(f"{self._depot_id} {day} {tried}".encode()),
            depot_id=self._depot_id,
            service_date=day,
            time_limit_s=TIME_LIMIT_S,
        )
        answer = services.tours.ProposeTours(request, timeout=DEADLINE_S)
        self._proposal_id = answer.proposal.proposal_id
        return True

    def _has_tours(self, services: Services, day: str) -> bool:
        request = tour_planning_pb2.ListToursRequest(depot_id=self._depot_id, service_date=day, page_size=1)
        return bool(services.tours.ListTours(request, timeout=DEADLINE_S).tours)

    def _state(self, services: Services) -> int:
        request = tour_planning_pb2.GetTourProposalRequest(proposal_id=self._proposal_id)
        return services.tours.GetTourProposal(request, timeout=DEADLINE_S).proposal.state
