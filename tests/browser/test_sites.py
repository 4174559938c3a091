"""A depot sets up a place, a container and a sensor in it, and takes all of it away again."""

import pytest
from accessibility import serious
from console_browser import PHONE, OpenPage
from playwright.sync_api import expect

pytestmark = [pytest.mark.network, pytest.mark.slow]

EUI = "24e124713b493101"


def test_a_site_a_container_and_its_sensor(open_page: OpenPage) -> None:
    page = open_page("/sites")
    expect(page.get_by_role("table", name="Standorte").get_by_role("row").nth(1)).to_be_visible()
    page.get_by_role("button", name="Neuer Standort").click()
    dialog = page.get_by_role("dialog", name="Neuer Standort")
    dialog.get_by_label("Kennung").fill("probe-1")
    dialog.get_by_label("Name").fill("Probeplatz Alt Rehse")
    dialog.get_by_label("Ort", exact=True).press_sequentially("alt rehse")
    page.keyboard.press("Enter")
    expect(dialog.get_by_label("Ort", exact=True)).to_have_value("Alt Rehse, Ortsmitte")
    assert serious(page) == []
    dialog.get_by_role("button", name="Speichern").click()
    page.get_by_role("searchbox", name="Suchen").fill("probe")
    row = page.get_by_role("table", name="Standorte").get_by_role("row").filter(has_text="Probeplatz")
    expect(row).to_be_visible()

    page.get_by_role("button", name="Behälter", exact=True).click()
    page.get_by_role("button", name="Neuer Behälter").click()
    dialog = page.get_by_role("dialog", name="Neuer Behälter")
    dialog.get_by_label("Kennung").fill("probe-1-papier")
    dialog.get_by_label("Standort").select_option("Probeplatz Alt Rehse")
    dialog.get_by_label("Innenmaße").select_option("ein Kasten: auch Abstandssensoren")
    dialog.get_by_label("Höhe innen in mm").fill("1400")
    assert serious(page) == []
    dialog.get_by_role("button", name="Speichern").click()
    box = page.get_by_role("table", name="Behälter").get_by_role("row").filter(has_text="Probeplatz")
    expect(box).to_contain_text("Papier")

    page.get_by_role("button", name="Sensoren", exact=True).click()
    page.get_by_role("button", name="Neuer Sensor").click()
    dialog = page.get_by_role("dialog", name="Neuer Sensor")
    dialog.get_by_label("DevEUI").fill(EUI)
    dialog.get_by_label("Modell").select_option("milesight EM310-UDL")
    dialog.get_by_label("Sitzt in").select_option("Probeplatz Alt Rehse · Papier")
    assert serious(page) == []
    dialog.get_by_role("button", name="Speichern").click()
    sensor = page.get_by_role("table", name="Sensoren").get_by_role("row").filter(has_text=EUI)
    expect(sensor).to_contain_text("Probeplatz Alt Rehse · Papier")
    told = page.context.request.get(f"{page.url.partition('/sites')[0]}/v1/containers?site_id=probe-1").json()
    assert told["containers"][0]["geometry"]["sections"][0]["height_mm"] == 1400

    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    for kind, marked in (("Sensoren", EUI), ("Behälter", "Probeplatz"), ("Standorte", "Probeplatz")):
        page.get_by_role("button", name=kind, exact=True).click()
        row = page.get_by_role("table", name=kind).get_by_role("row").filter(has_text=marked)
        row.focus()
        page.keyboard.press("Enter")
        page.get_by_role("dialog").get_by_role("button", name="Entfernen").click()
        expect(row).to_have_count(0)
