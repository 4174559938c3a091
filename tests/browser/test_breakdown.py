"""A vehicle breaks down: reported from the timeline, and everybody concerned is called, on real services."""

import re
from typing import Any
from uuid import uuid4

import pytest
from accessibility import serious
from console_browser import PHONE, Console, OpenPage
from playwright.sync_api import Page, Route, expect

pytestmark = [pytest.mark.network, pytest.mark.slow]

DAY = "2021-11-23"
REASON = {"code": "REFUSAL_CODE_PICKUP_TOO_LATE", "shift_count": 2, "message": ""}


def called(page: Page, console: Console, verb: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
    headers = {"X-Landlinie-Client": "tests", "Origin": console.url, "Idempotency-Key": str(uuid4())}
    answer = page.context.request.fetch(f"{console.url}{path}", method=verb, data=body, headers=headers)
    assert answer.ok, answer.text()
    told: dict[str, Any] = answer.json()
    return told


def booked(page: Page, console: Console, time: str) -> dict[str, Any]:
    """A ride of today, by somebody with a telephone."""
    ends = []
    for text in ("Bahnhof Burg Stargard", "Bonhoeffer-Klinikum"):
        search = {"text": text, "max_result_count": 1}
        (place,) = called(page, console, "POST", "/v1/places/search", search)["places"]
        ends.append({"position": place["position"], "label": place["label"]})
    question = {
        "pickup": ends[0],
        "dropoff": ends[1],
        "pickup_window": {"earliest": f"{DAY}T{time}:00+01:00", "latest": f"{DAY}T{time}:00+01:00"},
        "party": {"seated_count": 1},
        "max_offer_count": 1,
    }
    (offer,) = called(page, console, "POST", "/v1/ride-offers", question)["offers"]
    booking = {
        "offer_id": offer["offer_id"],
        "contact": {"name": "Frau Petersen", "phone": "04356 1234"},
    }
    ride: dict[str, Any] = called(page, console, "POST", "/v1/rides", booking)["ride"]
    return ride


def is_found_by_others(open_page: OpenPage, vehicle: str, ride: dict[str, Any]) -> None:
    """In a window that knows nothing of it: on every page, beside the vehicle, and in the list of all."""
    page = open_page("/fleet", language="en", theme="dark", size=PHONE)
    banner = page.get_by_text(f"{vehicle} has stood broken down since", exact=False)
    expect(banner.get_by_role("link")).to_be_visible()
    link = page.get_by_role("table", name="Vehicles").get_by_role("link", name=f"Breakdown: {vehicle}")
    expect(link).to_have_text("Show the breakdown")
    assert serious(page) == []
    page.goto(page.url.replace("/fleet", "/breakdowns"))
    row = page.get_by_role("table", name="Breakdowns").get_by_role("row").filter(has_text=vehicle)
    expect(row.get_by_text("stands still")).to_be_visible()
    assert serious(page) == []
    row.focus()
    page.keyboard.press("Enter")
    expect(page.locator(f"a[href='/rides/{ride['ride_id']}']")).to_be_visible()


def test_a_breakdown_is_reported_and_who_is_concerned_is_called(
    open_page: OpenPage, console: Console
) -> None:
    page = open_page("/icon.svg")
    ride = booked(page, console, "13:00")
    vehicle_id = ride["vehicle_id"]
    vehicle = page.context.request.get(f"{console.url}/v1/vehicles/{vehicle_id}").json()["vehicle"]
    page.goto(f"{console.url}/timeline?day={DAY}")
    bar = page.locator(f"[data-ride='{ride['ride_id']}']")
    bar.scroll_into_view_if_needed()
    bar.focus()
    page.keyboard.press("Enter")
    # Nothing but the keys, for the vehicle of the ride that is selected.
    page.keyboard.press("p")
    dialog = page.get_by_role("dialog", name=f"Panne von {vehicle['name']} melden")
    expect(dialog.get_by_role("combobox", name="Wo es steht")).to_be_focused()
    assert serious(page) == []
    dialog.get_by_role("button", name="Panne melden").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=f"Panne: {vehicle['name']}", level=1)).to_be_visible()
    # Where it stands is a number for the tow truck, and a place for everybody else.
    on_map = page.get_by_role("link", name="Auf der Karte")
    expect(on_map).to_have_attribute("href", re.compile(r"^/map\?at=53\.\d+,13\.\d+$"))
    card = page.get_by_role("listitem").filter(has=page.locator(f"a[href='/rides/{ride['ride_id']}']"))
    expect(card.get_by_role("link", name="04356 1234")).to_have_attribute("href", "tel:043561234")
    expect(card.get_by_text("Fährt mit")).to_be_visible()
    tick = card.get_by_role("checkbox")
    tick.focus()
    page.keyboard.press("Space")
    expect(tick).to_be_checked()

    now = page.context.request.get(f"{console.url}/v1/rides/{ride['ride_id']}").json()["ride"]
    assert now["vehicle_id"] != vehicle_id
    state = page.context.request.get(f"{console.url}/v1/vehicles/{vehicle_id}").json()["vehicle"]
    assert state["out_of_service"]
    # Who was called stays known.
    page.reload()
    expect(tick).to_be_checked()
    is_found_by_others(open_page, vehicle["name"], ride)
    called(page, console, "PUT", f"/v1/vehicles/{vehicle_id}", {"vehicle": vehicle})

    def with_every_list(route: Route) -> None:
        answer = route.fetch().json()
        (changed,) = [
            one for one in answer["moved"] + answer["later"] if one["ride"]["ride_id"] == ride["ride_id"]
        ]
        stranded = {"ride": {**now, "vehicle_id": ""}, "reasons": [REASON], "was_aboard": True}
        lists = {"moved": [], "later": [changed], "stranded": [stranded]}
        breakdown = {**answer["breakdown"], "later_days_ride_count": 2}
        route.fulfill(json={**answer, **lists, "breakdown": breakdown})

    page.route("**/v1/breakdowns/*", with_every_list)
    page.reload()
    expect(page.get_by_role("heading", name="Ohne Fahrzeug")).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="von 2 Anrufen erledigt")).to_be_visible()
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        assert serious(page) == []
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    assert serious(page) == []
    # Nothing is cut off at the side.
    card = page.get_by_role("listitem").filter(has_text="saß im Fahrzeug")
    box = card.bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= PHONE[0]
    page.get_by_role("button", name="Warum?").first.click()
    expect(page.get_by_role("dialog").get_by_role("listitem").first).to_be_visible()


def test_of_an_unknown_breakdown_the_page_says_so(open_page: OpenPage) -> None:
    page = open_page("/breakdowns/unknown", language="en")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_role("link", name="All breakdowns")).to_be_visible()
    assert serious(page) == []
