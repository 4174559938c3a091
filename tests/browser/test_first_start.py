"""An empty installation asks for its district and then serves it; the demo shows itself round, once."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from accessibility import serious
from console_browser import DESK, PHONE, REPOSITORY, Console, OpenPage, require_chromium
from little_district import write_feed, write_map
from onebox.district import load_district
from playwright.sync_api import Browser, Page, Route, expect

pytestmark = [pytest.mark.network, pytest.mark.slow]

LINK = re.compile(r"page\s+(http\S+)")
START_S = 120.0
STARTED_MS = 180_000


@pytest.fixture
def link(tmp_path: Path) -> Iterator[str]:
    """``landlinie up`` in an empty data folder; the link it prints."""
    require_chromium()
    subprocess.run([REPOSITORY / "dev", "console"], check=True, cwd=REPOSITORY)
    log = tmp_path / "up.log"
    command = [sys.executable, "-m", "onebox", "up", "--data-dir", str(tmp_path / "var")]
    command += ["--address", "127.0.0.1:0", "--http", "127.0.0.1:0"]
    environment = {
        **os.environ,
        "COLUMNS": "200",
        "LANDLINIE_GATEWAY_CONSOLE_DIR": str(REPOSITORY / "build" / "console"),
        "LANDLINIE_METRICS_ADDRESS": "127.0.0.1:0",
    }
    with log.open("wb") as written:
        process = subprocess.Popen(command, stdout=written, stderr=subprocess.STDOUT, env=environment)
    try:
        give_up_s = time.monotonic() + START_S
        while not (found := LINK.search(log.read_text("utf-8", "replace"))):
            assert process.poll() is None, log.read_text("utf-8", "replace")[-2000:]
            assert time.monotonic() < give_up_s
            time.sleep(0.05)
        yield found[1]
        assert process.poll() is None, log.read_text("utf-8", "replace")[-2000:]
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def fits_a_phone(page: Page) -> None:
    """Nothing sticks out there, and nothing is worse for those who do not see it."""
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    assert serious(page) == []
    page.set_viewport_size({"width": DESK[0], "height": DESK[1]})


def test_from_an_empty_installation_to_the_phone_desk(link: str, browser: Browser, tmp_path: Path) -> None:
    osm, feed = write_map(tmp_path / "map.osm"), write_feed(tmp_path / "bus.zip")
    context = browser.new_context(viewport={"width": DESK[0], "height": DESK[1]}, locale="de-DE")
    stranger = browser.new_context(locale="en-GB").new_page()
    stranger.goto(link.partition("#")[0])
    expect(stranger.get_by_label("Code of the link")).to_be_visible()
    expect(stranger.get_by_label("Map file")).to_have_count(0)
    stranger.context.close()

    page = context.new_page()
    page.goto(link)
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
    assert "#" not in page.url
    page.keyboard.type("Amt Süderdörfer")
    page.get_by_label("Kartendatei").fill(str(osm))
    page.get_by_label("Fahrplan (GTFS)").fill(str(tmp_path / "mistyped.zip"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("Das gibt es auf dem Server nicht", exact=False)).to_be_visible()
    expect(page.get_by_label("Fahrplan (GTFS)")).to_have_attribute("aria-invalid", "true")
    assert serious(page) == []
    fits_a_phone(page)
    page.get_by_label("Fahrplan (GTFS)").fill(str(feed))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Karte und Fahrplan werden gelesen")).to_be_visible()
    expect(page.get_by_role("heading", name="Ihr Angebot")).to_be_visible(timeout=STARTED_MS)

    page.reload()
    expect(page.get_by_role("heading", name="Ihr Angebot")).to_be_visible()
    expect(page.get_by_role("img", name="Karte von Amt Süderdörfer", exact=False)).to_be_visible()
    page.get_by_role("button", name="Rund um einen Ort").click()
    page.get_by_label("Ort", exact=True).press_sequentially("süderd")
    # Sooner than any answer: it is taken as soon as it is there.
    page.keyboard.press("Tab")
    expect(page.get_by_label("Ort", exact=True)).to_have_value("Süderdorf")
    page.get_by_label("Umkreis in Kilometern").fill("2")
    page.get_by_label("Samstag").check()
    page.get_by_role("button", name="Fahrzeug hinzufügen").click()
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
    page.keyboard.type("Bürgerbus Süd")
    home = page.get_by_label("Steht in")
    home.press_sequentially("haupts")
    page.keyboard.press("Tab")
    expect(home).to_have_value("Hauptstraße, Süderdorf")
    assert serious(page) == []
    fits_a_phone(page)
    page.get_by_role("button", name="Fertig: Landlinie starten").click()
    expect(page.get_by_role("heading", name="Landlinie startet")).to_be_visible()
    expect(page.get_by_label("Telefon", exact=True)).to_be_focused(timeout=STARTED_MS)
    expect(page.get_by_text("Amt Süderdörfer")).to_be_visible()
    context.close()

    district = load_district(tmp_path / "var" / "district")
    assert [vehicle.id for vehicle in district.vehicles] == ["burgerbus-sud"]
    assert district.shifts[0].weekdays == frozenset(range(6))


def test_the_demo_shows_itself_round_once_and_again_when_asked(console: Console, open_page: OpenPage) -> None:
    def as_demo(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, json={**answer.json(), "demo": True})

    page = open_page("/icon.svg")
    page.route("**/v1/session", as_demo)
    page.goto(f"{console.url}/desk")
    tour = page.get_by_role("complementary", name="Rundgang durch die Demo")
    expect(tour).to_contain_text("1 von 7")
    assert serious(page) == []
    # The page it tells of keeps the focus that is its own.
    expect(page.get_by_label("Telefon", exact=True)).to_be_focused()
    go_on = tour.get_by_role("button").filter(has_text=re.compile("Los|Weiter"))
    go_on.focus()
    for path, heading in (
        ("/desk", "Telefon"),
        ("/map", "Karte"),
        ("/timeline", "Zeitplan"),
        ("/containers", "Behälter"),
        ("/tours?day=", "Touren"),
    ):
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile(re.escape(path)))
        expect(page.get_by_role("heading", name=heading, level=1)).to_be_visible()
        expect(go_on).to_be_focused()
    tour.get_by_role("button", name="Zurück").press("Enter")
    expect(page).to_have_url(re.compile("/containers"))
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    assert serious(page) == []
    tour.get_by_role("button", name="Weiter").press("Escape")
    expect(tour).to_have_count(0)

    page.goto(f"{console.url}/rides")
    expect(page.get_by_role("heading", name="Fahrten", level=1)).to_be_visible()
    expect(tour).to_have_count(0)
    page.keyboard.press("?")
    expect(page.get_by_role("combobox", name="Seite oder Befehl suchen")).to_be_focused()
    page.keyboard.type("Rundgang")
    expect(page.get_by_role("option", name="Rundgang durch die Demo zeigen", selected=True)).to_be_visible()
    page.keyboard.press("Enter")
    expect(tour).to_contain_text("1 von 7")
    page.get_by_role("button", name="EN", exact=True).click()
    expect(page.get_by_role("complementary", name="A tour of the demo")).to_contain_text("made up")
