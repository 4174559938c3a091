"""A caller is helped by keyboard alone, on real services."""

import re
import time
from collections.abc import Callable
from datetime import datetime

import pytest
from console_browser import Console, OpenPage
from desk_words import WORDS, take_call
from landlinie.pooling.v1 import ride_pb2
from playwright.sync_api import Page, Request, expect

pytestmark = [pytest.mark.network, pytest.mark.slow]

# What a practised hand types in twenty seconds.
KEYS_IN_TWENTY_SECONDS = 80
# Well before a hold would run out by itself.
RELEASED_S = 40.0


def rides_of(page: Page, console: Console) -> list[dict[str, object]]:
    answer = page.context.request.get(f"{console.url}/v1/rides?page_size=500&service_date=2021-11-23")
    assert answer.ok, answer.text()
    rides: list[dict[str, object]] = answer.json()["rides"]
    return rides


@pytest.mark.parametrize("language", ["de", "en"])
def test_a_ride_and_the_way_back_by_keyboard(open_page: OpenPage, console: Console, language: str) -> None:
    words = WORDS[language]
    page = open_page("/desk", language=language)
    before = {ride["ride_id"] for ride in rides_of(page, console)}
    typist = take_call(
        page, words, pickup="burg starg bahnh", dropoff="bonhoefer klin", when=words.typed_time
    )
    expect(page.get_by_text(words.promise)).to_be_visible()
    typist.press("Enter")
    expect(page.get_by_role("heading", name=words.booked, exact=True)).to_be_focused()
    assert typist.key_count <= KEYS_IN_TWENTY_SECONDS

    (ride,) = [ride for ride in rides_of(page, console) if ride["ride_id"] not in before]
    assert ride["pickup"]["label"] == "Bahnhof Burg Stargard"  # type: ignore[index]
    assert "Klinikum" in ride["dropoff"]["label"]  # type: ignore[index]
    window = ride["promise"]["pickup_window"]  # type: ignore[index]
    assert datetime.fromisoformat(window["earliest"]).hour == 13
    told = page.context.request.get(f"{console.url}/v1/rides/{ride['ride_id']}").json()
    assert told["contact"] == {"name": "Kruse", "phone": "0395 12"}

    page.keyboard.press("r")
    expect(page.get_by_label(words.when, exact=True)).to_be_focused()
    expect(page.get_by_label(words.pickup, exact=True)).to_have_value(ride["dropoff"]["label"])  # type: ignore[index]
    page.keyboard.type(words.typed_return)
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(page.get_by_role("radio").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=words.booked, exact=True)).to_be_focused()
    assert len(rides_of(page, console)) == len(before) + 2


@pytest.mark.parametrize("language", ["de", "en"])
def test_a_refusal_says_why_and_one_key_takes_what_works(open_page: OpenPage, language: str) -> None:
    words = WORDS[language]
    page = open_page("/desk", language=language)
    # Nobody drives before the first shift.
    when = {"de": "morgen 3:05", "en": "tomorrow 3:05"}[language]
    take_call(page, words, pickup="burg starg bahnh", dropoff="bonhoefer klin", when=when)
    expect(page.get_by_role("alert").filter(has_text=words.refused)).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=words.booked, exact=True)).to_be_focused()


def test_trains_are_told_beside_rides_on_demand(open_page: OpenPage) -> None:
    page = open_page("/desk")
    take_call(page, WORDS["de"], pickup="burg starg bahnh", dropoff="neubrandenburg bahnhof", when="14:30")
    train = page.get_by_role("radio").filter(has_text="RE5").filter(has_text="direkt").first
    expect(train).to_be_visible()
    place = int(train.get_attribute("data-option") or "0") + 1
    page.keyboard.press(f"Alt+{place}")
    expect(train).to_be_focused()
    expect(page.get_by_text("fährt RE5", exact=False)).to_be_visible()
    # Nobody books a train here: Enter on it does nothing.
    page.keyboard.press("Enter")
    expect(page.get_by_text("Nichts zu buchen", exact=False)).to_be_visible()
    page.keyboard.press("Alt+1")
    expect(page.get_by_role("radio").first).to_be_focused()


def held_offers(console: Console, page: Page) -> set[str]:
    """Offers that hold a seat now, in all zones."""
    held: set[str] = set()
    for zone in page.context.request.get(f"{console.url}/v1/zones").json()["zones"]:
        plan = page.context.request.get(f"{console.url}/v1/zones/{zone['zone_id']}/plan").json()["plan"]
        held |= {
            stop["held_offer_id"] for tour in plan["tours"] for stop in tour["stops"] if stop["held_offer_id"]
        }
    return held


def test_seats_of_offers_that_nobody_wants_any_more_are_free_again(
    open_page: OpenPage, console: Console
) -> None:
    words = WORDS["de"]
    page = open_page("/desk")
    questions: list[Request] = []
    page.on("requestfinished", lambda request: questions.append(request) if _asks(request) else None)
    take_call(page, words, pickup="burg starg bahnh", dropoff="bonhoefer klin", when="15:30")
    first = _made(questions)
    # Those of whole journeys run out by themselves.
    assert first & held_offers(console, page)
    page.get_by_label(words.when, exact=True).fill("16:30")
    # A vehicle may come later, where others have booked it.
    expect(page.get_by_role("radio").first).to_contain_text(re.compile(r"(16:[3-5]\d|17:\d\d)–"))
    _await_true(page, lambda: not first & held_offers(console, page))
    second = _made(questions)
    assert second & held_offers(console, page)
    # The page is left in the middle of a call.
    page.keyboard.press("Escape")
    page.goto(f"{console.url}/settings")
    _await_true(page, lambda: not second & held_offers(console, page))


def _await_true(page: Page, holds: Callable[[], bool]) -> None:
    ends_s = time.monotonic() + RELEASED_S
    while not holds():
        assert time.monotonic() < ends_s
        page.wait_for_timeout(100)


def _asks(request: Request) -> bool:
    return request.method == "POST" and request.url.endswith("/v1/ride-offers")


def _made(questions: list[Request]) -> set[str]:
    answers = [answer.json() for request in questions if (answer := request.response()) is not None]
    return {offer["offer_id"] for answer in answers for offer in answer.get("offers", [])}


def test_who_calls_is_in_no_address_and_kept_nowhere(open_page: OpenPage) -> None:
    page = open_page("/desk")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    take_call(page, WORDS["de"], pickup="burg starg bahnh", dropoff="bonhoefer klin", when="17:00")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Gebucht", exact=True)).to_be_focused()
    kept = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, history.state])")
    for place in [page.url, kept, *asked]:
        assert "Kruse" not in place
        assert "0395" not in place


def test_a_ride_is_moved_and_cancelled(open_page: OpenPage, console: Console) -> None:
    page = open_page("/desk")
    take_call(page, WORDS["de"], pickup="burg starg bahnh", dropoff="bonhoefer klin", when="morgen 10")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Gebucht", exact=True)).to_be_focused()
    page.keyboard.press("o")
    expect(page.get_by_role("button", name="Verlegen")).to_be_visible()
    old = page.url.rpartition("/")[2]

    page.keyboard.press("v")
    expect(page.get_by_label("Wann", exact=True)).to_be_focused()
    page.keyboard.type("morgen 11:30")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(page.get_by_role("radio").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Gebucht", exact=True)).to_be_focused()
    expect(page.get_by_text("Die alte Fahrt ist abgesagt.")).to_be_visible()
    assert page.context.request.get(f"{console.url}/v1/rides/{old}").json()["ride"]["state"] == (
        ride_pb2.RideState.Name(ride_pb2.RIDE_STATE_CANCELLED)
    )

    page.keyboard.press("o")
    expect(page.get_by_role("button", name="Absagen")).to_be_visible()
    page.keyboard.press("x")
    page.get_by_label("Grund (steht im Protokoll, ohne Namen)").fill("fährt doch nicht")
    page.keyboard.press("Enter")
    expect(page.get_by_text("abgesagt", exact=True)).to_be_visible()
    expect(page.get_by_text("fährt doch nicht")).to_be_visible()
    # The one before it says, in words, what became of it.
    page.goto(f"{console.url}/rides/{old}")
    expect(page.get_by_text("verlegt, neu gebucht")).to_be_visible()
