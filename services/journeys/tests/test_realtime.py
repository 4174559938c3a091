"""Real time: brought from files and addresses, laid over the timetable, and told with journeys."""

import gzip
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path

import pytest
from google.transit import gtfs_realtime_pb2 as wire
from journeys.adapters import realtime_sources
from journeys.adapters.district_folder import read_timetable
from journeys.adapters.feed_words import read_words
from journeys.adapters.realtime_reader import RealtimeReader
from journeys.adapters.realtime_sources import FileSource, HttpSource, named, source_of
from journeys.application.live import Concern, Live, Notice, NoticeBook, RideNow
from journeys.application.realtime import Realtime, SourceAway
from journeys.application.scheduled import Scheduled
from journeys.domain.journey import Transit, VehicleNow
from landlinie.journeys.v1 import journey_pb2
from little_district import FEED, write_feed
from planned_village import CALL_S, EAST, MORNING, WEST, Village, asking, at, eventually, forget_village
from service_kit.telemetry.metrics import REGISTRY
from timetable.schedule import NONE
from timetable.schedule_reading import read_schedule
from timetable.transit.query import Query, Reach
from timetable.transit.search import TransitSearch

NOW_S = round(MORNING.timestamp())
DAY = date(2026, 3, 10)
Describe = Callable[[wire.FeedMessage], object]


def message(*describe: Describe, told_s: int = NOW_S) -> bytes:
    """A whole message, told by whoever describes it."""
    feed = wire.FeedMessage()
    feed.header.gtfs_realtime_version = "2.0"
    feed.header.timestamp = told_s
    for each in describe:
        each(feed)
    data: bytes = feed.SerializeToString()
    return data


def update_of(feed: wire.FeedMessage, trip_id: str = "t1") -> wire.TripUpdate:
    entity = feed.entity.add(id=f"e{len(feed.entity)}")
    entity.trip_update.trip.trip_id = trip_id
    entity.trip_update.trip.start_date = "20260310"
    return entity.trip_update


def late(seconds: int) -> Describe:
    def describe(feed: wire.FeedMessage) -> None:
        update_of(feed).stop_time_update.add(stop_id="w").departure.delay = seconds

    return describe


def canceled(feed: wire.FeedMessage) -> None:
    update_of(feed).trip.schedule_relationship = wire.TripDescriptor.CANCELED


def warned(feed: wire.FeedMessage) -> None:
    entity = feed.entity.add(id="roadworks")
    entity.alert.informed_entity.add(route_id="7")
    for language, text in (("en", "Roadworks in Ostend"), ("de", "Bauarbeiten in Ostend")):
        entity.alert.header_text.translation.add(language=language, text=text)


def driving(feed: wire.FeedMessage) -> None:
    vehicle = feed.entity.add(id="bus").vehicle
    vehicle.trip.trip_id, vehicle.trip.start_date = "t1", "20260310"
    vehicle.position.latitude, vehicle.position.longitude = 53.5, 13.21
    vehicle.vehicle.label = "Linie 7"
    vehicle.timestamp = NOW_S - 20
    vehicle.occupancy_status = wire.VehiclePosition.MANY_SEATS_AVAILABLE


@pytest.fixture(scope="module", autouse=True)
def _one_village() -> Iterator[None]:
    yield
    forget_village()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("realtime")
    stops = FEED["stops.txt"].replace("stop_lon\n", "stop_lon,platform_code\n")
    for stop, platform in (("w,Westend,53.5001,13.2001", "A"), ("e,Ostend,53.5001,13.2399", "2b")):
        stops = stops.replace(stop, f"{stop},{platform}")
    write_feed(
        folder / "timetable.gtfs.zip", {**FEED, "stops.txt": stops.replace("54.5,13.2\n", "54.5,13.2,\n")}
    )
    return folder


@dataclass
class Board:
    """A timetable with what a source told of it."""

    scheduled: Scheduled
    reader: RealtimeReader
    realtime: Realtime
    told: list[bytes] = field(default_factory=list)

    def tell(self, data: bytes, now_s: float = NOW_S) -> None:
        self.realtime.tell("source", self.reader.read(data, now_s), now_s)

    def rides(self) -> list[tuple[int, int, Transit]]:
        """The buses of the day as they are told now: departure, arrival, and the rest."""
        stops = self.scheduled.timetable.stop_index
        query = Query(at("07:30").seconds, Reach.of([stops["w"]]), Reach.of([stops["e"]]))
        found = []
        for journey in self.scheduled._search.departing(query):
            [leg] = self.scheduled._told(journey, self.scheduled.live).legs
            assert isinstance(leg.detail, Transit)
            found.append((leg.depart_s, leg.arrive_s, leg.detail))
        return found

    def ride(self) -> tuple[int, int, Transit]:
        """The only one."""
        [ride] = self.rides()
        return ride

    def silent(self) -> list[str]:
        """Who is not heard of."""
        return list(self.scheduled.live.silent)


@pytest.fixture
def board(folder: Path) -> Board:
    timetable = read_timetable(folder, folder / "var")
    feeds = [(folder / "timetable.gtfs.zip", "")]
    scheduled = Scheduled(TransitSearch(timetable), read_words(feeds, timetable))
    schedule, _ = read_schedule(feeds[0][0])
    reader = RealtimeReader("source", lambda: None, lambda: schedule, timetable, 0)
    return Board(scheduled, reader, Realtime(scheduled, ["source"], 300.0, NOW_S))


def test_a_ride_is_told_as_printed_where_nobody_says_anything(board: Board) -> None:
    depart_s, arrive_s, ride = board.ride()
    assert (depart_s, arrive_s) == (at("08:00").seconds, at("08:05").seconds)
    assert (ride.real_time, ride.alerts, ride.vehicle) == (False, (), None)
    assert (ride.agency, ride.board_platform, ride.alight_platform) == ("Bus", "A", "2b")


def test_delays_change_times_and_leave_the_printed_ones(board: Board) -> None:
    board.tell(message(late(600)))
    depart_s, arrive_s, ride = board.ride()
    assert (depart_s, arrive_s) == (at("08:10").seconds, at("08:15").seconds)
    assert (ride.scheduled_depart_s, ride.scheduled_arrive_s) == (at("08:00").seconds, at("08:05").seconds)
    assert ride.real_time
    board.tell(message(late(0)))
    depart_s, _, ride = board.ride()
    assert (depart_s, ride.real_time) == (at("08:00").seconds, True), "in time is told, too"
    board.tell(message(canceled))
    assert board.rides() == []
    board.tell(message())
    assert board.ride()[0] == at("08:00").seconds


def test_notices_and_vehicles_are_told_with_the_rides_they_concern(board: Board) -> None:
    board.tell(message(warned, driving))
    _, _, ride = board.ride()
    assert ride.alerts == ("Bauarbeiten in Ostend",)
    assert ride.vehicle is not None
    place = (ride.vehicle.latitude_deg, ride.vehicle.longitude_deg)
    assert place == pytest.approx((53.5, 13.21))
    assert ride.vehicle == VehicleNow(*place, NOW_S - 20, "Linie 7", "MANY_SEATS_AVAILABLE")
    assert not ride.real_time, "where it is says not yet when it comes"


def test_what_is_too_old_counts_no_more(board: Board) -> None:
    board.tell(message(late(600)))
    board.realtime.look_at(NOW_S + 300)
    assert board.ride()[0] == at("08:10").seconds
    assert board.silent() == []
    board.realtime.look_at(NOW_S + 301)
    assert board.ride()[0] == at("08:00").seconds
    assert board.silent() == ["source"]
    board.tell(message(late(60), told_s=NOW_S + 310), NOW_S + 310)
    assert board.ride()[0] == at("08:01").seconds
    assert board.silent() == []
    board.tell(message(late(600), told_s=NOW_S - 301), NOW_S)
    assert board.ride()[0] == at("08:00").seconds, "old news, brought now, is old news"


def test_a_source_that_never_told_anything_is_named_after_a_while(board: Board) -> None:
    board.realtime.look_at(NOW_S + 10)
    assert board.silent() == []
    board.realtime.look_at(NOW_S + 301)
    assert board.silent() == ["source"]


@pytest.mark.parametrize("data", [b"", b"no message", message()[:-3]], ids=["empty", "text", "cut"])
def test_what_cannot_be_read_changes_nothing(board: Board, data: bytes) -> None:
    board.tell(message(late(600)))
    with pytest.raises(SourceAway, match="source"):
        board.tell(data)
    assert board.ride()[0] == at("08:10").seconds


RIDE = RideNow(route=4, route_type=3, trip=9, day=DAY, stops=(1, 2), depart_s=100, arrive_s=200)


@pytest.mark.parametrize(
    ("concern", "fits"),
    [
        (Concern(routes=frozenset({4})), True),
        (Concern(routes=frozenset({5})), False),
        (Concern(route_type=3), True),
        (Concern(route_type=2), False),
        (Concern(stops=frozenset({2, 7})), True),
        (Concern(stops=frozenset({3})), False),
        (Concern(routes=frozenset({4}), stops=frozenset({3})), False),
        (Concern(trips=frozenset({9}), day=DAY), True),
        (Concern(trips=frozenset({9}), day=DAY + timedelta(1)), False),
        (Concern(routes=frozenset({4}), trips=frozenset({8})), False),
        (Concern(routes=frozenset(), route_type=NONE), False),
    ],
)
def test_a_notice_is_told_of_what_it_is_about(concern: Concern, fits: bool) -> None:
    book = NoticeBook([Notice("told", (), (Concern(routes=frozenset({99})), concern))])
    assert book.about(RIDE) == (("told",) if fits else ())


def test_a_notice_is_told_while_it_holds_and_once() -> None:
    line = (Concern(routes=frozenset({4})),)
    book = NoticeBook(
        [
            Notice("over", ((0, 100),), line),
            Notice("from now on", ((150, 1 << 62),), (*line, Concern(stops=frozenset({1, 2})))),
            Notice("tomorrow", ((201, 300),), line),
            Notice("from now on", (), line),
        ]
    )
    assert book.about(RIDE) == ("from now on",)
    assert Live().notices.about(RIDE) == ()


def test_a_file_is_read_again_when_it_is_another(tmp_path: Path) -> None:
    path = tmp_path / "trips.pb"
    source = source_of(path.as_uri(), {})
    with pytest.raises(SourceAway, match=r"trips\.pb"):
        source()
    path.write_bytes(b"one")
    assert (source(), source()) == (b"one", None)
    other = tmp_path / "new"
    other.write_bytes(b"two")
    other.rename(path)
    assert (source(), source()) == (b"two", None)


def test_a_file_that_is_too_long_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(realtime_sources, "MOST_BYTES", 3)
    (tmp_path / "long.pb").write_bytes(b"long")
    with pytest.raises(SourceAway, match="more than 3 bytes"):
        FileSource(tmp_path / "long.pb")()


@pytest.mark.parametrize("url", ["ftp://a.example/x", "file://other/x", "http://", "x", "file:x"])
def test_addresses_nobody_can_ask_are_named(url: str) -> None:
    with pytest.raises(ValueError, match="realtime: "):
        source_of(url, {})


def test_keys_in_addresses_are_told_to_nobody() -> None:
    assert named("https://user:word@host.example:8/rt/trips?key=secret#x") == "host.example/rt/trips"


@dataclass
class Teller:
    """Answers requests in the order of ``answers``: status, headers, body; the last one again and again."""

    answers: list[tuple[int, Mapping[str, str], bytes]]
    asked: list[Mapping[str, str]] = field(default_factory=list)
    url: str = ""


@contextmanager
def telling(*answers: tuple[int, Mapping[str, str], bytes]) -> Iterator[Teller]:
    teller = Teller(list(answers))
    numbers = count()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            teller.asked.append(dict(self.headers.items()))
            status, headers, body = teller.answers[min(next(numbers), len(teller.answers) - 1)]
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = False
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    teller.url = f"http://127.0.0.1:{server.server_port}/trips?key=secret"
    try:
        yield teller
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.network
def test_an_address_is_asked_for_what_is_new_only() -> None:
    marks = {"ETag": '"1"', "Last-Modified": "Tue, 10 Mar 2026 05:00:00 GMT"}
    packed = {"Content-Encoding": "gzip"}
    with telling(
        (200, marks, b"one"), (304, {}, b""), (200, packed, gzip.compress(b"two")), (200, {}, b"two")
    ) as teller:
        source = HttpSource(teller.url, {"X-Api-Key": "word"})
        assert [source() for _ in range(4)] == [b"one", None, b"two", None]
    assert all(asked["X-Api-Key"] == "word" for asked in teller.asked)
    assert "If-None-Match" not in teller.asked[0]
    for asked in teller.asked[1:3]:
        assert asked["If-None-Match"] == '"1"'
        assert asked["If-Modified-Since"] == marks["Last-Modified"]
    assert "If-None-Match" not in teller.asked[3]


BOMB = gzip.compress(bytes(1 << 20))


@pytest.mark.network
@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ((500, {}, b""), "answered 500"),
        ((200, {}, b"x" * 1001), "more than 1000 bytes"),
        ((200, {"Content-Encoding": "gzip"}, BOMB), "more than 1000 bytes"),
        ((200, {"Content-Encoding": "gzip"}, gzip.compress(b"whole")[:-6]), "breaks off"),
        ((200, {"Content-Encoding": "gzip"}, b"not packed"), "header check"),
        ((302, {"Location": "http://localhost/elsewhere"}, b""), "another host"),
        ((302, {"Location": "file:///etc/hostname"}, b""), "answered 302"),
    ],
)
def test_an_address_that_misbehaves_is_named_without_its_key(
    monkeypatch: pytest.MonkeyPatch, answer: tuple[int, Mapping[str, str], bytes], why: str
) -> None:
    monkeypatch.setattr(realtime_sources, "MOST_BYTES", 1000)
    with telling(answer) as teller, pytest.raises(SourceAway, match=why) as error:
        HttpSource(teller.url, {})()
    assert "secret" not in str(error.value)


@pytest.mark.network
def test_an_address_that_drips_is_not_waited_for() -> None:
    seconds = count(step=11)
    with telling((200, {}, b"slow")) as teller:
        source = HttpSource(teller.url, {}, monotonic_s=lambda: float(next(seconds)))
        with pytest.raises(SourceAway, match="not there after 10 s"):
            source()


@pytest.mark.network
def test_nobody_at_an_address_is_said() -> None:
    with telling((200, {}, b"")) as teller:
        pass
    with pytest.raises(SourceAway, match="127"):
        HttpSource(teller.url, {})()


@pytest.mark.network
def test_planned_journeys_know_what_a_source_told(tmp_path: Path) -> None:
    path = tmp_path / "told.pb"
    path.write_bytes(message())
    service = Village(tmp_path / "var", realtime=f"timetable={path.as_uri()}", realtime_every_s=0.2)
    try:
        service.others.offers_rides = False

        def bus() -> journey_pb2.Leg:
            answer = service.stub.PlanJourneys(asking(WEST, EAST), timeout=CALL_S)
            [leg] = answer.journeys[0].legs
            return leg

        def tells(data: bytes) -> None:
            (tmp_path / "new").write_bytes(data)
            (tmp_path / "new").rename(path)

        assert bus().departure_time == at("08:00")
        tells(message(late(600), warned, driving))
        assert eventually(lambda: bus().departure_time == at("08:10"))
        leg = bus()
        assert leg.transit.real_time
        assert leg.transit.scheduled_departure_time == at("08:00")
        assert list(leg.transit.alerts) == ["Bauarbeiten in Ostend"]
        assert leg.transit.vehicle.label == "Linie 7"
        tells(message(canceled))
        assert eventually(lambda: bus().departure_time.seconds == at("08:00").seconds + 86_400)
        tells(b"no message")
        assert eventually(lambda: service.app._realtime._polling._failed["told.pb"] > 0)
        assert figure("landlinie_realtime_runs", "told.pb") == 1
        service.clock.advance_to(MORNING + timedelta(minutes=6))
        assert eventually(lambda: bus().departure_time == at("08:00"))
        [gap] = service.stub.PlanJourneys(asking(WEST, EAST), timeout=CALL_S).gaps
        assert (gap.mode, gap.reason) == (journey_pb2.MODE_TRANSIT, "REALTIME_UNAVAILABLE")
        assert gap.message == "nothing is heard of told.pb: times are as printed"
    finally:
        service.close()


def figure(name: str, source: str) -> float:
    return REGISTRY.get_sample_value(name, {"source": source}) or 0.0


@pytest.mark.network
@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"realtime": "other=file:///x"}, "'other' is none of the timetables timetable"),
        ({"realtime": "gopher://x"}, "no http:// or https:// address"),
        ({"realtime": "file:///x/a,file:///x/a"}, "two are the same"),
        ({"realtime": "file:///x", "realtime_header": "no header"}, "realtime_header"),
    ],
)
def test_wrong_settings_are_named(tmp_path: Path, settings: dict[str, str], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Village(tmp_path, **settings)
