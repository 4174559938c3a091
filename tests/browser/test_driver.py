"""A driver's shift on a phone: a link, a network that goes and comes, rides that change meanwhile."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import uuid4

import pytest
from accessibility import serious
from console_browser import NOW, PHONE, WAIT_MS, Console, OpenPage, require_chromium, serving
from onebox.client import connected
from onebox.main import app
from playwright.sync_api import Browser, BrowserContext, Page, Response, expect
from pytest_socket import enable_socket
from typer.testing import CliRunner, Result

pytestmark = [pytest.mark.network, pytest.mark.slow]

MOST_SCRIPT_BYTES = 150_000
PARTY = 9
"""More than any vehicle of the district has seats for."""
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


@dataclass(frozen=True, slots=True)
class Shift:
    """A vehicle of its own, with three rides that only it can take."""

    vehicle_id: str
    name: str
    zone_id: str
    begins: datetime
    """By the phone's clock: everybody may board, and who is not there was waited for."""


class Office:
    """What happens elsewhere meanwhile: calls of whoever may do everything."""

    def __init__(self, console: Console, browser: Browser) -> None:
        self._page = console.open(browser, "/icon.svg")
        self._url = console.url

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        headers = {"X-Landlinie-Client": "tests", "Origin": self._url, "Idempotency-Key": str(uuid4())}
        answer = self._page.context.request.post(f"{self._url}{path}", data=body, headers=headers)
        assert answer.ok, answer.text()
        told: dict[str, Any] = answer.json()
        return told

    def put(self, path: str, body: dict[str, Any]) -> None:
        headers = {"X-Landlinie-Client": "tests", "Origin": self._url, "Idempotency-Key": str(uuid4())}
        answer = self._page.context.request.put(f"{self._url}{path}", data=body, headers=headers)
        assert answer.ok, answer.text()

    def get(self, path: str) -> dict[str, Any]:
        answer = self._page.context.request.get(f"{self._url}{path}")
        assert answer.ok, answer.text()
        told: dict[str, Any] = answer.json()
        return told

    def ride(self, ride: dict[str, Any]) -> dict[str, Any]:
        told: dict[str, Any] = self.get(f"/v1/rides/{ride['ride_id']}")["ride"]
        return told

    def stops(self, shift: "Shift") -> list[dict[str, Any]]:
        """Where the vehicle halts, in order."""
        tours = self.get(f"/v1/zones/{shift.zone_id}/plan")["plan"]["tours"]
        (tour,) = (tour for tour in tours if tour["vehicle_id"] == shift.vehicle_id)
        return [stop for stop in tour["stops"] if stop["ride_id"]]

    def becomes(self, ride: dict[str, Any], state: str) -> None:
        """Wait until the services know it."""
        for _ in range(WAIT_MS // 100):
            if self.ride(ride)["state"] == state:
                return
            self._page.wait_for_timeout(100)
        assert self.ride(ride)["state"] == state

    def close(self) -> None:
        self._page.context.close()

    def place(self, text: str) -> dict[str, Any]:
        (place,) = self.post("/v1/places/search", {"text": text, "max_result_count": 1})["places"]
        return {"position": place["position"], "label": place["label"]}

    def book(self, pickup: str, dropoff: str, earliest: datetime) -> dict[str, Any]:
        """A ride of so many that no other vehicle takes them."""
        window = {"earliest": earliest.isoformat(), "latest": (earliest + timedelta(minutes=20)).isoformat()}
        question = {
            "pickup": self.place(pickup),
            "dropoff": self.place(dropoff),
            "pickup_window": window,
            "party": {"seated_count": PARTY},
        }
        offers = self.post("/v1/ride-offers", question)["offers"]
        ride: dict[str, Any] = self.post("/v1/rides", {"offer_id": offers[0]["offer_id"]})["ride"]
        return ride


@pytest.fixture(scope="module")
def office(console: Console, browser: Browser) -> Iterator[Office]:
    office = Office(console, browser)
    yield office
    office.close()


@pytest.fixture(scope="module")
def shift(console: Console, office: Office) -> Shift:
    earliest = NOW + timedelta(minutes=10)
    number = uuid4().hex[:6]
    vehicle_id, name = f"drivers-{number}", f"Prüfbus {number}"
    vehicle = {
        "vehicle_id": vehicle_id,
        "zone_id": "ost",
        "kind": "VEHICLE_KIND_ANRUFBUS",
        "name": name,
        "layouts": [{"seat_count": 3 * PARTY}],
    }
    office.post("/v1/vehicles", {"vehicle": vehicle})
    garage = office.place("Bahnhof Burg Stargard")["position"]
    planned = {
        "vehicle_id": vehicle_id,
        "start_time": (NOW + timedelta(minutes=1)).isoformat(),
        "end_time": (NOW + timedelta(hours=4)).isoformat(),
        "start": garage,
        "end": garage,
    }
    office.post("/v1/shifts", {"shift": planned})
    rides = [
        office.book("Bahnhof Burg Stargard", "Bonhoeffer-Klinikum", earliest),
        office.book("Bahnhof Burg Stargard", "Bonhoeffer-Klinikum", earliest),
        office.book("Bonhoeffer-Klinikum", "Cammin", earliest + timedelta(minutes=20)),
    ]
    assert {ride["vehicle_id"] for ride in rides} == {vehicle_id}
    promised = [office.ride(ride)["promise"]["pickup_window"]["latest"] for ride in rides]
    begins = max(map(datetime.fromisoformat, promised)) + timedelta(minutes=1)
    with connected(console.services.address, console.services.credential()) as services:
        # What the phone says has happened is never in the future of the services.
        services.clock.advance_to(begins + timedelta(minutes=10))
    return Shift(vehicle_id, name, "ost", begins)


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """Services of these tests' own: they move the clock, and others call on a morning that goes on."""
    require_chromium()
    enable_socket()
    with serving(tmp_path_factory.mktemp("driven")) as running:
        yield running


@pytest.fixture
def phone(browser: Browser) -> Iterator[BrowserContext]:
    width, height = PHONE
    context = browser.new_context(
        viewport={"width": width, "height": height},
        locale="de-DE",
        timezone_id="Europe/Berlin",
        has_touch=True,
    )
    context.set_default_timeout(WAIT_MS)
    yield context
    context.close()


def link_for(open_page: OpenPage, shift: Shift) -> str:
    """The link that the dispatcher gives away, made by keyboard."""
    page = open_page("/fleet")
    button = page.get_by_role("button", name=f"Fahrerlink für {shift.name}")
    button.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name=f"Fahrerlink für {shift.name}")
    make = dialog.get_by_role("button", name="Link erstellen")
    make.focus()
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("img", name="QR-Code", exact=False)).to_be_visible()
    assert serious(page) == []
    return dialog.get_by_label("Link", exact=True).input_value()


def goes_on(page: Page, words: dict[str, str], stop: dict[str, Any]) -> None:
    """Report a stop: that the vehicle has arrived, unless it stands there, then who gets on or off."""
    label = stop["point"]["label"]
    expect(page.locator("#next-halt")).to_have_text(label)
    arrived = page.get_by_role("button", name=words["arrived"], exact=True)
    if page.get_by_text(words["here"], exact=False).count() == 0:
        arrived.click()
        expect(page.get_by_text(words["here"], exact=False)).to_be_visible()
    done = words["on"] if stop["action"] == "STOP_ACTION_PICKUP" else words["off"]
    page.get_by_role("button", name=done, exact=True).first.click()


GERMAN = {"arrived": "Angekommen", "on": "Eingestiegen", "off": "Ausgestiegen", "here": "Sie sind hier"}
ENGLISH = {"arrived": "Arrived", "on": "Boarded", "off": "Got off", "here": "You are here"}


def is_shown_at_first(page: Page, shift: Shift) -> None:
    """The next stop, big; the way there; nothing wider than the phone, nothing for axe."""
    expect(page.get_by_role("heading", name=shift.name, level=1)).to_be_visible()
    assert "#" not in page.url
    expect(page.get_by_text("Verbunden", exact=True)).to_be_visible()
    way = str(page.get_by_role("link", name="Weg zeigen").get_attribute("href"))
    assert re.fullmatch(r"geo:53\.\d{6},13\.\d{6}\?q=53\.\d{6},13\.\d{6}\(.*\)", way)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    for theme in THEMES:
        page.emulate_media(color_scheme=theme)
        assert serious(page) == [], theme


def test_a_shift_with_a_network_that_comes_and_goes(
    open_page: OpenPage, office: Office, shift: Shift, phone: BrowserContext
) -> None:
    link = link_for(open_page, shift)
    page = phone.new_page()
    wrong: list[str] = []
    scripts: list[Response] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda message: wrong.append(message.text) if "Policy" in message.text else None)
    page.on("response", lambda answer: scripts.append(answer) if answer.url.endswith(".js") else None)
    page.clock.install(time=shift.begins)
    page.goto(link)
    is_shown_at_first(page, shift)
    assert 0 < sum(answer.request.sizes()["responseBodySize"] for answer in scripts) <= MOST_SCRIPT_BYTES
    page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    stops = office.stops(shift)
    first, cancelled, missing = (stop for stop in stops if stop["action"] == "STOP_ACTION_PICKUP")

    # One touch too many is taken back.
    page.get_by_role("button", name="Angekommen", exact=True).click()
    page.get_by_role("button", name="Rückgängig").click()
    expect(page.get_by_role("button", name="Angekommen", exact=True)).to_be_visible()

    # No network: everything goes on, also after the page was closed.
    phone.set_offline(True)
    expect(page.get_by_text("Kein Netz", exact=True)).to_be_visible()
    goes_on(page, GERMAN, stops[0])
    assert office.ride(first)["state"] == "RIDE_STATE_BOOKED"
    answer = page.reload()
    assert answer is not None
    assert answer.from_service_worker
    expect(page.get_by_role("heading", name=shift.name, level=1)).to_be_visible()
    expect(page.get_by_text("2 Meldungen warten auf das Netz")).to_be_visible()
    assert serious(page) == []
    page.get_by_role("button", name="Einstellungen").click()
    page.get_by_role("button", name="EN", exact=True).click()
    expect(page.get_by_text("2 reports wait for the network")).to_be_visible()
    page.get_by_role("button", name="Settings").click()

    # A ride is cancelled at the desk; the driver, who has not heard, reports it.
    office.post(f"/v1/rides/{cancelled['ride_id']}/cancel", {"reason": "ill"})
    until = stops.index(cancelled)
    for stop in stops[1 : until + 1]:
        goes_on(page, ENGLISH, stop)
    phone.set_offline(False)
    expect(page.get_by_text("Connected", exact=True)).to_be_visible()
    refused = page.get_by_role("alert")
    expect(refused).to_contain_text("not accepted")
    expect(refused).to_contain_text("The ride is over or cancelled already.")
    assert serious(page) == []
    ride = office.ride(first)
    assert ride["state"] in {"RIDE_STATE_ABOARD", "RIDE_STATE_COMPLETED"}
    # When it happened, not when it was told.
    assert datetime.fromisoformat(ride["pickup_time"]) < shift.begins + timedelta(minutes=5)
    assert office.ride(cancelled)["state"] == "RIDE_STATE_CANCELLED"
    understood = refused.get_by_role("button", name="Understood")
    for left in range(understood.count(), 0, -1):
        expect(understood).to_have_count(left)
        understood.first.click()
    expect(refused).to_be_hidden()

    # Somebody is not there.
    gone = {cancelled["ride_id"], missing["ride_id"]}
    for stop in stops[until + 1 :]:
        if stop is missing:
            expect(page.locator("#next-halt")).to_have_text(stop["point"]["label"])
            page.get_by_role("button", name="Not there").first.click()
            sure = page.get_by_role("dialog", name="Nobody there?")
            expect(sure).to_be_visible()
            assert serious(page) == []
            page.keyboard.press("Escape")
            expect(sure).to_be_hidden()
            page.get_by_role("button", name="Not there").first.click()
            sure.get_by_role("button", name="Yes, nobody there").click()
        elif stop["ride_id"] not in gone:
            goes_on(page, ENGLISH, stop)
    expect(page.get_by_role("heading", name="All done")).to_be_visible()
    office.becomes(missing, "RIDE_STATE_NO_SHOW")
    office.becomes(first, "RIDE_STATE_COMPLETED")
    assert wrong == []


def by_command(console: Console, vehicle_id: str) -> Result:
    services = console.services
    words = ["driver-link", vehicle_id, "--address", services.address, "--data-dir", str(services.data_dir)]
    return CliRunner().invoke(app, [*words, "--url", console.url])


def breaks_down_without_a_network(page: Page, office: Office, shift: Shift) -> None:
    """Told what to do at once, and whether anybody knows of it; the office hears of it with the network."""
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation({"latitude": 53.4966, "longitude": 13.3105, "accuracy": 14})
    expect(page.get_by_text("Verbunden", exact=True)).to_be_visible()
    page.context.set_offline(True)
    expect(page.get_by_text("Kein Netz", exact=True)).to_be_visible()
    page.get_by_role("button", name="Panne melden").click()
    dialog = page.get_by_role("dialog", name="Panne", exact=False)
    expect(dialog.get_by_text("auf 14 m genau", exact=False)).to_be_visible()
    dialog.get_by_label("Akku oder Tank leer").check()
    assert serious(page) == []
    dialog.get_by_role("button", name="Ja, Panne melden").click()
    told = page.get_by_role("region", name="Panne gemeldet um", exact=False)
    expect(told).to_contain_text("Rufen Sie die Disposition an")
    for theme in THEMES:
        page.emulate_media(color_scheme=theme)
        assert serious(page) == [], theme
    page.clock.run_for(7_000)
    page.context.set_offline(False)
    expect(told).to_contain_text("Die Meldung ist angekommen")
    (broken,) = office.get(f"/v1/breakdowns?vehicle_id={shift.vehicle_id}")["breakdowns"]
    assert broken["reason"] == "BREAKDOWN_REASON_OUT_OF_ENERGY"
    assert broken["place"]["position"]["latitude_deg"] == pytest.approx(53.4966, abs=0.01)
    vehicle = office.get(f"/v1/vehicles/{shift.vehicle_id}")["vehicle"]
    assert vehicle["out_of_service"]
    office.put(f"/v1/vehicles/{shift.vehicle_id}", {"vehicle": {**vehicle, "out_of_service": False}})


def test_a_link_is_good_once_and_leads_drivers_nowhere_else(
    console: Console, office: Office, shift: Shift, phone: BrowserContext
) -> None:
    refused = by_command(console, "no-such-bus")
    assert refused.exit_code == 2
    assert "no-such-bus" in refused.output
    told = by_command(console, shift.vehicle_id)
    assert told.exit_code == 0, told.output
    link = told.stdout.strip()
    page = phone.new_page()
    page.clock.install(time=shift.begins)
    page.route("**/plan/watch", lambda route: route.abort())
    page.goto(link)
    expect(page.get_by_role("heading", name=shift.name, level=1)).to_be_visible()
    without_plan = page.get_by_text("Auf diesem Telefon ist noch nichts gespeichert", exact=False)
    expect(without_plan).to_be_visible()
    expect(page.get_by_role("button", name="Panne melden")).to_be_visible()
    page.unroute("**/plan/watch")
    expect(without_plan).to_be_hidden()
    page.goto(f"{console.url}/desk")
    page.wait_for_url("**/driver")
    expect(page.get_by_role("heading", name=shift.name, level=1)).to_be_visible()
    breaks_down_without_a_network(page, office, shift)
    page.get_by_role("button", name="Einstellungen").click()
    page.get_by_role("button", name="Abmelden").click()
    expect(page.get_by_role("heading", name="Anmelden")).to_be_visible()
    assert serious(page) == []
    page.goto(f"{link}&again")
    page.reload()
    expect(page.get_by_role("alert")).to_contain_text("schon benutzt")


def test_a_phone_that_is_lost_is_shut_out_by_the_desk(
    console: Console, browser: Browser, shift: Shift, phone: BrowserContext
) -> None:
    page = phone.new_page()
    page.clock.install(time=shift.begins)
    page.goto(by_command(console, shift.vehicle_id).stdout.strip())
    expect(page.get_by_role("heading", name=shift.name, level=1)).to_be_visible()
    desk = console.open(browser, "/settings")
    desk.get_by_role("button", name=f"driver-{shift.vehicle_id} abmelden").first.click()
    dialog = desk.get_by_role("dialog")
    expect(dialog.get_by_text("Chrome auf Linux", exact=False)).to_be_visible()
    assert serious(desk) == []
    dialog.get_by_role("button", name="Überall abmelden").click()
    expect(desk.get_by_text(" abgemeldet.", exact=False)).to_be_visible()
    expect(page.get_by_role("heading", name="Anmelden")).to_be_visible()
    expect(desk.get_by_role("button", name=f"driver-{shift.vehicle_id} abmelden")).to_have_count(0)
    desk.context.close()
