"""The map: what is on it is picked by mouse and by keyboard, and a closure drawn on it changes the plan."""

import itertools
import time
from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest
import shapely
from accessibility import serious
from console_browser import NOW, PHONE, WAIT_MS, Console, OpenPage
from landlinie.common.v1 import geo_pb2, time_pb2
from landlinie.network.v1 import road_change_service_pb2, road_change_service_pb2_grpc
from landlinie.pooling.v1 import offer_pb2, plan_pb2, ride_pb2, ride_pooling_service_pb2_grpc
from onebox.client import new_request_id
from onebox.local_time import stamp
from playwright.sync_api import Locator, Page, expect
from service_kit.identity.client import authenticated
from service_kit.identity.tls import open_channel
from service_kit.settings import ClientTlsSettings

pytestmark = [pytest.mark.network, pytest.mark.slow]

TOWN, VILLAGE = (53.5570, 13.2610), (53.4955, 13.3100)
CALL_S = 20.0
ACROSS_PX = 45
"""Of a line across a road: a hundred metres and more where one street is told from the next."""

LatLon = tuple[float, float]


class Desk:
    """The services themselves, without the console."""

    def __init__(self, console: Console) -> None:
        services = console.services
        channel = authenticated(open_channel(services.address, ClientTlsSettings()), services.credential())
        self.pooling = ride_pooling_service_pb2_grpc.RidePoolingServiceStub(channel)
        self.roads = road_change_service_pb2_grpc.RoadChangeServiceStub(channel)

    def book(self, origin: LatLon, destination: LatLon, door: str = "") -> tuple[str, str]:
        """Book a ride in an hour, from a door where one is named; return its id and the zone's."""
        earliest = NOW + timedelta(hours=1)
        asked = offer_pb2.RequestOffersRequest(
            request_id=new_request_id(),
            pickup=_place(origin, door),
            dropoff=_place(destination),
            pickup_window=time_pb2.TimeWindow(
                earliest=stamp(earliest), latest=stamp(earliest + timedelta(hours=1))
            ),
            party=offer_pb2.Party(seated_count=1),
            max_walk_m=0 if door else 400,
        )
        offer = self.pooling.RequestOffers(asked, timeout=CALL_S).offers[0]
        message = ride_pb2.BookRideRequest(request_id=new_request_id(), offer_id=offer.offer_id)
        ride = self.pooling.BookRide(message, timeout=CALL_S).ride
        return ride.ride_id, ride.zone_id

    def way_to_dropoff(self, ride_id: str, zone_id: str) -> list[LatLon]:
        """The positions of the leg that brings the passenger there."""
        plan = self.pooling.GetPlan(plan_pb2.GetPlanRequest(zone_id=zone_id), timeout=CALL_S).plan
        (stop_id,) = [
            stop.stop_id
            for tour in plan.tours
            for stop in tour.stops
            if stop.ride_id == ride_id and stop.action == plan_pb2.STOP_ACTION_DROPOFF
        ]
        paths = self.pooling.GetPlanPaths(plan_pb2.GetPlanPathsRequest(zone_id=zone_id), timeout=CALL_S)
        (leg,) = [leg for tour in paths.tours for leg in tour.legs if leg.stop_id == stop_id]
        return positions_of(leg.polyline)

    def vehicle_of(self, ride_id: str) -> str:
        ride = self.pooling.GetRide(ride_pb2.GetRideRequest(ride_id=ride_id), timeout=CALL_S).ride
        return str(ride.vehicle_id)

    def closures(self) -> list[str]:
        asked = road_change_service_pb2.ListRoadChangesRequest()
        found = self.roads.ListRoadChanges(asked, timeout=CALL_S).road_changes
        return [change.note for change in found]


def _place(where: LatLon, label: str = "") -> offer_pb2.Place:
    position = geo_pb2.Position(latitude_deg=where[0], longitude_deg=where[1])
    return offer_pb2.Place(position=position, label=label)


def positions_of(line: str) -> list[LatLon]:
    """Read an encoded polyline."""
    numbers, value, shift = list[int](), 0, 0
    for character in line:
        chunk = ord(character) - 63
        value |= (chunk & 0x1F) << shift
        shift += 5
        if chunk < 0x20:
            numbers.append(~(value >> 1) if value & 1 else value >> 1)
            value = shift = 0
    latitudes, longitudes = (itertools.accumulate(numbers[start::2]) for start in (0, 1))
    return [(lat / 1e5, lon / 1e5) for lat, lon in zip(latitudes, longitudes, strict=True)]


@pytest.fixture
def desk(console: Console) -> Desk:
    return Desk(console)


def eventually(holds: Callable[[], bool]) -> None:
    """Wait for what the services do in the background, and browsers after a while."""
    ends_s = time.monotonic() + WAIT_MS / 1000
    while not holds():
        assert time.monotonic() < ends_s, "did not come about"
        time.sleep(0.2)


def the_map(page: Page) -> Locator:
    """The map once it is drawn."""
    shown = page.locator("[data-testid=map][data-ready=true]")
    expect(shown).to_be_visible()
    return shown


def middle_of(area: Locator) -> tuple[float, float]:
    box = area.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious_on_the_map(open_page: OpenPage, theme: str) -> None:
    page = open_page("/map", theme=theme)
    the_map(page)
    expect(page.get_by_text("© OpenStreetMap contributors")).to_be_visible()
    page.get_by_text("Ebenen und Zeichen").click()
    assert serious(page) == []


def test_the_map_fits_a_phone(open_page: OpenPage) -> None:
    page = open_page("/map", size=PHONE)
    the_map(page)
    expect(page.get_by_text("© OpenStreetMap contributors")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]


def test_what_is_in_the_list_is_on_the_map_and_can_be_clicked_there(open_page: OpenPage) -> None:
    page = open_page("/map")
    shown = the_map(page)
    row = page.get_by_role("row", name="Anrufbus Nord")
    row.first.focus()
    page.keyboard.press("Enter")
    details = page.get_by_role("region", name="Anrufbus Nord")
    expect(details.get_by_role("heading", name="Nächste Halte")).to_be_visible()
    details.get_by_role("button", name="Auswahl aufheben").click()
    expect(details).to_be_hidden()

    # The map has moved to it: it is in the middle.
    def clicked() -> bool:
        page.mouse.click(*middle_of(shown))
        return details.is_visible()

    eventually(clicked)
    page.mouse.click(middle_of(shown)[0] + 150, middle_of(shown)[1] + 150)
    expect(details).to_be_hidden()


def test_a_ride_is_given_to_another_vehicle_and_back(open_page: OpenPage, desk: Desk) -> None:
    ride_id, _ = desk.book(TOWN, VILLAGE, "Hof Sonnenschein")
    before = desk.vehicle_of(ride_id)
    page = open_page("/map")
    the_map(page)
    page.get_by_role("combobox", name="Liste zeigt").select_option("rides")
    # In the order of the day; what nobody gave a name is not called by an id.
    expect(page.get_by_role("columnheader", name="Zeit")).to_have_attribute("aria-sort", "ascending")
    expect(page.get_by_role("row", name="Ort ohne Namen").first).to_be_visible()
    page.get_by_role("row", name="Hof Sonnenschein").focus()
    page.keyboard.press("Enter")
    details = page.get_by_role("region", name="Hof Sonnenschein")
    expect(details.get_by_role("button", name="Anderes Fahrzeug …")).to_be_visible()
    assert serious(page) == []
    page.keyboard.press("m")
    dialog = page.get_by_role("dialog", name="Anderes Fahrzeug")
    # What it would cost stands beside each vehicle; the cheapest is chosen already.
    expect(dialog.get_by_role("radio").first).to_be_focused()
    expect(dialog.get_by_role("listitem").first).to_contain_text("Fahrt")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="Die Fahrt ist jetzt bei")).to_be_visible()
    assert desk.vehicle_of(ride_id) != before
    page.keyboard.press("Control+z")
    expect(page.get_by_role("status").filter(has_text="Zurückgenommen")).to_be_visible()
    assert desk.vehicle_of(ride_id) == before

    # Its vehicle has it among its next stops, for whoever looks there.
    details.get_by_role("button", name="Anrufbus").or_(
        details.get_by_role("button", name="bus")
    ).first.click()
    page.get_by_role("button", name="Anderes Fahrzeug für die Fahrt ab Hof Sonnenschein").click()
    expect(dialog.get_by_role("radio").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_layers_are_switched(open_page: OpenPage) -> None:
    page = open_page("/map", language="en")
    the_map(page)
    page.get_by_text("Layers and signs").click()
    benches = page.get_by_role("checkbox", name="Ride-share benches")
    expect(benches).to_be_checked()
    benches.uncheck()
    # What is picked from the list is shown again.
    page.get_by_role("combobox", name="List shows").select_option("benches")
    page.get_by_role("table").get_by_role("row").nth(1).click()
    expect(benches).to_be_checked()


def test_a_closure_drawn_on_the_map_leads_the_plan_round_it(open_page: OpenPage, desk: Desk) -> None:
    ride = desk.book(TOWN, VILLAGE)
    usual = desk.way_to_dropoff(*ride)
    here, there = usual[len(usual) // 2 : len(usual) // 2 + 2]
    page = open_page(f"/map?at={(here[0] + there[0]) / 2},{(here[1] + there[1]) / 2}")
    shown = the_map(page)
    page.keyboard.press("x")
    expect(page.get_by_role("toolbar", name="Sperrung zeichnen")).to_be_visible()
    for x, y in across(here, there, *middle_of(shown)):
        page.mouse.click(x, y)
    expect(page.get_by_text("2 Punkte")).to_be_visible()
    page.keyboard.press("w")
    dialog = page.get_by_role("dialog", name="Sperrung zeichnen")
    dialog.get_by_label("Hinweis").fill("Baum auf der Straße")
    dialog.get_by_role("button", name="Sperrung melden").click()
    expect(page.get_by_text("Die Pläne werden neu gerechnet", exact=False)).to_be_visible()
    details = page.get_by_role("region", name="Baum auf der Straße")
    expect(details).to_be_visible()

    middle = shapely.Point((here[0] + there[0]) / 2, (here[1] + there[1]) / 2)
    eventually(lambda: shapely.LineString(desk.way_to_dropoff(*ride)).distance(middle) > 1e-4)

    details.get_by_role("button", name="Sperrung aufheben").click()
    eventually(lambda: desk.way_to_dropoff(*ride) == usual)
    expect(details).to_be_hidden()


def across(here: LatLon, there: LatLon, x: float, y: float) -> Sequence[tuple[float, float]]:
    """Two places on the screen, at both sides of a road that leads through a third one."""
    # Rows are counted downwards, and degrees of longitude are shorter here.
    east, south = (there[1] - here[1]) * 0.595, here[0] - there[0]
    length = (east**2 + south**2) ** 0.5
    right, down = -south / length * ACROSS_PX, east / length * ACROSS_PX
    return (x + right, y + down), (x - right, y - down)


def test_a_closure_is_drawn_by_keyboard_alone(open_page: OpenPage, desk: Desk) -> None:
    before = desk.closures()
    page = open_page("/map?at=53.4955,13.3100")
    shown = the_map(page)
    page.keyboard.press("x")
    page.keyboard.press("p")
    shown.locator("canvas").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("p")
    expect(page.get_by_text("2 Punkte")).to_be_visible()
    page.keyboard.press("z")
    expect(page.get_by_text("1 Punkt", exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Sperrung zeichnen")).to_be_visible()
    assert desk.closures() == before
