"""Pictures of what a day brings: a changed shift, a breakdown, a lost phone, a vehicle that comes."""

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from console_browser import PHONE, Console
from console_driver import busiest
from console_scenes import passenger
from playwright.sync_api import Browser, Page, expect

Draw = Callable[[Console, Browser], Page]

_DEVICES = (
    "Mozilla/5.0 (Linux; Android 14; Mobile) AppleWebKit/537.36 Chrome/131.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:133.0) Gecko/20100101 Firefox/133.0",
)


def _headers(console: Console) -> dict[str, str]:
    return {
        "Authorization": f"Bearer {console.token()}",
        "X-Landlinie-Client": "pictures",
        "Origin": console.url,
        "Idempotency-Key": uuid4().hex,
    }


def shift(console: Console, browser: Browser) -> Page:
    """A shift that is changed, with its break."""
    page = console.open(browser, "/fleet")
    page.get_by_role("table", name="Schichten").get_by_role("row", name="Anrufbus Ost 1").first.click()
    expect(page.get_by_role("dialog", name="Schicht ändern")).to_be_visible()
    return page


def moving(console: Console, browser: Browser) -> Page:
    """What it costs to give a ride to each other vehicle, on the map."""
    page = console.open(browser, "/map")
    expect(page.locator("[data-testid=map][data-ready=true]")).to_be_visible()
    page.get_by_role("combobox", name="Liste zeigt").select_option("rides")
    booked = page.get_by_role("row").filter(has_text="Einstieg").filter(has_not_text="noch nicht gebucht")
    booked.first.click()
    page.get_by_role("button", name="Anderes Fahrzeug …", exact=True).click()
    expect(page.get_by_role("dialog").get_by_role("radio").first).to_be_focused()
    # Tiles and letters come one after the other.
    page.wait_for_timeout(3000)
    return page


def signed_in(console: Console, browser: Browser) -> Page:
    """Who is signed in, on which device."""
    for device in _DEVICES:
        other = browser.new_context(user_agent=device, locale="de-DE")
        answer = other.request.post(
            f"{console.url}/v1/session", data={"token": console.token()}, headers=_headers(console)
        )
        if not answer.ok:
            raise RuntimeError(answer.text())
        other.close()
    page = console.open(browser, "/settings")
    expect(page.get_by_role("table", name="Wer angemeldet ist").get_by_role("row").nth(2)).to_be_visible()
    return page


def vehicle_comes(console: Console, browser: Browser) -> Page:
    """The vehicle that waits for a passenger, on a map."""
    page = passenger(console, browser)
    page.get_by_role("button", name="auswählen").first.click()
    page.get_by_label("Telefonnummer", exact=True).fill("0395 7654321")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="kommt um")).to_be_visible()
    booking_id = page.url.rpartition("/")[2]
    booking = page.context.request.get(f"{console.url}/v1/bookings/{booking_id}").json()["booking"]
    ride_id = next(leg["reference"] for leg in booking["legs"] if leg["reference"])
    asked = page.context.request
    ride = asked.get(f"{console.url}/v1/rides/{ride_id}", headers=_headers(console)).json()["ride"]
    path = f"/v1/vehicles/{ride['vehicle_id']}/stops/{ride_id}.pickup/arrive"
    answer = asked.post(f"{console.url}{path}", data={}, headers=_headers(console))
    if not answer.ok:
        raise RuntimeError(answer.text())
    expect(page.get_by_role("status").filter(has_text="wartet auf Sie")).to_be_visible()
    page.get_by_role("button", name="Auf der Karte zeigen").click()
    shown = page.get_by_role("img", name="Karte mit Einstieg", exact=False)
    expect(shown).to_have_attribute("data-ready", "true")
    shown.scroll_into_view_if_needed()
    page.wait_for_timeout(3000)
    return page


def breakdown(**look: Any) -> Draw:
    """Who has to be called, now that a vehicle stands."""

    def draw(console: Console, browser: Browser) -> Page:
        page = breakdowns(**look)(console, browser)
        page.get_by_role("table").get_by_role("row").nth(1).click()
        expect(page.get_by_role("heading", name=re.compile("Panne: |Breakdown: "), level=1)).to_be_visible()
        return page

    return draw


def breakdowns(**look: Any) -> Draw:
    """All breakdowns; the one vehicle that has most to do stands still."""

    def draw(console: Console, browser: Browser) -> Page:
        page = console.open(browser, "/icon.svg", **look)
        known = page.context.request.get(f"{console.url}/v1/breakdowns").json()["breakdowns"]
        if not known:
            answer = page.context.request.post(
                f"{console.url}/v1/vehicles/{busiest(page, console.url)}/breakdown",
                data={"reason": "BREAKDOWN_REASON_UNSPECIFIED"},
                headers=_headers(console),
            )
            if not answer.ok:
                raise RuntimeError(answer.text())
        page.goto(f"{console.url}/breakdowns")
        expect(page.get_by_role("table").get_by_role("row").nth(1)).to_be_visible()
        return page

    return draw


# What changes the day for the pictures after it stands last.
SCENES: dict[str, Draw] = {
    "shift": shift,
    "map-moving": moving,
    "signed-in": signed_in,
    "passenger-vehicle": vehicle_comes,
    "breakdowns": breakdowns(),
    "breakdown": breakdown(),
    "breakdown-phone": breakdown(size=PHONE, language="en", theme="dark"),
}
