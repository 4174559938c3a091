"""Rides are moved between vehicles on the timeline, by pointer and by keys, on real services."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from accessibility import serious
from console_browser import Console, OpenPage
from playwright.sync_api import Locator, Page, expect

pytestmark = [pytest.mark.network, pytest.mark.slow]

DAY = "2021-11-24"


@dataclass(frozen=True, slots=True)
class Said:
    """What the page says in one language."""

    title: str
    undo: str
    moved: str
    undone: str
    dialog: str
    why: str
    changed: str


SAID = {
    "de": Said(
        title="Zeitplan",
        undo="Rückgängig",
        moved="Die Fahrt ist jetzt bei",
        undone="Zurückgenommen",
        dialog="Anderes Fahrzeug",
        why="Warum dieses Fahrzeug?",
        changed="Der Plan hat sich inzwischen geändert",
    ),
    "en": Said(
        title="Timeline",
        undo="Undo",
        moved="The ride is with",
        undone="Taken back",
        dialog="Another vehicle",
        why="Why this vehicle?",
        changed="The plan has changed meanwhile",
    ),
}


def called(page: Page, console: Console, path: str, body: dict[str, Any]) -> dict[str, Any]:
    headers = {"X-Landlinie-Client": "tests", "Origin": console.url, "Idempotency-Key": str(uuid4())}
    answer = page.context.request.post(f"{console.url}{path}", data=body, headers=headers)
    assert answer.ok, answer.text()
    told: dict[str, Any] = answer.json()
    return told


def booked(page: Page, console: Console, time: str) -> dict[str, Any]:
    """A ride that some other vehicle could take as well."""
    ends = []
    for text in ("Bahnhof Burg Stargard", "Bonhoeffer-Klinikum"):
        search = {"text": text, "max_result_count": 1}
        (place,) = called(page, console, "/v1/places/search", search)["places"]
        ends.append({"position": place["position"], "label": place["label"]})
    question = {
        "pickup": ends[0],
        "dropoff": ends[1],
        "pickup_window": {"earliest": f"{DAY}T{time}:00+01:00", "latest": f"{DAY}T{time}:00+01:00"},
        "party": {"seated_count": 1},
        "max_offer_count": 1,
    }
    (offer,) = called(page, console, "/v1/ride-offers", question)["offers"]
    ride: dict[str, Any] = called(page, console, "/v1/rides", {"offer_id": offer["offer_id"]})["ride"]
    return ride


def vehicle_of(page: Page, console: Console, ride: dict[str, Any]) -> str:
    answer = page.context.request.get(f"{console.url}/v1/rides/{ride['ride_id']}")
    return str(answer.json()["ride"]["vehicle_id"])


def bar_of(page: Page, ride: dict[str, Any], vehicle_id: str) -> Locator:
    return page.locator(f"[data-vehicle='{vehicle_id}'] [data-ride='{ride['ride_id']}']")


def middle(place: Locator) -> tuple[float, float]:
    box = place.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


@pytest.mark.parametrize(("language", "time"), [("de", "09:00"), ("en", "10:30")])
def test_a_ride_is_dragged_to_another_vehicle_and_back(
    open_page: OpenPage, console: Console, language: str, time: str
) -> None:
    said = SAID[language]
    page = open_page("/icon.svg", language=language)
    ride = booked(page, console, time)
    before = ride["vehicle_id"]
    page.goto(f"{console.url}/timeline?day={DAY}")
    expect(page.get_by_role("heading", name=said.title, level=1)).to_be_visible()
    bar = bar_of(page, ride, before)
    bar.scroll_into_view_if_needed()
    page.mouse.move(*middle(bar))
    page.mouse.down()
    x, y = middle(bar)
    page.mouse.move(x + 20, y, steps=4)
    target = page.locator("[data-vehicle][data-offer='yes']").first
    expect(target).to_be_visible()
    # What it would cost stands in the row, before anything is dropped.
    expect(target).to_contain_text("km")
    after = str(target.get_attribute("data-vehicle"))
    assert after != before
    _, row_y = middle(target)
    page.mouse.move(x, row_y, steps=4)
    expect(target).to_have_attribute("data-over", "true")
    page.mouse.up()
    expect(page.get_by_role("status").filter(has_text=said.moved)).to_be_visible()
    expect(bar_of(page, ride, after)).to_be_focused()
    assert vehicle_of(page, console, ride) == after

    page.keyboard.press("Control+z")
    expect(page.get_by_role("status").filter(has_text=said.undone)).to_be_visible()
    expect(bar_of(page, ride, before)).to_be_focused()
    expect(page.get_by_role("button", name=said.undo)).to_be_hidden()
    assert vehicle_of(page, console, ride) == before


def test_escape_lets_a_dragged_ride_where_it_was(open_page: OpenPage, console: Console) -> None:
    page = open_page("/icon.svg")
    ride = booked(page, console, "11:30")
    before = ride["vehicle_id"]
    page.goto(f"{console.url}/timeline?day={DAY}")
    bar = bar_of(page, ride, before)
    bar.scroll_into_view_if_needed()
    x, y = middle(bar)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 20, y, steps=4)
    target = page.locator("[data-vehicle][data-offer='yes']").first
    expect(target).to_be_visible()
    page.mouse.move(x, middle(target)[1], steps=4)
    page.keyboard.press("Escape")
    expect(page.locator("[data-offer]").first).to_be_hidden()
    page.mouse.up()
    assert vehicle_of(page, console, ride) == before


@pytest.mark.parametrize(("language", "time"), [("de", "13:00"), ("en", "14:30")])
def test_a_ride_is_moved_and_explained_by_keyboard(
    open_page: OpenPage, console: Console, language: str, time: str
) -> None:
    said = SAID[language]
    page = open_page("/icon.svg", language=language)
    ride = booked(page, console, time)
    before = ride["vehicle_id"]
    page.goto(f"{console.url}/timeline?day={DAY}")
    bar = bar_of(page, ride, before)
    bar.scroll_into_view_if_needed()
    bar.focus()
    page.keyboard.press("Enter")
    expect(bar).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("w")
    why = page.get_by_role("dialog", name=said.why)
    expect(why.get_by_role("listitem").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(why).to_be_hidden()

    page.keyboard.press("m")
    expect(page.get_by_role("dialog", name=said.dialog).get_by_role("radio").first).to_be_focused()
    # Nothing but the keys: the cheapest is chosen already.
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text=said.moved)).to_be_visible()
    after = vehicle_of(page, console, ride)
    assert after != before
    expect(bar_of(page, ride, after)).to_be_focused()
    page.keyboard.press("Control+z")
    expect(page.get_by_role("status").filter(has_text=said.undone)).to_be_visible()
    assert vehicle_of(page, console, ride) == before


def test_a_plan_that_changed_meanwhile_is_told_and_asked_anew(open_page: OpenPage, console: Console) -> None:
    page = open_page("/icon.svg")
    ride = booked(page, console, "16:00")
    page.goto(f"{console.url}/timeline?day={DAY}")
    bar = bar_of(page, ride, ride["vehicle_id"])
    bar.scroll_into_view_if_needed()
    # The answer the console has is of a plan that is over by the time the ride is dropped.
    page.route(
        "**/v1/rides/*/move",
        lambda route: route.continue_(post_data={**route.request.post_data_json, "plan_version": 1}),
        times=1,
    )
    bar.click()
    page.keyboard.press("m")
    dialog = page.get_by_role("dialog", name=SAID["de"].dialog)
    expect(dialog.get_by_role("radio").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("alert").filter(has_text=SAID["de"].changed)).to_be_visible()
    expect(dialog.get_by_role("radio").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text=SAID["de"].moved)).to_be_visible()
    assert vehicle_of(page, console, ride) != ride["vehicle_id"]


def test_arrow_keys_and_axe(open_page: OpenPage, console: Console) -> None:
    page = open_page("/icon.svg")
    first, second = booked(page, console, "18:00"), booked(page, console, "19:30")
    page.goto(f"{console.url}/timeline?day={DAY}")
    bar_of(page, first, first["vehicle_id"]).click()
    reached = set()
    for key in ("ArrowRight", "ArrowDown", "ArrowUp", "ArrowLeft") * 3:
        page.keyboard.press(key)
        reached.add(page.evaluate("document.activeElement.dataset.ride"))
    assert len(reached) > 1
    assert None not in reached
    bar_of(page, second, second["vehicle_id"]).click()
    expect(page.locator("[data-ride][aria-pressed='true']")).to_have_attribute("data-ride", second["ride_id"])
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        assert serious(page) == [], theme


def test_of_a_full_day_only_what_is_in_view_is_drawn(open_page: OpenPage, console: Console) -> None:
    page = open_page("/icon.svg")
    ride = booked(page, console, "20:30")
    zone = ride["zone_id"]
    plan = page.context.request.get(f"{console.url}/v1/zones/{zone}/plan?service_date={DAY}").json()
    tour = plan["plan"]["tours"][0]
    numbers = range(200)
    tours = [
        {**tour, "shift_id": f"s{number}", "vehicle_id": f"bus-{number:03}", "stops": []}
        for number in numbers
    ]
    rides = [
        {**ride, "ride_id": f"r{number}-{each}", "vehicle_id": f"bus-{number:03}"}
        for number in numbers
        for each in range(10)
    ]
    page.route(
        f"**/v1/zones/{zone}/plan?*",
        lambda route: route.fulfill(json={"plan": {**plan["plan"], "tours": tours}}),
    )
    page.route("**/v1/rides?*", lambda route: route.fulfill(json={"rides": rides, "next_page_token": ""}))
    page.goto(f"{console.url}/timeline?day={DAY}")
    expect(page.locator("[data-ride]").first).to_be_visible()
    assert page.locator("[data-vehicle]").count() < len(numbers) / 4
    # The keys lead to what is not drawn yet.
    page.locator("[data-ride]").first.click()
    drawn = page.locator("[data-vehicle='bus-080']")
    expect(drawn).to_have_count(0)
    for _ in range(80):
        page.keyboard.press("ArrowDown")
    expect(drawn).to_have_count(1)
    expect(page.locator("[data-ride][aria-pressed='true']")).to_be_focused()
    assert page.locator("[data-vehicle]").count() < len(numbers) / 4
