"""Questions for journeys, read field by field."""

import json
from datetime import datetime, timedelta

from landlinie.journeys.v1 import journey_pb2, place_pb2
from service_kit.faults import NEVER, Faults

from journeys.application.naming import STOP_PREFIX, Naming
from journeys.application.question import (
    MOST_COUNT,
    MOST_WALK_M,
    USUAL_COUNT,
    USUAL_MODES,
    USUAL_STAY_S,
    USUAL_WALK_M,
    Page,
    Payer,
    Question,
    Travellers,
)
from journeys.application.scheduled import Scheduled
from journeys.domain.journey import Mode
from journeys.domain.lifts import Claims
from journeys.domain.places import Point
from journeys.entrypoints.place_calls import position_of

LONGEST_LABEL = 200
MOST_TRAVELLERS = 8
SAME_PLACE_M = 1.0
PAST = timedelta(hours=1)
"""Clocks of callers may be so far behind; what is over for longer is nobody's journey any more."""
AHEAD = timedelta(days=366)
_NOWHERE = Point(0.0, 0.0)
_MODES = {
    value: Mode[name.removeprefix("MODE_")]
    for name, value in journey_pb2.Mode.items()
    if name.removeprefix("MODE_") in Mode.__members__
}


class Questions:
    """Reads questions; places are looked up in what the service knows."""

    def __init__(self, naming: Naming, scheduled: Scheduled) -> None:
        self._naming = naming
        self._scheduled = scheduled

    def question(
        self, request: journey_pb2.PlanJourneysRequest, now: datetime, credential: str, faults: Faults
    ) -> Question:
        """What is asked; ``credential`` is the caller's, to ask for prices of their account."""
        start = self.point(request, "from", faults)
        goal = self.point(request, "to", faults)
        if not faults.found and start.distance_m(goal) < SAME_PLACE_M:
            faults.add("to", "is the place one leaves from", "SAME_PLACE")
        at = _time(request, now, faults)
        if request.max_walk_m > MOST_WALK_M:
            faults.add("max_walk_m", f"{request.max_walk_m} is more than {MOST_WALK_M}", "WALK_TOO_LONG")
        if request.max_journey_count > MOST_COUNT:
            faults.add(
                "max_journey_count",
                f"{request.max_journey_count} is more than {MOST_COUNT}",
                "COUNT_OUT_OF_RANGE",
            )
        payer = faults.identifier(request.payer, "payer", needed=False)
        return Question(
            start,
            goal,
            at_s=round(at.timestamp()),
            now_s=round(now.timestamp()),
            arrive_by=request.WhichOneof("time") == "arrive_by",
            travellers=_travellers(request, faults),
            modes=_modes(request, faults),
            max_walk_m=request.max_walk_m or USUAL_WALK_M,
            max_count=request.max_journey_count or USUAL_COUNT,
            payer=Payer(payer, credential) if payer else Payer(),
            stay_s=faults.duration_s(request.stay, "stay") if request.HasField("stay") else USUAL_STAY_S,
            claims=Claims(
                request.passenger_is_woman,
                faults.identifier(request.school_id, "school_id", needed=False),
            ),
        )

    def point(self, request: object, field: str, faults: Faults) -> Point:
        """The place in a field of a request."""
        place: place_pb2.Place = getattr(request, field)
        label = faults.text(place.label, f"{field}.label", LONGEST_LABEL)
        match place.WhichOneof("where"):
            case "position":
                latitude_deg, longitude_deg = position_of(place.position, f"{field}.position", faults)
                if faults.found:
                    return _NOWHERE
                return Point(latitude_deg, longitude_deg, label)
            case "stop_id":
                return self._stop(place.stop_id, label, f"{field}.stop_id", faults)
            case "place_id":
                return self._place(place.place_id, label, f"{field}.place_id", faults)
            case _:
                faults.add(field, "is missing", "FIELD_MISSING")
                return _NOWHERE

    def _place(self, place_id: str, label: str, field: str, faults: Faults) -> Point:
        if place_id.startswith(STOP_PREFIX):
            return self._stop(place_id.removeprefix(STOP_PREFIX), label, field, faults)
        place = self._naming.place(place_id)
        if place is None:
            faults.add(field, f"there is no place {place_id[:80]!r}", "PLACE_NOT_FOUND")
            return _NOWHERE
        return Point(place.latitude_deg, place.longitude_deg, label or place.label)

    def _stop(self, stop_id: str, label: str, field: str, faults: Faults) -> Point:
        point = self._scheduled.stop(stop_id)
        if point is None:
            faults.add(field, f"there is no stop {stop_id[:80]!r}", "STOP_NOT_FOUND")
            return _NOWHERE
        return Point(point.latitude_deg, point.longitude_deg, label or point.label, stop_id)


def page_of(position: str) -> Page | None:
    """The page a token stands for; the first one for none."""
    if not position:
        return None
    edge_s, earlier, far_s, shown = json.loads(position)
    return Page(edge_s, earlier, far_s, tuple(shown))


def position_in(page: Page | None) -> str:
    """What is sealed into a token; empty where there is no page."""
    return "" if page is None else json.dumps([page.edge_s, page.earlier, page.far_s, page.shown])


def _time(request: journey_pb2.PlanJourneysRequest, now: datetime, faults: Faults) -> datetime:
    name = request.WhichOneof("time")
    if name is None:
        faults.add("depart_at", "is missing, and so is arrive_by", "FIELD_MISSING")
        return now
    at = faults.instant(getattr(request, name), name)
    if at == NEVER:
        return now
    if at < now - PAST:
        faults.add(name, f"{at.isoformat()} is over", "TIME_IN_PAST")
    elif at > now + AHEAD:
        faults.add(name, f"{at.isoformat()} is more than {AHEAD.days} days ahead", "TIME_BEYOND_HORIZON")
    return at


def _travellers(request: journey_pb2.PlanJourneysRequest, faults: Faults) -> Travellers:
    if not request.HasField("travellers"):
        return Travellers()
    told = request.travellers
    for name in ("seated_count", "wheelchair_count", "bicycle_count"):
        if getattr(told, name) > MOST_TRAVELLERS:
            faults.add(
                f"travellers.{name}",
                f"{getattr(told, name)} is more than {MOST_TRAVELLERS}",
                "TOO_MANY_PASSENGERS",
            )
    if told.seated_count + told.wheelchair_count == 0:
        faults.add("travellers", "are nobody", "NO_PASSENGERS")
    return Travellers(told.seated_count, told.wheelchair_count, told.bicycle_count)


def _modes(request: journey_pb2.PlanJourneysRequest, faults: Faults) -> frozenset[Mode]:
    known = journey_pb2.Mode.values()
    for number, value in enumerate(request.modes):
        if value not in known or value == journey_pb2.MODE_UNSPECIFIED:
            faults.add(f"modes[{number}]", f"{value} is none of the values there are", "ENUM_INVALID")
    if not request.modes:
        return USUAL_MODES
    return frozenset(_MODES[value] for value in request.modes if value in _MODES)
