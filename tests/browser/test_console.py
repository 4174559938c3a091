"""The console as a whole: reachable by everybody, light to load, honest about what does not answer."""

import re
import subprocess
import sys
from typing import Literal
from urllib.parse import urljoin

import pytest
from accessibility import serious
from console_browser import PHONE, Console, OpenPage
from desk_words import WORDS, take_call
from playwright.sync_api import Page, Response, expect

pytestmark = [pytest.mark.network, pytest.mark.slow]

PAGES = [
    "/desk",
    "/timeline",
    "/rides",
    "/fleet",
    "/containers",
    "/alarms",
    "/tours",
    "/yards",
    "/exports",
    "/sites",
    "/accounts",
    "/tariff",
    "/figures",
    "/audit",
    "/settings",
    "/no-such-page",
]
MOST_SCRIPT_BYTES = 500_000
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def is_shown(page: Page) -> None:
    expect(page.get_by_role("main").get_by_role("heading").first).to_be_visible()
    # That fades in, and nothing that does so can be read yet.
    expect(page.get_by_text("Wird geladen", exact=False)).to_have_count(0)


def test_axe_finds_nothing_serious(open_page: OpenPage) -> None:
    page = open_page("/settings")
    for path in PAGES:
        page.goto(urljoin(page.url, path))
        is_shown(page)
        for theme in THEMES:
            page.emulate_media(color_scheme=theme)
            assert serious(page) == [], f"{path} {theme}"


def test_axe_finds_nothing_serious_in_a_call_and_its_dialogs(open_page: OpenPage) -> None:
    page = open_page("/desk")
    take_call(page, WORDS["de"], pickup="burg starg bahnh", dropoff="bonhoefer klin", when="14:00")
    assert serious(page) == []
    page.keyboard.press("Alt+w")
    expect(page.get_by_role("dialog", name="Warum dieses Angebot?")).to_be_visible()
    assert serious(page) == []
    page.keyboard.press("Escape")
    expect(page.get_by_role("radio").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Gebucht", exact=True)).to_be_focused()
    assert serious(page) == []
    page.keyboard.press("o")
    expect(page.get_by_role("button", name="Verlegen")).to_be_visible()
    assert serious(page) == []
    page.keyboard.press("x")
    expect(page.get_by_role("dialog", name="Fahrt absagen")).to_be_visible()
    assert serious(page) == []


def test_nothing_is_wider_than_a_phone(open_page: OpenPage) -> None:
    page = open_page("/desk", size=PHONE)
    for path in PAGES:
        page.goto(urljoin(page.url, path))
        is_shown(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0], path
        assert serious(page) == [], path
    page.get_by_role("button", name="Menü öffnen").click()
    page.get_by_role("link", name="Fahrten", exact=False).last.click()
    expect(page.get_by_role("heading", name="Fahrten", level=1)).to_be_visible()


def test_a_phone_shows_of_every_ride_where_it_goes_and_how_it_stands(open_page: OpenPage) -> None:
    page = open_page("/desk")
    take_call(page, WORDS["de"], pickup="burg starg bahnh", dropoff="bonhoefer klin", when="15:00")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Gebucht", exact=True)).to_be_focused()
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    page.goto(urljoin(page.url, "/rides"))
    row = page.get_by_role("row").filter(has_text="→ Dr.-Bonhoeffer-Klinikum").first
    state = row.get_by_text("gebucht", exact=True)
    expect(state).to_be_visible()
    box = state.bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= PHONE[0]
    assert serious(page) == []


def test_keys_lead_everywhere(open_page: OpenPage) -> None:
    page = open_page("/settings")
    expect(page.get_by_role("heading", name="Einstellungen")).to_be_visible()
    page.keyboard.press("g")
    page.keyboard.press("f")
    expect(page.get_by_role("heading", name="Fahrten", level=1)).to_be_visible()
    assert page.title() == "Fahrten – Landlinie"
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Befehle")
    expect(dialog.get_by_role("combobox")).to_be_focused()
    page.keyboard.type("einst")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Einstellungen")).to_be_visible()


def test_language_and_theme_are_remembered(open_page: OpenPage) -> None:
    page = open_page("/settings")
    page.get_by_role("button", name="EN").first.click()
    page.get_by_role("button", name="dark", exact=True).click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.reload()
    expect(page.get_by_role("heading", name="Settings")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_the_first_load_is_light(open_page: OpenPage, console: Console) -> None:
    page = open_page("/icon.svg")
    scripts: list[Response] = []
    page.on("response", lambda answer: scripts.append(answer) if answer.url.endswith(".js") else None)
    page.goto(f"{console.url}/desk")
    expect(page.get_by_label("Telefon", exact=True)).to_be_focused()
    assert scripts
    assert sum(answer.request.sizes()["responseBodySize"] for answer in scripts) <= MOST_SCRIPT_BYTES


def test_an_interrupted_line_is_told_and_taken_up_again(open_page: OpenPage) -> None:
    page = open_page("/rides")
    expect(page.get_by_text("Verbunden", exact=True)).to_be_visible()
    page.context.set_offline(True)
    expect(page.get_by_text("Verbindung unterbrochen", exact=False)).to_be_visible()
    page.context.set_offline(False)
    expect(page.get_by_text("Verbunden", exact=True)).to_be_visible()


def test_a_service_that_does_not_answer_is_named(open_page: OpenPage) -> None:
    page = open_page("/icon.svg")
    services = [{"name": name, "answers": name != "ticketing"} for name in ("pooling", "ticketing", "waste")]
    page.route("**/v1/status", lambda route: route.fulfill(json={"services": services}))
    page.goto(page.url.replace("/icon.svg", "/rides"))
    expect(page.get_by_text("Abrechnung antwortet gerade nicht", exact=False)).to_be_visible()
    page.unroute("**/v1/status")
    page.clock.run_for(11_000)
    expect(page.get_by_text("Abrechnung antwortet gerade nicht", exact=False)).to_be_hidden()


def test_a_district_without_waste_has_no_pages_of_it(open_page: OpenPage) -> None:
    page = open_page("/icon.svg")
    page.route("**/v1/sub-accounts?*", lambda route: route.fulfill(status=501, json={}))
    page.goto(page.url.replace("/icon.svg", "/containers"))
    expect(page.get_by_text("Dieser Bezirk sammelt keine Behälter ein")).to_be_visible()
    menu = page.get_by_role("navigation", name="Hauptmenü")
    expect(menu.get_by_role("link", name="Fahrten")).to_be_visible()
    expect(menu.get_by_role("link", name="Behälter")).to_have_count(0)


def test_a_link_lets_in_once(open_page: OpenPage, console: Console) -> None:
    command = [
        sys.executable,
        "-m",
        "onebox",
        "identity",
        "link",
        "--role",
        "dispatcher",
        "--url",
        console.url,
    ]
    printed = subprocess.run(
        [*command, "--data-dir", str(console.services.data_dir)], check=True, capture_output=True, text=True
    )
    path = printed.stdout.strip().removeprefix(console.url)
    page = open_page(path, signed_in=False)
    expect(page.get_by_role("heading", name="Telefon")).to_be_visible()
    assert "code" not in page.url
    page.goto(f"{console.url}/settings")
    page.get_by_role("button", name="Abmelden", exact=True).click()
    expect(page.get_by_role("heading", name="Anmelden")).to_be_visible()
    assert serious(page) == []

    again = open_page(path, signed_in=False)
    expect(again.get_by_text("Damit ist keine Anmeldung möglich", exact=False)).to_be_visible()


def test_a_shift_is_planned_changed_and_cancelled(open_page: OpenPage) -> None:
    page = open_page("/fleet?day=2021-12-05")
    expect(page.get_by_role("heading", name="An diesem Tag fährt noch niemand")).to_be_visible()
    page.keyboard.press("n")
    dialog = page.get_by_role("dialog", name="Neue Schicht")
    assert serious(page) == []
    dialog.get_by_label("Beginnt am Ort").fill("burg starg bahnh")
    page.keyboard.press("Tab")
    expect(dialog.get_by_label("Beginnt am Ort")).to_have_value("Bahnhof Burg Stargard")
    dialog.get_by_role("button", name="Speichern").click()
    row = page.get_by_role("row", name="07:00")
    row.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Schicht ändern")
    # The shift has kept no name: it is the one of what is next to where it starts.
    expect(dialog.get_by_label("Beginnt am Ort")).to_have_value(re.compile("Burg Stargard"))
    dialog.get_by_label("Ende", exact=True).fill("15:30")
    dialog.get_by_role("button", name="Pause hinzufügen").click()
    dialog.get_by_label("Spätester Beginn").fill("7:00")
    expect(dialog.get_by_text("Liegt vor „Frühestens“.")).to_be_visible()
    expect(dialog.get_by_role("button", name="Speichern")).to_be_disabled()
    dialog.get_by_label("Spätester Beginn").fill("12:00")
    assert serious(page) == []
    dialog.get_by_role("button", name="Speichern").click()
    expect(page.get_by_text("Die Schicht ist geändert.")).to_be_visible()
    expect(page.get_by_role("cell", name="15:30")).to_be_visible()
    expect(page.get_by_role("cell", name="30 Min. zwischen 11:15 und 12:00")).to_be_visible()
    page.get_by_role("cell").get_by_role("button", name="Absagen").click()
    page.get_by_role("dialog").get_by_role("button", name="Schicht absagen").click()
    expect(page.get_by_role("heading", name="An diesem Tag fährt noch niemand")).to_be_visible()


def test_a_shift_that_two_people_change_is_shown_anew_to_the_second(open_page: OpenPage) -> None:
    path = "/fleet?day=2021-12-12"
    page = open_page(path)
    expect(page.get_by_role("heading", name="An diesem Tag fährt noch niemand")).to_be_visible()
    page.keyboard.press("n")
    dialog = page.get_by_role("dialog", name="Neue Schicht")
    dialog.get_by_label("Beginnt am Ort").fill("burg starg bahnh")
    page.keyboard.press("Tab")
    expect(dialog.get_by_label("Beginnt am Ort")).to_have_value("Bahnhof Burg Stargard")
    dialog.get_by_role("button", name="Speichern").click()
    colleague = open_page(path)
    for each in (page, colleague):
        each.get_by_role("cell", name="07:00").click()
    mine, other = (each.get_by_role("dialog", name="Schicht ändern") for each in (page, colleague))
    mine.get_by_label("Ende", exact=True).fill("15:30")
    other.get_by_label("Beginn", exact=True).fill("7:30")
    other.get_by_role("button", name="Speichern").click()
    expect(colleague.get_by_text("Die Schicht ist geändert.")).to_be_visible()
    mine.get_by_role("button", name="Speichern").click()
    expect(mine.get_by_text("Jemand anderes hat die Schicht inzwischen geändert.")).to_be_visible()
    expect(mine.get_by_label("Beginn", exact=True)).to_have_value("7:30")
    expect(mine.get_by_label("Ende", exact=True)).to_have_value("15:30")
    mine.get_by_role("button", name="Speichern").click()
    expect(page.get_by_text("Die Schicht ist geändert.")).to_be_visible()
    expect(page.get_by_role("cell", name="07:30")).to_be_visible()
    expect(page.get_by_role("cell", name="15:30")).to_be_visible()
    page.get_by_role("cell").get_by_role("button", name="Absagen").click()
    mine = page.get_by_role("dialog", name="Schicht absagen")
    colleague.get_by_role("cell", name="15:30").click()
    other.get_by_label("Ende", exact=True).fill("16:00")
    other.get_by_role("button", name="Speichern").click()
    expect(colleague.get_by_role("cell", name="16:00")).to_be_visible()
    mine.get_by_role("button", name="Schicht absagen").click()
    expect(mine.get_by_text("Jemand anderes hat die Schicht inzwischen geändert.")).to_be_visible()
    expect(page.get_by_role("dialog", name="16:00")).to_be_visible()
    mine.get_by_role("button", name="Schicht absagen").click()
    expect(page.get_by_role("heading", name="An diesem Tag fährt noch niemand")).to_be_visible()
