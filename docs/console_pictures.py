"""The pictures of the console: real services on the demo district, a real browser.

Usage: console_pictures.py [NAME…]
"""

import sys
import tempfile
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import console_billing
import console_changes
import console_depot
import console_driver
import console_map
import console_scenes
from console_browser import DESK, NOW, PHONE, WAIT_MS, Console, launched, serving
from desk_words import WORDS, take_call
from playwright.sync_api import Browser, Page, expect, sync_playwright

PICTURES = Path(__file__).resolve().parent / "pictures"

# Made-up people between real places, so that lists are not empty.
RIDES = (
    ("Bahnhof Burg Stargard", "Bonhoeffer-Klinikum", 75, 1, 0),
    ("Trollenhagen", "Bahnhof Neubrandenburg", 90, 2, 0),
    ("Neverin", "Marktplatz Neubrandenburg", 105, 1, 1),
    ("Cammin", "Bahnhof Neubrandenburg", 120, 1, 0),
    ("Neuenkirchen", "Bonhoeffer-Klinikum", 150, 3, 0),
    ("Penzlin", "Bahnhof Neubrandenburg", 165, 1, 0),
    ("Bahnhof Neubrandenburg", "Cammin", 190, 1, 0),
    ("Bonhoeffer-Klinikum", "Bahnhof Burg Stargard", 240, 1, 0),
    ("Marktplatz Neubrandenburg", "Neverin", 270, 1, 1),
    ("Bahnhof Neubrandenburg", "Trollenhagen", 300, 2, 0),
)
CALLERS = ("Frau Petersen", "Herr Kruse", "Frau Yilmaz", "Herr Wendt")
# Numbers that are kept free for films and books.
NOBODYS_PHONE = "030 231250"


def main(wanted: Sequence[str]) -> None:
    """Draw the pictures named, or all."""
    expect.set_options(timeout=WAIT_MS)
    with (
        tempfile.TemporaryDirectory(prefix="landlinie-console-") as folder,
        serving(Path(folder)) as console,
        sync_playwright() as playwright,
    ):
        browser = launched(playwright)
        book_rides(console, browser)
        for name, draw in SCENES.items():
            if not wanted or name in wanted:
                page = draw(console, browser)
                # Transitions are over, pictures of the map are drawn.
                page.wait_for_timeout(400)
                page.screenshot(path=PICTURES / f"console-{name}.png")
                page.context.close()
        browser.close()


def book_rides(console: Console, browser: Browser) -> None:
    """Fill the day with rides, as apps would book them."""
    page = console.open(browser, "/icon.svg")

    def call(path: str, body: dict[str, Any], key: str) -> dict[str, Any]:
        headers = {"X-Landlinie-Client": "pictures", "Origin": console.url, "Idempotency-Key": key}
        answer = page.context.request.post(f"{console.url}{path}", data=body, headers=headers)
        told: dict[str, Any] = answer.json() if answer.ok else {}
        return told

    for number, (pickup, dropoff, minutes, seated, wheelchairs) in enumerate(RIDES):
        ends = []
        for text in (pickup, dropoff):
            places = call("/v1/places/search", {"text": text, "max_result_count": 1}, f"place-{number}")[
                "places"
            ]
            ends.append({"position": places[0]["position"], "label": places[0]["label"]})
        if len(ends) < 2:
            continue
        earliest = NOW + timedelta(minutes=minutes)
        question = {
            "pickup": ends[0],
            "dropoff": ends[1],
            "pickup_window": {
                "earliest": earliest.isoformat(),
                "latest": (earliest + timedelta(minutes=30)).isoformat(),
            },
            "party": {"seated_count": seated, "wheelchair_count": wheelchairs},
        }
        found = call("/v1/ride-offers", question, f"ask-{number}")
        if found.get("offers"):
            contact = {"name": CALLERS[number % len(CALLERS)], "phone": f"{NOBODYS_PHONE}{number:02d}"}
            call(
                "/v1/rides",
                {"offer_id": found["offers"][0]["offer_id"], "contact": contact},
                f"book-{number}",
            )
    page.context.close()


def fill_call(page: Page, when: str, *, language: str = "de") -> None:
    """Type what a caller says, as far as the offers and what they cost."""
    take_call(page, WORDS[language], pickup="burg starg bahnh", dropoff="bonhoeffer klin", when=when)
    expect(page.get_by_text("Die Fahrt kostet").or_(page.get_by_text("The ride costs"))).to_be_visible()


def desk(**look: Any) -> Callable[[Console, Browser], Page]:
    """A call with its offers."""

    def draw(console: Console, browser: Browser) -> Page:
        page = console.open(browser, "/desk", **look)
        fill_call(page, "14:30", language=look.get("language", "de"))
        return page

    return draw


def refused(console: Console, browser: Browser) -> Page:
    """What is not possible, why, and what is."""
    page = console.open(browser, "/desk", language="en")
    fill_call(page, "tomorrow 3:05", language="en")
    return page


def booked(console: Console, browser: Browser) -> Page:
    """The promise, to be read aloud."""
    page = console.open(browser, "/desk")
    fill_call(page, "15:30")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Gebucht", exact=True)).to_be_focused()
    return page


def typing(console: Console, browser: Browser) -> Page:
    """A place, found while it is typed."""
    page = console.open(browser, "/desk")
    expect(page.get_by_label("Telefon", exact=True)).to_be_focused()
    page.get_by_label("Von", exact=True).press_sequentially("bonhoefer")
    expect(page.get_by_role("option").first).to_be_visible()
    return page


def shown(path: str, **look: Any) -> Callable[[Console, Browser], Page]:
    """A page as it opens."""

    def draw(console: Console, browser: Browser) -> Page:
        page = console.open(browser, path, **look)
        expect(page.get_by_role("main").get_by_role("heading").first).to_be_visible()
        expect(
            page.get_by_text("Verbunden", exact=True).or_(page.get_by_text("Connected", exact=True))
        ).to_be_visible()
        page.wait_for_timeout(1500)
        return page

    return draw


def ride(console: Console, browser: Browser) -> Page:
    """One ride, with what was promised and what is planned."""
    page = shown("/rides")(console, browser)
    page.locator("tr[data-row='0']").click()
    expect(page.get_by_role("heading", name="Zugesagt")).to_be_visible()
    return page


def palette(console: Console, browser: Browser) -> Page:
    """Every command and its keys."""
    page = shown("/rides", language="en")(console, browser)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    return page


def statement(console: Console, browser: Browser, **look: Any) -> Page:
    """A bill, and why it is the lowest there is."""
    # Told once more, it is the same account with the same rides.
    account_id = console_billing.billed_account(console)
    path = f"/accounts/{account_id}/statements/{console_billing.SETTLED}"
    return shown(path, **look)(console, browser)


SCENES: dict[str, Callable[[Console, Browser], Page]] = {
    "desk": desk(size=DESK),
    "desk-dark": desk(theme="dark", language="en"),
    "desk-phone": desk(size=PHONE),
    "typing": typing,
    "refused": refused,
    "booked": booked,
    "rides": shown("/rides"),
    "rides-dark": shown("/rides", theme="dark", language="en"),
    "ride": ride,
    "fleet": shown("/fleet"),
    "audit": shown("/audit", language="en"),
    "settings": shown("/settings", language="en"),
    "palette": palette,
    "figures": shown("/figures?by=week"),
    "tariff": shown("/tariff", language="en"),
    "statement": statement,
    "statement-phone": partial(statement, size=PHONE, language="en"),
    **console_driver.SCENES,
    **console_map.SCENES,
    **console_depot.SCENES,
    **console_scenes.SCENES,
    **console_changes.SCENES,
}


if __name__ == "__main__":
    main(sys.argv[1:])
