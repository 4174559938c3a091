"""The pictures of more pages: timeline, containers, a service that is away, what passengers see."""

import math
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from console_browser import NOW, PHONE, Console
from playwright.sync_api import Browser, Page, expect

Draw = Callable[[Console, Browser], Page]

_HOURS, _EVERY_H = 240, 4
_MEASURED = 24


def _send(page: Page, console: Console, path: str, body: dict[str, Any], key: str) -> dict[str, Any]:
    headers = {"X-Landlinie-Client": "pictures", "Origin": console.url, "Idempotency-Key": key}
    answer = page.context.request.post(f"{console.url}{path}", data=body, headers=headers)
    if not answer.ok:
        raise RuntimeError(f"{path}: {answer.text()}")
    told: dict[str, Any] = answer.json()
    return told


def measure(console: Console, browser: Browser) -> None:
    """Let sensors measure for ten days, once: containers fill at a speed of their own and are emptied."""
    page = console.open(browser, "/icon.svg")
    asked = page.context.request.get(f"{console.url}/v1/container-states?page_size=500").json()["states"]
    for number, state in enumerate(asked[:_MEASURED]):
        device = {
            "device_id": f"picture-{number}",
            "sub_account_id": state["sub_account_id"],
            "model": "milesight-em310-udl",
            "container_id": state["container_id"],
        }
        _send(page, console, "/v1/devices", {"device": device}, f"picture-device-{number}")
        period_h = 50 + 7 * (number % 5)
        readings = [
            {
                "device_id": device["device_id"],
                "measure_time": (NOW - timedelta(hours=_HOURS - hour)).isoformat(),
                "fill_share": round(math.fmod(hour + 11 * number, period_h) / period_h * 0.96, 3),
            }
            for hour in range(2, _HOURS, _EVERY_H)
        ]
        _send(page, console, "/v1/readings", {"readings": readings}, f"picture-readings-{number}")
    page.context.close()


def timeline(**look: Any) -> Draw:
    """The day of all vehicles, with one ride chosen."""

    def draw(console: Console, browser: Browser) -> Page:
        page = console.open(browser, "/timeline", **look)
        page.locator("[data-vehicle] [data-ride]").first.click()
        expect(page.locator("[data-ride][aria-pressed=true]")).to_be_visible()
        return page

    return draw


def containers(**look: Any) -> Draw:
    """Containers, the most urgent first."""

    def draw(console: Console, browser: Browser) -> Page:
        measure(console, browser)
        page = console.open(browser, "/containers", **look)
        expect(page.get_by_role("table").get_by_role("row").nth(1)).to_be_visible()
        page.wait_for_timeout(1500)
        return page

    return draw


def container(**look: Any) -> Draw:
    """One container: how full it is, was and will be."""

    def draw(console: Console, browser: Browser) -> Page:
        page = containers(**look)(console, browser)
        page.get_by_role("table").get_by_role("row").nth(1).click()
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        page.wait_for_timeout(2000)
        return page

    return draw


def away(console: Console, browser: Browser) -> Page:
    """A service that does not answer, and what works meanwhile."""
    page = console.open(browser, "/icon.svg")
    services = [{"name": name, "answers": name != "journeys"} for name in ("journeys", "pooling", "waste")]
    page.route("**/v1/status", lambda route: route.fulfill(json={"services": services}))
    page.goto(f"{console.url}/rides")
    expect(page.get_by_text("antwortet gerade nicht", exact=False)).to_be_visible()
    page.wait_for_timeout(1500)
    return page


def passenger(console: Console, browser: Browser) -> Page:
    """Journeys a passenger may choose from, without an account."""
    page = console.open(browser, "/ride", size=PHONE, signed_in=False)
    for label, text in (("Von", "burg starg bahnh"), ("Nach", "bonhoefer klin")):
        page.get_by_label(label, exact=True).focus()
        page.keyboard.type(text)
        page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Suchen", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("listitem").filter(has_text="€").first).to_be_visible()
    return page


SCENES: dict[str, Draw] = {
    "timeline": timeline(),
    "timeline-dark": timeline(theme="dark", language="en"),
    "timeline-phone": timeline(size=PHONE),
    "containers": containers(),
    "containers-phone": containers(size=PHONE, language="en", theme="dark"),
    "container": container(),
    "away": away,
    "passenger": passenger,
}
