"""``landlinie feed validate`` and ``landlinie feed flex``."""

import json
import re
import shlex
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from onebox.feed import FACTS
from onebox.feed_sources import SourceError, feed_path
from onebox.main import app
from typer.testing import CliRunner, Result

DEMO = Path(__file__).parents[3] / "data" / "demo"
TIMETABLE = DEMO / "timetable.gtfs.zip"
URL = "https://land.example.org"


def test_every_fact_can_be_shown() -> None:
    generated = Path(__file__).parents[3] / "protos" / "gen" / "landlinie"
    modules = {
        f"landlinie.{path.parts[-4]}.events.v1.{path.stem}"
        for path in generated.glob("*/events/v1/*_events_pb2.py")
    }
    assert set(FACTS) == modules


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["feed", *map(str, arguments)])


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    folder = tmp_path / "broken"
    folder.mkdir()
    with zipfile.ZipFile(TIMETABLE) as packed:
        packed.extractall(folder)
    stops = folder / "stops.txt"
    lines = stops.read_text(encoding="utf-8").splitlines()
    place = lines[0].split(",").index("stop_lat")
    values = lines[1].split(",")
    values[place] = "north"
    lines[1] = ",".join(values)
    stops.write_text("\n".join(lines), encoding="utf-8")
    return folder


def test_a_good_feed_is_told_so_with_code_0() -> None:
    ran = run("validate", TIMETABLE, "--date", "2021-06-01")
    assert (ran.exit_code, ran.stdout.splitlines()[-1]) == (0, "0 errors, 2 warnings, 0 notes")


def test_an_error_is_told_with_file_line_column_and_rule_and_code_1(broken: Path) -> None:
    ran = run("validate", broken, "--date", "2021-06-01")
    assert ran.exit_code == 1
    assert "stops.txt:2: error: stop_lat: no number: 'north' [invalid_float]" in ran.stdout
    assert "not checked before errors in stops.txt are gone: speeds.check_speeds" in ran.stdout


def test_json_has_all_findings_and_counts(broken: Path) -> None:
    ran = run("validate", broken, "--date", "2021-06-01", "--json")
    told = json.loads(ran.stdout)
    assert told["rules"][0] == {"code": "invalid_float", "severity": "error", "count": 1}
    (error,) = [found for found in told["findings"] if found["severity"] == "error"]
    assert (error["file"], error["row"], error["field"]) == ("stops.txt", 2, "stop_lat")
    assert ("date", "2021-06-01") in told.items()


def test_what_is_not_there_is_code_2() -> None:
    ran = run("validate", "/no/such/feed.zip")
    assert (ran.exit_code, ran.stderr) == (2, "/no/such/feed.zip: no such file or folder\n")


@pytest.mark.parametrize("options", [(), ("--notice-minutes", "60"), ("--stops",), ("--weekdays", "1111100")])
def test_the_districts_own_rides_make_a_feed_without_findings(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    out = tmp_path / "flex.zip"
    common = ("--url", URL, "--phone", "+49 395 1", "--district", DEMO, "--from", "2026-06-01")
    ran = run("flex", "--out", out, *common, *options)
    assert (ran.exit_code, ran.stdout) == (0, f"{out}: 3 on-demand services from 2026-06-01 on\n")
    checked = run("validate", out, "--date", "2026-06-01")
    assert (checked.exit_code, checked.stdout) == (0, "0 errors, 0 warnings, 0 notes\n")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--weekdays", "123"), "--weekdays: '123'"),
        (("--weekdays", "0000000"), "--weekdays: '0000000'"),
        (("--district", "/nowhere"), "district.json"),
        (("--out", "/nowhere/flex.zip"), "/nowhere/flex.zip: No such file or directory"),
    ],
)
def test_what_cannot_be_published_is_told(tmp_path: Path, options: tuple[str, ...], told: str) -> None:
    ran = run("flex", "--out", tmp_path / "flex.zip", "--url", URL, "--district", DEMO, *options)
    assert ran.exit_code == 2
    assert told in ran.stderr


def test_feeds_are_merged_into_one_that_is_good(tmp_path: Path) -> None:
    out = tmp_path / "merged.zip"
    ran = run("merge", f"a={TIMETABLE}", f"b={TIMETABLE}", "--out", out)
    assert (ran.exit_code, ran.stdout) == (0, f"{out}: 2 feeds, 0 findings\n")
    checked = run("validate", out, "--date", "2021-06-01", "--json")
    assert checked.exit_code == 0
    assert {rule["severity"] for rule in json.loads(checked.stdout)["rules"]} == {"warning"}


@pytest.mark.parametrize(
    ("sources", "told"),
    [
        (("feed.zip",), "feed.zip: not PREFIX=FEED"),
        (("a=x", "a=y"), "a=x: not PREFIX=FEED"),
        (("a=/no/such.zip",), "/no/such.zip: no such file or folder"),
        ((f"ä={TIMETABLE}",), "prefix: 'ä'"),
        ((f"a={DEMO / 'fleet.json'}",), "File is not a zip file"),
    ],
)
def test_what_cannot_be_merged_is_told(tmp_path: Path, sources: tuple[str, ...], told: str) -> None:
    ran = run("merge", *sources, "--out", tmp_path / "merged.zip")
    assert ran.exit_code == 2
    assert told in ran.stderr
    assert list(tmp_path.iterdir()) == []


class _Server(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/feed.zip")
            self.end_headers()
        elif self.path == "/elsewhere":
            self.send_response(302)
            self.send_header("Location", "ftp://127.0.0.1/feed.zip")
            self.end_headers()
        elif self.path == "/feed.zip":
            self.send_response(200)
            self.end_headers()
            self.wfile.write(TIMETABLE.read_bytes())
        elif self.path == "/silent":
            self.server.stopped.wait(20)  # type: ignore[attr-defined]  # set by the fixture
        elif self.path == "/trickle":
            self.send_response(200)
            self.end_headers()
            while not self.server.stopped.wait(0.05):  # type: ignore[attr-defined]  # set by the fixture
                try:
                    self.wfile.write(b"x")
                except OSError:
                    return
        else:
            self.send_error(404)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def address() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Server)
    server.stopped = threading.Event()  # type: ignore[attr-defined]  # ends answers that never end
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.stopped.set()  # type: ignore[attr-defined]
    server.shutdown()
    server.server_close()


@pytest.mark.network
@pytest.mark.parametrize("path", ["/feed.zip", "/moved"])
def test_a_feed_is_fetched_and_gone_afterwards(address: str, path: str) -> None:
    with feed_path(address + path) as fetched:
        assert fetched.read_bytes() == TIMETABLE.read_bytes()
    assert not fetched.exists()
    assert run("validate", address + path, "--date", "2021-06-01").exit_code == 0


@pytest.mark.network
@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/none", "404"),
        ("/elsewhere", "ftp"),
        ("/feed.zip", "longer than 100 bytes"),
        ("/silent", "timed out"),
    ],
)
def test_what_cannot_be_fetched_is_told_with_its_reason(address: str, path: str, told: str) -> None:
    with pytest.raises(SourceError, match=told), feed_path(address + path, most_bytes=100, quiet_s=0.3):
        pass


@pytest.mark.network
def test_a_trickle_is_given_up(address: str) -> None:
    with pytest.raises(SourceError, match="took too long"), feed_path(f"{address}/trickle", whole_s=0.2):
        pass


@pytest.mark.network
def test_nobody_there_is_told() -> None:
    with pytest.raises(SourceError, match="refused"), feed_path("http://127.0.0.1:9/feed.zip", quiet_s=1.0):
        pass


def test_the_commands_of_the_page_about_feeds_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository = Path(__file__).parents[3]
    monkeypatch.chdir(repository)
    page = (repository / "docs" / "feeds.md").read_text("utf-8")
    commands = re.findall(r"^landlinie feed (.*)$", page, re.MULTILINE)
    assert len(commands) == 5
    for command in commands:
        ran = run(*shlex.split(command.replace("var/", f"{tmp_path}/")))
        assert ran.exit_code == 0, ran.output
