"""Small feeds written in the tests, and journeys priced by them."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from timetable.fares.answers import Json, answer_json
from timetable.fares.itinerary import Journey, Leg
from timetable.fares.pricing import Fares, Version
from timetable.tables import Feed

STOPS = "stop_id,location_type,parent_station\na,,\nb,,\nc,,\nd,,\n"
ROUTES = "route_id,route_type,network_id\nbus,3,bus\ntram,0,tram\nferry,4,\n"
AREAS = "area_id\nA\nB\nC\nD\n"
STOP_AREAS = "area_id,stop_id\nA,a\nB,b\nC,c\n"
CALENDAR = (
    "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
    "weekday,1,1,1,1,1,0,0,20260101,20261231\n"
    "always,1,1,1,1,1,1,1,20260101,20261231\n"
)

Write = Callable[..., Feed]
Ask = Callable[..., Json]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a feed of files by name without ``.txt``; what every feed needs is there already."""

    def written(**files: str) -> Feed:
        basis = {
            "agency": "agency_name,agency_url,agency_timezone\nLand,x,Europe/Berlin\n",
            "stops": STOPS,
            "routes": ROUTES,
            "calendar": CALENDAR,
        }
        for name, content in (basis | files).items():
            if content:
                (tmp_path / f"{name}.txt").write_text(content, encoding="utf-8")
        return Feed(tmp_path)

    return written


@pytest.fixture
def ask(write: Write) -> Ask:
    """Price one journey by a feed of files; see ``leg`` for how a leg is written."""

    def asked(
        *legs: str,
        rider: str | None = None,
        medium: str | None = None,
        version: Version | None = None,
        **files: str,
    ) -> Json:
        fares = Fares(write(**files), version)
        journey = Journey(tuple(leg(text, fares) for text in legs), rider, medium)
        return answer_json(next(fares.price([fares.checked(journey)])))

    return asked


def leg(text: str, fares: Fares) -> Leg:
    """Read a leg as in ``bus a b 08:00 08:20``, on a Wednesday unless a date follows.

    A route that begins with # is a trip.
    """
    route, start, end, *times = text.split()
    clock = fares.stops.clock
    day = times[2] if len(times) > 2 else "2026-06-10"
    instants = [datetime.fromisoformat(f"{day}T{time}").replace(tzinfo=clock) for time in times[:2]]
    departure, arrival = (*instants, None, None)[:2]
    if route.startswith("#"):
        return Leg(start, end, trip=route[1:], departure=departure, arrival=arrival)
    return Leg(start, end, route=route, departure=departure, arrival=arrival)
