"""A made-up village with a train: the streets of the little district, and a station at its eastern end."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from journeys.adapters.district_folder import JourneyArea, read_journey_area
from journeys.application.question import Period, Question
from journeys.domain.cars import Car
from journeys.domain.journey import Journey
from journeys.domain.places import Point
from little_district import FEED, write_feed, write_map
from routing_core.places import gazetteer
from routing_core.places.osm import read_places
from routing_core.roads.build import build_graph
from routing_core.roads.network import RoadNetwork
from routing_core.roads.osm import read_streets
from routing_core.roads.profile import load_profile

ZONE = ZoneInfo("Europe/Berlin")
WEST, EAST = Point(53.5001, 13.2001, "Westend"), Point(53.5001, 13.2399, "Ostend")
FAR = Point(53.5201, 13.4999, "Großstadt")
TRAIN = {
    **FEED,
    "stops.txt": "stop_id,stop_name,stop_lat,stop_lon\nw,Westend,53.5001,13.2001\ne,Ostend,53.5001,13.2399\n"
    "c,Großstadt,53.5200,13.5000\n",
    "routes.txt": "route_id,agency_id,route_short_name,route_type\nre,b,RE,2\n",
    "trips.txt": "route_id,service_id,trip_id\nre,d,t1\nre,d,t2\n",
    "stop_times.txt": "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
    "t1,08:30:00,08:30:00,e,1\nt1,08:50:00,08:50:00,c,2\n"
    "t2,09:30:00,09:30:00,c,1\nt2,09:50:00,09:50:00,e,2\n",
}


def at_s(clock: str) -> int:
    return round(datetime.fromisoformat(f"2026-03-10T{clock}").replace(tzinfo=ZONE).timestamp())


def at(clock: str) -> datetime:
    return datetime.fromtimestamp(at_s(clock), ZONE)


def make_area(folder: Path) -> JourneyArea:
    """Roads for everybody, and the train."""
    extract = write_map(folder / "map.osm")
    write_feed(folder / "timetable.gtfs.zip", TRAIN)
    for name, profile in (("roads", "car"), ("roads_walk", "walk"), ("roads_bike", "bike")):
        graph, _ = build_graph(read_streets(extract, load_profile(profile)))
        RoadNetwork(graph).save(folder / name, {})
    gazetteer.save_places(read_places(extract), folder / gazetteer.FILE)
    return read_journey_area(folder, folder / "var")


def leaving(start: Point, goal: Point, clock: str, now: str = "06:00") -> Question:
    """Leave from then on, within an hour."""
    begin_s = at_s(clock)
    return Question(start, goal, begin_s, at_s(now), max_walk_m=900, period=Period(begin_s, begin_s + 3600))


def arriving(start: Point, goal: Point, clock: str, now: str = "06:00") -> Question:
    """Be there by then, at most two hours earlier."""
    end_s = at_s(clock)
    return Question(
        *(start, goal, end_s, at_s(now)),
        arrive_by=True,
        max_walk_m=900,
        period=Period(end_s - 7200, end_s + 1),
    )


def modes(journeys: Sequence[Journey]) -> list[list[str]]:
    return [[leg.mode.value for leg in journey.legs] for journey in journeys]


@dataclass
class Lending:
    """A desk that lends its car but in some hours."""

    car: Car
    taken: list[tuple[datetime, datetime]] = field(default_factory=list)
    asked: list[tuple[timedelta, int]] = field(default_factory=list)

    def lendable(self) -> list[Car]:
        return [self.car]

    def first_free(
        self, car_id: str, length: timedelta, distance_m: int, starts: Sequence[datetime]
    ) -> datetime | None:
        assert car_id == self.car.id
        self.asked.append((length, distance_m))
        return next(
            (
                start
                for start in starts
                if all(start + length <= begin or end <= start for begin, end in self.taken)
            ),
            None,
        )
