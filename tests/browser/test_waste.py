"""A depot's morning: full containers, alarms, tours and a yes to them; yards; and files to take away."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from accessibility import serious
from console_browser import DISTRICT, NOW, PHONE, Console, OpenPage
from onebox.client import connected
from onebox.demo.yard import DemoYard
from onebox.district import load_district
from playwright.sync_api import Browser, Page, expect

pytestmark = [pytest.mark.network, pytest.mark.slow]

# The first proposal of a process loads the trucks' roads before it looks for twenty seconds.
PROPOSED_MS = 240_000
HISTORY_HOURS = 240
FRACTIONS = ("FRACTION_PAPER", "FRACTION_GLASS_GREEN")
"""Of two trucks, so that there are tours for two people to approve."""
WATCHED_OF_EACH = 8


@pytest.fixture(scope="module")
def measured(console: Console, browser: Browser) -> Iterator[list[str]]:
    """Containers with sensors that measured for ten days; the numbers of those that are full."""
    page = console.open(browser, "/icon.svg")
    request = page.context.request

    def send(path: str, body: dict[str, object], key: str) -> None:
        headers = {"X-Landlinie-Client": "tests", "Origin": console.url, "Idempotency-Key": key}
        answer = request.post(f"{console.url}{path}", data=body, headers=headers)
        assert answer.ok, answer.text()

    states = request.get(f"{console.url}/v1/container-states?page_size=500").json()["states"]
    watched = [
        state
        for fraction in FRACTIONS
        for state in [each for each in states if each["fraction"] == fraction][:WATCHED_OF_EACH]
    ]
    for index, state in enumerate(watched):
        device = {
            "device_id": f"sensor-{index}",
            "sub_account_id": state["sub_account_id"],
            "model": "milesight-em310-udl",
            "container_id": state["container_id"],
        }
        send("/v1/devices", {"device": device}, f"device-{index}")
        # Every second one is nearly full this morning, the others were emptied last night.
        shift = 0 if index % 2 else 54
        readings = [
            {
                "device_id": device["device_id"],
                "measure_time": (NOW - timedelta(hours=HISTORY_HOURS - hour)).isoformat(),
                "fill_share": round((hour + shift) % 60 / 60 * 0.97, 3),
            }
            for hour in range(5, HISTORY_HOURS, 4)
        ]
        send("/v1/readings", {"readings": readings}, f"readings-{index}")
    yield [state["container_id"] for index, state in enumerate(watched) if index % 2]
    page.context.close()


def test_full_containers_come_first_and_say_why(open_page: OpenPage, measured: list[str]) -> None:
    page = open_page("/containers")
    table = page.get_by_role("table", name="Behälter, die dringendsten zuerst")
    first = table.get_by_role("row").nth(1)
    expect(first).to_contain_text("rot")
    assert serious(page) == []
    page.get_by_label("Ampel").select_option("rot")
    expect(table.get_by_role("row").nth(len(measured))).to_be_visible()
    expect(table).not_to_contain_text("gelb")
    assert "ampel=AMPEL_RED" in page.url

    first.focus()
    page.keyboard.press("Enter")
    plot = page.get_by_role("img", name="Verlauf des Füllstands", exact=False)
    expect(plot).to_be_visible()
    expect(
        page.get_by_role("table", name="Leerungen, die letzte zuerst").get_by_role("row").nth(1)
    ).to_contain_text("am Füllstand erkannt")
    page.locator("summary").click()
    hours = page.get_by_role("table", name="Vorhersage als Tabelle")
    expect(hours.get_by_role("row")).to_have_count(1 + 168 // 6)
    assert serious(page) == []
    page.get_by_role("button", name="Warum?").click()
    expect(page.get_by_role("dialog", name="Warum diese Farbe?")).to_contain_text("Kritischer Füllstand")
    assert serious(page) == []


def test_a_container_fits_on_a_phone(open_page: OpenPage, measured: list[str]) -> None:
    page = open_page(f"/containers/{measured[0]}", language="en", size=PHONE, theme="dark")
    expect(page.get_by_role("img", name="Course of the level", exact=False)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]


@pytest.mark.usefixtures("measured")
def test_alarms_are_acknowledged_and_told_to_whom_they_concern(open_page: OpenPage) -> None:
    page = open_page("/alarms")
    table = page.get_by_role("table", name="Alarme, die neuesten zuerst")
    rows = table.get_by_role("row").filter(has_text="Ampel rot")
    expect(rows.first).to_contain_text("kritisch ab 80")
    assert serious(page) == []
    rows.first.get_by_role("button", name="quittieren", exact=False).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Notiz")).to_be_focused()
    page.keyboard.type("Wagen 2 ist unterwegs")
    assert serious(page) == []
    page.get_by_role("dialog").get_by_role("button", name="Quittieren").click()
    expect(table.get_by_role("row").filter(has_text="Wagen 2 ist unterwegs")).to_contain_text("quittiert")

    english = open_page("/alarms", language="en")
    english.get_by_role("button", name="New rule").click()
    dialog = english.get_by_role("dialog", name="New rule")
    dialog.get_by_label("Of what").select_option("likely to overflow")
    dialog.get_by_label("Threshold in per cent").fill("140")
    expect(dialog.get_by_text("1 to 99", exact=True)).to_be_visible()
    expect(dialog.get_by_role("button", name="Save")).to_be_disabled()
    dialog.get_by_label("Threshold in per cent").fill("60")
    dialog.get_by_role("button", name="Add a contact").click()
    dialog.get_by_label("E-mail address").fill("depot@example.org")
    assert serious(english) == []
    dialog.get_by_role("button", name="Save").click()
    rules = english.get_by_role("table", name="Rules: who is told of what")
    rule = rules.get_by_role("row").filter(has_text="likely to overflow")
    expect(rule).to_contain_text("depot@example.org")
    expect(rule).to_contain_text("within 24 hours")
    rule.get_by_role("button", name="Change").click()
    english.get_by_role("button", name="Delete the rule").click()
    english.get_by_role("dialog", name="Delete the rule").get_by_role("button", name="Delete").click()
    expect(rule).to_have_count(0)


def test_a_yard_is_set_up_and_shown_to_everybody(
    open_page: OpenPage, console: Console, browser: Browser
) -> None:
    with connected(console.services.address, console.services.credential()) as services:
        assert DemoYard.of(load_district(DISTRICT)).report(services, NOW) > 0
    page = open_page("/yards")
    panel = page.get_by_role("main")
    expect(panel).to_contain_text("Autos im Hof")
    expect(page.get_by_role("img", name="Erwartete Autos", exact=False)).to_be_visible()
    page.get_by_role("button", name="Einstellungen", exact=False).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name", exact=True).fill("Wertstoffhof an der Warlin")
    dialog.get_by_role("button", name="Zeit hinzufügen").click()
    last = dialog.get_by_role("group", name="Zeit").last
    last.get_by_label("Sa", exact=True).uncheck()
    last.get_by_label("So", exact=True).check()
    last.get_by_label("Öffnet").fill("10")
    assert serious(page) == []
    dialog.get_by_role("button", name="Speichern").click()
    expect(page.get_by_role("heading", name="Wertstoffhof an der Warlin")).to_be_visible()
    address = page.get_by_role("link", name="Öffentliche Seite").get_attribute("href")
    assert address is not None

    context = browser.new_context(
        java_script_enabled=False, locale="en-GB", viewport={"width": PHONE[0], "height": PHONE[1]}
    )
    public = context.new_page()
    public.goto(f"{console.url}{address}")
    expect(public.get_by_role("heading", level=1)).to_have_text("Wertstoffhof an der Warlin")
    expect(public.get_by_text("Open until 17:00")).to_be_visible()
    public.get_by_role("link", name="Deutsch").click()
    expect(public.get_by_text("Geöffnet bis 17:00 Uhr")).to_be_visible()
    expect(public.get_by_role("table", name="Heute")).to_be_visible()
    expect(public.get_by_text("Sonntag")).to_be_visible()
    context.close()
    for language, theme in (("de", "light"), ("en", "dark")):
        seen = open_page(
            f"{address}?lang={language}", language=language, theme=theme, size=PHONE, signed_in=False
        )
        assert seen.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
        assert serious(seen) == []


@pytest.mark.usefixtures("measured")
def test_what_is_held_is_taken_away_as_a_file(open_page: OpenPage) -> None:
    page = open_page("/exports")
    page.get_by_label("Inhalt").select_option("Füllstände")
    with page.expect_download() as downloaded:
        page.get_by_role("button", name="Herunterladen").click()
    lines = downloaded.value.path().read_text("utf-8").splitlines()
    assert downloaded.value.suggested_filename.endswith(".csv")
    assert "level_share" in lines[0]
    assert len(lines) > WATCHED_OF_EACH

    page.get_by_role("button", name="Neuer Export").click()
    dialog = page.get_by_role("dialog", name="Neuer Export")
    dialog.get_by_label("Name", exact=True).fill("wochenbericht")
    dialog.get_by_label("Rhythmus").select_option("montags")
    dialog.get_by_label("Um", exact=True).fill("6:30")
    assert serious(page) == []
    dialog.get_by_role("button", name="Speichern").click()
    schedules = page.get_by_role("table", name="Regelmäßig in den Exportordner")
    expect(schedules).to_contain_text("montags um 06:30")
    schedules.get_by_role("button", name="ändern", exact=False).click()
    page.get_by_role("dialog").get_by_role("button", name="Export beenden").click()
    page.get_by_role("dialog", name="Export beenden").get_by_role("button", name="Export beenden").click()
    expect(page.get_by_text("Noch nichts wird regelmäßig geschrieben.")).to_be_visible()


@pytest.mark.usefixtures("measured")
def test_tours_are_proposed_explained_changed_and_approved(open_page: OpenPage, console: Console) -> None:
    page = open_page("/tours")
    page.get_by_role("button", name="Touren vorschlagen").click()
    expect(page.get_by_role("progressbar", name="Touren werden gerechnet")).to_be_visible()
    tours = page.get_by_role("table", name="Touren des Tages")
    expect(tours).to_be_visible(timeout=PROPOSED_MS)
    expect(tours).to_contain_text("vorgeschlagen")
    page.locator("summary").click()
    left = page.get_by_role("table", name="Nicht auf einer Tour, und warum")
    expect(left.get_by_role("row").nth(1)).to_contain_text("% ")
    assert serious(page) == []

    tours.get_by_role("row").filter(has_text="papier").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("papier")
    stops = page.get_by_role("table", name="Halte, in der Reihenfolge der Fahrt")
    stops.get_by_role("button", name="Warum?").first.click()
    expect(page.get_by_role("dialog")).to_contain_text(re.compile("voll|Füllstand"))
    page.keyboard.press("Escape")
    stops.get_by_role("button", name="festhalten", exact=False).first.click()
    expect(stops).to_contain_text("fest")
    page.get_by_role("button", name="Freigeben", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text("freigegeben")
    expect(stops.get_by_role("button", name="von der Tour nehmen", exact=False).last).to_be_disabled()
    assert serious(page) == []

    english = open_page(page.url.removeprefix(console.url), language="en")
    stops = english.get_by_role("table", name="Stops, in the order of the tour")
    english.get_by_label("Reason of the change").fill("Road works at the last corner")
    changes = english.get_by_role("region", name="What happened").get_by_role("listitem")
    stops.get_by_role("button", name="Let", exact=False).first.click()
    expect(changes.last).to_contain_text("Road works at the last corner")
    english.get_by_role("link", name="All tours").click()
    tours = english.get_by_role("table", name="Tours of the day")
    tours.get_by_role("row").filter(has_text="glas").focus()
    english.keyboard.press("Enter")
    expect(english.get_by_role("heading", level=1)).to_contain_text("glas")
    expect(english.get_by_role("main")).to_contain_text("proposed")
    english.get_by_role("button", name="Approve", exact=True).click()
    expect(english.get_by_role("main")).to_contain_text("approved")
    assert serious(english) == []
    with english.expect_download() as downloaded:
        english.get_by_role("button", name="Print the sheet").click()
    assert downloaded.value.path().read_bytes().startswith(b"%PDF-")

    a_truck_follows_its_tour(open_page, console, english)


def opened_by_driver(open_page: OpenPage, name: str) -> Page:
    """A phone that has chosen the tour of a truck."""
    phone = open_page("/driver", size=PHONE, theme="dark")
    phone.get_by_role("button").filter(has_text=re.compile(f"^{name}.*Tour")).click()
    expect(phone.locator("#next-halt")).to_be_visible()
    return phone


def a_truck_follows_its_tour(open_page: OpenPage, console: Console, depot: Page) -> None:
    """Two approved tours as they are driven; what drivers report is seen in the depot at once."""
    request = depot.context.request
    listed = request.get(f"{console.url}/v1/tours?states=TOUR_STATE_APPROVED").json()["tours"]
    paper, glass = sorted(listed, key=lambda tour: str(tour["truck_id"]), reverse=True)
    phone = opened_by_driver(open_page, paper["truck_id"])
    next_stop = phone.locator("#next-halt")
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    assert serious(phone) == []
    for number, stop in enumerate(paper["stops"]):
        expect(next_stop).to_have_text(stop["name"])
        phone.get_by_role("button", name="Angekommen", exact=True).click()
        expect(phone.get_by_text("Sie sind hier", exact=False)).to_be_visible()
        if number == 1:
            phone.get_by_role("button", name="Nicht möglich", exact=True).click()
            dialog = phone.get_by_role("dialog", name="Warum nicht möglich?")
            dialog.get_by_label("Tor verschlossen").check()
            dialog.get_by_role("textbox", name="Notiz").fill("niemand da")
            assert serious(phone) == []
            dialog.get_by_role("button", name="Melden").click()
        else:
            is_plant = stop["kind"] == "TOUR_STOP_KIND_PLANT"
            phone.get_by_role("button", name="Entladen" if is_plant else "Geleert", exact=True).click()
    phone.get_by_role("button", name="Tour beenden", exact=True).click()
    expect(phone.get_by_role("heading", name="Die Tour ist beendet")).to_be_visible()
    with phone.expect_response("**/close"):
        phone.clock.run_for(7_000)
    driven = request.get(f"{console.url}/v1/tours/{paper['tour_id']}").json()["tour"]
    assert driven["state"] == "TOUR_STATE_CLOSED"
    became = {stop["stop_id"]: (stop["state"], stop["blocked_reason"]) for stop in driven["stops"]}
    for number, stop in enumerate(paper["stops"]):
        state, reason = became[stop["stop_id"]]
        if number == 1:
            assert (state, reason) == ("TOUR_STOP_STATE_BLOCKED", "BLOCKED_REASON_GATE_LOCKED")
        else:
            done = "UNLOADED" if stop["kind"] == "TOUR_STOP_KIND_PLANT" else "EMPTIED"
            assert state == f"TOUR_STOP_STATE_{done}"

    phone = opened_by_driver(open_page, glass["truck_id"])
    phone.get_by_role("button", name="Geleert", exact=True).click()
    phone.clock.run_for(7_000)
    expect(depot.get_by_role("progressbar", name="Done")).to_have_attribute("value", "1")
    stops = depot.get_by_role("table", name="Stops, in the order of the tour")
    expect(stops.get_by_role("row").nth(1)).to_contain_text("emptied")
    phone.get_by_role("button", name="Panne melden").click()
    dialog = phone.get_by_role("dialog", name="Panne", exact=False)
    dialog.get_by_label("Reifen").check()
    dialog.get_by_role("textbox", name="Notiz").fill("vorn links")
    assert serious(phone) == []
    dialog.get_by_role("button", name="Ja, Panne melden").click()
    expect(phone.get_by_role("heading", name="Panne gemeldet um", exact=False)).to_be_visible()
    phone.clock.run_for(7_000)
    expect(phone.get_by_text("Die Meldung ist angekommen", exact=False)).to_be_visible()
    assert serious(phone) == []
    expect(depot.get_by_role("main")).to_contain_text("Reifen: vorn links")
