"""A service that goes away: the console says so, everything else goes on, and it is there again by itself."""

import dataclasses
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest
from console_browser import DISTRICT, REPOSITORY, WAIT_MS, Console
from desk_words import WORDS, take_call
from lines import Line, listening, to
from playwright.sync_api import Browser, Locator, Page, expect
from service_kit.free_port import free_port

pytestmark = [pytest.mark.network, pytest.mark.slow]

ROOMS = ("pooling", "ticketing", "waste", "journeys")


class Front:
    """A gateway in front of the services of all browser tests, with a line to each that can be taken away."""

    def __init__(self, console: Console, log: Path) -> None:
        self._target = console.services.address
        self._lines = {room: Line(listening(), to(self._target)) for room in ROOMS}
        self._ports = {room: int(line.address.rpartition(":")[2]) for room, line in self._lines.items()}
        self.url = f"http://127.0.0.1:{free_port()}"
        settings = {
            "DISTRICT": str(DISTRICT),
            "DATA_DIR": str(console.services.data_dir),
            "METRICS_ADDRESS": "127.0.0.1:0",
            "GATEWAY_ADDRESS": self.url.removeprefix("http://"),
            "GATEWAY_CONSOLE_DIR": str(REPOSITORY / "build" / "console"),
            **{f"GATEWAY_{room.upper()}_SERVICE": line.address for room, line in self._lines.items()},
        }
        with log.open("wb") as said:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "gateway"],
                env={**os.environ, **{f"LANDLINIE_{name}": value for name, value in settings.items()}},
                stdout=said,
                stderr=subprocess.STDOUT,
            )

    def await_ready(self) -> None:
        """Wait until it takes requests."""
        until_s = time.monotonic() + WAIT_MS / 1000
        while time.monotonic() < until_s:
            with suppress(httpx.TransportError):
                if httpx.get(f"{self.url}/readyz").is_success:
                    return
            time.sleep(0.1)
        raise TimeoutError(f"{self.url} is not ready")

    def hang(self, room: str) -> None:
        """Let nothing through to a service any more, as if it were stopped in the middle of its work."""
        self._lines[room].cut()

    def end(self, room: str) -> None:
        """Close all connections to a service; whoever asks for it finds nobody."""
        self._lines[room].close()

    def bring_back(self, room: str) -> None:
        """The service is there again, where it was."""
        self._lines[room].close()
        self._lines[room] = Line(listening(self._ports[room]), to(self._target))

    def close(self) -> None:
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(WAIT_MS / 1000)
        for line in self._lines.values():
            line.close()


@pytest.fixture(scope="module")
def front(console: Console, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    front = Front(console, tmp_path_factory.mktemp("front") / "gateway.log")
    try:
        front.await_ready()
        yield front
    finally:
        front.close()


@pytest.fixture
def page(front: Front, console: Console, browser: Browser) -> Iterator[Page]:
    """The console behind that gateway; it must not be loaded anew, and nothing in it may throw."""
    services = dataclasses.replace(console.services, http_address=front.url.removeprefix("http://"))
    page = Console(services).open(browser, "/fleet")
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.evaluate("window.sinceTheBeginning = true")
    yield page
    assert page.evaluate("window.sinceTheBeginning")
    assert wrong == []
    page.goto("about:blank")
    page.context.close()


def go(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="Hauptmenü").get_by_role("link", name=name).click()


def banner(page: Page, service: str) -> Locator:
    return page.get_by_text(f"{service} antwortet gerade nicht.", exact=False)


@contextmanager
def away(front: Front, page: Page, room: str, service: str, *, hanging: bool = False) -> Iterator[None]:
    """Without one service, until the block ends; then with it again, as the console finds out by itself."""
    (front.hang if hanging else front.end)(room)
    try:
        expect(banner(page, service)).to_be_visible()
        yield
    finally:
        front.bring_back(room)
    expect(banner(page, service)).to_be_hidden()


def test_without_pooling_containers_are_there_and_vehicles_come_back(front: Front, page: Page) -> None:
    vehicle = page.get_by_role("row", name="Anrufbus Nord").first
    expect(vehicle).to_be_visible()
    with away(front, page, "pooling", "Fahrtenvermittlung"):
        go(page, "Behälter")
        expect(page.get_by_role("table").get_by_role("row").nth(1)).to_be_visible()
        go(page, "Fahrten")
        expect(page.get_by_role("alert").get_by_text("Der Dienst antwortet gerade nicht")).to_be_visible()
    expect(page.get_by_role("alert")).to_be_hidden()
    go(page, "Schichten")
    expect(vehicle).to_be_visible()


def test_without_waste_rides_go_on_and_containers_come_back(front: Front, page: Page) -> None:
    with away(front, page, "waste", "Behälterdienst"):
        go(page, "Behälter")
        expect(page.get_by_role("alert").get_by_text("Der Dienst antwortet gerade nicht")).to_be_visible()
        go(page, "Schichten")
        expect(page.get_by_role("row", name="Anrufbus Nord").first).to_be_visible()
        go(page, "Behälter")
    expect(page.get_by_role("table").get_by_role("row").nth(1)).to_be_visible()


def call(page: Page) -> None:
    """Take a call, as far as the promise to be read aloud."""
    go(page, "Telefon")
    take_call(page, WORDS["de"], pickup="burg starg bahnh", dropoff="klinikum", when="14:30")
    expect(page.get_by_text(WORDS["de"].promise, exact=False).first).to_be_visible()


def test_without_prices_calls_are_taken_and_prices_come_back(front: Front, page: Page) -> None:
    price = page.get_by_text("Die Fahrt kostet")
    with away(front, page, "ticketing", "Abrechnung"):
        call(page)
        expect(price).to_be_hidden()
    expect(price).to_be_visible()


def test_without_timetables_calls_are_taken_and_journeys_come_back(front: Front, page: Page) -> None:
    missing = page.get_by_text("Fahrten auf Abruf gehen weiter", exact=False)
    with away(front, page, "journeys", "Verbindungssuche"):
        # The search for places is part of it: the stops of rides on demand are still found.
        call(page)
        expect(missing).to_be_visible()
    expect(missing).to_be_hidden()


def test_a_service_that_hangs_is_told_as_well(front: Front, page: Page) -> None:
    with away(front, page, "waste", "Behälterdienst", hanging=True):
        go(page, "Fahrten")
        expect(page.get_by_role("heading", name="Fahrten", level=1)).to_be_visible()
