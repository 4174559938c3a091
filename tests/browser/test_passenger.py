"""A passenger without an account: plans, books, sees the vehicle come, pays, cancels; on real services."""

import re
from dataclasses import dataclass
from uuid import uuid4

import pytest
from accessibility import serious
from console_browser import DESK, PHONE, Console, OpenPage
from playwright.sync_api import APIResponse, Locator, Page, expect

pytestmark = [pytest.mark.network, pytest.mark.slow]

PHONE_NUMBER = "0395 7654321"
SOON = re.compile(r"\b09:[345]\d –")


@dataclass(frozen=True)
class Words:
    """What the page says."""

    start: str
    goal: str
    search: str
    choose: str
    sure: str
    phone: str
    booked: str
    comes: str
    waits: str
    cancel: str
    yes: str
    cancelled: str
    trips: str
    bill: str
    running: str
    held: str
    not_here: str
    missing: str


WORDS = {
    "de": Words(
        start="Von",
        goal="Nach",
        search="Suchen",
        choose="auswählen",
        sure="Diese Fahrt buchen?",
        phone="Telefonnummer",
        booked="Gebucht",
        comes="kommt um",
        waits="ist da und wartet auf Sie",
        cancel="Fahrt absagen",
        yes="Ja, absagen",
        cancelled="Storniert",
        trips="Meine Fahrten",
        bill="Abrechnung",
        running="Läuft noch",
        held="Reserviert",
        not_here="Diese Buchung gibt es auf diesem Gerät nicht.",
        missing="Bitte wählen Sie, wohin die Fahrt geht.",
    ),
    "en": Words(
        start="From",
        goal="To",
        search="Search",
        choose="Choose the journey",
        sure="Book this journey?",
        phone="Phone number",
        booked="Booked",
        comes="comes to you at",
        waits="is there and waits for you",
        cancel="Cancel the ride",
        yes="Yes, cancel",
        cancelled="Cancelled",
        trips="My trips",
        bill="Bill",
        running="Still running",
        held="Reserved",
        not_here="There is no such booking on this device.",
        missing="Please choose where it goes.",
    ),
}


def is_fit_for_all(page: Page) -> None:
    """Nothing that stands in the way of those who see, hear or move differently."""
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def typed(page: Page, label: str, text: str) -> None:
    """Find a place by typing, as fast as somebody types who does not look."""
    expect(page.get_by_label(label, exact=True)).to_be_focused()
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def told(answer: APIResponse) -> dict[str, object]:
    assert answer.ok, answer.text()
    found: dict[str, object] = answer.json()
    return found


def ride_of(page: Page, console: Console) -> str:
    """The ride on demand of the booking that is shown."""
    booking_id = page.url.rpartition("/")[2]
    booking = told(page.context.request.get(f"{console.url}/v1/bookings/{booking_id}"))["booking"]
    (reference,) = [leg["reference"] for leg in booking["legs"] if leg["reference"]]  # type: ignore[index]
    return str(reference)


def held_cents(page: Page, console: Console, ride_id: str, *, wanted: bool) -> int | None:
    """What the payment provider holds for a ride, once that is as wanted: it is told after the booking."""
    for _ in range(300):
        payment = console.payments.payments.get(ride_id)
        held = payment.held_cents if payment else None
        if (held is not None) == wanted:
            return held
        page.wait_for_timeout(100)
    raise AssertionError(console.payments.payments)


def found(page: Page, words: Words) -> Locator:
    """A ride on demand in the next minutes; a machine that is busy with other things finds it a bit later."""
    search = page.get_by_role("button", name=words.search, exact=True)
    for _ in range(20):
        expect(search).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("#found")).to_be_visible()
        soon = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name=SOON))
        if soon.count():
            return soon.filter(has_text="€").first
    raise AssertionError(page.get_by_role("main").inner_text())


def booked(page: Page, console: Console, words: Words) -> str:
    """Plan and book by keyboard alone; the ride's id."""
    page.get_by_label(words.start, exact=True).focus()
    typed(page, words.start, "burg starg bahnh")
    expect(page.get_by_label(words.goal, exact=True)).to_be_focused()
    page.get_by_role("button", name=words.search, exact=True).press("Enter")
    expect(page.get_by_role("alert")).to_have_text(words.missing)
    typed(page, words.goal, "bonhoefer klin")
    journey = found(page, words)
    expect(journey).to_contain_text("CO₂")
    is_fit_for_all(page)
    journey.get_by_role("button", name=words.choose).press("Enter")
    expect(page.get_by_role("heading", name=words.sure)).to_be_visible()
    expect(page.get_by_role("main")).to_be_focused()
    assert page.title() == f"{words.sure} – Landlinie"
    page.get_by_label(words.phone, exact=True).fill(PHONE_NUMBER)
    is_fit_for_all(page)
    page.get_by_label(words.phone, exact=True).press("Enter")
    expect(page.get_by_role("heading", name=words.booked, exact=True)).to_be_visible()
    expect(page.get_by_role("status").filter(has_text=words.comes)).to_be_visible()
    is_fit_for_all(page)
    return ride_of(page, console)


# The second of them ends with a vehicle that has arrived: it stands there for whoever comes after.
@pytest.mark.parametrize(("language", "theme", "size"), [("en", "dark", DESK), ("de", "light", PHONE)])
def test_a_passenger_books_pays_and_cancels(
    open_page: OpenPage, console: Console, language: str, theme: str, size: tuple[int, int]
) -> None:
    words = WORDS[language]
    page = open_page("/icon.svg", language=language, theme=theme, size=size, signed_in=False)
    addresses: list[str] = []
    page.on("request", lambda request: addresses.append(request.url))
    page.goto(f"{console.url}/ride")
    is_fit_for_all(page)
    ride_id = booked(page, console, words)
    cents = held_cents(page, console, ride_id, wanted=True) or 0
    assert cents > 0
    contact = told(
        page.context.request.get(
            f"{console.url}/v1/rides/{ride_id}", headers={"Authorization": f"Bearer {console.token()}"}
        )
    )["contact"]
    assert contact == {"name": "", "phone": PHONE_NUMBER}

    booking = page.url
    page.reload()
    expect(page.get_by_role("heading", name=words.booked, exact=True)).to_be_visible()
    other = open_page("/icon.svg", language=language, size=size, signed_in=False)
    other.goto(booking)
    expect(other.get_by_role("heading", name=words.not_here)).to_be_visible()

    page.get_by_role("link", name=words.bill, exact=True).press("Enter")
    expect(page.get_by_text(words.running, exact=True)).to_be_visible()
    euros, rest = divmod(cents, 100)
    amount = re.compile(rf"{euros}[.,]{rest:02}")
    expect(page.get_by_role("region", name=words.held)).to_contain_text(amount)
    is_fit_for_all(page)
    page.get_by_role("link", name=words.trips, exact=True).press("Enter")
    expect(page.get_by_role("main").get_by_text(words.booked, exact=True)).to_be_visible()
    is_fit_for_all(page)
    page.get_by_role("main").get_by_role("link").first.press("Enter")
    page.get_by_role("button", name=words.cancel).press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    is_fit_for_all(page)
    page.get_by_role("button", name=words.yes).press("Enter")
    expect(page.get_by_role("heading", name=words.cancelled, exact=True)).to_be_visible()
    assert held_cents(page, console, ride_id, wanted=False) is None

    personal = re.compile(r"stargard|bonhoef|7654321|53\.4|13\.3", re.IGNORECASE)
    assert len(addresses) > 10
    assert [address for address in addresses if personal.search(address)] == []


def test_the_vehicle_is_seen_to_come(open_page: OpenPage, console: Console) -> None:
    words = WORDS["de"]
    page = open_page("/ride", size=PHONE, signed_in=False)
    ride_id = booked(page, console, words)
    driver = {
        "Authorization": f"Bearer {console.token()}",
        "X-Landlinie-Client": "tests",
        "Idempotency-Key": uuid4().hex,
    }
    ride = told(page.context.request.get(f"{console.url}/v1/rides/{ride_id}", headers=driver))["ride"]
    vehicle_id = ride["vehicle_id"]  # type: ignore[index]
    arrived = page.context.request.post(
        f"{console.url}/v1/vehicles/{vehicle_id}/stops/{ride_id}.pickup/arrive", data={}, headers=driver
    )
    assert arrived.ok, arrived.text()
    expect(page.get_by_role("status").filter(has_text=words.waits)).to_be_visible()
    # The map comes only when it is wanted, and says in words what it shows.
    show = page.get_by_role("button", name="Auf der Karte zeigen")
    show.focus()
    page.keyboard.press("Enter")
    shown = page.get_by_role("img", name="Karte mit Einstieg", exact=False)
    expect(shown).to_have_attribute("data-ready", "true")
    expect(shown).to_have_accessible_name(re.compile(words.waits))
    expect(shown.locator("[data-kind=vehicle]")).to_be_visible()
    is_fit_for_all(page)


def test_who_is_signed_in_for_other_work_is_told_so(open_page: OpenPage) -> None:
    page = open_page("/ride", language="en")
    expect(page.get_by_role("heading", name="This page is for passengers.")).to_be_visible()
    page.get_by_role("button", name="Sign out and go on as a passenger").click()
    expect(page.get_by_role("heading", name="Find and book a ride")).to_be_visible()
