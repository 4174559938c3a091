"""The pictures of a depot's pages: alarms, a recycling yard, and what everybody sees of it."""

from collections.abc import Callable
from typing import Any

from console_browser import DISTRICT, NOW, PHONE, Console
from onebox.client import connected
from onebox.demo.sensors import DemoSensors
from onebox.demo.yard import YARD_ID, DemoYard
from onebox.district import load_district
from playwright.sync_api import Browser, Page, expect

Draw = Callable[[Console, Browser], Page]


def alarms(**look: Any) -> Draw:
    """What needs somebody now."""

    def draw(console: Console, browser: Browser) -> Page:
        page = console.open(browser, "/icon.svg", **look)
        if not page.context.request.get(f"{console.url}/v1/alarms").json()["alarms"]:
            with connected(console.services.address, console.services.credential()) as services:
                DemoSensors.of(load_district(DISTRICT)).report(services, NOW)
        page.goto(f"{console.url}/alarms")
        expect(page.get_by_role("table").first.get_by_role("row").nth(1)).to_be_visible()
        page.wait_for_timeout(1500)
        return page

    return draw


def yards(**look: Any) -> Draw:
    """How full the yard is, and will be."""

    def draw(console: Console, browser: Browser) -> Page:
        _count(console)
        page = console.open(browser, "/yards", **look)
        expect(page.get_by_role("img").first).to_be_visible()
        return page

    return draw


def public_yard(**look: Any) -> Draw:
    """The same for everybody."""

    def draw(console: Console, browser: Browser) -> Page:
        _count(console)
        page = console.open(browser, "/icon.svg", signed_in=False, **look)
        page.goto(f"{console.url}/yard/{YARD_ID}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        return page

    return draw


def _count(console: Console) -> None:
    with connected(console.services.address, console.services.credential()) as services:
        DemoYard.of(load_district(DISTRICT)).report(services, NOW)


SCENES: dict[str, Draw] = {
    "alarms": alarms(),
    "alarms-phone": alarms(size=PHONE, language="en", theme="dark"),
    "yards": yards(),
    "yard-public": public_yard(size=PHONE),
    "yard-public-dark": public_yard(size=PHONE, language="en", theme="dark"),
}
