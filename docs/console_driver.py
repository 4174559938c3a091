"""The pictures of the driver's page."""

from collections.abc import Callable
from typing import Any

from console_browser import PHONE, Console
from playwright.sync_api import Browser, Page, expect

Draw = Callable[[Console, Browser], Page]


def busiest(page: Page, address: str) -> str:
    """The vehicle that halts most often today."""

    def asked(path: str) -> Any:
        return page.context.request.get(f"{address}{path}").json()

    tours = [
        tour
        for zone in asked("/v1/zones")["zones"]
        for tour in asked(f"/v1/zones/{zone['zone_id']}/plan")["plan"]["tours"]
    ]
    busy = max(tours, key=lambda tour: sum(not stop["done"] for stop in tour["stops"] if stop["ride_id"]))
    return str(busy["vehicle_id"])


def driving(*, is_offline: bool = False, **look: Any) -> Draw:
    """The next stop and what comes after it; without a network, with a report that waits."""

    def draw(console: Console, browser: Browser) -> Page:
        page = console.open(browser, "/icon.svg", size=PHONE, **look)
        page.goto(f"{console.url}/driver?vehicle={busiest(page, console.url)}")
        expect(page.locator("#next-halt")).to_be_visible()
        if is_offline:
            page.context.set_offline(True)
            page.get_by_role("button", name="Arrived", exact=True).click()
            page.clock.run_for(7_000)
            expect(page.get_by_text("1 report waits for the network")).to_be_visible()
        return page

    return draw


SCENES: dict[str, Draw] = {
    "driver": driving(),
    "driver-offline": driving(is_offline=True, language="en", theme="dark"),
}
