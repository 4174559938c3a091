"""``landlinie district add --place``: a map by name, from servers that play Nominatim and Overpass."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from little_district import FEED, write_feed, write_map
from onebox.district import load_district
from onebox.fetching import FetchError, Limits, fetch
from onebox.main import app
from onebox.place_map import Box, PlaceError, fetch_map, find_place
from typer.testing import CliRunner, Result

VILLAGE = {"boundingbox": ["53.49", "53.52", "13.19", "13.25"], "display_name": "Süderdorf, Amt Süder-Dörfer"}
LIMITS = Limits(most_bytes=1_000_000, quiet_s=5.0, whole_s=30.0)


@dataclass
class Web:
    """What the server says, and what it was asked."""

    found: object = field(default_factory=lambda: [VILLAGE])
    map_text: str = ""
    file: bytes = b""
    breaks_after: int = 0
    state: str = '"first"'
    asked: list[str] = field(default_factory=list)
    address: str = ""


class _Server(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        web: Web = self.server.web  # type: ignore[attr-defined]  # set by the fixture
        if self.path == "/file":
            self._file(web)
            return
        web.asked.append(parse_qs(urlsplit(self.path).query)["q"][0])
        self._say(json.dumps(web.found))

    def do_POST(self) -> None:
        web: Web = self.server.web  # type: ignore[attr-defined]
        asked = self.rfile.read(int(self.headers["Content-Length"])).decode()
        web.asked.append(parse_qs(asked)["data"][0])
        if not web.map_text:
            self.send_error(429)
            return
        self._say(web.map_text)

    def _say(self, text: str) -> None:
        said = text.encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def _file(self, web: Web) -> None:
        """All of it, or from where the client is; at first only a part arrives."""
        begin = 0
        web.asked.append(self.headers.get("Range", "all"))
        if "Range" in self.headers and self.headers["If-Range"] == web.state:
            begin = int(self.headers["Range"].removeprefix("bytes=").removesuffix("-"))
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {begin}-{len(web.file) - 1}/{len(web.file)}")
        else:
            self.send_response(200)
        self.send_header("Content-Length", str(len(web.file) - begin))
        self.send_header("ETag", web.state)
        self.end_headers()
        end = begin + web.breaks_after if web.breaks_after else len(web.file)
        self.wfile.write(web.file[begin:end])

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def web() -> Iterator[Web]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Server)
    told = Web(address=f"http://127.0.0.1:{server.server_port}")
    server.web = told  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield told
    server.shutdown()
    server.server_close()


def add(web: Web, folder: Path, *more: object) -> Result:
    bus = write_feed(folder / "bus.zip")
    arguments = (
        "district", "add", "Süderdorf", "--gtfs", bus, "--data-dir", folder / "var",
        "--nominatim", web.address, "--overpass", f"{web.address}/api/interpreter", *more,
    )  # fmt: skip
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def made_of(feed: Path, folder: Path) -> Result:
    arguments = (
        "district", "add", "Süderdorf", "--osm", write_map(folder / "map.osm"), "--gtfs", feed,
        "--folder", folder / "made", "--data-dir", folder,
    )  # fmt: skip
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def as_overpass_says_it(folder: Path) -> str:
    """With a note and the age of its data before what is on the map."""
    text = write_map(folder / "village.osm").read_text(encoding="utf-8")
    begin = text.index(">", text.index("<osm")) + 1
    note = '<note>The data is from openstreetmap.org.</note><meta osm_base="2026-01-01T00:00:00Z"/>'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text[:begin]}{note}{text[begin:]}\n'


@pytest.mark.network
def test_a_district_is_made_of_a_place(web: Web, tmp_path: Path) -> None:
    web.map_text = as_overpass_says_it(tmp_path)
    result = add(web, tmp_path, "--place", "Süderdorf")
    assert result.exit_code == 0, result.output
    assert "4 places by name" in " ".join(result.stdout.split())
    district = load_district(tmp_path / "var" / "districts" / "suderdorf")
    assert [stop.name for stop in district.virtual_stops] == ["Süderdorf"]
    where, what = web.asked
    assert where == "Süderdorf"
    assert "[bbox:53.490000,13.190000,53.520000,13.250000]" in what
    assert 'rel["type"="restriction"]' in what


@pytest.mark.network
@pytest.mark.parametrize(
    ("found", "map_text", "told"),
    [
        ([], "", "nothing is called 'Süderdorf'"),
        ({"error": "busy"}, "", "something else than places"),
        ([VILLAGE | {"boundingbox": ["53.5", "53.5", "13.2", "13.2"]}], "", "is no area"),
        ([VILLAGE | {"boundingbox": ["50", "54", "8", "14"]}], "", "give an extract with --osm"),
        ([VILLAGE], "", "429"),
        ([VILLAGE], "<html>busy</html>", "something else than a map"),
        (
            [VILLAGE],
            "<osm><remark> runtime error: Query timed out </remark></osm>",
            "no whole map of 'Süderdorf, Amt Süder-Dörfer': runtime error: Query timed out",
        ),
        ([VILLAGE], '<osm><node id="1"', "breaks off"),
    ],
)
def test_what_gives_no_map_is_told_and_leaves_nothing(
    web: Web, tmp_path: Path, found: object, map_text: str, told: str
) -> None:
    web.found, web.map_text = found, map_text
    result = add(web, tmp_path, "--place", "Süderdorf")
    assert result.exit_code == 2, result.output
    assert told in " ".join(result.stderr.split())
    assert not list((tmp_path / "var").rglob("*"))


@pytest.mark.network
def test_without_internet_the_way_out_is_told(tmp_path: Path) -> None:
    nobody = "http://127.0.0.1:9"
    with pytest.raises(PlaceError, match=r"refused.*give an extract with --osm"):
        find_place("Süderdorf", nobody, LIMITS)
    with pytest.raises(PlaceError, match=r"refused.*give an extract with --osm"):
        fetch_map(Box("Süderdorf", 53.4, 13.1, 53.6, 13.4), tmp_path / "map.osm", nobody, LIMITS)


def test_either_a_map_or_a_place_is_given(tmp_path: Path) -> None:
    for more in ((), ("--place", "Süderdorf", "--osm", tmp_path / "map.osm")):
        result = add(Web(), tmp_path, *more)
        assert result.exit_code == 2
        assert "one of the two is needed" in result.stderr


@pytest.mark.network
def test_what_breaks_off_is_gone_on_with(web: Web, tmp_path: Path) -> None:
    web.file, web.breaks_after = bytes(range(250)) * 4, 400
    fetch(f"{web.address}/file", tmp_path / "file", LIMITS)
    assert (tmp_path / "file").read_bytes() == web.file
    assert web.asked == ["all", "bytes=400-", "bytes=800-"]


@pytest.mark.network
def test_what_breaks_off_too_often_is_given_up(web: Web, tmp_path: Path) -> None:
    web.file, web.breaks_after = b"x" * 1000, 10
    with pytest.raises(FetchError, match="broke off 5 times, after 50 bytes"):
        fetch(f"{web.address}/file", tmp_path / "file", LIMITS)


def test_a_timetable_that_is_over_is_told(tmp_path: Path) -> None:
    over = {**FEED, "calendar.txt": FEED["calendar.txt"].replace("2026", "2019")}
    result = made_of(write_feed(tmp_path / "over.zip", over), tmp_path)
    assert result.exit_code == 0, result.output
    # The last week with service ends on a Sunday without any; the trip runs from Monday to Friday.
    said = " ".join(result.stdout.split())
    assert "the timetables ended on 2019-03-29; ask about that time, as 2019-03-25" in said
    assert load_district(tmp_path / "made").service_date == date(2019, 3, 25)


@pytest.mark.parametrize(
    ("file", "change", "told"),
    [
        ("agency.txt", lambda text: text.replace(",", ";"), "agency.txt: its columns are parted by ';'"),
        (
            "agency.txt",
            lambda text: text.replace("Europe/Berlin", "Nowhere"),
            "agency_timezone: none of 'Nowhere' is known",
        ),
        ("agency.txt", lambda text: text.splitlines()[0], "agency_timezone: there is none"),
        ("calendar.txt", lambda _: "", "feed 'timetable.gtfs.zip': no trip with two calls"),
    ],
)
def test_a_feed_that_is_of_no_use_is_told(
    tmp_path: Path, file: str, change: Callable[[str], str], told: str
) -> None:
    feed = write_feed(tmp_path / "bus.zip", {**FEED, file: change(FEED[file])})
    result = made_of(feed, tmp_path)
    assert result.exit_code == 2, result.output
    assert told in " ".join(result.stderr.split())
    assert "unfinished" not in result.stderr
    assert not (tmp_path / "made").exists()
    assert not list(tmp_path.glob(".made*"))


def test_a_stop_without_a_place_is_ridden_past(tmp_path: Path) -> None:
    """It is shown beside its neighbour, and found by nobody who looks for its name."""
    feed = {
        **FEED,
        "stops.txt": FEED["stops.txt"].replace("f,Fern,54.5,13.2", "f,Fern,,"),
        "stop_times.txt": FEED["stop_times.txt"].replace("e,2", "e,3") + "t1,08:02:00,08:02:00,f,2\n",
    }
    result = made_of(write_feed(tmp_path / "bus.zip", feed), tmp_path)
    assert result.exit_code == 0, result.output
    asked = (
        "plan",
        "--district",
        tmp_path / "made",
        "--data-dir",
        tmp_path,
        "--alone",
        "--json",
        "--walk",
        900,
    )
    way = ("--from", "Westend", "--to", "Ostend", "--at", "2026-03-10T07:30")
    answer = CliRunner().invoke(app, [str(word) for word in (*asked, *way)])
    assert answer.exit_code == 0, answer.output
    (journey,) = json.loads(answer.stdout)["journeys"]
    assert [leg["passed_stops"] for leg in journey["legs"]] == [["Fern"]]
    lost = CliRunner().invoke(app, [str(word) for word in (*asked, "--from", "Fern", *way[2:])])
    assert lost.exit_code == 2
