"""From a message of GTFS-Realtime to the changed answer: how long the journeys service needs.

``./dev bench realtime [FEED]``: the demo district's timetable, or a zip. A message tells of every run that
leaves within six hours of a working day, half of them late; it is read from a file, laid over the timetable
in use, and a journey by a late run is asked for. There is no peer with a door to Python that takes messages.
"""

import random
import sys
import tempfile
import time
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import report
from google.transit import gtfs_realtime_pb2 as wire
from journeys.adapters.realtime_reader import RealtimeReader
from journeys.adapters.realtime_sources import FileSource
from journeys.application.realtime import Realtime
from journeys.application.scheduled import Scheduled
from timetable.schedule import Schedule
from timetable.transit.building import build_timetable
from timetable.transit.query import Query, Reach
from timetable.transit.search import TransitSearch
from timetable.transit.source import read_source

DEMO = Path(__file__).parents[2] / "data" / "demo" / "timetable.gtfs.zip"
SEED = 20_210_616
REPEATS = 9
LATE_S = 600
HOURS = 6
WEDNESDAY = 2


def main() -> None:
    feed = Path(sys.argv[1]) if len(sys.argv) > 1 else DEMO
    source = read_source(feed)
    timetable = build_timetable([source])
    scheduled = Scheduled(TransitSearch(timetable))
    told = Told(source.schedule)
    asked = told.asked_by_its_first_trip(scheduled._search)
    took: dict[str, list[float]] = {"read": [], "laid": [], "asked": [], "altogether": []}
    with tempfile.TemporaryDirectory(prefix="realtime-") as name:
        path = Path(name) / "told.pb"
        reader = RealtimeReader("told", FileSource(path), lambda: source.schedule, timetable, 0)
        realtime = Realtime(scheduled, ["told"], 300.0, told.now_s)
        for number in range(REPEATS):
            before = leaving(scheduled._search, asked)
            new = Path(name) / "new.pb"
            new.write_bytes(told.message(LATE_S + number))
            new.rename(path)
            begun_s = time.perf_counter()
            news = reader.news(told.now_s)
            assert news is not None
            read_s = time.perf_counter()
            realtime.tell("told", news, told.now_s)
            laid_s = time.perf_counter()
            after = leaving(scheduled._search, asked)
            asked_s = time.perf_counter()
            assert after != before, "the answer knows of the delay"
            for step, seconds in (
                ("read", read_s - begun_s),
                ("laid", laid_s - read_s),
                ("asked", asked_s - laid_s),
                ("altogether", asked_s - begun_s),
            ):
                took[step].append(seconds)
        byte_count = path.stat().st_size
    report.publish(
        "realtime",
        [
            {
                "step": words,
                "median, ms": float(np.median(took[step])) * 1e3,
                "worst, ms": max(took[step]) * 1e3,
            }
            for step, words in (
                ("read", "file to overlay, alerts and positions"),
                ("laid", "laid over the timetable in use"),
                ("asked", "first question afterwards"),
                ("altogether", "from the file to the changed answer"),
            )
        ],
        [
            f"{len(timetable.runs.trip):,} runs; a message tells of {len(told.trips):,} of {told.day},",
            f"every other one late, in {byte_count / 1024:,.0f} KiB; {REPEATS} messages.",
        ],
    )


def leaving(search: TransitSearch, asked: Query) -> list[int]:
    return [journey.depart_s for journey in search.departing(asked)]


class Told:
    """Runs of a working day in the middle of a timetable that leave within the hours around noon."""

    def __init__(self, schedule: Schedule) -> None:
        self._schedule = schedule
        middle = schedule.services.first_day + timedelta(schedule.services.runs.shape[1] // 2)
        self.day = middle + timedelta((WEDNESDAY - middle.weekday()) % 7)
        noon = datetime(self.day.year, self.day.month, self.day.day, 12, tzinfo=ZoneInfo(schedule.timezone))
        self._begin_s = round(noon.timestamp()) - 12 * 3600
        self.now_s = self._begin_s + (12 - HOURS // 2) * 3600
        self.trips = [trip for trip in self._running() if self._leaves(trip)]
        random.Random(SEED).shuffle(self.trips)

    def message(self, late_s: int) -> bytes:
        """All runs as they are now; the first of every two is late from its first call on."""
        feed = wire.FeedMessage()
        feed.header.gtfs_realtime_version = "2.0"
        feed.header.timestamp = self.now_s
        first, sequence = self._schedule.trips.first, self._schedule.stop_times.sequence
        for number, trip in enumerate(self.trips):
            update = feed.entity.add(id=str(number)).trip_update
            update.trip.trip_id = self._schedule.trips.ids[trip]
            update.trip.start_date = self.day.strftime("%Y%m%d")
            change = update.stop_time_update.add(stop_sequence=int(sequence[first[trip]]))
            change.departure.delay = 0 if number % 2 else late_s
        data: bytes = feed.SerializeToString()
        return data

    def asked_by_its_first_trip(self, search: TransitSearch) -> Query:
        """A question whose only answer is a late run; that becomes the first one that is told of."""
        for number, trip in enumerate(self.trips):
            query = self._along(trip)
            [*journeys] = search.departing(query)
            if len(journeys) == 1 and [leg.trip for leg in journeys[0].rides] == [trip]:
                self.trips[0], self.trips[number] = trip, self.trips[0]
                return query
        raise SystemExit("no run of the feed is the only way between its ends")

    def _along(self, trip: int) -> Query:
        """From the first stop of a trip to its last one, a minute before it leaves."""
        first, end = self._schedule.trips.first[trip : trip + 2].tolist()
        stops, departs = self._schedule.stop_times.stop, self._schedule.stop_times.departure_s
        at_s = self._begin_s + int(departs[first]) - 60
        return Query(at_s, Reach.of([int(stops[first])]), Reach.of([int(stops[end - 1])]))

    def _running(self) -> list[int]:
        running = self._schedule.services.on(self.day)[self._schedule.trips.service]
        found: list[int] = np.flatnonzero(running & (np.diff(self._schedule.trips.first) > 1)).tolist()
        return found

    def _leaves(self, trip: int) -> bool:
        leaves_s = int(self._schedule.stop_times.departure_s[self._schedule.trips.first[trip]])
        around_noon = abs(leaves_s - 12 * 3600) <= HOURS // 2 * 3600
        return around_noon and trip not in self._repeated

    @cached_property
    def _repeated(self) -> frozenset[int]:
        return frozenset(self._schedule.frequencies.trip.tolist())


if __name__ == "__main__":
    main()
