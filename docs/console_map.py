"""The pictures of the console's map."""

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from console_browser import DESK, NOW, PHONE, Console
from playwright.sync_api import Browser, Page, expect

Draw = Callable[[Console, Browser], Page]

_DEVICES_AT_ONCE = 200
_TOWN = "53.5575,13.2635"


def fill_containers(page: Page, address: str) -> None:
    """Let the sensors of the demo district measure something, once; levels are made up."""
    drawn = random.Random(8)
    headers = {"X-Landlinie-Client": "pictures", "Origin": address, "Idempotency-Key": "levels"}
    asked = page.context.request.get(f"{address}/v1/devices?page_size={_DEVICES_AT_ONCE}")
    devices = [each["device_id"] for each in asked.json().get("devices", []) if each.get("container_id")]
    readings = [
        {
            "device_id": device,
            "measure_time": (NOW - timedelta(minutes=drawn.randrange(5, 90))).isoformat(),
            "fill_share": round(drawn.betavariate(2, 2), 2),
        }
        for device in devices
    ]
    if readings:
        told = page.context.request.post(
            f"{address}/v1/readings", data={"readings": readings}, headers=headers
        )
        if not told.ok:
            raise RuntimeError(told.text())


def _drawn(page: Page) -> None:
    expect(page.locator("[data-testid=map][data-ready=true]")).to_be_visible()
    # Tiles and letters come one after the other.
    page.wait_for_timeout(4000)


def overview(*, language: str = "de", theme: str = "light", size: tuple[int, int] = DESK) -> Draw:
    """The whole district as the map opens."""

    def draw(console: Console, browser: Browser) -> Page:
        page = console.open(browser, "/map", language=language, theme=theme, size=size)
        fill_containers(page, console.url)
        page.reload()
        _drawn(page)
        return page

    return draw


def chosen(**look: Any) -> Draw:
    """A vehicle with its next stops, the way it will drive, and what the signs mean."""

    def draw(console: Console, browser: Browser) -> Page:
        page = overview(**look)(console, browser)
        page.locator("tr[data-row='1']").click()
        page.get_by_text("Ebenen und Zeichen").or_(page.get_by_text("Layers and signs")).click()
        page.wait_for_timeout(3000)
        return page

    return draw


def container(console: Console, browser: Browser) -> Page:
    """Containers of the town by their traffic light."""
    page = console.open(browser, f"/map?at={_TOWN}")
    fill_containers(page, console.url)
    page.reload()
    _drawn(page)
    page.get_by_role("combobox", name="Liste zeigt").select_option("containers")
    return page


def closure(console: Console, browser: Browser) -> Page:
    """A closure that is being drawn."""
    page = console.open(browser, f"/map?at={_TOWN}")
    _drawn(page)
    page.keyboard.press("x")
    for x, y in ((260, 390), (335, 425), (415, 410)):
        page.get_by_test_id("map").click(position={"x": x, "y": y})
    return page


SCENES: dict[str, Draw] = {
    "map": overview(),
    "map-chosen": chosen(),
    "map-dark": chosen(theme="dark", language="en"),
    "map-phone": overview(size=PHONE),
    "map-containers": container,
    "map-closure": closure,
}
