"""Places as fares see them: a stop's station, areas, zone of v1 and clock; a route's network and agency."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from zoneinfo import ZoneInfo

from timetable.findings import Findings
from timetable.tables import Feed, Table

STATION, ENTRANCE, BOARDING_AREA = "1", "2", "4"
FALLBACK_CLOCK = "Etc/UTC"


class Stops:
    """The stops of a feed as fares need them."""

    def __init__(self, feed: Feed) -> None:
        stops = feed.table(
            "stops.txt", ["stop_id", "zone_id", "location_type", "parent_station", "stop_timezone"]
        )
        self._has_stops = feed.has("stops.txt")
        self._parents = {
            stop: parent for _, (stop, parent) in stops.rows("stop_id", "parent_station") if stop
        }
        self._zones = {
            stop: zone
            for _, (stop, zone, kind) in stops.rows("stop_id", "zone_id", "location_type")
            if zone and kind not in {STATION, ENTRANCE}
        }
        self._boarding_areas = {
            stop for _, (stop, kind) in stops.rows("stop_id", "location_type") if kind == BOARDING_AREA
        }
        self.clock = _agency_clock(feed)
        """The agency's time zone."""
        self._clocks = self._own_clocks(stops, feed.findings)
        self._areas: dict[str, set[str]] = defaultdict(set)
        self._read_areas(feed)
        self._check_parents(stops, feed.findings)

    def _own_clocks(self, stops: Table, findings: Findings) -> Mapping[str, ZoneInfo]:
        clocks = {}
        for line, (stop, name) in stops.rows("stop_id", "stop_timezone"):
            if name and (clock := _clock(name)) is None:
                findings.error(stops.file, line, "stop_timezone", f"{name!r} is no time zone")
            elif name and clock is not None:
                clocks[stop] = clock
        return clocks

    def _read_areas(self, feed: Feed) -> None:
        has_areas = feed.has("areas.txt")
        areas = set(feed.table("areas.txt", ["area_id"]).column("area_id"))
        table = feed.table("stop_areas.txt")
        for line, (area, stop) in table.rows("area_id", "stop_id"):
            if not area or not stop:
                feed.findings.error(table.file, line, "stop_id" if area else "area_id", "no value")
                continue
            if has_areas and area not in areas:
                feed.findings.error(table.file, line, "area_id", f"{area!r} is not in areas.txt")
            if self._has_stops and stop not in self._parents:
                feed.findings.error(table.file, line, "stop_id", f"{stop!r} is not in stops.txt")
            self._areas[stop].add(area)

    def _check_parents(self, stops: Table, findings: Findings) -> None:
        for line, (stop, parent) in stops.rows("stop_id", "parent_station"):
            if parent and parent not in self._parents:
                findings.error(stops.file, line, "parent_station", f"{parent!r} is not in stops.txt")
            elif parent and self._parents.get(self.station(stop)) in self._parents:
                findings.error(stops.file, line, "parent_station", f"{parent!r} is its own ancestor")

    def known(self, stop: str) -> bool:
        """Whether the feed tells of the stop; where it has no ``stops.txt``, all are taken as known."""
        return not self._has_stops or stop in self._parents or stop in self._areas

    def _lineage(self, stop: str) -> list[str]:
        """Return the stop, its platform or station, and so on up; each once."""
        line = [stop]
        while (parent := self._parents.get(line[-1], "")) in self._parents and parent not in line:
            line.append(parent)
        return line

    def station(self, stop: str) -> str:
        """Return the station of a stop; a stop without one is its own."""
        return self._lineage(stop)[-1]

    def within(self, stop: str, place: str) -> bool:
        """Whether the stop is the place or belongs to it."""
        return place in self._lineage(stop)

    def areas(self, stop: str) -> frozenset[str]:
        """Return the stop's areas: its own, or else those of the nearest parent that has any."""
        for place in self._lineage(stop):
            if areas := self._areas.get(place):
                return frozenset(areas)
        return frozenset()

    def zone(self, stop: str) -> str:
        """Return the ``zone_id`` of a stop, empty where it has none; that of a station does not count."""
        zone = self._zones.get(stop, "")
        if not zone and stop in self._boarding_areas:
            return self._zones.get(self._parents[stop], "")
        return zone

    def clock_at(self, stop: str) -> ZoneInfo:
        """Return the time zone of a stop: its station's, or else the agency's."""
        return self._clocks.get(self.station(stop), self.clock)


class Routes:
    """Networks and agencies of routes, and the routes of trips."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        routes = feed.table("routes.txt", ["route_id", "agency_id", "network_id"])
        self._has_routes = feed.has("routes.txt")
        self._agencies = {route: agency for _, (route, agency) in routes.rows("route_id", "agency_id")}
        self._networks = {route: name for _, (route, name) in routes.rows("route_id", "network_id") if name}
        if routes.has("network_id"):
            for file in ("networks.txt", "route_networks.txt"):
                if feed.has(file):
                    feed.findings.error(file, None, None, "forbidden where routes.txt has a network_id")
        self._read_networks(feed)
        self._trips: Mapping[str, str] | None = None
        agencies = feed.table("agency.txt", ["agency_id"]).column("agency_id")
        self._only_agency = agencies[0] if len(agencies) == 1 else ""

    def _read_networks(self, feed: Feed) -> None:
        has_networks = feed.has("networks.txt")
        networks = set(feed.table("networks.txt", ["network_id"]).column("network_id"))
        table = feed.table("route_networks.txt")
        for line, (network, route) in table.rows("network_id", "route_id"):
            if not network or not route:
                feed.findings.error(table.file, line, "route_id" if network else "network_id", "no value")
                continue
            if has_networks and network not in networks:
                feed.findings.error(table.file, line, "network_id", f"{network!r} is not in networks.txt")
            if self._has_routes and route not in self._agencies:
                feed.findings.error(table.file, line, "route_id", f"{route!r} is not in routes.txt")
            if (other := self._networks.setdefault(route, network)) != network:
                feed.findings.error(
                    table.file,
                    line,
                    "network_id",
                    f"route {route!r} is in {other!r} already, not in {network!r}",
                )

    @property
    def networks(self) -> frozenset[str]:
        """Networks that any route belongs to."""
        return frozenset(self._networks.values())

    def known(self, route: str) -> bool:
        """Whether the feed tells of the route; where it has no ``routes.txt``, all are taken as known."""
        return not self._has_routes or route in self._agencies or route in self._networks

    def network(self, route: str) -> str:
        """Return the route's network, empty where it has none."""
        return self._networks.get(route, "")

    def agency(self, route: str) -> str:
        """Return the route's agency; without one that of a feed with only one."""
        return self._agencies.get(route, "") or self._only_agency

    def of_trip(self, trip: str) -> str | None:
        """Return the route of a trip, ``None`` for a trip that the feed does not have."""
        if self._trips is None:
            trips = self._feed.table("trips.txt", ["trip_id", "route_id"])
            self._trips = {name: route for _, (name, route) in trips.rows("trip_id", "route_id")}
        return self._trips.get(trip)


def stops_of_trips(feed: Feed, trips: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    """Return the stops of some trips in the order of travel, by trip; trips without stops are left out."""
    wanted = set(trips)
    found: dict[str, list[tuple[int, str]]] = defaultdict(list)
    if wanted:
        for batch in feed.batches("stop_times.txt", ["trip_id", "stop_sequence", "stop_id"]):
            for _, (trip, sequence, stop) in batch.rows("trip_id", "stop_sequence", "stop_id"):
                if trip in wanted and stop and sequence.isdecimal():
                    found[trip].append((int(sequence), stop))
    return {trip: tuple(stop for _, stop in sorted(stops)) for trip, stops in found.items()}


def _agency_clock(feed: Feed) -> ZoneInfo:
    agencies = feed.table("agency.txt")
    clock = None
    for line, (name,) in agencies.rows("agency_timezone"):
        found = _clock(name)
        if found is None:
            feed.findings.error("agency.txt", line, "agency_timezone", f"{name!r} is no time zone")
        elif clock is not None and found.key != clock.key:
            feed.findings.error(
                "agency.txt", line, "agency_timezone", f"{name!r} differs from {clock.key!r} above"
            )
        clock = clock or found
    if clock is None:
        feed.findings.error(
            "agency.txt", None, "agency_timezone", f"none that can be used; {FALLBACK_CLOCK} is taken"
        )
        clock = ZoneInfo(FALLBACK_CLOCK)
    return clock


def _clock(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError):  # no such zone; a folder of zones; a path out of the database
        return None
