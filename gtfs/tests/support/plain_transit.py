"""A timetable search as plain as it can be, to hold the real one against: every ride and every change is an
edge.

It shares nothing with the search but the written rules: it reads the feed's text itself, evaluates transfer
rules for every pair of vehicles, and looks at all of them. A node is a vehicle arriving at one of its calls,
so its time is fixed, and all that is to be found is which nodes are reached with how many boardings.
"""

import csv
import math
from bisect import bisect_left
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from zipfile import ZipFile
from zoneinfo import ZoneInfo

DAY_S = 86_400
HORIZON_S = DAY_S
Key = tuple[str, date, int]
"""A run: its trip, its service day, and its first departure on the clock."""
Node = tuple[int, int]
Kind = tuple[str, str, str, str]
"""A trip and its stop, and another trip and its."""


@dataclass(frozen=True)
class Call:
    """A call, in Unix seconds."""

    stop: str
    arrive_s: int
    depart_s: int
    on: bool = True
    off: bool = True


@dataclass(frozen=True)
class Run:
    """A vehicle's way; ``row`` is the trip's in the feed, empty for one that realtime added."""

    key: Key
    row: Mapping[str, str]
    calls: tuple[Call, ...]


@dataclass(frozen=True)
class Found:
    """What a journey is compared by."""

    depart_s: int
    arrive_s: int
    boardings: int


def rows_of(path: Path, file: str) -> list[dict[str, str]]:
    """Rows of a table of a zip or folder; none where there is no such file."""
    if path.is_dir():
        if not (path / file).exists():
            return []
        text = (path / file).read_text(encoding="utf-8")
    else:
        with ZipFile(path) as packed:
            if file not in packed.namelist():
                return []
            text = packed.read(file).decode()
    return list(csv.DictReader(text.splitlines()))


def clock_s(text: str) -> int:
    hours, minutes, seconds = text.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds)


class Feed:
    """A feed's text, as far as the search is about it."""

    def __init__(self, path: Path) -> None:
        self.stops = {row["stop_id"]: row for row in rows_of(path, "stops.txt")}
        self.trips = {row["trip_id"]: row for row in rows_of(path, "trips.txt")}
        self.zone = ZoneInfo(rows_of(path, "agency.txt")[0]["agency_timezone"])
        self.calls: dict[str, list[dict[str, str]]] = defaultdict(list)
        for row in rows_of(path, "stop_times.txt"):
            self.calls[row["trip_id"]].append(row)
        for calls in self.calls.values():
            calls.sort(key=lambda row: int(row["stop_sequence"]))
        self.often = rows_of(path, "frequencies.txt")
        self.rules = rows_of(path, "transfers.txt")
        self._weekly = rows_of(path, "calendar.txt")
        self._dates = {(row["service_id"], row["date"]): row for row in rows_of(path, "calendar_dates.txt")}

    def runs_on(self, day: date) -> Iterator[Run]:
        """All runs of a service day, as the timetable has them."""
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=self.zone)
        start_s = round(noon.timestamp()) - DAY_S // 2
        often = defaultdict(list)
        for row in self.often:
            often[row["trip_id"]].append(row)
        for name, trip in self.trips.items():
            if not self._runs(trip["service_id"], day) or len(self.calls[name]) < 2:
                continue
            begin = clock_s(self.calls[name][0]["departure_time"])
            departures = [begin]
            if name in often:
                departures = [
                    clock
                    for row in often[name]
                    for clock in range(
                        clock_s(row["start_time"]), clock_s(row["end_time"]), int(row["headway_secs"])
                    )
                ]
            for departure in departures:
                shift = start_s + departure - begin
                calls = tuple(
                    Call(
                        row["stop_id"],
                        clock_s(row["arrival_time"]) + shift,
                        clock_s(row["departure_time"]) + shift,
                        row.get("pickup_type", "0") != "1",
                        row.get("drop_off_type", "0") != "1",
                    )
                    for row in self.calls[name]
                )
                yield Run((name, day, departure), trip, calls)

    def _runs(self, service: str, day: date) -> bool:
        exception = self._dates.get((service, day.strftime("%Y%m%d")))
        if exception is not None:
            return exception["exception_type"] == "1"
        weekdays = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
        return any(
            row["service_id"] == service
            and row[weekdays[day.weekday()]] == "1"
            and row["start_date"] <= day.strftime("%Y%m%d") <= row["end_date"]
            for row in self._weekly
        )

    def station(self, stop: str) -> str:
        return self.stops.get(stop, {}).get("parent_station") or stop

    def walk_s(self, start: str, end: str) -> int | None:
        """Between platforms of one station by the straight line; 0 where one stays."""
        if start == end:
            return 0
        return self.straight_s(start, end) if self.station(start) == self.station(end) else None

    def straight_s(self, start: str, end: str) -> int:
        lat, lon, other_lat, other_lon = (
            float(self.stops[stop][column]) for stop in (start, end) for column in ("stop_lat", "stop_lon")
        )
        east = (other_lon - lon) * math.cos(math.radians((lat + other_lat) / 2))
        metres = math.hypot(east, other_lat - lat) * 111_195.0
        return max(60, math.ceil(metres * 1.3 / 1.2))

    def change(self, before: Run, start: str, after: Run, end: str) -> tuple[int, int] | None:
        """Seconds that a change takes at least, and how many of them one walks; None where it cannot be."""
        walk = self.walk_s(start, end)
        told = None
        for place, rule in enumerate(self.rules):
            kind = rule["transfer_type"] or "0"
            if kind not in {"0", "1", "2", "3"}:
                continue
            if rule["from_stop_id"] not in {start, self.station(start)}:
                continue
            if rule["to_stop_id"] not in {end, self.station(end)}:
                continue
            rank = 0
            for side, run in (("from", before), ("to", after)):
                trip, route = rule.get(f"{side}_trip_id"), rule.get(f"{side}_route_id")
                if trip and trip != run.row.get("trip_id"):
                    break
                if route and route != run.row.get("route_id"):
                    break
                rank += 10 if trip else 4 if route else 0
            else:
                family = [
                    sum(self.station(stop) == rule[column] for stop in self.stops)
                    + (rule[column] not in {self.station(stop) for stop in self.stops})
                    for column in ("from_stop_id", "to_stop_id")
                ]
                candidate = (rank, -family[0] * family[1], -place)
                if told is None or candidate > told[0]:
                    told = (candidate, kind, rule.get("min_transfer_time") or "")
        if told is None:
            return None if walk is None else (walk, walk)
        if told[1] == "3":
            return None
        if walk is None:
            walk = self.straight_s(start, end)
        if told[1] == "1":
            return 0, 0
        if told[1] == "2" and told[2]:
            return int(told[2]), min(walk, int(told[2]))
        return walk, walk

    def singles_out(self, start: str, end: str) -> bool:
        """Whether any rule between two stops is about some trips or lines only."""
        return any(
            rule["from_stop_id"] in {start, self.station(start)}
            and rule["to_stop_id"] in {end, self.station(end)}
            and any(rule.get(f"{side}_{of}_id") for side in ("from", "to") for of in ("trip", "route"))
            for rule in self.rules
        )

    def near(self, stop: str) -> set[str]:
        """Stops to which a way may lead."""
        family = {other for other in self.stops if self.station(other) == self.station(stop)} | {stop}
        for rule in self.rules:
            if rule.get("from_stop_id") in {stop, self.station(stop)}:
                to = rule["to_stop_id"]
                family |= {to} | {other for other in self.stops if self.station(other) == to}
        return family

    def seated(self, before: Run, day_runs: Sequence[Run]) -> Run | None:
        """The run that passengers may stay seated into."""
        name, day, _ = before.key
        often = {row["trip_id"] for row in self.often}
        told = {
            (rule.get("from_trip_id"), rule.get("to_trip_id")): rule["transfer_type"]
            for rule in self.rules
            if rule["transfer_type"] in {"4", "5"}
        }
        ends_s = before.calls[-1].arrive_s
        for run in day_runs:
            if told.get((name, run.key[0])) == "4" and run.key[1] == day:
                return run if run.calls[0].depart_s >= ends_s else None
        block = before.row.get("block_id")
        if not block or name in often:
            return None
        following = [
            run
            for run in day_runs
            if run.key[1] == day
            and run.row.get("block_id") == block
            and run.key[0] not in often
            and run.key != before.key
            and run.calls[0].depart_s >= ends_s
        ]
        if not following:
            return None
        after = min(following, key=lambda run: (run.calls[0].depart_s, run.calls[-1].arrive_s))
        if told.get((name, after.key[0])) == "5":
            return None
        same = self.station(before.calls[-1].stop) == self.station(after.calls[0].stop)
        return after if same else None


Label = tuple[int, int, int, frozenset[int]]
"""Boardings, seconds on foot, cents, and zones seen."""


def is_better(one: Label, other: Label) -> bool:
    """Whether a label is at least as good in everything."""
    return all(a <= b for a, b in zip(one[:3], other[:3], strict=True)) and one[3] <= other[3]


@dataclass(frozen=True)
class Price:
    """What parts of a journey cost: a boarding, the ride between two calls, a count of zones."""

    boarding: Callable[[Run], int]
    ride: Callable[[str, str], int]
    zone: Callable[[str], int | None]
    zones: Callable[[int], int]


@dataclass
class Graph:
    """All that can be ridden around some days, as edges between nodes.

    ``changed`` tells by run what realtime made of it: nothing, or other calls; ``added`` runs nobody planned.
    """

    feed: Feed
    first: date
    last: date
    changed: Mapping[Key, Run | None] = field(default_factory=dict)
    added: Sequence[Run] = ()

    def __post_init__(self) -> None:
        days = [self.first + timedelta(number) for number in range((self.last - self.first).days + 1)]
        planned = {day: list(self.feed.runs_on(day)) for day in days}
        self.runs: list[Run] = []
        number_of: dict[Key, int] = {}
        for run in (run for day in days for run in planned[day]):
            now = self.changed.get(run.key, run)
            if now is not None:
                number_of[run.key] = len(self.runs)
                self.runs.append(now)
        self.runs += self.added
        self.onwards: dict[Node, list[tuple[Node, int, int]]] = defaultdict(list)
        self.backwards: dict[Node, list[tuple[Node, int, int]]] = defaultdict(list)
        self._list_calls()
        self._wait()
        self._ride_and_change()
        for run in (run for day in days for run in planned[day]):
            after = self.feed.seated(run, planned[run.key[1]])
            if after is not None and run.key in number_of and after.key in number_of:
                a, b = number_of[run.key], number_of[after.key]
                if self.runs[b].calls[0].depart_s >= self.runs[a].calls[-1].arrive_s:
                    self._edge((a, len(self.runs[a].calls) - 1), (b, 1), 0, 0)

    def _list_calls(self) -> None:
        self._departures: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
        self._arrivals: dict[str, list[tuple[Node, int]]] = defaultdict(list)
        for number, run in enumerate(self.runs):
            for call, at in enumerate(run.calls):
                if at.on and call + 1 < len(run.calls):
                    self._departures[at.stop].append((at.depart_s, number, call))
                if at.off and call:
                    self._arrivals[at.stop].append(((number, call), at.arrive_s))
        for listed in self._departures.values():
            listed.sort()

    def _wait(self) -> None:
        """Waiting at a stop is a row of nodes as well, one for every departure."""
        self._waiting = {stop: -1 - number for number, stop in enumerate(self._departures)}
        self._stop_waiting = {number: stop for stop, number in self._waiting.items()}
        for stop, listed in self._departures.items():
            for place, (_, number, call) in enumerate(listed):
                self._edge((self._waiting[stop], place), (number, call + 1), 1, 0)
                if place + 1 < len(listed):
                    self._edge((self._waiting[stop], place), (self._waiting[stop], place + 1), 0, 0)

    def _ride_and_change(self) -> None:
        near = {stop: self.feed.near(stop) for stop in self.feed.stops}
        kinds: dict[Kind, tuple[int, int] | None] = {}
        for number, run in enumerate(self.runs):
            for call in range(1, len(run.calls)):
                at = run.calls[call]
                if call + 1 < len(run.calls):
                    self._edge((number, call), (number, call + 1), 0, 0)
                if at.off:
                    for stop in near[at.stop] & self._departures.keys():
                        self._changes((number, call), run, at, stop, kinds)

    def _changes(
        self, node: Node, run: Run, at: Call, stop: str, kinds: dict[Kind, tuple[int, int] | None]
    ) -> None:
        listed = self._departures[stop]
        if not self.feed.singles_out(at.stop, stop):
            way = self.feed.change(run, at.stop, run, stop)
            if way is not None:
                place = bisect_left(listed, (at.arrive_s + way[0], -1, -1))
                if place < len(listed):
                    self._edge(node, (self._waiting[stop], place), 0, way[1])
            return
        for depart_s, other, boarded in listed[bisect_left(listed, (at.arrive_s, -1, -1)) :]:
            after = self.runs[other]
            kind = (str(run.row.get("trip_id")), at.stop, str(after.row.get("trip_id")), stop)
            if kind not in kinds:
                kinds[kind] = self.feed.change(run, at.stop, after, stop)
            way = kinds[kind]
            if way is not None and depart_s >= at.arrive_s + way[0]:
                self._edge(node, (other, boarded + 1), 1, way[1])

    def _edge(self, node: Node, to: Node, boardings: int, walk_s: int) -> None:
        self.onwards[node].append((to, boardings, walk_s))
        self.backwards[to].append((node, boardings, walk_s))

    def boarded(self, at_s: int, access: Mapping[str, int]) -> dict[Node, int]:
        """Nodes that one reaches by boarding the first vehicle; the latest time to leave for each."""
        found: dict[Node, int] = {}
        for stop, seconds in access.items():
            for depart_s, run, call in self._departures.get(stop, ()):
                if at_s <= depart_s - seconds <= at_s + HORIZON_S:
                    found[run, call + 1] = max(found.get((run, call + 1), 0), depart_s - seconds)
        return found

    def reached(self, egress: Mapping[str, int]) -> dict[Node, int]:
        """Nodes from which the goal is reached, and when."""
        return {
            node: arrive_s + seconds
            for stop, seconds in egress.items()
            for node, arrive_s in self._arrivals.get(stop, ())
        }

    def departing(self, at_s: int, access: Mapping[str, int], most: int) -> dict[Node, int]:
        """By node, the fewest boardings; those it takes more than ``most`` for are left out."""
        return fewest(self.boarded(at_s, access), lambda node: self.onwards[node], most)

    def earliest(self, counts: Mapping[Node, int], at_s: int, egress: Mapping[str, int]) -> list[Found]:
        """For each count of boardings the earliest arrival, where it is earlier than all with fewer."""
        ends = [
            (counts[node], arrive_s)
            for node, arrive_s in self.reached(egress).items()
            if node in counts and arrive_s <= at_s + HORIZON_S
        ]
        found: list[Found] = []
        for boardings, arrive_s in sorted(ends):
            if not found or arrive_s < found[-1].arrive_s:
                found.append(Found(at_s, arrive_s, boardings))
        return found

    def latest(
        self, at_s: int, access: Mapping[str, int], egress: Mapping[str, int], most: int
    ) -> list[Found]:
        """For each count of boardings the latest departure that arrives at the time or earlier."""
        ends = [
            node for node, arrive_s in self.reached(egress).items() if at_s - HORIZON_S <= arrive_s <= at_s
        ]
        counts = fewest(ends, lambda node: self.backwards[node], most)
        starts = [
            (counts[node], -depart_s)
            for node, depart_s in self.boarded(at_s - HORIZON_S, access).items()
            if node in counts
        ]
        found: list[Found] = []
        for boardings, depart_s in sorted(starts):
            if not found or -depart_s > found[-1].depart_s:
                found.append(Found(-depart_s, at_s, boardings))
        return found

    def choices(
        self, at_s: int, access: Mapping[str, int], egress: Mapping[str, int], most: int, price: "Price"
    ) -> set[tuple[int, int, int, int]]:
        """Arrival, boardings, seconds on foot and cents of all journeys that no other is better than in all
        four.
        """
        labels: dict[Node, set[Label]] = defaultdict(set)
        work: deque[tuple[Node, Label]] = deque()

        def reach(node: Node, label: Label) -> None:
            if any(is_better(known, label) for known in labels[node]):
                return
            labels[node] = {known for known in labels[node] if not is_better(label, known)} | {label}
            work.append((node, label))

        for stop, seconds in access.items():
            listed = self._departures.get(stop, [])
            place = bisect_left(listed, (at_s + seconds, -1, -1))
            if place < len(listed) and listed[place][0] <= at_s + HORIZON_S:
                reach((self._waiting[stop], place), (0, seconds, 0, frozenset()))
        while work:
            node, label = work.popleft()
            if label not in labels[node]:
                continue
            for to, boardings, walk_s in self.onwards[node]:
                count, walked, cents, zones = label
                if count + boardings > most or self._time(to) > at_s + HORIZON_S:
                    continue
                if to[0] >= 0:
                    run = self.runs[to[0]]
                    before, here = run.calls[to[1] - 1].stop, run.calls[to[1]].stop
                    cents += boardings * price.boarding(run) + price.ride(before, here)
                    zones |= {zone for zone in map(price.zone, (before, here)) if zone is not None}
                reach(to, (count + boardings, walked + walk_s, cents, zones))
        ends = [
            (arrive_s, count, walked + arrive_s - self._time(node), cents + price.zones(len(zones)))
            for node, arrive_s in self.reached(egress).items()
            if arrive_s <= at_s + HORIZON_S
            for count, walked, cents, zones in labels.get(node, ())
        ]
        return {
            one
            for one in ends
            if not any(
                other != one and all(a <= b for a, b in zip(other, one, strict=True)) for other in ends
            )
        }

    def _time(self, node: Node) -> int:
        if node[0] >= 0:
            return self.runs[node[0]].calls[node[1]].arrive_s
        return self._departures[self._stop_waiting[node[0]]][node[1]][0]

    def within(
        self, at_s: int, range_s: int, access: Mapping[str, int], egress: Mapping[str, int], most: int
    ) -> list[Found]:
        """All journeys that leave in a range and that no other one is better than."""
        ends = self.reached(egress)
        times = {depart_s for depart_s in self.boarded(at_s, access).values() if depart_s <= at_s + range_s}
        # What is no better than leaving after the range is not worth taking.
        times.add(at_s + range_s + 1)
        every = []
        for depart_s in times:
            first = {
                node: None
                for node, latest_s in self.boarded(depart_s, access).items()
                if latest_s >= depart_s
            }
            counts = fewest(first, lambda node: self.onwards[node], most)
            every += [
                Found(depart_s, ends[node], counts[node])
                for node in ends.keys() & counts.keys()
                if ends[node] <= at_s + range_s + HORIZON_S
            ]
        return [one for one in best_of(every) if one.depart_s <= at_s + range_s]


def best_of(every: Iterable[Found]) -> list[Found]:
    """Those that no other one is better than, the latest departure first, then the fewest boardings."""
    found: list[Found] = []
    for one in sorted(set(every), key=lambda one: (-one.depart_s, one.boardings, one.arrive_s)):
        if not any(
            other.depart_s >= one.depart_s
            and other.arrive_s <= one.arrive_s
            and other.boardings <= one.boardings
            for other in found
        ):
            found.append(one)
    return found


def fewest(
    starts: Iterable[Node], edges: Callable[[Node], Iterable[tuple[Node, int, int]]], most: int
) -> dict[Node, int]:
    """Dijkstra's algorithm over the count of boardings; as an edge has none or one, its queue has two
    ends.
    """
    done: dict[Node, int] = {}
    open_ends = deque((1, node) for node in starts)
    while open_ends:
        count, node = open_ends.popleft()
        if node in done:
            continue
        done[node] = count
        for to, boardings, _ in edges(node):
            if to in done:
                continue
            if boardings == 0:
                open_ends.appendleft((count, to))
            elif count < most:
                open_ends.append((count + 1, to))
    return done
